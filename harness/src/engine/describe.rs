//! Looking at a stream: the summary where the target has it, else the full description.

use crate::model::{Model, Value};
use crate::wire::{Encoding, encode};

use super::event::{Capabilities, Exchange};
use super::reading::Reading;
use super::session::Outgoing;

/// Which operation shows a stream's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// `DescribeStreamSummary`.
    Summary,
    /// `DescribeStream`, for targets from before 2017.
    Full,
}

impl Look {
    /// The summary, unless the target lacks it.
    pub(super) fn of(capabilities: &Capabilities) -> Self {
        let lacks = capabilities.unsupported.iter().any(|name| name == "DescribeStreamSummary");
        if lacks { Self::Full } else { Self::Summary }
    }

    /// The operation's name.
    pub(super) const fn operation(self) -> &'static str {
        match self {
            Self::Summary => "DescribeStreamSummary",
            Self::Full => "DescribeStream",
        }
    }

    /// The call, by name and in JSON: the plainest form.
    pub(super) fn at(self, model: &Model, stream: &str) -> Outgoing {
        let input = Value::from([("StreamName", Value::from(stream))]);
        Outgoing::encoded(model, self.operation(), Encoding::Json, encode(Encoding::Json, &input))
    }
}

/// The description in an output of either operation.
pub(super) fn description(output: &Value) -> Option<&Value> {
    output.get("StreamDescriptionSummary").or_else(|| output.get("StreamDescription"))
}

/// What an exchange of [`Look::at`] showed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Seen {
    /// The stream's description.
    State(Value),
    /// The target says that there is no such stream.
    Gone,
    /// No usable answer.
    Nothing,
}

impl Seen {
    /// Reads an exchange.
    pub(super) fn of(model: &Model, exchange: &Exchange) -> Self {
        let reading = Reading::of(model, exchange);
        match reading.output().and_then(description) {
            Some(state) => Self::State(state.clone()),
            None if reading.class() == Some("ResourceNotFoundException") => Self::Gone,
            None => Self::Nothing,
        }
    }

    /// The status, if a description was shown.
    pub(super) fn status(&self) -> Option<&str> {
        match self {
            Self::State(state) => state.get("StreamStatus").and_then(Value::as_str),
            Self::Gone | Self::Nothing => None,
        }
    }
}
