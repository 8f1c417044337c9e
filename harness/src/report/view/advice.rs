//! What to do first, and what to know before any figure.

use crate::log::{Flag, Outcome};
use crate::report::health::Diagnosis;
use crate::report::summary::Summary;
use crate::report::text::{clean, counted, enumerated};

use super::CauseView;

/// How grave an advice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Something is wrong.
    Bad,
    /// Something is to be known.
    Warn,
    /// All is as it should be.
    Good,
}

/// One thing to do or to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// How grave it is.
    pub weight: Weight,
    /// What it is about.
    pub label: &'static str,
    /// The advice, safe to show.
    pub text: String,
}

/// What to do or to know. An incomplete run comes before anything else, since no figure of it
/// counts; then what was required and is missing, and how many trials have no verdict. A wrong setup
/// comes before failures, since it makes them.
pub(super) fn advice(summary: &Summary, causes: &[CauseView]) -> Vec<Advice> {
    let mut advice: Vec<Advice> = incomplete(summary).into_iter().chain(ended(summary)).collect();
    advice.extend(unjudged(summary));
    let before = advice.len();
    match Diagnosis::of(summary) {
        Some(diagnosis) => advice.extend([
            Advice { weight: Weight::Bad, label: "check the setup", text: clean(&diagnosis.seen) },
            Advice { weight: Weight::Warn, label: "to do", text: clean(&diagnosis.attempt) },
        ]),
        None => advice.extend(causes.first().map(fix_first)),
    }
    if advice.len() == before && summary.is_complete() {
        advice.push(otherwise(summary));
    }
    advice
}

fn incomplete(summary: &Summary) -> Option<Advice> {
    if summary.is_complete() {
        return None;
    }
    let verdicts = counted(summary.trials.len(), "verdict", "verdicts");
    let text = match &summary.header {
        Some(header) => {
            let selected = counted(header.selection.trials, "trial", "trials");
            format!("the run ended with {verdicts} for {selected}; no figure of it counts")
        }
        None => "the run ended before it began".to_owned(),
    };
    let footer = summary.footer.as_ref();
    let why = footer.and_then(|footer| footer.stopped_early.as_deref());
    let budget_ms = footer.and_then(|footer| footer.budget_ms);
    let max_fail = footer.and_then(|footer| footer.max_fail);
    let text = match (why, budget_ms) {
        (None, None) if max_fail.is_some() => {
            let failures = counted(max_fail.unwrap_or_default(), "trial has failed", "trials have failed");
            format!("{failures}, after which the run was to end; {text}")
        }
        (Some(why), _) => format!("{}; {text}", clean(why)),
        (None, Some(ms)) => format!("the time budget of {} s was over; {text}", ms / 1000),
        (None, None) => text,
    };
    Some(Advice { weight: Weight::Bad, label: "incomplete", text })
}

/// How often the target's process ended, and over which trials.
fn ended(summary: &Summary) -> Option<Advice> {
    let times = summary.footer.as_ref().map_or(0, |footer| footer.target_ended);
    if times == 0 {
        return None;
    }
    let blamed: Vec<String> = summary
        .trials
        .values()
        .filter(|trial| trial.attempts.iter().any(|attempt| attempt.process_ended.is_some()))
        .map(|trial| trial.id.clone())
        .collect();
    let over = if blamed.is_empty() {
        "no trial could be found over which it ends".to_owned()
    } else {
        format!("it ends over {}", enumerated(blamed.iter().map(String::as_str)))
    };
    let times = counted(times as usize, "time", "times");
    Some(Advice {
        weight: Weight::Bad,
        label: "process",
        text: format!("the target's process ended {times}; {over}"),
    })
}

/// What was required and is missing, then how many trials have no verdict and why.
fn unjudged(summary: &Summary) -> Vec<Advice> {
    let required = summary.missing_requirements().into_iter();
    let mut advice: Vec<Advice> =
        required.map(|text| Advice { weight: Weight::Bad, label: "required", text }).collect();
    let why = summary.why_without_verdict();
    advice.extend(why.map(|text| Advice { weight: Weight::Warn, label: "no verdict", text }));
    advice
}

fn fix_first(first: &CauseView) -> Advice {
    let sentence = subject(first);
    let text = format!(
        "cause {}: {sentence} ({}, {})",
        first.number,
        counted(first.cases, "case", "cases"),
        counted(first.trials.len(), "trial", "trials")
    );
    Advice { weight: Weight::Bad, label: "fix first", text }
}

/// What there is to say of a complete run without failures.
fn otherwise(summary: &Summary) -> Advice {
    let count = |outcome| summary.with_outcome(outcome).count();
    let stopped = count(Outcome::Blocked) + count(Outcome::Error);
    let fixed = summary.with_flag(Flag::Fixed).count();
    if count(Outcome::Fail) > 0 {
        let text = counted(count(Outcome::Fail), "failure", "failures");
        return Advice { weight: Weight::Bad, label: "fix first", text };
    }
    if stopped > 0 {
        let text = format!("{} could not send their requests", counted(stopped, "trial", "trials"));
        return Advice { weight: Weight::Bad, label: "check first", text };
    }
    if fixed > 0 {
        let text = format!(
            "{} now; delete them from the list",
            counted(fixed, "known entry passes", "known entries pass")
        );
        return Advice { weight: Weight::Warn, label: "fixed", text };
    }
    let passed = count(Outcome::Pass);
    let beside = [(count(Outcome::Known), "known"), (count(Outcome::Tolerated), "tolerated")];
    if passed == 0 && beside.iter().all(|(count, _)| *count == 0) {
        let text = match summary.trials.len() {
            0 => "nothing was selected".to_owned(),
            trials => format!("of {} none was judged", counted(trials, "trial", "trials")),
        };
        return Advice { weight: Weight::Warn, label: "nothing", text };
    }
    let away = match (count(Outcome::Open), count(Outcome::Skipped)) {
        (0, 0) => String::new(),
        (open, 0) => format!("; {} open", are(open)),
        (0, skipped) => format!("; {} skipped", are(skipped)),
        (open, skipped) => format!("; {} open, {skipped} skipped", are(open)),
    };
    let beside: Vec<String> = beside
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, label)| format!("{count} {label}"))
        .collect();
    let text = if beside.is_empty() {
        format!("no mismatch in {}", counted(passed, "passed trial", "passed trials"))
    } else {
        format!("no mismatch beside {}, {} passed", beside.join(" and "), counted(passed, "trial", "trials"))
    };
    Advice { weight: Weight::Good, label: "good", text: text + &away }
}

/// `1 is`, `2 are`.
fn are(count: usize) -> String {
    counted(count, "is", "are")
}

/// The operations and the member or rule: `PutRecord, SequenceNumber`; what is stated about the protocol
/// names no operation: `protocol/auth`.
pub(in crate::report) fn subject(cause: &CauseView) -> String {
    let rule = clean(&cause.rule);
    if cause.rule.contains('/') { rule } else { format!("{}, {rule}", operations(cause)) }
}

/// The operations with mismatches, or how many.
fn operations(cause: &CauseView) -> String {
    const NAMED: usize = 2;
    match cause.operations.len() {
        0..=NAMED => {
            let names: Vec<String> = cause.operations.iter().map(|name| clean(name)).collect();
            enumerated(names.iter().map(String::as_str))
        }
        many => counted(many, "operation", "operations"),
    }
}
