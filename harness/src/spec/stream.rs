//! One stream: its life, its shards, its records.

use strum::{IntoStaticStr, VariantArray};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::Millis;
use super::applied::{Applied, Encryption, Mark};
use super::metric::Metric;
use super::sequence::SequenceNumber;

/// Hours for which records are kept where nobody says otherwise (LIFE-001).
const RETENTION_HOURS: i64 = 24;
/// The largest record of a stream whose creation does not state it (VAL-003).
pub(super) const MAX_RECORD_KIB: i64 = 1024;

/// One stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// When it was created.
    pub created: Millis,
    /// Its mode.
    pub mode: Mode,
    /// The largest record it takes, as its creation stated it.
    pub max_record_kib: Option<i64>,
    /// Its tags, by key (TAG-002).
    pub tags: BTreeMap<String, String>,
    /// When encryption was started and stopped.
    pub applied: Applied,
    life: Life,
    /// As of the last change; [`Stream::encryption`] gives what is in force at a time.
    encryption: Encryption,
    /// The encryption before the last change that has settled, and when it settled.
    previous: Option<(Encryption, Millis)>,
    /// Hours for which records are kept, as of the last change that has settled.
    retention_hours: i64,
    /// What is measured for each shard, as of the last change that has settled.
    metrics: BTreeSet<Metric>,
    shards: Vec<Arc<Shard>>,
    next_index: u64,
}

/// How the capacity of a stream is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// A number of shards.
    Provisioned,
    /// As many shards as are needed.
    OnDemand,
}

/// Where a stream is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Life {
    Creating { until: Millis },
    Active,
    Updating { until: Millis, change: Change },
    Deleting { until: Millis },
}

/// What a stream that is UPDATING changes to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    /// The encryption of the records that are put from then on.
    Encryption(Encryption),
    /// The hours for which records are kept.
    Retention(i64),
    /// What is measured for each shard.
    Metrics(BTreeSet<Metric>),
}

/// What `StreamStatus` says (LIFE-013).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "UPPERCASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It is being made.
    Creating,
    /// It is there.
    Active,
    /// It is being changed.
    Updating,
    /// It is going away.
    Deleting,
}

/// A shard and its records.
#[derive(Clone, Debug, PartialEq)]
pub struct Shard {
    /// Its number.
    pub number: i32,
    /// The first hash key that it takes.
    pub first_hash: u128,
    /// The last hash key that it takes.
    pub last_hash: u128,
    /// The sequence number from which it starts.
    pub start: SequenceNumber,
    /// Its records, in order.
    pub records: Vec<Arc<Record>>,
}

/// A record as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its sequence number.
    pub sequence: SequenceNumber,
    /// When it arrived.
    pub arrival: Millis,
    /// Its data.
    pub data: Vec<u8>,
    /// Its partition key.
    pub partition_key: Option<String>,
    /// How it is marked, fixed when it was written (SSE-018).
    pub mark: Mark,
}

impl Mode {
    /// As on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Status {
    /// As on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Shard {
    /// Its id.
    pub fn id(&self) -> String {
        shard_id(self.number)
    }
}

/// The id of a shard of that number (SHARD-007).
pub(super) fn shard_id(number: i32) -> String {
    format!("shardId-{number:012}")
}

/// What a stream is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blank {
    /// Its name.
    pub name: String,
    /// How many shards it has.
    pub shards: u32,
    /// Its mode.
    pub mode: Mode,
    /// Its tags (TAG-005).
    pub tags: BTreeMap<String, String>,
    /// The largest record it takes, where the creation states it.
    pub max_record_kib: Option<i64>,
}

/// A record and the shard it goes to.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRecord {
    /// The shard's number.
    pub shard: usize,
    /// The record.
    pub record: Record,
}

impl Stream {
    /// A new stream, in CREATING for `lasts`.
    pub(super) fn create(blank: Blank, arn: String, now: Millis, lasts: Millis) -> Self {
        Self {
            name: blank.name,
            arn,
            created: now,
            mode: blank.mode,
            max_record_kib: blank.max_record_kib,
            tags: blank.tags,
            applied: Applied::default(),
            life: Life::Creating { until: now.saturating_add(lasts) },
            encryption: Encryption::None,
            previous: None,
            retention_hours: RETENTION_HOURS,
            metrics: BTreeSet::new(),
            shards: split_evenly(blank.shards, now),
            next_index: 1,
        }
    }

