//! Describing a resource, by the operations and members that the file of resources gives for its kind.

use crate::case::ast::{Description, Resource};
use crate::model::{Model, Value};
use crate::wire::{Encoding, encode};

use crate::log::Capabilities;
use crate::observe::decoded::DecodedResponse;
use crate::plan::Outgoing;

/// Which operation shows the state of a kind of resource on a target.
#[derive(Clone, Debug)]
pub(crate) struct DescribeCall {
    operation: String,
}

impl DescribeCall {
    /// The first operation that the target has; the last one if it has none.
    pub(crate) fn of(kind: &Resource, capabilities: &Capabilities) -> Self {
        let lacks =
            |description: &&Description| capabilities.unsupported.contains(&description.operation.value);
        let has = kind.describe.iter().find(|description| !lacks(description));
        let chosen = has.or(kind.describe.last());
        Self { operation: chosen.map(|chosen| chosen.operation.value.clone()).unwrap_or_default() }
    }

    /// The operation's name.
    pub(crate) fn operation(&self) -> &str {
        &self.operation
    }

    /// The call in JSON: the plainest form. `address` = the input that names the resource.
    pub(crate) fn request(&self, model: &Model, address: &Value) -> Outgoing {
        Outgoing::encoded(model, &self.operation, Encoding::Json, encode(Encoding::Json, address))
    }
}

/// The description in an output of any of the operations that describe the kind of resource.
pub(crate) fn description<'output>(kind: &Resource, output: &'output Value) -> Option<&'output Value> {
    kind.describe.iter().find_map(|description| at_path(output, &description.output.value))
}

/// The value at a dotted path of members.
pub(crate) fn at_path<'value>(value: &'value Value, path: &str) -> Option<&'value Value> {
    path.split('.').try_fold(value, |value, part| value.get(part))
}

/// What a response to [`DescribeCall::request`] shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Snapshot {
    /// The resource's description.
    State(State),
    /// The target says that there is no such resource.
    Gone,
    /// No usable answer.
    Nothing,
}

/// A description, and what it says of the status.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct State {
    /// The whole description.
    pub members: Value,
    /// The status, if it shows one.
    pub status: Option<String>,
    /// True if the status passes by itself.
    pub is_transient: bool,
}

impl State {
    /// What a description shows.
    pub(crate) fn of(kind: &Resource, members: Value) -> Self {
        let status = members.get(&kind.status.value).and_then(Value::as_str).map(str::to_owned);
        let is_transient = status.as_ref().is_some_and(|status| kind.is_transient(status));
        Self { members, status, is_transient }
    }
}

impl Snapshot {
    /// What a decoded response shows.
    pub(crate) fn of(kind: &Resource, decoded: &DecodedResponse) -> Self {
        match decoded.output().and_then(|output| description(kind, output)) {
            Some(members) => Self::State(State::of(kind, members.clone())),
            None if is_gone(kind, decoded) => Self::Gone,
            None => Self::Nothing,
        }
    }

    /// The status, if a description was shown.
    pub(crate) fn status(&self) -> Option<&str> {
        match self {
            Self::State(state) => state.status.as_deref(),
            Self::Gone | Self::Nothing => None,
        }
    }

    /// True for a description with a status that passes by itself.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::State(state) => state.is_transient,
            Self::Gone | Self::Nothing => false,
        }
    }

    /// A description of a stream.
    #[cfg(test)]
    pub(crate) fn of_stream(members: Value) -> Self {
        Self::State(State::of(&crate::case::ast::Resources::embedded().stream, members))
    }
}

/// True if the target says that there is no such resource.
pub(crate) fn is_gone(kind: &Resource, decoded: &DecodedResponse) -> bool {
    decoded.class() == Some(kind.gone.value.as_str())
}

/// The members that "refused means unchanged" compares.
pub(crate) fn before_of(kind: &Resource, description: &Value) -> Value {
    let kept = kind.unchanged.iter().map(|member| &member.value);
    Value::Map(
        kept.filter_map(|name| description.get(name).map(|value| (name.clone(), value.clone()))).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::ast::Resources;

    #[test]
    fn the_first_operation_that_the_target_has_describes_a_resource() {
        let lacking = |names: &[&str]| Capabilities {
            unsupported: names.iter().map(|name| (*name).to_owned()).collect(),
            ..Capabilities::default()
        };
        let stream = &Resources::embedded().stream;
        let chosen = |names: &[&str]| DescribeCall::of(stream, &lacking(names)).operation().to_owned();
        assert_eq!(chosen(&[]), "DescribeStreamSummary");
        assert_eq!(chosen(&["DescribeStreamSummary"]), "DescribeStream");
        assert_eq!(chosen(&["DescribeStreamSummary", "DescribeStream"]), "DescribeStream");
    }

    #[test]
    fn a_description_is_read_by_the_members_of_its_kind() {
        let consumer = &Resources::embedded().kinds["consumer"];
        let shown = Value::from([("ConsumerStatus", Value::from("DELETING"))]);
        let output = Value::from([("ConsumerDescription", shown.clone())]);
        assert_eq!(description(consumer, &output), Some(&shown));
        let state = State::of(consumer, shown);
        assert_eq!((state.status.as_deref(), state.is_transient), (Some("DELETING"), true));
        let of_another_kind = State::of(consumer, Value::from([("StreamStatus", Value::from("DELETING"))]));
        assert_eq!((of_another_kind.status, of_another_kind.is_transient), (None, false));
    }
}
