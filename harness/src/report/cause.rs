//! Many failures, few causes: trials gathered by what is wrong with them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::summary::Summary;
use crate::case::ast::{Audience, Level};
use crate::engine::event::{Mismatch, MismatchKind, Outcome, Trial};

/// What is wrong, apart from where it was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cause {
    /// In what way the answer deviates.
    pub kind: MismatchKind,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub actual: String,
}

/// Trials with one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What is wrong with them.
    pub cause: Cause,
    /// Their ids, sorted; the first is the example.
    pub trials: Vec<String>,
    /// The level of the expectation, the gravest among them.
    pub level: Level,
    /// Who is hurt.
    pub hurts: BTreeSet<Audience>,
}

impl Cause {
    /// The cause that a mismatch shows.
    pub fn of(mismatch: &Mismatch) -> Self {
        Self { kind: mismatch.kind, expected: mismatch.expected.clone(), actual: mismatch.actual.clone() }
    }
}

impl Group {
    /// The groups of the trials of one outcome, largest first, then gravest, then by cause.
    ///
    /// A trial that deviates in several ways counts once: with its earliest step, since what comes
    /// after a wrong step proves little, and there with the cause that most trials share.
    pub fn of(summary: &Summary, outcome: Outcome) -> Vec<Self> {
        let trials: Vec<&Trial> = summary.with_outcome(outcome).collect();
        let mut shared: BTreeMap<Cause, usize> = BTreeMap::new();
        for trial in &trials {
            let causes: BTreeSet<Cause> = candidates(trial).map(Cause::of).collect();
            for cause in causes {
                *shared.entry(cause).or_default() += 1;
            }
        }
        let mut groups: BTreeMap<Cause, Self> = BTreeMap::new();
        for trial in trials {
            let chosen = candidates(trial).min_by_key(|mismatch| {
                let cause = Cause::of(mismatch);
                (Reverse(shared.get(&cause).copied().unwrap_or_default()), cause)
            });
            let Some(mismatch) = chosen else { continue };
            let cause = Cause::of(mismatch);
            let group = groups.entry(cause.clone()).or_insert_with(|| Self {
                cause,
                trials: Vec::new(),
                level: mismatch.level,
                hurts: BTreeSet::new(),
            });
            group.trials.push(trial.id.clone());
            group.level = group.level.min(mismatch.level);
            group.hurts.extend(summary.case(trial).into_iter().flat_map(|case| case.hurts.iter().copied()));
        }
        let mut groups: Vec<Self> = groups.into_values().collect();
        groups.sort_by(|left, right| {
            let key = |group: &Self| (Reverse(group.trials.len()), group.level);
            key(left).cmp(&key(right)).then_with(|| left.cause.cmp(&right.cause))
        });
        groups
    }
}

/// The deviations that may name a trial's cause: those of its earliest wrong step, and of these
/// the ones that fail it, if there are any.
fn candidates(trial: &Trial) -> impl Iterator<Item = &Mismatch> {
    let failing = trial.mismatches.iter().any(|mismatch| !mismatch.tolerated);
    let counts = move |mismatch: &&Mismatch| !(failing && mismatch.tolerated);
    let earliest = trial.mismatches.iter().filter(counts).map(|mismatch| mismatch.step).min();
    trial.mismatches.iter().filter(counts).filter(move |mismatch| Some(mismatch.step) == earliest)
}
