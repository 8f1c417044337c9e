//! Putting one trial's question: I/O only.
//!
//! What is evaluated here are predicates that the case declares, on decoded values: a status seen,
//! a stream settled, a call repeated until members match or a deadline passes. What an answer
//! *should* be is the judge's business. Races, repetitions and reading back are in [`more`].

mod more;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::case::ast::{Answer, Call, DeadlineFrom, Step, StepKind, Watch, When};
use crate::model::Value;

use crate::log::{Exchange, ResponseText, Role, StepIndex};
use crate::observe::describe::{Look, Seen};
use crate::observe::reading::Reading;
use crate::observe::{ladder, matching};
use crate::plan::PlannedTrial;
use crate::plan::bind::{Bindings, Unbound, fixture_word};
use crate::plan::{Outgoing, outgoing};
use crate::run::session::{Session, Tag};

/// Puts the question of one trial, in one round.
pub(crate) struct Asker<'run> {
    /// The session.
    pub session: &'run Arc<Session>,
    /// How to look at streams.
    pub look: Look,
    /// The trial.
    pub trial: &'run PlannedTrial,
    /// Names; grows by captures.
    pub bindings: Bindings,
    /// Trial and round of the exchanges.
    pub tag: Tag,
    /// What was exchanged so far, in order of sending.
    pub exchanges: Vec<Exchange>,
}

/// Retries of a throttled call before it stands as the answer.
const THROTTLED_RETRIES: u32 = 4;
/// Time between two polls of a `by:` call.
const POLL: Duration = Duration::from_millis(20);

