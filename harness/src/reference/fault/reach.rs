//! What a fault can touch, so that only those questions need be asked of it.

use crate::spec::Action;

/// What a fault can touch. Whatever lies outside is answered as if the fault were not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Anything.
    Everything,
    /// Questions that call one of these operations, in their setup too.
    Operations(&'static [Action]),
    /// Answers that refuse a call.
    Refusals,
    /// Requests in CBOR.
    Cbor,
    /// Requests that no SDK sends: unsigned, malformed, of another method or content type.
    OddRequests,
    /// The number of starts and stops in a day.
    Limits,
}

/// The operations that change encryption. What a fault does to an encrypted stream needs one of
/// them first.
pub(super) const ENCRYPTION: Reach =
    Reach::Operations(&[Action::StartStreamEncryption, Action::StopStreamEncryption]);
/// The operations on records.
pub(super) const RECORDS: Reach =
    Reach::Operations(&[Action::PutRecord, Action::PutRecords, Action::GetShardIterator, Action::GetRecords]);
