//! What an operation is given, and what it comes to.

use strum::{IntoStaticStr, VariantArray};

use super::Millis;
use super::account::Account;
use super::effect::Effect;
use super::input::Input;
use super::question::{Candidate, OpenQuestion};
use super::refusal::{Message, Refusal};
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[expect(missing_docs, reason = "the names are the service's own")]
pub enum Action {
    AddTagsToStream,
    CreateStream,
    DecreaseStreamRetentionPeriod,
    DeleteStream,
    DescribeLimits,
    DescribeStream,
    DescribeStreamSummary,
    DisableEnhancedMonitoring,
    EnableEnhancedMonitoring,
    GetRecords,
    GetShardIterator,
    IncreaseStreamRetentionPeriod,
    ListShards,
    ListStreams,
    ListTagsForResource,
    ListTagsForStream,
    PutRecord,
    PutRecords,
    RemoveTagsFromStream,
    StartStreamEncryption,
    StopStreamEncryption,
    TagResource,
    UntagResource,
}

impl Action {
    /// All of them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The operation's name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The specified operation of that name; `None` for all others, modelled or not.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}

/// What an operation comes to.
pub(super) type ActionResult = Result<(Value, Effect), Refusal>;

/// What every operation is given.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) account: &'a Account,
    pub(super) action: Action,
    pub(super) input: Input<'a>,
    pub(super) now: Millis,
}
