//! `judge`.

use std::io::BufReader;
use std::path::Path;

use kinesis_conformance::case::Known;
use kinesis_conformance::case::open_file;
use kinesis_conformance::judge::rejudge;
use kinesis_conformance::log::{Event, Log, read_log};
use kinesis_conformance::plan::Manifest;
use kinesis_conformance::report::terminal::{Options, Pictures, render};
use kinesis_conformance::report::{Summary, clean};

use super::apart::{Named, keep_apart};
use super::args::JudgeArgs;
use super::exit::Exit;
use super::output::{Losses, print, warn};
use super::problem::Problem;
use super::run::{exit_of, known_list, style};
use super::{library, reports};

pub(super) fn judge(cases: Option<&Path>, args: &JudgeArgs) -> Result<Exit, Problem> {
    keep_apart(
        [Named::of("--junit", args.junit.as_deref()), Named::of("--record", args.record.as_deref())],
        [Named::of("LOG", Some(&args.log)), Named::of("--known", args.known.as_deref())],
    )?;
    let log = open(&args.log)?;
    let stored = log.events.iter().filter_map(|event| {
        let Event::Trial(trial) = event else { return None };
        Some(trial.id.as_str())
    });
    let manifest = Manifest::of_run(&library::read(cases)?, stored);
    let known = args.known.as_deref().map(Known::read).transpose()?;
    let list = known_list(known.as_ref(), &manifest)?;
    let level = args.level.map(Into::into);
    let again = rejudge(&log.header, &log.events, log.footer.as_ref(), &manifest, level, &list);
    let summary = Summary::of_events(&again.events);
    let options = Options {
        pictures: if args.all { Pictures::All } else { Pictures::AtMost(10) },
        log: Some(args.log.display().to_string()),
        known_list: known.as_ref().map(|known| known.source.path.clone()),
        ..Options::default()
    };
    let mut losses = Losses::default();
    losses.note(print(render(&summary, style(), &options)));
    for (id, before, after) in &again.changed {
        warn(format_args!("changed: {} was {}, is {}", clean(id), before.as_str(), after.as_str()));
    }
    let footer = again.events.iter().find_map(|event| match event {
        Event::Footer(footer) => Some(footer.as_ref().clone()),
        Event::Header(_)
        | Event::Case(_)
        | Event::Exchange(_)
        | Event::Timing(_)
        | Event::Trial(_)
        | Event::Notice(_) => None,
    });
    losses.and(reports::write(&summary, &options, args.junit.as_deref(), args.record.as_deref()));
    Ok(losses.exit(footer.map_or(Exit::Interrupted, |footer| exit_of(&summary, &footer))))
}

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
