//! Open questions: which candidate an answer is. Noted, not judged.

use crate::case::ast::{Answer, Candidate, Expectation, ExpectedState, Motion, StatesEnd, Tree};

use crate::judge::Judge;
use crate::log::ObservedAnswer;
use crate::model::Value;
use crate::observe::decoded::DecodedResponse;
use crate::observe::describe::at_path;
use crate::observe::matching::{Members, OpenValue, value_text};
use crate::observe::states::TimedSnapshot;
use crate::observe::{matching, states};

/// What `state: first` and `state: last` of a candidate stand for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ends<'run> {
    /// The states that are expected.
    pub expected: &'run [ExpectedState],
    /// The description of the settled resource at the end of the observation: it stands for a member that the
    /// last expected state leaves out.
    pub settled: Option<&'run Value>,
}

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

    /// Notes the value of a member to a question about values.
    pub(crate) fn record_value(&mut self, open_value: &OpenValue, ends: Ends<'_>) {
        let candidates = self.trial.question(&open_value.question).map(|question| &question.candidates);
        let bindings = self.bindings();
        let actual = open_value.actual.as_ref();
        let is =
            |tree: &Tree| matching::compare(tree, actual, Members::AtLeast, bindings).differences.is_empty();
        let of = |state: Option<&ExpectedState>| {
            state.and_then(|state| state.members.get(&open_value.path)).map(is)
        };
        let fits = |candidate: &Candidate| match candidate {
            Candidate::Answer { .. } => false,
            Candidate::Value(tree) => is(tree),
            Candidate::State(StatesEnd::First) => of(ends.expected.first()).unwrap_or(false),
            Candidate::State(StatesEnd::Last) => of(ends.expected.last()).unwrap_or_else(|| {
                ends.settled.is_some_and(|settled| at_path(settled, &open_value.path) == actual)
            }),
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
