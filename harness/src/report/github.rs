//! What GitHub Actions reads of a job's output: annotations, and a mark that keeps everything else from
//! being read as a command.

use super::text::{clean, counted, level, shortened};
use super::view::{CauseView, View, Weight, subject};

#[cfg(test)]
mod tests;

/// GitHub shows ten annotations of a kind for a step.
const MOST: usize = 10;

/// Of an expectation and of what came, this many characters are shown.
const WORD_SHOWN: usize = 160;

/// The text, of which GitHub takes no line for a command. The token must be one that nobody can know
/// before.
pub fn without_commands(text: &str, token: &str) -> String {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("::stop-commands::{token}\n{text}{end}::{token}::\n")
}

/// An annotation for each of the first causes, at the expectation of its example; one for a run that is
/// not to be relied on.
pub fn annotations(view: &View) -> String {
    let mut lines: Vec<String> = Vec::new();
    if view.causes.is_empty() {
        let bad = view.advice.iter().filter(|advice| advice.weight == Weight::Bad);
        lines.extend(
            bad.map(|advice| format!("::error title={}::{}", property(advice.label), data(&advice.text))),
        );
    }
    lines.extend(view.causes.iter().take(MOST).map(|cause| annotation(view, cause)));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn annotation(view: &View, cause: &CauseView) -> String {
    let example = cause.trials.first().and_then(|id| view.trials.iter().find(|trial| trial.id == *id));
    let place = example
        .and_then(|trial| trial.place.as_ref())
        .map_or_else(String::new, |(file, line)| format!("file={},line={line},", property(file)));
    let title = subject(cause);
    let short = |text: &str| shortened(&clean(text), WORD_SHOWN);
    let text = format!(
        "expected {}, got {} ({}, {})",
        short(&cause.expected),
        short(&cause.actual),
        level(cause.level),
        counted(cause.trials.len(), "trial", "trials")
    );
    format!("::error {place}title={}::{}", property(&title), data(&text))
}

/// Text after the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
