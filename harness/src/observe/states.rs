//! What a row of samples says of the expected states. Pure.
//!
//! The expected states are `old* transient+ new+`, never back. Each of them may repeat; a state
//! marked *optional* need not be shown. A sample that was sent before the call was answered may show
//! either side, which the order of the states allows by itself. What was not seen is a failure only if the
//! samples were close enough together to have seen it, else it is *unobserved*.

use std::collections::BTreeMap;

use crate::case::ast::{ExpectedState, Node, Reference, Resource};
use crate::log::{Role, StepIndex};
use crate::model::Value;
use crate::plan::bind::Bindings;

use super::Observed;
use super::describe::Snapshot;
use super::matching::{self, Difference, Members, OpenValue};

/// One sample.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TimedSnapshot {
    /// Sent, in microseconds.
    pub sent_us: u64,
    /// Answered.
    pub received_us: u64,
    /// What it showed.
    pub snapshot: Snapshot,
}

/// What the samples say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StatesFound {
    /// Violations, in the order in which the samples showed them.
    pub violations: Vec<StatesViolation>,
    /// States that may have been there, between samples too far apart.
    pub unobserved: Vec<Unobserved>,
    /// Open questions that were met, at which position.
    pub open_values: Vec<(usize, OpenValue)>,
    /// The longest time between two samples around a change of state, in microseconds.
    pub longest_gap_us: u64,
}

/// A position that no sample shows though the samples are far enough apart for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unobserved {
    /// Its position among the expected states.
    pub position: usize,
    /// The time in which it may have passed, in microseconds.
    pub gap_us: u64,
}

/// One violation of the expected states.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StatesViolation {
    /// No sample shows a state although the samples are too close together to miss it.
    NotShown {
        /// Its position among the expected states.
        position: usize,
        /// It could have lasted no longer than this, in microseconds.
        shorter_than_us: u64,
    },
    /// A state of an earlier position came back.
    Back {
        /// The position that had been reached.
        from: usize,
        /// The position that came back.
        to: usize,
    },
    /// A status that no position has.
    Unexpected {
        /// The position that had been reached.
        position: usize,
        /// The status.
        status: String,
    },
    /// The resource was gone.
    Gone {
        /// The position that had been reached.
        position: usize,
    },
    /// The status of an expected state, with another member not as stated.
    Member {
        /// Its position among the expected states.
        position: usize,
        /// What differs.
        difference: Difference,
    },
    /// No sample shows the last state.
    NeverReached {
        /// The position that had been reached.
        position: usize,
        /// The status shown to the end.
        status: String,
        /// For how long since the call, in microseconds.
        after_us: u64,
    },
}

/// The samples of a step, in the order of sending, and when its call was sent and answered. `kind` = the kind
/// of resource that the step observes.
pub(crate) fn of_step(
    kind: &Resource,
    used: &[&Observed],
    step: usize,
) -> (Vec<TimedSnapshot>, Option<(u64, u64)>) {
    let mut samples = Vec::new();
    let mut call = None;
    for Observed { exchange, decoded } in used {
        match exchange.role {
            Role::Sample { step: of, .. } if of == step => samples.push(TimedSnapshot {
                sent_us: exchange.sent_us,
                received_us: exchange.received_us,
                snapshot: Snapshot::of(kind, decoded),
            }),
            Role::Request(index) if index == StepIndex::whole(step) => {
                call = call.max(Some((exchange.sent_us, exchange.received_us)));
            }
            Role::Request(_)
            | Role::Sample { .. }
            | Role::Capability
            | Role::Calibration
            | Role::Setup
            | Role::During(_)
            | Role::Unchanged(_)
            | Role::ConfirmTransient
            | Role::Read(_)
            | Role::Health
            | Role::Cleanup => {}
        }
    }
    samples.sort_by_key(|sample| sample.sent_us);
    (samples, call)
}

