//! Which value of a body is not of its member's type, and what the service says of it.
//!
//! The service reads a body by type before it checks any constraint (SER-031), and its texts
//! depend on the type that it wants and on the one that it finds (SER-001 to SER-026, SER-033).
//! The value here is the body *before* a codec has turned text into bytes: in JSON a blob is still
//! a string. How deep a body may go is the codec's concern. The texts were recorded in JSON; they
//! are taken to be the same in CBOR where the same types meet, and those for values that JSON does
//! not have are not here.

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
    /// The service's text; `None` where no source has one: for a body that is no structure
    /// (WIRE-037), and for byte strings, times and text for bytes, which only CBOR can have.
    pub message: Option<String>,
}

/// How the encoding of a body writes a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobForm {
    /// As base64 text, which may be wrong in itself: JSON.
    Base64,
    /// As bytes; text is of another type (WIRE-033 has it so in answers): CBOR.
    Bytes,
}

/// The first value of `input`, in the order in which the body has its members, that is not of its
/// member's type. That only the first counts is assumed (SER-031). Members that the model does not
/// know are ignored, nulls count as absent (WIRE-035).
pub fn type_error(model: &Model, operation: &Operation, blobs: BlobForm, input: &Value) -> Option<TypeError> {
    let shape = operation.input.as_deref()?;
    match input {
        Value::Map(_) => Check { model, blobs }.value(shape, input, ""),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Blob(_)
        | Value::Time(_)
        | Value::List(_) => Some(TypeError { path: String::new(), message: None }),
    }
}

struct Check<'a> {
    model: &'a Model,
    blobs: BlobForm,
}

impl Check<'_> {
    fn value(&self, shape: &str, value: &Value, path: &str) -> Option<TypeError> {
        let shape = self.model.shape(shape)?;
        match (shape, value) {
            (Shape::Structure { members, .. }, Value::Map(given)) => {
                given.iter().find_map(|(name, value)| {
                    let member = members.get(name)?;
                    let dot = if path.is_empty() { "" } else { "." };
                    self.value(&member.shape, value, &format!("{path}{dot}{}", member_name(name)))
                })
            }
            (Shape::List { member, .. }, Value::List(elements)) => {
                elements.iter().enumerate().find_map(|(index, element)| {
                    self.value(member, element, &format!("{path}.{}.member", index + 1))
                })
            }
            (Shape::Map { value: entry, .. }, Value::Map(entries)) => entries
                .iter()
                .find_map(|(key, value)| self.value(entry, value, &format!("{path}.{key}.member"))),
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
            ) => complaint(shape, self.blobs, value).map(|complaint| TypeError {
                path: path.to_owned(),
                message: match complaint {
                    Complaint::Text(text) => Some(text),
                    Complaint::WithoutText => None,
                },
            }),
        }
    }
}

/// What the service says of a value of the wrong type.
enum Complaint {
    Text(String),
    /// It refuses the value, with a text that no source has.
    WithoutText,
}

/// What a body was found to hold where a type was wanted.
enum Found<'value> {
    /// Nothing to complain about: null counts as absent.
    Null,
    Text(&'value str),
    /// A value that the service names by its Java class.
    Class(&'static str),
    /// Bytes or a time, which only CBOR has: no source has its name.
    Unnamed,
    List,
    Structure,
}

const BOOLEAN: &str = "java.lang.Boolean";
const STRING: &str = "java.lang.String";
const NUMBER: &str = "com.amazon.coral.value.json.numbers.TruncatingBigNumber";

impl<'value> Found<'value> {
    fn of(value: &'value Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Class(BOOLEAN),
            Value::Integer(_) | Value::Float(_) => Self::Class(NUMBER),
            Value::String(text) => Self::Text(text),
            Value::Blob(_) | Value::Time(_) => Self::Unnamed,
            Value::List(_) => Self::List,
            Value::Map(_) => Self::Structure,
        }
    }
}

/// What the service says of a value that is not of the shape's type; `None` if it is.
fn complaint(shape: &Shape, blobs: BlobForm, value: &Value) -> Option<Complaint> {
    let text = match Found::of(value) {
        Found::Null => None,
        // SER-026: one of the two ends with a full stop.
        Found::List => match shape {
            Shape::List { .. } => None,
            Shape::Structure { .. }
            | Shape::Map { .. }
            | Shape::String { .. }
            | Shape::Integer { .. }
            | Shape::Long { .. }
            | Shape::Boolean
            | Shape::Blob { .. }
            | Shape::Timestamp => Some("Start of list found where not expected".to_owned()),
        },
        Found::Structure => match shape {
            Shape::Structure { .. } | Shape::Map { .. } => None,
            Shape::List { .. }
            | Shape::String { .. }
            | Shape::Integer { .. }
            | Shape::Long { .. }
            | Shape::Boolean
            | Shape::Blob { .. }
            | Shape::Timestamp => Some("Start of structure or map found where not expected.".to_owned()),
        },
        Found::Unnamed => return (!is_of(shape, value)).then_some(Complaint::WithoutText),
        Found::Text(text) => match (shape, blobs) {
            (Shape::Blob { .. }, BlobForm::Bytes) => return Some(Complaint::WithoutText),
            (Shape::Blob { .. }, BlobForm::Base64) => base64_text::complaint(text)
                .map(|complaint| format!("'{text}' can not be converted to a Blob: {complaint}")),
            (
                Shape::Structure { .. }
                | Shape::List { .. }
                | Shape::Map { .. }
                | Shape::String { .. }
                | Shape::Integer { .. }
                | Shape::Long { .. }
                | Shape::Boolean
                | Shape::Timestamp,
                BlobForm::Base64 | BlobForm::Bytes,
            ) => scalar_complaint(shape, value, STRING),
        },
        Found::Class(class) => scalar_complaint(shape, value, class),
    };
    text.map(Complaint::Text)
}

/// True for bytes where bytes are wanted, and for a time where a time is.
const fn is_of(shape: &Shape, value: &Value) -> bool {
    matches!((shape, value), (Shape::Blob { .. }, Value::Blob(_)) | (Shape::Timestamp, Value::Time(_)))
}

/// The texts for scalars. The article is `an` for all but Blob (SER-026).
fn scalar_complaint(shape: &Shape, value: &Value, class: &str) -> Option<String> {
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
        Shape::Timestamp => (class != NUMBER)
            .then(|| format!("class {class} can not be converted to milliseconds since epoch")),
        // SER-013, SER-014; text is looked into where it is found (SER-015 to SER-017).
        Shape::Blob { .. } => Some(format!("class {class} can not be converted to a Blob")),
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
