//! One run: probes the target, sends every selected trial, judges, reports.

mod gate;
mod health;
mod opening;
mod queue;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

use crate::case::ast::{Level, Resources};
use crate::log::{
    Change, EndedEarly, Event, Footer, Lengths, Outcome, Redactor, ResponseText, Timing, TrialVerdict,
};
use crate::model::Model;
use crate::observe::Observation;
use crate::plan::{Manifest, PlannedTrial, Select, Target};
use crate::wire::NoAnswerKind;

use super::calibration;
use super::capability::{self, TargetError};
use super::epoch::Epochs;
use super::field::{Field, Lending};
use super::fixtures::Fixtures;
use super::journal::Journal;
use super::session::{Emit, Session};
use super::stop::{Stop, StopReason};
use gate::Gate;
use opening::{emit_cases, header, report_unseen_transitions, run_id, timing_of};
use queue::{QueueKind, Queues};

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
    /// Names the requests under way.
    pub journal: Option<Arc<Journal>>,
}

/// Judges attempts while the run goes on: the run itself knows nothing of expectations.
pub(crate) trait Referee: Send + Sync {
    /// The ruling on one attempt by itself. `times_us` = when the trial began, and now.
    fn rule(
        &self,
        trial: &PlannedTrial,
        attempt: u32,
        times_us: (u64, u64),
        observation: Observation,
        timing: &Timing,
    ) -> Ruling;

    /// What follows from all attempts of a trial so far. `may_try_again` = whether another attempt can
    /// be made.
    fn settle(&self, trial: &PlannedTrial, rulings: Vec<Ruling>, may_try_again: bool) -> Settled;
}

/// What a referee says of one attempt.
#[derive(Clone, Debug)]
pub(crate) struct Ruling {
    /// The verdict that it comes to by itself.
    pub verdict: TrialVerdict,
    /// Why the attempt does not count, where it does not.
    pub void: Option<String>,
    /// True if what was seen has to be seen in another attempt to count.
    pub needs_confirmation: bool,
}

/// What follows from the attempts of a trial.
pub(crate) enum Settled {
    /// Another attempt is needed.
    Again(Vec<Ruling>),
    /// The verdict.
    Verdict(Box<TrialVerdict>),
}

/// Trials in flight at once where nothing else is said: most of them wait, not work.
pub const DEFAULT_JOBS: usize = 32;

/// Attempts of a trial that are made beside other trials.
const BESIDE_OTHERS: u32 = 2;

/// Trials in flight at once while third attempts are made.
const NEARLY_ALONE: usize = 2;

