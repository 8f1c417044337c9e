//! From cases, axes and a target's capabilities to trials: pure, before any question is sent.
//!
//! The order of a plan puts trials that wait for a transition first, so that the short ones fill
//! the time; ids and digests do not depend on it.

use std::sync::Arc;

use crate::case::ast::{
    Address, Answer, Body, Call, Case, Cost, EncodingAxis, Fixture, FixtureName, FixtureStatus, Library,
    Reference, Row, Step, StepKind, Suite, Tree,
};
use crate::facts::FactId;
use crate::wire::Encoding;

use crate::log::{Capabilities, Outcome};
use crate::plan::Target;
use crate::plan::bind::references;
use crate::plan::digest;

/// All trials that the cases give, whatever the target.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The cases.
    pub library: Arc<Library>,
    /// Every trial, in the order of suites and cases.
    pub trials: Vec<PlannedTrial>,
}

/// One question as it will be put.
#[derive(Clone, Debug)]
pub struct PlannedTrial {
    /// Its permanent id.
    pub id: String,
    /// The id of its case: suite and case or row.
    pub case_id: String,
    /// The encoding of the ask.
    pub encoding: Encoding,
    /// How the ask names its stream.
    pub address: Address,
    /// Digest of everything that is sent.
    pub question_digest: String,
    library: Arc<Library>,
    suite: usize,
    case: usize,
    row: Option<usize>,
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
                        let mut trial = PlannedTrial {
                            id: trial_id(&case_id, encoding, address),
                            case_id: case_id.clone(),
                            encoding,
                            address,
                            question_digest: String::new(),
                            library: Arc::clone(&library),
                            suite: suite_index,
                            case: case_index,
                            row,
                        };
                        trial.question_digest = digest::question(&trial);
                        trials.push(trial);
                    }
                }
            }
        }
        Self { library, trials }
    }

    /// Digest of all ids, question digests and levels: the denominator of every figure.
    pub fn digest(&self) -> String {
        digest::manifest(&self.trials)
    }

    /// The trials that are selected, those with transitions first.
    pub fn select(&self, select: &Select) -> Vec<PlannedTrial> {
        let mut chosen: Vec<_> = self.trials.iter().filter(|trial| select.takes(trial)).cloned().collect();
        chosen.sort_by_key(|trial| (!trial.case().has_transition(), trial.id.clone()));
        chosen
    }
}

impl Select {
    /// True if the trial is selected.
    pub fn takes(&self, trial: &PlannedTrial) -> bool {
        let named = self.filters.is_empty() || self.filters.iter().any(|text| trial.id.contains(text));
        let of_operation =
            self.operations.is_empty() || self.operations.iter().any(|name| name == trial.operation());
        let exact = self.ids.is_empty() || self.ids.contains(&trial.id);
        named && of_operation && exact && (self.long || trial.case().cost == Cost::Small)
    }
}

impl PlannedTrial {
    /// The suite it comes from.
    pub fn suite(&self) -> &Suite {
        &self.library.suites[self.suite]
    }

    /// The case it comes from.
    pub fn case(&self) -> &Case {
        &self.suite().cases[self.case]
    }

    /// The family's row, if the case is a family.
    pub fn row(&self) -> Option<&Row> {
        self.row.map(|row| &self.case().each[row])
    }

    /// All cases and questions.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The sentence that says what is asked about.
    pub fn title(&self) -> &str {
        self.row().and_then(|row| row.title.as_ref()).map_or(&self.case().title.value, |title| &title.value)
    }

    /// The operation that the trial is about: the suite's, else the first call's.
    pub fn operation(&self) -> &str {
        let first = self.calls().next().map(|(call, _)| call.operation.value.as_str());
        self.suite().operation.as_ref().map(|name| name.value.as_str()).or(first).unwrap_or("ListStreams")
    }

    /// Every call of the ask, those of `meanwhile` included, with its step.
    pub fn calls(&self) -> impl Iterator<Item = (&Call, &Step)> {
        self.case().ask.iter().flat_map(Step::calls)
    }

    /// Every fact that an expectation of the trial cites, once, in the file's order.
    pub fn facts(&self) -> Vec<FactId> {
        let mut ids: Vec<FactId> = Vec::new();
        let mut take = |step: &Step| {
            for id in &step.because {
                if !ids.contains(&id.value) {
                    ids.push(id.value.clone());
                }
            }
        };
        for step in &self.case().ask {
            take(step);
            for (_, inner) in step.calls() {
                take(inner);
            }
        }
        ids
    }

