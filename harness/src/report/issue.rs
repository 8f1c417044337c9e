//! A failure as Markdown, for an issue of the target's project: what was sent, what came, what should have
//! come and on what evidence, and how to see it again.

use std::fmt::Write as _;

use super::curl::curl;
use super::explain::example;
use super::summary::Summary;
use super::text::clean;
use crate::log::{BodyText, Exchange, ResponseText, TrialVerdict};

/// The text of an issue about a trial of a run. `right` is what the reference answers, if it was run.
/// `again` is the command that runs the trial again.
///
/// `None` if the run has no such trial.
pub fn issue(summary: &Summary, trial: &str, right: Option<&Summary>, again: &str) -> Option<String> {
    let verdict = summary.trials.get(trial)?;
    let case = summary.case(verdict)?;
    let header = summary.header.as_ref()?;
    let mut text = String::new();
    let version = header.target.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let _ = writeln!(text, "# {}: {}\n", verdict.operation, line(&case.title));
    let _ = writeln!(text, "Seen on {}{}.\n", line(&header.target.name), line(&version));
    differences(&mut text, verdict);
    text.push_str("## What was sent, and what came\n\n");
    for exchange in summary.exchanges(trial).iter().filter(|exchange| exchange.role.is_request()) {
        pair(&mut text, exchange);
    }
    if let Some(right) = right.map(|right| example(right, trial)).filter(|right| !right.is_empty()) {
        text.push_str("## A right response, for example\n\n");
        fenced(&mut text, "text", &right);
    }
    text.push_str("## Why\n\n");
    for id in case.claims.iter().flat_map(|claim| &claim.facts).collect::<std::collections::BTreeSet<_>>() {
        if let Some(fact) = summary.fact(id) {
            let (strength, source) = (fact.strength, line(&fact.source));
            let _ = writeln!(text, "- {} ({strength}): {} Source: {source}", fact.id, line(&fact.fact));
        }
    }
    text.push_str("\n## See it again\n\n");
    let _ = writeln!(text, "With kinesis-conformance {}:\n", line(&header.suite_version));
    fenced(&mut text, "sh", again);
    let last = summary.exchanges(trial).iter().rev().find(|exchange| exchange.role.is_request());
    if let Some(Ok(command)) = last.map(|exchange| curl(&header.target.endpoint, &exchange.request)) {
        text.push_str("With curl, once the stream is in the same state:\n\n");
        fenced(&mut text, "sh", &command.join(" \\\n  "));
    }
    Some(text)
}

fn differences(text: &mut String, verdict: &TrialVerdict) {
    if verdict.mismatches.is_empty() {
        let reason =
            verdict.reason.as_deref().map(|reason| format!(": {}", line(reason))).unwrap_or_default();
        let _ = writeln!(text, "The trial is *{}*{reason}.\n", verdict.outcome.as_str());
    }
    for mismatch in &verdict.mismatches {
        let (expected, actual) = (line(&mismatch.expected), line(&mismatch.actual));
        let _ = writeln!(text, "- {}: expected {expected}, got {actual}", mismatch.kind.as_str());
    }
    text.push('\n');
}

fn pair(text: &mut String, exchange: &Exchange) {
    let _ = writeln!(text, "{}:\n", line(&exchange.request.operation));
    fenced(text, "json", &body(&exchange.request.body));
    match &exchange.response {
        ResponseText::Answer { status, body: came, .. } => {
            let _ = writeln!(text, "The response, with status {status}:\n");
            fenced(text, "json", &body(came));
        }
        ResponseText::None(_) => text.push_str("No response came.\n\n"),
    }
}

fn body(body: &BodyText) -> String {
    const LONGEST: usize = 4_000;
    match body {
        BodyText::Text(text) if text.is_empty() => "(empty)".to_owned(),
        BodyText::Text(text) => text.chars().take(LONGEST).collect(),
        BodyText::Base64(text) => format!("(base64) {}", text.chars().take(LONGEST).collect::<String>()),
        BodyText::Cut(_) => "(a long body)".to_owned(),
    }
}

/// A block of code that no text of a target can end.
fn fenced(text: &mut String, language: &str, code: &str) {
    let longest = code.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let lines: Vec<String> = super::text::clean_lines(code);
    let _ = writeln!(text, "{fence}{language}\n{}\n{fence}\n", lines.join("\n"));
}

/// Text of a target or a file on one line, in which nothing is Markdown or HTML.
fn line(text: &str) -> String {
    let mut escaped = String::new();
    for letter in clean(text).chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '@') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::issue;
    use crate::report::summary::Summary;
    use crate::testing::samples::everything;

    #[test]
    fn an_issue_says_what_was_expected_what_came_and_how_to_see_it() {
        let summary = Summary::of_events(&everything());
        let failed = summary.with_outcome(crate::log::Outcome::Fail).next().expect("a failure");
        let text = issue(&summary, &failed.id, None, "run it").expect("a trial");
        for part in ["expected", "## What was sent", "## Why", "```sh\nrun it\n```", "docs.example"] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        assert_eq!(issue(&summary, "no/such", None, "run it"), None);
    }

    #[test]
    fn nothing_that_a_target_says_is_markdown() {
        assert_eq!(super::line("a*b`c\n<img> @all"), "a\\*b\\`c\\\\n\\<img\\> \\@all");
        let mut text = String::new();
        super::fenced(&mut text, "json", "a ``` b");
        assert_eq!(text, "````json\na ``` b\n````\n\n");
    }
}