/// Where `by: … after STATUS` counts from: the first sample that shows the status after another
/// status was shown since the call; where none was, the first after the call's answer.
pub(crate) fn origin(samples: &[TimedSnapshot], (sent, answered): (u64, u64), status: &str) -> Option<u64> {
    let mut moved = false;
    for sample in samples.iter().filter(|sample| sample.received_us >= sent) {
        let Some(shown) = sample.snapshot.status() else { continue };
        if shown != status {
            moved = true;
        } else if moved {
            return Some(sample.received_us);
        }
    }
    samples
        .iter()
        .find(|sample| sample.sent_us >= answered && sample.snapshot.status() == Some(status))
        .map(|sample| sample.received_us)
}

/// True if a sample sent after `received_us` still shows the status: what was answered by then was
/// answered *during* it.
pub(crate) fn shows_after(samples: &[TimedSnapshot], status: &str, received_us: u64) -> bool {
    samples.iter().any(|sample| sample.sent_us >= received_us && sample.snapshot.status() == Some(status))
}

/// Compares samples with the expected states. `shortest_us` is the shortest time that a correct target stays in a
/// transient state; `call` is when the call was sent and answered.
pub(crate) fn found(
    kind: &Resource,
    expected: &[ExpectedState],
    samples: &[TimedSnapshot],
    call: (u64, u64),
    shortest_us: u64,
    bindings: &Bindings,
) -> StatesFound {
    let mut matcher = Holder {
        kind,
        expected,
        bindings,
        found: StatesFound::default(),
        reached: 0,
        arrived: false,
        shown: vec![None; expected.len()],
    };
    for sample in samples {
        matcher.take(sample);
    }
    matcher.finish(samples, call, shortest_us)
}

struct Holder<'trial> {
    kind: &'trial Resource,
    expected: &'trial [ExpectedState],
    bindings: &'trial Bindings,
    found: StatesFound,
    reached: usize,
    /// True once a sample has shown the last state as it should be.
    arrived: bool,
    /// First and last sample of each state: (sent, received) of both.
    shown: Vec<Option<[(u64, u64); 2]>>,
}