    /// Every open question that the trial asks, once.
    pub fn questions(&self) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        let mut take = |id: &str| {
            if !ids.iter().any(|known| known == id) {
                ids.push(id.to_owned());
            }
        };
        for (call, _) in self.calls() {
            match &call.expect.answer {
                Answer::Open(question) => take(&question.value),
                Answer::Accepted { members: Some(tree) } => {
                    references(tree, self.row(), &mut |reference| {
                        if let Reference::Open(id) = reference {
                            take(id);
                        }
                    });
                }
                Answer::Accepted { members: None } | Answer::Refused(_) => {}
            }
        }
        for tree in self.case().ask.iter().flat_map(stated) {
            references(tree, self.row(), &mut |reference| {
                if let Reference::Open(id) = reference {
                    take(id);
                }
            });
        }
        ids
    }

    /// The verdict that needs no question: the target has not what the trial needs.
    pub fn without_asking(&self, target: &Target, capabilities: &Capabilities) -> Option<(Outcome, String)> {
        if !capabilities.encodings.contains(&self.encoding) {
            return Some((
                Outcome::Unsupported,
                format!("the target does not answer {}", self.encoding.content_type()),
            ));
        }
        let needed = self.operations_needed();
        if let Some(missing) = needed.iter().find(|name| capabilities.unsupported.contains(name)) {
            return Some((Outcome::Unsupported, format!("the target does not have {missing}")));
        }
        let mut lacking = None;
        for reference in self.references() {
            if let Reference::Key(key) | Reference::KeyArn(key) = reference
                && !target.keys.contains_key(key)
            {
                lacking.get_or_insert_with(|| format!("the target's world has no key `{key}`"));
            }
        }
        if self.case().moves_the_clock() && target.clock.is_none() {
            lacking.get_or_insert_with(|| "the target's world has no `clock` that can be moved".to_owned());
        }
        lacking.map(|reason| (Outcome::Skipped, reason))
    }

    /// The operations that the setup and the ask call; looks at the state aside.
    pub(crate) fn operations_needed(&self) -> Vec<String> {
        let mut names: Vec<String> = self.calls().map(|(call, _)| call.operation.value.clone()).collect();
        if self.case().ask.iter().any(|step| matches!(step.kind, StepKind::Read(_))) {
            names.extend(["GetShardIterator".to_owned(), "GetRecords".to_owned()]);
        }
        for fixture in self.case().given.values() {
            match &fixture.value {
                Fixture::Missing => {}
                Fixture::Shared => names.push("CreateStream".to_owned()),
                Fixture::Own { encryption, status, .. } => {
                    names.push("CreateStream".to_owned());
                    if encryption.is_some() || *status == FixtureStatus::Updating {
                        names.push("StartStreamEncryption".to_owned());
                    }
                }
            }
        }
        names
    }

    /// True if every call of the ask is to be refused, or is open: then a refusal must have changed
    /// nothing, which an implied check looks at.
    pub(crate) fn implies_unchanged(&self) -> bool {
        self.case().ask.iter().all(|step| {
            step.call().is_some_and(|call| match call.expect.answer {
                Answer::Refused(_) | Answer::Open(_) => true,
                Answer::Accepted { .. } => false,
            })
        })
    }

    fn references(&self) -> Vec<&Reference> {
        let mut found = Vec::new();
        let row = self.row();
        let mut visit = |reference| found.push(reference);
        for fixture in self.case().given.values() {
            if let Fixture::Own { encryption: Some(tree), .. } = &fixture.value {
                references(tree, row, &mut visit);
            }
        }
        for (call, _) in self.calls() {
            if let Body::Tree(tree) = &call.with {
                references(tree, row, &mut visit);
            }
        }
        for tree in self.case().ask.iter().flat_map(stated) {
            references(tree, row, &mut visit);
        }
        found
    }
}

/// The trees that a step states besides those of its calls.
fn stated(step: &Step) -> Vec<&Tree> {
    match &step.kind {
        StepKind::Watch(watch) => watch.ladder.iter().flat_map(|rung| rung.members.values()).collect(),
        StepKind::Read(read) => read.records.iter().collect(),
        StepKind::Call(_) | StepKind::Race(_) | StepKind::Repeat(_) | StepKind::Clock(_) => Vec::new(),
    }
}

impl Case {
    /// True if the case waits for a transition.
    pub fn has_transition(&self) -> bool {
        self.ask.iter().any(|step| match &step.kind {
            StepKind::Watch(_) | StepKind::Repeat(_) => true,
            StepKind::Call(_) | StepKind::Race(_) | StepKind::Clock(_) | StepKind::Read(_) => false,
        })
    }

    /// The status in which the ask finds its stream, if it is one that passes by itself.
    pub(crate) fn passing_status(&self) -> Option<&'static str> {
        let fixture = self.given.get(&FixtureName::Stream)?;
        match &fixture.value {
            Fixture::Own { status, .. } => match status {
                FixtureStatus::Creating => Some("CREATING"),
                FixtureStatus::Updating => Some("UPDATING"),
                FixtureStatus::Deleting => Some("DELETING"),
                FixtureStatus::Active | FixtureStatus::Gone => None,
            },
            Fixture::Shared | Fixture::Missing => None,
        }
    }

    /// True if the case moves the target's clock, so that nothing else may be asked meanwhile.
    pub fn moves_the_clock(&self) -> bool {
        self.ask.iter().any(|step| matches!(step.kind, StepKind::Clock(_)))
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
    if case.has_transition() && !full_product {
        let rows = encodings.len().max(addresses.len());
        (0..rows).map(|row| (encodings[row % encodings.len()], addresses[row % addresses.len()])).collect()
    } else {
        encodings
            .iter()
            .flat_map(|encoding| addresses.iter().map(move |address| (*encoding, *address)))
            .collect()
    }
}

fn trial_id(case_id: &str, encoding: Encoding, address: Address) -> String {
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
