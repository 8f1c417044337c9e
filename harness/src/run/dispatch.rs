//! One run: asks the target, puts every selected question, judges, tells.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::case::ast::{Fixture, Level};
use crate::model::Model;

use crate::log::Redactor;
use crate::log::{
    Capabilities, Event, Footer, Header, LOG_FORMAT, Outcome, Selection, Target as TargetText, Trial,
};
use crate::observe::Observation;
use crate::observe::describe::Look;
use crate::plan::Target;
use crate::plan::{Manifest, PlannedTrial, Select, TextCache, case_text};
use crate::run::capability::AskError;
use crate::run::fixtures::Fixtures;
use crate::run::round::Lending;
use crate::run::session::{Emit, Session, Stop};
use crate::run::{capability, round};

/// How a run goes about it.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The level at which the run is judged, for the log's header.
    pub level: Level,
    /// Trials in flight at once, at most.
    pub jobs: usize,
    /// The seed of everything drawn; goes into the names of resources too.
    pub seed: u64,
    /// Redacts what the credentials hold.
    pub redactor: Redactor,
}

/// Judges attempts while the run goes on: the run itself knows nothing of expectations.
pub(crate) trait Referee: Send + Sync {
    /// The verdict on one attempt, before known lists. `times_us` = when the trial began, and now.
    fn rule(
        &self,
        trial: &PlannedTrial,
        round: u32,
        times_us: (u64, u64),
        observation: Observation,
    ) -> Ruling;

    /// The verdict with known lists taken into account.
    fn listed(&self, verdict: Trial) -> Trial;
}

/// What a referee says of one attempt.
pub(crate) struct Ruling {
    /// The verdict.
    pub verdict: Trial,
    /// False if chance may have a part in a failure, so that it should happen again to count.
    pub firm: bool,
}

/// Trials in flight at once where nothing else is said: most of them wait, not work.
pub const DEFAULT_JOBS: usize = 32;

/// Trials whose verdict was not to be relied on are asked again so often, on a fresh stream.
const ROUNDS: u32 = 3;

/// Runs the trials in the order given. Every event goes to `emit`, in an order that begins with the
/// header and ends with the footer; the footer is returned too.
///
/// # Errors
/// If the target never answers, or not as Kinesis would. No trial was started then, and nothing
/// told but what the target answered.
#[expect(clippy::too_many_arguments, reason = "each is one thing that a run is made of")]
pub(crate) async fn run(
    target: Target,
    manifest: &Manifest,
    select: &Select,
    selected: Vec<PlannedTrial>,
    settings: Settings,
    referee: Arc<dyn Referee>,
    stop: Stop,
    emit: Emit,
) -> Result<Footer, AskError> {
    let started = Instant::now();
    let gate = Arc::new(Gate::new(emit));
    let gated: Emit = {
        let gate = Arc::clone(&gate);
        Arc::new(move |event| gate.take(event))
    };
    let session = Arc::new(Session::new(target, Model::embedded(), gated, settings.redactor.clone(), stop));
    let capabilities = tokio::select! {
        asked = capability::ask(&session) => asked.map_err(|error| error.redacted(&settings.redactor))?,
        // Nothing was made so far, so there is nothing to clean up.
        () = session.stopped() => return Err(AskError::Stopped),
    };
    let header = header(&session, manifest, select, &settings, &capabilities, selected.len());
    gate.open(settings.redactor.event(Event::Header(Box::new(header))));
    tell_cases(&session, &selected);

    let look = Look::of(&capabilities);
    let fixtures = Arc::new(Fixtures::new(Arc::clone(&session), look, run_id(settings.seed)));
    let redactor = settings.redactor.clone();
    let run = Arc::new(Run { session, fixtures, look, capabilities, settings, referee });
    let counts = run.trials(selected).await;
    let left_behind = run.fixtures.clean_up().await;
    let footer = Footer {
        complete: !run.session.is_stopped(),
        counts,
        requests: run.session.requests(),
        ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        left_behind,
    };
    gate.close(redactor.event(Event::Footer(Box::new(footer.clone()))));
    Ok(footer)
}

struct Run {
    session: Arc<Session>,
    fixtures: Arc<Fixtures>,
    look: Look,
    capabilities: Capabilities,
    settings: Settings,
    referee: Arc<dyn Referee>,
}

