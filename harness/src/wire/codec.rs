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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_reads_what_it_writes_and_not_the_other() {
        let value = Value::from([("StreamName", "s".into()), ("Limit", Value::Integer(5))]);
        for (encoding, other) in [(Encoding::Json, Encoding::Cbor), (Encoding::Cbor, Encoding::Json)] {
            let bytes = encode(encoding, &value);
            assert_eq!(parse(encoding, &bytes).unwrap().value, value);
            parse(other, &bytes).unwrap_err();
        }
    }

    #[test]
    fn no_body_is_an_empty_structure_in_an_answer_only() {
        for encoding in [Encoding::Json, Encoding::Cbor] {
            assert_eq!(parse_answer(encoding, b"").unwrap().value, Value::empty());
            parse(encoding, b"").unwrap_err();
        }
    }
}
