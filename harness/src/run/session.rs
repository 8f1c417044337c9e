//! One run's connection to its target: sends, times and emits every exchange. What is emitted is
//! redacted, what is returned is not.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::model::{Model, Value};
use crate::wire::{Auth, Client, NoAnswerKind, Overrides, RawSent, Response, Sent};

use crate::log::Redactor;
use crate::log::{
    AsItCame, BodyText, Change, Event, Exchange, LONGEST_KEPT, Lengths, Notice, OverrideText, RequestText,
    ResponseText, Role,
};
use crate::observe::Observed;
use crate::observe::decoded::DecodedResponse;
use crate::plan::Outgoing;
use crate::plan::Target;

use super::journal::Journal;
use super::ledger::Ledger;
use super::rates::Buckets;
use super::silence::Silence;
use super::stop::{Stop, StopReason};

/// Where events go. Called from many tasks; must not block for long.
pub type Emit = Arc<dyn Fn(Event) + Send + Sync>;

/// Samples that a transition should show in.
const SAMPLES: u64 = 25;
/// Time between two samples where nothing was measured: well below the smallest gap that proves
/// something.
const UNMEASURED_PACE_US: u64 = 20_000;
/// The shortest time between two samples.
const SHORTEST_PACE_US: u64 = 1_000;
/// The longest.
const LONGEST_PACE_US: u64 = 400_000;

/// Bytes of bodies that a run takes from a target. The log of such a run can still be read.
const MOST: u64 = 1 << 30;
/// Bytes of bodies that a run takes in bodies that are too long for the log. The whole suite gets none
/// from a correct target.
const MOST_LONG: u64 = 128 << 20;

/// One run's connection to its target.
pub(crate) struct Session {
    /// The target.
    pub target: Target,
    /// The model.
    pub model: &'static Model,
    emit: Emit,
    epoch: Instant,
    redactor: Redactor,
    requests: AtomicU64,
    /// True once a pooled connection was closed in the middle of an exchange.
    hangs_up: AtomicBool,
    /// Time between two samples, in microseconds.
    pace_us: AtomicU64,
    pending: Mutex<Pending>,
    journal: Option<Arc<Journal>>,
    stop: Stop,
    silence: Silence,
    buckets: Buckets,
    /// Bytes of bodies that the target sent, and those of them in long bodies.
    received: AtomicU64,
    received_long: AtomicU64,
}

/// What an exchange is for.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    /// The trial; `None` for what serves the whole run.
    pub trial: Option<Arc<str>>,
    /// What for.
    pub role: Role,
    /// The trial's attempt.
    pub attempt: u32,
    /// How often it was sent before.
    pub repetition: u32,
}

/// A request that has no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unanswered {
    /// The trial that it belongs to.
    pub trial: Option<Arc<str>>,
    /// Its operation.
    pub operation: String,
}

/// Requests by the order in which they were sent.
#[derive(Debug, Default)]
struct Pending {
    next: u64,
    in_flight: BTreeMap<u64, Unanswered>,
    cut_short: BTreeMap<u64, Unanswered>,
}

/// Requests whose connection broke that are kept.
const MOST_CUT_SHORT: usize = 256;

/// An exchange, and whether chance may have kept its response back.
#[derive(Clone, Debug)]
pub(crate) struct Exchanged {
    /// The exchange.
    pub observed: Observed,
    /// True if a connection that others had used was closed before the response came. A server may
    /// close one that was idle just when it is used again.
    pub reused_and_closed: bool,
}

/// What either transport has brought back.
struct Carried {
    sent: Sent,
    overrides: Option<OverrideText>,
    as_it_came: Option<AsItCame>,
}

impl Carried {
    const fn pooled(sent: Sent) -> Self {
        Self { sent, overrides: None, as_it_came: None }
    }

    fn raw(overrides: &Overrides, raw: RawSent) -> Self {
        Self {
            sent: raw.sent,
            overrides: Some(OverrideText {
                head: raw.request_head,
                corrupted: overrides.auth.place().map(str::to_owned),
            }),
            as_it_came: raw.answer_head.map(|head| AsItCame {
                head: Some(head),
                faults: raw.faults.iter().map(ToString::to_string).collect(),
                body: None,
            }),
        }
    }
}

