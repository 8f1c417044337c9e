//! Many failures, few causes: trials gathered by what is wrong with them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::summary::Summary;
use crate::case::ast::{Audience, Level};
use crate::log::{Mismatch, MismatchKind, Outcome, TrialVerdict};

/// What is wrong, apart from where it was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cause {
    /// In what way the response differs.
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
    /// The operations whose cases they are.
    pub operations: BTreeSet<String>,
    /// The level of the expectation, the gravest among them.
    pub level: Level,
    /// The clients that it affects.
    pub affects: BTreeSet<Audience>,
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
    /// A trial with several mismatches counts once: with its earliest step, since what comes
    /// after a wrong step proves little, and there with the cause that most trials share.
    pub fn of(summary: &Summary, outcome: Outcome) -> Vec<Self> {
        let trials: Vec<&TrialVerdict> = summary.with_outcome(outcome).collect();
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
                operations: BTreeSet::new(),
                level: mismatch.level,
                affects: BTreeSet::new(),
            });
            group.trials.push(trial.id.clone());
            group.operations.insert(trial.operation.clone());
            group.level = group.level.min(mismatch.level);
            group
                .affects
                .extend(summary.case(trial).into_iter().flat_map(|case| case.affects.iter().copied()));
        }
        let mut groups: Vec<Self> = groups.into_values().collect();
        groups.sort_by(|left, right| {
            let key = |group: &Self| (Reverse(group.trials.len()), group.level);
            key(left).cmp(&key(right)).then_with(|| left.cause.cmp(&right.cause))
        });
        groups
    }
}

/// The mismatches that may name a trial's cause: those of its earliest wrong step, and of these
/// the ones that fail it, if there are any.
fn candidates(trial: &TrialVerdict) -> impl Iterator<Item = &Mismatch> {
    let failing = trial.mismatches.iter().any(|mismatch| !mismatch.tolerated);
    let counts = move |mismatch: &&Mismatch| !(failing && mismatch.tolerated);
    let earliest = trial.mismatches.iter().filter(counts).map(|mismatch| mismatch.step).min();
    trial.mismatches.iter().filter(counts).filter(move |mismatch| Some(mismatch.step) == earliest)
}

#[cfg(test)]
mod tests {
    use super::Group;
    use crate::case::ast::Level;
    use crate::log::{Event, Mismatch, MismatchKind, Outcome, TrialVerdict};
    use crate::report::summary::Summary;
    use crate::testing::samples::{mismatch, step, trial};

    fn wrong(kind: MismatchKind, expected: &str, at_step: usize) -> Mismatch {
        Mismatch { step: step(at_step), ..mismatch(kind, expected, "other", ("cases/a.yaml", 1, 1, 1)) }
    }

    fn groups(trials: &[(&str, Vec<Mismatch>)]) -> Vec<(String, usize)> {
        let events: Vec<Event> = trials
            .iter()
            .map(|(id, mismatches)| {
                let failed = trial(id, id, Outcome::Fail);
                Event::Trial(Box::new(TrialVerdict { mismatches: mismatches.clone(), ..failed }))
            })
            .collect();
        let groups = Group::of(&Summary::of_events(&events), Outcome::Fail);
        groups.into_iter().map(|group| (group.cause.expected, group.trials.len())).collect()
    }

    #[test]
    fn a_trial_counts_once_with_the_cause_that_most_share() {
        let common = || wrong(MismatchKind::Body, "common", 0);
        let rare = || wrong(MismatchKind::Status, "rare", 0);
        let found = groups(&[("a", vec![rare(), common()]), ("b", vec![common()]), ("c", vec![common()])]);
        assert_eq!(found, [("common".to_owned(), 3)]);
    }

    #[test]
    fn what_follows_a_wrong_step_is_not_its_cause() {
        let first = || wrong(MismatchKind::Status, "first", 0);
        let later = || wrong(MismatchKind::Body, "later", 1);
        let found = groups(&[("a", vec![later(), first()]), ("b", vec![later()]), ("c", vec![later()])]);
        assert_eq!(found, [("later".to_owned(), 2), ("first".to_owned(), 1)]);
    }

    #[test]
    fn what_is_tolerated_does_not_name_a_failure() {
        let tolerated = Mismatch { tolerated: true, ..wrong(MismatchKind::ErrorText, "text", 0) };
        let found = groups(&[("a", vec![tolerated, wrong(MismatchKind::Body, "body", 1)])]);
        assert_eq!(found, [("body".to_owned(), 1)]);
    }

    #[test]
    fn of_equal_groups_the_graver_comes_first() {
        let strict = Mismatch { level: Level::Strict, ..wrong(MismatchKind::Status, "strict", 0) };
        let found = groups(&[("a", vec![strict]), ("b", vec![wrong(MismatchKind::NoAnswer, "core", 0)])]);
        assert_eq!(found, [("core".to_owned(), 1), ("strict".to_owned(), 1)]);
    }
}