impl Asker<'_> {
    /// Goes through the steps.
    ///
    /// # Errors
    /// If a name is unbound because an earlier answer lacked what was to be captured.
    pub(crate) async fn ask(&mut self) -> Result<(), Unbound> {
        let steps = &self.trial.case().ask;
        let mut first_accepted = None;
        let mut index = 0;
        while let Some(step) = steps.get(index) {
            let watch = steps.get(index + 1).and_then(Step::watch);
            match &step.kind {
                StepKind::Call(call) => {
                    if !is_due(call, first_accepted) {
                        index += 1 + usize::from(watch.is_some());
                        continue;
                    }
                    let last = match watch {
                        Some(watch) => self.call_and_watch(index, call, watch).await?,
                        None => self.call(index, call).await?,
                    };
                    let reading = Reading::of(self.session.model, &last);
                    first_accepted.get_or_insert(reading.is_success());
                    self.capture(call, &reading);
                    index += 1 + usize::from(watch.is_some());
                }
                StepKind::Watch(_) => index += 1,
                StepKind::Race(race) => {
                    let accepted = self.race(index, race).await?;
                    first_accepted.get_or_insert(accepted);
                    index += 1;
                }
                StepKind::Repeat(repeat) => {
                    if !self.repeat(index, repeat).await? {
                        return Ok(());
                    }
                    first_accepted.get_or_insert(true);
                    index += 1;
                }
                StepKind::Clock(clock) => {
                    if let Some(hook) = &self.session.target.clock {
                        hook.advance(Duration::from_millis(clock.advance.value));
                    }
                    index += 1;
                }
                StepKind::Read(read) => {
                    self.read(index, read).await?;
                    index += 1;
                }
            }
        }
        Ok(())
    }

    fn step_tag(&self, step: usize) -> Tag {
        Tag { role: Role::Ask, step: Some(StepIndex { step, within: None }), attempt: 0, ..self.tag.clone() }
    }

    async fn call(&mut self, step: usize, call: &Call) -> Result<Exchange, Unbound> {
        let outgoing = outgoing(self.session.model, self.trial, call, &self.bindings)?;
        let tag = self.step_tag(step);
        let exchanges = match &call.by {
            None => send_patiently(self.session, tag, &outgoing, call).await,
            Some(by) => {
                let from = self.deadline_origin(step, &by.value.from);
                let patience = u64::try_from(self.session.target.patience.as_micros()).unwrap_or(u64::MAX);
                let within = by.value.millis.saturating_mul(1000).min(patience);
                self.poll(tag, &outgoing, call, from.saturating_add(within)).await
            }
        };
        self.exchanges.extend(exchanges);
        let last = self.exchanges.last().cloned().ok_or_else(|| Unbound("the answer".to_owned()))?;
        self.ask_health(&last).await;
        Ok(last)
    }

    /// Where a deadline counts from: the first sample that shows the status, of the last watch
    /// before the step; the last answer where nothing was watched.
    fn deadline_origin(&self, step: usize, from: &DeadlineFrom) -> u64 {
        let status = match from {
            DeadlineFrom::Answer => None,
            DeadlineFrom::Status(status) => Some(status),
        };
        let watch = (0..step).rev().find(|index| self.trial.case().ask[*index].watch().is_some());
        watch
            .zip(status)
            .and_then(|(watch, status)| {
                let moments = ladder::moments(self.session.model, &self.exchanges, watch);
                let call = ladder::call_window(&self.exchanges, watch);
                ladder::origin(&moments, call, status)
            })
            .or_else(|| self.exchanges.last().map(|exchange| exchange.received_us))
            .unwrap_or_default()
    }

    /// Repeats a call until its declared members match, at least once after the deadline if they
    /// never do.
    async fn poll(&self, tag: Tag, outgoing: &Outgoing, call: &Call, deadline_us: u64) -> Vec<Exchange> {
        let mut exchanges = Vec::new();
        loop {
            let attempt = u32::try_from(exchanges.len()).unwrap_or(u32::MAX);
            let last_chance = self.session.now_us() >= deadline_us;
            let exchange = self.session.exchange(Tag { attempt, ..tag.clone() }, outgoing).await;
            let holds = self.declared_holds(call, &exchange);
            exchanges.push(exchange);
            if holds || last_chance || self.session.is_stopped() {
                return exchanges;
            }
            sleep(POLL).await;
        }
    }

    fn declared_holds(&self, call: &Call, exchange: &Exchange) -> bool {
        let reading = Reading::of(self.session.model, exchange);
        match &call.expect.answer {
            Answer::Accepted { members: Some(tree) } => reading
                .output()
                .is_some_and(|output| matching::holds(tree, output, &self.bindings, self.trial.row())),
            Answer::Accepted { members: None } => reading.is_success(),
            Answer::Refused(refusal) => reading.class() == Some(refusal.error.value.as_str()),
            Answer::Open(_) => true,
        }
    }

    /// After no answer and after a 5xx: does the target still answer, on a new connection?
    async fn ask_health(&mut self, last: &Exchange) {
        let troubled = match &last.response {
            ResponseText::Answer { status, .. } => *status >= 500,
            ResponseText::None(_) => true,
        };
        if troubled {
            let exchange = self.session.ask_health(&self.tag).await;
            self.exchanges.push(exchange);
        }
    }

    fn capture(&mut self, call: &Call, reading: &Reading) {
        for (name, path) in &call.capture {
            let found = path.value.split('.').try_fold(reading.output(), |value, part| {
                let value = value?;
                let inner = match part.parse::<usize>() {
                    Ok(index) => value.as_list().and_then(|list| list.get(index)),
                    Err(_) => value.get(part),
                };
                Some(inner)
            });
            if let Some(Some(value)) = found {
                self.bindings.set(format!("got.{name}"), value.clone());
            }
        }
    }

    async fn call_and_watch(&mut self, step: usize, call: &Call, watch: &Watch) -> Result<Exchange, Unbound> {
        let outgoing = outgoing(self.session.model, self.trial, call, &self.bindings)?;
        let word = fixture_word(watch.fixture.value);
        let stream = self
            .bindings
            .text(&format!("{word}.name"))
            .ok_or_else(|| Unbound(format!("{word}.name")))?
            .to_owned();
        let tag = Tag {
            role: Role::Sample,
            step: Some(StepIndex { step: step + 1, within: None }),
            ..self.tag.clone()
        };
        // The first sample comes back before the call is sent: it warms the connection and shows
        // the old state.
        let (mut samples, mut sampler) = sample(self.session, tag, self.look.at(self.session.model, &stream));
        let mut seen: Vec<Exchange> = samples.recv().await.into_iter().collect();

        let sent = send_patiently(self.session, self.step_tag(step), &outgoing, call).await;
        let Some(last) = sent.last().cloned() else { return Err(Unbound("the answer".to_owned())) };
        self.exchanges.extend(sent);
        let mut meanwhile = JoinSet::new();
        if Reading::of(self.session.model, &last).is_success() {
            self.follow(step + 1, watch, last.received_us, &mut samples, &mut seen, &mut meanwhile).await?;
        }
        // What was told in the log is judged too, or a stored run would be judged by more than
        // the live one. Once the sampler has ended, all that it told is in the channel.
        sampler.shutdown().await;
        while let Ok(sample) = samples.try_recv() {
            seen.push(sample);
        }
        self.exchanges.append(&mut seen);
        while let Some(joined) = meanwhile.join_next().await {
            self.exchanges.extend(joined.unwrap_or_default());
        }
        self.ask_health(&last).await;
        Ok(last)
    }

    /// Follows the samples until the stream has settled or the deadline has passed.
    async fn follow(
        &self,
        step: usize,
        watch: &Watch,
        answered_us: u64,
        samples: &mut UnboundedReceiver<Exchange>,
        seen: &mut Vec<Exchange>,
        meanwhile: &mut JoinSet<Vec<Exchange>>,
    ) -> Result<(), Unbound> {
        let model = self.session.model;
        let target = &self.session.target;
        let mut settling = Settling::new(watch, target.settle, answered_us);
        let deadline = Instant::now() + target.transition_deadline;
        let mut started = vec![false; watch.meanwhile.len()];
        let mut gone = 0;
        loop {
            let exchange = tokio::select! {
                sample = samples.recv() => sample,
                () = sleep_until(deadline) => None,
                () = self.session.stopped() => None,
            };
            let Some(exchange) = exchange else { return Ok(()) };
            let shown = Seen::of(model, &exchange);
            for (index, block) in watch.meanwhile.iter().enumerate() {
                if !started[index] && shown.status() == Some(block.status.value.as_str()) {
                    started[index] = true;
                    self.start_meanwhile(step, index, &block.steps, meanwhile)?;
                }
            }
            gone = if shown == Seen::Gone { gone + 1 } else { 0 };
            let settled = settling.take(&exchange, &shown, |state| {
                let last = watch.ladder.last();
                last.is_some_and(|rung| {
                    matching::members_hold(&rung.members, state, &self.bindings, self.trial.row())
                })
            });
            seen.push(exchange);
            if settled || gone >= GONE_FOR_GOOD {
                return Ok(());
            }
        }
    }

    fn start_meanwhile(
        &self,
        step: usize,
        block: usize,
        steps: &[Step],
        tasks: &mut JoinSet<Vec<Exchange>>,
    ) -> Result<(), Unbound> {
        let mut calls = Vec::new();
        for (index, inner) in steps.iter().enumerate() {
            if let Some(call) = inner.call() {
                let tag = Tag {
                    role: Role::Meanwhile,
                    step: Some(StepIndex { step, within: Some((block, index)) }),
                    ..self.tag.clone()
                };
                let outgoing = outgoing(self.session.model, self.trial, call, &self.bindings)?;
                calls.push((tag, outgoing, call.clone()));
            }
        }
        let session = Arc::clone(self.session);
        tasks.spawn(async move {
            let mut exchanges = Vec::new();
            for (tag, outgoing, call) in calls {
                exchanges.extend(send_patiently(&session, tag, &outgoing, &call).await);
            }
            exchanges
        });
        Ok(())
    }
}

