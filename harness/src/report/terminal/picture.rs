//! One trial drawn: where it differs, why that is a rule, what was sent and what came.

use std::borrow::Cow;

use similar::{ChangeTag, TextDiff};

use super::page::{LABEL, Page, Tone};
use super::{Again, Options, trace};
use crate::case::{self, ExcerptLabel};
use crate::facts::FactId;
use crate::log::{
    BodyDiff, BodyText, CaseText, Exchange, Mismatch, MismatchKind, Outcome, RequestText, ResponseText, Role,
    StepIndex, TrialVerdict, is_unsafe,
};
use crate::report::cause::Cause;
use crate::report::curl::{curl, quoted_if_needed};
use crate::report::summary::Summary;
use crate::report::text::{clean, clean_lines, cut, level, millis, shortened, size, wrapped};
use crate::run::PREFIX;
use crate::wire::cbor;

/// Of an answer's body, this many characters are shown.
const BODY_SHOWN: usize = 1_200;

/// Of a request's body, this many characters are shown; the command line holds all of it.
const REQUEST_SHOWN: usize = 300;

/// Of a diff, this many lines are shown.
const DIFF_SHOWN: usize = 40;

/// Of each body, this many lines are compared; what is longer would take long.
const DIFF_COMPARED: usize = 2_000;

/// Of a trial's exchanges, this many are shown, the last ones.
const EXCHANGES_SHOWN: usize = 6;

/// Of an expectation and of what came, this many characters are shown.
pub(super) const WORD_SHOWN: usize = 160;

/// On a caret, this many characters of what came are shown, at least.
const LABEL_SHOWN: usize = 24;

/// Draws a trial. `cause` is what its group is about; without one its first mismatch leads.
pub(super) fn draw(
    page: &mut Page,
    summary: &Summary,
    trial: &TrialVerdict,
    cause: Option<&Cause>,
    options: &Options,
) {
    let leads = |mismatch: &&Mismatch| cause.is_none_or(|cause| *cause == Cause::of(mismatch));
    let leading = trial.mismatches.iter().find(leads).or_else(|| trial.mismatches.first());
    let case = summary.case(trial);
    if let Some(leading) = leading {
        excerpt(page, case, trial, leading);
    }
    page.entry("trial", Tone::Plain, &clean(&trial.id));
    if let Some(case) = case {
        page.entry("title", Tone::Plain, &clean(&case.title));
    }
    if let Some(leading) = leading {
        let kind = leading.kind.as_str();
        page.entry("kind", Tone::Plain, &format!("{kind}, {}", level(leading.level)));
    }
    if let Some(reason) = &trial.reason {
        page.entry("reason", Tone::Plain, &clean(reason));
    }
    let leading_index =
        leading.and_then(|leading| trial.mismatches.iter().position(|other| std::ptr::eq(other, leading)));
    let others = trial.mismatches.iter().enumerate().filter(|(index, _)| Some(*index) != leading_index);
    also(page, others.map(|(_, mismatch)| mismatch));
    because(page, summary, leading, trial);
    // Where an error was expected and something was accepted, the bodies have nothing in common.
    let comparable = |leading: &&Mismatch| leading.kind != MismatchKind::Status;
    if let Some(diff) = leading.filter(comparable).and_then(|leading| leading.diff.as_ref()) {
        body_diff(page, diff);
    }
    traces(page, trial);
    let shown = exchanges(summary, trial);
    draw_exchanges(page, &shown, leading.map(|leading| leading.step));
    repeat(page, summary, trial, leading.and_then(|leading| exchange_of(&shown, leading.step)), options);
}

/// `expected A, got B`.
pub(super) fn sentence(expected: &str, actual: &str) -> String {
    let short = |text: &str| shortened(&clean(text), WORD_SHOWN);
    format!("expected {}, got {}", short(expected), short(actual))
}

