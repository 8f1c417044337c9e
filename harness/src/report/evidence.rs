//! On what evidence the passed trials rest: the strongest and the weakest of their claims.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::summary::Summary;
use crate::case::ast::Level;
use crate::facts::Strength;
use crate::log::{CaseText, Claim, Evidence, Outcome};

#[cfg(test)]
mod tests;

/// The evidence of a claim: the strongest fact that supports it. Strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "lowercase")]
pub enum EvidenceBasis {
    /// Seen on AWS within the last three years.
    Recorded,
    /// Seen on AWS, longer ago.
    #[strum(serialize = "old recording")]
    OldRecording,
    /// From AWS's documentation.
    Documented,
    /// Printed by somebody who talks to AWS.
    Reported,
    /// From the service model.
    Model,
    /// By analogy.
    Inferred,
    /// No fact is known.
    #[strum(serialize = "nothing cited")]
    Nothing,
}

impl EvidenceBasis {
    /// As text.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The basis that a fact of this strength makes.
    pub const fn of(strength: Strength, is_old: bool) -> Self {
        match strength {
            Strength::Recorded if is_old => Self::OldRecording,
            Strength::Recorded => Self::Recorded,
            Strength::Documented => Self::Documented,
            Strength::Reported => Self::Reported,
            Strength::Model => Self::Model,
            Strength::Inferred => Self::Inferred,
        }
    }
}

impl Evidence {
    /// What a claim rests on that has this fact alone.
    pub(crate) const fn basis(&self) -> EvidenceBasis {
        EvidenceBasis::of(self.strength, self.old)
    }
}

/// Passed trials by the evidence of their claims.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassEvidence {
    /// Trials by their strongest claim.
    pub strongest: BTreeMap<EvidenceBasis, usize>,
    /// Trials by their weakest claim.
    pub weakest: BTreeMap<EvidenceBasis, usize>,
}

impl PassEvidence {
    /// Of all passed trials.
    pub fn of_passes(summary: &Summary) -> Self {
        Self::of(summary, Level::Strict)
    }

    /// Of the passed trials that claim something at level core, by these claims.
    pub fn of_core_passes(summary: &Summary) -> Self {
        Self::of(summary, Level::Core)
    }

    /// By the claims up to this level.
    fn of(summary: &Summary, level: Level) -> Self {
        let mut found = Self::default();
        for trial in summary.with_outcome(Outcome::Pass) {
            let Some(case) = summary.case(trial) else { continue };
            let bases: Vec<EvidenceBasis> = summary.bases(case, level).collect();
            if let (Some(strongest), Some(weakest)) = (bases.iter().min(), bases.iter().max()) {
                *found.strongest.entry(*strongest).or_default() += 1;
                *found.weakest.entry(*weakest).or_default() += 1;
            }
        }
        found
    }

    /// How many trials are counted.
    pub fn trials(&self) -> usize {
        self.strongest.values().sum()
    }

    /// `strongest evidence: 3 recorded; weakest: 2 recorded, 1 documented`.
    pub(super) fn text(&self) -> String {
        let listed = |counts: &BTreeMap<EvidenceBasis, usize>| {
            let parts: Vec<String> =
                counts.iter().map(|(basis, count)| format!("{count} {}", basis.as_str())).collect();
            parts.join(", ")
        };
        format!("strongest evidence: {}; weakest: {}", listed(&self.strongest), listed(&self.weakest))
    }
}

impl Summary {
    /// What each claim of the case up to this level rests on.
    fn bases(&self, case: &CaseText, level: Level) -> impl Iterator<Item = EvidenceBasis> {
        let basis = |claim: &Claim| {
            let known = claim.facts.iter().filter_map(|id| self.fact(id));
            known.map(Evidence::basis).min().unwrap_or(EvidenceBasis::Nothing)
        };
        case.claims.iter().filter(move |claim| claim.level <= level).map(basis)
    }
}
