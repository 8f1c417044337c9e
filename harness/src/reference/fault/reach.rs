//! What a fault can touch, so that only those questions need be asked of it.

use crate::spec::Action;

/// What a fault can touch. Whatever lies outside is answered as if the fault were not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Anything.
    Everything,
    /// Questions that call one of these operations, in their setup too.
    Operations(&'static [Action]),
    /// Streams whose encryption is changed, in the setup too.
    Transitions,
    /// What questions see that watch a stream through a change. Others may come upon it too, by
    /// chance: whether they look at the wrong moment differs from run to run.
    Watches,
    /// Streams while they are CREATING or DELETING.
    ComingAndGoing,
    /// Calls that name their stream by ARN.
    Arns,
    /// Answers that refuse a call.
    Refusals,
    /// Answers that refuse a call of one of these operations.
    RefusalsOf(&'static [Action]),
    /// Requests in CBOR.
    Cbor,
    /// Requests that no SDK sends (unsigned, malformed, of another method or content type), and the
    /// form of answers, which no other question is about.
    OddRequests,
    /// The number of starts and stops in a day.
    Limits,
}

/// The operations on records.
pub(super) const RECORDS: Reach =
    Reach::Operations(&[Action::PutRecord, Action::PutRecords, Action::GetShardIterator, Action::GetRecords]);
/// A put that is refused.
pub(super) const REFUSED_PUT: Reach = Reach::RefusalsOf(&[Action::PutRecord, Action::PutRecords]);
/// A start that is refused.
pub(super) const REFUSED_START: Reach = Reach::RefusalsOf(&[Action::StartStreamEncryption]);
/// A start or stop that is refused.
pub(super) const REFUSED_CHANGE: Reach =
    Reach::RefusalsOf(&[Action::StartStreamEncryption, Action::StopStreamEncryption]);
/// A start or stop.
pub(super) const CHANGE: Reach =
    Reach::Operations(&[Action::StartStreamEncryption, Action::StopStreamEncryption]);