impl Holder<'_> {
    fn take(&mut self, sample: &TimedSnapshot) {
        let state = match &sample.snapshot {
            Snapshot::State(state) => &state.members,
            Snapshot::Gone => return self.take_gone(sample),
            // A sample without an answer only widens the gap.
            Snapshot::Nothing => return,
        };
        let ahead = self.reached..self.expected.len();
        let whole = ahead.clone().find(|position| self.fits(*position, state));
        if whole.is_none()
            && self.arrived
            && let Some(to) = (0..self.reached).rev().find(|position| self.fits(*position, state))
        {
            self.violation(StatesViolation::Back { from: self.reached, to });
            return;
        }
        // Of several states with that status, the one that differs in the fewest members is meant.
        let by_status = ahead
            .clone()
            .filter(|position| self.has_status(*position, state))
            .min_by_key(|position| self.differences(*position, state).len());
        // A later state that matches whole beats one that matches by status alone: the old and the new state
        // often share their status.
        if let Some(position) = whole.or(by_status) {
            for difference in self.differences(position, state) {
                self.violation(StatesViolation::Member { position, difference });
            }
            self.arrived |= whole == Some(self.expected.len() - 1);
            self.step_on(position, sample, state);
            return;
        }
        match (0..self.reached).rev().find(|position| self.has_status(*position, state)) {
            Some(to) => self.violation(StatesViolation::Back { from: self.reached, to }),
            None => {
                let status = sample.snapshot.status();
                let status = status.map_or_else(|| format!("no {}", self.kind.status.value), str::to_owned);
                self.violation(StatesViolation::Unexpected { position: self.reached, status });
            }
        }
    }

    /// A resource that is not there shows the position that states no status, if there is one.
    fn take_gone(&mut self, sample: &TimedSnapshot) {
        if let Some(position) = (self.reached..self.expected.len()).find(|position| self.is_gone(*position)) {
            self.arrived |= position == self.expected.len() - 1;
            self.step_on(position, sample, &Value::empty());
        } else if let Some(to) = (0..self.reached).rev().find(|position| self.is_gone(*position)) {
            self.violation(StatesViolation::Back { from: self.reached, to });
        } else {
            self.violation(StatesViolation::Gone { position: self.reached });
        }
    }

    fn is_gone(&self, position: usize) -> bool {
        is_gone(self.kind, &self.expected[position])
    }

    fn step_on(&mut self, position: usize, sample: &TimedSnapshot, state: &Value) {
        self.reached = position;
        let time = (sample.sent_us, sample.received_us);
        match &mut self.shown[position] {
            Some(span) => span[1] = time,
            empty @ None => *empty = Some([time, time]),
        }
        for (name, tree) in &self.expected[position].members {
            let found = matching::compare(tree, state.get(name), Members::AtLeast, self.bindings);
            for mut open_value in found.open_values {
                open_value.path.clone_from(name);
                let entry = (position, open_value);
                if !self.found.open_values.contains(&entry) {
                    self.found.open_values.push(entry);
                }
            }
        }
    }

    /// The same mismatch is reported once.
    fn violation(&mut self, violation: StatesViolation) {
        if !self.found.violations.contains(&violation) {
            self.found.violations.push(violation);
        }
    }

    fn differences(&self, position: usize, state: &Value) -> Vec<Difference> {
        let mut all = Vec::new();
        for (name, tree) in &self.expected[position].members {
            let found = matching::compare(tree, state.get(name), Members::AtLeast, self.bindings);
            all.extend(found.differences.into_iter().map(|mut difference| {
                difference.path.clone_from(name);
                difference
            }));
        }
        all
    }

    fn fits(&self, position: usize, state: &Value) -> bool {
        !self.is_gone(position)
            && matching::members_match(&self.expected[position].members, state, self.bindings)
    }

    fn has_status(&self, position: usize, state: &Value) -> bool {
        let member = &self.kind.status.value;
        match (self.expected[position].members.get(member), state.get(member)) {
            (Some(tree), Some(status)) => matching::holds(tree, status, self.bindings),
            (Some(_) | None, Some(_) | None) => false,
        }
    }

    fn finish(mut self, samples: &[TimedSnapshot], call: (u64, u64), shortest_us: u64) -> StatesFound {
        let may_be_gone = self.expected.iter().any(|state| is_gone(self.kind, state));
        let shows = |sample: &&TimedSnapshot| match sample.snapshot {
            Snapshot::State(_) => true,
            Snapshot::Gone => may_be_gone,
            Snapshot::Nothing => false,
        };
        let states: Vec<&TimedSnapshot> = samples.iter().filter(shows).collect();
        self.found.longest_gap_us = longest_gap(&states);
        let last = self.expected.len().saturating_sub(1);
        let already_reported = self.found.violations.iter().any(|violation| match violation {
            StatesViolation::Unexpected { .. }
            | StatesViolation::Gone { .. }
            | StatesViolation::Back { .. } => true,
            StatesViolation::NotShown { .. }
            | StatesViolation::Member { .. }
            | StatesViolation::NeverReached { .. } => false,
        });
        if self.shown[last].is_none() && !self.ends_as_it_began(&states, call) {
            if !already_reported {
                let end = states.last();
                let status = end.and_then(|sample| sample.snapshot.status()).unwrap_or("nothing").to_owned();
                let after_us = end.map_or(0, |sample| sample.received_us.saturating_sub(call.0));
                self.violation(StatesViolation::NeverReached { position: self.reached, status, after_us });
            }
            return self.found;
        }
        for position in 0..last {
            if self.shown[position].is_some() || self.expected[position].optional {
                continue;
            }
            let gap_us = self.longest_possible_us(position, &states, call);
            if gap_us < shortest_us {
                self.violation(StatesViolation::NotShown { position, shorter_than_us: gap_us });
            } else {
                self.found.unobserved.push(Unobserved { position, gap_us });
            }
        }
        self.found
    }

    /// True if the last state cannot be distinguished from the one that was reached: a start with the key
    /// that the stream has already ends as it began, and only what comes between shows.
    fn ends_as_it_began(&self, states: &[&TimedSnapshot], call: (u64, u64)) -> bool {
        let last = self.expected.len().saturating_sub(1);
        states.last().is_some_and(|end| match &end.snapshot {
            Snapshot::State(state) => end.sent_us >= call.1 && self.fits(last, &state.members),
            Snapshot::Gone => self.is_gone(last),
            Snapshot::Nothing => false,
        })
    }

    /// The longest time for which a state that no sample shows may have lasted: from when the last
    /// sample before it was sent (at the earliest when the call was) to when the first sample
    /// after it came back. Where no later position was shown, it may hide between any two samples.
    fn longest_possible_us(&self, position: usize, states: &[&TimedSnapshot], call: (u64, u64)) -> u64 {
        let before = self.shown[..position].iter().rev().flatten().next().map(|span| span[1].0);
        let after = self.shown[position + 1..].iter().flatten().next().map(|span| span[0].1);
        match after {
            Some(after) => after.saturating_sub(before.unwrap_or(call.0).max(call.0)),
            None => longest_time_without_sample(states, call.0),
        }
    }
}