/// Runs the trials in the order given. Every event goes to `emit`, in an order that begins with the
/// header and ends with the footer; the footer is returned too.
///
/// # Errors
/// If the target never answers, or not as Kinesis would. No trial was started then, and nothing
/// reported but what the target answered.
#[expect(clippy::too_many_arguments, reason = "each is one thing that a run is made of")]
pub(crate) async fn run(
    target: Target,
    manifest: &Manifest,
    select: &Select,
    selected: Vec<Arc<PlannedTrial>>,
    settings: Settings,
    referee: Arc<dyn Referee>,
    stop: Stop,
    emit: Emit,
) -> Result<Footer, TargetError> {
    let started = Instant::now();
    let gate = Arc::new(Gate::new(emit));
    let gated: Emit = {
        let gate = Arc::clone(&gate);
        Arc::new(move |event| gate.take(event))
    };
    let session = Session::new(target, Model::embedded(), gated, settings.redactor.clone(), stop)
        .with_journal(settings.journal.clone());
    let session = Arc::new(session);
    let capabilities = tokio::select! {
        probed = capability::probe_all(&session, settings.jobs) => {
            Arc::new(probed.map_err(|error| error.redacted(&settings.redactor))?)
        }
        // Nothing was made so far, so there is nothing to clean up.
        () = session.stopped() => return Err(TargetError::Stopped),
    };
    let header = header(&session, manifest, select, &settings, &capabilities, selected.len());
    gate.open(settings.redactor.event(Event::Header(Box::new(header))));
    emit_cases(&session, &selected);

    // All trials of a run have the same resources.
    let resources =
        Arc::clone(selected.first().map_or_else(|| Resources::embedded(), |trial| &trial.resources));
    let fixtures = Arc::new(Fixtures::new(
        Arc::clone(&session),
        resources,
        Arc::clone(&capabilities),
        run_id(settings.seed),
    ));
    let redactor = settings.redactor.clone();
    let can: Vec<&PlannedTrial> = selected
        .iter()
        .map(AsRef::as_ref)
        .filter(|trial| trial.without_asking(&session.target, &capabilities).is_none())
        .collect();
    let epochs = Arc::new(Epochs::new(Arc::clone(&session), Arc::clone(&fixtures)));
    let mut health_checks = JoinSet::new();
    health_checks.spawn(health::check_until_the_end(Arc::clone(&session)));
    let changes = if can.iter().any(|trial| trial.has_transition() || trial.transient_status().is_some()) {
        calibration::changes_of(can)
    } else {
        BTreeSet::new()
    };
    let mut follower = JoinSet::new();
    if let Some(process) = session.target.process.clone() {
        let epochs = Arc::clone(&epochs);
        follower.spawn(async move { epochs.follow(&*process).await });
    }
    let lengths = measured(&session, &fixtures, &epochs, &changes).await;
    let timing = Arc::new(timing_of(&session.target, lengths));
    session.set_pace(&timing.lengths);
    session.emit(Event::Timing((*timing).clone()));
    report_unseen_transitions(&session, &timing.lengths);
    let field = Field { session, fixtures, capabilities, timing };
    let observing = Semaphore::new(field.session.target.transitional_budget.max(1) as usize);
    let run = Arc::new(Run { field, settings, referee, observing, epochs });
    let asked = selected.len();
    // In a task of its own: a panic is a bug of the harness, and what was made is deleted all the same.
    let trials = {
        let run = Arc::clone(&run);
        tokio::spawn(async move { run.trials(selected).await })
    };
    let (counts, panic) = match trials.await {
        Ok(counts) => (counts, None),
        Err(error) => {
            run.field.session.stop_early("the harness has a bug".to_owned());
            (BTreeMap::new(), error.try_into_panic().ok())
        }
    };
    follower.shutdown().await;
    health_checks.shutdown().await;
    let left_behind = run.field.fixtures.clean_up().await;
    let (mut stopped_early, mut budget_ms, mut max_fail) = (None, None, None);
    match run.field.session.stop_reason() {
        Some(StopReason::Early(why)) => stopped_early = Some(why),
        Some(StopReason::Budget(budget)) => {
            budget_ms = Some(u64::try_from(budget.as_millis()).unwrap_or(u64::MAX));
        }
        Some(StopReason::Failures(failures)) => max_fail = Some(failures),
        Some(StopReason::Asked) | None => {}
    }
    let target_ended = run.epochs.ends();
    let footer = Footer {
        complete: !run.field.session.is_stopped() && counts.values().sum::<usize>() == asked,
        counts,
        requests: run.field.session.requests(),
        ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        left_behind,
        target_ended,
        stopped_early,
        budget_ms,
        max_fail,
    };
    gate.close(redactor.event(Event::Footer(Box::new(footer.clone()))));
    if let Some(panic) = panic {
        std::panic::resume_unwind(panic);
    }
    Ok(footer)
}

/// The lengths of these changes, measured again if the process of the target ends in the meantime: the stream that was
/// measured is gone with it.
async fn measured(
    session: &Arc<Session>,
    fixtures: &Arc<Fixtures>,
    epochs: &Epochs,
    changes: &BTreeSet<Change>,
) -> Lengths {
    loop {
        let epoch = tokio::select! {
            epoch = epochs.up() => epoch,
            () = session.stopped() => return Lengths::default(),
        };
        let (lengths, error) = tokio::select! {
            measured = calibration::measure(session, fixtures, changes) => measured,
            () = session.stopped() => return Lengths::default(),
            () = epochs.end_of(epoch) => continue,
        };
        // The end of a process is noticed a little later than that its connections broke.
        if session.target.process.is_some() && !changes.is_empty() && session.nothing_listens().await {
            let _noticed = tokio::time::timeout(NOTICED_AT_LAST, epochs.end_of(epoch)).await;
        }
        if epochs.has_ended(epoch) && !session.is_stopped() {
            continue;
        }
        if let Some(error) = error {
            session.notice(None, format!("the lengths of transitions were not all measured: {error}"));
        }
        return lengths;
    }
}

