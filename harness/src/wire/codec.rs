//! The encodings behind one face.

use crate::model::{Model, Value};

use super::json;
use super::message::Encoding;

pub use super::json::{DecodeError, Decoded, Document, Misfit};

/// The body of a value.
pub fn encode(_encoding: Encoding, value: &Value) -> Vec<u8> {
    json::encode(value)
}

/// A body, parsed; nothing is decoded by the model.
pub fn parse(_encoding: Encoding, body: &[u8]) -> Result<Document, DecodeError> {
    json::parse(body)
}

/// A parsed body, decoded by the model.
pub fn decode(model: &Model, shape: Option<&str>, value: &Value) -> Decoded {
    json::decode(model, shape, value)
}
