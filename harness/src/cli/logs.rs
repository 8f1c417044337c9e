//! Logs that the user names.

use std::io::BufReader;
use std::path::Path;

use kinesis_conformance::case::open_file;
use kinesis_conformance::log::{Log, read_log};
use kinesis_conformance::report::clean;

use super::problem::Problem;

/// Reads a log that the user names.
pub(super) fn open(path: &Path) -> Result<Log, Problem> {
    let file = open_file(path).map_err(|error| {
        Problem::usage(format!("read the log `{}`: {error}", path.display()))
            .with_help("name a file that `run --log FILE` wrote")
    })?;
    read_log(BufReader::new(file)).map_err(|error| {
        // The error may quote the file, which must not make lines of its own.
        let reason = clean(&error.to_string());
        Problem::usage(format!("take `{}` for a log: failed to {reason}", path.display()))
            .with_help("name a file that `run --log FILE` wrote")
    })
}
