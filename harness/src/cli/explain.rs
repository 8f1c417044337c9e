//! `explain`.

use std::sync::{Arc, Mutex};

use kinesis_conformance::judge::RunSettings;
use kinesis_conformance::log::Event;
use kinesis_conformance::plan::{Manifest, Select};
use kinesis_conformance::report::{Summary, example, explain as text_of, issue};
use kinesis_conformance::run::{Emit, Stop, TargetError};

use super::args::{ExplainArgs, TargetArgs};
use super::exit::Exit;
use super::library::Cases;
use super::output::{print, say};
use super::problem::Problem;
use super::run::no_target;
use super::signals::{heeding, unless_stopped};
use super::target::Named;
use super::{block_on, library};

pub(super) fn explain(cases: Cases<'_>, args: &ExplainArgs) -> Result<Exit, Problem> {
    let manifest = Manifest::of(library::read(cases)?, true);
    if args.issue {
        return an_issue(&manifest, args);
    }
    let explained = text_of(&args.id, &manifest, &manifest.library.registry()).map_err(|near| {
        let help = if near.is_empty() {
            "`list` prints the ids of trials, `coverage` the operations, `faults --list` the faults"
                .to_owned()
        } else {
            format!("did you mean {}", near.join(", "))
        };
        let what = "a trial, a case, a fact, a question, an operation, a fault or a suite";
        Problem::new(Exit::NothingJudged, format!("find {what} `{}`", args.id)).with_help(help)
    })?;
    print(&explained.text)?;
    if let Some(trial) = explained.example.filter(|_| !args.no_example) {
        let summary = run_one(&manifest, &trial, &TargetArgs::reference())?;
        let shown = summary.as_ref().map(|summary| example(summary, &trial)).unwrap_or_default();
        if !shown.is_empty() {
            say(format_args!(
                "\na right response, for example (of the reference, {trial}):\n{}",
                shown.trim_end()
            ))?;
        }
    }
    Ok(Exit::Fine)
}

/// The text of an issue about a trial, after a run of it against the target.
fn an_issue(manifest: &Manifest, args: &ExplainArgs) -> Result<Exit, Problem> {
    if args.target.names_nothing() {
        return Err(Problem::usage("write the issue: no target is named")
            .with_help("name it with --endpoint URL, --target NAME, or --spawn COMMAND --ready URL"));
    }
    let Some(trial) = manifest.named(&args.id).first().map(|trial| trial.id.clone()) else {
        return Err(Problem::new(Exit::NothingJudged, format!("find a trial or a case `{}`", args.id))
            .with_help("`kinesis-conformance list` prints every id"));
    };
    let Some(seen) = run_one(manifest, &trial, &args.target)? else { return Ok(Exit::Interrupted) };
    let right = run_one(manifest, &trial, &TargetArgs::reference())?;
    let arguments: Vec<String> =
        seen.header.as_ref().map(|header| header.target_arguments.clone()).unwrap_or_default();
    let again = format!("kinesis-conformance run '{trial}' {}", arguments.join(" "));
    match issue(&seen, &trial, right.as_ref(), &again) {
        Some(text) => {
            print(text)?;
            Ok(Exit::Fine)
        }
        None => Err(Problem::new(Exit::NothingJudged, format!("run `{trial}`: it got no verdict"))),
    }
}

/// Runs one trial; `None` if the user stopped it.
fn run_one(manifest: &Manifest, trial: &str, target: &TargetArgs) -> Result<Option<Summary>, Problem> {
    let select = Select { ids: vec![trial.to_owned()], long: true, ..Select::default() };
    let named = Named::from(target)?;
    let stop = Stop::default();
    let events: Arc<Mutex<Vec<Event>>> = Arc::default();
    let work = async {
        let Some(ready) = unless_stopped(&stop, named.start(target)).await.transpose()? else {
            return Ok(Exit::Interrupted);
        };
        let emit: Emit = {
            let events = Arc::clone(&events);
            Arc::new(move |event| {
                if let Ok(mut events) = events.lock() {
                    events.push(event);
                }
            })
        };
        let settings = RunSettings { redactor: ready.redactor.clone(), jobs: 1, ..RunSettings::default() };
        let run = kinesis_conformance::judge::run;
        let ended = run(ready.target.clone(), manifest, &select, settings, stop.clone(), emit).await;
        ready.stop().await;
        match ended {
            Ok(_) => Ok(Exit::Fine),
            Err(TargetError::Stopped) => Ok(Exit::Interrupted),
            Err(error) => Err(no_target(error)),
        }
    };
    let exit = block_on(heeding(&stop, None, work))??;
    let events = events.lock().map(|events| events.clone()).unwrap_or_default();
    Ok((exit == Exit::Fine).then(|| Summary::of_events_with_passes(&events)))
}
