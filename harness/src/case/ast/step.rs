//! The steps that are more than one call: races, repetitions, the clock, reading back.

use super::{Answer, Call, Expectation, FixtureName, Step, StepKind, Tree};
use crate::case::span::{Span, Spanned};

/// Calls sent at the same time, of which exactly one succeeds.
#[derive(Clone, Debug)]
pub struct Race {
    /// The calls; what each is held to if it is the one.
    pub calls: Vec<Call>,
    /// What the others are held to.
    pub others: Expectation,
}

/// Calls sent again and again, until a response is not as expected. After each accepted one the
/// stream is awaited ACTIVE; the first response that is not as expected ends the trial.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// How often all of them are sent.
    pub times: Spanned<u32>,
    /// The calls of one repetition.
    pub steps: Vec<Step>,
    /// Where `until: as-expected` stands.
    pub until: Option<Span>,
}

/// Moves the target's clock forward.
#[derive(Clone, Debug)]
pub struct Clock {
    /// By how much, in milliseconds.
    pub advance: Spanned<u64>,
}

/// Reads a stream from its beginning, until all records are seen or the time is up.
#[derive(Clone, Debug)]
pub struct Read {
    /// The stream.
    pub fixture: Spanned<FixtureName>,
    /// The longest time to wait for all records, in milliseconds.
    pub within: u64,
    /// The records that were put, in the order of their puts; each has a `Data` that no other has.
    pub records: Vec<Tree>,
}

impl Answer {
    /// True if the answer is judged; the whole answer to an open question is not.
    pub const fn is_judged(&self) -> bool {
        match self {
            Self::Accepted { .. } | Self::Refused(_) | Self::RefusedOpen(_) => true,
            Self::Open(_) => false,
        }
    }
}

impl Step {
    /// Every call of the step, and the step whose facts its expectation rests on.
    pub fn calls(&self) -> Vec<(&Call, &Self)> {
        match &self.kind {
            StepKind::Call(call) => vec![(call, self)],
            StepKind::Observe(observation) => {
                let inner = observation.during.iter().flat_map(|during| &during.steps);
                inner.flat_map(Self::calls).collect()
            }
            StepKind::Race(race) => race.calls.iter().map(|call| (call, self)).collect(),
            StepKind::Repeat(repeat) => repeat.steps.iter().flat_map(Self::calls).collect(),
            StepKind::Clock(_) | StepKind::Read(_) => Vec::new(),
        }
    }

    /// The call, if the step is one and no more.
    pub const fn call(&self) -> Option<&Call> {
        match &self.kind {
            StepKind::Call(call) => Some(call),
            StepKind::Observe(_)
            | StepKind::Race(_)
            | StepKind::Repeat(_)
            | StepKind::Clock(_)
            | StepKind::Read(_) => None,
        }
    }

    /// The observation, if the step is one.
    pub const fn observation(&self) -> Option<&super::ObserveStep> {
        match &self.kind {
            StepKind::Observe(observation) => Some(observation),
            StepKind::Call(_)
            | StepKind::Race(_)
            | StepKind::Repeat(_)
            | StepKind::Clock(_)
            | StepKind::Read(_) => None,
        }
    }
}
