//! A lenient reader of HTTP/1.1 answers: takes what a client could still make sense of, and shows
//! where it is wrong.

use super::answer::{Fault, Framing, Head, RawAnswer, RawHeader};
use crate::wire::client::BODY_LIMIT;

/// Bytes of a head beyond which an answer is given up.
pub const HEAD_LIMIT: usize = 64 * 1024;
/// Bytes of a whole answer beyond which it is given up: chunks cost more than they carry.
const WHOLE_LIMIT: usize = 2 * BODY_LIMIT;
/// Answers with a 1xx status before the one that counts, at most.
pub const INTERIM_LIMIT: usize = 16;
/// Faults that are reported, at most: a hostile answer could have any number.
const FAULTS_REPORTED: usize = 32;
/// The longest line that states the size of a chunk.
const CHUNK_LINE_LIMIT: usize = 4 * 1024;

/// Why bytes are no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// There are none.
    #[error("connection closed before any byte of an answer")]
    Nothing,
    /// They end before the answer does.
    #[error("connection closed at byte {offset}: {missing} missing")]
    Cut {
        /// How many came.
        offset: usize,
        /// What is missing.
        missing: String,
    },
    /// They are not HTTP.
    #[error("not HTTP at byte {offset}: {reason}")]
    NotHttp {
        /// Where.
        offset: usize,
        /// Why not.
        reason: String,
    },
    /// There are more than the harness is willing to hold.
    #[error("given up at byte {offset}: {what} is longer than {limit} bytes")]
    TooLong {
        /// Where.
        offset: usize,
        /// What.
        what: &'static str,
        /// How much is held.
        limit: usize,
    },
}

/// Reads one answer from pieces of any size.
#[derive(Debug)]
pub struct AnswerParser {
    answers_head: bool,
    buffer: Vec<u8>,
    /// What is read so far.
    at: usize,
    phase: Phase,
    interim: Vec<Head>,
    head: Option<Head>,
    framing: Framing,
    body: Vec<u8>,
    trailers: Vec<RawHeader>,
    faults: Vec<Fault>,
    closed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Head,
    /// So many bytes of the body are to come.
    Length(u64),
    ChunkSize,
    /// So many bytes of the chunk are to come.
    Chunk(u64),
    ChunkEnd,
    Trailers,
    UntilClose,
    Done,
}

impl AnswerParser {
    /// A reader of the answer to a request of that method.
    pub fn new(method: &str) -> Self {
        Self {
            answers_head: method == "HEAD",
            buffer: Vec::new(),
            at: 0,
            phase: Phase::Head,
            interim: Vec::new(),
            head: None,
            framing: Framing::None,
            body: Vec::new(),
            trailers: Vec::new(),
            faults: Vec::new(),
            closed: false,
        }
    }

    /// True if no byte has come.
    pub const fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// Takes the next bytes; true once the answer is complete.
    ///
    /// # Errors
    /// If they are no answer, or more than the harness is willing to hold.
    pub fn push(&mut self, bytes: &[u8]) -> Result<bool, Unreadable> {
        self.buffer.extend_from_slice(bytes);
        // Chunks of one byte with long extensions would make much out of little.
        if self.buffer.len() > WHOLE_LIMIT {
            return Err(Unreadable::TooLong { offset: self.at, what: "the answer", limit: WHOLE_LIMIT });
        }
        while self.step()? {}
        Ok(self.phase == Phase::Done)
    }

    /// The answer, once it is complete, and what came behind it.
    ///
    /// # Errors
    /// If it is not complete.
    pub fn finish(mut self) -> Result<(RawAnswer, Vec<u8>), Unreadable> {
        match (self.phase, self.head.take()) {
            (Phase::Done, Some(head)) => {
                let rest = self.buffer.split_off(self.at);
                let answer = RawAnswer {
                    bytes: self.buffer,
                    interim: self.interim,
                    head,
                    framing: self.framing,
                    body: self.body,
                    trailers: self.trailers,
                    closed: self.closed,
                    faults: self.faults,
                };
                Ok((answer, rest))
            }
            (_, _) if self.buffer.is_empty() => Err(Unreadable::Nothing),
            (phase, _) => {
                let missing = match phase {
                    Phase::Head => "the end of the head".to_owned(),
                    Phase::Length(left) => format!("{left} bytes of the body"),
                    Phase::ChunkSize => "the size of a chunk".to_owned(),
                    Phase::Chunk(left) => format!("{left} bytes of a chunk"),
                    Phase::ChunkEnd => "the end of a chunk".to_owned(),
                    Phase::Trailers => "the empty line behind the last chunk".to_owned(),
                    Phase::UntilClose | Phase::Done => "the head".to_owned(),
                };
                Err(Unreadable::Cut { offset: self.buffer.len(), missing })
            }
        }
    }

