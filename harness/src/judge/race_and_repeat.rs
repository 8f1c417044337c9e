//! Races and repetitions.

use crate::case::ast::Race;
use crate::log::{Change, MismatchKind, Role, StepIndex};
use crate::observe::Observed;
use crate::observe::decoded::DecodedResponse;
use crate::plan::PlannedStep;

use super::{Basis, Facet, Found, Judge};

/// Why a race was none.
const IN_TURN: &str = "the calls may have come one after the other";

impl<'run> Judge<'run> {
    /// Exactly one of the calls is to win.
    pub(crate) fn race(&mut self, step_index: usize, step: &'run PlannedStep, race: &'run Race) {
        let mut answers: Vec<(usize, &'run Observed)> = Vec::new();
        for index in 0..race.calls.len() {
            let Some(observed) = self.last(Role::Request(StepIndex::within(step_index, 0, index))) else {
                return;
            };
            answers.push((index, observed));
        }
        let accepted = answers.iter().filter(|(_, observed)| observed.decoded.is_success()).count();
        let troubled = answers.iter().any(|(_, observed)| match &observed.decoded {
            DecodedResponse::None(_) | DecodedResponse::ServerError { .. } => true,
            DecodedResponse::Accepted { .. }
            | DecodedResponse::Undecodable { .. }
            | DecodedResponse::Refused { .. } => false,
        });
        let in_turn = !troubled && self.may_have_come_in_turn(&answers);
        if accepted > 1 && in_turn {
            self.unobserved.push(IN_TURN.to_owned());
            return;
        }
        if accepted != 1 && !troubled {
            // Which of them came first is chance, and would split groups of one cause.
            let mut texts: Vec<String> =
                answers.iter().map(|(_, observed)| observed.decoded.as_text()).collect();
            texts.sort();
            self.add(Found {
                kind: MismatchKind::Status,
                facet: Facet::Behaviour,
                basis: Basis::of(step),
                index: StepIndex::within(step_index, 0, 0),
                span: race.others.span,
                expected: "exactly one is accepted".to_owned(),
                actual: texts.join(", "),
                diff: None,
            });
            return;
        }
        for (index, observed) in answers {
            let at = StepIndex::within(step_index, 0, index);
            let Some(call) = race.calls.get(index) else { continue };
            if observed.decoded.is_success() {
                self.answer_to(at, step, call, &call.expect, observed);
                continue;
            }
            let before = self.mismatches.len();
            self.answer_to(at, step, call, &race.others, observed);
            // Behind the transition of the winner, the stream is in another state than the race is about.
            if in_turn && self.mismatches.len() > before {
                self.mismatches.truncate(before);
                self.unobserved.push(IN_TURN.to_owned());
            }
        }
    }

    /// True if a call may have reached the stream after the transition that another one began: they were
    /// not all answered within the time for which a transition surely lasts.
    fn may_have_come_in_turn(&self, answers: &[(usize, &Observed)]) -> bool {
        let exchanges = || answers.iter().map(|(_, observed)| &observed.exchange);
        let sent_us = exchanges().map(|exchange| exchange.sent_us).min().unwrap_or_default();
        let done_us = exchanges().map(|exchange| exchange.received_us).max().unwrap_or_default();
        let lengths = &self.measure.timing.lengths;
        let updating = [Change::Start, Change::ReKey, Change::Stop];
        let least_us = updating.into_iter().filter_map(|change| lengths.at_least_us(change)).min();
        let lasts_us = least_us.map_or(lengths.floor_us(), |least_us| least_us / 2);
        done_us.saturating_sub(sent_us) >= lasts_us
    }

    /// Holds each response, up to the first that is not as expected; its number is reported.
    pub(crate) fn repeat(&mut self, step_index: usize, times: usize, steps: &'run [PlannedStep]) {
        let of = times * steps.len();
        for repetition in 0..times {
            for (position, inner) in steps.iter().enumerate() {
                let Some(call) = inner.call() else { continue };
                let at = StepIndex::within(step_index, repetition, position);
                let Some(observed) = self.last(Role::Request(at)) else { return };
                let before = self.mismatches.len();
                self.answer(at, inner, call, observed);
                if self.mismatches.len() > before {
                    let number = repetition * steps.len() + position + 1;
                    for mismatch in &mut self.mismatches[before..] {
                        mismatch.actual.push_str(&format!(" at call {number} of {of}"));
                    }
                    return;
                }
            }
        }
    }
}
