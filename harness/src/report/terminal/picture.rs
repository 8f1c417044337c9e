//! One trial drawn: where it differs, why that is a rule, what was sent and what came.

use std::borrow::Cow;

use similar::{ChangeTag, TextDiff};

use super::page::{LABEL, Page, Tone};
use super::trace;
use crate::case::{self, ExcerptLabel};
use crate::log::{
    BodyDiff, BodyText, Exchange, Mismatch, MismatchKind, RequestText, ResponseText, Role, Trace, is_unsafe,
};
use crate::report::text::{
    clean, clean_lines, counted, cut, enumerated, level, millis, shortened, size, wrapped,
};
use crate::report::view::{Cited, Picture};
use crate::wire::cbor;

/// Of an answer's body, this many characters are shown.
const BODY_SHOWN: usize = 800;

/// Of a request's body, this many characters are shown; the command line holds all of it.
const REQUEST_SHOWN: usize = 300;

/// Of a diff, this many lines are shown.
const DIFF_SHOWN: usize = 40;

/// Of each body, this many lines are compared; what is longer would take long.
const DIFF_COMPARED: usize = 2_000;

/// Of the facts that an expectation rests on, this many are shown; the others are named.
const FACTS_SHOWN: usize = 3;

/// Of a fact, this many characters are shown.
const FACT_SHOWN: usize = 300;

/// Of an expectation and of what came, this many characters are shown.
pub(super) const WORD_SHOWN: usize = 160;

/// What the drawing writes before a title.
const ERROR: &str = "error: ";

/// With less room than this many characters, nothing is said on a caret.
const LABEL_SHOWN: usize = 12;

/// Draws a trial.
pub(super) fn draw(page: &mut Page, picture: &Picture) {
    excerpt(page, picture);
    page.entry("trial", Tone::Plain, &clean(&picture.trial));
    if let Some(title) = &picture.title {
        page.entry("title", Tone::Plain, &clean(title));
    }
    if let Some(leading) = &picture.leading {
        let kind = leading.kind.as_str();
        page.entry("kind", Tone::Plain, &format!("{kind}, {}", level(leading.level)));
    }
    if let Some(reason) = &picture.reason {
        page.entry("reason", Tone::Plain, &clean(reason));
    }
    also(page, picture);
    because(page, &picture.because);
    // Where an error was expected and something was accepted, the bodies have nothing in common.
    let comparable = |leading: &&Mismatch| leading.kind != MismatchKind::Status;
    if let Some(diff) = picture.leading.as_ref().filter(comparable).and_then(|leading| leading.diff.as_ref())
    {
        body_diff(page, diff);
    }
    for trace in &picture.traces {
        draw_trace(page, "trace", trace);
    }
    draw_exchanges(page, &picture.exchanges, picture.exchange());
    right(page, picture);
    for command in &picture.commands {
        match &command.arguments {
            Ok(arguments) => draw_command(page, command.label, arguments),
            Err(reason) => page.entry(command.label, Tone::Dim, &format!("none: {}", clean(reason))),
        }
    }
}

/// How the reference carries the trial out.
fn right(page: &mut Page, picture: &Picture) {
    let Some(right) = &picture.right else { return };
    // Where the states differ, the response to the call is the same.
    if !picture.traces.is_empty() && !right.traces.is_empty() {
        for trace in &right.traces {
            draw_trace(page, "right", trace);
        }
        return;
    }
    if let Some(exchange) = &right.exchange {
        page.entry("right<", Tone::Dim, "how the reference answers:");
        draw_response(page, "", exchange, Tone::Good);
    }
}

/// `expected A, got B`.
pub(super) fn sentence(expected: &str, actual: &str) -> String {
    let short = |text: &str| shortened(&clean(text), WORD_SHOWN);
    format!("expected {}, got {}", short(expected), short(actual))
}

