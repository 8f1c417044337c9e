//! `PutRecord` and `PutRecords`.

use std::collections::BTreeMap;

use md5::{Digest as _, Md5};

use super::applied::Mark;
use super::chooser::Chooser;
use super::context::{ActionResult, Context};
use super::effect::Effect;
use super::encryption::mark;
use super::identify;
use super::input::{Input, Structure};
use super::question::{Candidate, OpenQuestion};
use super::refusal::Refusal;
use super::sequence::{ParsedSequence, SequenceNumber};
use super::stream::NewRecord;
use super::stream::{Record, Stream, seconds};
use crate::model::Value;

/// Data and partition keys of one `PutRecords`, in bytes (PUT-001, PUT-013).
const MAX_REQUEST_BYTES: usize = 10 * 1024 * 1024;

/// `PutRecord`. `DryRun` is not specified: it is ignored.
pub(super) fn put(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let stream = identify::stream_to_put_to(context, choose)?;
    check_size(stream, context.input, "data", choose)?;
    check_order(context, stream)?;
    let mark = mark(stream, context.now, choose);
    let new = record(context, stream, context.input, mark, "", choose)?;
    let output = Structure::default()
        .with("ShardId", super::stream::shard_id(new.record.sequence.shard))
        .with("SequenceNumber", new.record.sequence.to_string())
        .maybe("EncryptionType", mark.as_str())
        .build();
    Ok((output, Effect::Put { stream: stream.name.clone(), records: vec![new] }))
}

/// `PutRecords`. One record with a bad hash key refuses the whole call (PUT-003).
pub(super) fn put_many(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let stream = identify::stream_to_put_to(context, choose)?;
    let entries = context.input.list("Records");
    for (position, entry) in entries.iter().enumerate() {
        check_size(stream, Input(entry), &format!("records.{}.member.data", position + 1), choose)?;
    }
    if Size::sum(entries.iter().map(|entry| Size::of(Input(entry)))).is_above(MAX_REQUEST_BYTES, choose) {
        // PUT-002 has the class; its text names the limit of old, no source has the one of today.
        return Err(Refusal::without_text("InvalidArgumentException"));
    }
    let mark = mark(stream, context.now, choose);
    let mut records = Vec::with_capacity(entries.len());
    for (position, entry) in entries.iter().enumerate() {
        let prefix = format!("records.{}.member.", position + 1);
        records.push(record(context, stream, Input(entry), mark, &prefix, choose)?);
    }
    number_by_shard(&mut records);
    let results = records
        .iter()
        .map(|new| {
            // PUT-006: no ErrorCode, no ErrorMessage.
            Value::from([
                ("SequenceNumber", new.record.sequence.to_string().into()),
                ("ShardId", super::stream::shard_id(new.record.sequence.shard).into()),
            ])
        })
        .collect();
    let output = Structure::default()
        .with("FailedRecordCount", 0)
        .with("Records", Value::List(results))
        .maybe("EncryptionType", mark.as_str())
        .build();
    Ok((output, Effect::Put { stream: stream.name.clone(), records }))
}

/// The size of data and partition keys together (PUT-013). No source says whether a key counts by
/// letters or by bytes.
#[derive(Clone, Copy, Debug)]
struct Size {
    by_letters: usize,
    by_bytes: usize,
}

impl Size {
    fn of(record: Input<'_>) -> Self {
        let data = record.bytes("Data").len();
        let key = record.text("PartitionKey").unwrap_or_default();
        Self { by_letters: data + key.chars().count(), by_bytes: data + key.len() }
    }

    fn sum(sizes: impl Iterator<Item = Self>) -> Self {
        sizes.fold(Self { by_letters: 0, by_bytes: 0 }, |sum, size| Self {
            by_letters: sum.by_letters + size.by_letters,
            by_bytes: sum.by_bytes + size.by_bytes,
        })
    }

    fn is_above(self, bound: usize, choose: &mut Chooser<'_>) -> bool {
        if self.by_bytes <= bound || self.by_letters > bound {
            return self.by_letters > bound;
        }
        choose.candidate(OpenQuestion::SizeOfPartitionKey) == Candidate::Bytes
    }
}

