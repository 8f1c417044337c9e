//! `run`.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use kinesis_conformance::case::{Diagnostic, Known};
use kinesis_conformance::judge::{self, KnownList, RunSettings};
use kinesis_conformance::log::{Event, Footer, Listener as _, LogWriter, Outcome, ReportError};
use kinesis_conformance::plan::{Manifest, Select};
use kinesis_conformance::report::terminal::{Options, Progress, ProgressMode};
use kinesis_conformance::report::{Summary, advice};
use kinesis_conformance::run::{DEFAULT_JOBS, Emit, Stop, TargetError};

use super::apart::{Named, keep_apart};
use super::args::{MeasureArgs, RunArgs, SelectArgs, TargetArgs};
use super::exit::Exit;
use super::library::Cases;
use super::output::{Losses, print, warn};
use super::problem::Problem;
use super::reports::{self, Files, Reserved, lost};
use super::signals::{heeding, stopped_before_it_began, unless_stopped};
use super::target::{self, Ready};
use super::{block_on, known, library, right};

/// For how long no event comes before the log gets all that is kept back.
const QUIET: Duration = Duration::from_secs(1);

/// For how long events are gathered before the listeners get them, so that not each of them wakes their thread.
/// A run that is killed loses what was emitted within this time.
const GATHERED: Duration = Duration::from_millis(2);

/// The name in the command lines that are shown.
const PROGRAM: &str = "kinesis-conformance";

pub(super) fn run(cases: Cases<'_>, args: &RunArgs) -> Result<Exit, Problem> {
    let RunInputs { manifest, select, named, known, settings } =
        RunInputs::of(cases, &args.select, &args.target, &args.measure)?;
    separate_files(args)?;
    let outputs = Outputs::open(args)?;
    // What was made and gets nothing goes again, however this ends.
    let requested =
        args.junit.iter().chain(&args.record).chain(&args.report.markdown).chain(&args.report.script);
    let _reserved: Vec<Reserved> = requested.map(|path| Reserved::of(path)).collect::<Result<_, _>>()?;
    let stop = Stop::default();
    let work = async {
        let Some(ready) = unless_stopped(&stop, named.start(&args.target)).await.transpose()? else {
            return stopped_before_it_began(&stop);
        };
        let ended = one_run(&ready, &manifest, &select, settings, outputs, stop.clone()).await;
        // An interrupt from the terminal reaches the command as well.
        let last_output = if stop.is_stopped() { None } else { ready.ended().await };
        ready.stop().await;
        if let Some(output) = last_output {
            warn(format_args!("warning: {output}"));
        }
        let Ended { summary, footer, mut losses } = ended?;
        let footer = match footer {
            Ok(footer) => footer,
            Err(TargetError::Stopped) => return stopped_before_it_began(&stop),
            Err(error) => return Err(no_target(error)),
        };
        losses.and(report(args, &summary, known.as_ref(), &manifest).await);
        Ok(losses.exit(exit_of(&summary, &footer)))
    };
    block_on(heeding(&stop, args.measure.budget, work))?
}

/// No output may take the place of another one, or of a file that the run reads.
fn separate_files(args: &RunArgs) -> Result<(), Problem> {
    let profile = args.target.target.as_deref().map(Path::new).filter(|path| path.is_file());
    keep_apart(
        [
            Named::of("--log", args.log.as_deref()),
            Named::of("--junit", args.junit.as_deref()),
            Named::of("--record", args.record.as_deref()),
            Named::of("--markdown", args.report.markdown.as_deref()),
            Named::of("--script", args.report.script.as_deref()),
        ],
        [
            Named::of("--known", args.measure.known.as_deref()),
            Named::of("--target", profile),
            Named::of("--cacert", args.target.cacert.as_deref()),
        ],
    )
}

/// What the command line requests, all of it read and found in order.
pub(super) struct RunInputs {
    pub(super) manifest: Manifest,
    pub(super) select: Select,
    pub(super) named: target::Named,
    pub(super) known: Option<Known>,
    pub(super) settings: RunSettings,
}

impl RunInputs {
    pub(super) fn of(
        cases: Cases<'_>,
        select: &SelectArgs,
        target: &TargetArgs,
        measure: &MeasureArgs,
    ) -> Result<Self, Problem> {
        let manifest = Manifest::of(library::read(cases)?, select.full_product);
        let select = library::select(select)?;
        library::selected(&manifest, &select)?;
        let mut named = target::Named::from(target)?;
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
    /// After so many failed trials, the run ends.
    max_fail: Option<usize>,
}

/// Ends a run after so many trials have failed.
struct Failures {
    left: Option<AtomicUsize>,
    most: usize,
    stop: Stop,
}

impl Failures {
    fn of(most: Option<usize>, stop: Stop) -> Self {
        Self { left: most.map(AtomicUsize::new), most: most.unwrap_or_default(), stop }
    }

    fn count(&self, event: &Event) {
        let (Some(left), Event::Trial(trial)) = (&self.left, event) else { return };
        if matches!(trial.outcome, Outcome::Fail | Outcome::Blocked | Outcome::Error)
            && left.fetch_sub(1, Ordering::Relaxed) == 1
        {
            self.stop.end_after_failures(self.most);
        }
    }
}

impl Outputs {
    /// A log at most, and no progress.
    pub(super) fn quiet(log: Option<LogWriter>) -> Self {
        Self { log, progress: Progress::new(ProgressMode::Quiet), max_fail: None }
    }

