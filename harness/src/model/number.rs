//! Numbers as the service holds them.

use super::shape::Shape;
use super::value::Value;

/// A number as the service holds it: clamped to the shape's width and cut to a whole number
/// (SER-030; recorded for the upper end of 32 bits, KT-025). `None` if the value is no number.
pub(super) fn held(shape: &Shape, value: &Value) -> Option<i64> {
    let whole = match value {
        Value::Integer(number) => *number,
        #[expect(clippy::cast_possible_truncation, reason = "`as` clamps and cuts, which is what is meant")]
        Value::Float(number) => *number as i64,
        Value::Null
        | Value::Bool(_)
        | Value::String(_)
        | Value::Blob(_)
        | Value::Time(_)
        | Value::List(_)
        | Value::Map(_) => return None,
    };
    match shape {
        Shape::Integer { .. } => Some(whole.clamp(i64::from(i32::MIN), i64::from(i32::MAX))),
        Shape::Long { .. } => Some(whole),
        Shape::Structure { .. }
        | Shape::List { .. }
        | Shape::Map { .. }
        | Shape::String { .. }
        | Shape::Boolean
        | Shape::Blob { .. }
        | Shape::Timestamp => None,
    }
}
