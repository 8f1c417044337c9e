//! The program as a child process, servers that misbehave, and a scratch folder.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_kinesis-conformance");

/// A trial that needs no stream, passes against the reference, and is over at once.
pub(crate) const QUICK: &str = "protocol/target/unknown-operation";

/// A trial that borrows the shared stream.
pub(crate) const REFUSAL: &str = "start-stream-encryption/encryption-type/lower-case";

/// How the program ended, and what it said.
pub(crate) struct Ended {
    /// The exit code; `None` after a signal.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Ended {
    /// Both streams, for messages of asserts.
    pub(crate) fn reported(&self) -> String {
        format!("exit {:?}\n--- out\n{}\n--- err\n{}", self.code, self.out, self.err)
    }

    /// Fails unless the program ended with this code.
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.reported());
        self
    }

    /// Fails unless all of these stand on the error stream.
    pub(crate) fn complains(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "the error stream lacks `{part}`\n{}", self.reported());
        }
        assert!(!self.err.contains("panicked"), "{}", self.reported());
        self
    }

    /// Fails unless all of these stand on the output, wherever its lines break.
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(
                joined(&self.out).contains(&joined(part)),
                "the output lacks `{part}`\n{}",
                self.reported()
            );
        }
        self
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The program with these arguments, in an empty environment as far as it matters.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env("NO_COLOR", "1")
        .env_remove("COLUMNS")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY");
    command
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Ended {
    command(arguments).output().expect("the program runs").into()
}

/// `serve` with these arguments on a free port; stopped when dropped.
pub(crate) struct Served {
    child: Child,
    /// Where it listens.
    pub(crate) endpoint: String,
}

impl Served {
    /// Starts it and waits for its one line.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = command(&[&["serve", "--listen", "127.0.0.1:0"], arguments].concat())
            .spawn()
            .expect("the program runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        assert!(line.starts_with("http://127.0.0.1:"), "{line}");
        Self { child, endpoint: line.trim_end().to_owned() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal by the command that every system has.
pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "kill -s {name}");
}

/// Waits for the end of a child; fails after half a minute.
pub(crate) fn wait(child: &mut Child) -> ExitStatus {
    let give_up = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
        assert!(Instant::now() < give_up, "the program still runs after 30 s");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until a predicate holds; fails after half a minute.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let give_up = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < give_up, "after 30 s still not: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A scratch folder.
pub(crate) struct Scratch(tempfile::TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// The path of a file in it, whether it is there or not.
    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// Writes a file and returns its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    }

    /// A folder of cases that holds [`REFUSAL`] alone, with something in it replaced. The
    /// product's own cases are edited by many hands; these stay as they are.
    pub(crate) fn cases(&self, from: &str, to: &str) -> String {
        let small = "start-stream-encryption/encryption-type.yaml";
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/tests/fixtures/small-cases").join(small);
        let text = std::fs::read_to_string(path).expect("a suite");
        assert!(text.contains(from), "the suite has `{from}`");
        self.write(&format!("cases/{small}"), &text.replacen(from, to, 1));
        self.path("cases")
    }

    /// The text without this folder's name, for snapshots.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(&self.0.path().display().to_string(), "[scratch]")
    }
}

/// A port on which nothing listens.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

/// What a server does with every connection.
#[derive(Clone, Copy)]
pub(crate) enum Hostile {
    /// Reads and never answers.
    Hangs,
    /// Closes at once.
    Closes,
    /// Answers with a web page.
    SpeaksHtml,
    /// Answers each operation with a status and a body.
    Answers(fn(&str) -> (u16, &'static str)),
    /// The same, but the second request of a connection meets its end.
    AnswersOnce(fn(&str) -> (u16, &'static str)),
}

/// A server that misbehaves, until the test process ends.
pub(crate) struct HostileServer {
    /// Where it listens.
    pub(crate) endpoint: String,
    accepted: Arc<AtomicUsize>,
}

impl HostileServer {
    /// Starts it.
    pub(crate) fn start(how: Hostile) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let accepted: Arc<AtomicUsize> = Arc::default();
        let count = Arc::clone(&accepted);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || misbehave(&stream, how));
            }
        });
        Self { endpoint, accepted }
    }

    /// Connections so far.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

fn misbehave(mut stream: &TcpStream, how: Hostile) {
    match how {
        Hostile::Closes => {
            // The peer may be gone first.
            let _ = stream.shutdown(Shutdown::Both);
        }
        Hostile::Hangs => {
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest);
        }
        Hostile::Answers(answer) => answer_all(stream, answer, usize::MAX),
        Hostile::AnswersOnce(answer) => answer_all(stream, answer, 1),
        Hostile::SpeaksHtml => {
            let page = "<!doctype html><title>Welcome</title><p>It works!";
            let mut buffer = [0; 65_536];
            while stream.read(&mut buffer).is_ok_and(|read| read > 0) {
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}",
                    page.len()
                );
                if stream.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
        }
    }
}

/// Answers the requests of a connection by the operation that they name; one more than `most` is read, and
/// the connection closed.
fn answer_all(stream: &TcpStream, answer: fn(&str) -> (u16, &'static str), most: usize) {
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    for answered in 0_usize.. {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if !reader.read_line(&mut head).is_ok_and(|read| read > 0) {
                return;
            }
        }
        let header = |wanted: &str| {
            head.lines()
                .filter_map(|line| line.split_once(':'))
                .find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned()))
        };
        let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if reader.read_exact(&mut vec![0; length]).is_err() {
            return;
        }
        if answered >= most {
            let _ = stream.shutdown(Shutdown::Both);
            return;
        }
        let target = header("x-amz-target").unwrap_or_default();
        let (status, body) = answer(target.rsplit('.').next().unwrap_or_default());
        let sent = write!(
            writer,
            "HTTP/1.1 {status} X\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if sent.is_err() {
            return;
        }
    }
}

/// What differs from run to run, and what stands for it in snapshots.
const VARYING: [(&str, &str); 5] = [
    (r"127\.0\.0\.1:\d+", "127.0.0.1:[port]"),
    (r" *\+?\b\d+(\.\d+)? ?(ms|s|µs)\b", " [time]"),
    (r"kinesis-conformance-[0-9a-f]{8}-\d{4}", "[stream]"),
    (r"of \d+ trials", "of [all] trials"),
    (r"\d+ requests", "[some] requests"),
];

/// Holds a text against its snapshot, with what differs from run to run taken out.
pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut text = text.to_owned();
    for (pattern, stand_in) in VARYING {
        text = regex::Regex::new(pattern).expect("a pattern").replace_all(&text, stand_in).into_owned();
    }
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// How much later than an idle machine a busy one may reach a deadline.
pub(crate) const SLACK: Duration = Duration::from_secs(20);
