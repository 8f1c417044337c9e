//! The sections of the report. What a reader needs at once stands at the end, where a terminal stops.

use super::causes::{self, affects};
use super::page::{Page, Tone};
use super::{Options, Pictures, Style, picture};
use crate::log::Outcome;
use crate::report::questions::Answer;
use crate::report::text::{clean, counted, duration, level, shortened};
use crate::report::view::{CauseView, Reason, View, Weight, subject};

/// Of the ids of a list, this many are shown.
const IDS_SHOWN: usize = 6;

/// Of the entries of a list, this many are shown.
const ENTRIES_SHOWN: usize = 10;

pub(super) fn report(view: &View, style: Style, options: &Options) -> String {
    let mut page = Page::new(style);
    failures(&mut page, view);
    if let Pictures::Only(number) = options.pictures {
        if number == 0 || number > view.causes.len() {
            let there = counted(view.causes.len(), "cause", "causes");
            page.line(&format!("there is no cause {number}: the run has {there}"));
        }
        return page.into_text();
    }
    let sections = options.sections;
    if sections.others {
        listed(&mut page, &view.known, "known failures");
        listed(&mut page, &view.tolerated, "tolerated");
    }
    stopped(&mut page, view, sections.others);
    flaky(&mut page, view);
    if sections.questions {
        questions(&mut page, view);
    }
    if sections.notes {
        notes(&mut page, view);
    }
    // Of an incomplete run they say what is missing and what to do about it.
    if sections.notices || !view.run.is_complete {
        notices(&mut page, view, sections.notices);
    }
    if sections.others {
        evidence(&mut page, view);
    }
    fixed(&mut page, view);
    left_behind(&mut page, view);
    figures(&mut page, view);
    causes::table(&mut page, view, options.pictures == Pictures::All);
    what_now(&mut page, view, options);
    page.into_text()
}

fn failures(page: &mut Page, view: &View) {
    for cause in &view.causes {
        let Some(picture) = &cause.example else { continue };
        let number = format!("{} of {}", cause.number, counted(view.causes.len(), "cause", "causes"));
        let cases = counted(cause.cases, "case", "cases");
        let trials = counted(cause.trials.len(), "trial", "trials");
        page.ruled(&format!("{number} · {cases}, {trials} · {}", subject(cause)));
        page.gap();
        picture::draw(page, picture);
        if let Some(affects) = affects(cause) {
            page.entry("affects", Tone::Plain, affects.trim_start_matches("affects "));
        }
        let others = cause.trials.iter().filter(|id| **id != picture.trial);
        if let Some(others) = ids(others.map(String::as_str)) {
            page.entry("likewise", Tone::Plain, &others);
        }
    }
}

/// Trials of an outcome that is no failure, by cause, without pictures.
fn listed(page: &mut Page, causes: &[CauseView], name: &str) {
    if causes.is_empty() {
        return;
    }
    page.section(name);
    for cause in causes.iter().take(ENTRIES_SHOWN) {
        let sentence = picture::sentence(&cause.expected, &cause.actual);
        page.counted(cause.trials.len(), Tone::Dim, &format!("{}: {sentence}", subject(cause)));
        if let Some(ids) = ids(cause.trials.iter().map(String::as_str)) {
            page.under(&ids);
        }
    }
    more(page, causes.len());
}

/// Trials without a verdict of their own, by outcome and reason; those that need nobody's work only
/// where they were requested.
fn stopped(page: &mut Page, view: &View, all: bool) {
    let needs_work = |reason: &&Reason| {
        all || match reason.outcome {
            Outcome::Fail | Outcome::Blocked | Outcome::Error => true,
            Outcome::Pass
            | Outcome::Tolerated
            | Outcome::Open
            | Outcome::Known
            | Outcome::Unobserved
            | Outcome::Unsupported
            | Outcome::Skipped => false,
        }
    };
    let reasons: Vec<&Reason> = view.reasons.iter().filter(needs_work).collect();
    for reasons in reasons.chunk_by(|left, right| left.outcome == right.outcome) {
        let Some(first) = reasons.first() else { continue };
        page.section(first.outcome.as_str());
        for reason in reasons.iter().take(ENTRIES_SHOWN) {
            page.counted(reason.trials.len(), tone(reason.outcome), &shortened(&clean(&reason.reason), 300));
            if let Some(ids) = ids(reason.trials.iter().map(String::as_str)) {
                page.under(&ids);
            }
        }
        more(page, reasons.len());
    }
}

fn fixed(page: &mut Page, view: &View) {
    if view.fixed.is_empty() {
        return;
    }
    let list = view.known_list.as_deref().map_or_else(|| "the known list".to_owned(), clean);
    page.section(&format!("fixed: passes now; delete its entry from {list}"));
    for id in &view.fixed {
        let line = format!("        {}", page.paint(Tone::Good, &format!("{}:", clean(id))));
        page.line(&line);
    }
}