    fn open(args: &RunArgs) -> Result<Self, Problem> {
        let log = args.log.as_deref().map(LogWriter::create).transpose().map_err(unwritable)?;
        let mode = if args.quiet {
            ProgressMode::Quiet
        } else if std::io::stderr().is_terminal() {
            ProgressMode::Bar
        } else {
            ProgressMode::Lines(Box::new(std::io::stderr()))
        };
        Ok(Self { log, progress: Progress::new(mode), max_fail: args.max_fail })
    }
}

pub(super) fn unwritable(error: ReportError) -> Problem {
    Problem::usage(error).with_help("name a file in a folder that exists and may be written")
}

/// What a run came to.
pub(super) struct Ended {
    pub(super) summary: Summary,
    /// How it ended.
    pub(super) footer: Result<Footer, TargetError>,
    /// What could not be written in the meantime.
    pub(super) losses: Losses,
}

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
    let failures = Failures::of(outputs.max_fail, stop.clone());
    let listeners = std::thread::spawn(move || listen(outputs, &receiver));
    let emit: Emit = {
        Arc::new(move |event| {
            failures.count(&event);
            // The listeners never hang up before the run is over.
            let _ = sender.send(event);
        })
    };
    let footer = judge::run(ready.target.clone(), manifest, select, settings, stop, emit).await;
    let (summary, losses) =
        listeners.join().map_err(|_| Problem::new(Exit::Bug, "keep the log: the listener panicked"))?;
    Ok(Ended { summary, footer, losses })
}

/// Keeps of the events what a report may show, which grows with the trials and not with the requests.
/// Writes and shows the events one by one and at once: a run that is killed has all in its log that was
/// reported. What can't be written is reported at once too, and the run goes on without it.
fn listen(mut outputs: Outputs, events: &mpsc::Receiver<Event>) -> (Summary, Losses) {
    let mut summary = Summary::default();
    let mut losses = Losses::default();
    loop {
        let event = match events.try_recv() {
            Ok(event) => Some(event),
            Err(mpsc::TryRecvError::Disconnected) => break,
            Err(mpsc::TryRecvError::Empty) => {
                std::thread::sleep(GATHERED);
                match events.recv_timeout(QUIET) {
                    Ok(event) => Some(event),
                    Err(mpsc::RecvTimeoutError::Timeout) => None,
                    Err(mpsc::RecvTimeoutError::Disconnected) => break,
                }
            }
        };
        if let Some(log) = &mut outputs.log
            && let Err(error) = match &event {
                Some(event) => log.event(event),
                None => log.write_kept_back(),
            }
        {
            losses.note(Err(lost(error)));
            warn("warning: the run goes on without its log, which ends here");
            outputs.log = None;
        }
        let Some(event) = event else { continue };
        if outputs.progress.event(&event).is_err() {
            // There is nobody to report to.
            outputs.progress = Progress::new(ProgressMode::Quiet);
        }
        summary.add(event);
    }
    (summary, losses)
}

/// What to say when the target could not be probed.
pub(super) fn no_target(error: TargetError) -> Problem {
    let help = advice(&error);
    Problem::new(Exit::NoTarget, error).with_help(help)
}

/// A list of known failures as the judge takes it; every entry must name a trial that there is.
pub(super) fn known_list(known: Option<&Known>, manifest: &Manifest) -> Result<KnownList, Problem> {
    let Some(known) = known else { return Ok(KnownList::default()) };
    let (list, found): (KnownList, Vec<Diagnostic>) = KnownList::of(known, manifest);
    if found.is_empty() { Ok(list) } else { Err(found.into()) }
}

/// Renders, and writes the files that were requested.
async fn report(args: &RunArgs, summary: &Summary, known: Option<&Known>, manifest: &Manifest) -> Losses {
    let options = Options {
        pictures: args.report.pictures(),
        sections: args.report.sections(),
        program: PROGRAM.to_owned(),
        log: args.log.as_ref().map(|path| path.display().to_string()),
        known_list: known.map(|known| known.source.path.clone()),
        right: right::answers(summary, args.report.pictures(), manifest).await,
        ..Options::default()
    };
    let files = Files {
        junit: args.junit.as_deref(),
        record: args.record.as_deref(),
        markdown: args.report.markdown.as_deref(),
        script: args.report.script.as_deref(),
    };
    let mut losses = reports::write(summary, &options, &files);
    if let Some(known) = known {
        losses.note(print(known::after_run(known, manifest, &summary.trials, args.log.as_deref())));
    }
    losses
}

/// The exit code of a run: the first that applies. What was required and is missing comes before
/// "nothing was judged", since it was stated that it has to be there.
pub(super) fn exit_of(summary: &Summary, footer: &Footer) -> Exit {
    if footer.stopped_early.is_some() {
        return Exit::NoTarget;
    }
    if footer.max_fail.is_some() {
        return Exit::Failed;
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
