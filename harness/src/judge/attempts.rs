//! From all attempts of a trial to its verdict, or to another attempt.

use crate::log::{Flag, MismatchKind, Outcome, TrialVerdict};
use crate::plan::PlannedTrial;
use crate::run::{Ruling, Settled};

/// Attempts of a trial, at most. The first may share its stream, the second has resources of its own,
/// the third has at most one other trial beside it.
const MOST: usize = 3;

/// What follows from the attempts of a trial so far.
pub(super) fn settle_trial(trial: &PlannedTrial, rulings: Vec<Ruling>, may_try_again: bool) -> Settled {
    if trial.judges_when_a_response_comes() {
        settle_returns(rulings, may_try_again)
    } else {
        settle(rulings, may_try_again)
    }
}

/// What follows from the attempts so far.
///
/// Void attempts, and nothing else, are repeated; but what a violation of states, timing or records
/// rests on, and a response that never came, has to be seen in two attempts that count.
fn settle(rulings: Vec<Ruling>, may_try_again: bool) -> Settled {
    let rulings = match only(rulings) {
        // As nearly all trials end: the verdict has its only attempt already.
        Ok(ruling) if ruling.void.is_none() && !ruling.needs_confirmation => {
            return Settled::Verdict(Box::new(ruling.verdict));
        }
        Ok(ruling) => vec![ruling],
        Err(rulings) => rulings,
    };
    let again = may_try_again && rulings.len() < MOST;
    let counting: Vec<&Ruling> = rulings.iter().filter(|ruling| ruling.void.is_none()).collect();
    let verdict = match counting.as_slice() {
        [] if again => return Settled::Again(rulings),
        [] => match rulings.last() {
            Some(last) => nothing_counts(last),
            // Not one attempt was made.
            None => return Settled::Again(rulings),
        },
        [one] if one.needs_confirmation && again => return Settled::Again(rulings),
        [one] if one.needs_confirmation => unobserved(
            one.verdict.clone(),
            "it was violated once, and no other attempt could confirm it".to_owned(),
        ),
        [one] => one.verdict.clone(),
        [first, .., last] => two_count(first, last),
    };
    Settled::Verdict(Box::new(with_attempts(verdict, &rulings)))
}

/// The only ruling; all of them, if there is none or more than one.
fn only(rulings: Vec<Ruling>) -> Result<Ruling, Vec<Ruling>> {
    <[Ruling; 1]>::try_from(rulings).map(|[ruling]| ruling)
}

/// What follows from the starts of a trial that judges when a response comes: it fails only if the
/// response is late in all of them.
fn settle_returns(rulings: Vec<Ruling>, may_try_again: bool) -> Settled {
    let prompt = rulings.iter().find(|ruling| ruling.void.is_none() && !ruling.needs_confirmation);
    let verdict = match prompt {
        Some(ruling) => ruling.verdict.clone(),
        None if may_try_again && rulings.len() < STARTS => return Settled::Again(rulings),
        None => match rulings.last() {
            Some(last) if rulings.len() >= STARTS && rulings.iter().all(|ruling| ruling.void.is_none()) => {
                last.verdict.clone()
            }
            Some(last) => {
                unobserved(last.verdict.clone(), last.void.clone().unwrap_or_else(|| NOT_ALL.to_owned()))
            }
            None => return Settled::Again(rulings),
        },
    };
    Settled::Verdict(Box::new(with_attempts(verdict, &rulings)))
}

/// Starts of a trial that judges when a response comes.
const STARTS: usize = 5;
/// Why late responses in some starts prove nothing.
const NOT_ALL: &str = "the response was late, but not every start could be observed";

/// Two attempts that count. If they differ the trial is flaky, and fails.
fn two_count(first: &Ruling, last: &Ruling) -> TrialVerdict {
    if first.verdict.outcome == last.verdict.outcome {
        return last.verdict.clone();
    }
    let failing = [first, last].into_iter().find(|ruling| ruling.verdict.outcome == Outcome::Fail);
    let mut verdict = failing.unwrap_or(last).verdict.clone();
    verdict.flags.push(Flag::Flaky);
    verdict
}

/// No attempt counts: the trial is unobserved, whatever it came to.
fn nothing_counts(last: &Ruling) -> TrialVerdict {
    match last.verdict.outcome {
        // What was never begun has no more to say.
        Outcome::Blocked | Outcome::Error | Outcome::Unsupported | Outcome::Skipped => last.verdict.clone(),
        Outcome::Pass
        | Outcome::Tolerated
        | Outcome::Fail
        | Outcome::Unobserved
        | Outcome::Known
        | Outcome::Open => unobserved(last.verdict.clone(), last.void.clone().unwrap_or_default()),
    }
}

fn unobserved(verdict: TrialVerdict, reason: String) -> TrialVerdict {
    TrialVerdict {
        outcome: Outcome::Unobserved,
        reason: Some(reason),
        mismatches: Vec::new(),
        evidence: Vec::new(),
        answers: Vec::new(),
        ..verdict
    }
}

fn with_attempts(verdict: TrialVerdict, rulings: &[Ruling]) -> TrialVerdict {
    let attempts = rulings.iter().flat_map(|ruling| ruling.verdict.attempts.clone()).collect();
    TrialVerdict { attempts, ..verdict }
}

/// True if the verdict fails by nothing but what has to be seen twice.
pub(super) fn needs_confirmation(verdict: &TrialVerdict) -> bool {
    let mut counting = verdict.mismatches.iter().filter(|mismatch| !mismatch.tolerated).peekable();
    verdict.outcome == Outcome::Fail
        && counting.peek().is_some()
        && counting.all(|mismatch| match mismatch.kind {
            MismatchKind::States | MismatchKind::Timing | MismatchKind::Records | MismatchKind::NoAnswer => {
                true
            }
            MismatchKind::Status
            | MismatchKind::ErrorClass
            | MismatchKind::ErrorShape
            | MismatchKind::ErrorText
            | MismatchKind::Body
            | MismatchKind::Header
            | MismatchKind::Encoding
            | MismatchKind::StateChanged
            | MismatchKind::ServerError => false,
        })
}

#[cfg(test)]
mod tests;
