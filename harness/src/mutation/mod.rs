//! The kill table: which trial fails against which fault of the reference.
//!
//! Only *fail* kills. The table is derived by running the suite once against the reference as it
//! is, where nothing may fail, and against each fault the trials of those cases that name it, at the
//! strictest level: a fault that only a strict client notices is noticed all the same. A case is done
//! with at the first of its trials that fails; a family over operations is one case.
//!
//! The table must not depend on chance or on how busy the machine is: a case that did not kill is run
//! again, with all of its trials and at last one at a time, with longer transitions and no other
//! reference beside it, before the table says so.

mod check;
mod scope;
mod survivors;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinSet;
use tokio::time::timeout;

pub use check::unknown_faults;

use crate::case::ast::{Cost, Level};
use crate::reference;
use crate::reference::{Durations, Fault, Faults, Settings};
use crate::wire::{Client, ClientSettings, Credentials, Endpoint};

use crate::judge::{RunSettings, run};
use crate::log::{Event, Outcome};
use crate::plan::{ClockHook, Target, reference_settings};
use crate::plan::{Manifest, PlannedTrial, Select};
use crate::run::{Emit, Stop};

use survivors::survivor;

/// Trials that fail, by fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KillTable {
    /// Trials that do not pass against the reference without any fault. Should be empty.
    pub without_fault: BTreeMap<String, Outcome>,
    /// Trials that fail against each fault.
    pub killed_by: BTreeMap<Fault, BTreeSet<String>>,
}

/// Which trials a fault is held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Breadth {
    /// Those of the cases that name it, until one trial of each case has failed.
    #[default]
    Named,
    /// All of them, once. Takes many times as long, and shows who else fails.
    Whole,
}

/// A fault that the suite has been held against.
#[derive(Clone, Debug)]
pub struct FaultRun {
    /// The fault.
    pub fault: Fault,
    /// How many trials were run, repeated ones as often as they were.
    pub trials: usize,
    /// How long they took.
    pub took: Duration,
}

/// Why a table could not be made.
#[derive(Debug, thiserror::Error)]
pub enum KillError {
    /// A reference could not be started.
    #[error("start the reference: {0}")]
    Start(#[from] std::io::Error),
    /// It could not be probed.
    #[error("run against the reference: {0}")]
    Run(String),
}

/// References side by side: most of them wait, not work, but each must be checked often enough.
const SIDE_BY_SIDE: u32 = 6;
/// Trials in flight against one reference.
const JOBS: usize = 8;
/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How often trials are run that did not kill, or that could not be observed without any fault.
const ATTEMPTS: u32 = 5;
/// The attempts from this one on have a single trial in flight and no other reference beside them, so that
/// nothing of ours is in their way.
const ALONE_FROM: u32 = 2;
/// How many times as long a transition lasts in these attempts: on a busy machine, a short one can be over
/// before a response is there.
const LONGER: u32 = 8;
/// How long one run may take. A fault that makes the harness wait for ever is of no use.
const LONGEST: Duration = Duration::from_secs(300);

/// Runs the suite against the reference and against each of the faults; `report` is called for each fault
/// when it is through.
///
/// # Errors
/// If a reference does not start or answer.
pub async fn kill_table(
    manifest: &Manifest,
    faults: &[Fault],
    breadth: Breadth,
    report: &mut dyn FnMut(&FaultRun),
) -> Result<KillTable, KillError> {
    let without_fault = without_fault(manifest).await?;
    let mut table = KillTable { without_fault, killed_by: BTreeMap::new() };
    let side_by_side = Arc::new(Semaphore::new(SIDE_BY_SIDE as usize));
    let mut runs = JoinSet::new();
    for fault in faults.iter().cloned() {
        let manifest = manifest.clone();
        let side_by_side = Arc::clone(&side_by_side);
        runs.spawn(async move {
            let started = Instant::now();
            let killers = match breadth {
                Breadth::Named => killers_of_named(&manifest, &fault, &side_by_side).await,
                Breadth::Whole => {
                    let _turn = turn(&side_by_side, 0).await;
                    killers_of_all(&manifest, &fault).await
                }
            };
            killers.map(|(trials, killers)| (FaultRun { fault, trials, took: started.elapsed() }, killers))
        });
    }
    while let Some(joined) = runs.join_next().await {
        let (fault_run, killers) = joined.map_err(|error| KillError::Run(error.to_string()))??;
        report(&fault_run);
        table.killed_by.insert(fault_run.fault, killers);
    }
    Ok(table)
}

/// Waits until there is room for one more reference, or for one that is to be alone.
async fn turn(side_by_side: &Semaphore, attempt: u32) -> Option<SemaphorePermit<'_>> {
    let room = if attempt < ALONE_FROM { 1 } else { SIDE_BY_SIDE };
    // The semaphore is never closed, and one more reference would do no harm.
    side_by_side.acquire_many(room).await.ok()
}

