//! Open questions: which candidate an answer is. Noted, not judged.

use crate::case::ast::{Answer, Candidate, Expectation, ExpectedState, Motion, StatesEnd};

use crate::judge::Judge;
use crate::log::ObservedAnswer;
use crate::observe::decoded::DecodedResponse;
use crate::observe::matching::{Members, OpenValue, value_text};
use crate::observe::states::TimedSnapshot;
use crate::observe::{matching, states};

impl Judge<'_> {
    /// Notes the answer of a call to a question about calls.
    pub(crate) fn record_response(&mut self, step: usize, question: &str, decoded: &DecodedResponse) {
        let candidates = self.trial.question(question).map(|question| &question.candidates);
        let fitting: Vec<(&String, Option<Motion>)> = candidates
            .into_iter()
            .flatten()
            .filter_map(|(name, candidate)| match candidate {
                Candidate::Answer { any, stream } => {
                    let fits = any.iter().any(|expectation| self.is_answer(expectation, decoded));
                    fits.then_some((name, *stream))
                }
                Candidate::Value(_) | Candidate::State(_) => None,
            })
            .collect();
        let chosen = match fitting.iter().any(|(_, stream)| stream.is_some()) {
            false => fitting.first(),
            true => {
                let Some(seen) = self.motion(step) else {
                    self.unobserved.push("whether the stream left ACTIVE could not be seen".to_owned());
                    return;
                };
                fitting.iter().find(|(_, stream)| stream.is_none_or(|stream| stream == seen))
            }
        };
        let candidate = chosen.map(|(name, _)| (*name).clone());
        self.record_answer(ObservedAnswer {
            question: question.to_owned(),
            candidate,
            actual: decoded.as_text(),
        });
    }

    /// Whether the stream left ACTIVE after the call of a step, as far as the observation after it
    /// shows.
    fn motion(&self, step: usize) -> Option<Motion> {
        let kind = self.kind_observed(step);
        let (samples, call) = states::of_step(kind, &self.course.used, step);
        let (sent, answered) = call?;
        let after: Vec<&TimedSnapshot> = samples.iter().filter(|sample| sample.received_us >= sent).collect();
        let status = |sample: &&&TimedSnapshot| {
            sample.snapshot.status().is_some_and(|status| !kind.is_settled(status))
        };
        if after.iter().any(|sample| status(&sample)) {
            return Some(Motion::Moves);
        }
        // Any state that lasted would show in a sample that began and ended within it.
        let before = samples.iter().rev().find(|sample| sample.received_us < sent);
        let first = before.map_or(sent, |sample| sample.sent_us).max(sent);
        let mut last = first;
        let mut longest = 0;
        for sample in &after {
            longest = longest.max(sample.received_us.saturating_sub(last));
            last = sample.sent_us;
        }
        (last >= answered && longest < self.measure.timing.lengths.floor_us()).then_some(Motion::Stays)
    }

    fn is_answer(&self, expectation: &Expectation, decoded: &DecodedResponse) -> bool {
        match &expectation.answer {
            Answer::Accepted { members: None } => decoded.is_success(),
            Answer::Accepted { members: Some(tree) } => {
                decoded.output().is_some_and(|output| matching::holds(tree, output, self.bindings()))
            }
            Answer::Refused(refusal) => refusal.is(decoded.class()),
            Answer::RefusedOpen(_) | Answer::Open(_) => false,
        }
    }

    /// Notes the value of a member to a question about values. `states` gives `state: first` and
    /// `state: last` their meaning.
    pub(crate) fn record_value(&mut self, open_value: &OpenValue, states: &[ExpectedState]) {
        let candidates = self.trial.question(&open_value.question).map(|question| &question.candidates);
        let bindings = self.bindings();
        let fits = |candidate: &Candidate| {
            let tree = match candidate {
                Candidate::Answer { .. } => None,
                Candidate::Value(tree) => Some(tree),
                Candidate::State(StatesEnd::First) => {
                    states.first().and_then(|state| state.members.get(&open_value.path))
                }
                Candidate::State(StatesEnd::Last) => {
                    states.last().and_then(|state| state.members.get(&open_value.path))
                }
            };
            tree.is_some_and(|tree| {
                let found = matching::compare(tree, open_value.actual.as_ref(), Members::AtLeast, bindings);
                found.differences.is_empty()
            })
        };
        let mut fitting = candidates.into_iter().flatten().filter(|(_, candidate)| fits(candidate));
        let candidate = fitting.next().map(|(name, _)| name.clone());
        if fitting.next().is_some() {
            // A stream that had no key shows none: that does not distinguish `before` from `absent`.
            return;
        }
        let actual = open_value
            .actual
            .as_ref()
            .map_or_else(|| "absent".to_owned(), |value| value_text(value, bindings));
        self.record_answer(ObservedAnswer { question: open_value.question.clone(), candidate, actual });
    }

    fn record_answer(&mut self, choice: ObservedAnswer) {
        if !self.answers.contains(&choice) {
            self.answers.push(choice);
        }
    }
}
