//! The first lines of the report: what to do first.

use super::page::{Page, Tone};
use super::picture;
use crate::log::{Flag, Outcome};
use crate::report::cause::Group;
use crate::report::health::Diagnosis;
use crate::report::summary::Summary;
use crate::report::text::{audience, clean, counted, enumerated, wrapped};

/// One thing to do or to know.
struct Advice {
    tone: Tone,
    label: &'static str,
    text: String,
}

/// Writes the first lines. An incomplete run says so before anything else, since no figure of it
/// counts; then what was required and is missing, and how many trials have no verdict. A wrong setup
/// comes before failures, since it makes them.
pub(super) fn headline(page: &mut Page, summary: &Summary, failures: &[Group]) {
    let mut advice: Vec<Advice> = incomplete(summary).into_iter().chain(ended(summary)).collect();
    advice.extend(unjudged(summary));
    let before = advice.len();
    match Diagnosis::of(summary) {
        Some(diagnosis) => advice.extend([
            Advice { tone: Tone::Bad, label: "check the setup", text: clean(&diagnosis.seen) },
            Advice { tone: Tone::Warn, label: "to do", text: clean(&diagnosis.attempt) },
        ]),
        None => advice.extend(fix_first(failures)),
    }
    if advice.len() == before && summary.is_complete() {
        advice.push(otherwise(summary));
    }
    let margin = advice.iter().map(|advice| advice.label.chars().count()).max().unwrap_or_default() + 2;
    for Advice { tone, label, text } in advice {
        for (index, line) in wrapped(&text, page.width() - margin).into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let padding = " ".repeat(margin - label.chars().count());
            let line = format!("{}{padding}{line}", page.paint(tone, label));
            page.line(&line);
        }
    }
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
    Some(Advice { tone: Tone::Bad, label: "incomplete", text })
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
        tone: Tone::Bad,
        label: "process",
        text: format!("the target's process ended {times}; {over}"),
    })
}

/// What was required and is missing, then how many trials have no verdict and why.
fn unjudged(summary: &Summary) -> Vec<Advice> {
    let required = summary.missing_requirements().into_iter();
    let mut advice: Vec<Advice> =
        required.map(|text| Advice { tone: Tone::Bad, label: "required", text }).collect();
    let why = summary.why_without_verdict();
    advice.extend(why.map(|text| Advice { tone: Tone::Warn, label: "no verdict", text }));
    advice
}

fn fix_first(failures: &[Group]) -> Option<Advice> {
    let first = failures.first()?;
    let all: usize = failures.iter().map(|group| group.trials.len()).sum();
    let share = match (first.trials.len(), all) {
        (1, 1) => "the only failure".to_owned(),
        (some, all) if some == all => format!("all {all} failures"),
        (some, all) => format!("{some} of {all} failures"),
    };
    let affects = affects(first).map_or_else(String::new, |affects| format!("; {affects}"));
    let sentence = picture::sentence(&first.cause.expected, &first.cause.actual);
    Some(Advice {
        tone: Tone::Bad,
        label: "fix first",
        text: format!("{}: {sentence} ({share}{affects})", operations(first)),
    })
}

/// What there is to say of a complete run without failures.
fn otherwise(summary: &Summary) -> Advice {
    let count = |outcome| summary.with_outcome(outcome).count();
    let stopped = count(Outcome::Blocked) + count(Outcome::Error);
    let fixed = summary.with_flag(Flag::Fixed).count();
    if count(Outcome::Fail) > 0 {
        let text = counted(count(Outcome::Fail), "failure", "failures");
        return Advice { tone: Tone::Bad, label: "fix first", text };
    }
    if stopped > 0 {
        let text = format!("{} could not send their requests", counted(stopped, "trial", "trials"));
        return Advice { tone: Tone::Bad, label: "check first", text };
    }
    if fixed > 0 {
        let text = format!(
            "{} now; delete them from the list",
            counted(fixed, "known entry passes", "known entries pass")
        );
        return Advice { tone: Tone::Warn, label: "fixed", text };
    }
    let passed = count(Outcome::Pass);
    let beside = [(count(Outcome::Known), "known"), (count(Outcome::Tolerated), "tolerated")];
    if passed == 0 && beside.iter().all(|(count, _)| *count == 0) {
        let text = match summary.trials.len() {
            0 => "nothing was selected".to_owned(),
            trials => format!("of {} none was judged", counted(trials, "trial", "trials")),
        };
        return Advice { tone: Tone::Warn, label: "nothing", text };
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
    Advice { tone: Tone::Good, label: "good", text: text + &away }
}

/// `1 is`, `2 are`.
fn are(count: usize) -> String {
    counted(count, "is", "are")
}

/// The operations with mismatches, or how many.
fn operations(group: &Group) -> String {
    const NAMED: usize = 2;
    match group.operations.len() {
        0..=NAMED => enumerated(
            group.operations.iter().map(|name| clean(name)).collect::<Vec<_>>().iter().map(String::as_str),
        ),
        many => counted(many, "operation", "operations"),
    }
}

/// `affects SDK authors and security`, if a case says whom.
pub(super) fn affects(group: &Group) -> Option<String> {
    let names = enumerated(group.affects.iter().map(|client| audience(*client)));
    (!names.is_empty()).then(|| format!("affects {names}"))
}
