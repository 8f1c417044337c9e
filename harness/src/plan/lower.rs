//! From a case, one of its rows and one set of axis values to an executable trial: every `$each` is
//! replaced by the row's column, and an observation becomes a part of the call before it.

use std::sync::Arc;

use crate::case::Spanned;
use crate::case::ast::{
    self, Address, Answer, Body, Call, Case, Expectation, ExpectedState, Fixture, Form, Library, Node, Race,
    Read, Reference, Refusal, Row, Tree, Until, Wire,
};
use crate::wire::Encoding;

use super::digest;
use super::stop;
use super::trial::{During, Observe, PlannedStep, PlannedStepKind, PlannedTrial, Provenance};

/// A case and one of its rows, by their places in the library.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Index of the suite.
    pub suite: usize,
    /// Index of the case in its suite.
    pub case: usize,
    /// Index of the row, if the case has a table.
    pub row: Option<usize>,
}

/// The executable trial of a place and its axis values.
pub(super) fn trial(
    library: &Arc<Library>,
    place: Place,
    id: String,
    case_id: String,
    (encoding, address): (Encoding, Address),
) -> PlannedTrial {
    let suite = &library.suites[place.suite];
    let case: &Case = &suite.cases[place.case];
    let row = place.row.map(|row| &case.each[row]);
    let lower = Lower { row };
    let steps = lower.steps(&case.steps);
    let first =
        steps.iter().flat_map(PlannedStep::calls).next().map(|(call, _)| call.operation.value.clone());
    let operation = suite.operation.as_ref().map(|name| name.value.clone()).or(first);
    let title = row.and_then(|row| row.title.as_ref()).unwrap_or(&case.title);
    let mut trial = PlannedTrial {
        id,
        case_id,
        provenance: Provenance::Yaml { library: Arc::clone(library), suite: place.suite, case: place.case },
        operation: operation.unwrap_or_else(|| "ListStreams".to_owned()),
        title: title.value.clone(),
        level: case.level,
        affects: case.affects.iter().map(|audience| audience.value).collect(),
        cost: case.cost,
        encoding,
        address,
        resources: Arc::clone(&library.resources),
        given: case.given.iter().map(|(name, fixture)| (*name, lower.fixture(&fixture.value))).collect(),
        steps,
        question_digest: String::new(),
        stops: Vec::new(),
    };
    trial.question_digest = digest::question(&trial);
    trial.stops = stop::of(&trial);
    trial
}

struct Lower<'case> {
    row: Option<&'case Row>,
}

