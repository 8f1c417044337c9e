//! Races and repetitions.

use crate::case::ast::{Race, Repeat, Step};

use crate::judge::{Facet, Found, Judge};
use crate::log::{Exchange, MismatchKind, Role, StepIndex};
use crate::observe::reading::Reading;

impl<'run> Judge<'run> {
    /// Exactly one of the calls is to win.
    pub(crate) fn race(&mut self, step_index: usize, step: &'run Step, race: &'run Race) {
        let mut answers: Vec<(usize, &'run Exchange, Reading)> = Vec::new();
        for index in 0..race.calls.len() {
            let at = StepIndex { step: step_index, within: Some((0, index)) };
            let Some(exchange) = self.exchanges(Role::Ask, at).last().copied() else {
                if self.observation.stopped_by.is_none() {
                    self.errors.push("the question was not put to its end".to_owned());
                }
                return;
            };
            answers.push((index, exchange, self.reading(exchange)));
        }
        let accepted = answers.iter().filter(|(_, _, reading)| reading.is_success()).count();
        let troubled = answers.iter().any(|(_, _, reading)| match reading {
            Reading::None(_) | Reading::ServerError { .. } => true,
            Reading::Accepted { .. } | Reading::Undecodable { .. } | Reading::Refused { .. } => false,
        });
        if accepted > 1 && !troubled {
            // Calls that were not answered within one transition may have come one after the other.
            let sent = answers.iter().map(|(_, exchange, _)| exchange.sent_us).min().unwrap_or_default();
            let done = answers.iter().map(|(_, exchange, _)| exchange.received_us).max().unwrap_or_default();
            if done.saturating_sub(sent) >= self.measure.shortest_us {
                self.unobserved.push("the calls may have come one after the other".to_owned());
                return;
            }
        }
        if accepted != 1 && !troubled {
            // Which of them came first is chance, and would split groups of one cause.
            let mut words: Vec<String> = answers.iter().map(|(_, _, reading)| reading.in_words()).collect();
            words.sort();
            self.add(Found {
                kind: MismatchKind::Status,
                facet: Facet::Behaviour,
                step,
                index: StepIndex { step: step_index, within: Some((0, 0)) },
                span: race.others.span,
                expected: "exactly one is accepted".to_owned(),
                actual: words.join(", "),
                diff: None,
            });
            return;
        }
        for (index, exchange, reading) in answers {
            let at = StepIndex { step: step_index, within: Some((0, index)) };
            let Some(call) = race.calls.get(index) else { continue };
            let expectation = if reading.is_success() { &call.expect } else { &race.others };
            self.answer_to(at, step, call, expectation, exchange);
        }
    }

    /// Holds each answer, up to the first that is not as expected; its number is told. False if
    /// there was one.
    pub(crate) fn repeat(&mut self, step_index: usize, repeat: &'run Repeat) -> bool {
        let of = repeat.times.value as usize * repeat.steps.len();
        for round in 0..repeat.times.value as usize {
            for (position, inner) in repeat.steps.iter().enumerate() {
                let Some(call) = inner.call() else { continue };
                let at = StepIndex { step: step_index, within: Some((round, position)) };
                let Some(exchange) = self.exchanges(Role::Ask, at).last().copied() else {
                    if self.observation.stopped_by.is_none() {
                        self.errors.push("the question was not put to its end".to_owned());
                    }
                    return false;
                };
                let (before, errors) = (self.mismatches.len(), self.errors.len());
                self.answer(at, inner, call, exchange);
                if self.mismatches.len() > before {
                    let number = round * repeat.steps.len() + position + 1;
                    for mismatch in &mut self.mismatches[before..] {
                        mismatch.actual.push_str(&format!(" at call {number} of {of}"));
                    }
                    return false;
                }
                if self.errors.len() > errors {
                    return false;
                }
            }
        }
        true
    }
}
