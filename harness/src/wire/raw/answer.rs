//! An answer, kept byte for byte.

/// An answer as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAnswer {
    /// Every byte of it, from the first of the status line (interim answers included) to the last
    /// of the body.
    pub bytes: Vec<u8>,
    /// The heads of 1xx answers that came first.
    pub interim: Vec<Head>,
    /// The head.
    pub head: Head,
    /// What showed where the body ends.
    pub framing: Framing,
    /// The body, chunks joined.
    pub body: Vec<u8>,
    /// Headers behind the last chunk.
    pub trailers: Vec<RawHeader>,
    /// True if the connection was closed right behind it.
    pub closed: bool,
    /// What is wrong and was passed over, in the order of the bytes.
    pub faults: Vec<Fault>,
}

/// A status line and its headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Where it starts in [`RawAnswer::bytes`].
    pub offset: usize,
    /// `HTTP/1.1`, as written.
    pub version: String,
    /// The status.
    pub status: u16,
    /// What follows the status, as written.
    pub reason: String,
    /// Headers in order of arrival, names in the case in which they came.
    pub headers: Vec<RawHeader>,
    /// Where it ends: the first byte behind the empty line.
    pub end: usize,
}

/// One header line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawHeader {
    /// The name, as written.
    pub name: String,
    /// The value without the blanks around it; bytes that are no UTF-8 are replaced.
    pub value: String,
    /// Where the line starts.
    pub offset: usize,
}

/// What showed where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Nothing: there can be no body (HEAD, 1xx, 204, 304).
    None,
    /// `Content-Length`.
    Length(u64),
    /// `Transfer-Encoding: chunked`.
    Chunked,
    /// The end of the connection.
    Close,
}

/// Something wrong that a lenient reader passes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The byte at which it stands.
    pub offset: usize,
    /// What is wrong, in lower case.
    pub reason: String,
}

impl Head {
    /// The values of a header, in the order of arrival; `name` in lower case.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a RawHeader> {
        self.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name))
    }
}

impl RawAnswer {
    /// Status line and headers as they came, without the empty line.
    pub fn head_text(&self) -> String {
        let bytes = self.bytes.get(self.head.offset..self.head.end).unwrap_or_default();
        String::from_utf8_lossy(bytes).trim_end().to_owned()
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "byte {}: {}", self.offset, self.reason)
    }
}
