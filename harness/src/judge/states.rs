//! One observation: its samples compared with the expected states, and the calls sent during a status.

use crate::case::Span;
use crate::case::ast::{ExpectedState, Resource, Resources};
use crate::log::{Change, Lengths, MismatchKind, Role, Sample, StepIndex, Trace};
use crate::observe::Observed;
use crate::observe::decoded::DecodedResponse;
use crate::observe::describe::Snapshot;
use crate::observe::matching::literal_text;
use crate::observe::states::{self, StatesFound, StatesViolation, TimedSnapshot};
use crate::plan::{During, Observe};

use super::question::Ends;
use super::{Basis, Facet, Found, Judge};

impl<'run> Judge<'run> {
    /// Holds the samples of a step to the states that are expected, and the calls that were sent
    /// during one of them to their expectations.
    pub(crate) fn observed(&mut self, step_index: usize, observe: &'run Observe) {
        let kind = self.trial.kind(observe.fixture.value);
        let (samples, call) = states::of_step(kind, &self.course.used, step_index);
        let request = self.last(Role::Request(StepIndex::whole(step_index)));
        let accepted = request.filter(|observed| observed.decoded.is_success());
        let (Some(call), Some(accepted)) = (call, accepted) else {
            // Reported already: the call that should start the transition was not accepted.
            return;
        };
        let index = StepIndex::whole(step_index);
        let timing = self.measure.timing;
        let floor_us = if kind.name.value == Resources::STREAM {
            timing.lengths.floor_after_us(&accepted.exchange.request.operation)
        } else {
            // What was measured on a stream says nothing of another kind of resource.
            Lengths::default().floor_us()
        };
        let found = states::found(kind, &observe.states, &samples, call, floor_us, self.bindings());
        self.traces.push(trace(step_index, observe, &samples, call, &found, self));
        // What nobody could see at the end says nothing of where the stream got to.
        let blind = samples.last().is_some_and(|sample| sample.snapshot == Snapshot::Nothing);
        let in_transit = samples.last().is_some_and(|sample| sample.snapshot.is_transient());
        for violation in &found.violations {
            match violation {
                StatesViolation::NeverReached { .. } if blind => self.blind(index, observe),
                StatesViolation::NeverReached { status, .. } if in_transit && !timing.deadline_stated => {
                    self.still_in_transition(status);
                }
                StatesViolation::NeverReached { .. }
                | StatesViolation::NotShown { .. }
                | StatesViolation::Back { .. }
                | StatesViolation::Unexpected { .. }
                | StatesViolation::Gone { .. }
                | StatesViolation::Member { .. } => self.violation(index, observe, violation),
            }
        }
        for missing in &found.unobserved {
            self.unobserved.push(format!(
                "{} may have lasted up to {} and was not seen",
                status_of(kind, &observe.states[missing.position]),
                in_time(missing.gap_us)
            ));
        }
        let settled = samples.last().and_then(|sample| match &sample.snapshot {
            Snapshot::State(state) if !state.is_transient => Some(&state.members),
            Snapshot::State(_) | Snapshot::Gone | Snapshot::Nothing => None,
        });
        let ends = Ends { expected: &observe.states, settled };
        for (_, open_value) in &found.open_values {
            self.record_value(open_value, ends);
        }
        for (block, during) in observe.during.iter().enumerate() {
            self.during(step_index, block, during, &samples, call);
        }
    }

    fn violation(&mut self, index: StepIndex, observe: &'run Observe, violation: &StatesViolation) {
        let states = &observe.states;
        let resource = self.trial.kind(observe.fixture.value);
        let (kind, span, expected, actual) = match violation {
            // Times differ from run to run and would split groups of one cause; the trace shows
            // them.
            StatesViolation::NotShown { position, .. } => (
                MismatchKind::States,
                status_span(resource, &states[*position]),
                status_of(resource, &states[*position]),
                format!("no {}", status_of(resource, &states[*position])),
            ),
            StatesViolation::Back { from, to } => (
                MismatchKind::States,
                status_span(resource, &states[*from]),
                format!("{} stays", status_of(resource, &states[*from])),
                format!("back to {}", status_of(resource, &states[*to])),
            ),
            StatesViolation::Unexpected { position, status } => (
                MismatchKind::States,
                status_span(resource, &states[*position]),
                self.expected_states(observe),
                status.clone(),
            ),
            StatesViolation::Gone { position } => (
                MismatchKind::States,
                status_span(resource, &states[*position]),
                self.expected_states(observe),
                format!("the {} is gone", resource.name.value),
            ),
            StatesViolation::Member { position, difference } => (
                MismatchKind::States,
                difference.span,
                format!(
                    "{} {} while {}",
                    difference.path,
                    difference.expected,
                    status_of(resource, &states[*position])
                ),
                format!("{} {}", difference.path, difference.actual),
            ),
            StatesViolation::NeverReached { position, status, .. } => (
                MismatchKind::States,
                status_span(resource, states.last().unwrap_or(&states[*position])),
                self.expected_states(observe),
                format!("{status} to the end"),
            ),
        };
        let basis = Basis::of_states(observe);
        self.add(Found { kind, facet: Facet::Behaviour, basis, index, span, expected, actual, diff: None });
    }

