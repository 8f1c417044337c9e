//! `GetShardIterator` and `GetRecords`.

use super::Millis;
use super::chooser::Chooser;
use super::context::{ActionResult, Context};
use super::effect::Effect;
use super::identify;
use super::input::Structure;
use super::refusal::{Message, Refusal};
use super::sequence::{ParsedSequence, SequenceNumber};
use super::stream::{Record, Shard, Stream, shard_id};
use super::token::{LIFE_MS, open, seal};
use crate::model::Value;

/// Records in one answer, at most (GETR-006).
const RECORDS: usize = 10_000;
/// Bytes of data in one answer, at most (GETR-006).
const BYTES: usize = 10 * 1024 * 1024;

/// A place in a shard, as handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ShardIterator {
    made: Millis,
    /// Distinguishes a stream from an earlier one of the same name (GETR-009).
    stream_created: Millis,
    shard: i32,
    /// The index of the first record that is wanted.
    from: u64,
    stream: String,
}

impl ShardIterator {
    fn text(&self) -> String {
        let mut payload = Vec::with_capacity(160);
        payload.extend_from_slice(&self.made.to_be_bytes());
        payload.extend_from_slice(&self.stream_created.to_be_bytes());
        payload.extend_from_slice(&self.shard.to_be_bytes());
        payload.extend_from_slice(&self.from.to_be_bytes());
        payload.extend_from_slice(self.stream.as_bytes());
        seal(&payload)
    }

    /// An extra pair of double quotes does no harm (GETR-004).
    fn read(text: &str) -> Option<Self> {
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        let payload = open(bare)?;
        let (made, rest) = payload.split_first_chunk()?;
        let (stream_created, rest) = rest.split_first_chunk()?;
        let (shard, rest) = rest.split_first_chunk()?;
        let (from, rest) = rest.split_first_chunk()?;
        Some(Self {
            made: Millis::from_be_bytes(*made),
            stream_created: Millis::from_be_bytes(*stream_created),
            shard: i32::from_be_bytes(*shard),
            from: u64::from_be_bytes(*from),
            stream: String::from_utf8(rest.to_vec()).ok()?,
        })
    }
}

/// The name of the stream that an iterator is of; `None` if nobody handed it out.
pub fn iterator_stream(iterator: &str) -> Option<String> {
    ShardIterator::read(iterator).map(|iterator| iterator.stream)
}

/// `GetShardIterator`, in the order of ORD-009.
pub(super) fn iterator(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let Context { account, input, now, .. } = context;
    let name = identify::name(context, choose)?;
    let given = input.text("ShardId").unwrap_or_default();
    let number = shard_number(given).ok_or_else(|| Refusal::no_such_shard_id(account, &name, given))?;
    // A missing stream is reported as a missing shard (ITER-002), and so is one in CREATING (LIFE-006).
    let missing = || Refusal::no_shard(account, &name, number);
    let stream = account.stream(&name, now).ok_or_else(missing)?;
    let shard = find_shard(stream, number, now).ok_or_else(missing)?;
    let iterator = ShardIterator {
        made: now,
        stream_created: stream.created,
        shard: number,
        from: start(context, stream, shard)?,
        stream: name,
    };
    Ok((Structure::default().with("ShardIterator", iterator.text()).build(), Effect::Nothing))
}

