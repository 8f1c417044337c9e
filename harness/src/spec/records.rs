//! `PutRecord` and `PutRecords`.

use md5::{Digest as _, Md5};

use super::applied::Mark;
use super::chooser::Chooser;
use super::context::{Context, Outcome};
use super::effect::Effect;
use super::encryption::mark;
use super::identify;
use super::input::{Input, Structure};
use super::question::{Candidate, OpenQuestion};
use super::refusal::Refusal;
use super::sequence::{Reading, SequenceNumber};
use super::stream::NewRecord;
use super::stream::{Record, Stream, seconds};
use crate::model::Value;

/// `PutRecord`. `DryRun` is not specified: it is ignored.
pub(super) fn put(context: Context<'_>, choose: &mut Chooser<'_>) -> Outcome {
    let stream = identify::created_stream(context, choose)?;
    check_size(stream, context.input, "data")?;
    check_order(context, stream)?;
    let mark = mark(stream, context.now, choose);
    let new = record(context, stream, context.input, mark, 0, "", choose)?;
    let output = Structure::default()
        .with("ShardId", super::stream::shard_id(new.record.sequence.shard))
        .with("SequenceNumber", new.record.sequence.to_string())
        .maybe("EncryptionType", mark.word())
        .build();
    Ok((output, Effect::Put { stream: stream.name.clone(), records: vec![new] }))
}

/// `PutRecords`. One record with a bad hash key refuses the whole call (PUT-003).
pub(super) fn put_many(context: Context<'_>, choose: &mut Chooser<'_>) -> Outcome {
    let stream = identify::created_stream(context, choose)?;
    let entries = context.input.list("Records");
    for (position, entry) in entries.iter().enumerate() {
        check_size(stream, Input(entry), &format!("records.{}.member.data", position + 1))?;
    }
    let mark = mark(stream, context.now, choose);
    let mut records = Vec::with_capacity(entries.len());
    for (position, entry) in entries.iter().enumerate() {
        let prefix = format!("records.{}.member.", position + 1);
        records.push(record(context, stream, Input(entry), mark, position as u64, &prefix, choose)?);
    }
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
        .maybe("EncryptionType", mark.word())
        .build();
    Ok((output, Effect::Put { stream: stream.name.clone(), records }))
}

/// The bound of the stream, which may be below the model's (VAL-003).
fn check_size(stream: &Stream, record: Input<'_>, path: &str) -> Result<(), Refusal> {
    if record.bytes("Data").len() <= stream.max_record_bytes {
        return Ok(());
    }
    Err(Refusal::validation(format!(
        "1 validation error detected: Value at '{path}' failed to satisfy constraint: Member must have \
         length less than or equal to {}",
        stream.max_record_bytes
    )))
}

/// PUT-004: the number must be of the present form, and not from the future.
fn check_order(context: Context<'_>, stream: &Stream) -> Result<(), Refusal> {
    let Some(given) = context.input.text("SequenceNumberForOrdering") else { return Ok(()) };
    match SequenceNumber::read(given) {
        Reading::Modern(number) if number.put_s <= seconds(context.now) => Ok(()),
        Reading::Modern(_) | Reading::Zero | Reading::Legacy { .. } | Reading::Invalid => {
            Err(Refusal::invalid_argument(format!(
                "ExclusiveMinimumSequenceNumber {given} used in PutRecord on stream {} under account {} \
                 is invalid.",
                stream.name, context.world.account
            )))
        }
    }
}

/// One record, where it goes and how it is marked.
fn record(
    context: Context<'_>,
    stream: &Stream,
    entry: Input<'_>,
    mark: Mark,
    position: u64,
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
        return Err(Refusal::no_stream(&stream.name, &context.world.account));
    };
    let sequence = SequenceNumber {
        shard_created_s: home.start.shard_created_s,
        index: stream.next_index() + position,
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
    if choose.ask(OpenQuestion::PartitionKeyMissing) == Candidate::Validation {
        Refusal::validation(format!(
            "1 validation error detected: Value null at '{path}partitionKey' failed to satisfy \
             constraint: Member must not be null"
        ))
    } else {
        Refusal::untold("InvalidArgumentException")
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
