//! AWS JSON 1.1: values to text, text to values.
//!
//! `parse` knows no shapes: base64 text stays text and a time stays a number. `decode` turns
//! such a plain value into what the model says it is.

mod encode;
mod parse;
#[cfg(test)]
mod tests;

use crate::model::{Model, Value};
use crate::wire::decode::{self, Decoded};
use crate::wire::message::Encoding;

pub use encode::encode;
pub use parse::{parse, parse_answer};

/// [`crate::wire::decode()`] for a value that was read from JSON.
pub fn decode(model: &Model, shape: Option<&str>, plain: &Value) -> Decoded {
    decode::decode(model, Encoding::Json, shape, plain)
}
