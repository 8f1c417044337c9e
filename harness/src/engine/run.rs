//! One run: asks the target, puts every selected question, judges, tells.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::case::ast::{Fixture, Level, Question};
use crate::facts::Registry;
use crate::model::Model;

use super::capability::{self, AskError};
use super::describe::Look;
use super::event::{
    Capabilities, CaseText, Event, Evidence, Flag, Footer, Header, LOG_FORMAT, Outcome, QuestionText,
    Selection, Target as TargetText, Trial,
};
use super::fixtures::Fixtures;
use super::judge::{Judgement, Measure, Observation, judge};
use super::known::KnownList;
use super::plan::{Manifest, PlannedTrial, Select};
use super::redact::Redactor;
use super::round::{self, Lending};
use super::session::{Emit, Session, Stop};
use super::target::Target;

/// How a run goes about it.
#[derive(Clone, Debug)]
pub struct RunSettings {
    /// Mismatches at or below this level fail.
    pub level: Level,
    /// Trials in flight at once, at most.
    pub jobs: usize,
    /// The seed of everything drawn; goes into the names of resources too.
    pub seed: u64,
    /// Known failures.
    pub known: KnownList,
    /// Redacts what the credentials hold.
    pub redactor: Redactor,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            level: Level::Extended,
            jobs: DEFAULT_JOBS,
            seed: 0,
            known: KnownList::default(),
            redactor: Redactor::none(),
        }
    }
}

/// Trials in flight at once where nothing else is said: most of them wait, not work.
pub const DEFAULT_JOBS: usize = 32;

/// Trials whose verdict was not to be relied on are asked again so often, on a fresh stream.
const ROUNDS: u32 = 3;

/// Runs the selected trials. Every event goes to `emit`, in an order that begins with the header
/// and ends with the footer; the footer is returned too.
///
/// # Errors
/// If the target never answers, or not as Kinesis would. No trial was started then, and nothing
/// told but what the target answered.
pub async fn run(
    target: Target,
    manifest: &Manifest,
    select: &Select,
    settings: RunSettings,
    stop: Stop,
    emit: Emit,
) -> Result<Footer, AskError> {
    let selected = manifest.select(select);
    in_order(target, manifest, select, selected, settings, stop, emit).await
}

/// As [`run`], with the trials in the order given, which decides when they are started and, if all
/// is well, nothing else.
pub(super) async fn in_order(
    target: Target,
    manifest: &Manifest,
    select: &Select,
    selected: Vec<PlannedTrial>,
    settings: RunSettings,
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
        asked = capability::ask(&session) => asked.map_err(|error| session.redacted(error))?,
        // Nothing was made so far, so there is nothing to clean up.
        () = session.stopped() => return Err(AskError::Stopped),
    };
    let header = header(&session, manifest, select, &settings, &capabilities, selected.len());
    gate.open(settings.redactor.event(Event::Header(Box::new(header))));
    tell_cases(&session, &selected);

    let look = Look::of(&capabilities);
    let fixtures = Arc::new(Fixtures::new(Arc::clone(&session), look, run_id(settings.seed)));
    let redactor = settings.redactor.clone();
    let run = Arc::new(Run { session, fixtures, look, capabilities, settings });
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
    settings: RunSettings,
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
            let judgement = judge(trial, &observation, self.measure());
            return self.verdict(trial, 0, started_us, observation, judgement);
        }
        let mut round = first_round;
        // An error that stands if no later round gets as far as the question.
        let mut error: Option<(u32, Observation, Judgement)> = None;
        loop {
            let borrows = trial.case().given.values().any(|fixture| matches!(fixture.value, Fixture::Shared));
            let lending = if borrows && round == 0 { Lending::Shared } else { Lending::Own };
            let reserved = self.fixtures.reserve(round::shards_needed(trial, lending)).await;
            let permit = jobs.acquire().await;
            let observation =
                round::observe(&self.session, &self.fixtures, self.look, trial, round, lending, reserved)
                    .await;
            drop(permit);
            let judgement = judge(trial, &observation, self.measure());
            let relied_on = match judgement.outcome {
                Outcome::Pass | Outcome::Open => true,
                // Whatever else was asked on the same stream at the same time may be to blame.
                Outcome::Tolerated | Outcome::Fail | Outcome::Error => {
                    lending == Lending::Own && judgement.firm
                }
                Outcome::Unobserved => false,
                Outcome::Blocked => !observation.setup_cut_short,
                Outcome::Unsupported | Outcome::Skipped | Outcome::Known => true,
            };
            round += 1;
            if relied_on || round == first_round + ROUNDS || self.session.is_stopped() {
                let last = (round - 1, observation, judgement);
                let (round, observation, judgement) = match (last.2.outcome, error) {
                    (Outcome::Blocked, Some(earlier)) => earlier,
                    (_, _) => last,
                };
                return self.verdict(trial, round, started_us, observation, judgement);
            }
            if judgement.outcome == Outcome::Error {
                error = Some((round - 1, observation, judgement));
            }
        }
    }

    fn measure(&self) -> Measure<'_> {
        let shortest = self.session.target.shortest_transition;
        Measure {
            model: self.session.model,
            level: self.settings.level,
            shortest_us: u64::try_from(shortest.as_micros()).unwrap_or(u64::MAX),
        }
    }

    fn verdict(
        &self,
        trial: &PlannedTrial,
        round: u32,
        started_us: u64,
        observation: Observation,
        judgement: Judgement,
    ) -> Trial {
        let ended_us = self.session.now_us();
        let verdict = verdict(trial, round, (started_us, ended_us), observation, judgement);
        self.settings.known.apply(verdict)
    }
}