fn flaky(page: &mut Page, view: &View) {
    if let Some(shown) = ids(view.flaky.iter().map(String::as_str)) {
        page.section("flaky");
        page.counted(view.flaky.len(), Tone::Warn, "attempts differed");
        page.under(&shown);
    }
}

fn questions(page: &mut Page, view: &View) {
    if view.questions.is_empty() {
        return;
    }
    page.section("open questions: recorded, not judged; number of trials for each answer");
    for answers in &view.questions {
        let name = clean(&answers.question);
        let mark =
            if answers.are_inconsistent() { page.paint(Tone::Bad, "  inconsistent") } else { String::new() };
        let line = format!("  {}{mark}", page.paint(Tone::Label, &name));
        page.line(&line);
        if let Some(text) = &answers.text {
            page.under(&clean(text));
        }
        for (answer, trials) in &answers.trials {
            let text = match answer {
                Answer::Candidate(candidate) => clean(candidate),
                Answer::Other(actual) => {
                    format!("outside the candidates: {}", shortened(&clean(actual), 200))
                }
            };
            page.counted(trials.len(), Tone::Plain, &text);
            if answers.are_inconsistent()
                && let Some(ids) = ids(trials.iter().map(String::as_str))
            {
                page.under(&ids);
            }
        }
    }
}

fn notes(page: &mut Page, view: &View) {
    if view.notes.is_empty() {
        return;
    }
    page.section("notes: differences of form that other cases judge; trials for each note");
    for (note, count) in &view.notes {
        page.counted(*count, Tone::Dim, &shortened(&clean(note), 300));
    }
}

fn notices(page: &mut Page, view: &View, all: bool) {
    if view.notices.is_empty() {
        return;
    }
    page.section("notices");
    let most = if all { view.notices.len() } else { ENTRIES_SHOWN };
    for (trial, text) in view.notices.iter().take(most) {
        let trial = trial.as_deref().map_or_else(String::new, |trial| format!("{}: ", clean(trial)));
        page.item(&format!("{trial}{}", shortened(&clean(text), 400)));
    }
    if !all {
        more(page, view.notices.len());
    }
}

fn left_behind(page: &mut Page, view: &View) {
    if let Some(names) = ids(view.left_behind.iter().map(String::as_str)) {
        page.section("streams left on the target; `sweep` deletes them");
        page.under(&names);
    }
}

/// On what the passed trials rest, and what the target does not support.
fn evidence(page: &mut Page, view: &View) {
    let (all, core) = &view.evidence;
    let (operations, unsupported, unknown) = &view.run.operations;
    if all.trials() == 0 && unsupported.is_empty() && unknown.is_empty() {
        return;
    }
    page.section("evidence and support");
    for (label, passes) in [("pass", all), ("at core", core)] {
        if passes.trials() > 0 {
            page.entry(label, Tone::Plain, &format!("{}: {}", passes.trials(), passes.text()));
        }
    }
    let all = |names: &[String]| names.iter().map(|name| clean(name)).collect::<Vec<_>>().join(", ");
    if !unsupported.is_empty() {
        let text = format!("{} of {operations} operations: {}", unsupported.len(), all(unsupported));
        page.entry("lacks", Tone::Plain, &text);
    }
    if !unknown.is_empty() {
        let text = format!("{} of {operations} operations: {}", unknown.len(), all(unknown));
        page.entry("unknown", Tone::Plain, &text);
    }
}

/// What was run, and how many trials ended in which way.
fn figures(page: &mut Page, view: &View) {
    let run = &view.run;
    page.section(if run.is_complete { "summary" } else { "summary of an incomplete run" });
    if let Some((name, version, endpoint)) = &run.target {
        let version = version.as_deref().map_or_else(String::new, |version| format!(" {}", clean(version)));
        page.entry("target", Tone::Plain, &format!("{}{version} at {}", clean(name), clean(endpoint)));
    }
    if let Some(support) = support(view) {
        page.entry("support", Tone::Plain, &support);
    }
    let (selected, all) = run.selected;
    if run.target.is_some() {
        let narrowed: Vec<String> = run.selection.iter().map(|word| clean(word)).collect();
        let narrowed = if narrowed.is_empty() {
            String::new()
        } else {
            format!(", selected by {}", narrowed.join(", "))
        };
        let judged = run.level.map_or_else(String::new, |at| format!(", judged at level {}", level(at)));
        let text = format!("{selected} of {}{narrowed}{judged}", counted(all, "trial", "trials"));
        page.entry("selection", Tone::Plain, &text);
    }
    if let Some((requests, ms)) = run.cost {
        let requests = counted(usize::try_from(requests).unwrap_or(usize::MAX), "request", "requests");
        page.entry("cost", Tone::Plain, &format!("{requests} in {}", duration(ms)));
    }
    page.gap();
    counts(page, view);
}

