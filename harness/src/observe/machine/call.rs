//! One call of the machine: sent once, or until a condition holds, with or without an observed stream.

use crate::case::ast::{Call, Deadline, DeadlineFrom, Until, Within};
use crate::log::{Role, StepIndex};
use crate::plan::Observe;

use super::super::Observed;
use super::super::describe::Snapshot;
use super::super::settling::Settling;
use super::super::states::{self, TimedSnapshot};
use super::{DueAction, DueRequest, Going, Machine, pause_before_retry};

/// The shortest and the longest time between two sendings of a call that is repeated until a condition
/// holds, in microseconds.
const POLL_US: std::ops::RangeInclusive<u64> = 20_000..=1_000_000;
/// The time between two sendings is this part of the time that has passed: a change is seen at most two
/// percent late, and five minutes take some hundred requests and not fifteen thousand.
const POLL_PART: u64 = 50;

/// A call under way.
#[derive(Clone, Debug)]
pub(super) struct Calling<'trial> {
    call: &'trial Call,
    observe: Option<&'trial Observe>,
    /// When a call that is repeated is repeated no longer.
    deadline_us: Option<u64>,
    sent: bool,
    /// When the response that stands was requested and received, and whether it accepts.
    response: Option<(u64, u64, bool)>,
    samples: Vec<TimedSnapshot>,
    /// How many samples the stop condition has seen.
    weighed: usize,
    /// How many samples were requested behind the first.
    sampled: u32,
    settling: Option<Settling>,
    stopped: bool,
    during: Vec<Block>,
}

/// The calls that are sent while a status is shown.
#[derive(Clone, Debug, Default)]
struct Block {
    started: bool,
    next: usize,
    over: bool,
}

