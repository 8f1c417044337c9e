//! The transition watch: what a row of samples says of a ladder of states. Pure.
//!
//! A ladder is `old* transient+ new+`, never back. Each rung is a state that may repeat; a rung
//! marked *maybe* need not be seen. A sample that was sent before the call was answered may show
//! either side, which the ladder allows by itself. What was not seen is a failure only if the
//! samples were close enough together to have seen it, else it is *unobserved*.

use std::collections::BTreeMap;

use crate::case::ast::{Node, Reference, Row, Rung};
use crate::model::{Model, Value};

use crate::log::{Exchange, Role};
use crate::observe::describe::Seen;
use crate::observe::matching;
use crate::observe::matching::{Asked, Difference, Members};
use crate::plan::bind::Bindings;

/// One sample.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moment {
    /// Sent, in microseconds.
    pub sent_us: u64,
    /// Answered.
    pub received_us: u64,
    /// What it showed.
    pub seen: Seen,
}

/// What the samples say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Climb {
    /// Deviations, in the order in which they were seen.
    pub missteps: Vec<Misstep>,
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
pub(crate) enum Misstep {
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

/// The samples of a watch, in the order of sending.
pub(crate) fn moments(model: &Model, exchanges: &[Exchange], watch: usize) -> Vec<Moment> {
    let mut moments: Vec<Moment> = exchanges
        .iter()
        .filter(|exchange| {
            exchange.role == Role::Sample && exchange.step.is_some_and(|step| step.step == watch)
        })
        .map(|exchange| Moment {
            sent_us: exchange.sent_us,
            received_us: exchange.received_us,
            seen: Seen::of(model, exchange),
        })
        .collect();
    moments.sort_by_key(|moment| moment.sent_us);
    moments
}

/// When the call before a watch was last sent and answered.
pub(crate) fn call_window(exchanges: &[Exchange], watch: usize) -> Option<(u64, u64)> {
    exchanges
        .iter()
        .filter(|exchange| {
            exchange.role == Role::Ask && exchange.step.is_some_and(|step| step.step + 1 == watch)
        })
        .map(|exchange| (exchange.sent_us, exchange.received_us))
        .max()
}

/// Where `by: … after STATUS` counts from: the first sample that shows the status after another
/// status was shown since the call; where none was, the first after the call's answer.
pub(crate) fn origin(moments: &[Moment], call: Option<(u64, u64)>, status: &str) -> Option<u64> {
    let (sent, answered) = call?;
    let mut moved = false;
    for moment in moments.iter().filter(|moment| moment.received_us >= sent) {
        let Some(shown) = moment.seen.status() else { continue };
        if shown != status {
            moved = true;
        } else if moved {
            return Some(moment.received_us);
        }
    }
    moments
        .iter()
        .find(|moment| moment.sent_us >= answered && moment.seen.status() == Some(status))
        .map(|moment| moment.received_us)
}

/// True if a sample sent after `received_us` still shows the status: what was answered by then was
/// answered *during* it.
pub(crate) fn still_shows(moments: &[Moment], status: &str, received_us: u64) -> bool {
    moments.iter().any(|moment| moment.sent_us >= received_us && moment.seen.status() == Some(status))
}

/// Holds samples to a ladder. `shortest_us` is the shortest time that a correct target stays in a
/// transient state; `call` is when the call was sent and answered.
pub(crate) fn climb(
    ladder: &[Rung],
    moments: &[Moment],
    call: (u64, u64),
    shortest_us: u64,
    bindings: &Bindings,
    row: Option<&Row>,
) -> Climb {
    let mut climber = Climber {
        ladder,
        bindings,
        row,
        climb: Climb::default(),
        reached: 0,
        arrived: false,
        shown: vec![None; ladder.len()],
    };
    for moment in moments {
        climber.take(moment);
    }
    climber.finish(moments, call, shortest_us)
}

struct Climber<'trial> {
    ladder: &'trial [Rung],
    bindings: &'trial Bindings,
    row: Option<&'trial Row>,
    climb: Climb,
    reached: usize,
    /// True once the last rung was shown as it should be.
    arrived: bool,
    /// First and last sample of each rung: (sent, received) of both.
    shown: Vec<Option<[(u64, u64); 2]>>,
}

