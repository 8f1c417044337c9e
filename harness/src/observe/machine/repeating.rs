//! Calls that the machine sends again and again. The stream is awaited settled after each accepted one.

use crate::case::ast::{Call, FixtureName};
use crate::log::{Role, StepIndex};
use crate::plan::PlannedStep;

use super::super::Observed;
use super::super::describe::Snapshot;
use super::{DueAction, DueRequest, Going, Machine, pause_before_retry};

/// A repetition under way.
#[derive(Clone, Debug)]
pub(super) struct Repeating<'trial> {
    calls: Vec<&'trial Call>,
    times: usize,
    repetition: usize,
    call: usize,
    /// When the response came after which a settled status is awaited.
    awaiting_since_us: Option<u64>,
    samples: u32,
}

impl<'trial> Machine<'trial> {
    pub(super) fn begin_repeat(
        &mut self,
        times: u32,
        steps: &'trial [PlannedStep],
    ) -> Option<Repeating<'trial>> {
        let calls: Vec<&Call> = steps.iter().filter_map(PlannedStep::call).collect();
        let first = *calls.first()?;
        self.send(Role::Request(StepIndex::within(self.at, 0, 0)), 0, DueRequest::Call(first), 0);
        Some(Repeating {
            calls,
            times: times as usize,
            repetition: 0,
            call: 0,
            awaiting_since_us: None,
            samples: 0,
        })
    }

    /// `None` if the exchange is none of the repetition's.
    pub(super) fn take_in_repeat(
        &mut self,
        repeating: &mut Repeating<'trial>,
        observed: &Observed,
    ) -> Option<Going> {
        let (exchange, decoded) = (&observed.exchange, &observed.decoded);
        match (exchange.role, repeating.awaiting_since_us) {
            (Role::Request(_), None) => {
                let call = *repeating.calls.get(repeating.call)?;
                if let Some(pause_us) = pause_before_retry(call, decoded, exchange.repetition) {
                    self.send(exchange.role, exchange.repetition + 1, DueRequest::Call(call), pause_us);
                    return Some(Going::On);
                }
                self.last_response_us = exchange.received_us;
                if !self.is_as_expected(&call.expect, decoded) {
                    return Some(Going::Over);
                }
                self.first_accepted.get_or_insert(true);
                if decoded.is_success() {
                    repeating.awaiting_since_us = Some(exchange.received_us);
                    self.sample_until_settled(repeating);
                    return Some(Going::On);
                }
                Some(self.next_repetition(repeating))
            }
            (Role::Sample { .. }, Some(since_us)) => {
                let kind = self.trial.kind(FixtureName::Stream);
                let settled =
                    Snapshot::of(kind, decoded).status().is_some_and(|status| kind.is_settled(status));
                if settled || exchange.received_us >= since_us.saturating_add(self.timing.deadline_us) {
                    repeating.awaiting_since_us = None;
                    return Some(self.next_repetition(repeating));
                }
                self.sample_until_settled(repeating);
                Some(Going::On)
            }
            (_, _) => None,
        }
    }

    fn sample_until_settled(&mut self, repeating: &mut Repeating<'trial>) {
        let sample =
            DueAction::Sample { step: self.at, stream: FixtureName::Stream, repetition: repeating.samples };
        self.due.push(sample);
        repeating.samples += 1;
    }

    fn next_repetition(&mut self, repeating: &mut Repeating<'trial>) -> Going {
        repeating.call += 1;
        if repeating.call == repeating.calls.len() {
            repeating.call = 0;
            repeating.repetition += 1;
        }
        if repeating.repetition >= repeating.times {
            return Going::Complete;
        }
        let role = Role::Request(StepIndex::within(self.at, repeating.repetition, repeating.call));
        self.send(role, 0, DueRequest::Call(repeating.calls[repeating.call]), 0);
        Going::On
    }
}
