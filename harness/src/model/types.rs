//! Which value of a body is not of its member's type, and what the service says of it.
//!
//! The service reads a body by type before it looks at any constraint (SER-031), and its texts
//! depend on the type that it wants and on the one that it finds (SER-001 to SER-026, SER-033).
//! The value here is the body *before* a codec has turned text into bytes: in JSON a blob is still
//! a string. How deep a body may go is the codec's concern.

use super::base64_text;
use super::print::member_name;
use super::shape::{Model, Operation, Shape};
use super::value::Value;

/// A value that is not of its member's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeError {
    /// The member's path in the form of VAL-006 (the service does not print it); empty for the
    /// body itself.
    pub path: String,
    /// The service's text; empty where it states none (a body that is no structure, WIRE-037).
    pub message: String,
}

/// The first value of `input`, in the order in which the body has its members, that is not of its
/// member's type. That only the first counts is assumed (SER-031). Members that the model does not
/// know are ignored, nulls count as absent (WIRE-035).
pub fn type_error(model: &Model, operation: &Operation, input: &Value) -> Option<TypeError> {
    let shape = operation.input.as_deref()?;
    match input {
        Value::Map(_) => check(model, shape, input, ""),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Blob(_)
        | Value::Time(_)
        | Value::List(_) => Some(TypeError { path: String::new(), message: String::new() }),
    }
}

fn check(model: &Model, shape: &str, value: &Value, path: &str) -> Option<TypeError> {
    let shape = model.shape(shape)?;
    match (shape, value) {
        (Shape::Structure { members, .. }, Value::Map(given)) => given.iter().find_map(|(name, value)| {
            let member = members.get(name)?;
            let dot = if path.is_empty() { "" } else { "." };
            check(model, &member.shape, value, &format!("{path}{dot}{}", member_name(name)))
        }),
        (Shape::List { member, .. }, Value::List(elements)) => {
            elements.iter().enumerate().find_map(|(index, element)| {
                check(model, member, element, &format!("{path}.{}.member", index + 1))
            })
        }
        (Shape::Map { value: entry, .. }, Value::Map(entries)) => entries
            .iter()
            .find_map(|(key, value)| check(model, entry, value, &format!("{path}.{key}.member"))),
        (
            Shape::Structure { .. }
            | Shape::List { .. }
            | Shape::Map { .. }
            | Shape::String { .. }
            | Shape::Integer { .. }
            | Shape::Long { .. }
            | Shape::Boolean
            | Shape::Blob { .. }
            | Shape::Timestamp,
            _,
        ) => complaint(shape, value).map(|message| TypeError { path: path.to_owned(), message }),
    }
}

/// What a body was found to hold where a type was wanted.
enum Found<'value> {
    /// Nothing to complain about: null counts as absent.
    Null,
    Text(&'value str),
    /// A value that the service names by its Java class.
    Class(&'static str),
    List,
    Structure,
}

const BOOLEAN: &str = "java.lang.Boolean";
const STRING: &str = "java.lang.String";
const NUMBER: &str = "com.amazon.coral.value.json.numbers.TruncatingBigNumber";
/// Byte strings and times exist in CBOR only. No source has these texts; the classes are the ones
/// that the service prints or counts in elsewhere (VAL-007).
const BYTES: &str = "java.nio.HeapByteBuffer";
const TIME: &str = "java.util.Date";

impl<'value> Found<'value> {
    fn of(value: &'value Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Class(BOOLEAN),
            Value::Integer(_) | Value::Float(_) => Self::Class(NUMBER),
            Value::String(text) => Self::Text(text),
            Value::Blob(_) => Self::Class(BYTES),
            Value::Time(_) => Self::Class(TIME),
            Value::List(_) => Self::List,
            Value::Map(_) => Self::Structure,
        }
    }
}

/// The service's text for a value that is not of the shape's type; `None` if it is.
fn complaint(shape: &Shape, value: &Value) -> Option<String> {
    let found = match Found::of(value) {
        Found::Null => return None,
        // SER-026: one of the two ends with a full stop.
        Found::List => match shape {
            Shape::List { .. } => return None,
            Shape::Structure { .. }
            | Shape::Map { .. }
            | Shape::String { .. }
            | Shape::Integer { .. }
            | Shape::Long { .. }
            | Shape::Boolean
            | Shape::Blob { .. }
            | Shape::Timestamp => return Some("Start of list found where not expected".to_owned()),
        },
        Found::Structure => match shape {
            Shape::Structure { .. } | Shape::Map { .. } => return None,
            Shape::List { .. }
            | Shape::String { .. }
            | Shape::Integer { .. }
            | Shape::Long { .. }
            | Shape::Boolean
            | Shape::Blob { .. }
            | Shape::Timestamp => {
                return Some("Start of structure or map found where not expected.".to_owned());
            }
        },
        found @ (Found::Text(_) | Found::Class(_)) => found,
    };
    scalar_complaint(shape, value, &found)
}

/// The texts for scalars. The article is `an` for all but Blob (SER-026).
fn scalar_complaint(shape: &Shape, value: &Value, found: &Found<'_>) -> Option<String> {
    let class = match found {
        Found::Class(class) => *class,
        Found::Text(_) | Found::Null | Found::List | Found::Structure => STRING,
    };
    match shape {
        // SER-024, SER-020, SER-022.
        Shape::Structure { .. } => Some("Expected null".to_owned()),
        Shape::List { .. } => Some("Expected list or null".to_owned()),
        Shape::Map { .. } => Some("Expected map or null".to_owned()),
        // SER-005, SER-006.
        Shape::String { .. } => {
            (class != STRING).then(|| format!("class {class} can not be converted to an String"))
        }
        // SER-009, SER-010; fractions are cut (SER-030).
        Shape::Integer { .. } => {
            (class != NUMBER).then(|| format!("class {class} can not be converted to an Integer"))
        }
        // SER-011, SER-012.
        Shape::Long { .. } => {
            (class != NUMBER).then(|| format!("class {class} can not be converted to an Long"))
        }
        Shape::Boolean => boolean_complaint(value, class),
        // SER-018, SER-019.
        Shape::Timestamp => (class != NUMBER && class != TIME)
            .then(|| format!("class {class} can not be converted to milliseconds since epoch")),
        // SER-013 to SER-017.
        Shape::Blob { .. } => match found {
            Found::Text(text) => base64_text::complaint(text)
                .map(|complaint| format!("'{text}' can not be converted to a Blob: {complaint}")),
            Found::Class(_) | Found::Null | Found::List | Found::Structure => {
                (class != BYTES).then(|| format!("class {class} can not be converted to a Blob"))
            }
        },
    }
}

/// SER-001 and SER-002, never run against Kinesis: text is quoted, so it seems to be read and
/// `true` and `false` are taken to be accepted; numbers with a fraction are accepted (SER-029).
fn boolean_complaint(value: &Value, class: &str) -> Option<String> {
    match value {
        Value::Bool(_) | Value::Float(_) => None,
        Value::String(text) if text == "true" || text == "false" => None,
        Value::String(text) => Some(format!("'{text}' can not be converted to an Boolean")),
        Value::Null
        | Value::Integer(_)
        | Value::Blob(_)
        | Value::Time(_)
        | Value::List(_)
        | Value::Map(_) => Some(format!("class {class} can not be converted to an Boolean")),
    }
}

#[cfg(test)]
mod tests;
