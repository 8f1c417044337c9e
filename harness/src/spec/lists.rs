//! `ListStreams` and `ListShards`.

use super::chooser::Chooser;
use super::context::{ActionResult, Context};
use super::describe::{described, mode};
use super::effect::Effect;
use super::identify;
use super::input::Structure;
use super::page::Page;
use super::question::{Candidate, OpenQuestion};
use super::refusal::Refusal;
use super::stream::Status;
use crate::model::Value;

/// Streams in one answer where the caller states no limit.
const STREAMS: usize = 100;
/// Shards in one answer where the caller states no limit.
const SHARDS: usize = 1000;

/// `ListStreams`, by name, in whatever state.
pub(super) fn streams(context: Context<'_>) -> ActionResult {
    let Context { account, input, now, .. } = context;
    let page = input.text("NextToken").map(|token| Page::read(token, now)).transpose()?;
    let after = match &page {
        Some(page) => Some(page.after.as_str()),
        None => input.text("ExclusiveStartStreamName"),
    };
    let mut rest =
        account.streams(now).filter(|stream| after.is_none_or(|after| stream.name.as_str() > after));
    let listed: Vec<_> = rest.by_ref().take(input.limit("Limit", STREAMS)).collect();
    let more = rest.next().is_some();
    let next = listed
        .last()
        .filter(|_| more)
        .map(|last| Page { made: now, stream: String::new(), after: last.name.clone() }.token());
    let names = listed.iter().map(|stream| Value::from(stream.name.as_str())).collect();
    let summaries = listed
        .iter()
        .map(|stream| {
            Value::from([
                ("StreamName", stream.name.as_str().into()),
                ("StreamARN", stream.arn.as_str().into()),
                ("StreamStatus", stream.status(now).as_str().into()),
                ("StreamModeDetails", mode(stream)),
                ("StreamCreationTimestamp", Value::Time(stream.created)),
            ])
        })
        .collect();
    let output = Structure::default()
        .with("StreamNames", Value::List(names))
        .with("HasMoreStreams", more)
        .maybe("NextToken", next)
        .with("StreamSummaries", Value::List(summaries))
        .build();
    Ok((output, Effect::Nothing))
}

/// `ListShards`. All shards are open, so that only one filter leaves any out.
pub(super) fn shards(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let Context { account, input, now, .. } = context;
    // Combinations are refused before anything is looked up (ORD-010).
    let page = match input.text("NextToken") {
        Some(token) => {
            refuse_beside_token(context)?;
            Some(Page::read(token, now)?)
        }
        None if !["StreamName", "StreamARN", "StreamId"].iter().any(|member| input.has(member)) => {
            // ARN-008, ORD-010.
            return Err(Refusal::invalid_argument("Either NextToken or StreamName should be provided."));
        }
        None => None,
    };
    let stream = match &page {
        Some(page) => identify::found(context, &page.stream)?,
        None => identify::stream(context, choose)?,
    };
    if stream.status(now) == Status::Creating {
        // LIFE-023; the text is that of the other operations.
        return Err(Refusal::not_active(account, &stream.name, Status::Creating));
    }
    let after = match &page {
        Some(page) => Some(page.after.as_str()),
        None => input.text("ExclusiveStartShardId").or(filtered_after(context, choose)?),
    };
    let mut rest =
        stream.shards(now).iter().filter(|shard| after.is_none_or(|after| shard.id().as_str() > after));
    let listed: Vec<_> = rest.by_ref().take(input.limit("MaxResults", SHARDS)).collect();
    let more = rest.next().is_some();
    let next = listed
        .last()
        .filter(|_| more)
        .map(|last| Page { made: now, stream: stream.name.clone(), after: last.id() }.token());
    let output = Structure::default()
        .with("Shards", Value::List(listed.iter().map(|shard| described(shard)).collect()))
        .maybe("NextToken", next)
        .build();
    Ok((output, Effect::Nothing))
}

/// ARN-009, ARN-010, ARN-011, ARN-019.
fn refuse_beside_token(context: Context<'_>) -> Result<(), Refusal> {
    for member in ["StreamName", "StreamARN", "ExclusiveStartShardId", "ShardFilter"] {
        if context.input.has(member) {
            return Err(Refusal::invalid_argument(format!(
                "NextToken and {member} cannot be provided together."
            )));
        }
    }
    Ok(())
}

/// The shard after which a filter starts.
fn filtered_after<'a>(context: Context<'a>, choose: &mut Chooser<'_>) -> Result<Option<&'a str>, Refusal> {
    let Some(filter) = context.input.get("ShardFilter") else { return Ok(None) };
    let kind = filter.get("Type").and_then(Value::as_str).unwrap_or_default();
    let shard = filter.get("ShardId").and_then(Value::as_str);
    let takes_shard = kind == "AFTER_SHARD_ID";
    let takes_time = matches!(kind, "AT_TIMESTAMP" | "FROM_TIMESTAMP");
    // GETR-015.
    if shard.is_some() != takes_shard || filter.get("Timestamp").is_some() != takes_time {
        let candidate = choose.candidate(OpenQuestion::ShardFilterOutOfOrder);
        if candidate == Candidate::Validation {
            return Err(Refusal::without_text("ValidationException"));
        } else if candidate == Candidate::InvalidArgument {
            return Err(Refusal::without_text("InvalidArgumentException"));
        }
    }
    Ok(shard.filter(|_| takes_shard))
}