    /// The same once the connection has ended.
    ///
    /// # Errors
    /// If the answer is not complete.
    pub fn end(mut self) -> Result<(RawAnswer, Vec<u8>), Unreadable> {
        self.closed = true;
        if self.phase == Phase::UntilClose {
            self.phase = Phase::Done;
        }
        self.finish()
    }

    /// One step; false if more bytes are needed, or none.
    fn step(&mut self) -> Result<bool, Unreadable> {
        match self.phase {
            Phase::Head => self.head(),
            Phase::Length(left) => {
                let took = self.take(left)?;
                self.phase = if took == left { Phase::Done } else { Phase::Length(left - took) };
                Ok(took == left)
            }
            Phase::ChunkSize => self.chunk_size(),
            Phase::Chunk(left) => {
                let took = self.take(left)?;
                self.phase = if took == left { Phase::ChunkEnd } else { Phase::Chunk(left - took) };
                Ok(took == left)
            }
            Phase::ChunkEnd => self.chunk_end(),
            Phase::Trailers => self.trailer(),
            Phase::UntilClose => {
                self.take(u64::MAX)?;
                Ok(false)
            }
            Phase::Done => Ok(false),
        }
    }

    /// Moves up to so many bytes into the body; how many there were.
    fn take(&mut self, most: u64) -> Result<u64, Unreadable> {
        let there = &self.buffer[self.at..];
        let count = usize::try_from(most).unwrap_or(usize::MAX).min(there.len());
        if self.body.len() + count > BODY_LIMIT {
            return Err(Unreadable::TooLong { offset: self.at, what: "the body", limit: BODY_LIMIT });
        }
        self.body.extend_from_slice(&there[..count]);
        self.at += count;
        Ok(count as u64)
    }

    /// The next line without its end, and where it starts. A bare line feed ends one too.
    fn line(&mut self, limit: usize, what: &'static str) -> Result<Option<(usize, Vec<u8>)>, Unreadable> {
        let start = self.at;
        let Some(length) = self.buffer[start..].iter().take(limit + 1).position(|byte| *byte == b'\n') else {
            if self.buffer.len() - start > limit {
                return Err(Unreadable::TooLong { offset: start, what, limit });
            }
            return Ok(None);
        };
        self.at = start + length + 1;
        let mut line = self.buffer[start..start + length].to_vec();
        if line.pop_if(|last| *last == b'\r').is_none() {
            self.fault(start + length, "a line ends without a carriage return");
        }
        Ok(Some((start, line)))
    }

    fn fault(&mut self, offset: usize, reason: impl Into<String>) {
        if self.faults.len() < FAULTS_REPORTED {
            self.faults.push(Fault { offset, reason: reason.into() });
        }
    }

    /// A whole head, as its end is what shows that it is one.
    fn head(&mut self) -> Result<bool, Unreadable> {
        let start = self.at;
        // What cannot become HTTP any more is reported at once, not after a time-out.
        let there = &self.buffer[start..];
        let magic = b"HTTP/";
        if let Some(wrong) = there.iter().zip(magic).position(|(byte, wanted)| byte != wanted) {
            let reason = "an answer starts with `HTTP/`".to_owned();
            return Err(Unreadable::NotHttp { offset: start + wrong, reason });
        }
        let ends =
            there.windows(2).any(|pair| pair == b"\n\n") || there.windows(4).any(|four| four == b"\r\n\r\n");
        if !ends && !there.windows(3).any(|three| three == b"\n\r\n") {
            if there.len() > HEAD_LIMIT {
                return Err(Unreadable::TooLong { offset: start, what: "the head", limit: HEAD_LIMIT });
            }
            return Ok(false);
        }
        let Some((_, status_line)) = self.line(HEAD_LIMIT, "the status line")? else { return Ok(false) };
        let (version, status, reason) = self.status_line(start, &status_line)?;
        let headers = self.headers()?;
        let head = Head { offset: start, version, status, reason, headers, end: self.at };
        if (100..200).contains(&status) && status != 101 {
            if self.interim.len() == INTERIM_LIMIT {
                let reason = format!("more than {INTERIM_LIMIT} answers with a 1xx status");
                return Err(Unreadable::NotHttp { offset: start, reason });
            }
            self.interim.push(head);
            return Ok(true);
        }
        self.framing = self.framing_of(&head);
        self.phase = match self.framing {
            Framing::None => Phase::Done,
            Framing::Length(length) => Phase::Length(length),
            Framing::Chunked => Phase::ChunkSize,
            Framing::Close => Phase::UntilClose,
        };
        self.head = Some(head);
        Ok(true)
    }