struct Run {
    field: Field,
    settings: Settings,
    referee: Arc<dyn Referee>,
    /// Trials that observe a transition at once.
    observing: Semaphore,
    epochs: Arc<Epochs>,
}

/// A trial and the rulings on its attempts so far.
struct Unsettled {
    trial: Arc<PlannedTrial>,
    started_us: u64,
    rulings: Vec<Ruling>,
}

impl Unsettled {
    /// True if an attempt that counts shows a violation, and no other attempt counts.
    fn was_violated_once(&self) -> bool {
        self.rulings.iter().any(|ruling| ruling.void.is_none() && ruling.needs_confirmation)
    }
}

/// What carrying out a trial came to.
enum CameTo {
    Verdict(Box<TrialVerdict>),
    Unsettled(Unsettled),
    /// The target's process ended while a request of the trial was under way.
    Suspect(Unsettled),
}

/// Which trials an attempt is made beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beside {
    Others,
    /// None: if the target's process ends, it ended over this trial.
    None,
}

impl Run {
    async fn trials(self: &Arc<Self>, selected: Vec<Arc<PlannedTrial>>) -> BTreeMap<Outcome, usize> {
        let mut counts = BTreeMap::new();
        let requires = &self.field.session.target.requires;
        let required: HashSet<String> = selected
            .iter()
            .filter(|trial| trial.is_required(requires))
            .map(|trial| trial.id.clone())
            .collect();
        let mut emit = |mut verdict: TrialVerdict| {
            verdict.required = required.contains(&verdict.id);
            *counts.entry(verdict.outcome).or_default() += 1;
            self.field.session.emit(Event::Trial(Box::new(verdict)));
        };
        // A trial that moves the clock moves it for all, and one that judges when a response comes is
        // disturbed by all: these are carried out alone, after all others.
        let (alone, together): (Vec<_>, Vec<_>) = selected.into_iter().partition(|trial| trial.runs_alone());
        let together = together.into_iter().map(|trial| self.unsettled(trial)).collect();
        let jobs = Arc::new(Semaphore::new(self.settings.jobs.max(1)));
        let (mut unsettled, mut suspects) =
            self.side_by_side(together, &jobs, BESIDE_OTHERS, None, &mut emit).await;
        // The trials whose requests were under way when the process ended, newest first, each alone: the
        // one during which it ends again is to blame.
        suspects.sort_by_key(|suspect| self.epochs.rank(&suspect.trial.id));
        for suspect in suspects {
            let one = Semaphore::new(1);
            let came_to = tokio::select! {
                // First: the end of the process that ends the run as well is this trial's doing.
                biased;
                came_to = self.carry_out(suspect, &one, u32::MAX, None, Beside::None) => came_to,
                // Also while the process is started again, which may take minutes.
                () = self.field.session.stopped() => break,
            };
            match came_to {
                CameTo::Verdict(verdict) => emit(*verdict),
                CameTo::Unsettled(_) | CameTo::Suspect(_) => {}
            }
        }
        // All third attempts together may take as long as the run before them. What was violated once comes
        // first: without another attempt a wrong endpoint would not be named.
        unsettled.sort_by_key(|unsettled| !unsettled.was_violated_once());
        let until = tokio::time::Instant::now() + Duration::from_micros(self.field.session.now_us());
        let nearly_alone = Arc::new(Semaphore::new(NEARLY_ALONE.min(self.settings.jobs.max(1))));
        self.side_by_side(unsettled, &nearly_alone, u32::MAX, Some(until), &mut emit).await;
        for trial in alone {
            let one = Arc::new(Semaphore::new(1));
            self.side_by_side(vec![self.unsettled(trial)], &one, u32::MAX, None, &mut emit).await;
            if self.field.session.is_stopped() {
                break;
            }
        }
        counts
    }

