//! `run`.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::{Arc, mpsc};

use anstream::{eprintln, print};

use kinesis_conformance::case::{Diagnostic, Known};
use kinesis_conformance::judge::{self, KnownList, RunSettings};
use kinesis_conformance::log::{Event, Footer, Listener, Log, LogWriter, Outcome, ReportError};
use kinesis_conformance::plan::{Manifest, Select};
use kinesis_conformance::report::terminal::{Options, Pictures, Progress, ProgressMode, Style, render};
use kinesis_conformance::report::{Summary, advice, junit, record};
use kinesis_conformance::run::{AskError, DEFAULT_JOBS, Emit, Stop};

use super::args::{MeasureArgs, RunArgs, SelectArgs, TargetArgs};
use super::exit::Exit;
use super::problem::Problem;
use super::signals::{heeding, unless_stopped};
use super::target::{Named, Ready};
use super::{block_on, library};

/// The name in the command lines that are shown.
const PROGRAM: &str = "kinesis-conformance";

pub(super) fn run(cases: Option<&Path>, args: &RunArgs) -> Result<Exit, Problem> {
    let Asked { manifest, select, named, known, settings } =
        Asked::of(cases, &args.select, &args.target, &args.measure)?;
    let outputs = Outputs::open(args)?;
    let stop = Stop::default();
    let work = async {
        let Some(ready) = unless_stopped(&stop, named.start(&args.target)).await.transpose()? else {
            return Ok(Exit::Interrupted);
        };
        let ended = one_run(&ready, &manifest, &select, settings, outputs, stop.clone()).await;
        // An interrupt from the terminal reaches the command as well.
        let last_words = if stop.is_stopped() { None } else { ready.ended().await };
        ready.stop().await;
        if let Some(words) = last_words {
            eprintln!("warning: {words}");
        }
        let (summary, log, ended) = ended?;
        let footer = match ended {
            Ok(footer) => footer,
            Err(AskError::Stopped) => return Ok(Exit::Interrupted),
            Err(error) => return Err(no_target(error)),
        };
        tell(args, &summary, &log, known.as_ref())?;
        Ok(exit_of(&summary, &footer))
    };
    block_on(heeding(&stop, work))?
}

/// What the command line asks for, all of it read and found in order.
pub(super) struct Asked {
    pub(super) manifest: Manifest,
    pub(super) select: Select,
    pub(super) named: Named,
    pub(super) known: Option<Known>,
    pub(super) settings: RunSettings,
}

impl Asked {
    pub(super) fn of(
        cases: Option<&Path>,
        select: &SelectArgs,
        target: &TargetArgs,
        measure: &MeasureArgs,
    ) -> Result<Self, Problem> {
        let manifest = Manifest::of(library::read(cases)?, select.full_product);
        let select = library::select(select);
        library::selected(&manifest, &select)?;
        let mut named = Named::from(target)?;
        named.require(&measure.requires, &manifest)?;
        let known = match &measure.known {
            Some(path) => Some(Known::read(path)?),
            None => named.known(target)?,
        };
        let settings = RunSettings {
            level: measure.level.into(),
            jobs: measure.jobs.unwrap_or(DEFAULT_JOBS),
            seed: measure.seed,
            known: known_list(known.as_ref(), &manifest)?,
            ..RunSettings::default()
        };
        Ok(Self { manifest, select, named, known, settings })
    }
}

/// Files that a run writes, opened before the first request.
pub(super) struct Outputs {
    log: Option<LogWriter>,
    progress: Progress,
}

impl Outputs {
    /// A log at most, and no progress.
    pub(super) fn quiet(log: Option<LogWriter>) -> Self {
        Self { log, progress: Progress::new(ProgressMode::Quiet) }
    }

    fn open(args: &RunArgs) -> Result<Self, Problem> {
        let log = args.log.as_deref().map(LogWriter::create).transpose().map_err(unwritable)?;
        for path in args.junit.iter().chain(&args.record) {
            try_to_write(path)?;
        }
        let mode = if args.quiet {
            ProgressMode::Quiet
        } else if std::io::stderr().is_terminal() {
            ProgressMode::Bar
        } else {
            ProgressMode::Lines(Box::new(std::io::stderr()))
        };
        Ok(Self { log, progress: Progress::new(mode) })
    }
}

/// Fails now rather than after the run. What is there already is left as it is.
fn try_to_write(path: &Path) -> Result<(), Problem> {
    std::fs::OpenOptions::new().create(true).append(true).open(path).map(|_| ()).map_err(|error| {
        Problem::usage(format!("write `{}`: {error}", path.display()))
            .with_help("name a file in a folder that exists and may be written")
    })
}