fn excerpt(page: &mut Page, picture: &Picture) {
    let Some(leading) = &picture.leading else { return };
    let file = picture.source.as_ref().map(|(file, ..)| file);
    let label = |mismatch: &Mismatch, primary: bool| {
        let before = mismatch.at.column.saturating_add(mismatch.at.length);
        let room =
            page.width().saturating_sub(usize::try_from(before).unwrap_or(usize::MAX)).saturating_sub(14);
        ExcerptLabel {
            line: mismatch.at.line,
            column: mismatch.at.column,
            length: mismatch.at.length,
            // Without room beside the place the title has to do.
            text: if room < LABEL_SHOWN {
                String::new()
            } else {
                format!("got {}", shortened(&clean(&mismatch.actual), room))
            },
            primary,
        }
    };
    let others = picture.others.iter().map(|(other, _)| label(other, false));
    let in_case = |mismatch: &Mismatch| file.is_some_and(|file| *file == mismatch.at.file);
    let leads = Some(label(leading, true)).filter(|_| in_case(leading));
    let others = others.zip(&picture.others).filter(|(_, (other, _))| in_case(other)).map(|(label, _)| label);
    let labels: Vec<ExcerptLabel> = leads.into_iter().chain(others).collect();
    let (path, first_line, source) = picture
        .source
        .as_ref()
        .map_or((leading.at.file.as_str(), leading.at.line, ""), |(file, line, text)| {
            (file.as_str(), *line, text)
        });
    // What is wider than the page is said in full below.
    let title = sentence(&leading.expected, &leading.actual);
    let is_wide = title.chars().count() + ERROR.len() > page.width();
    let short = shortened(&title, page.width() - ERROR.len());
    let style = case::Style { color: page.color(), width: page.width() };
    // One character for one, so that columns stay true.
    let safe =
        |character: char| if character != '\n' && is_unsafe(character) { '\u{fffd}' } else { character };
    let source: String = source.chars().map(safe).collect();
    let drawn = case::draw_excerpt(&clean(path), first_line, &source, &labels, &short, style);
    for line in drawn.lines() {
        page.line(line);
    }
    page.gap();
    if is_wide {
        page.entry("expected", Tone::Plain, &shortened(&clean(&leading.expected), WORD_SHOWN));
        page.entry("got", Tone::Plain, &shortened(&clean(&leading.actual), WORD_SHOWN));
    }
}

fn also(page: &mut Page, picture: &Picture) {
    let mut lines = Vec::new();
    for (mismatch, count) in &picture.others {
        let tolerated = if mismatch.tolerated { ", tolerated" } else { "" };
        let times = if *count > 1 { format!(", {count} times") } else { String::new() };
        let place = format!("{}:{}:{}", clean(&mismatch.at.file), mismatch.at.line, mismatch.at.column);
        let reported = format!(
            "{}: {}{times}{tolerated}",
            mismatch.kind.as_str(),
            sentence(&mismatch.expected, &mismatch.actual)
        );
        let tone = if mismatch.tolerated { Tone::Dim } else { Tone::Plain };
        lines.extend(wrapped(&reported, page.beside_label()).into_iter().map(|line| (tone, line)));
        let place = wrapped(&format!("at {place}"), page.beside_label() - 2);
        lines.extend(place.into_iter().map(|line| (Tone::Dim, format!("  {line}"))));
    }
    if picture.more_others > 0 {
        lines.push((Tone::Dim, counted(picture.more_others, "more mismatch", "more mismatches")));
    }
    page.labelled("also", &lines);
}

fn because(page: &mut Page, cited: &[Cited]) {
    let mut lines = Vec::new();
    for Cited { id, evidence, links } in cited.iter().take(FACTS_SHOWN) {
        let Some(evidence) = evidence else {
            lines.push((Tone::Dim, clean(&id.0)));
            continue;
        };
        let strength = if evidence.old { "old recording".to_owned() } else { evidence.strength.to_string() };
        let date = evidence.as_of.as_deref().map_or_else(String::new, |date| format!(", {}", clean(date)));
        lines.push((Tone::Title, format!("{} ({strength}{date})", clean(&id.0))));
        let text = shortened(&clean(&evidence.fact), FACT_SHOWN);
        let inside = page.beside_label() - 2;
        lines.extend(wrapped(&text, inside).into_iter().map(|line| (Tone::Plain, format!("  {line}"))));
        // A link is not broken, so that a terminal can open it.
        lines.extend(links.iter().map(|link| (Tone::Dim, format!("  {}", clean(link)))));
        if links.is_empty() {
            let source = shortened(&clean(&evidence.source), FACT_SHOWN);
            lines.extend(wrapped(&source, inside).into_iter().map(|line| (Tone::Dim, format!("  {line}"))));
        }
    }
    if cited.len() > FACTS_SHOWN {
        let rest: Vec<String> = cited.iter().skip(FACTS_SHOWN).map(|cited| clean(&cited.id.0)).collect();
        let rest = format!("and {}", enumerated(rest.iter().map(String::as_str)));
        lines.extend(wrapped(&rest, page.beside_label()).into_iter().map(|line| (Tone::Dim, line)));
    }
    page.labelled("because", &lines);
}