fn excerpt(page: &mut Page, text: Option<&CaseText>, trial: &TrialVerdict, leading: &Mismatch) {
    let in_case = |mismatch: &&Mismatch| text.is_some_and(|text| text.file == mismatch.at.file);
    let label = |mismatch: &Mismatch| {
        let before = mismatch.at.column.saturating_add(mismatch.at.length);
        let room =
            page.width().saturating_sub(usize::try_from(before).unwrap_or(usize::MAX)).saturating_sub(14);
        ExcerptLabel {
            line: mismatch.at.line,
            column: mismatch.at.column,
            length: mismatch.at.length,
            text: format!("got {}", shortened(&clean(&mismatch.actual), room.max(LABEL_SHOWN))),
            primary: std::ptr::eq(mismatch, leading),
        }
    };
    let labels: Vec<ExcerptLabel> = trial.mismatches.iter().filter(in_case).map(label).collect();
    let (path, first_line, source) = text.map_or((leading.at.file.as_str(), leading.at.line, ""), |text| {
        (text.file.as_str(), text.first_line, &*text.source)
    });
    let title = sentence(&leading.expected, &leading.actual);
    let style = case::Style { color: page.color(), width: page.width() };
    // One character for one, so that columns stay true.
    let safe =
        |character: char| if character != '\n' && is_unsafe(character) { '\u{fffd}' } else { character };
    let source: String = source.chars().map(safe).collect();
    let drawn = case::draw_excerpt(&clean(path), first_line, &source, &labels, &title, style);
    for line in drawn.lines() {
        page.line(line);
    }
    page.gap();
}

fn also<'a>(page: &mut Page, others: impl Iterator<Item = &'a Mismatch>) {
    let mut lines = Vec::new();
    for mismatch in others {
        let tolerated = if mismatch.tolerated { ", tolerated" } else { "" };
        let place = format!("{}:{}:{}", clean(&mismatch.at.file), mismatch.at.line, mismatch.at.column);
        let reported = format!(
            "{}: {}{tolerated}",
            mismatch.kind.as_str(),
            sentence(&mismatch.expected, &mismatch.actual)
        );
        let tone = if mismatch.tolerated { Tone::Dim } else { Tone::Plain };
        lines.extend(wrapped(&reported, page.beside_label()).into_iter().map(|line| (tone, line)));
        lines.push((Tone::Dim, format!("  at {place}")));
    }
    page.labelled("also", &lines);
}

fn because(page: &mut Page, summary: &Summary, leading: Option<&Mismatch>, trial: &TrialVerdict) {
    let cited: Vec<&FactId> = match leading {
        Some(leading) => leading.because.iter().collect(),
        None => trial.evidence.iter().collect(),
    };
    let mut lines = Vec::new();
    for id in cited {
        let Some(evidence) = summary.fact(id) else {
            lines.push((Tone::Dim, clean(&id.0)));
            continue;
        };
        let strength = if evidence.old { "old recording".to_owned() } else { evidence.strength.to_string() };
        let date = evidence.as_of.as_deref().map_or_else(String::new, |date| format!(", {}", clean(date)));
        lines.push((Tone::Title, format!("{} ({strength}{date})", clean(&id.0))));
        let reported = [(Tone::Plain, &evidence.fact), (Tone::Dim, &evidence.source)];
        for (tone, text) in reported {
            let text = shortened(&clean(text), 400);
            let lines_of = wrapped(&text, page.beside_label() - 2).into_iter();
            lines.extend(lines_of.map(|line| (tone, format!("  {line}"))));
        }
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

fn traces(page: &mut Page, trial: &TrialVerdict) {
    for trace in &trial.traces {
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
        let held =
            format!("expected {}; longest gap around a change {}", clean(&trace.expected), millis(gap));
        lines.extend(wrapped(&held, page.beside_label()).into_iter().map(|line| (Tone::Dim, line)));
        page.labelled("trace", &lines);
    }
}

/// The exchanges worth showing: of each call the last sending; setup, and the look whether anything
/// changed, only where they were the trouble.
fn exchanges<'a>(summary: &'a Summary, trial: &TrialVerdict) -> Vec<&'a Exchange> {
    let setup = matches!(trial.outcome, Outcome::Blocked | Outcome::Error);
    let changed = trial.mismatches.iter().any(|mismatch| mismatch.kind == MismatchKind::StateChanged);
    let wanted = |exchange: &&Exchange| match exchange.role {
        Role::Setup => setup,
        Role::Unchanged(_) => changed,
        Role::Request(_) | Role::During(_) | Role::ConfirmTransient | Role::Read(_) | Role::Health => true,
        Role::Capability | Role::Calibration | Role::Sample { .. } | Role::Cleanup => false,
    };
    let mut shown: Vec<&Exchange> = Vec::new();
    for exchange in summary.exchanges(&trial.id).iter().map(AsRef::as_ref).filter(wanted) {
        let same_call = |earlier: &&Exchange| {
            earlier.role == exchange.role
                && earlier.request.operation == exchange.request.operation
                && exchange.repetition > earlier.repetition
        };
        if shown.last().is_some_and(same_call) {
            shown.pop();
        }
        shown.push(exchange);
    }
    let surplus = shown.len().saturating_sub(EXCHANGES_SHOWN);
    shown.split_off(surplus)
}

