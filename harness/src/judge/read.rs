//! Reading back: the records that came, held to those that were put.

use crate::case::ast::{Body, Call, Read, Step, StepKind};
use crate::model::Value;
use crate::wire::Misfit;

use crate::judge::{Facet, Found, Judge};
use crate::log::{Exchange, MismatchKind, Role, StepIndex};
use crate::observe::reading::Reading;
use crate::observe::records::Put;
use crate::observe::{ladder, records};

/// A record that was accepted.
struct Written {
    data: Value,
    times: usize,
    /// False if the status that it was to be written in may have been over.
    firm: bool,
}

impl<'run> Judge<'run> {
    pub(crate) fn read(&mut self, step_index: usize, step: &'run Step, read: &'run Read) {
        let index = StepIndex { step: step_index, within: None };
        let reads: Vec<&'run Exchange> = self
            .observation
            .exchanges
            .iter()
            .filter(|exchange| {
                exchange.role == Role::Read && exchange.step.is_some_and(|step| step.step == step_index)
            })
            .collect();
        if reads.is_empty() {
            if self.observation.stopped_by.is_none() {
                self.errors.push("the records were not read back".to_owned());
            }
            return;
        }
        let refused = reads.iter().find_map(|exchange| {
            let reading = self.reading(exchange);
            let counts = !reading.is_success() && !reading.is_throttled();
            counts.then(|| (exchange.request.operation.clone(), reading.in_words()))
        });
        if let Some((operation, answer)) = refused {
            self.add(Found {
                kind: MismatchKind::Records,
                facet: Facet::Behaviour,
                step,
                index,
                span: read.fixture.span,
                expected: format!("{operation} is accepted"),
                actual: answer,
                diff: None,
            });
            return;
        }
        if let Some(misfit) = self.misfit_of_data(&reads) {
            // No record can be told from another by data that is none.
            self.add(Found {
                kind: MismatchKind::Body,
                facet: Facet::Behaviour,
                step,
                index,
                span: read.fixture.span,
                expected: format!("{}: {}", misfit.path, misfit.expected),
                actual: format!("{}: {}", misfit.path, misfit.found),
                diff: None,
            });
            return;
        }
        let shards = self.shards(&reads);
        let (bindings, row) = (self.bindings(), self.trial.row());
        let written = self.written();
        // What was never accepted need not be there.
        let puts: Vec<Put<'run>> = read
            .records
            .iter()
            .filter_map(|stated| {
                let data = records::data_of(stated, bindings, row)?;
                let put = written.iter().find(|written| written.data == data)?;
                Some(Put { stated, times: put.times, firm: put.firm })
            })
            .collect();
        let found = records::compare(&puts, &shards, read.fixture.span, bindings, row);
        for flaw in found.flaws {
            self.add(Found {
                kind: MismatchKind::Records,
                facet: Facet::Behaviour,
                step,
                index,
                span: flaw.span,
                expected: flaw.expected,
                actual: flaw.actual,
                diff: None,
            });
        }
        for asked in found.asked {
            self.choose_value(&asked, &[]);
        }
    }

    /// The first `Data` that is no blob.
    fn misfit_of_data(&self, reads: &[&Exchange]) -> Option<Misfit> {
        reads.iter().find_map(|exchange| match self.reading(exchange) {
            Reading::Accepted { misfits, .. } => {
                misfits.into_iter().find(|misfit| misfit.path.ends_with(".Data"))
            }
            Reading::Undecodable { .. }
            | Reading::Refused { .. }
            | Reading::ServerError { .. }
            | Reading::None(_) => None,
        })
    }

    /// The records of each shard, in the order in which they came.
    fn shards(&self, reads: &[&Exchange]) -> Vec<Vec<Value>> {
        let mut all: Vec<(usize, usize, Vec<Value>)> = reads
            .iter()
            .filter_map(|exchange| {
                let (shard, call) = exchange.step?.within?;
                let reading = self.reading(exchange);
                let records = reading.output()?.get("Records")?.as_list()?.to_vec();
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

    /// The records that the trial put and the target accepted.
    fn written(&self) -> Vec<Written> {
        let mut all = Vec::new();
        for (step_index, step) in self.trial.case().ask.iter().enumerate() {
            match &step.kind {
                StepKind::Call(call) => {
                    let at = StepIndex { step: step_index, within: None };
                    self.note_written(&mut all, call, Role::Ask, at, |_| true);
                }
                StepKind::Watch(watch) => {
                    let exchanges = &self.observation.exchanges;
                    let moments = ladder::moments(self.measure.model, exchanges, step_index);
                    for (block, meanwhile) in watch.meanwhile.iter().enumerate() {
                        for (position, inner) in meanwhile.steps.iter().enumerate() {
                            let Some(call) = inner.call() else { continue };
                            let at = StepIndex { step: step_index, within: Some((block, position)) };
                            self.note_written(&mut all, call, Role::Meanwhile, at, |exchange| {
                                let status = &meanwhile.status.value;
                                ladder::still_shows(&moments, status, exchange.received_us)
                            });
                        }
                    }
                }
                StepKind::Race(_) | StepKind::Repeat(_) | StepKind::Clock(_) | StepKind::Read(_) => {}
            }
        }
        all
    }

    fn note_written(
        &self,
        all: &mut Vec<Written>,
        call: &Call,
        role: Role,
        at: StepIndex,
        firm: impl Fn(&Exchange) -> bool,
    ) {
        let Body::Tree(tree) = &call.with else { return };
        let mut accepted = self.exchanges(role, at);
        accepted.retain(|exchange| self.reading(exchange).is_success());
        let times = accepted.len();
        let Some(exchange) = accepted.last().copied() else { return };
        let Ok(Some(body)) = self.bindings().value(tree, self.trial.row()) else { return };
        // What was put until an answer was as expected was put in different states.
        let firm = times == 1 && firm(exchange);
        let one = body.get("Data").cloned();
        let entries = body.get("Records").and_then(Value::as_list).unwrap_or_default();
        let several = entries.iter().filter_map(|entry| entry.get("Data").cloned());
        all.extend(one.into_iter().chain(several).map(|data| Written { data, times, firm }));
    }
}