impl Tag {
    /// For what serves the whole run.
    pub(crate) const fn of_run(role: Role) -> Self {
        Self { trial: None, role, attempt: 0, repetition: 0 }
    }

    /// The same with another role, sent for the first time.
    pub(crate) fn with_role(&self, role: Role) -> Self {
        Self { role, repetition: 0, ..self.clone() }
    }
}

impl Session {
    /// Opens a session; its clock starts now.
    pub(crate) fn new(
        target: Target,
        model: &'static Model,
        emit: Emit,
        redactor: Redactor,
        stop: Stop,
    ) -> Self {
        Self {
            buckets: Buckets::new(&target.rates),
            target,
            model,
            emit,
            epoch: Instant::now(),
            redactor,
            requests: AtomicU64::new(0),
            hangs_up: AtomicBool::new(false),
            pace_us: AtomicU64::new(UNMEASURED_PACE_US),
            pending: Mutex::default(),
            journal: None,
            stop,
            silence: Silence::default(),
            received: AtomicU64::new(0),
            received_long: AtomicU64::new(0),
        }
    }

    /// The same, with a file that names the requests under way.
    pub(crate) fn with_journal(self, journal: Option<Arc<Journal>>) -> Self {
        Self { journal, ..self }
    }

    /// Sends, and emits the exchange.
    ///
    /// Some servers close connections that are idle without saying so, some right behind an answer. A
    /// request that meets such a close gets no answer, and it can't be reported whether it was carried out,
    /// so that it is not sent again here. But from then on each request gets a connection of its own:
    /// whoever sends again meets no such close.
    pub(crate) async fn exchange(&self, tag: Tag, outgoing: &Outgoing) -> Exchanged {
        if self.hangs_up.load(Ordering::Relaxed) {
            return self.exchange_fresh(tag, outgoing).await;
        }
        let observed = self.exchange_on(&self.target.client, tag, outgoing).await;
        let pooled = outgoing.overrides.is_none();
        let reused_and_closed = pooled && observed.exchange.response.was_cut_short();
        if reused_and_closed && !self.hangs_up.swap(true, Ordering::Relaxed) {
            let text = "a connection was closed before the response came; from here on each request gets one of its own";
            self.notice(None, text.to_owned());
        }
        Exchanged { observed, reused_and_closed }
    }

    /// Requests, on a connection of its own, something that every Kinesis answers.
    pub(crate) async fn check_health(&self, tag: &Tag) -> Observed {
        let outgoing = Outgoing::call(self.model, "ListStreams", &Value::empty());
        self.exchange_fresh(tag.with_role(Role::Health), &outgoing).await.observed
    }

    /// Whether the target answers HTTP/2's preface, which is no request and stands in no log.
    pub(crate) async fn speaks_http2(&self) -> bool {
        let number = {
            let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
            pending.next += 1;
            pending.next
        };
        if let Some(journal) = &self.journal {
            journal.begin(number, "HTTP/2", None);
        }
        let speaks = self.target.client.speaks_http2().await;
        if let Some(journal) = &self.journal {
            journal.end(number);
        }
        speaks
    }

    /// Sends on a connection of its own, and emits the exchange.
    pub(crate) async fn exchange_fresh(&self, tag: Tag, outgoing: &Outgoing) -> Exchanged {
        let observed = self.exchange_on(&self.target.client.fresh(), tag, outgoing).await;
        Exchanged { observed, reused_and_closed: false }
    }

