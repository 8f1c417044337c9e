//! `compare`.

use std::io::{BufRead as _, BufReader};
use std::path::Path;

use kinesis_conformance::case::open_file;
use kinesis_conformance::log::{is_log, read_log};
use kinesis_conformance::plan::Manifest;
use kinesis_conformance::report::record::{Record, read_record};
use kinesis_conformance::report::{Comparison, clean};

use super::args::CompareArgs;
use super::exit::Exit;
use super::library;
use super::library::Cases;
use super::output::{print, say};
use super::problem::Problem;

pub(super) fn compare(cases: Cases<'_>, args: &CompareArgs) -> Result<Exit, Problem> {
    let manifest = Manifest::of(library::read(cases)?, true);
    let found = Comparison::of(&open(&args.before)?, &open(&args.after)?, &manifest);
    print(found.to_text(&args.before.display().to_string(), &args.after.display().to_string()))?;
    if found.is_same() {
        say("the same verdicts and answers to open questions")?;
        return Ok(Exit::Fine);
    }
    say(found.counts())?;
    Ok(if found.is_worse() || args.exact { Exit::Failed } else { Exit::Fine })
}

/// Reads a record that the user names, or makes the one of a log.
pub(super) fn open(path: &Path) -> Result<Record, Problem> {
    let help = "name a file that `run --record FILE` or `run --log FILE` wrote";
    let file = open_file(path).map_err(|error| {
        Problem::usage(format!("read the record `{}`: {error}", path.display())).with_help(help)
    })?;
    let mut reader = BufReader::new(file);
    // What cannot be read is reported below.
    if reader.fill_buf().is_ok_and(is_log) {
        let log = read_log(reader).map_err(|error| {
            let reason = clean(&error.to_string());
            Problem::usage(format!("take `{}` for a log: failed to {reason}", path.display())).with_help(help)
        })?;
        return Record::of_log(&log).map_err(|error| {
            Problem::usage(format!("take `{}` for a record: failed to {error}", path.display()))
                .with_help("name the log of a run that came to its end")
        });
    }
    read_record(reader).map_err(|error| {
        // The error may quote the file, which must not make lines of its own.
        let reason = clean(&error.to_string());
        Problem::usage(format!("take `{}` for a record: {reason}", path.display())).with_help(help)
    })
}
