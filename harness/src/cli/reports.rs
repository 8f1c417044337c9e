//! The files that a run or a stored log is reported in.

use std::path::{Path, PathBuf};

use kinesis_conformance::log::ReportError;
use kinesis_conformance::report::terminal::Options;
use kinesis_conformance::report::{Summary, junit, record};

use super::exit::Exit;
use super::output::{Losses, warn};
use super::problem::Problem;

/// A file that is to be written at the end, tried before the first request. If it was made for that,
/// and nothing comes to stand in it, it is deleted again.
#[derive(Debug)]
pub(super) struct Reserved {
    path: PathBuf,
    made: bool,
}

impl Reserved {
    /// Fails now rather than after the run. What is there already is left as it is.
    pub(super) fn of(path: &Path) -> Result<Self, Problem> {
        let open = |new: bool| std::fs::OpenOptions::new().append(true).create_new(new).open(path);
        let made = match open(true) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => open(false).map(|_| false),
            Err(error) => Err(error),
        };
        match made {
            Ok(made) => Ok(Self { path: path.to_owned(), made }),
            Err(error) => Err(Problem::usage(format!("write `{}`: {error}", path.display()))
                .with_help("name a file in a folder that exists and may be written")),
        }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if self.made && std::fs::metadata(&self.path).is_ok_and(|there| there.is_file() && there.len() == 0) {
            // A process that took it away in the meantime has done the same.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Writes the files that were requested, each by itself. An incomplete run makes no record, which is
/// reported and no loss: how it ended is what its exit code says.
pub(super) fn write(
    summary: &Summary,
    options: &Options,
    junit: Option<&Path>,
    record: Option<&Path>,
) -> Losses {
    let mut losses = Losses::default();
    if let Some(path) = junit {
        losses.note(junit::write_junit(summary, options, path).map_err(lost));
    }
    if let Some(path) = record {
        match record::write_record(summary, path) {
            Err(error @ ReportError::Incomplete(_)) => warn(format_args!("warning: failed to {error}")),
            written @ (Ok(()) | Err(_)) => losses.note(written.map_err(lost)),
        }
    }
    losses
}

/// What to say when a file took no more.
pub(super) fn lost(error: ReportError) -> Problem {
    Problem::new(Exit::Unwritten, error).with_help("make room, or name a file elsewhere, and run again")
}