/// How many trials were run, and those that failed, at least one of each case that names the fault and
/// kills it.
async fn killers_of_named(
    manifest: &Manifest,
    fault: &Fault,
    side_by_side: &Semaphore,
) -> Result<(usize, BTreeSet<String>), KillError> {
    let names = |trial: &&PlannedTrial| trial.kills().any(|name| name == fault.name());
    let mut pending: Vec<&PlannedTrial> = every_trial(manifest).filter(names).collect();
    let (mut trials, mut killers) = (0, BTreeSet::new());
    for attempt in 0..ATTEMPTS {
        let chosen = if attempt == 0 { likely(fault, &pending) } else { pending.clone() };
        if chosen.is_empty() {
            continue;
        }
        trials += chosen.len();
        let _turn = turn(side_by_side, attempt).await;
        let bad = run_these(manifest, &chosen, with(fault), attempt).await?;
        let failed = failed(bad);
        let killers_now = pending.iter().filter(|trial| failed.contains(&trial.id));
        let done: BTreeSet<String> = killers_now.map(|trial| trial.written_case()).collect();
        pending.retain(|trial| !done.contains(&trial.written_case()));
        killers.extend(failed);
    }
    Ok((trials, killers))
}

/// One trial for each case and each way in which the fault distinguishes trials of a case.
fn likely<'a>(fault: &Fault, trials: &[&'a PlannedTrial]) -> Vec<&'a PlannedTrial> {
    let scope = fault.scope();
    let mut stood_for = BTreeSet::new();
    let mut likely = trials.to_vec();
    likely.retain(|trial| {
        scope::affects(scope, trial) && stood_for.insert((trial.written_case(), scope::address(scope, trial)))
    });
    likely
}

/// How many trials were run, and those that failed.
async fn killers_of_all(manifest: &Manifest, fault: &Fault) -> Result<(usize, BTreeSet<String>), KillError> {
    // Long ones only where nothing else can show the fault.
    let long = scope::needs_long(fault.scope());
    let trials: Vec<&PlannedTrial> =
        every_trial(manifest).filter(|trial| long || trial.cost == Cost::Small).collect();
    Ok((trials.len(), failed(run_these(manifest, &trials, with(fault), 0).await?)))
}

/// The outcomes that are not as they should be against a right target. What is unobserved is run
/// again, a few times.
async fn without_fault(manifest: &Manifest) -> Result<BTreeMap<String, Outcome>, KillError> {
    let mut bad = BTreeMap::new();
    let mut trials: Vec<&PlannedTrial> = every_trial(manifest).collect();
    for attempt in 0..ATTEMPTS {
        bad.extend(run_these(manifest, &trials, reference_settings(), attempt).await?);
        if attempt + 1 < ATTEMPTS {
            let unseen = |id: &str| bad.get(id) == Some(&Outcome::Unobserved);
            trials.retain(|trial| unseen(&trial.id));
            bad.retain(|_, outcome| *outcome != Outcome::Unobserved);
        }
        if trials.is_empty() {
            break;
        }
    }
    Ok(bad)
}

fn every_trial(manifest: &Manifest) -> impl Iterator<Item = &PlannedTrial> {
    manifest.trials.iter().map(Arc::as_ref)
}

fn with(fault: &Fault) -> Settings {
    let mut settings = reference_settings();
    settings.faults.insert(fault.clone());
    settings
}

fn failed(outcomes: BTreeMap<String, Outcome>) -> BTreeSet<String> {
    outcomes.into_iter().filter(|(_, outcome)| *outcome == Outcome::Fail).map(|(id, _)| id).collect()
}

/// The outcomes of those trials that a right target would not have.
async fn run_these(
    manifest: &Manifest,
    trials: &[&PlannedTrial],
    mut settings: Settings,
    attempt: u32,
) -> Result<BTreeMap<String, Outcome>, KillError> {
    if attempt >= ALONE_FROM {
        let Durations { create, delete, update } = &mut settings.transition;
        for length in [create, delete, update] {
            *length *= LONGER;
        }
    }
    let bad: Arc<Mutex<BTreeMap<String, Outcome>>> = Arc::default();
    let emit = {
        let bad = Arc::clone(&bad);
        Arc::new(move |event: Event| {
            if let Event::Trial(trial) = event
                && is_bad(trial.outcome)
                && let Ok(mut bad) = bad.lock()
            {
                bad.insert(trial.id.clone(), trial.outcome);
            }
        })
    };
    let jobs = if attempt < ALONE_FROM { JOBS } else { 1 };
    conduct(manifest, trials, settings, jobs, emit).await?;
    Ok(bad.lock().map(|bad| bad.clone()).unwrap_or_default())
}

