//! A request, byte for byte.

use bytes::Bytes;

/// A request as it goes onto the wire. Nothing is added, checked or put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRequest {
    /// The method.
    pub method: String,
    /// The request target: path and query.
    pub path: String,
    /// Headers in the order, the case and the number in which they are written.
    pub headers: Vec<(String, String)>,
    /// What states the length of the body.
    pub framing: RequestFraming,
    /// The body.
    pub body: Bytes,
    /// Where the sending ends.
    pub cut: Cut,
}

/// What states the length of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestFraming {
    /// `Content-Length` with the true length.
    Length,
    /// `Content-Length` with this length.
    Stated(u64),
    /// `Transfer-Encoding: chunked`, in chunks of at most so many bytes (at least 1).
    Chunked(usize),
    /// Nothing.
    None,
}

/// Where the sending of a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// At its end; the connection stays open for sending.
    Whole,
    /// After so many bytes; then the sending half is closed.
    After(usize),
}

impl RawRequest {
    /// Status line and headers, with the empty line behind them.
    pub fn head(&self) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match self.framing {
            RequestFraming::Length => head.push_str(&format!("Content-Length: {}\r\n", self.body.len())),
            RequestFraming::Stated(length) => head.push_str(&format!("Content-Length: {length}\r\n")),
            RequestFraming::Chunked(_) => head.push_str("Transfer-Encoding: chunked\r\n"),
            RequestFraming::None => {}
        }
        head.push_str("\r\n");
        head
    }

    /// All of it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.head().into_bytes();
        match self.framing {
            RequestFraming::Length | RequestFraming::Stated(_) | RequestFraming::None => {
                bytes.extend_from_slice(&self.body);
            }
            RequestFraming::Chunked(size) => {
                for chunk in self.body.chunks(size.max(1)) {
                    bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                    bytes.extend_from_slice(chunk);
                    bytes.extend_from_slice(b"\r\n");
                }
                bytes.extend_from_slice(b"0\r\n\r\n");
            }
        }
        bytes
    }
}