    /// True once a deleted stream is no longer there.
    pub fn is_gone(&self, now: Millis) -> bool {
        match self.life {
            Life::Deleting { until } => until <= now,
            Life::Creating { .. } | Life::Active | Life::Updating { .. } => false,
        }
    }

    /// Its status. A stream that is gone still says DELETING.
    pub fn status(&self, now: Millis) -> Status {
        match self.life {
            Life::Creating { until } if now < until => Status::Creating,
            Life::Updating { until, .. } if now < until => Status::Updating,
            Life::Deleting { .. } => Status::Deleting,
            Life::Creating { .. } | Life::Active | Life::Updating { .. } => Status::Active,
        }
    }

    /// The encryption in force: while UPDATING, the one before the change (SSE-012).
    pub fn encryption(&self, now: Millis) -> &Encryption {
        match &self.life {
            Life::Updating { until, change: Change::Encryption(to) } if *until <= now => to,
            Life::Creating { .. } | Life::Active | Life::Updating { .. } | Life::Deleting { .. } => {
                &self.encryption
            }
        }
    }

    /// The encryption that a change in progress leads to, while UPDATING.
    pub fn encryption_to_be(&self, now: Millis) -> Option<&Encryption> {
        match &self.life {
            Life::Updating { until, change: Change::Encryption(to) } if now < *until => Some(to),
            Life::Creating { .. } | Life::Active | Life::Updating { .. } | Life::Deleting { .. } => None,
        }
    }

    /// The encryption before the last change that has settled, and when it settled.
    pub fn encryption_before(&self, now: Millis) -> Option<(&Encryption, Millis)> {
        match &self.life {
            Life::Updating { until, change: Change::Encryption(_) } if *until <= now => {
                Some((&self.encryption, *until))
            }
            Life::Creating { .. } | Life::Active | Life::Updating { .. } | Life::Deleting { .. } => {
                self.previous.as_ref().map(|(encryption, settled)| (encryption, *settled))
            }
        }
    }

    /// The change that is in progress, while UPDATING.
    fn in_progress(&self, now: Millis) -> Option<&Change> {
        match &self.life {
            Life::Updating { until, change } if now < *until => Some(change),
            Life::Creating { .. } | Life::Active | Life::Updating { .. } | Life::Deleting { .. } => None,
        }
    }

    /// The change that is over and has not been folded into the state.
    fn settled(&self, now: Millis) -> Option<&Change> {
        match &self.life {
            Life::Updating { until, change } if *until <= now => Some(change),
            Life::Creating { .. } | Life::Active | Life::Updating { .. } | Life::Deleting { .. } => None,
        }
    }

    /// The hours for which records are kept: while UPDATING, those before the change.
    pub fn retention_hours(&self, now: Millis) -> i64 {
        match self.settled(now) {
            Some(Change::Retention(hours)) => *hours,
            Some(Change::Encryption(_) | Change::Metrics(_)) | None => self.retention_hours,
        }
    }

    /// The hours that a change in progress leads to, while UPDATING.
    pub fn retention_hours_to_be(&self, now: Millis) -> Option<i64> {
        match self.in_progress(now) {
            Some(Change::Retention(hours)) => Some(*hours),
            Some(Change::Encryption(_) | Change::Metrics(_)) | None => None,
        }
    }

    /// What is measured for each shard: while UPDATING, what was before the change.
    pub fn metrics(&self, now: Millis) -> &BTreeSet<Metric> {
        match self.settled(now) {
            Some(Change::Metrics(metrics)) => metrics,
            Some(Change::Encryption(_) | Change::Retention(_)) | None => &self.metrics,
        }
    }

    /// What a change in progress leads to, while UPDATING.
    pub fn metrics_to_be(&self, now: Millis) -> Option<&BTreeSet<Metric>> {
        match self.in_progress(now) {
            Some(Change::Metrics(metrics)) => Some(metrics),
            Some(Change::Encryption(_) | Change::Retention(_)) | None => None,
        }
    }

    /// The largest record it takes, in bytes.
    pub(super) fn max_record_bytes(&self) -> usize {
        let kib = self.max_record_kib.unwrap_or(MAX_RECORD_KIB);
        usize::try_from(kib.saturating_mul(1024)).unwrap_or(usize::MAX)
    }

