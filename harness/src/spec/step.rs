//! The step function: an account, a call and a time give the set of allowed results.

use super::Millis;
use super::account::Account;
use super::chooser::{Chooser, explore};
use super::context::{Action, ActionResult, Answer, Branch, Call, Context};
use super::effect::Effect;
use super::input::Input;
use super::question::{Candidate, OpenQuestion};
use super::refusal::Refusal;
use super::{
    constraints, describe, encryption, iterators, lists, monitoring, records, resource_tags, retention,
    streams, tags,
};

/// All allowed results of a call, the presumed one first. Empty if the operation is not specified.
pub fn step(account: &Account, call: &Call, now: Millis) -> Vec<Branch> {
    let Some(action) = Action::parse(&call.operation.name) else { return Vec::new() };
    explore(|choose| branch(account, action, call, now, choose))
}

/// The one result that answers open questions in the given way. `None` if the operation is not
/// specified.
///
/// The result is always among those of [`step`], provided that each answer is a candidate of its
/// question.
pub fn step_with(
    account: &Account,
    call: &Call,
    now: Millis,
    answer: &mut dyn FnMut(OpenQuestion) -> Candidate,
) -> Option<Branch> {
    let action = Action::parse(&call.operation.name)?;
    Some(branch(account, action, call, now, &mut Chooser::new(answer)))
}

fn branch(account: &Account, action: Action, call: &Call, now: Millis, choose: &mut Chooser<'_>) -> Branch {
    let context = Context { account, action, input: Input(&call.input), now };
    // Faults against the model are collected before anything is looked up (ORD-005).
    let outcome = match constraints::refusal(call) {
        Some(refusal) => Err(refusal),
        None => act(context, choose),
    };
    let (answer, effect) = match outcome {
        Ok((output, effect)) => (Answer::Accepted(output), effect),
        Err(Refusal { class, message }) => (Answer::Refused { class, message }, Effect::Nothing),
    };
    Branch { answer, effect, choices: choose.made() }
}

fn act(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    match context.action {
        Action::AddTagsToStream => tags::add(context, choose),
        Action::CreateStream => streams::create(context, choose),
        Action::DecreaseStreamRetentionPeriod => retention::decrease(context, choose),
        Action::DeleteStream => streams::delete(context, choose),
        Action::DescribeLimits => Ok(streams::limits(context)),
        Action::DescribeStream => describe::stream(context, choose),
        Action::DescribeStreamSummary => describe::summary(context, choose),
        Action::DisableEnhancedMonitoring => monitoring::disable(context, choose),
        Action::EnableEnhancedMonitoring => monitoring::enable(context, choose),
        Action::GetRecords => iterators::records(context),
        Action::GetShardIterator => iterators::iterator(context, choose),
        Action::IncreaseStreamRetentionPeriod => retention::increase(context, choose),
        Action::ListShards => lists::shards(context, choose),
        Action::ListStreams => lists::streams(context),
        Action::ListTagsForResource => resource_tags::list(context, choose),
        Action::ListTagsForStream => tags::list(context, choose),
        Action::PutRecord => records::put(context, choose),
        Action::PutRecords => records::put_many(context, choose),
        Action::RemoveTagsFromStream => tags::remove(context, choose),
        Action::StartStreamEncryption => encryption::start(context, choose),
        Action::StopStreamEncryption => encryption::stop(context, choose),
        Action::TagResource => resource_tags::tag(context, choose),
        Action::UntagResource => resource_tags::untag(context, choose),
    }
}
