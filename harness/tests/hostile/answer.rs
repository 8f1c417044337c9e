//! What a hostile endpoint would have answered, and bytes made of it.

use kinesis_conformance::wire::raw::RawAnswer;

/// The right answer, for a manner to corrupt.
pub(crate) struct Right {
    /// As the reference sent it.
    pub(crate) whole: Vec<u8>,
    /// True if the question is in CBOR.
    pub(crate) cbor: bool,
    body: Vec<u8>,
}

/// A JSON body that no question of the table wants.
const SPARE: &[u8] = br#"{"Spare":"body"}"#;
/// The same in CBOR.
const SPARE_CBOR: &[u8] = b"\xa1\x65Spare\x64body";

impl Right {
    pub(crate) fn of(answer: &RawAnswer, cbor: bool) -> Self {
        Self { whole: answer.bytes.clone(), cbor, body: answer.body.clone() }
    }

    /// The media type of the question.
    pub(crate) const fn media(&self) -> &'static str {
        if self.cbor { "application/x-amz-cbor-1.1" } else { "application/x-amz-json-1.1" }
    }

    /// The right body; another one where the right one is empty and could not be corrupted.
    pub(crate) fn body(&self) -> &[u8] {
        match (self.body.is_empty(), self.cbor) {
            (false, _) => &self.body,
            (true, false) => SPARE,
            (true, true) => SPARE_CBOR,
        }
    }

    /// The right status line and headers with another statement of the body's length.
    pub(crate) fn head(&self, length: usize) -> String {
        head("200 OK", self.media(), length)
    }
}

/// A head of three lines.
pub(crate) fn head(status: &str, media: &str, length: usize) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Length: {length}\r\n\r\n")
}

/// A whole answer.
pub(crate) fn whole(status: &str, media: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    [head(status, media, body.len()).as_bytes(), body].concat()
}

/// A whole answer in AWS JSON.
pub(crate) fn json(status: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    whole(status, "application/x-amz-json-1.1", body)
}

/// A whole answer in AWS CBOR.
pub(crate) fn cbor(body: impl AsRef<[u8]>) -> Vec<u8> {
    whole("200 OK", "application/x-amz-cbor-1.1", body)
}

/// A whole web page.
pub(crate) fn page(status: &str) -> Vec<u8> {
    whole(status, "text/html", format!("<!doctype html><title>{status}</title><p>\u{1b}[31mIt works!"))
}