/// The bound of the stream, which may be below the model's (VAL-003). The partition key counts too
/// (PUT-013).
fn check_size(
    stream: &Stream,
    record: Input<'_>,
    path: &str,
    choose: &mut Chooser<'_>,
) -> Result<(), Refusal> {
    let bound = stream.max_record_bytes();
    if record.bytes("Data").len() > bound {
        return Err(Refusal::validation(format!(
            "1 validation error detected: Value at '{path}' failed to satisfy constraint: Member must have \
             length less than or equal to {bound}"
        )));
    }
    if !Size::of(record).is_above(bound, choose) {
        return Ok(());
    }
    let validation = choose.candidate(OpenQuestion::RecordTooLargeByItsKey) == Candidate::Validation;
    Err(Refusal::without_text(if validation { "ValidationException" } else { "InvalidArgumentException" }))
}

/// A call is numbered shard by shard, not in the order of its records (PUT-014). Which shard comes
/// first and how far numbers lie apart is not fixed (PUT-014, PUT-015): here by the shards' numbers,
/// without gaps.
fn number_by_shard(records: &mut [NewRecord]) {
    let mut next = records.iter().map(|new| new.record.sequence.index).min().unwrap_or_default();
    let mut by_shard: BTreeMap<usize, Vec<&mut NewRecord>> = BTreeMap::new();
    for new in records {
        by_shard.entry(new.shard).or_default().push(new);
    }
    for new in by_shard.into_values().flatten() {
        new.record.sequence.index = next;
        next += 1;
    }
}

/// PUT-004: the number must be of the present form, and not from the future.
fn check_order(context: Context<'_>, stream: &Stream) -> Result<(), Refusal> {
    let Some(given) = context.input.text("SequenceNumberForOrdering") else { return Ok(()) };
    match SequenceNumber::read(given) {
        ParsedSequence::Modern(number) if number.put_s <= seconds(context.now) => Ok(()),
        ParsedSequence::Modern(_)
        | ParsedSequence::Zero
        | ParsedSequence::Legacy { .. }
        | ParsedSequence::Invalid => Err(Refusal::invalid_argument(format!(
            "ExclusiveMinimumSequenceNumber {given} used in PutRecord on stream {} under account {} \
                 is invalid.",
            stream.name, context.account.id
        ))),
    }
}

/// One record with the stream's next index, where it goes and how it is marked.
fn record(
    context: Context<'_>,
    stream: &Stream,
    entry: Input<'_>,
    mark: Mark,
    path: &str,
    choose: &mut Chooser<'_>,
) -> Result<NewRecord, Refusal> {
    let partition_key = entry.text("PartitionKey");
    let hash = match (entry.text("ExplicitHashKey"), partition_key) {
        (Some(given), _) => explicit_hash(given)?,
        (None, Some(key)) => hash_of(key),
        (None, None) => 0,
    };
    if partition_key.is_none() {
        return Err(keyless(path, choose));
    }
    let shard = stream.shard_for(hash);
    let Some(home) = stream.shards(context.now).get(shard) else {
        // Only a stream that was deleted while CREATING has no shard.
        return Err(Refusal::no_stream(&stream.name, &context.account.id));
    };
    let sequence = SequenceNumber {
        shard_created_s: home.start.shard_created_s,
        index: stream.next_index(),
        put_s: seconds(context.now),
        shard: home.number,
    };
    let record = Record {
        sequence,
        arrival: context.now,
        data: entry.bytes("Data").to_vec(),
        partition_key: partition_key.map(str::to_owned),
        mark,
    };
    Ok(NewRecord { shard, record })
}

/// The text of the constraint of old, which no longer stands in the model (PUT-012, VAL-004).
fn keyless(path: &str, choose: &mut Chooser<'_>) -> Refusal {
    if choose.candidate(OpenQuestion::PartitionKeyMissing) == Candidate::Validation {
        Refusal::validation(format!(
            "1 validation error detected: Value null at '{path}partitionKey' failed to satisfy \
             constraint: Member must not be null"
        ))
    } else {
        Refusal::without_text("InvalidArgumentException")
    }
}

/// PUT-003. Only numbers come here; those that do not fit 128 bits are out of range.
fn explicit_hash(given: &str) -> Result<u128, Refusal> {
    given.parse().map_err(|_| {
        Refusal::invalid_argument(format!(
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified \
             value was {given}"
        ))
    })
}

/// PUT-008.
fn hash_of(partition_key: &str) -> u128 {
    u128::from_be_bytes(Md5::digest(partition_key.as_bytes()).into())
}
