//! The kill table: which trial fails against which fault of the reference.
//!
//! Only *fail* kills. The table is derived by running the suite once against the reference as it
//! is, where nothing may fail, and once against each fault.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tokio::task::JoinSet;

use crate::case::Diagnostic;
use crate::case::ast::{Case, Suite};
use crate::reference::{self, Fault};
use crate::wire::{Client, ClientSettings, Credentials, Endpoint};

use super::event::{Event, Outcome};
use super::plan::{Manifest, Select};
use super::run::{RunSettings, run};
use super::session::Stop;
use super::target::{ClockHook, Target, reference_settings};

/// Trials that fail, by fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KillTable {
    /// Trials that fail against the reference without any fault. Should be empty.
    pub without_fault: BTreeMap<String, Outcome>,
    /// Trials that fail against each fault.
    pub killed_by: BTreeMap<Fault, BTreeSet<String>>,
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

/// Trials in flight against one reference: several references run side by side on few cores.
const JOBS: usize = 8;

/// Runs the suite against the reference and against each of the faults.
///
/// # Errors
/// If a reference does not start or answer.
pub async fn kill_table(manifest: &Manifest, faults: &[Fault]) -> Result<KillTable, KillError> {
    let without_fault = failures(manifest, None).await?;
    let mut table = KillTable { without_fault, killed_by: BTreeMap::new() };
    let mut runs = JoinSet::new();
    for fault in faults.iter().copied() {
        let manifest = manifest.clone();
        runs.spawn(async move { (fault, failures(&manifest, Some(fault)).await) });
    }
    while let Some(joined) = runs.join_next().await {
        let (fault, failed) = joined.map_err(|error| KillError::Run(error.to_string()))?;
        let ids = failed?.into_iter().filter(|(_, outcome)| *outcome == Outcome::Fail).map(|(id, _)| id);
        table.killed_by.insert(fault, ids.collect());
    }
    Ok(table)
}

async fn failures(manifest: &Manifest, fault: Option<Fault>) -> Result<BTreeMap<String, Outcome>, KillError> {
    let mut settings = reference_settings();
    settings.faults.extend(fault);
    let running = reference::start(settings)?;
    let endpoint = Endpoint::parse(&format!("http://{}", running.address()))
        .map_err(|error| KillError::Run(error.to_string()))?;
    let timeout = std::time::Duration::from_secs(10);
    let client = Client::new(ClientSettings {
        endpoint: endpoint.clone(),
        credentials: Credentials::dummy(),
        region: "us-east-1".to_owned(),
        timeout,
        connect_timeout: timeout,
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
    let run_settings = RunSettings { jobs: JOBS, ..RunSettings::default() };
    let select = Select::default();
    let ended = run(target, manifest, &select, run_settings, Stop::default(), emit).await;
    running.shutdown().await;
    ended.map_err(|error| KillError::Run(error.to_string()))?;
    Ok(bad.lock().map(|bad| bad.clone()).unwrap_or_default())
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

    /// The table as text, one fault a paragraph: stable, for a reviewed snapshot.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (fault, trials) in &self.killed_by {
            let _ = writeln!(text, "{}: {}", fault.name(), fault.about());
            if trials.is_empty() {
                text.push_str("    survives\n");
            }
            for trial in trials {
                let _ = writeln!(text, "    {trial}");
            }
        }
        text
    }

    /// What is wrong with the table, drawn on the cases where a case is to blame.
    pub fn diagnostics(&self, manifest: &Manifest) -> (Vec<Diagnostic>, Vec<String>) {
        let mut drawn = Vec::new();
        let mut told = Vec::new();
        for (trial, outcome) in &self.without_fault {
            told.push(format!("{trial} is {} against the reference without any fault", outcome.word()));
        }
        let mut named: BTreeSet<Fault> = BTreeSet::new();
        for suite in &manifest.library.suites {
            for case in &suite.cases {
                named.extend(self.check_case(manifest, suite, case, &mut drawn));
            }
        }
        for fault in self.killed_by.keys().filter(|fault| !named.contains(fault)) {
            told.push(format!("no case names the fault {}", fault.name()));
        }
        (drawn, told)
    }

    fn check_case(
        &self,
        manifest: &Manifest,
        suite: &Suite,
        case: &Case,
        drawn: &mut Vec<Diagnostic>,
    ) -> Vec<Fault> {
        let mut named = Vec::new();
        for name in &case.kills {
            let Some(fault) = Fault::parse(&name.value) else {
                let known: Vec<&str> = Fault::ALL.into_iter().map(Fault::name).collect();
                drawn.push(
                    Diagnostic::error(
                        &suite.source,
                        name.span,
                        "a fault that the reference does not have",
                        "unknown",
                    )
                    .with_help(format!("one of {}", known.join(", "))),
                );
                continue;
            };
            named.push(fault);
            let Some(killed) = self.killed_by.get(&fault) else { continue };
            let kills = manifest
                .trials
                .iter()
                .filter(|trial| std::ptr::eq(trial.case(), case))
                .any(|trial| killed.contains(&trial.id));
            if !kills {
                drawn.push(
                    Diagnostic::error(
                        &suite.source,
                        name.span,
                        format!("the case does not kill `{}`", fault.name()),
                        "passes against this fault",
                    )
                    .with_help("sharpen the expectation, or name a fault that it kills"),
                );
            }
        }
        named
    }
}
