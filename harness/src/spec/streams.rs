//! `CreateStream`, `DeleteStream`, `DescribeLimits`.

use std::collections::BTreeMap;

use super::chooser::Chooser;
use super::context::{ActionResult, Context};
use super::effect::Effect;
use super::identify;
use super::input::{Input, Structure};
use super::question::{Candidate, OpenQuestion};
use super::refusal::{Message, Refusal};
use super::stream::Blank;
use super::stream::{Mode, Status};
use crate::model::Value;

/// Shards of a stream that is created without a count (LIFE-003).
const SHARDS_ON_DEMAND: i64 = 4;
/// Tags that a creation may give. The model allows more (TAG-006).
const TAGS: usize = 50;

/// `CreateStream`.
///
/// Warm throughput and record distribution are not specified: such members are ignored.
pub(super) fn create(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let Context { account, input, now, .. } = context;
    let name = input.text("StreamName").unwrap_or_default();
    if account.stream(name, now).is_some() {
        // LIFE-004: in whatever state.
        return Err(Refusal::in_use(format!("Stream {name} under account {} already exists.", account.id)));
    }
    let tags: BTreeMap<String, String> =
        input.texts("Tags").map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    if tags.len() > TAGS {
        return Err(too_many_tags(choose));
    }
    let (mode, shards) = capacity(input)?;
    let creating = account.streams(now).filter(|stream| stream.status(now) == Status::Creating).count();
    if account.limits.creating.is_some_and(|limit| creating >= limit) {
        // LIFE-015; no source has the text.
        return Err(Refusal::without_text("LimitExceededException"));
    }
    let current = account.shard_count(now);
    if i64::from(current) + shards > i64::from(account.limits.shards) {
        return Err(over_the_shard_limit(context, current, shards));
    }
    if mode == Mode::OnDemand {
        check_on_demand(context)?;
    }
    let blank = Blank {
        name: name.to_owned(),
        shards: u32::try_from(shards).unwrap_or(u32::MAX),
        mode,
        tags,
        max_record_kib: input.get("MaxRecordSizeInKiB").and_then(Value::as_integer),
    };
    Ok((Value::empty(), Effect::Create(blank)))
}

/// The mode and the number of shards that a create requests.
fn capacity(input: Input<'_>) -> Result<(Mode, i64), Refusal> {
    // Numbers beyond 32 bits are clamped (SER-030).
    let count = input.get("ShardCount").and_then(Value::as_integer).map(|count| count.min(i32::MAX.into()));
    let mode = input.get("StreamModeDetails").and_then(|details| details.get("StreamMode"));
    match (mode.and_then(Value::as_str), count) {
        (Some("ON_DEMAND"), _) | (None, None) => Ok((Mode::OnDemand, SHARDS_ON_DEMAND)),
        (_, Some(count)) => Ok((Mode::Provisioned, count)),
        // No source says what becomes of this.
        (Some(_), None) => Err(Refusal::without_text("InvalidArgumentException")),
    }
}

/// LIFE-014.
fn over_the_shard_limit(context: Context<'_>, current: u32, additional: i64) -> Refusal {
    let account = context.account;
    let text = format!(
        "This request would exceed the shard limit for the account {} in {}. Current shard count for \
         the account: {current}. Limit: {}. Number of additional shards that would have resulted from \
         this request: {additional}. Refer to the AWS Service Limits page \
         (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and \
         how to request higher limits.",
        account.id, account.region, account.limits.shards
    );
    Refusal { class: "LimitExceededException", message: Message::Known(text) }
}

/// TAG-006; neither class nor text is recorded.
fn too_many_tags(choose: &mut Chooser<'_>) -> Refusal {
    let candidate = choose.candidate(OpenQuestion::TooManyTagsAtCreation);
    Refusal::without_text(if candidate == Candidate::Validation {
        "ValidationException"
    } else if candidate == Candidate::LimitExceeded {
        "LimitExceededException"
    } else {
        "InvalidArgumentException"
    })
}

/// LIFE-030, LIM-004.
fn check_on_demand(context: Context<'_>) -> Result<(), Refusal> {
    let account = context.account;
    let current = on_demand(context);
    let limit = account.limits.on_demand;
    if u32::try_from(current).unwrap_or(u32::MAX) < limit {
        return Ok(());
    }
    let text = format!(
        "This request would exceed the limit on the number of On-Demand streams for the account {} in {}. \
         Current On-Demand streams count: {current}. Limit: {limit}.",
        account.id, account.region
    );
    Err(Refusal { class: "LimitExceededException", message: Message::Known(text) })
}

/// Streams in on-demand mode.
fn on_demand(Context { account, now, .. }: Context<'_>) -> usize {
    account.streams(now).filter(|stream| stream.mode == Mode::OnDemand).count()
}

/// `DeleteStream`. Consumers are not specified, so `EnforceConsumerDeletion` changes nothing.
pub(super) fn delete(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let stream = identify::stream(context, choose)?;
    let status = stream.status(context.now);
    let allowed = match status {
        // LIFE-008.
        Status::Creating | Status::Active => true,
        Status::Updating => choose.candidate(OpenQuestion::DeleteWhileUpdating) == Candidate::Accepted,
        Status::Deleting => choose.candidate(OpenQuestion::DeleteWhileDeleting) == Candidate::Accepted,
    };
    if !allowed {
        return Err(Refusal::not_active(context.account, &stream.name, status));
    }
    Ok((Value::empty(), Effect::Delete { stream: stream.name.clone() }))
}

/// `DescribeLimits`.
pub(super) fn limits(context: Context<'_>) -> (Value, Effect) {
    let Context { account, now, .. } = context;
    let open: usize = account.streams(now).map(|stream| stream.shards(now).len()).sum();
    let output = Structure::default()
        .with("ShardLimit", i64::from(account.limits.shards))
        .with("OpenShardCount", super::input::count(open))
        .with("OnDemandStreamCount", super::input::count(on_demand(context)))
        .with("OnDemandStreamCountLimit", i64::from(account.limits.on_demand))
        .build();
    (output, Effect::Nothing)
}
