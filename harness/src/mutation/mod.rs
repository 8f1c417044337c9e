//! The kill table: which trial fails against which fault of the reference.
//!
//! Only *fail* kills. The table is derived by running the suite once against the reference as it
//! is, where nothing may fail, and against each fault those trials that it can touch, at the
//! strictest level: a fault that only a strict client notices is noticed all the same. One trial
//! stands for all of its case where the fault knows nothing of their axes.
//!
//! The table must not depend on chance: what could not be observed is asked again, and a race is
//! held only against the faults that its case names, for its verdict may depend on who wins.

mod check;
mod reach;
mod survivors;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::case::ast::Level;
use crate::reference;
use crate::reference::{Fault, Faults, Settings};
use crate::wire::{Client, ClientSettings, Credentials, Endpoint};

use crate::judge::{RunSettings, run};
use crate::log::{Event, Outcome};
use crate::plan::{ClockHook, Target, reference_settings};
use crate::plan::{Manifest, PlannedTrial, Select};
use crate::run::Stop;

pub use survivors::survivor;

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
    /// Those that it can touch, by its [`Reach`](crate::reference::Reach), one of each case.
    #[default]
    Reach,
    /// All of them. The table has the same cases, and takes many times as long.
    Whole,
}

/// A fault that the suite has been held against.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// The fault.
    pub fault: Fault,
    /// How many trials were asked.
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
    /// It could not be asked.
    #[error("run against the reference: {0}")]
    Run(String),
}

/// References side by side: most of them wait, not work, but each must be looked at often enough.
const SIDE_BY_SIDE: usize = 6;
/// Trials in flight against one reference.
const JOBS: usize = 8;
/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How often trials are asked that could not be observed.
const ATTEMPTS: u32 = 4;
/// How long one run may take. A fault that makes the harness wait for ever is of no use.
const LONGEST: Duration = Duration::from_secs(300);

/// Runs the suite against the reference and against each of the faults; `told` hears of each fault
/// when it is through.
///
/// # Errors
/// If a reference does not start or answer.
pub async fn kill_table(
    manifest: &Manifest,
    faults: &[Fault],
    breadth: Breadth,
    told: &mut dyn FnMut(&Held),
) -> Result<KillTable, KillError> {
    let select = Select { long: true, ..Select::default() };
    let without_fault = outcomes(manifest, &select, reference_settings()).await?;
    let mut table = KillTable { without_fault, killed_by: BTreeMap::new() };
    let side_by_side = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let mut runs = JoinSet::new();
    for fault in faults.iter().copied() {
        let select = selection(manifest, fault, breadth);
        if select.ids.is_empty() {
            table.killed_by.insert(fault, BTreeSet::new());
            continue;
        }
        let mut settings = reference_settings();
        settings.faults.insert(fault);
        let manifest = manifest.clone();
        let side_by_side = Arc::clone(&side_by_side);
        runs.spawn(async move {
            // The semaphore is never closed, and one more reference would do no harm.
            let _turn = side_by_side.acquire().await;
            let started = Instant::now();
            let bad = outcomes(&manifest, &select, settings).await;
            (Held { fault, trials: select.ids.len(), took: started.elapsed() }, bad)
        });
    }
    while let Some(joined) = runs.join_next().await {
        let (held, bad) = joined.map_err(|error| KillError::Run(error.to_string()))?;
        told(&held);
        let failed = bad?.into_iter().filter(|(_, outcome)| *outcome == Outcome::Fail).map(|(id, _)| id);
        table.killed_by.insert(held.fault, failed.collect());
    }
    Ok(table)
}

/// The trials that a fault is held against. Long ones only where nothing else can show the fault.
fn selection(manifest: &Manifest, fault: Fault, breadth: Breadth) -> Select {
    let reach = fault.reach();
    let everything = Select { long: reach::needs_long(reach), ..Select::default() };
    let mut stood_for = BTreeSet::new();
    let held = manifest.trials.iter().filter(|trial| match breadth {
        Breadth::Reach => {
            reach::touches(reach, trial)
                && (!trial.has_race() || names(trial, fault))
                && stood_for.insert((&trial.case_id, reach::address(reach, trial)))
        }
        Breadth::Whole => everything.takes(trial),
    });
    let ids = held.map(|trial| trial.id.clone()).collect();
    Select { ids, ..everything }
}

fn names(trial: &PlannedTrial, fault: Fault) -> bool {
    trial.kills().any(|name| name == fault.name())
}

/// The outcomes that are not as they should be against a right target. What is unobserved is
/// asked again, a few times.
async fn outcomes(
    manifest: &Manifest,
    select: &Select,
    settings: Settings,
) -> Result<BTreeMap<String, Outcome>, KillError> {
    let mut bad = asked(manifest, select, settings.clone()).await?;
    for _ in 1..ATTEMPTS {
        let unseen = bad.iter().filter(|(_, outcome)| **outcome == Outcome::Unobserved);
        let ids: Vec<String> = unseen.map(|(id, _)| id.clone()).collect();
        if ids.is_empty() {
            break;
        }
        bad.retain(|id, _| !ids.contains(id));
        bad.extend(asked(manifest, &Select { ids, ..select.clone() }, settings.clone()).await?);
    }
    Ok(bad)
}

async fn asked(
    manifest: &Manifest,
    select: &Select,
    settings: Settings,
) -> Result<BTreeMap<String, Outcome>, KillError> {
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
    let mut target = Target::reference(&endpoint.to_string(), client);
    target.clock = Some(ClockHook::new(running.clock()));
    let run_settings = RunSettings { jobs: JOBS, level: Level::Strict, ..RunSettings::default() };
    let ended = timeout(LONGEST, run(target, manifest, select, run_settings, Stop::default(), emit)).await;
    running.shutdown().await;
    let failed = |why: String| KillError::Run(format!("{why}, {}", named(&faults)));
    ended
        .map_err(|_| failed("no end within five minutes".to_owned()))?
        .map_err(|error| failed(error.to_string()))?;
    Ok(bad.lock().map(|bad| bad.clone()).unwrap_or_default())
}

fn named(faults: &Faults) -> String {
    let names: Vec<&str> = faults.iter().copied().map(Fault::name).collect();
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

    /// The rate in words.
    pub fn rate_in_words(&self) -> String {
        let (killed, of) = self.rate();
        let percent = (killed * 100).checked_div(of).unwrap_or(100);
        let survivors = self.killed_by.iter().filter(|(_, trials)| trials.is_empty());
        let (told, untold): (Vec<_>, Vec<_>) = survivors.partition(|(fault, _)| survivor(**fault).is_some());
        let mut words = format!("{killed} of {of} faults killed ({percent} %)");
        if !told.is_empty() {
            let _ = write!(words, "; {} survive for a stated reason", told.len());
        }
        if !untold.is_empty() {
            let _ = write!(words, "; {} survive, nobody has said why", untold.len());
        }
        words
    }

    /// The table as text, one fault a paragraph, for a reviewed snapshot: which cases kill it.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (fault, trials) in &self.killed_by {
            let _ = writeln!(text, "{}: {}", fault.name(), fault.about());
            if trials.is_empty() {
                let reason = survivor(*fault).unwrap_or("nobody has said why");
                let _ = writeln!(text, "    survives: {reason}");
            }
            let case_of = |trial: &'_ String| trial.split('[').next().unwrap_or_default().to_owned();
            let cases: BTreeSet<String> = trials.iter().map(case_of).collect();
            for case in cases {
                let _ = writeln!(text, "    {case}");
            }
        }
        text
    }
}