/// A verdict as the log has it, before known lists.
pub(super) fn verdict(
    trial: &PlannedTrial,
    round: u32,
    (started_us, ended_us): (u64, u64),
    observation: Observation,
    judgement: Judgement,
) -> Trial {
    let evidence = match judgement.outcome {
        Outcome::Pass | Outcome::Tolerated => trial.facts(),
        Outcome::Fail
        | Outcome::Unobserved
        | Outcome::Blocked
        | Outcome::Error
        | Outcome::Unsupported
        | Outcome::Skipped
        | Outcome::Known
        | Outcome::Open => Vec::new(),
    };
    Trial {
        id: trial.id.clone(),
        case: trial.case_id.clone(),
        operation: trial.operation().to_owned(),
        level: trial.case().level,
        outcome: judgement.outcome,
        reason: judgement.reason,
        flags: Vec::<Flag>::new(),
        mismatches: judgement.mismatches,
        evidence,
        question_digest: trial.question_digest.clone(),
        round,
        bindings: observation.bindings.0,
        chose: judgement.chose,
        traces: judgement.traces,
        notes: judgement.notes,
        started_us,
        ms: ended_us.saturating_sub(started_us) / 1000,
    }
}

fn header(
    session: &Session,
    manifest: &Manifest,
    select: &Select,
    settings: &RunSettings,
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

/// What the texts of several cases have in common.
#[derive(Debug, Default)]
pub struct TextCache {
    facts: HashMap<String, Evidence>,
    /// The lines of the last case, by its file and its place there: rows of a family come together.
    lines: Option<((String, usize), Arc<str>)>,
}

/// A case as a reader wants to see it.
pub fn case_text(trial: &PlannedTrial, cache: &mut TextCache) -> CaseText {
    let source = &trial.suite().source;
    let case = trial.case();
    let from = (case.span.offset as usize).min(source.text.len());
    let to = (from + case.span.len as usize).min(source.text.len());
    // Whole lines: an excerpt that starts in the middle of one would shift its columns.
    let from = source.text[..from].rfind('\n').map_or(0, |at| at + 1);
    let to = source.text[to..].find('\n').map_or(source.text.len(), |at| to + at);
    let place = (source.path.clone(), from);
    let lines = match &cache.lines {
        Some((known, lines)) if *known == place => Arc::clone(lines),
        Some(_) | None => Arc::from(&source.text[from..to]),
    };
    cache.lines = Some((place, Arc::clone(&lines)));
    let today = jiff::tz::TimeZone::UTC.to_datetime(Timestamp::now()).date();
    let registry = Registry::embedded();
    let facts = trial
        .facts()
        .into_iter()
        .filter_map(|id| {
            if let Some(evidence) = cache.facts.get(&id.0) {
                return Some(evidence.clone());
            }
            let fact = registry.get(&id)?;
            let evidence = Evidence {
                id: fact.id.clone(),
                strength: fact.strength,
                old: fact.is_old_recording(today),
                as_of: fact.as_of.clone(),
                fact: fact.fact.clone(),
                source: fact.source.clone(),
            };
            cache.facts.insert(id.0, evidence.clone());
            Some(evidence)
        })
        .collect();
    let mut questions = indexmap::IndexMap::new();
    for id in trial.questions() {
        if let Some(question) = trial.library().questions.get(&id) {
            questions.insert(id, question_text(question));
        }
    }
    CaseText {
        id: trial.case_id.clone(),
        title: trial.title().to_owned(),
        operation: trial.operation().to_owned(),
        level: case.level,
        hurts: case.hurts.iter().map(|audience| audience.value).collect(),
        file: source.path.clone(),
        first_line: case.span.line,
        source: lines,
        facts,
        questions,
    }
}

fn question_text(question: &Question) -> QuestionText {
    QuestionText {
        question: question.question.clone(),
        candidates: question.candidates.keys().cloned().collect(),
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

#[cfg(all(test, feature = "serve"))]
mod tests;
