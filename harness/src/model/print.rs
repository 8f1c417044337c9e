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
                format!("{NAMESPACE}.{shape}@{}", hash(shape))
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

/// Eight hex digits in place of Java's identity hash, the same for all structures of a shape:
/// nobody may read a meaning into them, and a message should not change from run to run.
fn hash(shape: &str) -> String {
    let digest = Sha256::digest(shape.as_bytes());
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