fn body_diff(page: &mut Page, diff: &BodyDiff) {
    let bounded =
        |text: &str| clean_lines(text).into_iter().take(DIFF_COMPARED).collect::<Vec<_>>().join("\n");
    let (expected, actual) = (bounded(&diff.expected), bounded(&diff.actual));
    let compared = TextDiff::from_lines(&expected, &actual);
    let mut lines = vec![(Tone::Dim, "- expected, + got".to_owned())];
    for (index, group) in compared.grouped_ops(2).iter().enumerate() {
        if index > 0 {
            lines.push((Tone::Dim, "…".to_owned()));
        }
        for change in group.iter().flat_map(|operation| compared.iter_changes(operation)) {
            let (tone, sign) = match change.tag() {
                ChangeTag::Delete => (Tone::Bad, '-'),
                ChangeTag::Insert => (Tone::Good, '+'),
                ChangeTag::Equal => (Tone::Dim, ' '),
            };
            let text = shortened(change.value().trim_end_matches('\n'), page.beside_label() - 2);
            lines.push((tone, format!("{sign} {text}")));
        }
    }
    let more = lines.len().saturating_sub(DIFF_SHOWN + 1);
    lines.truncate(DIFF_SHOWN + 1);
    if more > 0 {
        lines.push((Tone::Dim, format!("… {more} more lines of the diff are cut")));
    }
    page.labelled("diff", &lines);
}

fn draw_trace(page: &mut Page, label: &str, trace: &Trace) {
    let mut lines: Vec<(Tone, String)> = Vec::new();
    let mut line = String::new();
    for step in trace::steps(trace) {
        if !line.is_empty() {
            line.push_str(" · ");
        }
        if line.chars().count() + step.chars().count() + 2 > page.beside_label() {
            lines.push((Tone::Plain, std::mem::take(&mut line)));
        }
        line.push_str(&step);
    }
    lines.push((Tone::Plain, line));
    let gap = i64::try_from(trace.longest_gap_us).unwrap_or(i64::MAX);
    let held = format!("expected {}; longest gap around a change {}", clean(&trace.expected), millis(gap));
    lines.extend(wrapped(&held, page.beside_label()).into_iter().map(|line| (Tone::Dim, line)));
    page.labelled(label, &lines);
}

fn draw_exchanges(page: &mut Page, shown: &[Exchange], leading: Option<&Exchange>) {
    let Some(first) = shown.first() else { return };
    for exchange in shown {
        let request = &exchange.request;
        let role = match exchange.role {
            Role::Request(_) => "",
            Role::Setup => " (setup)",
            Role::During(_) => " (during)",
            Role::Unchanged(_) => " (is it unchanged?)",
            Role::ConfirmTransient => " (is it still in that state?)",
            Role::Read(_) => " (read)",
            Role::Health => " (does it still answer?)",
            Role::Sample { .. } => " (sample)",
            Role::Calibration => " (calibration)",
            Role::Capability => " (capability)",
            Role::Cleanup => " (clean-up)",
        };
        let attempt = if exchange.repetition > 0 {
            format!(", repetition {}", exchange.repetition + 1)
        } else {
            String::new()
        };
        let signed = if request.signed { "signed" } else { "unsigned" };
        let line = format!(
            "{:>9}  {}{role}{attempt}  {}  {signed}  {}",
            millis(trace::since(first.sent_us, exchange.sent_us)),
            clean(asked_for(request)),
            clean(short_type(&request.content_type)),
            body_size(&request.body)
        );
        page.labelled("request>", &[(Tone::Plain, shortened(&line, page.beside_label()))]);
        if let Some(overrides) = &request.overrides {
            let line = overrides.head.lines().next().unwrap_or_default();
            let corrupted =
                overrides.corrupted.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
            let text = clean(&format!("{line}{corrupted}"));
            page.labelled("", &[(Tone::Plain, shortened(&text, page.beside_label()))]);
        }
        body(page, &request.body, REQUEST_SHOWN);
        let is_leading = leading.is_some_and(|leading| std::ptr::eq(leading, exchange));
        draw_response(page, "response<", exchange, if is_leading { Tone::Bad } else { Tone::Plain });
    }
}

