//! The raw transport: HTTP/1.1 on a bare connection, every byte that goes out and comes in.
//!
//! It sends what the pooled client cannot or will not (any method and path, headers in any case,
//! order and number, wrong lengths, half a request, several at once) and keeps an answer as it
//! came. Connections are not shared and serve one call of [`RawTransport::send`] or
//! [`RawTransport::pipeline`]. To an https endpoint they speak TLS and trust what the pooled client
//! trusts; the bytes are those inside. Not here: HTTP/2 beyond the question whether it is spoken,
//! decoding of bodies, and what is expected of an answer.

mod answer;
mod connection;
mod overrides;
mod parser;
mod preface;
mod request;
#[cfg(test)]
mod tests;

use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout_at;

pub use answer::{Fault, Framing, Head, RawAnswer, RawHeader};
pub use overrides::{Overrides, RawSent};
pub use parser::{AnswerParser, HEAD_LIMIT, INTERIM_LIMIT, Unreadable};
pub use request::{Cut, RawRequest, RequestFraming};

use self::connection::Connection;
use super::client::{Client, Endpoint};
use super::message::{NoAnswer, NoAnswerKind};
use super::tls::Tls;

/// Carries raw requests to one endpoint.
#[derive(Clone, Debug)]
pub struct RawTransport {
    endpoint: Endpoint,
    timeout: Duration,
    tls: Tls,
}

/// One request, when it went, what came of it.
#[derive(Clone, Debug)]
pub struct RawExchange {
    /// When its first byte was handed to the connection.
    pub sent: Instant,
    /// When the answer was complete, or given up.
    pub received: Instant,
    /// The answer.
    pub outcome: Result<RawAnswer, NoAnswer>,
}

/// Bytes that are read at once.
const READ: usize = 64 * 1024;

impl RawTransport {
    /// A transport to a client's endpoint, with its trust. The client's time for an answer is for a
    /// whole call here, connecting included.
    pub fn of(client: &Client) -> Self {
        let settings = client.settings();
        Self { endpoint: settings.endpoint.clone(), timeout: settings.timeout, tls: client.tls().clone() }
    }

    /// Sends one request on a connection of its own.
    pub async fn send(&self, request: &RawRequest) -> RawExchange {
        let mut exchanges = self.pipeline(std::slice::from_ref(request)).await;
        exchanges.pop().unwrap_or_else(|| lost(Instant::now(), closed("nothing was sent")))
    }

    /// Writes all requests, one behind the other, on one connection, and reads as many answers.
    ///
    /// The answers come in the order of the requests. After the first one that is missing or
    /// broken, all that follow are missing too, for the same reason.
    pub async fn pipeline(&self, requests: &[RawRequest]) -> Vec<RawExchange> {
        let started = Instant::now();
        let deadline = tokio::time::Instant::from_std(started + self.timeout);
        let connected = timeout_at(deadline, self.connect()).await.unwrap_or_else(|_| Err(self.too_late()));
        let mut stream = match connected {
            Ok(stream) => stream,
            Err(none) => return requests.iter().map(|_| lost(started, none.clone())).collect(),
        };
        let sent = Instant::now();
        let mut bytes = Vec::new();
        let mut cut = Cut::Whole;
        for request in requests {
            bytes.extend(request.to_bytes());
            cut = request.cut;
        }
        // A server may answer and close before it has read everything, so that reading goes on
        // whether or not the writing succeeds.
        let written = timeout_at(deadline, write(stream.as_mut(), &bytes, cut)).await;
        if written.is_err() {
            return requests.iter().map(|_| lost(sent, self.too_late())).collect();
        }
        let mut rest = Vec::new();
        let mut exchanges: Vec<RawExchange> = Vec::with_capacity(requests.len());
        let mut failed: Option<NoAnswer> = None;
        for request in requests {
            let outcome = match &failed {
                Some(none) => Err(none.clone()),
                None => timeout_at(deadline, read(stream.as_mut(), &request.method, &mut rest))
                    .await
                    .unwrap_or_else(|_| Err(self.too_late())),
            };
            if let Err(none) = &outcome {
                failed = Some(none.clone());
            }
            exchanges.push(RawExchange { sent, received: Instant::now(), outcome });
        }
        if let Some(RawExchange { outcome: Ok(answer), .. }) = exchanges.last_mut()
            && (!rest.is_empty() || has_more(stream.as_mut()).await)
        {
            answer.faults.push(Fault {
                offset: answer.bytes.len(),
                reason: "more bytes behind the answer".to_owned(),
            });
        }
        exchanges
    }

