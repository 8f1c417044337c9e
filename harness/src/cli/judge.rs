//! `judge`.

use kinesis_conformance::case::Known;
use kinesis_conformance::judge::rejudge;
use kinesis_conformance::log::Event;
use kinesis_conformance::plan::Manifest;
use kinesis_conformance::report::terminal::Options;
use kinesis_conformance::report::{Summary, clean};

use super::apart::{Named, keep_apart};
use super::args::JudgeArgs;
use super::exit::Exit;
use super::known::after_run;
use super::library::Cases;
use super::output::{print, warn};
use super::problem::Problem;
use super::reports::Files;
use super::run::{exit_of, known_list};
use super::{block_on, library, logs, reports, right};

pub(super) fn judge(cases: Cases<'_>, args: &JudgeArgs) -> Result<Exit, Problem> {
    keep_apart(
        [
            Named::of("--junit", args.junit.as_deref()),
            Named::of("--record", args.record.as_deref()),
            Named::of("--markdown", args.report.markdown.as_deref()),
            Named::of("--script", args.report.script.as_deref()),
        ],
        [Named::of("LOG", Some(&args.log)), Named::of("--known", args.known.as_deref())],
    )?;
    let log = logs::open(&args.log)?;
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
        pictures: args.report.pictures(),
        sections: args.report.sections(),
        log: Some(args.log.display().to_string()),
        known_list: known.as_ref().map(|known| known.source.path.clone()),
        right: block_on(right::answers(&summary, args.report.pictures(), &manifest))?,
        ..Options::default()
    };
    let files = Files {
        junit: args.junit.as_deref(),
        record: args.record.as_deref(),
        markdown: args.report.markdown.as_deref(),
        script: args.report.script.as_deref(),
    };
    let mut losses = reports::write(&summary, &options, &files);
    if let Some(known) = &known {
        losses.note(print(after_run(known, &manifest, &summary.trials, Some(&args.log))));
    }
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
    Ok(losses.exit(footer.map_or(Exit::Interrupted, |footer| exit_of(&summary, &footer))))
}
