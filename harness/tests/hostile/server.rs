//! An endpoint that stands before the reference and is hostile to some of its clients.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kinesis_conformance::wire::raw::AnswerParser;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::answer::Right;

/// The requests to which an endpoint is hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The call of the trial.
    Question,
    /// The samples of a stream after the call under test.
    Samples,
    /// Everybody, once the call of the trial was sent.
    FromThenOn,
    /// Everybody.
    Everybody,
}

/// In what way.
#[derive(Clone, Copy)]
pub(crate) enum Manner {
    /// Writes these bytes in place of the right answer.
    Writes(fn(&Right) -> Vec<u8>, Then),
    /// Writes the first bytes, then the others for ever.
    Endless(fn(&Right) -> Vec<u8>, &'static [u8]),
    /// Writes the right answer, a byte every 40 ms.
    Drips,
    /// Writes the right answer so long after it is there.
    Late(Duration),
    /// Ends the connection by a reset.
    Resets,
    /// Ends the connection and listens no more.
    Vanishes,
    /// Writes these bytes in place of every n-th answer, and does not carry out the request.
    Every(usize, fn() -> Vec<u8>),
    /// Gives everybody the answer to the request before on another connection.
    Swaps,
    /// Answers rightly and ends the connection so long after it, unannounced.
    HangsUp(Duration),
}

/// What happens to a connection after hostile bytes.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    /// The next request is read.
    GoesOn,
    /// It ends.
    Closes,
    /// It stays open, and nothing more comes.
    Waits,
    /// It ends by a reset.
    Resets,
}

/// An endpoint until it is dropped.
pub(crate) struct Hostile {
    state: Arc<State>,
    address: SocketAddr,
    _accepting: JoinSet<()>,
}

struct State {
    behind: SocketAddr,
    manner: Manner,
    scope: Scope,
    requested: AtomicBool,
    /// Streams whose encryption was started. Every attempt has one of its own, and so have the
    /// measurements before the suite, so that the setup of none of them is hit.
    started: Mutex<HashSet<String>>,
    gone: AtomicBool,
    turns: AtomicUsize,
    written: AtomicU64,
    hostile_answers: AtomicU64,
    stash: Mutex<Option<Vec<u8>>>,
}

impl Hostile {
    /// Starts one before the server that listens there.
    pub(crate) async fn start(behind: SocketAddr, manner: Manner, scope: Scope) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            behind,
            manner,
            scope,
            requested: AtomicBool::new(false),
            started: Mutex::default(),
            gone: AtomicBool::new(false),
            turns: AtomicUsize::new(0),
            written: AtomicU64::new(0),
            hostile_answers: AtomicU64::new(0),
            stash: Mutex::default(),
        });
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, Arc::clone(&state)));
        Self { state, address, _accepting: accepting }
    }

    /// Its URL.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Bytes that it could write while it was hostile.
    pub(crate) fn written(&self) -> u64 {
        self.state.written.load(Ordering::SeqCst)
    }

    /// How often it was hostile.
    pub(crate) fn hostile_answers(&self) -> u64 {
        self.state.hostile_answers.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    if matches!((state.manner, state.scope), (Manner::Vanishes, Scope::Everybody)) {
        return;
    }
    while !state.gone.load(Ordering::SeqCst) {
        let accepted = tokio::time::timeout(Duration::from_millis(5), listener.accept()).await;
        if let Ok(Ok((stream, _))) = accepted {
            let state = Arc::clone(&state);
            connections.spawn(async move {
                // The client may hang up at any time.
                let _ = serve(stream, &state).await;
            });
        }
    }
}

/// A request, as far as anybody here looks at it.
struct Question {
    bytes: Vec<u8>,
    operation: String,
    cbor: bool,
    body: usize,
}

impl Question {
    /// The stream that the request names, by name or ARN.
    fn stream(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.bytes);
        let from = text.rfind("kinesis-conformance-")?;
        Some(text[from..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect())
    }
}

impl State {
    /// True if this request is answered in a hostile way.
    fn minds(&self, question: &Question) -> bool {
        // The probes of what a target can do have empty bodies.
        let is_the_one = matches!(question.operation.as_str(), "ListShards" | "StartStreamEncryption")
            && question.body > 3;
        let requested_before = self.requested.fetch_or(is_the_one, Ordering::SeqCst);
        match self.scope {
            Scope::Question => is_the_one,
            Scope::Samples => self.sample_after_a_start(question),
            Scope::FromThenOn => is_the_one || requested_before,
            Scope::Everybody => true,
        }
    }

