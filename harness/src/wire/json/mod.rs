//! AWS JSON 1.1: values to text, text to values, and values held against a shape.
//!
//! [`parse`] knows no shapes: base64 text stays text and a time stays a number. [`decode`] turns
//! such a plain value into what the model says it is. Whether an answer *has* the members it
//! should have is not asked here; nor are bounds, patterns and enums.

mod decode;
mod encode;
mod parse;
#[cfg(test)]
mod tests;

pub use decode::{Decoded, Misfit, decode};
pub use encode::encode;
pub use parse::{DecodeError, Document, MAX_DEPTH, parse, parse_answer};
