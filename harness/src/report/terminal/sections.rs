//! The sections of the report, in the order in which they help.

use std::collections::BTreeMap;

use super::headline::{affects, headline};
use super::page::{Page, Tone};
use super::{Options, Pictures, Style, picture};
use crate::log::{Capabilities, Flag, Outcome, TrialVerdict};
use crate::model::Model;
use crate::report::cause::Group;
use crate::report::evidence::PassEvidence;
use crate::report::questions::{Answer, Answers};
use crate::report::summary::Summary;
use crate::report::text::{clean, counted, duration, level, shortened};

/// Of the ids of a list, this many are shown.
const IDS_SHOWN: usize = 6;

/// Of the entries of a list, this many are shown.
const ENTRIES_SHOWN: usize = 10;

pub(super) fn report(summary: &Summary, style: Style, options: &Options) -> String {
    let mut page = Page::new(style);
    let groups = Group::of(summary, Outcome::Fail);
    headline(&mut page, summary, &groups);
    failures(&mut page, summary, &groups, options);
    stopped(&mut page, summary);
    causes(&mut page, summary, Outcome::Known, "known failures");
    causes(&mut page, summary, Outcome::Tolerated, "tolerated");
    fixed(&mut page, summary, options);
    flaky(&mut page, summary);
    questions(&mut page, summary);
    notes(&mut page, summary);
    figures(&mut page, summary);
    page.into_text()
}

fn failures(page: &mut Page, summary: &Summary, groups: &[Group], options: &Options) {
    let most = match options.pictures {
        Pictures::AtMost(most) => most,
        Pictures::All => groups.len(),
    };
    for (index, group) in groups.iter().take(most).enumerate() {
        let affects = affects(group).map_or_else(String::new, |affects| format!(" · {affects}"));
        let number = format!("{} of {}", index + 1, counted(groups.len(), "cause", "causes"));
        let trials = counted(group.trials.len(), "trial", "trials");
        page.ruled(&format!("{number} · {trials}{affects}"));
        page.gap();
        let Some(trial) = group.trials.first().and_then(|id| summary.trials.get(id)) else { continue };
        picture::draw(page, summary, trial, Some(&group.cause), options);
        if let Some(others) = ids(group.trials.iter().skip(1).map(String::as_str)) {
            page.entry("likewise", Tone::Plain, &others);
        }
    }
    let rest = groups.get(most..).unwrap_or_default();
    if !rest.is_empty() {
        page.section(&format!(
            "{} without an example (--all shows all)",
            counted(rest.len(), "more cause", "more causes")
        ));
        for group in rest {
            list_group(page, group, Tone::Bad);
        }
    }
}

fn list_group(page: &mut Page, group: &Group, tone: Tone) {
    let sentence = picture::sentence(&group.cause.expected, &group.cause.actual);
    page.counted(group.trials.len(), tone, &format!("{}: {sentence}", group.cause.kind.as_str()));
    if let Some(ids) = ids(group.trials.iter().map(String::as_str)) {
        page.under(&ids);
    }
}

/// Trials of an outcome that is no failure, by cause, without pictures.
fn causes(page: &mut Page, summary: &Summary, outcome: Outcome, name: &str) {
    let groups = Group::of(summary, outcome);
    if groups.is_empty() {
        return;
    }
    page.section(name);
    for group in groups.iter().take(ENTRIES_SHOWN) {
        list_group(page, group, Tone::Dim);
    }
    more(page, groups.len());
}

