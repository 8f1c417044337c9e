//! Known failures: a listed trial that fails in the listed way is *known*, one that passes is
//! *fixed*, and fails the run so that the line gets deleted.

use std::collections::BTreeMap;

use strum::VariantArray as _;

use crate::case::{Diagnostic, Known};

use crate::log::{Flag, MismatchKind, Outcome, TrialVerdict};
use crate::plan::Manifest;

/// Known failures by trial id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownList {
    /// The kinds of mismatch in which each trial is known to fail.
    pub entries: BTreeMap<String, Vec<MismatchKind>>,
}

impl KnownList {
    /// The verdict with the list taken into account. A listed trial that fails in another way
    /// still fails.
    pub fn apply(&self, mut trial: TrialVerdict) -> TrialVerdict {
        let Some(kinds) = self.entries.get(&trial.id) else { return trial };
        match trial.outcome {
            Outcome::Fail => {
                let listed = trial
                    .mismatches
                    .iter()
                    .filter(|mismatch| !mismatch.tolerated)
                    .all(|mismatch| kinds.contains(&mismatch.kind));
                if listed {
                    trial.outcome = Outcome::Known;
                }
            }
            Outcome::Pass | Outcome::Tolerated => trial.flags.push(Flag::Fixed),
            Outcome::Unobserved
            | Outcome::Blocked
            | Outcome::Error
            | Outcome::Unsupported
            | Outcome::Skipped
            | Outcome::Known
            | Outcome::Open => {}
        }
        trial
    }
}

impl KnownList {
    /// The list that a file states, and what is wrong with it: entries that name no trial, names
    /// that are no kind of mismatch. An entry that names a case stands for all its trials.
    pub fn of(known: &Known, manifest: &Manifest) -> (Self, Vec<Diagnostic>) {
        let names: Vec<&str> = MismatchKind::VARIANTS.iter().map(|kind| kind.as_str()).collect();
        let mut found = known.check_kinds(&names);
        let mut list = Self::default();
        for entry in &known.entries {
            let kinds: Vec<MismatchKind> = entry
                .fails
                .iter()
                .filter_map(|name| {
                    MismatchKind::VARIANTS.iter().copied().find(|kind| kind.as_str() == name.value)
                })
                .collect();
            let id = match manifest.library.moved.present_id(&entry.id.value) {
                Ok(id) => id,
                Err(reason) => {
                    let title = "a known failure of a case that is gone";
                    found.push(
                        Diagnostic::error(&known.source, entry.id.span, title, "no case asks this any more")
                            .with_note(reason.to_owned())
                            .with_help("delete the entry"),
                    );
                    continue;
                }
            };
            let trials: Vec<&str> = manifest
                .trials
                .iter()
                .filter(|trial| trial.id == id || trial.case_id == id)
                .map(|trial| trial.id.as_str())
                .collect();
            if trials.is_empty() {
                found.push(
                    Diagnostic::error(
                        &known.source,
                        entry.id.span,
                        "a known failure of no trial",
                        "no such id",
                    )
                    .with_help("delete the entry, or spell the id as `kinesis-conformance list` prints it"),
                );
            }
            for id in trials {
                list.entries.entry(id.to_owned()).or_default().extend(&kinds);
            }
        }
        (list, found)
    }
}

#[cfg(test)]
mod tests;
