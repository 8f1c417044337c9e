//! The causes as a table: one line each on a wide page, two on a narrow one.

use super::page::{Page, Tone};
use super::picture::WORD_SHOWN;
use crate::report::text::{audience, clean, counted, level, shortened, wrapped};
use crate::report::view::{CauseView, View, subject};

/// Of the causes, this many are listed.
const LISTED: usize = 10;

/// From this many columns on a cause takes one line, where its texts fit.
const WIDE: usize = 120;

/// Columns of the numbers in front of the texts.
const NUMBERS: usize = 28;

/// The table, all causes or the first ones.
pub(super) fn table(page: &mut Page, view: &View, all: bool) {
    if view.causes.is_empty() {
        return;
    }
    let causes = counted(view.causes.len(), "cause", "causes");
    let failures = counted(view.failures, "failure", "failures");
    page.section(&format!("{causes} of {failures}: by level, by the clients affected, by number of cases"));
    let is_wide = page.width() >= WIDE;
    let texts =
        if is_wide { "where, and what was expected → what came" } else { "where; expected → got" };
    let head = format!("  #  cases trials  level    {texts}");
    let head = page.paint(Tone::Dim, &head);
    page.line(&head);
    let most = if all { view.causes.len() } else { LISTED };
    for cause in view.causes.iter().take(most) {
        row(page, cause, is_wide);
    }
    let rest: usize = view.causes.iter().skip(most).map(|cause| cause.trials.len()).sum();
    if view.causes.len() > most {
        let more = counted(view.causes.len() - most, "more cause", "more causes");
        let trials = counted(rest, "trial", "trials");
        let line = format!("     and {more} of {trials}: --causes all");
        let line = page.paint(Tone::Dim, &line);
        page.line(&line);
    }
}

fn row(page: &mut Page, cause: &CauseView, is_wide: bool) {
    let numbers = format!(
        "{:>3} {:>6} {:>6}  {:<8} ",
        cause.number,
        cause.cases,
        cause.trials.len(),
        level(cause.level)
    );
    let place = subject(cause);
    let affects = affects(cause).unwrap_or_default();
    let words = words(cause);
    let room = page.width() - NUMBERS;
    let (first, second) = (room * 2 / 5, room * 3 / 5);
    let mut lines: Vec<String> = Vec::new();
    if is_wide {
        // Two columns beside each other.
        let left = wrapped(&place, first.saturating_sub(2));
        let right = wrapped(&words, second);
        for index in 0..left.len().max(right.len()) {
            let empty = String::new();
            let (left, right) = (left.get(index).unwrap_or(&empty), right.get(index).unwrap_or(&empty));
            lines.push(format!("{left:<first$}{right}"));
        }
        if !affects.is_empty() {
            let under = wrapped(&affects, room).into_iter();
            lines.extend(under.map(|line| page.paint(Tone::Dim, &line)));
        }
    } else {
        let place = if affects.is_empty() { place } else { format!("{place}; {affects}") };
        lines.extend(wrapped(&place, room));
        lines.extend(wrapped(&words, room).into_iter().map(|line| page.paint(Tone::Dim, &line)));
    }
    for (index, line) in lines.into_iter().enumerate() {
        let numbers = if index == 0 { page.paint(Tone::Bad, &numbers) } else { " ".repeat(NUMBERS) };
        page.line(&format!("{numbers}{line}"));
    }
}

/// What was expected and what came, as one line.
fn words(cause: &CauseView) -> String {
    let short = |text: &str| shortened(&clean(text), WORD_SHOWN);
    let others = match cause.other_words {
        0 => String::new(),
        others => format!(" (and {others} more)"),
    };
    format!("{} → {}{others}", short(&cause.expected), short(&cause.actual))
}

/// `affects SDK authors, security`, if a case says whom.
pub(super) fn affects(cause: &CauseView) -> Option<String> {
    let names: Vec<&str> = cause.affects.iter().map(|client| audience(*client)).collect();
    (!names.is_empty()).then(|| format!("affects {}", names.join(", ")))
}