/// Samples in a row that say the stream is gone, before the watch gives up.
const GONE_FOR_GOOD: u32 = 3;

/// Decides, sample by sample, whether a stream has settled: its end state in two samples that are
/// `settle` apart.
struct Settling {
    end_status: Option<String>,
    settle_us: u64,
    answered_us: u64,
    moved: bool,
    since: Option<(u64, Value)>,
}

impl Settling {
    fn new(watch: &Watch, settle: Duration, answered_us: u64) -> Self {
        let end_status = watch
            .ladder
            .last()
            .and_then(|rung| rung.members.get("StreamStatus"))
            .and_then(|tree| matching::literal_text(tree))
            .map(str::to_owned);
        Self {
            end_status,
            settle_us: u64::try_from(settle.as_micros()).unwrap_or(u64::MAX),
            answered_us,
            moved: false,
            since: None,
        }
    }

    fn take(&mut self, exchange: &Exchange, seen: &Seen, at_end: impl Fn(&Value) -> bool) -> bool {
        let Seen::State(state) = seen else { return false };
        if seen.status() != self.end_status.as_deref() {
            self.moved = true;
            self.since = None;
            return false;
        }
        let after_answer = exchange.sent_us >= self.answered_us;
        if !(self.moved || (after_answer && at_end(state))) {
            return false;
        }
        match &self.since {
            Some((since, before)) if before == state => exchange.sent_us >= since + self.settle_us,
            Some(_) | None => {
                self.since = Some((exchange.received_us, state.clone()));
                false
            }
        }
    }
}

