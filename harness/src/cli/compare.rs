//! `compare`.

use std::io::BufReader;
use std::path::Path;

use kinesis_conformance::case::open_file;
use kinesis_conformance::report::record::{Record, read_record};
use kinesis_conformance::report::{Comparison, clean};

use super::args::CompareArgs;
use super::exit::Exit;
use super::library;
use super::output::{print, say};
use super::problem::Problem;

pub(super) fn compare(cases: Option<&Path>, args: &CompareArgs) -> Result<Exit, Problem> {
    let moved = library::read(cases)?.moved.clone();
    let found = Comparison::of(&open(&args.before)?, &open(&args.after)?, &moved);
    print(found.to_text(&args.before.display().to_string(), &args.after.display().to_string()))?;
    if found.is_same() {
        say("the same verdicts and answers to open questions")?;
        return Ok(Exit::Fine);
    }
    Ok(Exit::Failed)
}

/// Reads a record that the user names.
pub(super) fn open(path: &Path) -> Result<Record, Problem> {
    let help = "name a file that `run --record FILE` wrote";
    let file = open_file(path).map_err(|error| {
        Problem::usage(format!("read the record `{}`: {error}", path.display())).with_help(help)
    })?;
    read_record(BufReader::new(file)).map_err(|error| {
        // The error may quote the file, which must not make lines of its own.
        let reason = clean(&error.to_string());
        Problem::usage(format!("take `{}` for a record: {reason}", path.display())).with_help(help)
    })
}