    /// The last sample was not answered with a description: without any answer, or with one that throttles
    /// the call, the observation is an error; any other answer is the target's own mistake.
    fn blind(&mut self, index: StepIndex, observe: &'run Observe) {
        let last = self.course.used.iter().rfind(
            |observed| matches!(observed.exchange.role, Role::Sample { step, .. } if step == index.step),
        );
        let Some(Observed { decoded, .. }) = last.copied() else { return };
        if matches!(decoded, DecodedResponse::None(_)) || decoded.is_throttled() {
            self.errors.push(format!("the stream could not be observed to the end: {}", decoded.as_text()));
            return;
        }
        let kind = self.trial.kind(observe.fixture.value);
        self.add(Found {
            kind: MismatchKind::States,
            facet: Facet::Behaviour,
            basis: Basis::of_states(observe),
            index,
            span: observe.states.last().map_or(observe.span, |state| status_span(kind, state)),
            expected: self.expected_states(observe),
            actual: format!("no description at the end of the observation: {}", decoded.as_text()),
            diff: None,
        });
    }

    fn expected_states(&self, observe: &Observe) -> String {
        states::as_text(&observe.states, self.bindings())
    }

    /// Holds the calls that were sent while a status was shown. One counts if its response came while
    /// the state surely lasted, or if a sample that was requested after it still shows the status, unless
    /// the call itself may have begun the state anew.
    fn during(
        &mut self,
        step_index: usize,
        block: usize,
        during: &'run During,
        samples: &[TimedSnapshot],
        (sent_us, _): (u64, u64),
    ) {
        let status = &during.status.value;
        let surely_until =
            self.measure.timing.lengths.at_least_us(Change::Start).filter(|_| status == "UPDATING");
        let surely_until = surely_until.map(|least_us| sent_us.saturating_add(least_us / 2));
        for (position, inner) in during.steps.iter().enumerate() {
            let Some(call) = inner.call() else { continue };
            let index = StepIndex::within(step_index, block, position);
            let Some(observed) = self.last(Role::During(index)) else {
                self.unobserved
                    .push(format!("{status} was not seen, so no {} was sent in it", call.operation.value));
                continue;
            };
            let answered_us = observed.exchange.received_us;
            let surely = surely_until.is_some_and(|until_us| answered_us < until_us);
            let anew = observed.decoded.is_success() && changes_state(&call.operation.value);
            if surely || (!anew && states::shows_after(samples, status, answered_us)) {
                self.answer(index, inner, call, observed);
            } else {
                self.unobserved.push(format!("{status} ended before {} was answered", call.operation.value));
            }
        }
    }
}

/// True for an operation that, once accepted, may take a stream into a transient state.
fn changes_state(operation: &str) -> bool {
    !["Describe", "List", "Get", "Put"].iter().any(|verb| operation.starts_with(verb))
}

fn trace(
    step: usize,
    observe: &Observe,
    shown: &[TimedSnapshot],
    call: (u64, u64),
    found: &StatesFound,
    judge: &Judge<'_>,
) -> Trace {
    let mut samples: Vec<Sample> = Vec::new();
    let mut repeats = false;
    for shown in shown {
        let Snapshot::State(state) = &shown.snapshot else { continue };
        let sample = Sample {
            sent_us: shown.sent_us,
            received_us: shown.received_us,
            state: states::spoken_of(&observe.states, &state.members),
        };
        // Runs of equal states keep their first and last.
        if samples.last().is_some_and(|last| last.state == sample.state) {
            if repeats {
                samples.pop();
            }
            repeats = true;
        } else {
            repeats = false;
        }
        samples.push(sample);
    }
    Trace {
        step,
        call_us: Some(call),
        expected: judge.expected_states(observe),
        samples,
        longest_gap_us: found.longest_gap_us,
    }
}

/// The status of an expected state; states without one are refused by the lint.
fn status_of(kind: &Resource, state: &ExpectedState) -> String {
    if states::is_gone(kind, state) {
        return format!("no {}", kind.name.value);
    }
    state.members.get(&kind.status.value).and_then(literal_text).unwrap_or("a state").to_owned()
}

fn status_span(kind: &Resource, state: &ExpectedState) -> Span {
    state.members.get(&kind.status.value).map_or(state.span, |tree| tree.span)
}

fn in_time(us: u64) -> String {
    if us < 10_000 { format!("{}.{} ms", us / 1000, us % 1000 / 100) } else { format!("{} ms", us / 1000) }
}
