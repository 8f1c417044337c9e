//! Plain values held against a shape of the model.
//!
//! Whether an answer *has* the members it should have is not checked here; nor are bounds, patterns
//! and enums.

#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::{Model, Shape, Value};

use super::message::Encoding;

/// A plain value after it was held against a shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The value: base64 text is [`Value::Blob`] and numbers are [`Value::Time`] where the shape
    /// says so; all else is as it was, unknown members and misfits too.
    pub value: Value,
    /// What does not fit, in the order of the text.
    pub misfits: Vec<Misfit>,
}

/// A value whose type is not that of its shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Dotted path, list elements counted from 0 (`Records.0.Data`); empty for the whole value.
    pub path: String,
    /// What the shape wants: `structure`, `list`, `map`, `string`, `32-bit integer`,
    /// `64-bit integer`, `boolean`; `base64 text` and `epoch seconds` in JSON, `byte string` and
    /// `epoch milliseconds` in CBOR.
    pub expected: &'static str,
    /// What stands there: `null`, `boolean`, `integer`, `float`, `string`, `blob`, `time`,
    /// `list`, `map`.
    pub found: &'static str,
}

/// Turns a plain value into what `shape` says it is, as far as it fits.
///
/// `null` fits everywhere below the top, as clients take it for an absent member (WIRE-035).
/// Without a shape, or with one that the model does not hold, the value stays as it is.
///
/// In JSON, a blob is base64 text and a time a number of seconds. In CBOR, a blob is a byte string
/// and nothing else (WIRE-033). A time in CBOR is tag 1 over milliseconds (WIRE-032), which the
/// reader has already made a [`Value::Time`]; a whole number without the tag counts as
/// milliseconds too, and a float as seconds, as RFC 8949 has it. How a time was in fact spelled,
/// [`crate::wire::cbor::outline()`] shows.
pub fn decode(model: &Model, encoding: Encoding, shape: Option<&str>, plain: &Value) -> Decoded {
    let mut decoder = Decoder { model, encoding, path: Vec::new(), misfits: Vec::new() };
    let value = match shape.and_then(|name| model.shape(name)) {
        Some(shape) if *plain == Value::Null => decoder.misfit(shape, plain),
        Some(shape) => decoder.shape(shape, plain),
        None => plain.clone(),
    };
    Decoded { value, misfits: decoder.misfits }
}

struct Decoder<'a> {
    model: &'a Model,
    encoding: Encoding,
    path: Vec<Step<'a>>,
    misfits: Vec<Misfit>,
}

enum Step<'a> {
    Member(&'a str),
    Element(usize),
}

impl<'a> Decoder<'a> {
    fn named(&mut self, step: Step<'a>, shape: &str, plain: &'a Value) -> Value {
        self.path.push(step);
        let value = match self.model.shape(shape) {
            Some(shape) => self.shape(shape, plain),
            None => plain.clone(),
        };
        self.path.pop();
        value
    }

    fn shape(&mut self, shape: &'a Shape, plain: &'a Value) -> Value {
        if *plain == Value::Null {
            return Value::Null;
        }
        match (shape, plain) {
            (Shape::Structure { members, .. }, Value::Map(found)) => Value::Map(
                found
                    .iter()
                    .map(|(name, value)| {
                        let decoded = match members.get(name) {
                            Some(member) => self.named(Step::Member(name), &member.shape, value),
                            None => value.clone(),
                        };
                        (name.clone(), decoded)
                    })
                    .collect(),
            ),
            (Shape::Map { value: shape, .. }, Value::Map(found)) => Value::Map(
                found
                    .iter()
                    .map(|(name, value)| (name.clone(), self.named(Step::Member(name), shape, value)))
                    .collect(),
            ),
            (Shape::List { member, .. }, Value::List(found)) => Value::List(
                found
                    .iter()
                    .enumerate()
                    .map(|(index, value)| self.named(Step::Element(index), member, value))
                    .collect(),
            ),
            (Shape::Blob { .. }, Value::String(text)) => match self.bytes(text) {
                Some(bytes) => Value::Blob(bytes),
                None => self.misfit(shape, plain),
            },
            (Shape::Timestamp, Value::Integer(number)) => match self.milliseconds(*number) {
                Some(milliseconds) => Value::Time(milliseconds),
                None => self.misfit(shape, plain),
            },
            (Shape::Timestamp, Value::Float(seconds)) => match rounded_milliseconds(*seconds) {
                Some(milliseconds) => Value::Time(milliseconds),
                None => self.misfit(shape, plain),
            },
            (Shape::Integer { .. }, Value::Integer(number)) if i32::try_from(*number).is_ok() => {
                plain.clone()
            }
            (Shape::String { .. }, Value::String(_))
            | (Shape::Long { .. }, Value::Integer(_))
            | (Shape::Boolean, Value::Bool(_))
            | (Shape::Blob { .. }, Value::Blob(_))
            | (Shape::Timestamp, Value::Time(_)) => plain.clone(),
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
            ) => self.misfit(shape, plain),
        }
    }

    /// The bytes that text stands for.
    fn bytes(&self, text: &str) -> Option<Vec<u8>> {
        match self.encoding {
            Encoding::Json => STANDARD.decode(text).ok(),
            Encoding::Cbor => None,
        }
    }

    /// The milliseconds that a whole number stands for; `None` beyond an `i64`.
    const fn milliseconds(&self, number: i64) -> Option<i64> {
        match self.encoding {
            Encoding::Json => number.checked_mul(1000),
            Encoding::Cbor => Some(number),
        }
    }

    /// Notes a misfit and keeps the value raw.
    fn misfit(&mut self, shape: &Shape, plain: &Value) -> Value {
        let path = self
            .path
            .iter()
            .map(|step| match step {
                Step::Member(name) => (*name).to_owned(),
                Step::Element(index) => index.to_string(),
            })
            .collect::<Vec<_>>()
            .join(".");
        self.misfits.push(Misfit { path, expected: wanted(shape, self.encoding), found: kind(plain) });
        plain.clone()
    }
}

/// Epoch seconds to milliseconds, rounded; `None` beyond an `i64`.
fn rounded_milliseconds(seconds: f64) -> Option<i64> {
    let milliseconds = (seconds * 1000.0).round();
    // -2^63 is exact as a float, and 2^63 the first that an `i64` cannot hold.
    let limit = i64::MIN as f64;
    (limit..-limit).contains(&milliseconds).then_some(milliseconds as i64)
}

const fn wanted(shape: &Shape, encoding: Encoding) -> &'static str {
    match shape {
        Shape::Structure { .. } => "structure",
        Shape::List { .. } => "list",
        Shape::Map { .. } => "map",
        Shape::String { .. } => "string",
        Shape::Integer { .. } => "32-bit integer",
        Shape::Long { .. } => "64-bit integer",
        Shape::Boolean => "boolean",
        Shape::Blob { .. } => match encoding {
            Encoding::Json => "base64 text",
            Encoding::Cbor => "byte string",
        },
        Shape::Timestamp => match encoding {
            Encoding::Json => "epoch seconds",
            Encoding::Cbor => "epoch milliseconds",
        },
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Integer(_) => "integer",
        Value::Float(_) => "float",
        Value::String(_) => "string",
        Value::Blob(_) => "blob",
        Value::Time(_) => "time",
        Value::List(_) => "list",
        Value::Map(_) => "map",
    }
}
