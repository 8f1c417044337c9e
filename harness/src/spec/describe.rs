//! `DescribeStream` and `DescribeStreamSummary`.

use std::collections::BTreeSet;

use super::Millis;
use super::chooser::Chooser;
use super::context::{ActionResult, Context};
use super::effect::Effect;
use super::encryption::shown;
use super::identify;
use super::input::{Structure, count};
use super::metric::Metric;
use super::monitoring::listed;
use super::question::{Candidate, OpenQuestion};
use super::stream::{MAX_RECORD_KIB, Shard, Status, Stream};
use crate::model::Value;

/// Shards in one answer where the caller states no limit.
const SHARDS: usize = 100;

/// `DescribeStream`.
pub(super) fn stream(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let stream = identify::stream(context, choose)?;
    let input = context.input;
    let after = input.text("ExclusiveStartShardId");
    // LIFE-009.
    let all = if stream.status(context.now) == Status::Deleting { &[] } else { stream.shards(context.now) };
    let mut shards = all.iter().filter(|shard| after.is_none_or(|after| shard.id().as_str() > after));
    let page = shards.by_ref().take(input.limit("Limit", SHARDS)).map(|shard| described(shard)).collect();
    let description = head(stream, context.now, choose)
        .with("Shards", Value::List(page))
        .with("HasMoreShards", shards.next().is_some())
        .build();
    Ok((Structure::default().with("StreamDescription", description).build(), Effect::Nothing))
}

/// `DescribeStreamSummary` (LIFE-018). No `StreamId` is shown; the bound of a record is, where the
/// creation stated it (LIFE-031).
pub(super) fn summary(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let stream = identify::stream(context, choose)?;
    let summary = head(stream, context.now, choose)
        .with("OpenShardCount", count(stream.shards(context.now).len()))
        .with("ConsumerCount", 0)
        .maybe("MaxRecordSizeInKiB", max_record_kib(stream, choose))
        .build();
    Ok((Structure::default().with("StreamDescriptionSummary", summary).build(), Effect::Nothing))
}

/// `MaxRecordSizeInKiB`; `None` = the member is not there.
fn max_record_kib(stream: &Stream, choose: &mut Chooser<'_>) -> Option<i64> {
    stream.max_record_kib.or_else(|| {
        (choose.candidate(OpenQuestion::RecordSizeNotStated) == Candidate::Shown).then_some(MAX_RECORD_KIB)
    })
}

/// What both show (LIFE-001, LIFE-002, LIFE-019).
fn head(stream: &Stream, now: Millis, choose: &mut Chooser<'_>) -> Structure {
    let (encryption_type, key) = shown(stream, now, choose);
    let monitoring = Value::from([("ShardLevelMetrics", listed(metrics_shown(stream, now, choose)))]);
    Structure::default()
        .with("StreamName", stream.name.as_str())
        .with("StreamARN", stream.arn.as_str())
        .with("StreamStatus", stream.status(now).as_str())
        .with("StreamModeDetails", mode(stream))
        .with("RetentionPeriodHours", retention_shown(stream, now, choose))
        .with("StreamCreationTimestamp", Value::Time(stream.created))
        .with("EnhancedMonitoring", Value::List(vec![monitoring]))
        .maybe("EncryptionType", encryption_type)
        .maybe("KeyId", key)
}

/// While UPDATING the old period may be shown or the new one; no source says which.
fn retention_shown(stream: &Stream, now: Millis, choose: &mut Chooser<'_>) -> i64 {
    let before = stream.retention_hours(now);
    match stream.retention_hours_to_be(now) {
        Some(after)
            if after != before
                && choose.candidate(OpenQuestion::RetentionWhileUpdating) == Candidate::After =>
        {
            after
        }
        Some(_) | None => before,
    }
}

/// While UPDATING the old metrics may be shown or the new ones; no source says which.
fn metrics_shown<'a>(stream: &'a Stream, now: Millis, choose: &mut Chooser<'_>) -> &'a BTreeSet<Metric> {
    let before = stream.metrics(now);
    match stream.metrics_to_be(now) {
        Some(after)
            if after != before
                && choose.candidate(OpenQuestion::MetricsWhileUpdating) == Candidate::After =>
        {
            after
        }
        Some(_) | None => before,
    }
}

/// `StreamModeDetails`.
pub(super) fn mode(stream: &Stream) -> Value {
    Value::from([("StreamMode", stream.mode.as_str().into())])
}

/// One shard. No shard is closed yet, so that none shows where it ends or what it came from.
pub(super) fn described(shard: &Shard) -> Value {
    let hashes = Value::from([
        ("StartingHashKey", shard.first_hash.to_string().into()),
        ("EndingHashKey", shard.last_hash.to_string().into()),
    ]);
    let sequence = Value::from([("StartingSequenceNumber", shard.start.to_string().into())]);
    Value::from([("ShardId", shard.id().into()), ("HashKeyRange", hashes), ("SequenceNumberRange", sequence)])
}
