//! What a fault can affect, so that only those trials need be run against it.

use serde::Deserialize;

use super::operations::Operations;

/// What a fault can affect. All other requests are answered as if the fault were not there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Anything.
    Everything,
    /// Trials that call one of these operations, in their setup too.
    Operations(Operations),
    /// Streams whose encryption is changed, in the setup too.
    ChangedEncryption,
    /// Trials that observe a stream through a change. Other trials may meet the fault by chance: whether
    /// they describe the stream at the wrong time differs from run to run.
    ObservedTransitions,
    /// Streams while they are CREATING or DELETING.
    CreatingOrDeleting,
    /// Calls that name their stream by ARN.
    Arns,
    /// Answers that refuse a call.
    Refusals,
    /// Answers that refuse a call of one of these operations.
    RefusalsOf(Operations),
    /// Requests in CBOR.
    Cbor,
    /// Requests that no SDK sends (unsigned, malformed, of another method or content type), and the
    /// form of answers, which no other trial is about.
    OddRequests,
    /// What only long cases show: the number of starts and stops in a day, and the size of a record.
    Limits,
}
