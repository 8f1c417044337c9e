//! The transition watch: what a row of samples says of a ladder of states. Pure.
//!
//! A ladder is `old* transient+ new+`, never back. Each rung is a state that may repeat; a rung
//! marked *maybe* need not be seen. A sample that was sent before the call was answered may show
//! either side, which the ladder allows by itself. What was not seen is a failure only if the
//! samples were close enough together to have seen it, else it is *unobserved*.

use std::collections::BTreeMap;

use crate::case::ast::{Node, Reference, Rung};
use crate::log::{Role, StepIndex};
use crate::model::Value;
use crate::plan::bind::Bindings;

use super::Observed;
use super::describe::Snapshot;
use super::matching::{self, Asked, Difference, Members};

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
    /// Deviations, in the order in which they were seen.
    pub violations: Vec<Violation>,
    /// Rungs that may have been there, between samples too far apart.
    pub unobserved: Vec<Unobserved>,
    /// Open questions that were met, at which rung.
    pub asked: Vec<(usize, Asked)>,
    /// The longest time between two samples around a change of state, in microseconds.
    pub longest_gap_us: u64,
}

/// A rung that was not seen though samples leave room for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unobserved {
    /// The rung.
    pub rung: usize,
    /// The time in which it may have passed, in microseconds.
    pub gap_us: u64,
}

/// One deviation from the ladder.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Violation {
    /// A rung was not shown although there was no room for it to hide.
    NotShown {
        /// The rung.
        rung: usize,
        /// It could have lasted no longer than this, in microseconds.
        shorter_than_us: u64,
    },
    /// A state of an earlier rung came back.
    Back {
        /// The rung that had been reached.
        from: usize,
        /// The rung that came back.
        to: usize,
    },
    /// A status that no rung has.
    Unexpected {
        /// The rung that had been reached.
        rung: usize,
        /// The status.
        status: String,
    },
    /// The stream was gone.
    Gone {
        /// The rung that had been reached.
        rung: usize,
    },
    /// The status of a rung, with another member not as stated.
    Member {
        /// The rung.
        rung: usize,
        /// What differs.
        difference: Difference,
    },
    /// The last rung was never reached.
    NeverReached {
        /// The rung that had been reached.
        rung: usize,
        /// The status shown to the end.
        status: String,
        /// For how long since the call, in microseconds.
        after_us: u64,
    },
}