/// Looks at a stream again and again, one look in flight, at the target's pace. The receiver gets
/// every look. Dropping the task ends it, also where the question itself is dropped.
fn sample(session: &Arc<Session>, tag: Tag, look: Outgoing) -> (UnboundedReceiver<Exchange>, JoinSet<()>) {
    let (sender, receiver) = unbounded_channel();
    let session = Arc::clone(session);
    let mut task = JoinSet::new();
    task.spawn(async move {
        let pace = session.target.pace();
        let mut attempt = 0;
        loop {
            let started = Instant::now();
            let exchange = session.exchange(Tag { attempt, ..tag.clone() }, &look).await;
            if sender.send(exchange).is_err() {
                return;
            }
            attempt += 1;
            sleep_until(started + pace).await;
        }
    });
    (receiver, task)
}

fn is_due(call: &Call, first_accepted: Option<bool>) -> bool {
    match call.when.as_ref().map(|when| when.value) {
        None => true,
        Some(When::Accepted) => first_accepted == Some(true),
        Some(When::Refused) => first_accepted == Some(false),
    }
}

/// Sends, and sends again while the target asks for patience, unless that is the very answer that
/// the case asks about.
async fn send_patiently(session: &Session, tag: Tag, outgoing: &Outgoing, call: &Call) -> Vec<Exchange> {
    let wants_refusal = match &call.expect.answer {
        Answer::Refused(refusal) => refusal.error.value == "LimitExceededException",
        Answer::Accepted { .. } | Answer::Open(_) => false,
    };
    let mut exchanges = Vec::new();
    let mut pause = Duration::from_millis(100);
    for attempt in 0..=THROTTLED_RETRIES {
        let exchange = session.exchange(Tag { attempt, ..tag.clone() }, outgoing).await;
        let throttled = Reading::of(session.model, &exchange).is_throttled();
        exchanges.push(exchange);
        if !throttled || wants_refusal {
            break;
        }
        // Stopping ends the pause, not the record of what was answered.
        if timeout(pause, session.stopped()).await.is_ok() {
            break;
        }
        pause *= 2;
    }
    exchanges
}
