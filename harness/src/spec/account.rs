//! The state of the service: streams by name, KMS, and limits.
//!
//! An account is data. Time passes only by a call with a later `now`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Millis;
use super::effect::Effect;
use super::kms::Kms;
use super::stream::Stream;

/// The state of the service, for one account in one region. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// `aws` and the like.
    pub partition: String,
    /// The region.
    pub region: String,
    /// The account, 12 digits.
    pub id: String,
    /// The keys that exist.
    pub kms: Arc<Kms>,
    /// The account's limits.
    pub limits: Limits,
    streams: BTreeMap<String, Arc<Stream>>,
}

/// The account's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Shards of all streams (LIM-013).
    pub shards: u32,
    /// Streams in CREATING at once; `None` = as many as one likes (LIFE-015).
    pub creating: Option<usize>,
    /// Streams in on-demand mode (LIM-004).
    pub on_demand: u32,
}

impl Limits {
    /// As documented for large regions.
    pub const DOCUMENTED: Self = Self { shards: 500, creating: Some(5), on_demand: 50 };
}

/// How long transitions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionTimes {
    /// CREATING.
    pub create: Millis,
    /// DELETING.
    pub delete: Millis,
    /// UPDATING.
    pub update: Millis,
}

impl Account {
    /// An account without streams, whose KMS has the managed key alone.
    pub fn new(partition: &str, region: &str, account: &str) -> Self {
        Self {
            partition: partition.to_owned(),
            region: region.to_owned(),
            id: account.to_owned(),
            kms: Arc::new(Kms::new(partition, region, account)),
            limits: Limits::DOCUMENTED,
            streams: BTreeMap::new(),
        }
    }

    /// The stream of that name, unless it is gone.
    pub fn stream(&self, name: &str, now: Millis) -> Option<&Stream> {
        self.streams.get(name).map(Arc::as_ref).filter(|stream| !stream.is_gone(now))
    }

    /// All streams that are not gone, by name.
    pub fn streams(&self, now: Millis) -> impl Iterator<Item = &Stream> {
        self.streams.values().map(Arc::as_ref).filter(move |stream| !stream.is_gone(now))
    }

    /// The ARN of a stream of that name.
    pub fn stream_arn(&self, name: &str) -> String {
        format!("arn:{}:kinesis:{}:{}:stream/{name}", self.partition, self.region, self.id)
    }

    /// Shards that count towards the limit. A stream that is being created counts.
    pub fn shard_count(&self, now: Millis) -> u32 {
        self.streams(now).map(Stream::shard_count).sum()
    }

    /// Applies the effect of an accepted call. This is the only way to change an account.
    ///
    /// An effect on a stream that is gone by `now` does nothing.
    pub fn apply(&mut self, effect: Effect, now: Millis, times: TransitionTimes) {
        match effect {
            Effect::Nothing => {}
            Effect::Create(blank) => {
                self.streams.retain(|_, stream| !stream.is_gone(now));
                let arn = self.stream_arn(&blank.name);
                let name = blank.name.clone();
                self.streams.insert(name, Arc::new(Stream::create(blank, arn, now, times.create)));
            }
            Effect::Delete { stream } => self.change(&stream, now, |stream| stream.delete(now, times.delete)),
            Effect::Put { stream, records } => self.change(&stream, now, |stream| {
                for record in records {
                    stream.put(record);
                }
            }),
            Effect::Tag { stream, tags } => self.change(&stream, now, |stream| stream.tags.extend(tags)),
            Effect::Untag { stream, keys } => {
                self.change(&stream, now, |stream| stream.tags.retain(|key, _| !keys.contains(key)));
            }
            Effect::Encrypt { stream, to } => {
                self.change(&stream, now, |stream| stream.encrypt(to, now, times.update));
            }
            Effect::Retain { stream, hours } => {
                self.change(&stream, now, |stream| stream.retain(hours, now, times.update));
            }
            Effect::Monitor { stream, metrics } => {
                self.change(&stream, now, |stream| stream.monitor(metrics, now, times.update));
            }
        }
    }

    fn change(&mut self, name: &str, now: Millis, change: impl FnOnce(&mut Stream)) {
        if let Some(stream) = self.streams.get_mut(name).filter(|stream| !stream.is_gone(now)) {
            let stream = Arc::make_mut(stream);
            stream.settle(now);
            change(stream);
        }
    }
}
