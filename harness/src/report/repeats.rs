//! The same suite, run again and again: verdicts that flip.
//!
//! A verdict is the outcome, the kinds of its mismatches, and the answers to open questions. Times,
//! notes and texts may differ. A run in which a trial was unobserved says nothing of the target, so that
//! it is counted beside the flips and is none. Pure; running is [`crate::run`]'s.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::summary::Summary;
use super::text::{clean, counted, enumerated};
use crate::log::{MismatchKind, Outcome, TrialVerdict};

#[cfg(test)]
mod tests;

/// What came of each trial over several runs.
#[derive(Clone, Debug, Default)]
pub struct Repeats {
    runs: usize,
    trials: BTreeMap<String, TrialCounts>,
}

/// A verdict in short: the outcome and, of a mismatch, its kinds.
type Verdict = (Outcome, BTreeSet<MismatchKind>);

/// The answers that one trial gave to one question; more than one where it sends more than one.
type Answers = BTreeSet<String>;

#[derive(Clone, Debug, Default)]
struct TrialCounts {
    /// The runs in which it was unobserved.
    unobserved: usize,
    verdicts: BTreeMap<Verdict, usize>,
    /// By question.
    answers: BTreeMap<String, BTreeMap<Answers, usize>>,
}

/// A trial that did not end alike in all runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    /// Its id.
    pub id: String,
    /// Each verdict as text, with how often it came; a run without one counts too. The commonest
    /// first.
    pub verdicts: Vec<(String, usize)>,
    /// Questions that were answered differently: each set of answers with how often it came.
    pub questions: BTreeMap<String, Vec<(String, usize)>>,
}

impl Repeats {
    /// Takes note of one more run.
    pub fn add(&mut self, summary: &Summary) {
        self.runs += 1;
        for (id, trial) in &summary.trials {
            let counts = self.trials.entry(id.clone()).or_default();
            if trial.outcome == Outcome::Unobserved {
                counts.unobserved += 1;
                continue;
            }
            *counts.verdicts.entry(verdict(trial)).or_default() += 1;
            for (question, answers) in answers(trial) {
                *counts.answers.entry(question).or_default().entry(answers).or_default() += 1;
            }
        }
    }

    /// Runs so far.
    pub const fn runs(&self) -> usize {
        self.runs
    }

    /// The trials that did not end alike in all runs in which they were observed, by id.
    pub fn flips(&self) -> Vec<Flip> {
        self.trials.iter().filter_map(|(id, counts)| counts.flip(id, self.runs)).collect()
    }

    /// The trials that were unobserved in some run, and in how many.
    pub fn unobserved(&self) -> impl Iterator<Item = (&str, usize)> {
        let all = self.trials.iter().map(|(id, counts)| (id.as_str(), counts.unobserved));
        all.filter(|(_, runs)| *runs > 0)
    }

    /// What a person reads: the trials that were unobserved in some run, the flips, or that there are
    /// none. Ends in a line break.
    pub fn to_text(&self) -> String {
        let flips = self.flips();
        let runs = counted(self.runs, "run", "runs");
        let mut text = String::new();
        let unobserved: Vec<_> = self.unobserved().collect();
        for (id, count) in &unobserved {
            let _ = writeln!(text, "{}\n  unobserved in {count} of {runs}", clean(id));
        }
        for flip in &flips {
            // Writing to a string can't fail.
            let _ = writeln!(text, "{}\n  {}", clean(&flip.id), times(&flip.verdicts));
            for (question, answers) in &flip.questions {
                let _ = writeln!(text, "  {}: {}", clean(question), times(answers));
            }
        }
        let trials = counted(self.trials.len(), "trial", "trials");
        let _ = match flips.len() {
            0 => writeln!(text, "no verdict flips: {trials}, {runs}"),
            count => {
                let flipping = counted(count, "verdict flips", "verdicts flip");
                writeln!(text, "{flipping}: {trials}, {runs}")
            }
        };
        if !unobserved.is_empty() {
            let verdicts = self.runs * self.trials.len();
            let missing: usize = unobserved.iter().map(|(_, count)| count).sum();
            let _ = writeln!(
                text,
                "{} in some run: {missing} of {verdicts} verdicts, which is no flip",
                counted(unobserved.len(), "trial was unobserved", "trials were unobserved"),
            );
        }
        text
    }
}

impl TrialCounts {
    fn flip(&self, id: &str, runs: usize) -> Option<Flip> {
        let runs = runs - self.unobserved;
        let questions: BTreeMap<String, Vec<(String, usize)>> = self
            .answers
            .iter()
            .filter_map(|(question, counts)| {
                let reported = counts
                    .iter()
                    .map(|(answers, count)| (enumerated(answers.iter().map(String::as_str)), *count));
                let reported = commonest_first(reported.collect(), "no answer", runs);
                (reported.len() > 1).then(|| (question.clone(), reported))
            })
            .collect();
        let verdicts = self.verdicts.iter().map(|(verdict, count)| (verdict_text(verdict), *count));
        let verdicts = commonest_first(verdicts.collect(), "no verdict", runs);
        (verdicts.len() > 1 || !questions.is_empty()).then(|| Flip { id: id.to_owned(), verdicts, questions })
    }
}

/// The commonest first, with what the runs that have none of them came to.
fn commonest_first(mut counts: Vec<(String, usize)>, nothing: &str, runs: usize) -> Vec<(String, usize)> {
    let counted: usize = counts.iter().map(|(_, count)| count).sum();
    if counted < runs {
        counts.push((nothing.to_owned(), runs - counted));
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

fn verdict(trial: &TrialVerdict) -> Verdict {
    (trial.outcome, trial.mismatches.iter().map(|mismatch| mismatch.kind).collect())
}

fn answers(trial: &TrialVerdict) -> BTreeMap<String, Answers> {
    let mut all: BTreeMap<String, Answers> = BTreeMap::new();
    for choice in &trial.answers {
        let answer = choice.candidate.clone().unwrap_or_else(|| format!("`{}`", choice.actual));
        all.entry(choice.question.clone()).or_default().insert(answer);
    }
    all
}

fn verdict_text((outcome, kinds): &Verdict) -> String {
    if kinds.is_empty() {
        return outcome.as_str().to_owned();
    }
    format!("{} ({})", outcome.as_str(), enumerated(kinds.iter().map(|kind| kind.as_str())))
}

fn times(counts: &[(String, usize)]) -> String {
    let reported: Vec<String> =
        counts.iter().map(|(what, count)| format!("{} ({count} times)", clean(what))).collect();
    reported.join(", ").replace("(1 times)", "(once)").replace("(2 times)", "(twice)")
}
