//! Open questions: which candidate an answer is. Noted, not judged.

use crate::case::ast::{Answer, Candidate, Expectation, LadderEnd, Rung};

use super::super::event::Choice;
use super::super::matching::{self, Asked, Members, words};
use super::super::reading::Reading;
use super::Judge;

impl Judge<'_> {
    /// Notes the answer of a call to a question about calls.
    pub(super) fn choose_answer(&mut self, question: &str, reading: &Reading) {
        let candidates = self.trial.library().questions.get(question).map(|question| &question.candidates);
        let chosen = candidates.into_iter().flatten().find(|(_, candidate)| match candidate {
            Candidate::Answer(expectation) => self.is_answer(expectation, reading),
            Candidate::Value(_) | Candidate::Rung(_) => false,
        });
        let candidate = chosen.map(|(name, _)| name.clone());
        self.note_choice(Choice { question: question.to_owned(), candidate, actual: reading.in_words() });
    }

    fn is_answer(&self, expectation: &Expectation, reading: &Reading) -> bool {
        match &expectation.answer {
            Answer::Accepted { members: None } => reading.is_success(),
            Answer::Accepted { members: Some(tree) } => reading
                .output()
                .is_some_and(|output| matching::holds(tree, output, self.bindings(), self.trial.row())),
            Answer::Refused(refusal) => reading.class() == Some(refusal.error.value.as_str()),
            Answer::Open(_) => false,
        }
    }

    /// Notes the value of a member to a question about values. `ladder` gives `rung: first` and
    /// `rung: last` their meaning.
    pub(super) fn choose_value(&mut self, asked: &Asked, ladder: &[Rung]) {
        let candidates =
            self.trial.library().questions.get(&asked.question).map(|question| &question.candidates);
        let (bindings, row) = (self.bindings(), self.trial.row());
        let chosen = candidates.into_iter().flatten().find(|(_, candidate)| {
            let tree = match candidate {
                Candidate::Answer(_) => None,
                Candidate::Value(tree) => Some(tree),
                Candidate::Rung(LadderEnd::First) => {
                    ladder.first().and_then(|rung| rung.members.get(&asked.path))
                }
                Candidate::Rung(LadderEnd::Last) => {
                    ladder.last().and_then(|rung| rung.members.get(&asked.path))
                }
            };
            tree.is_some_and(|tree| {
                let found = matching::compare(tree, asked.actual.as_ref(), Members::AtLeast, bindings, row);
                found.differences.is_empty()
            })
        });
        let candidate = chosen.map(|(name, _)| name.clone());
        let actual =
            asked.actual.as_ref().map_or_else(|| "absent".to_owned(), |value| words(value, bindings));
        self.note_choice(Choice { question: asked.question.clone(), candidate, actual });
    }

    fn note_choice(&mut self, choice: Choice) {
        if !self.chose.contains(&choice) {
            self.chose.push(choice);
        }
    }
}
