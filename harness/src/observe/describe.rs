//! Looking at a stream: the summary where the target has it, else the full description.

use crate::model::{Model, Value};
use crate::wire::{Encoding, encode};

use crate::log::{Capabilities, Exchange};
use crate::observe::reading::Reading;
use crate::plan::Outgoing;

/// Which operation shows a stream's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// `DescribeStreamSummary`.
    Summary,
    /// `DescribeStream`, for targets from before 2017.
    Full,
}

impl Look {
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
    pub(crate) fn at(self, model: &Model, stream: &str) -> Outgoing {
        let input = Value::from([("StreamName", Value::from(stream))]);
        Outgoing::encoded(model, self.operation(), Encoding::Json, encode(Encoding::Json, &input))
    }
}

/// The description in an output of either operation.
pub(crate) fn description(output: &Value) -> Option<&Value> {
    output.get("StreamDescriptionSummary").or_else(|| output.get("StreamDescription"))
}

/// What an exchange of [`Look::at`] showed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    /// The stream's description.
    State(Value),
    /// The target says that there is no such stream.
    Gone,
    /// No usable answer.
    Nothing,
}

impl Seen {
    /// Reads an exchange.
    pub(crate) fn of(model: &Model, exchange: &Exchange) -> Self {
        let reading = Reading::of(model, exchange);
        match reading.output().and_then(description) {
            Some(state) => Self::State(state.clone()),
            None if reading.class() == Some("ResourceNotFoundException") => Self::Gone,
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
