//! What the readers of both encodings hand back: a document, or why there is none.

use std::fmt;

use crate::model::Value;

/// How many lists and maps may stand inside each other, in either encoding; in CBOR, tags and
/// strings in chunks count too. The deepest shape of the API needs 5.
pub const MAX_DEPTH: usize = 100;

/// How many repeated members are reported, and how many characters of each part of their path. A
/// hostile body could otherwise make paths far longer than itself.
const MAX_DUPLICATES: usize = 32;
const MAX_PATH_PART: usize = 128;

/// A body, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The value. Of members with the same name the last one is kept.
    pub value: Value,
    /// Dotted paths of the members that stand there more than once, one entry per repetition.
    /// List elements count from 0: `Records.0.Data`. Of a body with very many or very long ones
    /// only the first 32 are reported, and each part of a path is cut at 128 characters.
    pub duplicates: Vec<String>,
}

impl Document {
    /// What no body stands for in an answer: an empty structure (WIRE-007).
    pub(super) fn empty() -> Self {
        Self { value: Value::empty(), duplicates: Vec::new() }
    }
}

/// Why bytes are no body that the harness can hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read {}: {reason}", Place { offset: *offset, text: *text })]
pub struct DecodeError {
    /// Bytes before the place.
    pub offset: usize,
    /// The same place in lines and columns: JSON has them, CBOR does not.
    pub text: Option<TextPlace>,
    /// What is wrong, in lower case.
    pub reason: String,
}

/// A place in text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextPlace {
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters; in text that is not UTF-8, in whole characters before it.
    pub column: usize,
}

/// A place, as text.
struct Place {
    offset: usize,
    text: Option<TextPlace>,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = self.offset;
        match self.text {
            Some(TextPlace { line, column }) => {
                write!(formatter, "JSON at line {line}, column {column} (byte {offset})")
            }
            None => write!(formatter, "CBOR at byte {offset}"),
        }
    }
}

/// Notes a repeated member, by its name alone.
pub(super) fn note_duplicate(duplicates: &mut Vec<String>, name: &str) {
    if duplicates.len() < MAX_DUPLICATES {
        duplicates.push(format!("{name:.MAX_PATH_PART$}"));
    }
}

/// Puts `prefix` before the paths noted since `from`. Only bodies with duplicates pay for paths.
pub(super) fn prefix_paths(duplicates: &mut [String], from: usize, prefix: &dyn fmt::Display) {
    for path in &mut duplicates[from..] {
        *path = format!("{prefix:.MAX_PATH_PART$}.{path}");
    }
}
