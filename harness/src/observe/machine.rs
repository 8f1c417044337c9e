//! The step interpreter: from a trial and the exchanges so far to what is due next. Pure.
//!
//! A run executes what is due and feeds in every exchange as it comes; the judge feeds in the stored
//! exchanges and learns which steps were due and which exchanges count. Both use this one machine, so
//! that a step can't be sent and not be judged.

mod call;
mod read;
mod repeating;

use crate::case::ast::{Answer, Call, Expectation, FixtureName, Operations, Reference, Until, When};
use crate::log::{Role, StepIndex, Timing};
use crate::model::Value;
use crate::plan::bind::{Bindings, Unbound};
use crate::plan::{PlannedStep, PlannedStepKind, PlannedTrial};

use super::Observed;
use super::decoded::DecodedResponse;
use super::matching;
use super::states::TimedSnapshot;

use call::Calling;
use read::ReadState;
use repeating::Repeating;

/// Something to be done now.
#[derive(Clone, Debug)]
pub(crate) enum DueAction<'trial> {
    /// Send a request.
    Send {
        /// What it is for.
        role: Role,
        /// How often it was sent before.
        repetition: u32,
        /// The request.
        request: DueRequest<'trial>,
        /// Time to let pass first, in microseconds.
        pause_us: u64,
    },
    /// Describe a stream, at the pace of the run.
    Sample {
        /// Index of the step.
        step: usize,
        /// The stream.
        stream: FixtureName,
        /// How often it was described in this step before.
        repetition: u32,
    },
    /// Move the target's clock forward, by so many milliseconds.
    MoveClock(u64),
}

/// A request that is due.
#[derive(Clone, Debug)]
pub(crate) enum DueRequest<'trial> {
    /// A call of the trial.
    Call(&'trial Call),
    /// An operation with an input that follows from what came before.
    Operation(&'static str, Value),
}

/// Whether a step was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    /// The trial ended before it.
    No,
    /// Its condition did not hold.
    NotDue,
    /// It was carried out, at least in part.
    Due,
}

/// Retries of a throttled call before its response stands.
const THROTTLED_RETRIES: u32 = 4;
/// The same of a create, which waits until other streams are ACTIVE: 12 seconds in all.
const CREATE_RETRIES: u32 = 7;
/// The pause before the first of them, in microseconds; it doubles.
const THROTTLED_PAUSE_US: u64 = 100_000;

/// The state of one attempt of a trial.
#[derive(Clone, Debug)]
pub(crate) struct Machine<'trial> {
    trial: &'trial PlannedTrial,
    timing: &'trial Timing,
    bindings: Bindings,
    at: usize,
    phase: Phase<'trial>,
    reached: Vec<Reached>,
    first_accepted: Option<bool>,
    /// When the last response of a step came.
    last_response_us: u64,
    /// The samples of the last observed step, and when its call was sent and answered.
    last_observed: Option<(Vec<TimedSnapshot>, (u64, u64))>,
    due: Vec<DueAction<'trial>>,
    unbound: Option<Unbound>,
}

#[derive(Clone, Debug)]
enum Phase<'trial> {
    /// The step at hand has not begun.
    Ahead,
    Call(Calling<'trial>),
    /// So many calls of a race have no response yet.
    Race(usize),
    Repeat(Repeating<'trial>),
    Read(ReadState),
    Over,
}

/// Whether a step goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Going {
    On,
    Complete,
    /// The trial ends with it.
    Over,
}

impl<'trial> Machine<'trial> {
    /// A machine before the first step. `bindings` = what the setup gave names to.
    pub(crate) fn new(trial: &'trial PlannedTrial, timing: &'trial Timing, bindings: Bindings) -> Self {
        let mut machine = Self {
            trial,
            timing,
            bindings,
            at: 0,
            phase: Phase::Ahead,
            reached: vec![Reached::No; trial.steps.len()],
            first_accepted: None,
            last_response_us: 0,
            last_observed: None,
            due: Vec::new(),
            unbound: None,
        };
        machine.go_on();
        machine
    }

