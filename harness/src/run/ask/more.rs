//! Races, repetitions and reading back: I/O only.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::case::ast::{Race, Read, Repeat};
use crate::model::Value;
use crate::wire::encode;

use super::{Asker, send_patiently};
use crate::log::{Exchange, Role, StepIndex};
use crate::observe::describe::Seen;
use crate::observe::reading::Reading;
use crate::plan::bind::{Unbound, fixture_word};
use crate::plan::{Outgoing, outgoing};
use crate::run::session::Tag;

/// The pause between two rounds of reading, at first; it doubles up to [`LONGEST_PAUSE`].
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
/// The service answers five reads of a shard in a second.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

impl Asker<'_> {
    /// Sends all calls at the same moment. True if at least one was accepted.
    ///
    /// # Errors
    /// If a name is unbound.
    pub(crate) async fn race(&mut self, step: usize, race: &Race) -> Result<bool, Unbound> {
        let mut racers = JoinSet::new();
        for (index, call) in race.calls.iter().enumerate() {
            let outgoing = outgoing(self.session.model, self.trial, call, &self.bindings)?;
            let tag = self.inner_tag(Role::Ask, step, (0, index));
            let session = Arc::clone(self.session);
            racers.spawn(async move { session.exchange(tag, &outgoing).await });
        }
        let mut accepted = false;
        let mut last: Option<Exchange> = None;
        for exchange in racers.join_all().await {
            accepted |= Reading::of(self.session.model, &exchange).is_success();
            self.exchanges.push(exchange.clone());
            last = Some(exchange);
        }
        if let Some(last) = last {
            self.ask_health(&last).await;
        }
        Ok(accepted)
    }

    /// Sends the calls of all rounds, awaiting ACTIVE after each accepted one. False if an answer
    /// was not as declared, after which nothing more is sent.
    ///
    /// # Errors
    /// If a name is unbound.
    pub(crate) async fn repeat(&mut self, step: usize, repeat: &Repeat) -> Result<bool, Unbound> {
        for round in 0..repeat.times.value as usize {
            for (index, inner) in repeat.steps.iter().enumerate() {
                let Some(call) = inner.call() else { continue };
                let outgoing = outgoing(self.session.model, self.trial, call, &self.bindings)?;
                let tag = self.inner_tag(Role::Ask, step, (round, index));
                let sent = send_patiently(self.session, tag, &outgoing, call).await;
                let Some(last) = sent.last().cloned() else { return Ok(false) };
                self.exchanges.extend(sent);
                if !self.declared_holds(call, &last) || self.session.is_stopped() {
                    self.ask_health(&last).await;
                    return Ok(false);
                }
                if Reading::of(self.session.model, &last).is_success() {
                    self.await_active(step).await;
                }
            }
        }
        Ok(true)
    }

    /// Looks at the stream until it is ACTIVE, or the deadline of transitions has passed.
    async fn await_active(&mut self, step: usize) {
        let Some(stream) = self.bindings.text("stream.name").map(str::to_owned) else { return };
        let look = self.look.at(self.session.model, &stream);
        let deadline = Instant::now() + self.session.target.transition_deadline;
        let mut attempt = 0;
        loop {
            let tag = Tag {
                role: Role::Sample,
                step: Some(StepIndex { step, within: None }),
                attempt,
                ..self.tag.clone()
            };
            let exchange = self.session.exchange(tag, &look).await;
            let active = Seen::of(self.session.model, &exchange).status() == Some("ACTIVE");
            self.exchanges.push(exchange);
            if active || Instant::now() >= deadline || self.session.is_stopped() {
                return;
            }
            attempt += 1;
            sleep(self.session.target.pace()).await;
        }
    }

    /// Reads every shard from its beginning until as many records came as are stated, and once
    /// more, or the time is up.
    ///
    /// # Errors
    /// If the stream has no name.
    pub(crate) async fn read(&mut self, step: usize, read: &Read) -> Result<(), Unbound> {
        let name = format!("{}.name", fixture_word(read.fixture.value));
        let stream = self.bindings.get(&name).cloned().ok_or(Unbound(name))?;
        let deadline = Instant::now() + Duration::from_millis(read.within);
        let input = Value::from([("StreamName", stream.clone())]);
        let tag = Tag { role: Role::Read, step: Some(StepIndex { step, within: None }), ..self.tag.clone() };
        let described = self.send_read(tag, "DescribeStream", &input).await;
        let mut iterators = Vec::new();
        for (shard, id) in shard_ids(&described).into_iter().enumerate() {
            let input = Value::from([
                ("StreamName", stream.clone()),
                ("ShardId", id),
                ("ShardIteratorType", Value::from("TRIM_HORIZON")),
            ]);
            let tag = self.inner_tag(Role::Read, step, (shard, 0));
            let output = self.send_read(tag, "GetShardIterator", &input).await;
            iterators.push(output.get("ShardIterator").cloned());
        }
        let mut seen = 0;
        let mut pause = SHORTEST_PAUSE;
        for call in 1.. {
            let complete = seen >= read.records.len();
            for (shard, place) in iterators.iter_mut().enumerate() {
                let Some(iterator) = place.clone() else { continue };
                let input = Value::from([("ShardIterator", iterator)]);
                let tag = self.inner_tag(Role::Read, step, (shard, call));
                let output = self.send_read(tag, "GetRecords", &input).await;
                seen += output.get("Records").and_then(Value::as_list).map_or(0, <[Value]>::len);
                // A refused read leaves the iterator: it may be asked again.
                if output.get("Records").is_some() {
                    *place = output.get("NextShardIterator").cloned();
                }
            }
            // Once more after the last: a record that comes twice is to be seen.
            if complete || Instant::now() >= deadline || self.session.is_stopped() {
                break;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Ok(())
    }

    /// Sends a call of reading in the trial's encoding; the output, empty if it was not accepted.
    async fn send_read(&mut self, tag: Tag, operation: &str, input: &Value) -> Value {
        let body = encode(self.trial.encoding, input);
        let outgoing = Outgoing::encoded(self.session.model, operation, self.trial.encoding, body);
        let exchange = self.session.exchange(tag, &outgoing).await;
        let output = Reading::of(self.session.model, &exchange).output().cloned();
        self.exchanges.push(exchange);
        output.unwrap_or_else(Value::empty)
    }

    fn inner_tag(&self, role: Role, step: usize, within: (usize, usize)) -> Tag {
        Tag { role, step: Some(StepIndex { step, within: Some(within) }), ..self.tag.clone() }
    }
}

fn shard_ids(described: &Value) -> Vec<Value> {
    let shards = described.get("StreamDescription").and_then(|stream| stream.get("Shards"));
    let shards = shards.and_then(Value::as_list).unwrap_or_default();
    shards.iter().filter_map(|shard| shard.get("ShardId").cloned()).collect()
}