impl Run {
    async fn trials(self: &Arc<Self>, selected: Vec<PlannedTrial>) -> BTreeMap<Outcome, usize> {
        let jobs = Arc::new(Semaphore::new(self.settings.jobs.max(1)));
        let mut tasks = JoinSet::new();
        // The clock is everybody's: who moves it is asked alone, after all others.
        let (alone, together): (Vec<_>, Vec<_>) =
            selected.into_iter().partition(|trial| trial.case().moves_the_clock());
        let mut alone: Vec<(PlannedTrial, u32)> = alone.into_iter().map(|trial| (trial, 0)).collect();
        for trial in together {
            let run = Arc::clone(self);
            let jobs = Arc::clone(&jobs);
            tasks.spawn(async move {
                tokio::select! {
                    verdict = run.trial(&trial, &jobs, 0) => Some((trial, verdict)),
                    () = run.session.stopped() => None,
                }
            });
        }
        let mut counts = BTreeMap::new();
        let mut tell = |verdict: Trial| {
            *counts.entry(verdict.outcome).or_default() += 1;
            self.session.tell(Event::Trial(Box::new(verdict)));
        };
        while let Some(joined) = tasks.join_next().await {
            match joined {
                // Once more when nobody else keeps the target and this machine busy.
                Ok(Some((trial, verdict))) if verdict.outcome == Outcome::Unobserved => {
                    alone.push((trial, ROUNDS));
                }
                Ok(Some((_, verdict))) => tell(verdict),
                Ok(None) => {}
                // A panic in a trial is a bug of the harness: it must not look like a verdict.
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        }
        for (trial, first_round) in alone {
            tokio::select! {
                verdict = self.trial(&trial, &jobs, first_round) => tell(verdict),
                () = self.session.stopped() => break,
            }
        }
        counts
    }

    /// Puts one question, in as many rounds as it takes to rely on the answer.
    async fn trial(self: &Arc<Self>, trial: &PlannedTrial, jobs: &Arc<Semaphore>, first_round: u32) -> Trial {
        let started_us = self.session.now_us();
        if let Some((outcome, reason)) = trial.without_asking(&self.session.target, &self.capabilities) {
            let observation = Observation { stopped_by: Some((outcome, reason)), ..Observation::default() };
            return self.referee.listed(self.rule(trial, 0, started_us, observation).verdict);
        }
        let mut round = first_round;
        // An error that stands if no later round gets as far as the question.
        let mut error: Option<Trial> = None;
        loop {
            let borrows = trial.case().given.values().any(|fixture| matches!(fixture.value, Fixture::Shared));
            let lending = if borrows && round == 0 { Lending::Shared } else { Lending::Own };
            let reserved = self.fixtures.reserve(round::shards_needed(trial, lending)).await;
            let permit = jobs.acquire().await;
            let observation =
                round::observe(&self.session, &self.fixtures, self.look, trial, round, lending, reserved)
                    .await;
            drop(permit);
            let setup_cut_short = observation.setup_cut_short;
            let Ruling { verdict, firm } = self.rule(trial, round, started_us, observation);
            let relied_on = match verdict.outcome {
                Outcome::Pass | Outcome::Open => true,
                // Whatever else was asked on the same stream at the same time may be to blame.
                Outcome::Tolerated | Outcome::Fail | Outcome::Error => lending == Lending::Own && firm,
                Outcome::Unobserved => false,
                Outcome::Blocked => !setup_cut_short,
                Outcome::Unsupported | Outcome::Skipped | Outcome::Known => true,
            };
            round += 1;
            if relied_on || round == first_round + ROUNDS || self.session.is_stopped() {
                let last = match (verdict.outcome, error) {
                    (Outcome::Blocked, Some(earlier)) => earlier,
                    (_, _) => verdict,
                };
                return self.referee.listed(last);
            }
            if verdict.outcome == Outcome::Error {
                error = Some(verdict);
            }
        }
    }

    fn rule(&self, trial: &PlannedTrial, round: u32, started_us: u64, observation: Observation) -> Ruling {
        let times_us = (started_us, self.session.now_us());
        self.referee.rule(trial, round, times_us, observation)
    }
}

fn header(
    session: &Session,
    manifest: &Manifest,
    select: &Select,
    settings: &Settings,
    capabilities: &Capabilities,
    trials: usize,
) -> Header {
    let target = &session.target;
    Header {
        format: LOG_FORMAT,
        suite_version: env!("CARGO_PKG_VERSION").to_owned(),
        manifest_digest: manifest.digest(),
        started_at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        target: TargetText {
            name: target.name.clone(),
            version: target.version.clone(),
            endpoint: target.endpoint.clone(),
        },
        capabilities: capabilities.clone(),
        selection: Selection {
            filters: select.filters.clone(),
            operations: select.operations.clone(),
            trials,
            of: manifest.trials.len(),
        },
        level: settings.level,
        seed: settings.seed,
        jobs: settings.jobs,
        target_arguments: target.arguments.clone(),
    }
}

/// Tells every case of the selection once, so that a log explains itself.
fn tell_cases(session: &Session, selected: &[PlannedTrial]) {
    let mut told = HashSet::new();
    let mut cache = TextCache::default();
    for trial in selected {
        if told.insert(trial.case_id.as_str()) {
            session.tell(Event::Case(Box::new(case_text(trial, &mut cache))));
        }
    }
}

/// Eight hex digits that differ from run to run: of the seed and the time.
fn run_id(seed: u64) -> String {
    let now =
        u64::try_from(Timestamp::now().as_nanosecond().rem_euclid(i128::from(u64::MAX))).unwrap_or_default();
    let mixed = (now ^ seed.rotate_left(17)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    format!("{:08x}", mixed >> 32)
}

/// Holds events back until the header is known, which stands first, and lets none through after the
/// footer, which stands last: an answer may still come in for a question that was dropped.
struct Gate {
    emit: Emit,
    state: Mutex<GateState>,
}

enum GateState {
    Held(Vec<Event>),
    Open,
    Closed,
}

impl Gate {
    fn new(emit: Emit) -> Self {
        Self { emit, state: Mutex::new(GateState::Held(Vec::new())) }
    }

    fn take(&self, event: Event) {
        let Ok(mut state) = self.state.lock() else { return };
        match &mut *state {
            GateState::Held(events) => events.push(event),
            GateState::Open => (self.emit)(event),
            GateState::Closed => {}
        }
    }

    fn open(&self, header: Event) {
        let Ok(mut state) = self.state.lock() else { return };
        (self.emit)(header);
        if let GateState::Held(events) = std::mem::replace(&mut *state, GateState::Open) {
            events.into_iter().for_each(|event| (self.emit)(event));
        }
    }

    fn close(&self, footer: Event) {
        let Ok(mut state) = self.state.lock() else { return };
        (self.emit)(footer);
        *state = GateState::Closed;
    }
}
