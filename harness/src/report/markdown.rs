//! The report as Markdown, for a comment, an issue, or the summary of a job.
//!
//! What comes from a target or a file is text and nothing else there: it makes no link, no HTML, no
//! mention, and ends no table and no block.

use super::terminal::{Style, render_picture};
use super::text::{audience, clean, counted, duration, level, shortened};
use super::view::{CauseView, Cited, View, Weight, subject};

#[cfg(test)]
mod tests;

/// Of the causes, this many are listed.
const LISTED: usize = 25;

/// Of an expectation and of what came, this many characters are shown.
const WORD_SHOWN: usize = 120;

/// Columns of the examples.
const WIDTH: usize = 100;

/// The report as Markdown, ending in a line break.
pub fn to_markdown(view: &View) -> String {
    let mut lines: Vec<String> = Vec::new();
    let run = &view.run;
    let name = run.target.as_ref().map_or_else(String::new, |(name, version, _)| {
        let version = version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
        format!(": {}", plain(&format!("{name}{version}")))
    });
    lines.push(format!("## Kinesis conformance{name}"));
    lines.push(String::new());
    for advice in &view.advice {
        let mark = match advice.weight {
            Weight::Bad => "❌",
            Weight::Warn => "⚠️",
            Weight::Good => "✅",
        };
        lines.push(format!("- {mark} **{}**: {}", plain(advice.label), plain(&advice.text)));
    }
    lines.push(String::new());
    lines.push(counts(view));
    lines.push(String::new());
    lines.extend(causes(view));
    for cause in &view.causes {
        lines.extend(example(cause));
    }
    lines.push(ran(view));
    lines.join("\n") + "\n"
}

/// The counts as a table of one row.
fn counts(view: &View) -> String {
    let names: Vec<&str> = view.counts.iter().map(|(outcome, _)| outcome.as_str()).collect();
    let counts: Vec<String> = view.counts.iter().map(|(_, count)| count.to_string()).collect();
    format!("| {} |\n|{}\n| {} |", names.join(" | "), "--:|".repeat(names.len()), counts.join(" | "))
}

fn causes(view: &View) -> Vec<String> {
    if view.causes.is_empty() {
        return Vec::new();
    }
    let (causes, failures) =
        (counted(view.causes.len(), "cause", "causes"), counted(view.failures, "failure", "failures"));
    let mut lines = vec![
        format!("### {causes} of {failures}"),
        String::new(),
        "| # | cases | trials | level | where | expected | got | affects |".to_owned(),
        "|--:|--:|--:|---|---|---|---|---|".to_owned(),
    ];
    for cause in view.causes.iter().take(LISTED) {
        let short = |text: &str| plain(&shortened(&clean(text), WORD_SHOWN));
        let affects: Vec<&str> = cause.affects.iter().map(|client| audience(*client)).collect();
        lines.push(format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            cause.number,
            cause.cases,
            cause.trials.len(),
            level(cause.level),
            plain(&subject(cause)),
            short(&cause.expected),
            short(&cause.actual),
            affects.join(", "),
        ));
    }
    if view.causes.len() > LISTED {
        lines.push(String::new());
        lines.push(format!("and {}", counted(view.causes.len() - LISTED, "more cause", "more causes")));
    }
    lines.push(String::new());
    lines
}

/// An example, folded.
fn example(cause: &CauseView) -> Vec<String> {
    let Some(picture) = &cause.example else { return Vec::new() };
    let drawn = render_picture(picture, Style { color: false, width: WIDTH });
    let fence = "`".repeat(longest_run(&drawn).max(2) + 1);
    let mut lines = vec![
        "<details>".to_owned(),
        format!("<summary>cause {}: {}</summary>", cause.number, plain(&picture.trial)),
        String::new(),
        format!("{fence}text"),
        drawn.trim_end().to_owned(),
        fence,
        String::new(),
    ];
    lines.extend(picture.because.iter().filter_map(cited));
    lines.extend([String::new(), "</details>".to_owned(), String::new()]);
    lines
}

/// A fact with links to its sources, which have no character that ends a link.
fn cited(cited: &Cited) -> Option<String> {
    let evidence = cited.evidence.as_ref()?;
    let links: Vec<String> = cited
        .links
        .iter()
        .enumerate()
        .map(|(index, link)| format!("[source {}]({link})", index + 1))
        .collect();
    let fact = plain(&shortened(&clean(&evidence.fact), 300));
    Some(format!("- {}: {fact} {}", plain(&cited.id.0), links.join(" ")).trim_end().to_owned())
}

/// What was run, in one line.
fn ran(view: &View) -> String {
    let run = &view.run;
    let (selected, all) = run.selected;
    let judged = run.level.map_or_else(String::new, |at| format!(", level {}", level(at)));
    let cost = run
        .cost
        .map_or_else(String::new, |(requests, ms)| format!(", {requests} requests in {}", duration(ms)));
    let endpoint =
        run.target.as_ref().map_or_else(String::new, |(_, _, endpoint)| format!(" at {}", plain(endpoint)));
    format!("{selected} of {all} trials{judged}{cost}{endpoint}; suite {}", plain(&run.suite.0))
}

/// The longest run of backticks, which a fence has to exceed.
fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Text that Markdown shows as it is: every sign that could mean something there is a reference to its
/// character.
fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let text = clean(text);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        // A point or a colon before a blank begins no address and no emoji.
        let ends = matches!(character, '.' | ':') && characters.peek().is_none_or(|next| *next == ' ');
        let means_nothing = character.is_ascii_alphanumeric() || " ,()-".contains(character) || ends;
        if character.is_ascii() && !means_nothing {
            shown.push_str(&format!("&#{};", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}
