//! An emulator that the harness starts and stops.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpStream;
use tokio::process::{ChildStdin, Command};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use kinesis_conformance::case::{masked, plain};
use kinesis_conformance::log::Redactor;
use kinesis_conformance::plan::{OUTPUT_LINE, ProcessFuture, TargetProcess};
use kinesis_conformance::wire::Endpoint;

use super::exit::Exit;
use super::guard;
use super::output::warn;
use super::problem::Problem;

/// A command of the user's that runs in a process group of its own.
#[derive(Debug)]
pub(crate) struct Spawned {
    /// How it ended, once it has.
    ended: watch::Receiver<Option<String>>,
    group: Option<Pid>,
    said: Said,
    /// The command's guard kills the group when this closes.
    _lifeline: Option<ChildStdin>,
}

/// What to start, where it should listen then, and what must not be shown of it.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    /// A shell command.
    pub(crate) command: String,
    /// Where it should listen.
    pub(crate) ready: Endpoint,
    /// How long to wait for that.
    pub(crate) wait: Duration,
    /// What the environment of the command has beside that of this program.
    pub(crate) environment: Vec<(String, String)>,
    /// The command may have the credentials in its environment, and say them.
    pub(crate) redactor: Redactor,
}

impl Start {
    /// The command as it may be shown.
    fn shown(&self) -> String {
        self.redactor.text(&masked(&self.command))
    }
}

/// The last lines of a command's output.
#[derive(Clone, Debug)]
struct Said {
    lines: Arc<Mutex<VecDeque<String>>>,
    redactor: Redactor,
}

/// Time that it has to end by itself.
const POLITELY: Duration = Duration::from_secs(3);
/// How often the program says that it still waits: the first start of a target may install it.
const TELL: Duration = Duration::from_secs(5);
/// Lines of the command's output that are kept for the message if it dies.
const KEPT_LINES: usize = 12;
/// Bytes of a line that are kept.
const KEPT_OF_LINE: usize = 2_000;
/// Within this time a listener that only looked whether its port was free has closed its connections.
const SETTLES: Duration = Duration::from_millis(100);
/// Time for its last lines to arrive once it is dead.
const LAST_OUTPUT: Duration = Duration::from_millis(500);

/// True if a connection can be made, and stays: some servers listen for a moment to see whether the port is
/// free, and whoever took that for their start would be cut off.
async fn listens(host: &str, port: u16) -> bool {
    let Ok(stream) = TcpStream::connect((host, port)).await else { return false };
    match timeout(SETTLES, stream.peek(&mut [0])).await {
        Ok(spoken) => spoken.is_ok_and(|bytes| bytes > 0),
        Err(_still_open) => true,
    }
}