    async fn exchange_on(&self, client: &Client, tag: Tag, outgoing: &Outgoing) -> Observed {
        self.buckets.take(&outgoing.operation).await;
        let number = self.begin(&tag, outgoing);
        let carried = match &outgoing.overrides {
            None => Carried::pooled(client.send(&outgoing.request).await),
            Some(overrides) => {
                Carried::raw(overrides, client.send_raw(overrides, &outgoing.request.body).await)
            }
        };
        self.requests.fetch_add(1, Ordering::Relaxed);
        let (exchange, decoded) = self.describe(tag, outgoing, carried);
        self.end(number, &exchange);
        self.silence.note(&exchange.response, self.target.process.is_some());
        self.count_bytes(&exchange.response);
        let exchange = Arc::new(exchange);
        self.emit(Event::Exchange(Arc::clone(&exchange)));
        Observed { exchange, decoded }
    }

    /// Ends the run if the target has sent more than a run is willing to take.
    fn count_bytes(&self, response: &ResponseText) {
        let bytes = response.size();
        let counted = |total: &AtomicU64, bytes: u64| total.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let all = counted(&self.received, bytes);
        let long = if bytes > LONGEST_KEPT as u64 { counted(&self.received_long, bytes) } else { 0 };
        let (sent, of, most) = if long > MOST_LONG {
            (long, format!("in bodies of more than {} MiB", LONGEST_KEPT >> 20), MOST_LONG)
        } else if all > MOST {
            (all, "in bodies".to_owned(), MOST)
        } else {
            return;
        };
        self.stop_early(format!(
            "the target sent {} MiB {of}, and a run takes at most {} MiB",
            sent >> 20,
            most >> 20
        ));
    }

    fn begin(&self, tag: &Tag, outgoing: &Outgoing) -> u64 {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.next += 1;
        let number = pending.next;
        let request = Unanswered { trial: tag.trial.clone(), operation: outgoing.operation.clone() };
        pending.in_flight.insert(number, request);
        drop(pending);
        if let Some(journal) = &self.journal {
            journal.begin(number, &outgoing.operation, tag.trial.as_deref());
        }
        number
    }

    /// A request whose connection broke stays among those without a response: the target's process may
    /// have ended over it, which is noticed a little later.
    fn end(&self, number: u64, exchange: &Exchange) {
        if let Some(journal) = &self.journal {
            journal.end(number);
        }
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(request) = pending.in_flight.remove(&number)
            && exchange.response.was_cut_short()
        {
            pending.cut_short.insert(number, request);
            while pending.cut_short.len() > MOST_CUT_SHORT {
                pending.cut_short.pop_first();
            }
        }
    }

