//! A whole run: every selected trial carried out and judged.

use std::sync::Arc;

use crate::case::ast::Level;
use crate::log::{AttemptText, Flag, Footer, Outcome, Redactor, Timing, TrialVerdict};
use crate::model::Model;
use crate::observe::Observation;
use crate::plan::{Manifest, PlannedTrial, Select, Target};
use crate::run::{self, DEFAULT_JOBS, Emit, Journal, Referee, Ruling, Settled, Stop, TargetError};

use super::known::KnownList;
use super::{Judgement, Measure, attempts, judge};

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
    /// A file that names the requests under way, for a target in this process.
    pub journal: Option<Arc<Journal>>,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            level: Level::Extended,
            jobs: DEFAULT_JOBS,
            seed: 0,
            known: KnownList::default(),
            redactor: Redactor::none(),
            journal: None,
        }
    }
}

/// Runs the selected trials. Every event goes to `emit`, in an order that begins with the header
/// and ends with the footer; the footer is returned too.
///
/// # Errors
/// If the target never answers, or not as Kinesis would. No trial was started then, and nothing
/// reported but what the target answered.
pub async fn run(
    target: Target,
    manifest: &Manifest,
    select: &Select,
    settings: RunSettings,
    stop: Stop,
    emit: Emit,
) -> Result<Footer, TargetError> {
    let selected = manifest.select(select);
    in_order(target, manifest, select, selected, settings, stop, emit).await
}

/// As [`run`], with the trials in the order given, which decides when they are started and, if all
/// is well, nothing else.
pub(crate) async fn in_order(
    target: Target,
    manifest: &Manifest,
    select: &Select,
    selected: Vec<Arc<PlannedTrial>>,
    settings: RunSettings,
    stop: Stop,
    emit: Emit,
) -> Result<Footer, TargetError> {
    let RunSettings { level, jobs, seed, known, redactor, journal } = settings;
    let judge = Arc::new(Judges { level, known });
    let settings = run::Settings { level, jobs, seed, redactor, journal };
    run::run(target, manifest, select, selected, settings, judge, stop, emit).await
}

/// Judges the attempts of a run while it goes on.
struct Judges {
    level: Level,
    known: KnownList,
}

impl Referee for Judges {
    fn rule(
        &self,
        trial: &PlannedTrial,
        attempt: u32,
        times_us: (u64, u64),
        observation: Observation,
        timing: &Timing,
    ) -> Ruling {
        let measure = Measure { model: Model::embedded(), level: self.level, timing };
        let judgement = judge(trial, &observation, measure);
        let void = judgement.void.clone();
        let verdict = verdict(trial, attempt, times_us, &observation, judgement);
        // That the process ends again while the trial is alone is the second time already.
        let confirmed = observation.process_ended.is_some();
        let needs_confirmation = !confirmed && attempts::needs_confirmation(&verdict);
        Ruling { needs_confirmation, verdict, void }
    }

    fn settle(&self, trial: &PlannedTrial, rulings: Vec<Ruling>, may_try_again: bool) -> Settled {
        match attempts::settle_trial(trial, rulings, may_try_again) {
            Settled::Verdict(verdict) => Settled::Verdict(Box::new(self.known.apply(*verdict))),
            again @ Settled::Again(_) => again,
        }
    }
}

/// A verdict as the log has it, before known lists.
pub(crate) fn verdict(
    trial: &PlannedTrial,
    attempt: u32,
    (started_us, ended_us): (u64, u64),
    observation: &Observation,
    judgement: Judgement,
) -> TrialVerdict {
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
    TrialVerdict {
        id: trial.id.clone(),
        case: trial.case_id.clone(),
        operation: trial.operation.clone(),
        level: trial.level,
        outcome: judgement.outcome,
        reason: judgement.reason,
        flags: Vec::<Flag>::new(),
        required: false,
        mismatches: judgement.mismatches,
        evidence,
        question_digest: trial.question_digest.clone(),
        stops: trial.stops.clone(),
        attempt,
        attempts: vec![AttemptText {
            outcome: judgement.outcome,
            void: judgement.void,
            disturbed: observation.disturbed.clone(),
            ended_early: observation.ended_early.clone(),
            bindings: observation.bindings.to_log(),
            began_us: observation.began_us,
            process_ended: observation.process_ended.clone(),
        }],
        answers: judgement.answers,
        traces: judgement.traces,
        notes: judgement.notes,
        started_us,
        ms: ended_us.saturating_sub(started_us) / 1000,
    }
}

#[cfg(all(test, feature = "serve"))]
mod tests;