/// The number of a shard id: digits, alone or after the last hyphen (SHARD-006, SHARD-007).
fn shard_number(id: &str) -> Option<i32> {
    let digits = id.rsplit('-').next()?;
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

fn find_shard(stream: &Stream, number: i32, now: Millis) -> Option<&Shard> {
    stream.shards(now).iter().map(AsRef::as_ref).find(|shard| shard.number == number)
}

/// The index of the first record that the iterator stands for.
fn start(context: Context<'_>, stream: &Stream, shard: &Shard) -> Result<u64, Refusal> {
    let kind = context.input.text("ShardIteratorType").unwrap_or_default();
    let sequence = context.input.text("StartingSequenceNumber");
    match (kind, sequence) {
        ("TRIM_HORIZON", None) => Ok(0),
        ("LATEST", None) => Ok(stream.next_index()),
        ("AT_TIMESTAMP", _) => at_timestamp(context, stream, shard),
        ("AT_SEQUENCE_NUMBER", Some(given)) => at_sequence(context, stream, shard, given),
        ("AFTER_SEQUENCE_NUMBER", Some(given)) => {
            at_sequence(context, stream, shard, given).map(|index| index + 1)
        }
        // KT-078 to KT-081.
        (kind, given) => {
            let given = if given.is_some() { "also a" } else { "no" };
            Err(Refusal::invalid_argument(format!(
                "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and \
                 StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. \
                 Request specified {kind} and {given} StartingSequenceNumber."
            )))
        }
    }
}

/// KT-087, KT-088.
fn at_timestamp(context: Context<'_>, stream: &Stream, shard: &Shard) -> Result<u64, Refusal> {
    let Some(time) = context.input.time("Timestamp") else {
        return Err(Refusal::invalid_argument(
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current \
             request has no timestamp parameter.",
        ));
    };
    if time > context.now {
        return Err(Refusal::invalid_argument(format!(
            "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. \
             timestampInMillis: {time}, currentTimestampInMillis: {}",
            context.now
        )));
    }
    let first = shard.records.iter().find(|record| record.arrival >= time);
    Ok(first.map_or(stream.next_index(), |record| record.sequence.index))
}

/// KT-082 to KT-086, ITER-003.
fn at_sequence(context: Context<'_>, stream: &Stream, shard: &Shard, given: &str) -> Result<u64, Refusal> {
    let elsewhere = |encoded: i32| {
        Refusal::invalid_argument(format!(
            "Invalid StartingSequenceNumber. It encodes {}, while it was used in a call to a shard with {}",
            shard_id(encoded),
            shard.id()
        ))
    };
    let used = || {
        format!(
            "StartingSequenceNumber {given} used in GetShardIterator on shard {} in stream {} under \
             account {} is invalid",
            shard.id(),
            stream.name,
            context.account.id
        )
    };
    match SequenceNumber::read(given) {
        ParsedSequence::Zero => Err(Refusal::internal_failure()),
        ParsedSequence::Legacy { shard: encoded } if encoded != shard.number => Err(elsewhere(encoded)),
        ParsedSequence::Modern(number) if number.shard != shard.number => Err(elsewhere(number.shard)),
        ParsedSequence::Modern(number) if number.shard_created_s != shard.start.shard_created_s => {
            Err(Refusal::invalid_argument(format!("{} because it did not come from this stream.", used())))
        }
        ParsedSequence::Modern(number) => Ok(number.index),
        ParsedSequence::Legacy { .. } | ParsedSequence::Invalid => {
            Err(Refusal::invalid_argument(format!("{}.", used())))
        }
    }
}

/// `GetRecords`. Its `StreamARN` is not checked: the iterator says which stream is meant.
pub(super) fn records(context: Context<'_>) -> ActionResult {
    let Context { account, input, now, .. } = context;
    let given = input.text("ShardIterator").unwrap_or_default();
    let iterator =
        ShardIterator::read(given).ok_or_else(|| Refusal::invalid_argument("Invalid ShardIterator."))?;
    if now - iterator.made > LIFE_MS {
        return Err(expired(iterator.made, now));
    }
    // GETR-003, GETR-009.
    let missing = || Refusal::no_shard(account, &iterator.stream, iterator.shard);
    let stream = account.stream(&iterator.stream, now).ok_or_else(missing)?;
    let shard = find_shard(stream, iterator.shard, now).ok_or_else(missing)?;
    if stream.created != iterator.stream_created {
        return Err(Refusal::internal_failure());
    }
    let first = shard.records.partition_point(|record| record.sequence.index < iterator.from);
    let rest = &shard.records[first..];
    let taken = fitting(rest.iter().map(|record| record.data.len()), input.limit("Limit", RECORDS));
    let from = rest[..taken].last().map_or(iterator.from, |record| record.sequence.index + 1);
    let behind = match rest[..taken].last() {
        // GETR-011: above 0, though the put may be of the same millisecond.
        Some(last) if taken < rest.len() => (now - last.arrival).max(1),
        Some(_) | None => 0,
    };
    let output = Structure::default()
        .with("Records", Value::List(rest[..taken].iter().map(|record| shown(record)).collect()))
        .with("NextShardIterator", ShardIterator { made: now, from, ..iterator }.text())
        .with("MillisBehindLatest", behind)
        .build();
    Ok((output, Effect::Nothing))
}

/// How many records fit one answer. The first always does.
fn fitting(sizes: impl Iterator<Item = usize>, limit: usize) -> usize {
    let mut total = 0;
    sizes
        .take(limit)
        .enumerate()
        .take_while(|(position, size)| {
            total += size;
            *position == 0 || total <= BYTES
        })
        .count()
}

fn shown(record: &Record) -> Value {
    Structure::default()
        .with("SequenceNumber", record.sequence.to_string())
        .with("ApproximateArrivalTimestamp", Value::Time(record.arrival))
        .with("Data", Value::Blob(record.data.clone()))
        .maybe("PartitionKey", record.partition_key.as_deref())
        .maybe("EncryptionType", record.mark.as_str())
        .build()
}

/// GETR-001.
fn expired(made: Millis, now: Millis) -> Refusal {
    let text = format!(
        "Iterator expired. The iterator was created at time {} while right now it is {} which is \
         further in the future than the tolerated delay of {LIFE_MS} milliseconds.",
        calendar(made),
        calendar(now)
    );
    Refusal { class: "ExpiredIteratorException", message: Message::Known(text) }
}

/// `Wed Mar 04 01:02:40 UTC 2020`.
fn calendar(time: Millis) -> String {
    let timestamp = jiff::Timestamp::from_millisecond(time).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    timestamp.strftime("%a %b %d %H:%M:%S UTC %Y").to_string()
}