    /// Carries out trials side by side, each up to so many attempts; returns those that need more, and
    /// those that are suspected of having ended the target's process.
    /// What is not settled until then gets a verdict from the attempts that were made.
    async fn side_by_side(
        self: &Arc<Self>,
        trials: Vec<Unsettled>,
        jobs: &Arc<Semaphore>,
        attempts: u32,
        until: Option<tokio::time::Instant>,
        emit: &mut (dyn FnMut(TrialVerdict) + Send),
    ) -> (Vec<Unsettled>, Vec<Unsettled>) {
        let mut queues = Queues::of(trials);
        let mut tasks = JoinSet::new();
        let start = |tasks: &mut JoinSet<_>, kind: QueueKind, unsettled: Unsettled| {
            let run = Arc::clone(self);
            let jobs = Arc::clone(jobs);
            tasks.spawn(async move {
                let came_to = tokio::select! {
                    came_to = run.carry_out(unsettled, &jobs, attempts, until, Beside::Others) => Some(came_to),
                    () = run.field.session.stopped() => None,
                };
                (kind, came_to)
            });
        };
        for (kind, unsettled) in queues.opening(jobs.available_permits()) {
            start(&mut tasks, kind, unsettled);
        }
        let (mut left, mut suspects) = (Vec::new(), Vec::new());
        while let Some(joined) = tasks.join_next().await {
            let (kind, came_to) = match joined.map_err(JoinError::try_into_panic) {
                Ok(ended) => ended,
                // A panic in a trial is a bug of the harness: it must not look like a verdict.
                Err(Ok(panic)) => std::panic::resume_unwind(panic),
                // The program ends, and its runtime with it.
                Err(Err(_cancelled)) => continue,
            };
            match came_to {
                Some(CameTo::Verdict(verdict)) => emit(*verdict),
                Some(CameTo::Unsettled(unsettled)) => left.push(unsettled),
                Some(CameTo::Suspect(suspect)) => suspects.push(suspect),
                // The run is stopped: nothing more begins.
                None => queues = Queues::default(),
            }
            for unsettled in queues.first(kind, 1) {
                start(&mut tasks, kind, unsettled);
            }
        }
        (left, suspects)
    }

    /// Makes attempts until the trial is settled, or so many were made.
    async fn carry_out(
        &self,
        unsettled: Unsettled,
        jobs: &Semaphore,
        attempts: u32,
        until: Option<tokio::time::Instant>,
        beside: Beside,
    ) -> CameTo {
        let Unsettled { trial, started_us, mut rulings } = unsettled;
        if let Some(why) = trial.without_asking(&self.field.session.target, &self.field.capabilities) {
            let observation = Observation { ended_early: Some(why), ..Observation::default() };
            let ruling = self.rule(&trial, 0, started_us, observation);
            return self.settled(&trial, vec![ruling]);
        }
        loop {
            let attempt = u32::try_from(rulings.len()).unwrap_or(u32::MAX);
            if attempt >= attempts {
                return CameTo::Unsettled(Unsettled { trial, started_us, rulings });
            }
            let epoch = self.epochs.up().await;
            let lending = if trial.borrows() && attempt == 0 { Lending::Shared } else { Lending::Own };
            let work = self.attempt(&trial, attempt, lending, jobs);
            let observation = tokio::select! {
                observation = work => Some(observation),
                // Nothing of this epoch is there any more: no need to wait for time-outs.
                () = self.epochs.end_of(epoch) => None,
                () = until_then(until) => return self.settled(&trial, rulings),
            };
            let mut observation = observation.unwrap_or_default();
            if self.epochs.has_ended(epoch) || self.lost_its_target(&observation, epoch).await {
                let how = self.epochs.last_end();
                match beside {
                    Beside::None => observation.process_ended = Some(how),
                    Beside::Others if self.epochs.suspects(&trial.id) => {
                        // The log has the exchanges of this attempt, so that it is an attempt, if a void one.
                        observation.disturbed = Some(how);
                        rulings.push(self.rule(&trial, attempt, started_us, observation));
                        return CameTo::Suspect(Unsettled { trial, started_us, rulings });
                    }
                    Beside::Others => observation.disturbed = Some(how),
                }
            }
            rulings.push(self.rule(&trial, attempt, started_us, observation));
            match self.referee.settle(&trial, rulings, !self.field.session.is_stopped()) {
                Settled::Verdict(verdict) => return CameTo::Verdict(verdict),
                Settled::Again(so_far) => rulings = so_far,
            }
        }
    }

