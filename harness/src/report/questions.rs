//! Which open question got which answer.

use std::collections::BTreeMap;

use super::summary::Summary;

/// An answer that a target gave.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// The candidate of that name.
    Candidate(String),
    /// None of the candidates: this came.
    Other(String),
}

/// What a target answered to one open question, over all its trials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// The question's id.
    pub question: String,
    /// The question, where a case states it.
    pub text: Option<String>,
    /// The trials that got each answer, sorted by id.
    pub trials: BTreeMap<Answer, Vec<String>>,
}

impl Answers {
    /// All answers, by question; those with a response outside the candidates first. A trial that has
    /// twice counts once per answer.
    pub fn of(summary: &Summary) -> Vec<Self> {
        let mut questions: BTreeMap<&str, Self> = BTreeMap::new();
        for trial in summary.trials.values() {
            for choice in &trial.answers {
                let text = summary.case(trial).and_then(|case| case.questions.get(&choice.question));
                let answers = questions.entry(&choice.question).or_insert_with(|| Self {
                    question: choice.question.clone(),
                    text: None,
                    trials: BTreeMap::new(),
                });
                answers.text = answers.text.take().or_else(|| text.map(|text| text.question.clone()));
                let answer = match &choice.candidate {
                    Some(candidate) => Answer::Candidate(candidate.clone()),
                    None => Answer::Other(choice.actual.clone()),
                };
                let trials = answers.trials.entry(answer).or_default();
                if trials.last() != Some(&trial.id) {
                    trials.push(trial.id.clone());
                }
            }
        }
        let mut all: Vec<Self> = questions.into_values().collect();
        all.sort_by_key(|answers| !answers.has_others());
        all
    }

    /// True if a response was none of the candidates.
    pub fn has_others(&self) -> bool {
        self.trials.keys().any(|answer| match answer {
            Answer::Other(_) => true,
            Answer::Candidate(_) => false,
        })
    }

    /// True if the target gave more than one answer, which is a finding: a client can rely on none.
    pub fn are_inconsistent(&self) -> bool {
        self.trials.len() > 1
    }
}