    /// The requests that have no response, newest first. They are forgotten: none will get one.
    pub(crate) fn take_unanswered(&self) -> Vec<Unanswered> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = std::mem::take(&mut pending.cut_short);
        all.extend(std::mem::take(&mut pending.in_flight));
        all.into_values().rev().collect()
    }

    /// The exchange, and its response decoded: from the bytes, which the exchange has as text.
    fn describe(&self, tag: Tag, outgoing: &Outgoing, carried: Carried) -> (Exchange, DecodedResponse) {
        let request = &outgoing.request;
        let Carried { sent, overrides, as_it_came } = carried;
        let (outcome, as_it_came) = match sent.outcome {
            Ok(response) => {
                let (response, as_it_came) = self.plain(response, as_it_came);
                (Ok(response), as_it_came)
            }
            Err(none) => (Err(none), None),
        };
        let decoded = DecodedResponse::of_outcome(self.model, &outgoing.operation, &outcome);
        let exchange = Exchange {
            trial: tag.trial.map(|trial| trial.to_string()),
            role: tag.role,
            attempt: tag.attempt,
            repetition: tag.repetition,
            sent_us: micros(sent.sent.saturating_duration_since(self.epoch)),
            received_us: micros(sent.received.saturating_duration_since(self.epoch)),
            request: RequestText {
                operation: outgoing.operation.clone(),
                target: request.target.clone(),
                content_type: request.content_type.clone(),
                signed: match request.auth {
                    Auth::Signed => true,
                    Auth::Unsigned => false,
                },
                body: BodyText::of(&request.body),
                overrides: overrides
                    .map(|overrides| OverrideText { head: overrides.head, corrupted: overrides.corrupted }),
            },
            response: match outcome {
                Ok(Response { status, headers, body }) => ResponseText::Answer {
                    status,
                    headers,
                    body: BodyText::of(&body),
                    as_it_came: as_it_came.map(Box::new),
                },
                Err(none) => ResponseText::None(none),
            },
        };
        (exchange, decoded)
    }

    /// The response without the envelope of the target's dialect, and what it does not show.
    fn plain(&self, response: Response, as_it_came: Option<AsItCame>) -> (Response, Option<AsItCame>) {
        match self.target.dialect.plain(&response) {
            None => (response, as_it_came),
            Some(plain) => {
                let mut as_it_came = as_it_came.unwrap_or_default();
                as_it_came.body = Some(BodyText::of(&response.body));
                (plain, Some(as_it_came))
            }
        }
    }

    /// Emits an event, without what must not be shown.
    pub(crate) fn emit(&self, event: Event) {
        (self.emit)(kept(self.redactor.event(event)));
    }

    /// Emits a notice.
    pub(crate) fn notice(&self, trial: Option<&str>, text: String) {
        self.emit(Event::Notice(Notice { at_us: self.now_us(), trial: trial.map(str::to_owned), text }));
    }

    /// Time between two samples.
    pub(crate) fn pace(&self) -> Duration {
        Duration::from_micros(self.pace_us.load(Ordering::Relaxed))
    }

    /// Samples from now on at a pace at which the shortest transition shows many times.
    pub(crate) fn set_pace(&self, lengths: &Lengths) {
        let updating = [Change::Start, Change::ReKey, Change::Stop];
        let shortest = updating.into_iter().filter_map(|change| lengths.at_least_us(change)).min();
        if let Some(shortest_us) = shortest {
            let pace_us = (shortest_us / SAMPLES).clamp(SHORTEST_PACE_US, LONGEST_PACE_US);
            self.pace_us.store(pace_us, Ordering::Relaxed);
        }
    }

    /// Microseconds since the start of the run.
    pub(crate) fn now_us(&self) -> u64 {
        micros(self.epoch.elapsed())
    }

    /// Requests sent so far.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// True if nothing listens where the target should, by a few attempts: a server that is busy may
    /// refuse a connection once.
    pub(crate) async fn nothing_listens(&self) -> bool {
        for pause_ms in [0, 50, 100, 200] {
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            let observed = self.check_health(&Tag::of_run(Role::Health)).await;
            let refused = match &observed.exchange.response {
                ResponseText::Answer { .. } => false,
                ResponseText::None(none) => none.kind == NoAnswerKind::Refused,
            };
            if !refused {
                return false;
            }
        }
        true
    }

    /// Ends the run early, for a reason that lies in the target.
    pub(crate) fn stop_early(&self, why: String) {
        self.stop.stop_early(why);
    }

    /// Why the run was ended early.
    pub(crate) fn stop_reason(&self) -> Option<StopReason> {
        self.stop.reason()
    }

    /// The streams that the run has made or may have made.
    pub(crate) fn ledger(&self) -> &Ledger {
        self.stop.ledger()
    }

    /// Whether the target still responds.
    pub(crate) const fn silence(&self) -> &Silence {
        &self.silence
    }

    /// True once the run has to end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
    }

    /// When the budget of the run is over; `None` without a budget.
    pub(crate) fn ends_at(&self) -> Option<Timestamp> {
        self.stop.ends_at()
    }

    /// Ends when the run has to end.
    pub(crate) async fn stopped(&self) {
        self.stop.stopped().await;
    }
}

/// An event as it leaves the run: long bodies are cut, after secrets were taken out of them.
fn kept(event: Event) -> Event {
    match event {
        Event::Exchange(exchange) if exchange.is_long() => {
            Event::Exchange(Arc::new(Arc::unwrap_or_clone(exchange).kept()))
        }
        Event::Exchange(_)
        | Event::Header(_)
        | Event::Case(_)
        | Event::Timing(_)
        | Event::Trial(_)
        | Event::Notice(_)
        | Event::Footer(_) => event,
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
