//! `replay`.

use std::sync::{Arc, Mutex};

use kinesis_conformance::case::plain;
use kinesis_conformance::judge::RunSettings;
use kinesis_conformance::log::{Event, Header};
use kinesis_conformance::plan::{Manifest, Select};
use kinesis_conformance::report::Summary;
use kinesis_conformance::report::terminal::{Options, render_trial};
use kinesis_conformance::run::{Emit, Stop, TargetError};

use super::args::ReplayArgs;
use super::exit::Exit;
use super::library::Cases;
use super::output::{print, say};
use super::problem::Problem;
use super::run::{exit_of, no_target};
use super::signals::{heeding, stopped_before_it_began, unless_stopped};
use super::target::Named;
use super::width::style;
use super::{block_on, library, logs};

pub(super) fn replay(cases: Cases<'_>, args: &ReplayArgs) -> Result<Exit, Problem> {
    let log = logs::open(&args.log)?;
    let stored = log.events.iter().find_map(|event| match event {
        Event::Trial(trial) if trial.id == args.id => Some(trial),
        Event::Trial(_)
        | Event::Header(_)
        | Event::Case(_)
        | Event::Exchange(_)
        | Event::Timing(_)
        | Event::Notice(_)
        | Event::Footer(_) => None,
    });
    let Some(stored) = stored else {
        return Err(Problem::new(Exit::NothingJudged, format!("find `{}` in the log", args.id))
            .with_help("the id must be one of the log's trials, spelled whole"));
    };
    let manifest = Manifest::of(library::read(cases)?, true);
    let select = Select { ids: vec![args.id.clone()], long: true, ..Select::default() };
    library::selected(&manifest, &select)?;
    refuse_the_target_of(&log.header, args)?;
    let named = Named::from(&args.target)?;
    let settings =
        RunSettings { level: log.header.level, seed: log.header.seed, jobs: 1, ..RunSettings::default() };
    let stop = Stop::default();
    let work = async {
        let Some(ready) = unless_stopped(&stop, named.start(&args.target)).await.transpose()? else {
            return stopped_before_it_began(&stop);
        };
        let events: Arc<Mutex<Vec<Event>>> = Arc::default();
        let emit: Emit = {
            let events = Arc::clone(&events);
            Arc::new(move |event| {
                if let Ok(mut events) = events.lock() {
                    events.push(event);
                }
            })
        };
        let settings = RunSettings { redactor: ready.redactor.clone(), ..settings };
        let ended = kinesis_conformance::judge::run(
            ready.target.clone(),
            &manifest,
            &select,
            settings,
            stop.clone(),
            emit,
        )
        .await;
        ready.stop().await;
        let footer = match ended {
            Ok(footer) => footer,
            Err(TargetError::Stopped) => return stopped_before_it_began(&stop),
            Err(error) => return Err(no_target(error)),
        };
        let events = events.lock().map(|events| events.clone()).unwrap_or_default();
        let summary = Summary::of_events(&events);
        let now = summary.trials.get(&args.id).map(|trial| trial.outcome);
        print(render_trial(&summary, &args.id, style(), &Options::default()))?;
        if let Some(now) = now {
            let verb = if now == stored.outcome { "still" } else { "now" };
            let (id, was) = (&args.id, stored.outcome.as_str());
            say(format_args!("{id}: was {was}, is {verb} {}", now.as_str()))?;
        }
        Ok(exit_of(&summary, &footer))
    };
    block_on(heeding(&stop, None, work))?
}

/// Refuses to go where only the log says to go. A log is what people attach to issues: nothing in
/// it starts a command, opens a connection or sends credentials.
fn refuse_the_target_of(log: &Header, args: &ReplayArgs) -> Result<(), Problem> {
    if log.target_arguments.is_empty() || !args.target.names_nothing() {
        return Ok(());
    }
    let target = format!("{} at {}", log.target.name, log.target.endpoint);
    let target = plain(&target);
    Err(Problem::usage(format!(
        "choose the target: the log is of {target}, and a log never says where to send"
    ))
    .with_help("name the target with --endpoint URL, --target NAME, or --spawn COMMAND --ready URL"))
}
