//! The step function: a world, a call and a time give the set of allowed results.

use super::chooser::{Chooser, explore};
use super::input::Input;
use super::question::{Candidate, OpenQuestion};
use super::refusal::{Message, Refusal};
use super::world::{Effect, Millis, World};
use super::{constraints, describe, encryption, iterators, lists, records, streams, tags};
use crate::model::{Operation, Value};

/// A call that has been authenticated and decoded, and whose members have the modelled types.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation.
    pub operation: &'static Operation,
    /// The input, decoded.
    pub input: Value,
}

/// The answer to a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Accepted, with the output; an empty structure where the operation has none.
    Accepted(Value),
    /// Refused.
    Refused {
        /// The bare class.
        class: &'static str,
        /// The text.
        message: Message,
    },
}

/// One allowed result of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// The answer.
    pub answer: Answer,
    /// What changes.
    pub effect: Effect,
    /// The open questions that led here, and how they were answered; empty where all is known.
    pub choices: Vec<(OpenQuestion, Candidate)>,
}

/// The operations that are specified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the service's own")]
pub enum Action {
    AddTagsToStream,
    CreateStream,
    DeleteStream,
    DescribeLimits,
    DescribeStream,
    DescribeStreamSummary,
    GetRecords,
    GetShardIterator,
    ListShards,
    ListStreams,
    ListTagsForStream,
    PutRecord,
    PutRecords,
    RemoveTagsFromStream,
    StartStreamEncryption,
    StopStreamEncryption,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::AddTagsToStream,
        Self::CreateStream,
        Self::DeleteStream,
        Self::DescribeLimits,
        Self::DescribeStream,
        Self::DescribeStreamSummary,
        Self::GetRecords,
        Self::GetShardIterator,
        Self::ListShards,
        Self::ListStreams,
        Self::ListTagsForStream,
        Self::PutRecord,
        Self::PutRecords,
        Self::RemoveTagsFromStream,
        Self::StartStreamEncryption,
        Self::StopStreamEncryption,
    ];

    /// The operation's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AddTagsToStream => "AddTagsToStream",
            Self::CreateStream => "CreateStream",
            Self::DeleteStream => "DeleteStream",
            Self::DescribeLimits => "DescribeLimits",
            Self::DescribeStream => "DescribeStream",
            Self::DescribeStreamSummary => "DescribeStreamSummary",
            Self::GetRecords => "GetRecords",
            Self::GetShardIterator => "GetShardIterator",
            Self::ListShards => "ListShards",
            Self::ListStreams => "ListStreams",
            Self::ListTagsForStream => "ListTagsForStream",
            Self::PutRecord => "PutRecord",
            Self::PutRecords => "PutRecords",
            Self::RemoveTagsFromStream => "RemoveTagsFromStream",
            Self::StartStreamEncryption => "StartStreamEncryption",
            Self::StopStreamEncryption => "StopStreamEncryption",
        }
    }

    /// The specified operation of that name; `None` for all others, modelled or not.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// All allowed results of a call, the presumed one first. Empty if the operation is not specified.
pub fn step(world: &World, call: &Call, now: Millis) -> Vec<Branch> {
    let Some(action) = Action::parse(&call.operation.name) else { return Vec::new() };
    explore(|choose| branch(world, action, call, now, choose))
}

/// The one result that answers open questions in the given way. `None` if the operation is not
/// specified.
///
/// The result is always among those of [`step`], provided that each answer is a candidate of its
/// question.
pub fn walk(
    world: &World,
    call: &Call,
    now: Millis,
    answer: &mut dyn FnMut(OpenQuestion) -> Candidate,
) -> Option<Branch> {
    let action = Action::parse(&call.operation.name)?;
    Some(branch(world, action, call, now, &mut Chooser::new(answer)))
}

/// What an operation comes to.
pub(super) type Outcome = Result<(Value, Effect), Refusal>;

/// What every operation is given.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) world: &'a World,
    pub(super) action: Action,
    pub(super) input: Input<'a>,
    pub(super) now: Millis,
}

fn branch(world: &World, action: Action, call: &Call, now: Millis, choose: &mut Chooser<'_>) -> Branch {
    let context = Context { world, action, input: Input(&call.input), now };
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

fn act(context: Context<'_>, choose: &mut Chooser<'_>) -> Outcome {
    match context.action {
        Action::AddTagsToStream => tags::add(context, choose),
        Action::CreateStream => streams::create(context),
        Action::DeleteStream => streams::delete(context, choose),
        Action::DescribeLimits => Ok(streams::limits(context)),
        Action::DescribeStream => describe::stream(context, choose),
        Action::DescribeStreamSummary => describe::summary(context, choose),
        Action::GetRecords => iterators::records(context),
        Action::GetShardIterator => iterators::iterator(context, choose),
        Action::ListShards => lists::shards(context, choose),
        Action::ListStreams => lists::streams(context),
        Action::ListTagsForStream => tags::list(context, choose),
        Action::PutRecord => records::put(context, choose),
        Action::PutRecords => records::put_many(context, choose),
        Action::RemoveTagsFromStream => tags::remove(context, choose),
        Action::StartStreamEncryption => encryption::start(context, choose),
        Action::StopStreamEncryption => encryption::stop(context, choose),
    }
}
