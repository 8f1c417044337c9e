//! From cases, axes and a target's capabilities to trials: pure, before any question is sent.
//!
//! The order of a plan puts trials that wait for a transition first, so that the short ones fill
//! the time; ids and digests do not depend on it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::case::ast::{
    Address, Answer, Case, Cost, EncodingAxis, Fixture, Library, Reference, Step, StepKind,
};
use crate::wire::Encoding;

use super::digest;
use super::lower;
use super::target::Target;
use super::trial::PlannedTrial;
use crate::log::{Capabilities, EndedEarly};

/// All trials that the cases give, whatever the target.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The cases.
    pub library: Arc<Library>,
    /// Every trial, in the order of suites and cases.
    pub trials: Vec<Arc<PlannedTrial>>,
}

/// What to select from a manifest.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// Substrings of ids; any of them; empty = all.
    pub filters: Vec<String>,
    /// Operations; empty = all.
    pub operations: Vec<String>,
    /// Exact ids; empty = all.
    pub ids: Vec<String>,
    /// Also cases that cost many calls or many minutes.
    pub long: bool,
}

impl Manifest {
    /// Lays out every trial. `full_product` takes the product of the axes even for cases that
    /// wait for a transition, which otherwise take a covering diagonal.
    pub fn of(library: Arc<Library>, full_product: bool) -> Self {
        let mut trials = Vec::new();
        for (suite_index, suite) in library.suites.iter().enumerate() {
            for (case_index, case) in suite.cases.iter().enumerate() {
                let rows: Vec<Option<usize>> =
                    if case.each.is_empty() { vec![None] } else { (0..case.each.len()).map(Some).collect() };
                for row in rows {
                    let own = row.map_or(&case.id.value, |row| &case.each[row].id.value);
                    let case_id = format!("{}/{own}", suite.name);
                    for (encoding, address) in axis_values(case, full_product) {
                        let place = lower::Place { suite: suite_index, case: case_index, row };
                        let id = trial_id(&case_id, encoding, address);
                        let trial = lower::trial(&library, place, id, case_id.clone(), (encoding, address));
                        trials.push(Arc::new(trial));
                    }
                }
            }
        }
        Self { library, trials }
    }

    /// The trials that a run has planned which left these ids: without the full product, unless an id is in the
    /// full product alone. So a run that is judged again keeps its manifest.
    pub fn of_run<'i>(library: &Arc<Library>, ids: impl Iterator<Item = &'i str>) -> Self {
        let ids: BTreeSet<&str> = ids.collect();
        let named =
            |manifest: &Self| manifest.trials.iter().filter(|trial| ids.contains(trial.id.as_str())).count();
        let [plain, full] = [false, true].map(|full_product| Self::of(Arc::clone(library), full_product));
        if named(&full) > named(&plain) { full } else { plain }
    }

    /// Digest of all ids, question digests and levels: the denominator of every figure.
    pub fn digest(&self) -> String {
        digest::manifest(&self.trials)
    }

    /// The trials that are selected, those with transitions first.
    pub fn select(&self, select: &Select) -> Vec<Arc<PlannedTrial>> {
        let mut chosen: Vec<_> = self.trials.iter().filter(|trial| select.takes(trial)).cloned().collect();
        chosen.sort_by_key(|trial| (!trial.has_transition(), trial.id.clone()));
        chosen
    }
}

impl Select {
    /// True if the trial is selected.
    pub fn takes(&self, trial: &PlannedTrial) -> bool {
        let named = self.filters.is_empty() || self.filters.iter().any(|text| trial.id.contains(text));
        let of_operation = self.operations.is_empty() || self.operations.contains(&trial.operation);
        let exact = self.ids.is_empty() || self.ids.contains(&trial.id);
        named && of_operation && exact && (self.long || trial.cost == Cost::Small)
    }
}

impl PlannedTrial {
    /// Why the trial need not be begun: the target or its environment lacks what it needs.
    pub(crate) fn without_asking(&self, target: &Target, capabilities: &Capabilities) -> Option<EndedEarly> {
        if !capabilities.encodings.contains(&self.encoding) {
            let media = self.encoding.content_type();
            return Some(EndedEarly::Unsupported(format!("the target does not answer {media}")));
        }
        let needed = self.operations_needed();
        if let Some(missing) = needed.iter().find(|name| capabilities.unsupported.contains(name)) {
            return Some(EndedEarly::Unsupported(format!("the target does not have {missing}")));
        }
        for reference in self.references() {
            if let Reference::Key(key) | Reference::KeyArn(key) = reference
                && !target.keys.contains_key(key)
            {
                return Some(EndedEarly::Skipped(format!("the target's environment has no key `{key}`")));
            }
        }
        if self.moves_the_clock() && target.clock.is_none() {
            let why = "the target's environment has no `clock` that can be moved";
            return Some(EndedEarly::Skipped(why.to_owned()));
        }
        let (shards, budget) = (self.shards_needed(true), target.shards_for_trials());
        (shards > budget).then(|| {
            EndedEarly::Skipped(format!(
                "it needs {shards} shards at once, and the budget of the target leaves {budget}: raise `shard-budget`"
            ))
        })
    }

    /// Shards that the trial opens itself; a stream that is lent counts where `own` is true.
    pub(crate) fn shards_needed(&self, own: bool) -> u32 {
        self.given
            .values()
            .map(|fixture| match fixture {
                Fixture::Own { shards, .. } if self.resources.kind(Some(fixture)).opens_shards() => *shards,
                Fixture::Own { .. } => 0,
                Fixture::Shared => u32::from(own),
                Fixture::Missing => 0,
            })
            .sum()
    }
}

fn axis_values(case: &Case, full_product: bool) -> Vec<(Encoding, Address)> {
    let encodings: Vec<Encoding> = case
        .over
        .encoding
        .iter()
        .map(|encoding| match encoding {
            EncodingAxis::Json => Encoding::Json,
            EncodingAxis::Cbor => Encoding::Cbor,
        })
        .collect();
    let addresses = &case.over.address;
    if (waits(case) || is_open(case)) && !full_product {
        let rows = encodings.len().max(addresses.len());
        (0..rows).map(|row| (encodings[row % encodings.len()], addresses[row % addresses.len()])).collect()
    } else {
        encodings
            .iter()
            .flat_map(|encoding| addresses.iter().map(move |address| (*encoding, *address)))
            .collect()
    }
}

/// True if the case waits for a transition.
fn waits(case: &Case) -> bool {
    case.steps.iter().any(|step| match &step.kind {
        StepKind::Observe(_) | StepKind::Repeat(_) => true,
        StepKind::Call(_) | StepKind::Race(_) | StepKind::Clock(_) | StepKind::Read(_) => false,
    })
}

/// True if the first response of the case answers an open question: nothing is judged by it, so that
/// each value of an axis is tried once.
fn is_open(case: &Case) -> bool {
    let first = case.steps.first().and_then(Step::call);
    first.is_some_and(|call| match call.expect.answer {
        Answer::Open(_) => true,
        Answer::Accepted { .. } | Answer::Refused(_) | Answer::RefusedOpen(_) => false,
    })
}

pub(super) fn trial_id(case_id: &str, encoding: Encoding, address: Address) -> String {
    let mut values = Vec::new();
    match encoding {
        Encoding::Json => {}
        Encoding::Cbor => values.push("cbor"),
    }
    match address {
        Address::Name => {}
        Address::Arn => values.push("arn"),
        Address::Both => values.push("both"),
    }
    if values.is_empty() { case_id.to_owned() } else { format!("{case_id}[{}]", values.join(",")) }
}

#[cfg(test)]
mod tests;
