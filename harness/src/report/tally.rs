//! What a target answered with, counted by what it looks like from afar.

use std::collections::BTreeMap;

use crate::log::{BodyText, CutBody, Exchange, ResponseText, Role};
use crate::wire::NoAnswerKind;

/// Fewer answers than this prove nothing about a setup.
pub(super) const FEWEST: usize = 5;

/// Kinds of answers that are distinguished, at most; a hostile target could make up any number.
const MOST_KINDS: usize = 256;

/// What the target answered with, counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) total: usize,
    pub(super) by_kind: BTreeMap<AnswerKind, usize>,
    pub(super) answered: usize,
    pub(super) silence: Silence,
}

/// Requests without an answer since the last that had one.
#[derive(Clone, Debug, Default)]
pub(super) struct Silence {
    pub(super) requests: usize,
    /// When the first of them was given up, in microseconds since the start of the run.
    pub(super) since_us: u64,
    /// The trials whose requests were under way then, in the order in which they were given up.
    pub(super) under_way: Vec<String>,
}

/// What an answer looks like from afar.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AnswerKind {
    Refused,
    TimedOut,
    Closed,
    NotHttp,
    Tls,
    Untrusted,
    TooLong,
    WebPage { status: u16 },
    Envelope,
    Answer { status: u16, class: Option<String> },
}

impl Tally {
    /// Counts one answer. Only plain requests count: what a sampler polls would drown the rest.
    pub(super) fn add(&mut self, exchange: &Exchange) {
        match exchange.role {
            Role::Capability
            | Role::Setup
            | Role::Calibration
            | Role::Request(_)
            | Role::During(_)
            | Role::Unchanged(_)
            | Role::ConfirmTransient
            | Role::Read(_)
            | Role::Health => {}
            Role::Sample { .. } | Role::Cleanup => return,
        }
        self.total += 1;
        let kind = AnswerKind::of(&exchange.response);
        if self.by_kind.len() < MOST_KINDS || self.by_kind.contains_key(&kind) {
            *self.by_kind.entry(kind).or_default() += 1;
        }
        match &exchange.response {
            ResponseText::Answer { .. } => {
                self.answered += 1;
                self.silence = Silence::default();
            }
            ResponseText::None(_) => self.silence.add(exchange),
        }
    }

    pub(super) fn commonest(&self) -> Option<(&AnswerKind, usize)> {
        let most = self.by_kind.iter().max_by_key(|(_, count)| **count)?;
        (self.total >= FEWEST && most.1 * 10 >= self.total * 9).then_some((most.0, *most.1))
    }
}

impl Silence {
    fn add(&mut self, exchange: &Exchange) {
        if self.requests == 0 {
            self.since_us = exchange.received_us;
        }
        self.requests += 1;
        if exchange.sent_us <= self.since_us
            && let Some(trial) = &exchange.trial
            && !self.under_way.contains(trial)
        {
            self.under_way.push(trial.clone());
        }
    }
}

impl AnswerKind {
    pub(super) fn of(response: &ResponseText) -> Self {
        match response {
            ResponseText::None(none) => match none.kind {
                NoAnswerKind::Refused => Self::Refused,
                NoAnswerKind::TimedOut => Self::TimedOut,
                NoAnswerKind::Closed => Self::Closed,
                NoAnswerKind::NotHttp => Self::NotHttp,
                NoAnswerKind::Tls => Self::Tls,
                NoAnswerKind::Untrusted => Self::Untrusted,
                NoAnswerKind::TooLong => Self::TooLong,
            },
            ResponseText::Answer { status, headers, body, as_it_came: _ } => {
                if is_web_page(headers, body) {
                    Self::WebPage { status: *status }
                } else if crate::wire::dialect::is_envelope(&body.bytes()) {
                    Self::Envelope
                } else {
                    Self::Answer { status: *status, class: error_class(headers, body) }
                }
            }
        }
    }
}

fn is_web_page(headers: &[(String, String)], body: &BodyText) -> bool {
    let declared = header(headers, "content-type").is_some_and(|value| value.starts_with("text/html"));
    let starts = match body {
        BodyText::Text(text) | BodyText::Cut(CutBody { begins: text, .. }) => {
            let start: String = text.trim_start().chars().take(14).collect::<String>().to_ascii_lowercase();
            start.starts_with("<!doctype html") || start.starts_with("<html")
        }
        BodyText::Base64(_) => false,
    };
    declared || starts
}

/// The class of an error, bare, where a client would look for it.
fn error_class(headers: &[(String, String)], body: &BodyText) -> Option<String> {
    let in_body = || match body {
        BodyText::Text(text) => {
            let members: serde_json::Value = serde_json::from_str(text).ok()?;
            let class = members.get("__type").or_else(|| members.get("code"))?;
            class.as_str().map(str::to_owned)
        }
        BodyText::Base64(_) | BodyText::Cut(_) => None,
    };
    let class = header(headers, "x-amzn-errortype").map(str::to_owned).or_else(in_body)?;
    let bare = class.split(':').next().unwrap_or_default();
    Some(bare.rsplit('#').next().unwrap_or_default().to_owned())
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
}
