//! One run behind all trials, and the place where they wait for their verdicts.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::judge::{self, RunSettings};
use crate::log::{Event, Outcome, TrialVerdict};
#[cfg(feature = "serve")]
use crate::plan::ClockHook;
use crate::plan::{Manifest, Select, Target};
use crate::report::github::without_commands;
use crate::report::terminal::render;
use crate::report::{Summary, advice};
use crate::run::{DEFAULT_JOBS, Emit, Journal, Stop, TargetError};
use crate::wire::{Endpoint, NoAnswerKind};

use super::outcome::{NoVerdict, Showing};
use super::setup::{self, Place, Setup};

/// The run that starts on request.
pub(super) struct Job {
    /// Where, and what is known of it.
    pub(super) setup: Setup,
    /// All trials.
    pub(super) manifest: Manifest,
    /// Those that will be requested.
    pub(super) ids: Vec<String>,
    /// Trials in flight at once, where the user says so.
    pub(super) jobs: Option<usize>,
    /// The file that names the requests under way, if the target is in this process.
    pub(super) under_way: Option<PathBuf>,
}

/// A run that starts when the first trial requests its verdict.
pub(super) struct Background {
    job: Mutex<Option<Job>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    board: Arc<Board>,
}

/// What is known so far. Trials wait at it.
#[derive(Default)]
struct Board {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    summary: Summary,
    ended: bool,
    failure: Option<String>,
    failure_reported: bool,
}

impl Background {
    /// Starts nothing yet.
    pub(super) fn new(job: Job) -> Self {
        Self { job: Mutex::new(Some(job)), thread: Mutex::new(None), board: Arc::default() }
    }