pub(super) fn unwritable(error: ReportError) -> Problem {
    Problem::usage(error).with_help("name a file in a folder that exists and may be written")
}

/// What a run came to, its log, and how it ended.
pub(super) type Ended = (Summary, Option<Log>, Result<Footer, AskError>);

/// Runs on the runtime and the listeners on a thread of their own, so that a slow
/// disk does not slow the target's clock.
pub(super) async fn one_run(
    ready: &Ready,
    manifest: &Manifest,
    select: &Select,
    mut settings: RunSettings,
    outputs: Outputs,
    stop: Stop,
) -> Result<Ended, Problem> {
    settings.redactor = ready.redactor.clone();
    let (sender, receiver) = mpsc::channel::<Event>();
    let listeners = std::thread::spawn(move || listen(outputs, &receiver));
    let emit: Emit = {
        Arc::new(move |event| {
            // The listeners hang up only after an error, which is told at the end.
            let _ = sender.send(event);
        })
    };
    let result = judge::run(ready.target.clone(), manifest, select, settings, stop, emit).await;
    let listened =
        listeners.join().map_err(|_| Problem::new(Exit::Bug, "keep the log: the listener panicked"))?;
    let (summary, log) = listened.map_err(|error| Problem::new(Exit::Failed, error))?;
    Ok((summary, log, result))
}

fn listen(
    mut outputs: Outputs,
    events: &mpsc::Receiver<Event>,
) -> Result<(Summary, Option<Log>), ReportError> {
    let mut kept = Vec::new();
    // One by one and at once: a run that is killed has all in its log that was told.
    for event in events {
        if let Some(log) = &mut outputs.log {
            log.event(&event)?;
        }
        outputs.progress.event(&event)?;
        kept.push(event);
    }
    Ok((Summary::of_events(&kept), Log::of_events(kept)))
}

/// What to say when the target could not be asked.
pub(super) fn no_target(error: AskError) -> Problem {
    let help = advice(&error);
    Problem::new(Exit::NoTarget, error).with_help(help)
}

/// A list of known failures as the judge takes it; every entry must name a trial that there is.
pub(super) fn known_list(known: Option<&Known>, manifest: &Manifest) -> Result<KnownList, Problem> {
    let Some(known) = known else { return Ok(KnownList::default()) };
    let (list, found): (KnownList, Vec<Diagnostic>) = KnownList::of(known, manifest);
    if found.is_empty() { Ok(list) } else { Err(found.into()) }
}

/// Renders, and writes the files that were asked for.
fn tell(args: &RunArgs, summary: &Summary, log: &Option<Log>, known: Option<&Known>) -> Result<(), Problem> {
    let options = Options {
        pictures: if args.all { Pictures::All } else { Pictures::AtMost(10) },
        program: PROGRAM.to_owned(),
        log: args.log.as_ref().map(|path| path.display().to_string()),
        known_list: known.map(|known| known.source.path.clone()),
        ..Options::default()
    };
    print!("{}", render(summary, style(), &options));
    let failed = |error: ReportError| Problem::new(Exit::Failed, error);
    if let Some(path) = &args.junit {
        junit::write_junit(summary, &options, path).map_err(failed)?;
    }
    if let (Some(path), Some(log)) = (&args.record, log) {
        record::write_record(log, path).map_err(failed)?;
    }
    Ok(())
}

/// The look of the report; `anstream` takes colours out again where they are not wanted.
pub(super) fn style() -> Style {
    let width = terminal_width().unwrap_or(100);
    Style { color: true, width }
}

fn terminal_width() -> Option<usize> {
    std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok())
}

/// The exit code of a run: the first that applies. What was required and is missing comes before
/// "nothing was judged", since it was stated that it has to be there.
pub(super) fn exit_of(summary: &Summary, footer: &Footer) -> Exit {
    if footer.stopped_early.is_some() {
        return Exit::NoTarget;
    }
    if !footer.complete {
        return Exit::Interrupted;
    }
    if !summary.missing_requirements().is_empty() {
        return Exit::Failed;
    }
    if summary.judged_nothing() {
        return Exit::NothingJudged;
    }
    let bad = [Outcome::Fail, Outcome::Blocked, Outcome::Error]
        .into_iter()
        .any(|outcome| footer.counts.get(&outcome).is_some_and(|count| *count > 0));
    let fixed =
        summary.trials.values().any(|trial| trial.flags.contains(&kinesis_conformance::log::Flag::Fixed));
    // A process that ended, and no trial that is to blame: the run is not fine all the same.
    let ended = footer.target_ended > 0;
    if bad || fixed || ended { Exit::Failed } else { Exit::Fine }
}