    fn sample_after_a_start(&self, question: &Question) -> bool {
        let Some(stream) = question.stream() else { return false };
        let mut started = self.started.lock().expect("nobody panicked");
        match question.operation.as_str() {
            "StartStreamEncryption" => {
                started.insert(stream);
                false
            }
            "DescribeStreamSummary" => started.contains(&stream),
            _ => false,
        }
    }
}

async fn serve(mut stream: TcpStream, state: &State) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut pending = Vec::new();
    let mut behind = TcpStream::connect(state.behind).await?;
    while let Some(question) = read_question(&mut stream, &mut pending).await? {
        let minds = state.minds(&question);
        if let (true, Manner::Every(turn, bytes)) = (minds, state.manner)
            && (state.turns.fetch_add(1, Ordering::SeqCst) + 1).is_multiple_of(turn)
        {
            stream.write_all(&bytes()).await?;
            continue;
        }
        let right = pass_on(&mut behind, &question).await?;
        if !minds {
            stream.write_all(&right.whole).await?;
            continue;
        }
        state.hostile_answers.fetch_add(1, Ordering::SeqCst);
        match be_hostile(&mut stream, state, &right).await? {
            Then::GoesOn => {}
            Then::Closes => return stream.shutdown().await,
            Then::Resets => return stream.set_zero_linger(),
            Then::Waits => {
                let mut rest = Vec::new();
                stream.read_to_end(&mut rest).await?;
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn be_hostile(stream: &mut TcpStream, state: &State, right: &Right) -> io::Result<Then> {
    let write = async |stream: &mut TcpStream, bytes: &[u8]| {
        stream.write_all(bytes).await?;
        state.written.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        io::Result::Ok(())
    };
    match state.manner {
        Manner::Writes(bytes, then) => {
            write(stream, &bytes(right)).await?;
            Ok(then)
        }
        Manner::Endless(first, others) => {
            write(stream, &first(right)).await?;
            loop {
                write(stream, others).await?;
            }
        }
        Manner::Drips => {
            for byte in &right.whole {
                write(stream, &[*byte]).await?;
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
            Ok(Then::GoesOn)
        }
        Manner::Late(after) => {
            tokio::time::sleep(after).await;
            write(stream, &right.whole).await?;
            Ok(Then::GoesOn)
        }
        Manner::Resets => {
            stream.set_zero_linger()?;
            Err(io::ErrorKind::ConnectionReset.into())
        }
        Manner::Vanishes => {
            state.gone.store(true, Ordering::SeqCst);
            // Until the port is closed, somebody might still get in.
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(Then::Closes)
        }
        Manner::Every(..) => {
            write(stream, &right.whole).await?;
            Ok(Then::GoesOn)
        }
        Manner::Swaps => {
            let other = state.stash.lock().expect("nobody panicked").replace(right.whole.clone());
            write(stream, other.as_deref().unwrap_or(b"")).await?;
            Ok(if other.is_some() { Then::GoesOn } else { Then::Waits })
        }
        Manner::HangsUp(after) => {
            write(stream, &right.whole).await?;
            tokio::time::sleep(after).await;
            Ok(Then::Closes)
        }
    }
}

/// Reads a request with a stated length; `None` at the end of the connection.
async fn read_question(stream: &mut TcpStream, pending: &mut Vec<u8>) -> io::Result<Option<Question>> {
    let mut buffer = [0; 16 * 1024];
    loop {
        if let Some(question) = question_in(pending) {
            return Ok(Some(question));
        }
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(None);
        }
        pending.extend_from_slice(&buffer[..count]);
    }
}

fn question_in(pending: &mut Vec<u8>) -> Option<Question> {
    let end = pending.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&pending[..end]).into_owned();
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find_map(|(there, value)| there.eq_ignore_ascii_case(name).then(|| value.trim().to_owned()))
    };
    let body: usize = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    if pending.len() < end + body {
        return None;
    }
    let bytes: Vec<u8> = pending.drain(..end + body).collect();
    let target = header("x-amz-target").unwrap_or_default();
    Some(Question {
        bytes,
        operation: target.rsplit('.').next().unwrap_or_default().to_owned(),
        cbor: header("content-type").is_some_and(|media| media.contains("cbor")),
        body,
    })
}

/// What the server behind answers; the host stays as in the request, which is what is signed.
async fn pass_on(stream: &mut TcpStream, question: &Question) -> io::Result<Right> {
    stream.write_all(&question.bytes).await?;
    let mut parser = AnswerParser::new("POST");
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 || parser.push(&buffer[..count]).map_err(io::Error::other)? {
            let (answer, _) = parser.end().map_err(io::Error::other)?;
            return Ok(Right::of(&answer, question.cbor));
        }
    }
}