    /// What became due since the last call.
    pub(crate) fn due(&mut self) -> Vec<DueAction<'trial>> {
        std::mem::take(&mut self.due)
    }

    /// True once nothing more will be due.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// Which steps were reached.
    pub(crate) fn reached(&self) -> &[Reached] {
        &self.reached
    }

    /// What the names stand for, captures included.
    pub(crate) fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// The name without a value that ended the trial.
    pub(crate) fn unbound(&self) -> Option<&Unbound> {
        self.unbound.as_ref()
    }

    /// Ends the trial: a request could not be made for want of a value.
    pub(crate) fn end_unbound(&mut self, unbound: Unbound) {
        self.unbound = Some(unbound);
        self.phase = Phase::Over;
        self.due.clear();
    }

    /// Takes note of an exchange. False if it belongs to no step that is under way: it came after
    /// the step's stop, or serves another purpose.
    pub(crate) fn take(&mut self, observed: &Observed) -> bool {
        let role = observed.exchange.role;
        let Some(index) = role.step().filter(|index| index.step == self.at) else { return false };
        let mut phase = std::mem::replace(&mut self.phase, Phase::Ahead);
        let going = match &mut phase {
            Phase::Ahead | Phase::Over => None,
            Phase::Call(calling) => self.take_in_call(calling, index, observed),
            Phase::Race(missing) => role.is_request().then(|| {
                *missing -= 1;
                let accepted = observed.decoded.is_success() || self.first_accepted == Some(true);
                self.first_accepted = Some(accepted);
                self.last_response_us = self.last_response_us.max(observed.exchange.received_us);
                if *missing == 0 { Going::Complete } else { Going::On }
            }),
            Phase::Repeat(repeating) => self.take_in_repeat(repeating, observed),
            Phase::Read(read) => match role {
                Role::Read(index) => Some(self.take_in_read(read, index, observed)),
                Role::Capability
                | Role::Calibration
                | Role::Setup
                | Role::Request(_)
                | Role::During(_)
                | Role::Sample { .. }
                | Role::Unchanged(_)
                | Role::ConfirmTransient
                | Role::Health
                | Role::Cleanup => None,
            },
        };
        match going {
            None | Some(Going::On) => self.phase = phase,
            Some(Going::Complete) => {
                if let Phase::Call(calling) = phase {
                    self.note_observed(calling);
                }
                self.at += 1;
                self.go_on();
            }
            Some(Going::Over) => self.phase = Phase::Over,
        }
        going.is_some()
    }

    /// Begins steps until one waits for something.
    fn go_on(&mut self) {
        while let Some(step) = self.trial.steps.get(self.at) {
            if !self.holds(step) {
                self.reached[self.at] = Reached::NotDue;
                self.at += 1;
                continue;
            }
            self.reached[self.at] = Reached::Due;
            match self.begin(step) {
                Ok(Some(phase)) => {
                    self.phase = phase;
                    return;
                }
                Ok(None) => self.at += 1,
                Err(unbound) => {
                    self.end_unbound(unbound);
                    return;
                }
            }
        }
        self.phase = Phase::Over;
    }

    /// The condition on which a step is carried out.
    fn holds(&self, step: &PlannedStep) -> bool {
        match step.call().and_then(|call| call.when.as_ref()).map(|when| &when.value) {
            None => true,
            Some(When::Accepted) => self.first_accepted == Some(true),
            Some(When::Refused) => self.first_accepted == Some(false),
            Some(When::Captured(name)) => self.bindings.get(&Reference::Got(name.clone())).is_some(),
        }
    }

    /// Begins a step; `None` if it is over at once.
    fn begin(&mut self, step: &'trial PlannedStep) -> Result<Option<Phase<'trial>>, Unbound> {
        Ok(match &step.kind {
            PlannedStepKind::Call { call, observe } => {
                Some(Phase::Call(self.begin_call(call, observe.as_ref())))
            }
            PlannedStepKind::Race(race) => {
                for (index, call) in race.calls.iter().enumerate() {
                    self.send(
                        Role::Request(StepIndex::within(self.at, 0, index)),
                        0,
                        DueRequest::Call(call),
                        0,
                    );
                }
                Some(Phase::Race(race.calls.len()))
            }
            PlannedStepKind::Repeat { times, steps } => self.begin_repeat(*times, steps).map(Phase::Repeat),
            PlannedStepKind::Clock(clock) => {
                self.due.push(DueAction::MoveClock(clock.advance.value));
                None
            }
            PlannedStepKind::Read(read) => Some(Phase::Read(self.begin_read(read)?)),
        })
    }

    fn send(&mut self, role: Role, repetition: u32, request: DueRequest<'trial>, pause_us: u64) {
        self.due.push(DueAction::Send { role, repetition, request, pause_us });
    }

    fn capture(&mut self, call: &Call, decoded: &DecodedResponse) {
        let Some(output) = decoded.output() else { return };
        for (name, path) in &call.capture {
            let found = path.value.split('.').try_fold(output, |value, part| match part.parse::<usize>() {
                Ok(index) => value.as_list().and_then(|list| list.get(index)),
                Err(_) => value.get(part),
            });
            if let Some(value) = found {
                self.bindings.set(Reference::Got(name.clone()), value.clone());
            }
        }
    }

    /// True if a response to a call is as a condition states.
    fn satisfies(&self, until: &Until, call: &Call, decoded: &DecodedResponse) -> bool {
        match until {
            Until::AsExpected => self.is_as_expected(&call.expect, decoded),
            Until::Members(tree) => {
                decoded.output().is_some_and(|output| matching::holds(tree, output, &self.bindings))
            }
        }
    }

    fn is_as_expected(&self, expectation: &Expectation, decoded: &DecodedResponse) -> bool {
        match &expectation.answer {
            Answer::Accepted { members: Some(tree) } => {
                decoded.output().is_some_and(|output| matching::holds(tree, output, &self.bindings))
            }
            Answer::Accepted { members: None } => decoded.is_success(),
            Answer::Refused(refusal) => refusal.is(decoded.class()),
            Answer::RefusedOpen(_) => matches!(decoded, DecodedResponse::Refused { .. }),
            Answer::Open(_) => true,
        }
    }
}

/// The pause before a call is sent again, in microseconds, if the target throttles the call and that is
/// not the very response that the trial is about.
fn pause_before_retry(call: &Call, decoded: &DecodedResponse, repetition: u32) -> Option<u64> {
    let is_the_subject = match &call.expect.answer {
        Answer::Refused(refusal) => refusal.is(Some("LimitExceededException")),
        Answer::Accepted { .. } | Answer::RefusedOpen(_) | Answer::Open(_) => false,
    };
    let operation = &call.operation.value;
    let retries = if Operations::embedded().creates(operation) { CREATE_RETRIES } else { THROTTLED_RETRIES };
    let again = decoded.throttles(operation) && !is_the_subject && repetition < retries;
    again.then(|| THROTTLED_PAUSE_US << repetition)
}

#[cfg(test)]
mod tests;