    fn status_line(&mut self, offset: usize, line: &[u8]) -> Result<(String, u16, String), Unreadable> {
        let text = String::from_utf8_lossy(line).into_owned();
        let mut parts = text.splitn(3, ' ');
        let version = parts.next().unwrap_or_default().to_owned();
        let status = parts.next().unwrap_or_default();
        let reason = parts.next().unwrap_or_default().to_owned();
        let number = status.parse::<u16>().ok().filter(|number| (100..1000).contains(number));
        let Some(number) = number else {
            let reason = format!("`{status:.20}` is no status");
            return Err(Unreadable::NotHttp { offset: offset + version.len() + 1, reason });
        };
        if !matches!(version.as_str(), "HTTP/1.1" | "HTTP/1.0") {
            self.fault(offset, format!("`{version:.20}` in place of HTTP/1.1"));
        }
        Ok((version, number, reason))
    }

    /// Header lines up to the empty one.
    fn headers(&mut self) -> Result<Vec<RawHeader>, Unreadable> {
        let mut headers: Vec<RawHeader> = Vec::new();
        while let Some((offset, line)) = self.line(HEAD_LIMIT, "a header")? {
            if line.is_empty() {
                break;
            }
            self.header(offset, &line, &mut headers);
        }
        Ok(headers)
    }

    fn header(&mut self, offset: usize, line: &[u8], headers: &mut Vec<RawHeader>) {
        let text = String::from_utf8_lossy(line);
        if std::str::from_utf8(line).is_err() {
            self.fault(offset, "a header is not UTF-8");
        }
        if text.starts_with([' ', '\t']) {
            self.fault(offset, "a header goes on in the next line");
            if let Some(last) = headers.last_mut() {
                last.value.push(' ');
                last.value.push_str(text.trim());
            }
            return;
        }
        let Some((name, value)) = text.split_once(':') else {
            self.fault(offset, "a header without a colon");
            return;
        };
        let token = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter);
        if name.is_empty() || !name.chars().all(token) {
            self.fault(offset, format!("`{name:.40}` is no name of a header"));
        }
        headers.push(RawHeader { name: name.trim().to_owned(), value: value.trim().to_owned(), offset });
    }

    fn framing_of(&mut self, head: &Head) -> Framing {
        if self.answers_head || matches!(head.status, 204 | 304) {
            return Framing::None;
        }
        let chunked = head.all("transfer-encoding").any(|header| {
            header.value.rsplit(',').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("chunked"))
        });
        let mut lengths = Vec::new();
        for header in head.all("content-length") {
            match header.value.parse::<u64>() {
                Ok(length) => lengths.push((header.offset, length)),
                Err(_) => self.fault(header.offset, format!("`{:.20}` is no length", header.value)),
            }
        }
        for pair in lengths.windows(2) {
            let reason =
                if pair[0].1 == pair[1].1 { "a length stated twice" } else { "two lengths that differ" };
            self.fault(pair[1].0, reason);
        }
        match (chunked, lengths.first()) {
            (true, Some((offset, _))) => {
                self.fault(*offset, "a length beside chunks");
                Framing::Chunked
            }
            (true, None) => Framing::Chunked,
            (false, Some((_, length))) => Framing::Length(*length),
            (false, None) => Framing::Close,
        }
    }

    fn chunk_size(&mut self) -> Result<bool, Unreadable> {
        let Some((offset, line)) = self.line(CHUNK_LINE_LIMIT, "the size of a chunk")? else {
            return Ok(false);
        };
        let text = String::from_utf8_lossy(&line);
        let digits = text.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(digits, 16).map_err(|_| Unreadable::NotHttp {
            offset,
            reason: format!("`{digits:.20}` is no size of a chunk"),
        })?;
        self.phase = if size == 0 { Phase::Trailers } else { Phase::Chunk(size) };
        Ok(true)
    }

    fn chunk_end(&mut self) -> Result<bool, Unreadable> {
        let Some((offset, line)) = self.line(CHUNK_LINE_LIMIT, "the end of a chunk")? else {
            return Ok(false);
        };
        if !line.is_empty() {
            let reason = "a chunk is longer than it says".to_owned();
            return Err(Unreadable::NotHttp { offset, reason });
        }
        self.phase = Phase::ChunkSize;
        Ok(true)
    }

    fn trailer(&mut self) -> Result<bool, Unreadable> {
        let Some((offset, line)) = self.line(HEAD_LIMIT, "a trailer")? else { return Ok(false) };
        if line.is_empty() {
            self.phase = Phase::Done;
            return Ok(true);
        }
        let mut trailers = std::mem::take(&mut self.trailers);
        self.header(offset, &line, &mut trailers);
        self.trailers = trailers;
        Ok(true)
    }
}
