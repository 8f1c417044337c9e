//! Known failures: a listed trial that fails in the listed way is *known*, one that passes is
//! *fixed*, and fails the run so that the line gets deleted.

pub(super) mod standing;
pub(super) mod update;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use strum::VariantArray as _;

use crate::case::{Diagnostic, Known, KnownEntry};
use crate::log::{Flag, MismatchKind, Outcome, TrialVerdict};
use crate::plan::{Manifest, PinError};

/// Known failures by trial id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownList {
    /// In which way each trial is known to fail.
    pub entries: BTreeMap<String, KnownFailure>,
    /// Trials that are newer than the version to which the list is pinned.
    pub new: BTreeSet<String>,
}

/// In which way a trial is known to fail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownFailure {
    /// The kinds of mismatch.
    pub kinds: Vec<MismatchKind>,
    /// True if it passes at times.
    pub flaky: bool,
}

impl KnownList {
    /// The verdict with the list taken into account. A listed trial that fails in another way
    /// still fails. A trial that is newer than the pin fails nobody.
    pub fn apply(&self, mut trial: TrialVerdict) -> TrialVerdict {
        if let Some(known) = self.entries.get(&trial.id) {
            match trial.outcome {
                Outcome::Fail => {
                    if failing_kinds(&trial).is_subset(&known.kinds.iter().copied().collect()) {
                        trial.outcome = Outcome::Known;
                    }
                }
                Outcome::Pass | Outcome::Tolerated if !known.flaky => trial.flags.push(Flag::Fixed),
                Outcome::Pass
                | Outcome::Tolerated
                | Outcome::Unobserved
                | Outcome::Blocked
                | Outcome::Error
                | Outcome::Unsupported
                | Outcome::Skipped
                | Outcome::Known
                | Outcome::Open => {}
            }
        }
        if self.new.contains(&trial.id) {
            trial.flags.push(Flag::New);
            match trial.outcome {
                Outcome::Fail | Outcome::Blocked | Outcome::Error => trial.outcome = Outcome::Known,
                Outcome::Pass
                | Outcome::Tolerated
                | Outcome::Unobserved
                | Outcome::Unsupported
                | Outcome::Skipped
                | Outcome::Known
                | Outcome::Open => {}
            }
        }
        trial
    }

    /// The list that a file states, and what is wrong with it: entries and patterns that name no trial,
    /// names that are no kind of mismatch, a pin to a version that is not known. An entry that names a
    /// case stands for all its trials. Entries that have expired today do not count.
    pub fn of(known: &Known, manifest: &Manifest) -> (Self, Vec<Diagnostic>) {
        Self::on(known, manifest, today())
    }

    /// The same on another day.
    pub fn on(known: &Known, manifest: &Manifest, today: Date) -> (Self, Vec<Diagnostic>) {
        let names: Vec<&str> = MismatchKind::VARIANTS.iter().map(|kind| kind.as_str()).collect();
        let mut found = known.check_kinds(&names);
        let mut list = Self::default();
        for entry in &known.entries {
            let kinds = kinds(entry);
            for item in &entry.trials {
                let ids = match present(&item.value, manifest) {
                    Present::Trials(_, ids) => ids,
                    Present::Gone(reason) => {
                        let title = "a known failure of a case that is gone";
                        let problem =
                            Diagnostic::error(&known.source, item.span, title, "no case asks this any more");
                        found.push(problem.with_note(reason).with_help("delete the entry"));
                        continue;
                    }
                    Present::Nothing => {
                        let title = "a known failure of no trial";
                        let problem = Diagnostic::error(&known.source, item.span, title, "no such id");
                        found.push(problem.with_help(
                            "delete it, or spell it as `kinesis-conformance list` prints it; `*` matches no `/`, `**` does",
                        ));
                        continue;
                    }
                };
                if entry.is_expired(today) {
                    continue;
                }
                for id in ids {
                    let failure = list.entries.entry(id).or_default();
                    failure.kinds.extend(&kinds);
                    failure.flaky |= entry.flaky;
                }
            }
        }
        match pinned(known, manifest) {
            Ok(new) => list.new = new,
            Err(error) => {
                let span = known.suite.as_ref().map(|suite| suite.span).unwrap_or_default();
                let title = "a pin to a version of the suite that cannot be used";
                let problem = Diagnostic::error(&known.source, span, title, "not usable here");
                found.push(problem.with_note(format!("failed to {error}")).with_help(
                    "pin the list to the version of this program, or to an older one that it knows",
                ));
            }
        }
        (list, found)
    }
}

/// The day in UTC.
pub fn today() -> Date {
    jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date()
}

/// The trials that are newer than the pin of the list.
fn pinned(known: &Known, manifest: &Manifest) -> Result<BTreeSet<String>, PinError> {
    match &known.suite {
        Some(suite) => manifest.newer_than(&suite.value, env!("CARGO_PKG_VERSION")),
        None => Ok(BTreeSet::new()),
    }
}

/// The trials that an item of a list names now.
enum Present {
    /// The item with the present id of its case, and its trials.
    Trials(String, Vec<String>),
    /// The case is gone, for this reason.
    Gone(String),
    /// It names none.
    Nothing,
}

fn present(item: &str, manifest: &Manifest) -> Present {
    let now = match manifest.library.moved.present_id(item) {
        Ok(id) => id,
        Err(reason) => return Present::Gone(reason.to_owned()),
    };
    let ids: Vec<String> = manifest.named(&now).into_iter().map(|trial| trial.id.clone()).collect();
    if ids.is_empty() { Present::Nothing } else { Present::Trials(now, ids) }
}

/// The kinds of an entry; names that are none are reported elsewhere.
fn kinds(entry: &KnownEntry) -> Vec<MismatchKind> {
    let kind = |name: &str| MismatchKind::VARIANTS.iter().copied().find(|kind| kind.as_str() == name);
    entry.fails.iter().filter_map(|name| kind(&name.value)).collect()
}

/// The kinds of mismatch that fail a trial.
fn failing_kinds(trial: &TrialVerdict) -> BTreeSet<MismatchKind> {
    trial.mismatches.iter().filter(|mismatch| !mismatch.tolerated).map(|mismatch| mismatch.kind).collect()
}

/// True if a trial passes, also with mismatches that are tolerated.
const fn passes(trial: &TrialVerdict) -> bool {
    match trial.outcome {
        Outcome::Pass | Outcome::Tolerated => true,
        Outcome::Fail
        | Outcome::Unobserved
        | Outcome::Blocked
        | Outcome::Error
        | Outcome::Unsupported
        | Outcome::Skipped
        | Outcome::Known
        | Outcome::Open => false,
    }
}

/// True if a trial fails, whether that is known or not.
const fn fails(trial: &TrialVerdict) -> bool {
    match trial.outcome {
        Outcome::Fail | Outcome::Known => true,
        Outcome::Pass
        | Outcome::Tolerated
        | Outcome::Unobserved
        | Outcome::Blocked
        | Outcome::Error
        | Outcome::Unsupported
        | Outcome::Skipped
        | Outcome::Open => false,
    }
}

#[cfg(test)]
mod tests;
