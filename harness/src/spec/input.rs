//! Reads members of a call's input, and builds answers.

use indexmap::IndexMap;

use crate::model::Value;

/// The members of a call. A null member counts as absent (WIRE-035).
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a>(pub(super) &'a Value);

impl<'a> Input<'a> {
    pub(super) fn get(self, member: &str) -> Option<&'a Value> {
        self.0.get(member).filter(|value| **value != Value::Null)
    }

    pub(super) fn has(self, member: &str) -> bool {
        self.get(member).is_some()
    }

    pub(super) fn text(self, member: &str) -> Option<&'a str> {
        self.get(member).and_then(Value::as_str)
    }

    /// A bound on the number of elements; `default` where none is given.
    pub(super) fn limit(self, member: &str, default: usize) -> usize {
        let given = self.get(member).and_then(Value::as_integer);
        given.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(default)
    }

    /// A blob. A text is taken as its own bytes, so that undecoded input does no harm.
    pub(super) fn bytes(self, member: &str) -> &'a [u8] {
        match self.get(member) {
            Some(Value::Blob(bytes)) => bytes,
            Some(Value::String(text)) => text.as_bytes(),
            Some(
                Value::Null
                | Value::Bool(_)
                | Value::Integer(_)
                | Value::Float(_)
                | Value::Time(_)
                | Value::List(_)
                | Value::Map(_),
            )
            | None => &[],
        }
    }

    /// A point in time, in milliseconds.
    pub(super) fn time(self, member: &str) -> Option<i64> {
        if let Some(Value::Time(millis)) = self.get(member) { Some(*millis) } else { None }
    }

    pub(super) fn list(self, member: &str) -> &'a [Value] {
        self.get(member).and_then(Value::as_list).unwrap_or_default()
    }

    /// A map of texts.
    pub(super) fn texts(self, member: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let entries = self.get(member).and_then(Value::as_map).into_iter().flatten();
        entries.filter_map(|(key, value)| value.as_str().map(|value| (key.as_str(), value)))
    }
}

/// A structure in the making.
#[derive(Debug, Default)]
pub(super) struct Structure(IndexMap<String, Value>);

impl Structure {
    pub(super) fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0.insert(member.to_owned(), value.into());
        self
    }

    pub(super) fn maybe(self, member: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(member, value),
            None => self,
        }
    }

    pub(super) fn build(self) -> Value {
        Value::Map(self.0)
    }
}

/// A count as a value.
pub(super) fn count(count: usize) -> Value {
    Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}