impl Lower<'_> {
    fn steps(&self, steps: &[ast::Step]) -> Vec<PlannedStep> {
        let mut lowered: Vec<PlannedStep> = Vec::new();
        for step in steps {
            let kind = match &step.kind {
                ast::StepKind::Observe(observation) => {
                    let observe = Observe {
                        span: step.span,
                        because: step.because.clone(),
                        form: step.form.clone(),
                        level: step.level,
                        fixture: observation.fixture.clone(),
                        states: observation.states.iter().map(|state| self.expected_state(state)).collect(),
                        during: observation
                            .during
                            .iter()
                            .map(|block| During {
                                status: block.status.clone(),
                                steps: self.steps(&block.steps),
                            })
                            .collect(),
                    };
                    // The loader refuses an observation that follows no call.
                    if let Some(PlannedStep { kind: PlannedStepKind::Call { observe: place, .. }, .. }) =
                        lowered.last_mut()
                    {
                        *place = Some(observe);
                    }
                    continue;
                }
                ast::StepKind::Call(call) => PlannedStepKind::Call { call: self.call(call), observe: None },
                ast::StepKind::Race(race) => PlannedStepKind::Race(Race {
                    calls: race.calls.iter().map(|call| self.call(call)).collect(),
                    others: self.expectation(&race.others),
                }),
                ast::StepKind::Repeat(repeat) => {
                    PlannedStepKind::Repeat { times: repeat.times.value, steps: self.steps(&repeat.steps) }
                }
                ast::StepKind::Clock(clock) => PlannedStepKind::Clock(clock.clone()),
                ast::StepKind::Read(read) => PlannedStepKind::Read(Read {
                    records: read.records.iter().map(|tree| self.tree(tree)).collect(),
                    ..read.clone()
                }),
            };
            lowered.push(PlannedStep {
                span: step.span,
                because: step.because.clone(),
                form: step.form.clone(),
                level: step.level,
                kind,
            });
        }
        lowered
    }

    fn fixture(&self, fixture: &Fixture) -> Fixture {
        match fixture {
            Fixture::Shared => Fixture::Shared,
            Fixture::Missing => Fixture::Missing,
            Fixture::Own { status, encryption, setups, shards } => Fixture::Own {
                status: *status,
                encryption: encryption.as_ref().map(|tree| self.tree(tree)),
                setups: setups.clone(),
                shards: *shards,
            },
        }
    }

    fn expected_state(&self, state: &ExpectedState) -> ExpectedState {
        let members = state.members.iter().map(|(name, tree)| (name.clone(), self.tree(tree))).collect();
        ExpectedState { members, ..state.clone() }
    }

    fn call(&self, call: &Call) -> Call {
        Call {
            with: match &call.with {
                Body::Tree(tree) => Body::Tree(self.tree(tree)),
                Body::Json(tree) => Body::Json(self.tree(tree)),
                Body::Bytes(tree) => Body::Bytes(self.tree(tree)),
            },
            wire: self.wire(&call.wire),
            expect: self.expectation(&call.expect),
            until: call
                .until
                .as_ref()
                .map(|until| Spanned { value: self.until(&until.value), span: until.span }),
            ..call.clone()
        }
    }

    fn until(&self, until: &Until) -> Until {
        match until {
            Until::AsExpected => Until::AsExpected,
            Until::Members(tree) => Until::Members(self.tree(tree)),
        }
    }

    fn wire(&self, wire: &Wire) -> Wire {
        let one = |tree: &Option<Tree>| tree.as_ref().map(|tree| self.tree(tree));
        Wire {
            method: one(&wire.method),
            path: one(&wire.path),
            target: one(&wire.target),
            content_type: one(&wire.content_type),
            headers: wire.headers.iter().map(|(name, tree)| (name.clone(), self.tree(tree))).collect(),
            auth: wire.auth,
        }
    }

    fn expectation(&self, expectation: &Expectation) -> Expectation {
        Expectation {
            answer: match &expectation.answer {
                Answer::Accepted { members } => {
                    Answer::Accepted { members: members.as_ref().map(|tree| self.tree(tree)) }
                }
                Answer::Refused(refusal) => Answer::Refused(Refusal {
                    message: refusal.message.as_ref().map(|tree| self.tree(tree)),
                    ..refusal.clone()
                }),
                Answer::RefusedOpen(question) => Answer::RefusedOpen(question.clone()),
                Answer::Open(question) => Answer::Open(question.clone()),
            },
            document: expectation.document.as_ref().map(|tree| self.tree(tree)),
            form: Box::new(Form {
                headers: expectation
                    .form
                    .headers
                    .iter()
                    .map(|(name, tree)| (name.clone(), self.tree(tree)))
                    .collect(),
                ..(*expectation.form).clone()
            }),
            ..expectation.clone()
        }
    }

    fn tree(&self, tree: &Tree) -> Tree {
        let node = match &tree.node {
            Node::Reference(Reference::Each(column)) => {
                match self.row.and_then(|row| row.columns.get(column)) {
                    // The place that a reader should look at is the expectation, not the column.
                    Some(inner) => self.tree(inner).node,
                    None => tree.node.clone(),
                }
            }
            Node::Literal(_) | Node::Matches(_) | Node::Reference(_) => tree.node.clone(),
            Node::List(trees) => Node::List(trees.iter().map(|tree| self.tree(tree)).collect()),
            Node::Above(bound) => Node::Above(Box::new(self.tree(bound))),
            Node::OneOf(trees) => Node::OneOf(trees.iter().map(|tree| self.tree(tree)).collect()),
            Node::Map(trees) => {
                Node::Map(trees.iter().map(|(name, tree)| (name.clone(), self.tree(tree))).collect())
            }
        };
        Tree { span: tree.span, node }
    }
}

#[cfg(test)]
mod tests;