/// True if the position is that of a resource that is not there: it states that there is no status.
pub(crate) fn is_gone(kind: &Resource, state: &ExpectedState) -> bool {
    state
        .members
        .get(&kind.status.value)
        .is_some_and(|tree| matches!(tree.node, Node::Reference(Reference::Absent)))
}

/// The longest time since the call in which nobody looked.
fn longest_time_without_sample(states: &[&TimedSnapshot], call_us: u64) -> u64 {
    let sent = std::iter::once(call_us).chain(states.iter().map(|sample| sample.sent_us.max(call_us)));
    let gaps = sent.zip(states).map(|(sent, next)| next.received_us.saturating_sub(sent));
    gaps.max().unwrap_or_default()
}

/// The longest time between two neighbouring samples that show different states.
fn longest_gap(states: &[&TimedSnapshot]) -> u64 {
    states
        .windows(2)
        .filter(|pair| pair[0].snapshot != pair[1].snapshot)
        .map(|pair| pair[1].received_us.saturating_sub(pair[0].sent_us))
        .max()
        .unwrap_or_default()
}

/// The expected states: `ACTIVE NONE* → UPDATING+ → ACTIVE KMS+`.
pub(crate) fn as_text(expected: &[ExpectedState], bindings: &Bindings) -> String {
    let texts: Vec<String> = expected
        .iter()
        .map(|state| {
            let members: Vec<String> = state
                .members
                .iter()
                // An open question says nothing of what is expected.
                .filter(|(_, tree)| !matches!(tree.node, Node::Reference(Reference::Open(_))))
                .map(|(name, tree)| match &tree.node {
                    Node::Reference(Reference::Absent) => format!("no {name}"),
                    Node::Reference(_)
                    | Node::Literal(_)
                    | Node::List(_)
                    | Node::Map(_)
                    | Node::OneOf(_)
                    | Node::Matches(_)
                    | Node::Above(_) => matching::tree_text(tree, bindings).trim_matches('`').to_owned(),
                })
                .collect();
            format!("{}{}", members.join(" "), if state.optional { "*" } else { "+" })
        })
        .collect();
    texts.join(" → ")
}

/// The members of a state that the expected states name.
pub(crate) fn spoken_of(expected: &[ExpectedState], state: &Value) -> BTreeMap<String, Value> {
    expected
        .iter()
        .flat_map(|state| state.members.keys())
        .filter_map(|name| state.get(name).map(|value| (name.clone(), value.clone())))
        .collect()
}

#[cfg(test)]
mod tests;
