//! Where something stands in a file.

use std::sync::Arc;

/// A file that a person wrote: its path as shown to people, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Path with forward slashes, relative where the file belongs to the suite
    /// (`cases/start-stream-encryption/transition.yaml`).
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// A stretch of a [`Source`]. `line` and `column` are 1-based, `offset` and `len` count bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// 1-based line of the first character.
    pub line: u32,
    /// 1-based column, in characters, of the first character.
    pub column: u32,
    /// Byte offset of the first character.
    pub offset: u32,
    /// Length in bytes; 0 where only a point is known.
    pub len: u32,
}

/// A value and where it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl Source {
    /// A source ready to be shared by all that was read from it.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: text.into() })
    }
}