    /// Its shards; none while CREATING (LIFE-001).
    pub fn shards(&self, now: Millis) -> &[Arc<Shard>] {
        if self.status(now) == Status::Creating { &[] } else { &self.shards }
    }

    /// How many shards it has or, while CREATING, will have.
    pub fn shard_count(&self) -> u32 {
        u32::try_from(self.shards.len()).unwrap_or(u32::MAX)
    }

    /// The shard that takes a hash key. The ranges leave no gap.
    pub(super) fn shard_for(&self, hash: u128) -> usize {
        self.shards.partition_point(|shard| shard.last_hash < hash)
    }

    /// The index of the next record.
    pub(super) const fn next_index(&self) -> u64 {
        self.next_index
    }

    /// Folds a transition that is over into the state.
    pub(super) fn settle(&mut self, now: Millis) {
        match &mut self.life {
            Life::Creating { until } if *until <= now => self.life = Life::Active,
            Life::Updating { until, change } if *until <= now => {
                match change {
                    Change::Encryption(to) => {
                        let before = std::mem::replace(&mut self.encryption, to.clone());
                        self.previous = Some((before, *until));
                    }
                    Change::Retention(hours) => self.retention_hours = *hours,
                    Change::Metrics(metrics) => self.metrics = std::mem::take(metrics),
                }
                self.life = Life::Active;
            }
            Life::Creating { .. } | Life::Active | Life::Updating { .. } | Life::Deleting { .. } => {}
        }
    }

    /// Starts to go away. A stream that was still CREATING never shows shards (LIFE-009).
    pub(super) fn delete(&mut self, now: Millis, lasts: Millis) {
        match self.life {
            Life::Creating { .. } => self.shards.clear(),
            // A second delete does not make it stay longer.
            Life::Deleting { .. } => return,
            Life::Active | Life::Updating { .. } => {}
        }
        self.life = Life::Deleting { until: now.saturating_add(lasts) };
    }

    /// Starts to change the encryption.
    pub(super) fn encrypt(&mut self, to: Encryption, now: Millis, lasts: Millis) {
        self.applied.note(&to, now);
        self.update(Change::Encryption(to), now, lasts);
    }

    /// Starts to change how long records are kept.
    pub(super) fn retain(&mut self, hours: i64, now: Millis, lasts: Millis) {
        self.update(Change::Retention(hours), now, lasts);
    }

    /// Starts to change what is measured for each shard.
    pub(super) fn monitor(&mut self, metrics: BTreeSet<Metric>, now: Millis, lasts: Millis) {
        self.update(Change::Metrics(metrics), now, lasts);
    }

    /// Starts a change, which is in force once the stream is ACTIVE again.
    fn update(&mut self, change: Change, now: Millis, lasts: Millis) {
        self.life = Life::Updating { until: now.saturating_add(lasts), change };
    }

    /// Appends a record.
    pub(super) fn put(&mut self, new: NewRecord) {
        self.next_index = self.next_index.max(new.record.sequence.index + 1);
        if let Some(shard) = self.shards.get_mut(new.shard) {
            Arc::make_mut(shard).records.push(Arc::new(new.record));
        }
    }
}

/// Shards that share the hash keys evenly; what is left over goes to the last (SHARD-013).
fn split_evenly(count: u32, now: Millis) -> Vec<Arc<Shard>> {
    let share = share_of(count);
    let created_s = seconds(now);
    (0..count)
        .map(|position| {
            let number = i32::try_from(position).unwrap_or(i32::MAX);
            let first_hash = share * u128::from(position);
            let last_hash = if position + 1 == count { u128::MAX } else { first_hash + share - 1 };
            let start =
                SequenceNumber { shard_created_s: created_s, index: 0, put_s: created_s, shard: number };
            Arc::new(Shard { number, first_hash, last_hash, start, records: Vec::new() })
        })
        .collect()
}

/// 2^128 divided by the number of shards, rounded down; `u128::MAX` for one shard or none.
fn share_of(count: u32) -> u128 {
    let count = u128::from(count);
    if count < 2 {
        return u128::MAX;
    }
    let (share, rest) = (u128::MAX / count, u128::MAX % count);
    if rest + 1 == count { share + 1 } else { share }
}

/// Whole seconds of a time; times before 1970 count as 0.
pub(super) fn seconds(time: Millis) -> u64 {
    u64::try_from(time / 1000).unwrap_or(0)
}
