//! What the cases cover: the operations that have trials, the facts that are in use, and the evidence of
//! the expectations.

mod render;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::evidence::EvidenceBasis;
use crate::case::ast::Level;
use crate::facts::{Fact, FactId, Registry};
use crate::model::Model;
use crate::plan::{Manifest, Provenance};

#[cfg(test)]
mod tests;

/// What the cases cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// All operations of the API, by name.
    pub operations: BTreeMap<String, OperationCoverage>,
    /// All facts, by the prefix of their ids.
    pub facts: BTreeMap<String, FactCoverage>,
    /// The expectations that are judged, by level and by the evidence of what they claim. An expectation
    /// of a row or of an operation of a family counts for itself; encodings and addresses do not multiply
    /// it.
    pub expectations: BTreeMap<Level, BTreeMap<EvidenceBasis, usize>>,
}

/// The trials about one operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OperationCoverage {
    /// Trials of cases.
    pub of_cases: usize,
    /// Trials that rules make, without a case.
    pub generated: usize,
}

/// What an operation has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Covered {
    /// Trials of cases.
    ByCases,
    /// Only trials that rules make.
    ByGenerated,
    /// No trial.
    Not,
}

/// The facts of one prefix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FactCoverage {
    /// Those that an expectation or an open question cites.
    pub cited: usize,
    /// Those of the cited that are recordings older than three years.
    pub old: usize,
    /// All.
    pub all: usize,
}

impl OperationCoverage {
    /// What the operation has.
    pub const fn covered(self) -> Covered {
        match self {
            Self { of_cases: 0, generated: 0 } => Covered::Not,
            Self { of_cases: 0, .. } => Covered::ByGenerated,
            Self { .. } => Covered::ByCases,
        }
    }
}

impl Coverage {
    /// What the trials of the manifest cover. Recordings are old or not by this day.
    pub fn of(manifest: &Manifest, registry: &Registry, today: Date) -> Self {
        let names = Model::embedded().operations.keys();
        let mut operations: BTreeMap<String, OperationCoverage> =
            names.map(|name| (name.clone(), OperationCoverage::default())).collect();
        let mut cited: BTreeSet<FactId> = BTreeSet::new();
        let mut expectations: BTreeMap<Level, BTreeMap<EvidenceBasis, usize>> = BTreeMap::new();
        let mut counted: BTreeSet<&str> = BTreeSet::new();
        for trial in &manifest.trials {
            let operation = operations.entry(trial.operation.clone()).or_default();
            match trial.provenance {
                Provenance::Yaml { .. } => operation.of_cases += 1,
                Provenance::Generated { .. } => operation.generated += 1,
            }
            if !counted.insert(&trial.case_id) {
                continue;
            }
            cited.extend(trial.facts());
            for claim in trial.claims() {
                let facts = claim.facts.iter().filter_map(|id| registry.get(id));
                let basis = facts.map(|fact| basis(fact, today)).min().unwrap_or(EvidenceBasis::Nothing);
                *expectations.entry(claim.level).or_default().entry(basis).or_default() += 1;
            }
        }
        let questions = manifest.library.questions.values();
        cited.extend(questions.flat_map(|question| &question.facts).map(|id| id.value.clone()));
        let mut facts: BTreeMap<String, FactCoverage> = BTreeMap::new();
        for fact in registry.iter() {
            let entry = facts.entry(prefix(&fact.id).to_owned()).or_default();
            entry.all += 1;
            if cited.contains(&fact.id) {
                entry.cited += 1;
                entry.old += usize::from(fact.is_old_recording(today));
            }
        }
        Self { operations, facts, expectations }
    }

    /// The operations that have this, by name.
    pub fn operations_that_are(&self, covered: Covered) -> impl Iterator<Item = (&str, OperationCoverage)> {
        let all = self.operations.iter().map(|(name, operation)| (name.as_str(), *operation));
        all.filter(move |(_, operation)| operation.covered() == covered)
    }

    /// The facts of all prefixes together.
    pub fn all_facts(&self) -> FactCoverage {
        self.facts.values().fold(FactCoverage::default(), |sum, facts| FactCoverage {
            cited: sum.cited + facts.cited,
            old: sum.old + facts.old,
            all: sum.all + facts.all,
        })
    }

    /// How many expectations of a level have one of these bases.
    fn expectations_of(&self, level: Level, bases: &[EvidenceBasis]) -> usize {
        let counts = self.expectations.get(&level);
        bases.iter().filter_map(|basis| counts?.get(basis)).sum()
    }
}

fn basis(fact: &Fact, today: Date) -> EvidenceBasis {
    EvidenceBasis::of(fact.strength, fact.is_old_recording(today))
}

/// `SSE` of `SSE-010`.
fn prefix(id: &FactId) -> &str {
    id.0.split_once('-').map_or(id.0.as_str(), |(prefix, _)| prefix)
}
