//! DecodedResponse back: the records that came, held to those that were put.

use crate::case::ast::{Body, Call, Read};
use crate::log::{MismatchKind, Role, StepIndex};
use crate::model::Value;
use crate::observe::decoded::DecodedResponse;
use crate::observe::records::{self, Put};
use crate::observe::{Observed, states};
use crate::plan::{PlannedStep, PlannedStepKind};
use crate::wire::Misfit;

use super::question::Ends;
use super::{Basis, Facet, Found, Judge};

/// A record that was accepted.
struct Written {
    data: Value,
    times: usize,
    /// False if the status that it was to be written in may have been over.
    confirmed: bool,
}

impl<'run> Judge<'run> {
    pub(crate) fn read(&mut self, step_index: usize, step: &'run PlannedStep, read: &'run Read) {
        let index = StepIndex::whole(step_index);
        let reads: Vec<&'run Observed> = self
            .course
            .used
            .iter()
            .copied()
            .filter(|observed| matches!(observed.exchange.role, Role::Read(at) if at.step == step_index))
            .collect();
        let refused = reads.iter().find_map(|Observed { exchange, decoded }| {
            let counts = !decoded.is_success() && !decoded.is_throttled();
            counts.then(|| (exchange.request.operation.clone(), decoded.as_text()))
        });
        if let Some((operation, answer)) = refused {
            self.add(Found {
                kind: MismatchKind::Records,
                facet: Facet::Behaviour,
                basis: Basis::of(step),
                index,
                span: read.fixture.span,
                expected: format!("{operation} is accepted"),
                actual: answer,
                diff: None,
            });
            return;
        }
        if let Some(misfit) = misfit_of_data(&reads) {
            // No record can be distinguished from another by data that is none.
            self.add(Found {
                kind: MismatchKind::Body,
                facet: Facet::Behaviour,
                basis: Basis::of(step),
                index,
                span: read.fixture.span,
                expected: format!("{}: {}", misfit.path, misfit.expected),
                actual: format!("{}: {}", misfit.path, misfit.found),
                diff: None,
            });
            return;
        }
        let shards = shards(&reads);
        let bindings = self.bindings();
        let written = self.written();
        // What was never accepted need not be there.
        let puts: Vec<Put<'run>> = read
            .records
            .iter()
            .filter_map(|stated| {
                let data = records::data_of(stated, bindings)?;
                let put = written.iter().find(|written| written.data == data)?;
                Some(Put { stated, times: put.times, confirmed: put.confirmed })
            })
            .collect();
        let found = records::compare(&puts, &shards, read.fixture.span, bindings);
        for flaw in found.flaws {
            self.add(Found {
                kind: MismatchKind::Records,
                facet: Facet::Behaviour,
                basis: Basis::of(step),
                index,
                span: flaw.span,
                expected: flaw.expected,
                actual: flaw.actual,
                diff: None,
            });
        }
        for open_value in found.open_values {
            self.record_value(&open_value, Ends::default());
        }
    }

    /// The records that the trial put and the target accepted.
    fn written(&self) -> Vec<Written> {
        let mut all = Vec::new();
        for (index, step) in self.trial.steps.iter().enumerate() {
            let PlannedStepKind::Call { call, observe } = &step.kind else { continue };
            self.note_written(&mut all, call, Role::Request(StepIndex::whole(index)), |_| true);
            let Some(observe) = observe else { continue };
            let (samples, _) = states::of_step(self.kind_observed(index), &self.course.used, index);
            for (block, during) in observe.during.iter().enumerate() {
                for (position, inner) in during.steps.iter().enumerate() {
                    let Some(call) = inner.call() else { continue };
                    let role = Role::During(StepIndex::within(index, block, position));
                    self.note_written(&mut all, call, role, |observed| {
                        let answered_us = observed.exchange.received_us;
                        states::shows_after(&samples, &during.status.value, answered_us)
                    });
                }
            }
        }
        all
    }

    fn note_written(
        &self,
        all: &mut Vec<Written>,
        call: &Call,
        role: Role,
        in_its_state: impl Fn(&Observed) -> bool,
    ) {
        let Body::Tree(tree) = &call.with else { return };
        let mut accepted = self.exchanges(role);
        accepted.retain(|observed| observed.decoded.is_success());
        let times = accepted.len();
        let Some(observed) = accepted.last().copied() else { return };
        let Ok(Some(body)) = self.bindings().value(tree) else { return };
        // What was put until a response was as expected was put in different states.
        let confirmed = times == 1 && in_its_state(observed);
        let one = body.get("Data").cloned();
        let entries = body.get("Records").and_then(Value::as_list).unwrap_or_default();
        let several = entries.iter().filter_map(|entry| entry.get("Data").cloned());
        all.extend(one.into_iter().chain(several).map(|data| Written { data, times, confirmed }));
    }
}

/// The first `Data` that is no blob.
fn misfit_of_data<'run>(reads: &[&'run Observed]) -> Option<&'run Misfit> {
    reads.iter().find_map(|observed| match &observed.decoded {
        DecodedResponse::Accepted { misfits, .. } => {
            misfits.iter().find(|misfit| misfit.path.ends_with(".Data"))
        }
        DecodedResponse::Undecodable { .. }
        | DecodedResponse::Refused { .. }
        | DecodedResponse::ServerError { .. }
        | DecodedResponse::None(_) => None,
    })
}

/// The records of each shard, in the order in which they came.
fn shards(reads: &[&Observed]) -> Vec<Vec<Value>> {
    let mut all: Vec<(usize, usize, Vec<Value>)> = reads
        .iter()
        .filter_map(|observed| {
            let (shard, call) = observed.exchange.role.step()?.within?;
            let records = observed.decoded.output()?.get("Records")?.as_list()?.to_vec();
            Some((shard, call, records))
        })
        .collect();
    all.sort_by_key(|(shard, call, _)| (*shard, *call));
    let mut shards: Vec<Vec<Value>> = Vec::new();
    for (shard, _, records) in all {
        if shards.len() <= shard {
            shards.resize_with(shard + 1, Vec::new);
        }
        shards[shard].extend(records);
    }
    shards
}
