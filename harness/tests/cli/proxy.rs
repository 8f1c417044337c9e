//! A proxy before a target that keeps requests of some operations back. It carries out what it has
//! accepted, also if the client is gone by then, as a target behind a queue does.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handling {
    /// It is passed on, and so is its response.
    Pass,
    /// It is passed on after this time.
    Late(Duration),
    /// It is passed on, and its response is passed back after this time.
    LateResponse(Duration),
    /// It is kept for ever.
    Hang,
    /// It is answered with this status and body.
    Answer(u16, &'static str),
}

/// A proxy that runs until the test process ends.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) endpoint: String,
    state: Arc<State>,
}

struct State {
    behind: String,
    handling: fn(&str) -> Handling,
    /// What happens to every request from some moment on.
    from_now_on: AtomicBool,
    and_then: Handling,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    passed: AtomicUsize,
}

impl Proxy {
    /// Starts one before a target.
    pub(crate) fn start(endpoint: &str, handling: fn(&str) -> Handling) -> Self {
        Self::with_turn(endpoint, handling, Handling::Hang)
    }

    /// Starts one that handles every request in another way from [`Self::turn`] on.
    pub(crate) fn with_turn(endpoint: &str, handling: fn(&str) -> Handling, and_then: Handling) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let own = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(State {
            behind: endpoint.trim_start_matches("http://").to_owned(),
            handling,
            from_now_on: AtomicBool::new(false),
            and_then,
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
            passed: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // The client may hang up at any time.
                std::thread::spawn(move || drop(state.serve(&stream)));
            }
        });
        Self { endpoint: own, state }
    }

    /// From now on every request is handled in the other way.
    pub(crate) fn turn(&self) {
        self.state.from_now_on.store(true, Ordering::SeqCst);
    }

    /// Requests that were in flight at the same time, at most.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.state.most_in_flight.load(Ordering::SeqCst)
    }

    /// Requests that were passed on.
    pub(crate) fn passed(&self) -> usize {
        self.state.passed.load(Ordering::SeqCst)
    }
}

impl State {
    fn serve(&self, mut client: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(client);
        while let Some((operation, request)) = read(&mut reader)? {
            let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_in_flight.fetch_max(now, Ordering::SeqCst);
            let response = self.handle(&operation, &request);
            self.in_flight.fetch_sub(1, Ordering::SeqCst);
            match response? {
                Some(response) => client.write_all(&response)?,
                None => return Ok(()),
            }
        }
        Ok(())
    }

    fn handle(&self, operation: &str, request: &[u8]) -> std::io::Result<Option<Vec<u8>>> {
        let turned = self.from_now_on.load(Ordering::SeqCst);
        let handling = if turned { self.and_then } else { (self.handling)(operation) };
        let after = match handling {
            Handling::Pass => Duration::ZERO,
            Handling::Late(time) => {
                std::thread::sleep(time);
                Duration::ZERO
            }
            Handling::LateResponse(time) => time,
            Handling::Hang => {
                std::thread::sleep(Duration::from_secs(600));
                return Ok(None);
            }
            Handling::Answer(status, body) => {
                let head = "Content-Type: application/x-amz-json-1.1\r\nContent-Length";
                let response = format!("HTTP/1.1 {status} X\r\n{head}: {}\r\n\r\n{body}", body.len());
                return Ok(Some(response.into_bytes()));
            }
        };
        let mut behind = TcpStream::connect(&self.behind)?;
        self.passed.fetch_add(1, Ordering::SeqCst);
        behind.write_all(request)?;
        let mut reader = BufReader::new(&behind);
        let response = message(&mut reader)?.map(|(_, response)| response);
        std::thread::sleep(after);
        Ok(response)
    }
}

/// The operation and the bytes of a request.
fn read(reader: &mut BufReader<&TcpStream>) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let Some((head, whole)) = message(reader)? else { return Ok(None) };
    // The question whether HTTP/2 is spoken, which is no request.
    if head.starts_with("PRI ") {
        return Ok(None);
    }
    let target = header(&head, "x-amz-target").unwrap_or_default();
    Ok(Some((target.rsplit('.').next().unwrap_or_default().to_owned(), whole)))
}

/// The head and all bytes of a message with a stated length.
fn message(reader: &mut BufReader<&TcpStream>) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(None);
        }
    }
    let length = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let whole = [head.as_bytes(), &body].concat();
    Ok(Some((head, whole)))
}

fn header(head: &str, wanted: &str) -> Option<String> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned()))
}
