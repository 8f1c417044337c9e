//! A trial's requests as a shell script: it reaches the trial's state, sends the requests, and deletes the
//! streams, for people who have neither this program nor Rust.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::curl::{curl, quoted};
use super::streams::{notation, streams_in};
use super::text::clean;
use crate::log::{BodyText, Exchange, RequestText, ResponseText, Role, StepIndex};
use crate::run::PREFIX;

#[cfg(test)]
mod tests;

/// A text in a response that is long enough to be an iterator, a token or a sequence number.
static LONG_TEXT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""([^"\\]{20,})""#).expect("the pattern is a constant, and tested"));

/// What a script is made of.
pub(super) struct Source<'a> {
    /// Where the requests go.
    pub(super) endpoint: &'a str,
    /// The trial's id and title.
    pub(super) about: (&'a str, &'a str),
    /// All exchanges of the attempt, samples left out.
    pub(super) exchanges: &'a [Arc<Exchange>],
    /// The streams that the run made for several trials.
    pub(super) shared: &'a BTreeSet<String>,
    /// The step that differs, after which nothing is sent.
    pub(super) last: Option<StepIndex>,
}

/// The script. `Err` says, as a sentence, why there is none.
pub(super) fn script(source: &Source<'_>) -> Result<String, String> {
    let is_setup = |exchange: &&Exchange| exchange.role == Role::Setup;
    let is_sent = |exchange: &&Exchange| {
        let before = match (exchange.role.step(), source.last) {
            (Some(step), Some(last)) => step <= last,
            (Some(_) | None, _) => true,
        };
        matches!(exchange.role, Role::Request(_) | Role::During(_)) && exchange.repetition == 0 && before
    };
    let requests: Vec<&Exchange> = source.exchanges.iter().map(AsRef::as_ref).filter(is_sent).collect();
    if requests.is_empty() {
        return Err("the log has no request of the trial".to_owned());
    }
    let mut lines =
        vec!["#!/bin/sh".to_owned(), format!("# {}: {}", clean(source.about.0), clean(source.about.1))];
    let mut steps: Vec<String> = Vec::new();
    let mut made: Vec<String> = Vec::new();
    let borrowed = requests.iter().flat_map(|exchange| streams_in(&exchange.request.body));
    for name in borrowed.filter(|name| source.shared.contains(name)).collect::<BTreeSet<String>>() {
        steps.push(format!(
            "call CreateStream {}",
            quoted(&format!(r#"{{"StreamName":"{name}","ShardCount":1}}"#))
        ));
        steps.push(format!("settle {name}"));
        made.push(name);
    }
    let mut awaited: Option<String> = None;
    for exchange in source.exchanges.iter().map(AsRef::as_ref).filter(is_setup) {
        let request = &exchange.request;
        if request.operation.starts_with("Describe") {
            // The run waited here too.
            steps.extend(awaited.take().map(|name| format!("settle {name}")));
            continue;
        }
        let BodyText::Text(body) = &request.body else {
            return Err("a request of the setup is no text".to_owned());
        };
        let name = streams_in(&request.body).into_iter().next();
        if request.operation == "CreateStream" {
            made.extend(name.clone());
        }
        awaited = name.or(awaited);
        steps.push(format!("call {} {}", quoted_name(&request.operation)?, quoted(body)));
    }
    if !steps.is_empty() {
        lines.extend(functions(source.endpoint)?);
        lines.append(&mut steps);
    }
    if requests.iter().any(|exchange| repeats_a_response(exchange, source.exchanges)) {
        let reported =
            "# A value below is from a response of the run; put the one there that the target gives now.";
        lines.push(reported.to_owned());
    }
    for exchange in requests {
        lines.push(format!("{}; echo", curl(source.endpoint, &exchange.request)?.join(" ")));
    }
    for name in made {
        lines.push(format!(
            "call DeleteStream {} > /dev/null",
            quoted(&format!(r#"{{"StreamName":"{name}"}}"#))
        ));
    }
    Ok(lines.join("\n") + "\n")
}

/// An operation's name, which a log of somebody else may not turn into a command.
fn quoted_name(operation: &str) -> Result<&str, String> {
    let is_name = !operation.is_empty() && operation.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_name { Ok(operation) } else { Err("a request of the setup names no operation".to_owned()) }
}

/// The functions that the lines of the setup call.
fn functions(endpoint: &str) -> Result<Vec<String>, String> {
    let plain = RequestText {
        operation: String::new(),
        target: None,
        content_type: "application/x-amz-json-1.1".to_owned(),
        signed: true,
        body: BodyText::Text(String::new()),
        overrides: None,
    };
    let mut command = curl(endpoint, &plain)?;
    command.pop();
    Ok(vec![
        format!(
            "call() {{ {} -H \"X-Amz-Target: Kinesis_20131202.$1\" --data-raw \"$2\"; echo; }}",
            command.join(" ")
        ),
        "settle() {".to_owned(),
        "  for _ in $(seq 300); do".to_owned(),
        "    call DescribeStreamSummary \"{\\\"StreamName\\\":\\\"$1\\\"}\" |".to_owned(),
        "      grep -Eq '\"StreamStatus\": *\"ACTIVE\"|ResourceNotFoundException' && return".to_owned(),
        "    sleep 0.2".to_owned(),
        "  done".to_owned(),
        "}".to_owned(),
    ])
}

/// True if the request repeats a value of an earlier response, which the target has forgotten by now.
fn repeats_a_response(sent: &Exchange, exchanges: &[Arc<Exchange>]) -> bool {
    let sent_text = notation(&sent.request.body);
    let earlier = exchanges.iter().filter(|exchange| exchange.received_us <= sent.sent_us);
    earlier.filter_map(|exchange| body_of(&exchange.response)).any(|body| {
        let body = notation(body);
        let values = LONG_TEXT.captures_iter(&body).filter_map(|found| found.get(1));
        values.map(|found| found.as_str()).any(|value| !value.contains(PREFIX) && sent_text.contains(value))
    })
}

const fn body_of(response: &ResponseText) -> Option<&BodyText> {
    match response {
        ResponseText::Answer { body, .. } => Some(body),
        ResponseText::None(_) => None,
    }
}
