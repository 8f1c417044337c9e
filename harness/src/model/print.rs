//! How the service prints members and their values in its messages (VAL-006 to VAL-008).

use sha2::{Digest, Sha256};

use super::number::held;
use super::shape::{Model, Shape};
use super::value::Value;

/// The service's own namespace, which shows in printed structures only (VAL-009).
const NAMESPACE: &str = "com.amazonaws.kinesis.v20131202";

/// A member's name with a lower-case first letter (VAL-006): `StreamARN` is `streamARN`.
pub(super) fn member_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// The value as the service prints it; `None` for a blob, whose value is no longer printed
/// (VAL-003).
pub(super) fn print(model: &Model, shape: &str, value: &Value) -> Option<String> {
    match model.shape(shape) {
        Some(Shape::Blob { .. }) => None,
        Some(
            Shape::Structure { .. }
            | Shape::List { .. }
            | Shape::Map { .. }
            | Shape::String { .. }
            | Shape::Integer { .. }
            | Shape::Long { .. }
            | Shape::Boolean
            | Shape::Timestamp,
        )
        | None => Some(text(model, shape, value)),
    }
}

fn text(model: &Model, shape: &str, value: &Value) -> String {
    let known = model.shape(shape);
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Integer(_) | Value::Float(_) | Value::Time(_) => number(known, value),
        Value::String(text) => text.clone(),
        Value::Blob(bytes) => {
            // The form of 2018 (VAL-007): no newer one is known of a blob inside a list.
            format!("java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]", length = bytes.len())
        }
        Value::List(elements) => {
            let member = if let Some(Shape::List { member, .. }) = known { member } else { "" };
            let printed: Vec<_> = elements.iter().map(|element| text(model, member, element)).collect();
            format!("[{}]", printed.join(", "))
        }
        Value::Map(entries) => {
            if let Some(Shape::Map { value: entry, .. }) = known {
                let printed: Vec<_> = entries
                    .iter()
                    .map(|(key, value)| format!("{key}={}", text(model, entry, value)))
                    .collect();
                format!("{{{}}}", printed.join(", "))
            } else {
                format!("{NAMESPACE}.{shape}@{}", hash(shape, value))
            }
        }
    }
}

fn number(shape: Option<&Shape>, value: &Value) -> String {
    if let Some(held) = shape.and_then(|shape| held(shape, value)) {
        return held.to_string();
    }
    match value {
        Value::Float(number) => number.to_string(),
        Value::Integer(number) | Value::Time(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Blob(_) | Value::List(_) | Value::Map(_) => {
            String::new()
        }
    }
}

/// True if what is printed of a value holds a structure. Members inside a structure are not printed.
pub(super) fn holds_structure(model: &Model, shape: &str, value: &Value) -> bool {
    match (model.shape(shape), value) {
        (Some(Shape::List { member, .. }), Value::List(elements)) => {
            elements.iter().any(|element| holds_structure(model, member, element))
        }
        (Some(Shape::Map { value: entry, .. }), Value::Map(entries)) => {
            entries.values().any(|value| holds_structure(model, entry, value))
        }
        (Some(Shape::Structure { .. }) | None, Value::Map(_)) => true,
        (
            Some(
                Shape::Structure { .. }
                | Shape::List { .. }
                | Shape::Map { .. }
                | Shape::String { .. }
                | Shape::Integer { .. }
                | Shape::Long { .. }
                | Shape::Boolean
                | Shape::Blob { .. }
                | Shape::Timestamp,
            )
            | None,
            _,
        ) => false,
    }
}

/// Eight hex digits in place of the service's, which are made of the structure's content and change
/// with the service: equal structures have equal digits, and only that is known (VAL-034).
fn hash(shape: &str, value: &Value) -> String {
    let mut digest = Sha256::new();
    feed(&mut digest, &Value::String(shape.to_owned()));
    feed(&mut digest, value);
    hex::encode(&digest.finalize()[..4])
}

/// Feeds a value so that values that differ feed other bytes.
fn feed(digest: &mut Sha256, value: &Value) {
    let mut bytes = |kind: u8, bytes: &[u8]| {
        digest.update([kind]);
        digest.update(bytes.len().to_be_bytes());
        digest.update(bytes);
    };
    match value {
        Value::Null => bytes(0, &[]),
        Value::Bool(truth) => bytes(1, &[u8::from(*truth)]),
        Value::Integer(number) => bytes(2, &number.to_be_bytes()),
        Value::Float(number) => bytes(3, &number.to_be_bytes()),
        Value::Time(millis) => bytes(4, &millis.to_be_bytes()),
        Value::String(text) => bytes(5, text.as_bytes()),
        Value::Blob(blob) => bytes(6, blob),
        Value::List(elements) => {
            bytes(7, &elements.len().to_be_bytes());
            elements.iter().for_each(|element| feed(digest, element));
        }
        Value::Map(entries) => {
            bytes(8, &entries.len().to_be_bytes());
            // The order in which members were sent is no content.
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(name, _)| name.as_str());
            for (name, value) in entries {
                digest.update(name.len().to_be_bytes());
                digest.update(name.as_bytes());
                feed(digest, value);
            }
        }
    }
}