/// The counts side by side, as many in a line as fit.
fn counts(page: &mut Page, view: &View) {
    const EACH: usize = 19;
    let in_a_line = ((page.width() - 2) / EACH).max(1);
    for row in view.counts.chunks(in_a_line) {
        let mut line = String::new();
        for (outcome, count) in row {
            let tone = if *count == 0 { Tone::Dim } else { tone(*outcome) };
            let name = format!("{:<12}", outcome.as_str());
            line.push_str(&format!("{} {name}", page.paint(tone, &format!("{count:>6}"))));
        }
        page.line(&line);
    }
}

/// What is to be done or to be known, and the commands that show more.
fn what_now(page: &mut Page, view: &View, options: &Options) {
    page.section("what now");
    for advice in &view.advice {
        let tone = match advice.weight {
            Weight::Bad => Tone::Bad,
            Weight::Warn => Tone::Warn,
            Weight::Good => Tone::Good,
        };
        page.advice(advice.label, tone, &advice.text);
    }
    // The first cause of which no example is shown.
    if let Some(cause) = view.causes.iter().find(|cause| cause.example.is_none()) {
        let number = cause.number;
        let id = cause.trials.first().map(|id| clean(id)).unwrap_or_default();
        let text = match &view.show_cause {
            Some(command) => format!("{} {number}", command.join(" ")),
            None => format!("for cause {number} in full run only {id}"),
        };
        page.advice("one cause", Tone::Label, &text);
    }
    if options.again == super::Again::Program {
        let more = on_request(view, options);
        if !more.is_empty() {
            page.advice("more", Tone::Label, &more.join(", "));
        }
    }
}

/// What the report would show beside this, each with the option that shows it.
fn on_request(view: &View, options: &Options) -> Vec<String> {
    let sections = options.sections;
    let others: usize = view
        .counts
        .iter()
        .filter(|(outcome, _)| match outcome {
            Outcome::Tolerated
            | Outcome::Known
            | Outcome::Unobserved
            | Outcome::Unsupported
            | Outcome::Skipped => true,
            Outcome::Pass | Outcome::Fail | Outcome::Blocked | Outcome::Error | Outcome::Open => false,
        })
        .map(|(_, count)| count)
        .sum();
    let inconsistent = view.questions.iter().filter(|answers| answers.are_inconsistent()).count();
    let questions = counted(view.questions.len(), "open question answered", "open questions answered");
    let questions =
        if inconsistent > 0 { format!("{questions}, {inconsistent} inconsistently") } else { questions };
    let entries = [
        (sections.questions, view.questions.len(), "--questions", questions),
        (
            sections.others,
            others,
            "--others",
            counted(others, "trial that neither passed nor failed", "trials that neither passed nor failed"),
        ),
        (
            sections.notes,
            view.notes.len(),
            "--notes",
            counted(view.notes.len(), "difference of form", "differences of form"),
        ),
        (sections.notices, view.notices.len(), "--notices", counted(view.notices.len(), "notice", "notices")),
    ];
    entries
        .into_iter()
        .filter(|(is_shown, count, ..)| !is_shown && *count > 0)
        .map(|(_, _, option, text)| format!("{option} ({text})"))
        .collect()
}

/// How many operations the target supports, where it is not all of them.
fn support(view: &View) -> Option<String> {
    let (all, unsupported, unknown) = &view.run.operations;
    if unsupported.is_empty() && unknown.is_empty() {
        return None;
    }
    let supported = all.saturating_sub(unsupported.len() + unknown.len());
    let mut text = format!("{supported} of {all} operations");
    if !unsupported.is_empty() {
        text.push_str(&format!("; {} unsupported", unsupported.len()));
    }
    if !unknown.is_empty() {
        text.push_str(&format!("; {} unknown, whose trials were run", unknown.len()));
    }
    Some(text)
}

const fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Pass => Tone::Good,
        Outcome::Fail | Outcome::Blocked | Outcome::Error => Tone::Bad,
        Outcome::Tolerated | Outcome::Unobserved | Outcome::Known => Tone::Warn,
        Outcome::Open | Outcome::Unsupported | Outcome::Skipped => Tone::Plain,
    }
}

fn more(page: &mut Page, all: usize) {
    if all > ENTRIES_SHOWN {
        page.under(&format!("and {} more", all - ENTRIES_SHOWN));
    }
}

/// Ids in a line, the surplus counted; `None` if there are none.
fn ids<'a>(ids: impl Iterator<Item = &'a str>) -> Option<String> {
    let ids: Vec<&str> = ids.collect();
    let shown: Vec<String> = ids.iter().take(IDS_SHOWN).map(|id| clean(id)).collect();
    let rest = ids.len() - shown.len();
    match (shown.is_empty(), rest) {
        (true, _) => None,
        (false, 0) => Some(shown.join(", ")),
        (false, rest) => Some(format!("{} and {rest} more", shown.join(", "))),
    }
}