    /// One attempt, from the reservation of shards to the return of what it borrowed.
    async fn attempt(
        &self,
        trial: &PlannedTrial,
        attempt: u32,
        lending: Lending,
        jobs: &Semaphore,
    ) -> Observation {
        let needed = trial.shards_needed(lending == Lending::Own);
        let reserved = self.field.fixtures.reserve(needed).await;
        // Streams in transition at once are bounded, and each of them is sampled: with too many of
        // them a slow target would show none often enough.
        let _observing = match trial.has_transition() {
            true => self.observing.acquire().await.ok(),
            false => None,
        };
        let permit = jobs.acquire().await;
        // Boxed, as thousands of trials wait for their turn: only those in flight need the space.
        let ended = Box::pin(self.field.attempt(trial, attempt, lending, reserved)).await;
        drop(permit);
        Box::pin(self.field.give_back(ended)).await
    }

    /// True if a request got no response since the target's process ended. The end of a process is
    /// noticed a little later than the connections that it breaks. Where nobody starts the target
    /// again, and nothing listens there any more, the run ends.
    async fn lost_its_target(&self, observation: &Observation, epoch: u32) -> bool {
        let in_setup = match &observation.ended_early {
            Some(EndedEarly::Error(_) | EndedEarly::Blocked(_)) => true,
            Some(EndedEarly::Unsupported(_) | EndedEarly::Skipped(_)) | None => false,
        };
        let lost = in_setup
            || observation.exchanges.iter().any(|observed| match &observed.exchange.response {
                ResponseText::Answer { .. } => false,
                ResponseText::None(none) => match none.kind {
                    NoAnswerKind::Refused | NoAnswerKind::Closed => true,
                    NoAnswerKind::TimedOut
                    | NoAnswerKind::NotHttp
                    | NoAnswerKind::Tls
                    | NoAnswerKind::Untrusted
                    | NoAnswerKind::TooLong => false,
                },
            });
        if !lost {
            return false;
        }
        if self.field.session.target.process.is_some() {
            return self.is_noticed_to_end(epoch).await;
        }
        if self.field.session.nothing_listens().await {
            self.epochs.nobody_listens();
        }
        false
    }

    /// True if the end of the process is noticed soon. Where nothing listens any more, it is only a matter
    /// of time: on a busy machine the end of a process can be reported long after its connections broke.
    async fn is_noticed_to_end(&self, epoch: u32) -> bool {
        let noticed = |within| tokio::time::timeout(within, self.epochs.end_of(epoch));
        if noticed(NOTICED_WITHIN).await.is_ok() {
            return true;
        }
        self.field.session.nothing_listens().await && noticed(NOTICED_AT_LAST).await.is_ok()
    }

    /// The verdict that the attempts so far give, without another one.
    fn settled(&self, trial: &Arc<PlannedTrial>, rulings: Vec<Ruling>) -> CameTo {
        match self.referee.settle(trial, rulings, false) {
            Settled::Verdict(verdict) => CameTo::Verdict(verdict),
            Settled::Again(rulings) => {
                CameTo::Unsettled(Unsettled { trial: Arc::clone(trial), started_us: 0, rulings })
            }
        }
    }

    fn rule(&self, trial: &PlannedTrial, attempt: u32, started_us: u64, observation: Observation) -> Ruling {
        let times_us = (started_us, self.field.session.now_us());
        self.referee.rule(trial, attempt, times_us, observation, &self.field.timing)
    }

    fn unsettled(&self, trial: Arc<PlannedTrial>) -> Unsettled {
        Unsettled { trial, started_us: self.field.session.now_us(), rulings: Vec::new() }
    }
}

/// Within so long the end of a process is noticed after its connections broke.
const NOTICED_WITHIN: Duration = Duration::from_millis(500);
/// The same where nothing listens any more.
const NOTICED_AT_LAST: Duration = Duration::from_secs(10);

/// Ends at that time; never, if there is none.
async fn until_then(until: Option<tokio::time::Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}
