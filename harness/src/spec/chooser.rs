//! Runs through the open questions that a call meets.
//!
//! An operation is written as if every question had an answer. The set of all
//! results is found by running it again for each combination of answers to the questions that it meets.

use super::question::{Candidate, OpenQuestion};

/// Answers the questions of one run, and remembers the answers.
pub(super) struct Chooser<'a> {
    answer: &'a mut dyn FnMut(OpenQuestion) -> Candidate,
    made: Vec<(OpenQuestion, Candidate)>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new(answer: &'a mut dyn FnMut(OpenQuestion) -> Candidate) -> Self {
        Self { answer, made: Vec::new() }
    }

    /// The answer to a question. A question that is met twice has one answer.
    pub(super) fn candidate(&mut self, question: OpenQuestion) -> Candidate {
        if let Some((_, candidate)) = self.made.iter().find(|(known, _)| *known == question) {
            return *candidate;
        }
        let candidate = (self.answer)(question);
        self.made.push((question, candidate));
        candidate
    }

    /// The answers so far; leaves none behind.
    pub(super) fn made(&mut self) -> Vec<(OpenQuestion, Candidate)> {
        std::mem::take(&mut self.made)
    }
}

/// Runs for every combination of answers, first candidates first.
pub(super) fn explore<T>(mut run: impl FnMut(&mut Chooser<'_>) -> T) -> Vec<T> {
    let mut results = Vec::new();
    // Position of the candidate at each question that the current run meets, in order.
    let mut path: Vec<usize> = Vec::new();
    loop {
        let mut sizes = Vec::new();
        let mut answer = |question: OpenQuestion| {
            let candidates = question.candidates();
            let depth = sizes.len();
            sizes.push(candidates.len());
            if depth == path.len() {
                path.push(0);
            }
            candidates[path[depth]]
        };
        results.push(run(&mut Chooser::new(&mut answer)));
        path.truncate(sizes.len());
        // Advance the last question that has a candidate left; those after it start over.
        while let Some(position) = path.pop() {
            if position + 1 < sizes[path.len()] {
                path.push(position + 1);
                break;
            }
        }
        if path.is_empty() {
            return results;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_is_run_once() {
        let results = explore(|choose| {
            let first = choose.candidate(OpenQuestion::PutsSoonAfterActive);
            if first == Candidate::After {
                vec![first]
            } else {
                vec![first, choose.candidate(OpenQuestion::StopWhenNotEncrypted)]
            }
        });
        assert_eq!(
            results,
            [
                vec![Candidate::After],
                vec![Candidate::Before, Candidate::InvalidArgument],
                vec![Candidate::Before, Candidate::NoOp],
                vec![Candidate::Before, Candidate::Updating],
            ]
        );
    }

    #[test]
    fn a_run_without_questions_is_run_once() {
        assert_eq!(explore(|_| 1), [1]);
    }

    #[test]
    fn a_question_met_twice_has_one_answer() {
        let results = explore(|choose| {
            (
                choose.candidate(OpenQuestion::PutsSoonAfterActive),
                choose.candidate(OpenQuestion::PutsSoonAfterActive),
            )
        });
        assert!(results.len() == 2 && results.iter().all(|(first, second)| first == second));
    }
}
