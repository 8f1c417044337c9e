//! One face for both encodings.

use crate::model::Value;

use super::document::{DecodeError, Document};
use super::message::Encoding;
use super::{cbor, json};

/// The body that a value makes in that encoding.
pub fn encode(encoding: Encoding, value: &Value) -> Vec<u8> {
    match encoding {
        Encoding::Json => json::encode(value),
        Encoding::Cbor => cbor::encode(value),
    }
}

/// Reads one value that takes the whole body. Nothing is directed by types: see
/// [`decode`](super::decode()) for that.
///
/// # Errors
///
/// Those of [`json::parse`] and [`cbor::parse`].
pub fn parse(encoding: Encoding, bytes: &[u8]) -> Result<Document, DecodeError> {
    match encoding {
        Encoding::Json => json::parse(bytes),
        Encoding::Cbor => cbor::parse(bytes),
    }
}

/// Reads the body of an answer: [`parse`], but no body is an empty structure (WIRE-007).
///
/// # Errors
///
/// Those of [`parse`].
pub fn parse_answer(encoding: Encoding, bytes: &[u8]) -> Result<Document, DecodeError> {
    if bytes.is_empty() {
        return Ok(Document::empty());
    }
    parse(encoding, bytes)
}
