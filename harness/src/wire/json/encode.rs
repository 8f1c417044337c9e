//! Values to AWS JSON 1.1 text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::Value;

/// The compact AWS JSON 1.1 text of a value.
///
/// A blob becomes padded base64, a time a number of seconds with as many decimals as it needs (at
/// most three, WIRE-034), and members keep their order. A float that JSON cannot spell (infinite,
/// not a number) becomes `null`.
pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::Float(number) => leaf(number, out),
        Value::String(text) => leaf(text, out),
        Value::Blob(bytes) => {
            out.push(b'"');
            out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
            out.push(b'"');
        }
        Value::Time(milliseconds) => out.extend_from_slice(seconds(*milliseconds).as_bytes()),
        Value::List(elements) => {
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(element, out);
            }
            out.push(b']');
        }
        Value::Map(members) => {
            out.push(b'{');
            for (index, (name, member)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                leaf(name, out);
                out.push(b':');
                write(member, out);
            }
            out.push(b'}');
        }
    }
}

/// Text and floats have many rules of their own, so they are left to the JSON crate.
fn leaf(value: &(impl serde::Serialize + ?Sized), out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("a Vec takes every byte, and text and numbers always serialise");
}

/// Milliseconds as decimal seconds, exact for every `i64`.
fn seconds(milliseconds: i64) -> String {
    let sign = if milliseconds < 0 { "-" } else { "" };
    let magnitude = milliseconds.unsigned_abs();
    let (whole, fraction) = (magnitude / 1000, magnitude % 1000);
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{fraction:03}").trim_end_matches('0').to_owned()
}