impl Climber<'_> {
    fn take(&mut self, moment: &Moment) {
        let state = match &moment.seen {
            Seen::State(state) => state,
            Seen::Gone => {
                self.misstep(Misstep::Gone { rung: self.reached });
                return;
            }
            // A look without an answer only widens the gap.
            Seen::Nothing => return,
        };
        let ahead = self.reached..self.ladder.len();
        let whole = ahead.clone().find(|rung| self.fits(*rung, state));
        if whole.is_none()
            && self.arrived
            && let Some(to) = (0..self.reached).rev().find(|rung| self.fits(*rung, state))
        {
            self.misstep(Misstep::Back { from: self.reached, to });
            return;
        }
        let by_status = ahead.clone().find(|rung| self.has_status(*rung, state));
        // A later rung that fits whole beats this one by status alone: the old and the new state
        // often share their status.
        if let Some(rung) = whole.or(by_status) {
            for difference in self.differences(rung, state) {
                self.misstep(Misstep::Member { rung, difference });
            }
            self.arrived |= whole == Some(self.ladder.len() - 1);
            self.step_on(rung, moment, state);
            return;
        }
        match (0..self.reached).rev().find(|rung| self.has_status(*rung, state)) {
            Some(to) => self.misstep(Misstep::Back { from: self.reached, to }),
            None => {
                let status = moment.seen.status().unwrap_or("no StreamStatus").to_owned();
                self.misstep(Misstep::Unexpected { rung: self.reached, status });
            }
        }
    }

    fn step_on(&mut self, rung: usize, moment: &Moment, state: &Value) {
        self.reached = rung;
        let time = (moment.sent_us, moment.received_us);
        match &mut self.shown[rung] {
            Some(span) => span[1] = time,
            empty @ None => *empty = Some([time, time]),
        }
        for (name, tree) in &self.ladder[rung].members {
            let found = matching::compare(tree, state.get(name), Members::AtLeast, self.bindings, self.row);
            for mut asked in found.asked {
                asked.path.clone_from(name);
                let entry = (rung, asked);
                if !self.climb.asked.contains(&entry) {
                    self.climb.asked.push(entry);
                }
            }
        }
    }

    /// The same deviation is told once.
    fn misstep(&mut self, misstep: Misstep) {
        if !self.climb.missteps.contains(&misstep) {
            self.climb.missteps.push(misstep);
        }
    }

    fn differences(&self, rung: usize, state: &Value) -> Vec<Difference> {
        let mut all = Vec::new();
        for (name, tree) in &self.ladder[rung].members {
            let found = matching::compare(tree, state.get(name), Members::AtLeast, self.bindings, self.row);
            all.extend(found.differences.into_iter().map(|mut difference| {
                difference.path.clone_from(name);
                difference
            }));
        }
        all
    }

    fn fits(&self, rung: usize, state: &Value) -> bool {
        matching::members_hold(&self.ladder[rung].members, state, self.bindings, self.row)
    }

    fn has_status(&self, rung: usize, state: &Value) -> bool {
        match (self.ladder[rung].members.get("StreamStatus"), state.get("StreamStatus")) {
            (Some(tree), Some(status)) => matching::holds(tree, status, self.bindings, self.row),
            (Some(_) | None, Some(_) | None) => false,
        }
    }

    fn finish(mut self, moments: &[Moment], call: (u64, u64), shortest_us: u64) -> Climb {
        let states: Vec<&Moment> =
            moments.iter().filter(|moment| matches!(moment.seen, Seen::State(_))).collect();
        self.climb.longest_gap_us = longest_gap(&states);
        let last = self.ladder.len().saturating_sub(1);
        let already_told = self.climb.missteps.iter().any(|misstep| match misstep {
            Misstep::Unexpected { .. } | Misstep::Gone { .. } | Misstep::Back { .. } => true,
            Misstep::NotShown { .. } | Misstep::Member { .. } | Misstep::NeverReached { .. } => false,
        });
        if self.shown[last].is_none() && !self.ends_as_it_began(&states, call) {
            if !already_told {
                let end = states.last();
                let status = end.and_then(|moment| moment.seen.status()).unwrap_or("nothing").to_owned();
                let after_us = end.map_or(0, |moment| moment.received_us.saturating_sub(call.0));
                self.misstep(Misstep::NeverReached { rung: self.reached, status, after_us });
            }
            return self.climb;
        }
        for rung in 0..last {
            if self.shown[rung].is_some() || self.ladder[rung].maybe {
                continue;
            }
            let gap_us = self.room_for(rung, &states, call);
            if gap_us < shortest_us {
                self.misstep(Misstep::NotShown { rung, shorter_than_us: gap_us });
            } else {
                self.climb.unobserved.push(Unobserved { rung, gap_us });
            }
        }
        self.climb
    }

    /// True if the last rung cannot be told from the one that was reached: a start with the key
    /// that the stream has already ends as it began, and only what comes between tells.
    fn ends_as_it_began(&self, states: &[&Moment], call: (u64, u64)) -> bool {
        let last = self.ladder.len().saturating_sub(1);
        states.last().is_some_and(|end| match &end.seen {
            Seen::State(state) => end.sent_us >= call.1 && self.fits(last, state),
            Seen::Gone | Seen::Nothing => false,
        })
    }

    /// The longest time for which a rung that no sample shows may have lasted: from when the last
    /// sample before it was sent (at the earliest when the call was) to when the first sample
    /// after it came back. Where no later rung was shown, it may hide between any two samples.
    fn room_for(&self, rung: usize, states: &[&Moment], call: (u64, u64)) -> u64 {
        let before = self.shown[..rung].iter().rev().flatten().next().map(|span| span[1].0);
        let after = self.shown[rung + 1..].iter().flatten().next().map(|span| span[0].1);
        match after {
            Some(after) => after.saturating_sub(before.unwrap_or(call.0).max(call.0)),
            None => longest_look_away(states, call.0),
        }
    }
}