/// Trials without a verdict of their own, by outcome and reason; failures only where no mismatch shows
/// their cause.
fn stopped(page: &mut Page, summary: &Summary) {
    let outcomes = [
        Outcome::Fail,
        Outcome::Blocked,
        Outcome::Error,
        Outcome::Unobserved,
        Outcome::Unsupported,
        Outcome::Skipped,
    ];
    for outcome in outcomes {
        let mut reasons: BTreeMap<&str, Vec<&TrialVerdict>> = BTreeMap::new();
        let reported = |trial: &&TrialVerdict| outcome == Outcome::Fail && !trial.mismatches.is_empty();
        for trial in summary.with_outcome(outcome).filter(|trial| !reported(trial)) {
            reasons.entry(trial.reason.as_deref().unwrap_or("no reason given")).or_default().push(trial);
        }
        if reasons.is_empty() {
            continue;
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        // The sort is stable: equal counts stay in the order of their texts.
        reasons.sort_by_key(|(_, trials)| std::cmp::Reverse(trials.len()));
        page.section(outcome.as_str());
        for (reason, trials) in reasons.iter().take(ENTRIES_SHOWN) {
            page.counted(trials.len(), tone(outcome), &shortened(&clean(reason), 300));
            if let Some(ids) = ids(trials.iter().map(|trial| trial.id.as_str())) {
                page.under(&ids);
            }
        }
        more(page, reasons.len());
    }
}

fn fixed(page: &mut Page, summary: &Summary, options: &Options) {
    let ids: Vec<&str> = summary.with_flag(Flag::Fixed).map(|trial| trial.id.as_str()).collect();
    if ids.is_empty() {
        return;
    }
    let list = options.known_list.as_deref().map_or_else(|| "the known list".to_owned(), clean);
    page.section(&format!("fixed: passes now; delete its entry from {list}"));
    for id in ids {
        let line = format!("        {}", page.paint(Tone::Good, &format!("{}:", clean(id))));
        page.line(&line);
    }
}

fn flaky(page: &mut Page, summary: &Summary) {
    let flaky: Vec<&str> = summary.with_flag(Flag::Flaky).map(|trial| trial.id.as_str()).collect();
    if let Some(shown) = ids(flaky.iter().copied()) {
        page.section("flaky");
        page.counted(flaky.len(), Tone::Warn, "attempts differed");
        page.under(&shown);
    }
}

fn questions(page: &mut Page, summary: &Summary) {
    let all = Answers::of(summary);
    if all.is_empty() {
        return;
    }
    page.section("open questions: recorded, not judged; number of trials for each answer");
    for answers in &all {
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

fn notes(page: &mut Page, summary: &Summary) {
    let mut notes: BTreeMap<&str, usize> = BTreeMap::new();
    for note in summary.trials.values().flat_map(|trial| &trial.notes) {
        *notes.entry(note).or_default() += 1;
    }
    if !notes.is_empty() {
        page.section("notes: differences of form that other cases judge; trials for each note");
        let mut notes: Vec<_> = notes.into_iter().collect();
        notes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (note, count) in notes.iter().take(ENTRIES_SHOWN) {
            page.counted(*count, Tone::Dim, &shortened(&clean(note), 300));
        }
        more(page, notes.len());
    }
    if !summary.notices.is_empty() {
        page.section("notices");
        for notice in summary.notices.iter().take(ENTRIES_SHOWN) {
            let trial =
                notice.trial.as_deref().map_or_else(String::new, |trial| format!("{}: ", clean(trial)));
            page.item(&format!("{trial}{}", shortened(&clean(&notice.text), 400)));
        }
        more(page, summary.notices.len());
    }
    let left: &[String] = summary.footer.as_ref().map_or(&[], |footer| &footer.left_behind);
    if let Some(names) = ids(left.iter().map(String::as_str)) {
        page.section("streams left on the target; `sweep` deletes them");
        page.under(&names);
    }
}

fn figures(page: &mut Page, summary: &Summary) {
    page.section(if summary.is_complete() { "summary" } else { "summary of an incomplete run" });
    if let Some(header) = &summary.header {
        let version = header
            .target
            .version
            .as_deref()
            .map_or_else(String::new, |version| format!(" {}", clean(version)));
        let target = format!("{}{version} at {}", clean(&header.target.name), clean(&header.target.endpoint));
        page.entry("target", Tone::Plain, &target);
        if let Some(support) = support(&header.capabilities) {
            page.entry("support", Tone::Plain, &support);
        }
        let selection = &header.selection;
        let narrowed: Vec<String> =
            selection.operations.iter().chain(&selection.filters).map(|word| clean(word)).collect();
        let narrowed = if narrowed.is_empty() {
            String::new()
        } else {
            format!(", selected by {}", narrowed.join(", "))
        };
        page.entry(
            "selection",
            Tone::Plain,
            &format!("{} of {}{narrowed}", selection.trials, counted(selection.of, "trial", "trials")),
        );
        page.entry("level", Tone::Plain, level(header.level));
    }
    let (passes, core_passes) = (PassEvidence::of_passes(summary), PassEvidence::of_core_passes(summary));
    let counts = summary.counts();
    for outcome in Outcome::ALL {
        let count = counts.get(&outcome).copied().unwrap_or_default();
        let always = matches!(outcome, Outcome::Pass | Outcome::Fail);
        if count == 0 && !always {
            continue;
        }
        let is_pass = outcome == Outcome::Pass;
        let rests = if is_pass && passes.trials() > 0 { passes.text() } else { String::new() };
        let tone = if count == 0 { Tone::Dim } else { tone(outcome) };
        page.figure(outcome.as_str(), tone, count, &rests);
        if is_pass && core_passes.trials() > 0 {
            page.figure("pass at core", tone, core_passes.trials(), &core_passes.text());
        }
    }
    if let Some(footer) = &summary.footer {
        page.entry(
            "cost",
            Tone::Plain,
            &format!(
                "{} in {}",
                counted(usize::try_from(footer.requests).unwrap_or(usize::MAX), "request", "requests"),
                duration(footer.ms)
            ),
        );
    }
}

/// How many operations the target supports, where it is not all of them.
fn support(capabilities: &Capabilities) -> Option<String> {
    let (unsupported, unknown) = (&capabilities.unsupported, &capabilities.unknown);
    if unsupported.is_empty() && unknown.is_empty() {
        return None;
    }
    let all = Model::embedded().operations.len();
    let supported = all.saturating_sub(unsupported.len() + unknown.len());
    let named = |list: &[String]| ids(list.iter().map(String::as_str)).map(|names| format!(" ({names})"));
    let mut text = format!("{supported} of {all} operations");
    if let Some(names) = named(unsupported) {
        text.push_str(&format!("; {} unsupported{names}", unsupported.len()));
    }
    if let Some(names) = named(unknown) {
        text.push_str(&format!("; {} unknown{names}: their trials were run", unknown.len()));
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
