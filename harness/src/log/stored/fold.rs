//! Exchanges that repeat: polling a stream gives the same response again and again, and its text is
//! stored once.
//!
//! The times of all of them are stored. A verdict may depend on each: a deadline counts from the first
//! sample that was sent after a response, and how long a state may have lasted unseen follows from the
//! longest gap between two samples.

use indexmap::IndexMap;

use super::AgainLine;
use crate::log::event::{BodyText, Exchange, ResponseText, Role};

/// For how long times are kept back to share a line, in microseconds of the run: what a run that is
/// killed loses of exchanges whose text it has stored already.
const KEPT_BACK_US: u64 = 1_000_000;
/// Times in a line, at most.
const MOST_TIMES: usize = 1_000;
/// Exchanges that are remembered, at most.
const MOST_REMEMBERED: usize = 256;
/// Names of response headers that differ in every response and that no verdict on a description reads end
/// so: the date, and ids of requests, such as `x-amzn-requestid`, `x-amz-request-id` and `x-amz-id-2`.
const OF_EACH_RESPONSE: [&str; 3] = ["date", "id", "id-2"];

/// The last exchange of each row of equal requests, and the times of those that repeated it since.
#[derive(Debug, Default)]
pub(super) struct Folds(IndexMap<Row, Remembered>);

/// Requests that are sent one after the other for one purpose.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Row {
    trial: Option<String>,
    attempt: u32,
    role: Role,
    operation: String,
    body: BodyText,
}

#[derive(Debug)]
struct Remembered {
    line: u64,
    exchange: Exchange,
    /// `repetition` of the last one.
    repetition: u32,
    again: Option<AgainLine>,
}

/// What becomes of an exchange.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It repeats one that is stored, and its times are kept for an `again` line.
    Again,
    /// It is stored as a whole, behind this line.
    Whole(Option<AgainLine>),
}

impl Folds {
    /// Takes an exchange that repeats the last one of its row.
    pub(super) fn take(&mut self, exchange: &Exchange) -> Taken {
        let Some(row) = Row::of(exchange) else { return Taken::Whole(None) };
        let Some(last) = self.0.get_mut(&row) else { return Taken::Whole(None) };
        let counts_on = exchange.repetition == last.repetition + step(exchange.role);
        if !counts_on || !is_again(&last.exchange, exchange) {
            return Taken::Whole(self.0.shift_remove(&row).and_then(|last| last.again));
        }
        last.repetition = exchange.repetition;
        let again = last.again.get_or_insert_with(|| AgainLine {
            line: last.line,
            repetition: exchange.repetition,
            count: 0,
            times: Vec::new(),
        });
        again.count += 1;
        again.times.push((exchange.sent_us, exchange.received_us));
        Taken::Again
    }

    /// Remembers an exchange that is stored as a whole in that line. Returns what has to be stored of one
    /// that is forgotten in its place.
    pub(super) fn remember(&mut self, line: u64, exchange: &Exchange) -> Option<AgainLine> {
        let row = Row::of(exchange)?;
        let oldest = (self.0.len() >= MOST_REMEMBERED).then(|| self.0.shift_remove_index(0)).flatten();
        let repetition = exchange.repetition;
        self.0.insert(row, Remembered { line, exchange: exchange.clone(), repetition, again: None });
        oldest.and_then(|(_, oldest)| oldest.again)
    }

    /// What was kept back for long enough.
    pub(super) fn due(&mut self, now_us: u64) -> Vec<AgainLine> {
        self.take_if(|_, again| {
            let first_us = again.times.first().map_or(0, |(_, received_us)| *received_us);
            again.times.len() >= MOST_TIMES || now_us.saturating_sub(first_us) >= KEPT_BACK_US
        })
    }

    /// All that was kept back of a trial, which is over.
    pub(super) fn of_trial(&mut self, trial: &str) -> Vec<AgainLine> {
        let kept = self.take_if(|row, _| row.trial.as_deref() == Some(trial));
        self.0.retain(|row, _| row.trial.as_deref() != Some(trial));
        kept
    }

    /// All that was kept back.
    pub(super) fn all(&mut self) -> Vec<AgainLine> {
        self.take_if(|_, _| true)
    }

    fn take_if(&mut self, is_due: impl Fn(&Row, &AgainLine) -> bool) -> Vec<AgainLine> {
        let due = |(row, last): (&Row, &mut Remembered)| last.again.take_if(|again| is_due(row, again));
        self.0.iter_mut().filter_map(due).collect()
    }
}

impl Row {
    /// `None` for an exchange that is always stored as a whole: a case may expect something of it.
    fn of(exchange: &Exchange) -> Option<Self> {
        is_poll(exchange.role).then(|| Self {
            trial: exchange.trial.clone(),
            attempt: exchange.attempt,
            role: exchange.role,
            operation: exchange.request.operation.clone(),
            body: exchange.request.body.clone(),
        })
    }
}

/// True for exchanges that a target may be sent again and again, and of which no case expects anything but
/// what they describe.
pub(super) const fn is_poll(role: Role) -> bool {
    match role {
        Role::Sample { .. } | Role::Setup | Role::Calibration | Role::Cleanup => true,
        Role::Capability
        | Role::Request(_)
        | Role::During(_)
        | Role::Unchanged(_)
        | Role::ConfirmTransient
        | Role::Read(_)
        | Role::Health => false,
    }
}

/// By how much `repetition` counts up from one exchange of a row to the next.
pub(super) const fn step(role: Role) -> u32 {
    match role {
        Role::Sample { .. } => 1,
        Role::Capability
        | Role::Calibration
        | Role::Setup
        | Role::Request(_)
        | Role::During(_)
        | Role::Unchanged(_)
        | Role::ConfirmTransient
        | Role::Read(_)
        | Role::Health
        | Role::Cleanup => 0,
    }
}

/// True if a request and its response say the same as an earlier one and its response.
fn is_again(stored: &Exchange, other: &Exchange) -> bool {
    stored.request == other.request
        && match (&stored.response, &other.response) {
            (
                ResponseText::Answer { status, headers, body, as_it_came },
                ResponseText::Answer {
                    status: other_status,
                    headers: other_headers,
                    body: other_body,
                    as_it_came: other_as_it_came,
                },
            ) => {
                status == other_status
                    && body == other_body
                    && as_it_came == other_as_it_came
                    && lasting(headers).eq(lasting(other_headers))
            }
            (ResponseText::None(none), ResponseText::None(other)) => none == other,
            (ResponseText::Answer { .. }, ResponseText::None(_))
            | (ResponseText::None(_), ResponseText::Answer { .. }) => false,
        }
}

/// The headers that do not differ in every response.
fn lasting(headers: &[(String, String)]) -> impl Iterator<Item = &(String, String)> {
    headers.iter().filter(|(name, _)| !OF_EACH_RESPONSE.into_iter().any(|end| name.ends_with(end)))
}

/// An exchange that repeats a stored one, without what was not stored of it.
pub(super) fn repeated(stored: &Exchange, repetition: u32, (sent_us, received_us): (u64, u64)) -> Exchange {
    let mut exchange = Exchange { repetition, sent_us, received_us, ..stored.clone() };
    if let ResponseText::Answer { headers, .. } = &mut exchange.response {
        *headers = lasting(headers).cloned().collect();
    }
    exchange
}