/// The longest time since the call in which nobody looked.
fn longest_look_away(states: &[&Moment], call_us: u64) -> u64 {
    let sent = std::iter::once(call_us).chain(states.iter().map(|moment| moment.sent_us.max(call_us)));
    let gaps = sent.zip(states).map(|(sent, next)| next.received_us.saturating_sub(sent));
    gaps.max().unwrap_or_default()
}

/// The longest time between two neighbouring samples that show different states.
fn longest_gap(states: &[&Moment]) -> u64 {
    states
        .windows(2)
        .filter(|pair| pair[0].seen != pair[1].seen)
        .map(|pair| pair[1].received_us.saturating_sub(pair[0].sent_us))
        .max()
        .unwrap_or_default()
}

/// The ladder in words: `ACTIVE NONE* → UPDATING+ → ACTIVE KMS+`.
pub(crate) fn in_words(ladder: &[Rung], bindings: &Bindings, row: Option<&Row>) -> String {
    let rungs: Vec<String> = ladder
        .iter()
        .map(|rung| {
            let members: Vec<String> = rung
                .members
                .values()
                // An open question says nothing of what is expected.
                .filter(|tree| !matches!(tree.node, Node::Reference(Reference::Open(_))))
                .filter_map(|tree| {
                    let text = matching::tree_words(tree, bindings, row);
                    (text != "absent").then(|| text.trim_matches('`').to_owned())
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