    /// Waits for the verdict on one trial and shows it to `judged`.
    pub(super) fn verdict<R>(
        &self,
        id: &str,
        judged: impl FnOnce(&TrialVerdict) -> R,
    ) -> Result<R, NoVerdict> {
        self.start();
        let mut state = lock(&self.board.state);
        loop {
            if let Some(trial) = state.summary.trials.get(id) {
                return Ok(judged(trial));
            }
            if state.ended {
                return Err(state.why_none());
            }
            state = self.board.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for the end of the run and shows what it came to.
    pub(super) fn whole<R>(&self, judged: impl FnOnce(&Summary) -> R) -> Result<R, NoVerdict> {
        self.start();
        let mut state = lock(&self.board.state);
        while !state.ended {
            state = self.board.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.failure.is_some() { Err(state.why_none()) } else { Ok(judged(&state.summary)) }
    }

    /// True if the run could not begin.
    pub(super) fn did_not_begin(&self) -> bool {
        lock(&self.board.state).failure.is_some()
    }

    /// The report of the run, each cause once, if anything failed.
    pub(super) fn report(&self, showing: &Showing) -> Option<String> {
        let state = lock(&self.board.state);
        let failed = |outcome| state.summary.with_outcome(outcome).next().is_some();
        let is_bad = [Outcome::Fail, Outcome::Blocked, Outcome::Error].into_iter().any(failed);
        is_bad.then(|| {
            let text = render(&state.summary, showing.style, &showing.options);
            reported(&text)
        })
    }

    /// What the target was required to support and does not, a sentence each, once the run has ended.
    pub(super) fn missing_abilities(&self) -> Vec<String> {
        lock(&self.board.state).summary.missing_abilities()
    }

    /// Waits until everything is cleaned up and the server is gone; gives what a reader should know.
    pub(super) fn end(&self) -> Vec<String> {
        if let Some(thread) = lock(&self.thread).take() {
            // A panic there was printed, and failed every trial that still waited.
            let _panicked = thread.join();
        }
        let state = lock(&self.board.state);
        let left = state.summary.footer.iter().flat_map(|footer| &footer.left_behind);
        left.map(|name| format!("the stream {name} could not be deleted")).collect()
    }

    fn start(&self) {
        let Some(job) = lock(&self.job).take() else { return };
        let board = Arc::clone(&self.board);
        *lock(&self.thread) = Some(std::thread::spawn(move || {
            // Also on the way out of a panic: those who wait must not wait for ever.
            let ending = Ending(Arc::clone(&board));
            if let Err(why) = run(job, &board) {
                lock(&board.state).failure = Some(why);
            }
            drop(ending);
        }));
    }
}

impl State {
    /// Why a trial has no verdict after the end of the run.
    fn why_none(&mut self) -> NoVerdict {
        let reported = std::mem::replace(&mut self.failure_reported, true);
        match (&self.failure, reported) {
            (Some(why), false) => NoVerdict::First(why.clone()),
            (Some(_), true) => NoVerdict::AsReportedBefore,
            (None, _) => NoVerdict::LeftOut,
        }
    }
}

/// The text of a report, of which GitHub Actions takes no line for a command.
fn reported(text: &str) -> String {
    match std::env::var_os("GITHUB_ACTIONS") {
        Some(value) if !value.is_empty() => without_commands(text, &uuid::Uuid::new_v4().to_string()),
        Some(_) | None => text.to_owned(),
    }
}

struct Ending(Arc<Board>);

impl Drop for Ending {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        state.ended = true;
        if std::thread::panicking() {
            state.failure = Some("finish the run: a bug in the harness, see the panic above".to_owned());
        }
        drop(state);
        self.0.changed.notify_all();
    }
}

impl Board {
    fn take(&self, event: Event) {
        let has_verdict = match event {
            Event::Trial(_) => true,
            Event::Header(_)
            | Event::Case(_)
            | Event::Exchange(_)
            | Event::Timing(_)
            | Event::Notice(_)
            | Event::Footer(_) => false,
        };
        lock(&self.state).summary.add(event);
        if has_verdict {
            self.changed.notify_all();
        }
    }
}

/// Starts the server, runs, cleans up, and stops the server. `Err` is a fragment that fits after
/// "failed to".
fn run(job: Job, board: &Arc<Board>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("start the runtime: {error}"))?;
    let Job { setup, manifest, ids, jobs, under_way } = job;
    let settings = RunSettings {
        level: setup.level,
        jobs: jobs.unwrap_or(DEFAULT_JOBS),
        known: setup.known,
        // Without the file the run goes on: only the name of a suspect is lost.
        journal: under_way.and_then(|path| Journal::create(&path).ok()).map(Arc::new),
        ..RunSettings::default()
    };
    let select = Select { ids, long: true, ..Select::default() };
    let profile = setup.profile;
    let run = |target: Target| {
        let board = Arc::clone(board);
        let emit: Emit = Arc::new(move |event| board.take(event));
        let run = judge::run(target, &manifest, &select, settings, Stop::default(), emit);
        runtime.block_on(run).map(|_footer| ()).map_err(|error| with_help(&error))
    };
    match setup.place {
        Place::Endpoint(endpoint) => run(setup::target(endpoint, profile.as_ref())?),
        Place::Started(start) => {
            // So that the server may spawn tasks, and may block as well.
            let entered = runtime.enter();
            let server = start();
            let endpoint = Endpoint::of_target(&server.to_string()).map_err(|error| error.to_string())?;
            let ended = run(setup::target(endpoint, profile.as_ref())?);
            drop(server);
            drop(entered);
            ended
        }
        #[cfg(feature = "serve")]
        Place::Reference => {
            let entered = runtime.enter();
            let running = crate::reference::start(crate::plan::reference_settings())
                .map_err(|error| format!("start the reference: {error}"))?;
            drop(entered);
            let endpoint = Endpoint::parse(&format!("http://{}", running.address()))
                .map_err(|error| error.to_string())?;
            let mut target = Target::reference(&endpoint.to_string(), setup::client(endpoint.clone(), None)?);
            target.clock = Some(ClockHook::new(running.clock()));
            let ended = run(target);
            runtime.block_on(running.shutdown());
            ended
        }
    }
}

fn with_help(error: &TargetError) -> String {
    let help = match error {
        TargetError::NoAnswer { why, .. } if why.kind == NoAnswerKind::Untrusted => {
            "name a host that the certificate is for, signed by an authority that the system trusts"
                .to_owned()
        }
        TargetError::NoAnswer { .. } => "check that the server is up and returns its own URL".to_owned(),
        TargetError::Envelope { .. } => {
            "answer as Kinesis does, or give the target's profile a dialect".to_owned()
        }
        TargetError::NotKinesis { .. } | TargetError::Stopped => advice(error),
    };
    format!("{error}\n  try: {help}")
}

/// A lock is poisoned only by a panic that is reported elsewhere; what it guards is whole all the same.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