impl Spawned {
    /// Starts a shell command and waits until something listens where it should.
    pub(crate) async fn start(start: &Start) -> Result<Self, Problem> {
        let Start { command, ready, wait, redactor, environment } = start;
        let (host, port) = ready.host_and_port();
        let shown = start.shown();
        if TcpStream::connect((host.as_str(), port)).await.is_ok() {
            return Err(Problem::usage(format!("start `{shown}`: something listens at {ready} already"))
                .with_help("stop it, or leave out --spawn and name it with --endpoint"));
        }
        let mut child = guard::command(command)
            .map(Command::from)
            .and_then(|mut guard| {
                guard
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .process_group(0)
                    .envs(environment.iter().map(|(name, value)| (name, value)))
                    .kill_on_drop(true)
                    .spawn()
            })
            .map_err(|error| Problem::new(Exit::NoTarget, format!("start `{shown}`: {error}")))?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let said = Said { lines: Arc::default(), redactor: redactor.clone() };
        let mut readers = JoinSet::new();
        if let Some(stdout) = child.stdout.take() {
            readers.spawn(keep(stdout, said.clone()));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.spawn(keep(stderr, said.clone()));
        }
        let lifeline = child.stdin.take();
        let (end, ended) = watch::channel(None);
        tokio::spawn(async move {
            let how = child.wait().await.map_or_else(|error| error.to_string(), |status| status.to_string());
            end.send_replace(Some(how));
        });
        let spawned = Self { ended, group, said: said.clone(), _lifeline: lifeline };
        let began = Instant::now();
        let give_up = began + *wait;
        let mut tell = began + TELL;
        loop {
            if listens(&host, port).await {
                // The pipes are read on, so that the command never waits for a reader.
                readers.detach_all();
                return Ok(spawned);
            }
            let status = spawned.ended.borrow().clone();
            if let Some(status) = status {
                spawned.signal(Signal::KILL);
                // What it said last is still on its way; a child of its own may hold the pipe open.
                let _late = timeout(LAST_OUTPUT, readers.join_all()).await;
                return Err(Problem::new(
                    Exit::NoTarget,
                    format!(
                        "start `{shown}`: it ended with {status} before anything listened at {ready}{}",
                        said.text()
                    ),
                )
                .with_help("run the command by hand and see why it ends"));
            }
            if Instant::now() >= give_up {
                spawned.stop().await;
                return Err(Problem::new(
                    Exit::NoTarget,
                    format!("reach {ready}: nothing listens there after {} s{}", wait.as_secs(), said.text()),
                )
                .with_help("check the port in --ready, or wait longer with --ready-timeout"));
            }
            if Instant::now() >= tell {
                tell += TELL;
                let (seconds, most) = (began.elapsed().as_secs(), wait.as_secs());
                let last = said.last().map(|line| format!(": {line}")).unwrap_or_default();
                warn(format_args!("starting the target: {seconds} s of at most {most} s{last}"));
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// If the command has ended by itself: how, and what it said last. A sentence without its end.
    pub(crate) fn ended(&self) -> Option<String> {
        let how = self.ended.borrow().clone()?;
        Some(format!("the target's process ended by itself with {how}{}", self.said.text()))
    }

    /// Ends the command and all that it started: by request first, then by force.
    pub(crate) async fn stop(mut self) {
        self.signal(Signal::TERM);
        // The shell ends at once; what it started may need a while.
        if timeout(POLITELY, self.ended_with_all()).await.is_err() {
            self.signal(Signal::KILL);
            // Killed processes end. One that nobody collects stays in the group for ever.
            let _ = timeout(POLITELY, self.ended_with_all()).await;
        }
    }

    /// Waits for the command and for whatever else is in its group.
    async fn ended_with_all(&mut self) {
        // The sender lives until the command has ended.
        let _ = self.ended.wait_for(Option::is_some).await;
        while self.group.is_some_and(|group| test_kill_process_group(group).is_ok()) {
            sleep(Duration::from_millis(5)).await;
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // The group may be gone already, which is what is wanted.
            let _ = kill_process_group(group, signal);
        }
    }
}

/// A command that is started again when it ends by itself.
#[derive(Debug)]
pub(crate) struct Restarted {
    start: Start,
    /// What runs now.
    running: tokio::sync::Mutex<Option<Spawned>>,
}

impl Restarted {
    /// Starts a shell command and waits until something listens where it should.
    pub(crate) async fn start(start: Start) -> Result<Self, Problem> {
        let spawned = Spawned::start(&start).await?;
        Ok(Self { start, running: tokio::sync::Mutex::new(Some(spawned)) })
    }

    /// If the command has ended by itself: how, and what it said last.
    pub(crate) async fn last_output(&self) -> Option<String> {
        self.running.lock().await.as_ref().and_then(Spawned::ended)
    }

    /// Ends the command and all that it started.
    pub(crate) async fn stop(&self) {
        if let Some(spawned) = self.running.lock().await.take() {
            spawned.stop().await;
        }
    }
}

impl TargetProcess for Restarted {
    fn ended(&self) -> ProcessFuture<'_, String> {
        Box::pin(async {
            let ended = self.running.lock().await.as_ref().map(|spawned| spawned.ended.clone());
            let Some(mut ended) = ended else { return std::future::pending().await };
            let _ = ended.wait_for(Option::is_some).await;
            // Its last lines are still on their way.
            sleep(LAST_LINES).await;
            self.last_output().await.unwrap_or_default()
        })
    }

    fn restart(&self) -> ProcessFuture<'_, Result<(), String>> {
        Box::pin(async {
            let mut running = self.running.lock().await;
            if let Some(old) = running.take() {
                old.stop().await;
            }
            let started = Spawned::start(&self.start).await;
            *running = Some(started.map_err(|problem| problem.message())?);
            Ok(())
        })
    }
}

/// Time for the last lines of a command that has ended.
const LAST_LINES: Duration = Duration::from_millis(50);

impl Drop for Spawned {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// Keeps the last lines that come, whatever they are made of and however long they are.
async fn keep(stream: impl AsyncRead + Unpin, said: Said) {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        let (used, ends) = match stream.fill_buf().await {
            Ok([]) | Err(_) => break,
            Ok(bytes) => {
                let end = bytes.iter().position(|byte| *byte == b'\n');
                let part = &bytes[..end.unwrap_or(bytes.len())];
                let room = KEPT_OF_LINE.saturating_sub(line.len());
                line.extend_from_slice(&part[..part.len().min(room)]);
                (part.len() + usize::from(end.is_some()), end.is_some())
            }
        };
        stream.consume(used);
        if ends {
            said.add(&std::mem::take(&mut line));
        }
    }
    if !line.is_empty() {
        said.add(&line);
    }
}

impl Said {
    fn add(&self, line: &[u8]) {
        if let Ok(mut kept) = self.lines.lock() {
            if kept.len() == KEPT_LINES {
                kept.pop_front();
            }
            kept.push_back(String::from_utf8_lossy(line).trim_end_matches('\r').to_owned());
        }
    }

    /// The last line, as it may be shown.
    fn last(&self) -> Option<String> {
        let kept = self.lines.lock().ok()?;
        kept.back().map(|line| plain(&self.redactor.text(&masked(line))).into_owned())
    }

    /// The lines, each on one of its own, as they may be shown.
    fn text(&self) -> String {
        let shown = |line: &String| format!("{OUTPUT_LINE}{}", plain(&self.redactor.text(&masked(line))));
        self.lines.lock().map(|kept| kept.iter().map(shown).collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_that_closes_at_once_is_not_up_yet() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (closes, _) = tokio::join!(listens("127.0.0.1", port), async {
            drop(listener.accept().await.expect("a connection"));
        });
        assert!(!closes);
        let (stays, _held) = tokio::join!(listens("127.0.0.1", port), listener.accept());
        assert!(stays);
        drop(listener);
        assert!(!listens("127.0.0.1", port).await);
    }
}