    async fn connect(&self) -> Result<Box<dyn Connection>, NoAnswer> {
        connection::connect(&self.endpoint, &self.tls).await
    }

    fn too_late(&self) -> NoAnswer {
        NoAnswer { kind: NoAnswerKind::TimedOut, text: format!("no whole answer within {:?}", self.timeout) }
    }
}

/// True if bytes are there that nobody has read. It does not wait for them: a server may say something
/// when it closes an idle connection, and that is no mistake.
async fn has_more(stream: &mut dyn Connection) -> bool {
    let mut byte = [0];
    let now = tokio::time::Instant::now();
    matches!(timeout_at(now, stream.read(&mut byte)).await, Ok(Ok(1..)))
}

/// Writes, and closes the sending half early where the request says so.
async fn write(stream: &mut dyn Connection, bytes: &[u8], cut: Cut) -> io::Result<()> {
    match cut {
        Cut::Whole => {
            stream.write_all(bytes).await?;
            stream.flush().await
        }
        Cut::After(count) => {
            stream.write_all(&bytes[..count.min(bytes.len())]).await?;
            stream.shutdown().await
        }
    }
}

/// Reads one answer; `rest` holds what was read too much, before and after.
async fn read(stream: &mut dyn Connection, method: &str, rest: &mut Vec<u8>) -> Result<RawAnswer, NoAnswer> {
    let mut parser = AnswerParser::new(method);
    let mut piece = std::mem::take(rest);
    let mut buffer = vec![0; READ];
    loop {
        if parser.push(&piece).map_err(unreadable)? {
            let (answer, after) = parser.finish().map_err(unreadable)?;
            *rest = after;
            return Ok(answer);
        }
        let count = match stream.read(&mut buffer).await {
            Ok(count) => count,
            // A close without the message that ends TLS is a close.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => 0,
            Err(error) if parser.is_empty() => return Err(connection::lost(&error)),
            // A reset after an answer without a length ends it as a close would.
            Err(_) => 0,
        };
        if count == 0 {
            let (answer, after) = parser.end().map_err(unreadable)?;
            *rest = after;
            return Ok(answer);
        }
        piece.clear();
        piece.extend_from_slice(&buffer[..count]);
    }
}

fn unreadable(why: Unreadable) -> NoAnswer {
    let kind = match &why {
        Unreadable::Nothing | Unreadable::Cut { .. } => NoAnswerKind::Closed,
        Unreadable::NotHttp { .. } => NoAnswerKind::NotHttp,
        Unreadable::TooLong { .. } => NoAnswerKind::TooLong,
    };
    NoAnswer { kind, text: why.to_string() }
}

fn closed(text: &str) -> NoAnswer {
    NoAnswer { kind: NoAnswerKind::Closed, text: text.to_owned() }
}

fn lost(sent: Instant, none: NoAnswer) -> RawExchange {
    RawExchange { sent, received: Instant::now(), outcome: Err(none) }
}

impl RawAnswer {
    /// The response as the pooled client would return it.
    pub fn response(&self) -> super::message::Response {
        super::message::Response {
            status: self.head.status,
            headers: self
                .head
                .headers
                .iter()
                .map(|header| (header.name.to_ascii_lowercase(), header.value.clone()))
                .collect(),
            body: Bytes::copy_from_slice(&self.body),
        }
    }
}