fn draw_response(page: &mut Page, label: &str, exchange: &Exchange, tone: Tone) {
    let took = format!("+{}", millis(trace::since(exchange.sent_us, exchange.received_us)));
    match &exchange.response {
        ResponseText::Answer { status, headers, body: answer, as_it_came } => {
            let header = |name: &str| {
                let found = headers.iter().find(|(header, _)| header == name);
                found.map_or_else(String::new, |(_, value)| format!("  {}", clean(short_type(value))))
            };
            let error = header("x-amzn-errortype");
            let kind = header("content-type");
            let line = format!("{took:>9}  {status}{error}{kind}  {}", body_size(answer));
            page.labelled(label, &[(tone, shortened(&line, page.beside_label()))]);
            for fault in as_it_came.iter().flat_map(|came| &came.faults) {
                page.labelled("", &[(Tone::Bad, shortened(&clean(fault), page.beside_label()))]);
            }
            body(page, answer, BODY_SHOWN);
        }
        ResponseText::None(none) => {
            page.entry(label, tone, &format!("{took:>9}  no answer: {}", clean(&none.text)));
        }
    }
}

/// The operation, or the whole `X-Amz-Target` where that names another.
fn asked_for(request: &RequestText) -> &str {
    match &request.target {
        Some(target) if target.rsplit('.').next() != Some(&request.operation) => target,
        Some(_) | None => &request.operation,
    }
}

/// The content type without what nearly all of them share.
fn short_type(content_type: &str) -> &str {
    content_type.strip_prefix("application/").unwrap_or(content_type)
}

fn body(page: &mut Page, body: &BodyText, most: usize) {
    let (text, form) = match body {
        BodyText::Text(text) => (Cow::Borrowed(text), ""),
        BodyText::Base64(text) => match notation(text) {
            Some(notation) => (Cow::Owned(notation), "cbor "),
            None => (Cow::Borrowed(text), "base64 "),
        },
        BodyText::Cut(cut) => (Cow::Owned(format!("{}…", cut.begins)), "cut "),
    };
    let (kept, was_cut) = cut(&text, most);
    let indent = 2;
    let width = page.beside_label() - indent;
    let mut lines: Vec<(Tone, String)> = clean_lines(&format!("{form}{kept}"))
        .iter()
        .flat_map(|line| wrapped(line, width))
        .map(|line| (Tone::Dim, format!("{:indent$}{line}", "")))
        .collect();
    if was_cut {
        let all = text.chars().count();
        lines.push((Tone::Warn, format!("{:indent$}… cut after {most} of {all} characters", "")));
    }
    page.labelled("", &lines);
}

/// The bytes in CBOR's diagnostic notation, if they are CBOR that a person may like to read.
fn notation(base64: &str) -> Option<String> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(base64).ok()?;
    cbor::parse(&bytes).ok()?;
    Some(cbor::diagnostic(&bytes))
}

fn body_size(body: &BodyText) -> String {
    match body {
        BodyText::Text(text) => size(text.len()),
        BodyText::Base64(text) => size(text.trim_end_matches('=').len() * 3 / 4),
        BodyText::Cut(_) => size(usize::try_from(body.size()).unwrap_or(usize::MAX)),
    }
}

/// A command line, broken between arguments so that it can be copied as it stands.
fn draw_command(page: &mut Page, label: &str, arguments: &[String]) {
    // Room for the backslash that carries on.
    let width = page.width() - LABEL - 2;
    let mut lines: Vec<String> = Vec::new();
    for argument in arguments {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + argument.chars().count() <= width => {
                line.push(' ');
                line.push_str(argument);
            }
            Some(_) => lines.push(format!("  {argument}")),
            None => lines.push(argument.clone()),
        }
    }
    let last = lines.len().saturating_sub(1);
    let carried = |(index, line): (usize, String)| {
        // A pipe carries on by itself.
        let carries = index < last && !line.ends_with('|');
        (Tone::Plain, if carries { format!("{line} \\") } else { line })
    };
    let lines: Vec<_> = lines.into_iter().enumerate().map(carried).collect();
    page.labelled(label, &lines);
}
