//! Reads a stream back from its beginning, until as many records came as are stated, and once more.

use crate::case::ast::Read;
use crate::log::{Role, StepIndex};
use crate::model::Value;
use crate::plan::bind::Unbound;

use super::super::Observed;
use super::{DueRequest, Going, Machine};

/// The pause between two repetitions over the shards, at first, in microseconds; it doubles up to
/// [`LONGEST_PAUSE_US`].
const SHORTEST_PAUSE_US: u64 = 5_000;
/// The service answers five reads of a shard in a second.
const LONGEST_PAUSE_US: u64 = 250_000;

/// A read under way.
#[derive(Clone, Debug)]
pub(super) struct ReadState {
    stream: Value,
    within_us: u64,
    wanted: usize,
    deadline_us: u64,
    shards: Vec<Value>,
    iterators: Vec<Option<Value>>,
    /// The number of the repetition over the shards, from 1; 0 while iterators are requested.
    repetition: usize,
    seen: usize,
    /// True if all records had come when the repetition began: it is the last.
    last_repetition: bool,
    pause_us: u64,
}

impl Machine<'_> {
    pub(super) fn begin_read(&mut self, read: &Read) -> Result<ReadState, Unbound> {
        let stream = Value::from(self.bindings.stream_name(read.fixture.value)?);
        let input = Value::from([("StreamName", stream.clone())]);
        self.send(
            Role::Read(StepIndex::whole(self.at)),
            0,
            DueRequest::Operation("DescribeStream", input),
            0,
        );
        Ok(ReadState {
            stream,
            within_us: read.within.saturating_mul(1000),
            wanted: read.records.len(),
            deadline_us: u64::MAX,
            shards: Vec::new(),
            iterators: Vec::new(),
            repetition: 0,
            seen: 0,
            last_repetition: false,
            pause_us: SHORTEST_PAUSE_US,
        })
    }

    pub(super) fn take_in_read(
        &mut self,
        read: &mut ReadState,
        index: StepIndex,
        observed: &Observed,
    ) -> Going {
        let (exchange, output) = (&observed.exchange, observed.decoded.output());
        self.last_response_us = exchange.received_us;
        match index.within {
            None => {
                read.deadline_us = exchange.sent_us.saturating_add(read.within_us);
                read.shards = output.map(shard_ids).unwrap_or_default();
                self.next_iterator(read)
            }
            Some((_, 0)) => {
                read.iterators.push(output.and_then(|output| output.get("ShardIterator")).cloned());
                self.next_iterator(read)
            }
            Some((shard, _)) => {
                let records = output.and_then(|output| output.get("Records"));
                read.seen += records.and_then(Value::as_list).map_or(0, <[Value]>::len);
                // A refused read leaves the iterator: it may be used again.
                if records.is_some()
                    && let Some(place) = read.iterators.get_mut(shard)
                {
                    *place = output.and_then(|output| output.get("NextShardIterator")).cloned();
                }
                self.next_shard(read, shard + 1, exchange.received_us, 0)
            }
        }
    }

    fn next_iterator(&mut self, read: &mut ReadState) -> Going {
        let shard = read.iterators.len();
        let Some(id) = read.shards.get(shard) else {
            read.repetition = 1;
            read.last_repetition = read.seen >= read.wanted;
            return self.next_shard(read, 0, 0, 0);
        };
        let input = Value::from([
            ("StreamName", read.stream.clone()),
            ("ShardId", id.clone()),
            ("ShardIteratorType", Value::from("TRIM_HORIZON")),
        ]);
        let role = Role::Read(StepIndex::within(self.at, shard, 0));
        self.send(role, 0, DueRequest::Operation("GetShardIterator", input), 0);
        Going::On
    }

    /// Reads the first shard at or behind `from` that has an iterator; begins the next repetition behind
    /// the last one.
    fn next_shard(&mut self, read: &mut ReadState, from: usize, now_us: u64, pause_us: u64) -> Going {
        let next = (from..read.iterators.len()).find(|shard| read.iterators[*shard].is_some());
        if let Some(shard) = next
            && let Some(iterator) = &read.iterators[shard]
        {
            let input = Value::from([("ShardIterator", iterator.clone())]);
            let role = Role::Read(StepIndex::within(self.at, shard, read.repetition));
            self.send(role, 0, DueRequest::Operation("GetRecords", input), pause_us);
            return Going::On;
        }
        // Once more after the last record: one that comes twice is to be seen.
        let none_left = read.iterators.iter().all(Option::is_none);
        if read.last_repetition || none_left || now_us >= read.deadline_us {
            return Going::Complete;
        }
        read.repetition += 1;
        read.last_repetition = read.seen >= read.wanted;
        let pause_us = read.pause_us;
        read.pause_us = (pause_us * 2).min(LONGEST_PAUSE_US);
        self.next_shard(read, 0, now_us, pause_us)
    }
}

fn shard_ids(described: &Value) -> Vec<Value> {
    let shards = described.get("StreamDescription").and_then(|stream| stream.get("Shards"));
    let shards = shards.and_then(Value::as_list).unwrap_or_default();
    shards.iter().filter_map(|shard| shard.get("ShardId").cloned()).collect()
}
