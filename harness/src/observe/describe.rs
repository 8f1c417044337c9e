//! Describing a stream: the summary where the target has it, else the full description.

use crate::model::{Model, Value};
use crate::wire::{Encoding, encode};

use crate::log::Capabilities;
use crate::observe::decoded::DecodedResponse;
use crate::plan::Outgoing;

/// Which operation shows a stream's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DescribeCall {
    /// `DescribeStreamSummary`.
    Summary,
    /// `DescribeStream`, for targets from before 2017.
    Full,
}

impl DescribeCall {
    /// The summary, unless the target lacks it.
    pub(crate) fn of(capabilities: &Capabilities) -> Self {
        let lacks = capabilities.unsupported.iter().any(|name| name == "DescribeStreamSummary");
        if lacks { Self::Full } else { Self::Summary }
    }

    /// The operation's name.
    pub(crate) const fn operation(self) -> &'static str {
        match self {
            Self::Summary => "DescribeStreamSummary",
            Self::Full => "DescribeStream",
        }
    }

    /// The call, by name and in JSON: the plainest form.
    pub(crate) fn of_stream(self, model: &Model, stream: &str) -> Outgoing {
        let input = Value::from([("StreamName", Value::from(stream))]);
        Outgoing::encoded(model, self.operation(), Encoding::Json, encode(Encoding::Json, &input))
    }
}

/// The description in an output of either operation.
pub(crate) fn description(output: &Value) -> Option<&Value> {
    output.get("StreamDescriptionSummary").or_else(|| output.get("StreamDescription"))
}

/// What a response to [`DescribeCall::of_stream`] shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Snapshot {
    /// The stream's description.
    State(Value),
    /// The target says that there is no such stream.
    Gone,
    /// No usable answer.
    Nothing,
}

impl Snapshot {
    /// What a decoded response shows.
    pub(crate) fn of(decoded: &DecodedResponse) -> Self {
        match decoded.output().and_then(description) {
            Some(state) => Self::State(state.clone()),
            None if decoded.class() == Some("ResourceNotFoundException") => Self::Gone,
            None => Self::Nothing,
        }
    }

    /// The status, if a description was shown.
    pub(crate) fn status(&self) -> Option<&str> {
        match self {
            Self::State(state) => state.get("StreamStatus").and_then(Value::as_str),
            Self::Gone | Self::Nothing => None,
        }
    }
}

/// The members that "refused means unchanged" compares.
pub(crate) fn before_of(state: &Value) -> Value {
    let kept = ["StreamStatus", "EncryptionType", "KeyId"];
    Value::Map(
        kept.into_iter()
            .filter_map(|name| state.get(name).map(|value| (name.to_owned(), value.clone())))
            .collect(),
    )
}

/// True for a description with such a status.
pub(crate) fn is_transient(snapshot: &Snapshot) -> bool {
    snapshot.status().is_some_and(is_transient_status)
}

/// True for a status that passes by itself.
pub(crate) fn is_transient_status(status: &str) -> bool {
    matches!(status, "CREATING" | "UPDATING" | "DELETING")
}