/// The log of a run of all trials that a fault can affect, against a reference with that fault: what
/// the suite sees of a fault that survives.
///
/// # Errors
/// If the reference does not start or answer.
pub async fn log_of(manifest: &Manifest, fault: &Fault) -> Result<Vec<Event>, KillError> {
    let trials: Vec<&PlannedTrial> =
        every_trial(manifest).filter(|trial| scope::affects(fault.scope(), trial)).collect();
    let events: Arc<Mutex<Vec<Event>>> = Arc::default();
    let emit = {
        let events = Arc::clone(&events);
        Arc::new(move |event: Event| events.lock().unwrap_or_else(PoisonError::into_inner).push(event))
    };
    conduct(manifest, &trials, with(fault), JOBS, emit).await?;
    Ok(std::mem::take(&mut *events.lock().unwrap_or_else(PoisonError::into_inner)))
}

/// Runs those trials against a reference of their own.
async fn conduct(
    manifest: &Manifest,
    trials: &[&PlannedTrial],
    settings: Settings,
    jobs: usize,
    emit: Emit,
) -> Result<(), KillError> {
    let ids = trials.iter().map(|trial| trial.id.clone()).collect();
    let select = Select { ids, long: true, ..Select::default() };
    let faults = settings.faults.clone();
    let running = reference::start(settings)?;
    let endpoint = Endpoint::parse(&format!("http://{}", running.address()))
        .map_err(|error| KillError::Run(error.to_string()))?;
    let client = Client::new(ClientSettings {
        endpoint: endpoint.clone(),
        credentials: Credentials::dummy(),
        region: reference::REGION.to_owned(),
        timeout: TIMEOUT,
        connect_timeout: TIMEOUT,
    })
    .map_err(|error| KillError::Run(error.to_string()))?;
    let mut target = Target::reference(&endpoint.to_string(), client);
    target.clock = Some(ClockHook::new(running.clock()));
    let run_settings = RunSettings { jobs, level: Level::Strict, ..RunSettings::default() };
    let ended = timeout(LONGEST, run(target, manifest, &select, run_settings, Stop::default(), emit)).await;
    running.shutdown().await;
    let failed = |why: String| KillError::Run(format!("{why}, {}", named(&faults)));
    ended
        .map_err(|_| failed("no end within five minutes".to_owned()))?
        .map_err(|error| failed(error.to_string()))?;
    Ok(())
}

fn named(faults: &Faults) -> String {
    let names: Vec<&str> = faults.iter().map(Fault::name).collect();
    if names.is_empty() { "without a fault".to_owned() } else { format!("with {}", names.join(", ")) }
}

const fn is_bad(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Fail | Outcome::Blocked | Outcome::Error | Outcome::Unobserved => true,
        Outcome::Pass
        | Outcome::Tolerated
        | Outcome::Unsupported
        | Outcome::Skipped
        | Outcome::Known
        | Outcome::Open => false,
    }
}

impl KillTable {
    /// Faults that at least one trial kills, and faults in all.
    pub fn rate(&self) -> (usize, usize) {
        (self.killed_by.values().filter(|trials| !trials.is_empty()).count(), self.killed_by.len())
    }

    /// The faults that no trial kills.
    pub fn survivors(&self) -> impl Iterator<Item = &Fault> {
        self.killed_by.iter().filter(|(_, trials)| trials.is_empty()).map(|(fault, _)| fault)
    }

    /// The rate as text.
    pub fn rate_text(&self) -> String {
        let (killed, of) = self.rate();
        let percent = (killed * 100).checked_div(of).unwrap_or(100);
        let (explained, unexplained): (Vec<_>, Vec<_>) =
            self.survivors().partition(|fault| survivor(fault).is_some());
        let mut text = format!("{killed} of {of} faults killed ({percent} %)");
        if !explained.is_empty() {
            let _ = write!(text, "; {} survive for a stated reason", explained.len());
        }
        if !unexplained.is_empty() {
            let _ = write!(text, "; {} survive, nobody has said why", unexplained.len());
        }
        text
    }

    /// The table as text, one fault a paragraph, for a reviewed snapshot: which cases kill it.
    pub fn to_text(&self, manifest: &Manifest) -> String {
        let cases: BTreeMap<&str, String> =
            every_trial(manifest).map(|trial| (trial.id.as_str(), trial.written_case())).collect();
        let mut text = String::new();
        for (fault, trials) in &self.killed_by {
            let _ = writeln!(text, "{}: {}", fault.name(), fault.about());
            if trials.is_empty() {
                let reason = survivor(fault).map_or("nobody has said why", |survivor| survivor.reason);
                let _ = writeln!(text, "    survives: {reason}");
            }
            let killing: BTreeSet<&String> =
                trials.iter().filter_map(|trial| cases.get(trial.as_str())).collect();
            for case in killing {
                let _ = writeln!(text, "    {case}");
            }
        }
        text
    }
}
