//! One value of the API, independent of the encoding it travels in.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A value of the API, independent of the encoding it travels in.
///
/// Case files, codecs, the judge and the specification all speak this type: a blob is bytes (not
/// base64 text), a time is milliseconds (not a float of seconds). The serde form is adjacently
/// tagged so that the log can hold any value without guessing on the way back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "kebab-case")]
pub enum Value {
    /// JSON `null`, CBOR `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number. JSON numbers with a fraction or an exponent are [`Value::Float`].
    Integer(i64),
    /// A number that was not written as a whole number, or does not fit an `i64`.
    Float(#[serde(with = "super::float_form")] f64),
    /// Text.
    String(String),
    /// Bytes: base64 text in JSON, a byte string in CBOR.
    Blob(Vec<u8>),
    /// Milliseconds since the Unix epoch: seconds as a number in JSON, tag 1 in CBOR.
    Time(i64),
    /// A list.
    List(Vec<Value>),
    /// A structure or a map. Members keep the order in which they were written or received;
    /// equality ignores it.
    Map(IndexMap<String, Value>),
}

impl Value {
    /// An empty structure, the body of a call without members.
    pub fn empty() -> Self {
        Self::Map(IndexMap::new())
    }

    /// The member of that name, if this is a map that has it.
    pub fn get(&self, member: &str) -> Option<&Self> {
        self.as_map().and_then(|members| members.get(member))
    }

    /// The members, if this is a structure or a map.
    pub fn as_map(&self) -> Option<&IndexMap<String, Self>> {
        match self {
            Self::Map(members) => Some(members),
            Self::Null
            | Self::Bool(_)
            | Self::Integer(_)
            | Self::Float(_)
            | Self::String(_)
            | Self::Blob(_)
            | Self::Time(_)
            | Self::List(_) => None,
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The whole number, if this is one.
    pub fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(*number) } else { None }
    }

    /// The elements, if this is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(elements) = self { Some(elements) } else { None }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl<const N: usize> From<[(&str, Value); N]> for Value {
    fn from(members: [(&str, Value); N]) -> Self {
        Self::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}