impl<'trial> Machine<'trial> {
    pub(super) fn begin_call(
        &mut self,
        call: &'trial Call,
        observe: Option<&'trial Observe>,
    ) -> Calling<'trial> {
        let mut calling = Calling {
            call,
            observe,
            deadline_us: call.by.as_ref().map(|by| self.deadline(&by.value)),
            sent: false,
            response: None,
            samples: Vec::new(),
            weighed: 0,
            sampled: 0,
            settling: None,
            stopped: false,
            during: vec![Block::default(); observe.map_or(0, |observe| observe.during.len())],
        };
        match observe {
            // The first sample comes back before the call is sent: it warms the connection and shows
            // the old state.
            Some(observe) => self.sample(observe, 0),
            None => {
                calling.sent = true;
                self.send(Role::Request(StepIndex::whole(self.at)), 0, DueRequest::Call(call), 0);
            }
        }
        calling
    }

    fn sample(&mut self, observe: &Observe, repetition: u32) {
        self.due.push(DueAction::Sample { step: self.at, stream: observe.fixture.value, repetition });
    }

    /// When a call is repeated no longer. It counts from the first sample that shows the status, of
    /// the last observed step; from the last response where nothing was observed.
    fn deadline(&self, by: &Deadline) -> u64 {
        let origin = match &by.from {
            DeadlineFrom::Answer => None,
            DeadlineFrom::Status(status) => {
                self.last_observed.as_ref().and_then(|(samples, call)| states::origin(samples, *call, status))
            }
        };
        let within = match by.within {
            Within::Millis(millis) => millis.saturating_mul(1000).min(self.timing.patience_us),
            Within::Transition => self.timing.deadline_us,
        };
        origin.unwrap_or(self.last_response_us).saturating_add(within)
    }

    /// `None` if the exchange is none of the call's.
    pub(super) fn take_in_call(
        &mut self,
        calling: &mut Calling<'trial>,
        index: StepIndex,
        observed: &Observed,
    ) -> Option<Going> {
        match observed.exchange.role {
            Role::Request(_) if calling.response.is_none() => self.take_response(calling, observed),
            Role::Sample { .. } if !calling.stopped => self.take_sample(calling, observed),
            Role::During(_) => self.take_during(calling, index, observed)?,
            Role::Request(_)
            | Role::Sample { .. }
            | Role::Capability
            | Role::Calibration
            | Role::Setup
            | Role::Unchanged(_)
            | Role::ConfirmTransient
            | Role::Read(_)
            | Role::Health
            | Role::Cleanup => return None,
        }
        self.weigh(calling);
        let over = calling.during.iter().all(|block| !block.started || block.over);
        let stopped = calling.observe.is_none() || calling.stopped;
        Some(if calling.response.is_some() && stopped && over { Going::Complete } else { Going::On })
    }

    fn take_response(&mut self, calling: &mut Calling<'trial>, observed: &Observed) {
        let (exchange, decoded) = (&observed.exchange, &observed.decoded);
        let call = calling.call;
        let until = call.until.as_ref().map_or(&Until::AsExpected, |until| &until.value);
        let pause_us = match calling.deadline_us {
            // Sent at least once after the deadline: what is true from then on is seen.
            Some(deadline_us) if exchange.sent_us < deadline_us && !self.satisfies(until, call, decoded) => {
                let passed_us = exchange.received_us.saturating_sub(self.last_response_us);
                Some((passed_us / POLL_PART).clamp(*POLL_US.start(), *POLL_US.end()))
            }
            Some(_) => None,
            None => pause_before_retry(call, decoded, exchange.repetition),
        };
        if let Some(pause_us) = pause_us {
            self.send(exchange.role, exchange.repetition + 1, DueRequest::Call(call), pause_us);
            return;
        }
        let accepted = decoded.is_success();
        calling.response = Some((exchange.sent_us, exchange.received_us, accepted));
        self.last_response_us = exchange.received_us;
        self.first_accepted.get_or_insert(accepted);
        self.capture(call, decoded);
        if !accepted {
            calling.stopped = true;
        }
    }

    fn take_sample(&mut self, calling: &mut Calling<'trial>, observed: &Observed) {
        let exchange = &observed.exchange;
        let Some(observe) = calling.observe else { return };
        let kind = self.trial.kind(observe.fixture.value);
        let sample = TimedSnapshot {
            sent_us: exchange.sent_us,
            received_us: exchange.received_us,
            snapshot: Snapshot::of(kind, &observed.decoded),
        };
        if !calling.sent {
            calling.sent = true;
            self.send(Role::Request(StepIndex::whole(self.at)), 0, DueRequest::Call(calling.call), 0);
        }
        self.start_during(calling, &sample);
        calling.samples.push(sample);
    }

    /// Starts the calls of every status that a sample shows since the call was sent. The status that
    /// was there before counts only once the call was answered.
    fn start_during(&mut self, calling: &mut Calling<'trial>, sample: &TimedSnapshot) {
        let Some(observe) = calling.observe else { return };
        let before = calling.samples.first().and_then(|first| first.snapshot.status().map(str::to_owned));
        let Some(status) = sample.snapshot.status().filter(|_| !calling.samples.is_empty()) else { return };
        let answered = calling.response.is_some_and(|(_, answered_us, _)| sample.sent_us >= answered_us);
        if before.as_deref() == Some(status) && !answered {
            return;
        }
        for (block, during) in observe.during.iter().enumerate() {
            if !calling.during[block].started && during.status.value == status {
                calling.during[block].started = true;
                self.send_during(observe, block, 0, 0, 0);
            }
        }
    }

    fn send_during(
        &mut self,
        observe: &'trial Observe,
        block: usize,
        call: usize,
        repetition: u32,
        pause_us: u64,
    ) {
        if let Some(call_of) = observe.during[block].steps.get(call).and_then(|step| step.call()) {
            let role = Role::During(StepIndex::within(self.at, block, call));
            self.send(role, repetition, DueRequest::Call(call_of), pause_us);
        }
    }

    fn take_during(
        &mut self,
        calling: &mut Calling<'trial>,
        index: StepIndex,
        observed: &Observed,
    ) -> Option<()> {
        let (block, position) = index.within?;
        let observe = calling.observe?;
        let steps = &observe.during.get(block)?.steps;
        let call = steps.get(position)?.call()?;
        let repetition = observed.exchange.repetition;
        match pause_before_retry(call, &observed.decoded, repetition) {
            Some(pause_us) => self.send_during(observe, block, position, repetition + 1, pause_us),
            None => {
                self.capture(call, &observed.decoded);
                let state = calling.during.get_mut(block)?;
                state.next = position + 1;
                state.over = state.next >= steps.len();
                if !state.over {
                    self.send_during(observe, block, position + 1, 0, 0);
                }
            }
        }
        Some(())
    }

    /// Holds the samples that came so far to the stop condition, once the response is known, and requests
    /// for the next one.
    fn weigh(&mut self, calling: &mut Calling<'trial>) {
        let Some(observe) = calling.observe else { return };
        if let Some((sent_us, answered_us, true)) = calling.response {
            let before = calling.samples.iter().rfind(|sample| sample.received_us <= sent_us);
            let before = before.map(|sample| sample.snapshot.clone());
            let settling =
                calling.settling.get_or_insert_with(|| Settling::new(before, (sent_us, answered_us)));
            while calling.weighed < calling.samples.len() && !calling.stopped {
                calling.stopped = settling.take(&calling.samples[calling.weighed], self.timing);
                calling.weighed += 1;
            }
        }
        // One sample in flight: the next one is due when the last one is back.
        let repetition = u32::try_from(calling.samples.len()).unwrap_or(u32::MAX);
        if !calling.stopped && calling.sampled < repetition {
            calling.sampled = repetition;
            self.sample(observe, repetition);
        }
    }

    pub(super) fn note_observed(&mut self, calling: Calling<'trial>) {
        if let (Some(_), Some((sent_us, answered_us, _))) = (calling.observe, calling.response) {
            self.last_observed = Some((calling.samples, (sent_us, answered_us)));
        }
    }
}