fn draw_exchanges(page: &mut Page, shown: &[&Exchange], step: Option<StepIndex>) {
    let Some(first) = shown.first() else { return };
    let leading = step.and_then(|step| exchange_of(shown, step));
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
        let took = format!("+{}", millis(trace::since(exchange.sent_us, exchange.received_us)));
        let tone = if leading.is_some_and(|leading| std::ptr::eq(leading, *exchange)) {
            Tone::Bad
        } else {
            Tone::Plain
        };
        match &exchange.response {
            ResponseText::Answer { status, headers, body: answer, as_it_came } => {
                let header = |name: &str| {
                    let found = headers.iter().find(|(header, _)| header == name);
                    found.map_or_else(String::new, |(_, value)| format!("  {}", clean(short_type(value))))
                };
                let error = header("x-amzn-errortype");
                let kind = header("content-type");
                let line = format!("{took:>9}  {status}{error}{kind}  {}", body_size(answer));
                page.labelled("response<", &[(tone, shortened(&line, page.beside_label()))]);
                for fault in as_it_came.iter().flat_map(|came| &came.faults) {
                    page.labelled("", &[(Tone::Bad, shortened(&clean(fault), page.beside_label()))]);
                }
                body(page, answer, BODY_SHOWN);
            }
            ResponseText::None(none) => {
                page.entry("response<", tone, &format!("{took:>9}  no answer: {}", clean(&none.text)));
            }
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

/// The exchange that a mismatch is about: of its step, or the last call before it.
fn exchange_of<'a>(shown: &[&'a Exchange], step: StepIndex) -> Option<&'a Exchange> {
    let calls =
        || shown.iter().rev().filter(|exchange| matches!(exchange.role, Role::Request(_) | Role::During(_)));
    let same = calls().find(|exchange| exchange.role.step() == Some(step));
    same.or_else(|| calls().find(|exchange| exchange.role.step() <= Some(step)))
        .or_else(|| shown.last())
        .copied()
}

fn repeat(
    page: &mut Page,
    summary: &Summary,
    trial: &TrialVerdict,
    exchange: Option<&Exchange>,
    options: &Options,
) {
    let (label, mut arguments) = match &options.again {
        Again::Program => again_by_program(summary, options),
        Again::CargoTest { target } => {
            let arguments = ["cargo test --test", &quoted_if_needed(target), "-- --exact"];
            ("run", arguments.map(str::to_owned).to_vec())
        }
    };
    arguments.push(quoted_if_needed(&trial.id));
    command(page, label, &arguments);
    let Some(exchange) = exchange else { return };
    let endpoint = summary.header.as_ref().map_or("", |header| header.target.endpoint.as_str());
    match curl(endpoint, &exchange.request) {
        Ok(arguments) => {
            command(page, "curl", &arguments);
            if names_a_stream(&exchange.request.body) {
                let reported =
                    format!("the run's streams are deleted by now; `{label}` makes new ones first");
                page.entry("", Tone::Dim, &reported);
            }
        }
        Err(reason) => page.entry("curl", Tone::Dim, &format!("none: {}", clean(&reason))),
    }
}

fn again_by_program(summary: &Summary, options: &Options) -> (&'static str, Vec<String>) {
    let mut arguments = vec![quoted_if_needed(&options.program)];
    match (&options.log, &summary.header) {
        (Some(log), _) => arguments.extend(["replay".to_owned(), quoted_if_needed(log)]),
        (None, Some(header)) => {
            arguments.push("run".to_owned());
            arguments.extend(header.target_arguments.iter().map(|argument| quoted_if_needed(argument)));
        }
        (None, None) => arguments.push("run".to_owned()),
    }
    (if options.log.is_some() { "replay" } else { "run" }, arguments)
}

/// True if a request is about a stream of the run, which no longer is when somebody reads of it.
fn names_a_stream(body: &BodyText) -> bool {
    match body {
        BodyText::Text(text) => text.contains(PREFIX),
        BodyText::Base64(text) => notation(text).is_some_and(|text| text.contains(PREFIX)),
        BodyText::Cut(cut) => cut.begins.contains(PREFIX),
    }
}

/// A command line, broken between arguments so that it can be copied as it stands.
fn command(page: &mut Page, label: &str, arguments: &[String]) {
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
