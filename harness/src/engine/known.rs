//! Known failures: a listed trial that fails in the listed way is *known*, one that passes is
//! *fixed*, and fails the run so that the line gets deleted.

use std::collections::BTreeMap;

use super::event::{Flag, MismatchKind, Outcome, Trial};

/// Known failures by trial id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownList {
    /// The kinds of mismatch in which each trial is known to fail.
    pub entries: BTreeMap<String, Vec<MismatchKind>>,
}

impl KnownList {
    /// The verdict with the list taken into account. A listed trial that fails in another way
    /// still fails.
    pub fn apply(&self, mut trial: Trial) -> Trial {
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
