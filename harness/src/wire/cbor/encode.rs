//! Values to AWS CBOR 1.1.

use crate::model::Value;

/// The AWS CBOR 1.1 bytes of a value.
///
/// All lengths are definite and all heads as short as they can be; a blob is a byte string
/// (WIRE-033), a time tag 1 over whole milliseconds (WIRE-032), and members keep their order. A
/// float is always written in eight bytes, as the Java SDK does: not every decoder knows halves.
pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    write(value, &mut out);
    out
}

/// Major types, in their place in the first byte.
const UNSIGNED: u8 = 0 << 5;
const NEGATIVE: u8 = 1 << 5;
const BYTES: u8 = 2 << 5;
const TEXT: u8 = 3 << 5;
const ARRAY: u8 = 4 << 5;
const MAP: u8 = 5 << 5;
const TAG: u8 = 6 << 5;

const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const NULL: u8 = 0xf6;
const DOUBLE: u8 = 0xfb;
/// The tag of a time.
const EPOCH: u64 = 1;

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(NULL),
        Value::Bool(truth) => out.push(if *truth { TRUE } else { FALSE }),
        Value::Integer(number) => integer(*number, out),
        Value::Float(number) => {
            out.push(DOUBLE);
            out.extend_from_slice(&number.to_be_bytes());
        }
        Value::String(text) => string(TEXT, text.as_bytes(), out),
        Value::Blob(bytes) => string(BYTES, bytes, out),
        Value::Time(milliseconds) => {
            head(TAG, EPOCH, out);
            integer(*milliseconds, out);
        }
        Value::List(elements) => {
            head(ARRAY, elements.len() as u64, out);
            for element in elements {
                write(element, out);
            }
        }
        Value::Map(members) => {
            head(MAP, members.len() as u64, out);
            for (name, member) in members {
                string(TEXT, name.as_bytes(), out);
                write(member, out);
            }
        }
    }
}

fn string(major: u8, bytes: &[u8], out: &mut Vec<u8>) {
    head(major, bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn integer(number: i64, out: &mut Vec<u8>) {
    match u64::try_from(number) {
        Ok(number) => head(UNSIGNED, number, out),
        // In two's complement, flipping all bits turns `-1 - n` into `n`.
        Err(_) => head(NEGATIVE, u64::from_ne_bytes((!number).to_ne_bytes()), out),
    }
}

/// The shortest head with that argument.
fn head(major: u8, argument: u64, out: &mut Vec<u8>) {
    match argument {
        0..=23 => out.push(major | argument as u8),
        24..=0xff => out.extend_from_slice(&[major | 24, argument as u8]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend_from_slice(&(argument as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend_from_slice(&(argument as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&argument.to_be_bytes());
        }
    }
}