/// The samples of a step, in the order of sending, and when its call was sent and answered.
pub(crate) fn of_step(used: &[&Observed], step: usize) -> (Vec<TimedSnapshot>, Option<(u64, u64)>) {
    let mut samples = Vec::new();
    let mut call = None;
    for Observed { exchange, decoded } in used {
        match exchange.role {
            Role::Sample { step: of, .. } if of == step => samples.push(TimedSnapshot {
                sent_us: exchange.sent_us,
                received_us: exchange.received_us,
                snapshot: Snapshot::of(decoded),
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
            | Role::StillTransient
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
pub(crate) fn still_shows(samples: &[TimedSnapshot], status: &str, received_us: u64) -> bool {
    samples.iter().any(|sample| sample.sent_us >= received_us && sample.snapshot.status() == Some(status))
}

/// Holds samples to a ladder. `shortest_us` is the shortest time that a correct target stays in a
/// transient state; `call` is when the call was sent and answered.
pub(crate) fn found(
    ladder: &[Rung],
    samples: &[TimedSnapshot],
    call: (u64, u64),
    shortest_us: u64,
    bindings: &Bindings,
) -> StatesFound {
    let mut climber = Holder {
        ladder,
        bindings,
        found: StatesFound::default(),
        reached: 0,
        arrived: false,
        shown: vec![None; ladder.len()],
    };
    for sample in samples {
        climber.take(sample);
    }
    climber.finish(samples, call, shortest_us)
}

struct Holder<'trial> {
    ladder: &'trial [Rung],
    bindings: &'trial Bindings,
    found: StatesFound,
    reached: usize,
    /// True once the last rung was shown as it should be.
    arrived: bool,
    /// First and last sample of each rung: (sent, received) of both.
    shown: Vec<Option<[(u64, u64); 2]>>,
}

impl Holder<'_> {
    fn take(&mut self, sample: &TimedSnapshot) {
        let state = match &sample.snapshot {
            Snapshot::State(state) => state,
            Snapshot::Gone => return self.take_gone(sample),
            // A look without an answer only widens the gap.
            Snapshot::Nothing => return,
        };
        let ahead = self.reached..self.ladder.len();
        let whole = ahead.clone().find(|rung| self.fits(*rung, state));
        if whole.is_none()
            && self.arrived
            && let Some(to) = (0..self.reached).rev().find(|rung| self.fits(*rung, state))
        {
            self.violation(Violation::Back { from: self.reached, to });
            return;
        }
        // Of several states with that status, the one that differs in the fewest members is meant.
        let by_status = ahead
            .clone()
            .filter(|rung| self.has_status(*rung, state))
            .min_by_key(|rung| self.differences(*rung, state).len());
        // A later rung that fits whole beats this one by status alone: the old and the new state
        // often share their status.
        if let Some(rung) = whole.or(by_status) {
            for difference in self.differences(rung, state) {
                self.violation(Violation::Member { rung, difference });
            }
            self.arrived |= whole == Some(self.ladder.len() - 1);
            self.step_on(rung, sample, state);
            return;
        }
        match (0..self.reached).rev().find(|rung| self.has_status(*rung, state)) {
            Some(to) => self.violation(Violation::Back { from: self.reached, to }),
            None => {
                let status = sample.snapshot.status().unwrap_or("no StreamStatus").to_owned();
                self.violation(Violation::Unexpected { rung: self.reached, status });
            }
        }
    }

    /// A stream that is not there shows the rung that states no `StreamStatus`, if there is one.
    fn take_gone(&mut self, sample: &TimedSnapshot) {
        if let Some(rung) = (self.reached..self.ladder.len()).find(|rung| self.is_gone(*rung)) {
            self.arrived |= rung == self.ladder.len() - 1;
            self.step_on(rung, sample, &Value::empty());
        } else if let Some(to) = (0..self.reached).rev().find(|rung| self.is_gone(*rung)) {
            self.violation(Violation::Back { from: self.reached, to });
        } else {
            self.violation(Violation::Gone { rung: self.reached });
        }
    }

    fn is_gone(&self, rung: usize) -> bool {
        is_gone(&self.ladder[rung])
    }

    fn step_on(&mut self, rung: usize, sample: &TimedSnapshot, state: &Value) {
        self.reached = rung;
        let time = (sample.sent_us, sample.received_us);
        match &mut self.shown[rung] {
            Some(span) => span[1] = time,
            empty @ None => *empty = Some([time, time]),
        }
        for (name, tree) in &self.ladder[rung].members {
            let found = matching::compare(tree, state.get(name), Members::AtLeast, self.bindings);
            for mut asked in found.asked {
                asked.path.clone_from(name);
                let entry = (rung, asked);
                if !self.found.asked.contains(&entry) {
                    self.found.asked.push(entry);
                }
            }
        }
    }

    /// The same deviation is told once.
    fn violation(&mut self, violation: Violation) {
        if !self.found.violations.contains(&violation) {
            self.found.violations.push(violation);
        }
    }

    fn differences(&self, rung: usize, state: &Value) -> Vec<Difference> {
        let mut all = Vec::new();
        for (name, tree) in &self.ladder[rung].members {
            let found = matching::compare(tree, state.get(name), Members::AtLeast, self.bindings);
            all.extend(found.differences.into_iter().map(|mut difference| {
                difference.path.clone_from(name);
                difference
            }));
        }
        all
    }

    fn fits(&self, rung: usize, state: &Value) -> bool {
        !self.is_gone(rung) && matching::members_hold(&self.ladder[rung].members, state, self.bindings)
    }

    fn has_status(&self, rung: usize, state: &Value) -> bool {
        match (self.ladder[rung].members.get("StreamStatus"), state.get("StreamStatus")) {
            (Some(tree), Some(status)) => matching::holds(tree, status, self.bindings),
            (Some(_) | None, Some(_) | None) => false,
        }
    }

    fn finish(mut self, samples: &[TimedSnapshot], call: (u64, u64), shortest_us: u64) -> StatesFound {
        let may_be_gone = self.ladder.iter().any(is_gone);
        let shows = |sample: &&TimedSnapshot| match sample.snapshot {
            Snapshot::State(_) => true,
            Snapshot::Gone => may_be_gone,
            Snapshot::Nothing => false,
        };
        let states: Vec<&TimedSnapshot> = samples.iter().filter(shows).collect();
        self.found.longest_gap_us = longest_gap(&states);
        let last = self.ladder.len().saturating_sub(1);
        let already_told = self.found.violations.iter().any(|violation| match violation {
            Violation::Unexpected { .. } | Violation::Gone { .. } | Violation::Back { .. } => true,
            Violation::NotShown { .. } | Violation::Member { .. } | Violation::NeverReached { .. } => false,
        });
        if self.shown[last].is_none() && !self.ends_as_it_began(&states, call) {
            if !already_told {
                let end = states.last();
                let status = end.and_then(|sample| sample.snapshot.status()).unwrap_or("nothing").to_owned();
                let after_us = end.map_or(0, |sample| sample.received_us.saturating_sub(call.0));
                self.violation(Violation::NeverReached { rung: self.reached, status, after_us });
            }
            return self.found;
        }
        for rung in 0..last {
            if self.shown[rung].is_some() || self.ladder[rung].maybe {
                continue;
            }
            let gap_us = self.room_for(rung, &states, call);
            if gap_us < shortest_us {
                self.violation(Violation::NotShown { rung, shorter_than_us: gap_us });
            } else {
                self.found.unobserved.push(Unobserved { rung, gap_us });
            }
        }
        self.found
    }

    /// True if the last rung cannot be told from the one that was reached: a start with the key
    /// that the stream has already ends as it began, and only what comes between tells.
    fn ends_as_it_began(&self, states: &[&TimedSnapshot], call: (u64, u64)) -> bool {
        let last = self.ladder.len().saturating_sub(1);
        states.last().is_some_and(|end| match &end.snapshot {
            Snapshot::State(state) => end.sent_us >= call.1 && self.fits(last, state),
            Snapshot::Gone => self.is_gone(last),
            Snapshot::Nothing => false,
        })
    }

    /// The longest time for which a rung that no sample shows may have lasted: from when the last
    /// sample before it was sent (at the earliest when the call was) to when the first sample
    /// after it came back. Where no later rung was shown, it may hide between any two samples.
    fn room_for(&self, rung: usize, states: &[&TimedSnapshot], call: (u64, u64)) -> u64 {
        let before = self.shown[..rung].iter().rev().flatten().next().map(|span| span[1].0);
        let after = self.shown[rung + 1..].iter().flatten().next().map(|span| span[0].1);
        match after {
            Some(after) => after.saturating_sub(before.unwrap_or(call.0).max(call.0)),
            None => longest_look_away(states, call.0),
        }
    }
}

/// True if the rung is that of a stream that is not there: it states that there is no `StreamStatus`.
pub(crate) fn is_gone(rung: &Rung) -> bool {
    rung.members
        .get("StreamStatus")
        .is_some_and(|tree| matches!(tree.node, Node::Reference(Reference::Absent)))
}

/// The longest time since the call in which nobody looked.
fn longest_look_away(states: &[&TimedSnapshot], call_us: u64) -> u64 {
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

/// The ladder in words: `ACTIVE NONE* → UPDATING+ → ACTIVE KMS+`.
pub(crate) fn in_words(ladder: &[Rung], bindings: &Bindings) -> String {
    let rungs: Vec<String> = ladder
        .iter()
        .map(|rung| {
            let members: Vec<String> = rung
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
                    | Node::Matches(_) => matching::tree_words(tree, bindings).trim_matches('`').to_owned(),
                })
                .collect();
            format!("{}{}", members.join(" "), if rung.maybe { "*" } else { "+" })
        })
        .collect();
    rungs.join(" → ")
}

/// The members of a state that the ladder speaks of.
pub(crate) fn spoken_of(ladder: &[Rung], state: &Value) -> BTreeMap<String, Value> {
    ladder
        .iter()
        .flat_map(|rung| rung.members.keys())
        .filter_map(|name| state.get(name).map(|value| (name.clone(), value.clone())))
        .collect()
}

#[cfg(test)]
mod tests;
