//! What is a test: a trial, or all trials of a suite file where each test gets a process of its own.

use std::collections::HashSet;

use libtest_mimic::{Completion, Failed};

use crate::case::Lacks;
use crate::case::ast::Cost;
use crate::log::{Flag, Outcome};
use crate::plan::{Manifest, PlannedTrial};
use crate::report::Summary;
use crate::report::terminal::render;

use super::outcome::Showing;
use super::setup::StartError;

/// What is a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A trial, by its id.
    Trial,
    /// A suite file, by its name.
    Suite,
}

/// A test and the trials that it carries out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Test {
    /// Its name.
    pub(super) name: String,
    /// The ids of its trials.
    pub(super) ids: Vec<String>,
    /// True if it is left out unless it is requested, as slow tests are: its trials make many calls
    /// or take many minutes.
    pub(super) is_ignored: bool,
}

impl Unit {
    /// What the environment states: cargo-nextest sets `NEXTEST` where it lists tests and where it
    /// runs them.
    pub(super) fn of_environment() -> Result<Self, StartError> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self::of(variable("NEXTEST").as_deref(), variable("KINESIS_TRIALS").as_deref())
    }

    fn of(nextest: Option<&str>, trials: Option<&str>) -> Result<Self, StartError> {
        match (nextest, trials) {
            (_, Some("each")) => Ok(Self::Trial),
            (_, Some(other)) => Err(StartError::Message {
                message: format!("read KINESIS_TRIALS: `{other}` is no value of it"),
                help: Some("set it to `each` for a test of every trial, or leave it out".to_owned()),
            }),
            (Some("1"), None) => Ok(Self::Suite),
            (Some(_) | None, None) => Ok(Self::Trial),
        }
    }

    /// All tests, in the order of suites and cases.
    pub(super) fn tests(self, manifest: &Manifest) -> Vec<Test> {
        match self {
            Self::Trial => manifest
                .trials
                .iter()
                .map(|trial| Test {
                    name: trial.id.clone(),
                    ids: vec![trial.id.clone()],
                    is_ignored: is_long(trial),
                })
                .collect(),
            Self::Suite => suites(manifest),
        }
    }
}

/// One test for each suite, and another one, `suite:long`, for those of its trials that are long.
fn suites(manifest: &Manifest) -> Vec<Test> {
    let mut tests: Vec<Test> = Vec::new();
    for trial in &manifest.trials {
        let is_ignored = is_long(trial);
        let suite = trial.suite_name();
        let name = if is_ignored { format!("{suite}:long") } else { suite.to_owned() };
        match tests.iter_mut().find(|test| test.name == name) {
            Some(test) => test.ids.push(trial.id.clone()),
            None => tests.push(Test { name, ids: vec![trial.id.clone()], is_ignored }),
        }
    }
    tests
}

fn is_long(trial: &PlannedTrial) -> bool {
    match trial.cost {
        Cost::Small => false,
        Cost::Long => true,
    }
}

/// The trials that can't be carried out since the target's profile says what is lacking.
pub(super) fn excused(manifest: &Manifest, lacks: &Lacks) -> HashSet<String> {
    let excused = manifest.trials.iter().filter(|trial| trial.is_excluded_by(lacks));
    excused.map(|trial| trial.id.clone()).collect()
}

/// What a suite's run came to; how many trials ended in which way is printed.
pub(super) fn of(
    run: &Summary,
    test: &Test,
    excused: &HashSet<String>,
    showing: &Showing,
) -> Result<Completion, Failed> {
    let summary = run.only(&test.ids);
    let counts = counts(&summary);
    println!("{}: {counts}", test.name);
    let left_out = test.ids.len().saturating_sub(summary.trials.len());
    if left_out > 0 {
        return Err(Failed::from(format!("the run ended before {left_out} of its trials had a verdict")));
    }
    let report = || render(&summary, showing.style, &showing.options);
    let bad = summary.trials.values().any(|trial| {
        trial.flags.contains(&Flag::Fixed)
            || match trial.outcome {
                Outcome::Fail | Outcome::Blocked | Outcome::Error => true,
                Outcome::Pass
                | Outcome::Tolerated
                | Outcome::Unobserved
                | Outcome::Unsupported
                | Outcome::Skipped
                | Outcome::Known
                | Outcome::Open => false,
            }
    });
    if bad || !summary.missing_requirements().is_empty() {
        return Err(Failed::from(format!("{counts}\n{}", report())));
    }
    if summary.judged_nothing() {
        if summary.without_verdict().any(|trial| !excused.contains(&trial.id)) {
            return Err(Failed::from(format!(
                "none of its trials has a verdict; if that is as it should be, name what the target lacks \
                 under `lacks` in its profile\n{}",
                report()
            )));
        }
        return Ok(Completion::ignored_with(counts));
    }
    Ok(Completion::Completed)
}

/// `240 pass, 12 open`.
fn counts(summary: &Summary) -> String {
    let counts = summary.counts();
    let reported = Outcome::ALL.into_iter().filter_map(|outcome| {
        let count = counts.get(&outcome).copied().unwrap_or_default();
        (count > 0).then(|| format!("{count} {}", outcome.as_str()))
    });
    reported.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
