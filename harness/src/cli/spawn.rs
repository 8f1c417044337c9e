//! An emulator that the harness starts and stops.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use kinesis_conformance::wire::Endpoint;

use super::exit::Exit;
use super::problem::Problem;

/// A command of the user's that runs in a process group of its own.
pub(crate) struct Spawned {
    child: Child,
    group: Option<Pid>,
    tail: Arc<Mutex<VecDeque<String>>>,
}

/// Time that it has to end by itself.
const POLITELY: Duration = Duration::from_secs(3);
/// Lines of the command's output that are kept for the message if it dies.
const KEPT_LINES: usize = 12;
/// Time for its last lines to arrive once it is dead.
const LAST_WORDS: Duration = Duration::from_millis(500);

impl Spawned {
    /// Starts a shell command and waits until something listens where it should.
    pub(crate) async fn start(command: &str, ready: &Endpoint, wait: Duration) -> Result<Self, Problem> {
        let (host, port) = ready.host_and_port();
        if TcpStream::connect((host.as_str(), port)).await.is_ok() {
            return Err(Problem::usage(format!("start `{command}`: something listens at {ready} already"))
                .with_help("stop it, or leave out --spawn and name it with --endpoint"));
        }
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(command)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Problem::new(Exit::NoTarget, format!("start `{command}`: {error}")))?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let tail = Arc::new(Mutex::new(VecDeque::new()));
        let mut readers = JoinSet::new();
        if let Some(stdout) = child.stdout.take() {
            readers.spawn(keep(stdout, Arc::clone(&tail)));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.spawn(keep(stderr, Arc::clone(&tail)));
        }
        let mut spawned = Self { child, group, tail: Arc::clone(&tail) };
        let give_up = Instant::now() + wait;
        loop {
            if TcpStream::connect((host.as_str(), port)).await.is_ok() {
                // The pipes are read on, so that the command never waits for a reader.
                readers.detach_all();
                return Ok(spawned);
            }
            if let Ok(Some(status)) = spawned.child.try_wait() {
                spawned.signal(Signal::KILL);
                // What it said last is still on its way; a child of its own may hold the pipe open.
                let _late = timeout(LAST_WORDS, readers.join_all()).await;
                return Err(Problem::new(
                    Exit::NoTarget,
                    format!(
                        "start `{command}`: it ended with {status} before anything listened at {ready}{}",
                        told(&tail)
                    ),
                )
                .with_help("run the command by hand and see why it ends"));
            }
            if Instant::now() >= give_up {
                spawned.stop().await;
                return Err(Problem::new(
                    Exit::NoTarget,
                    format!("reach {ready}: nothing listens there after {} s{}", wait.as_secs(), told(&tail)),
                )
                .with_help("check the port in --ready, or wait longer with --ready-timeout"));
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// If the command has ended by itself: how, and what it said last. A sentence without its end.
    pub(crate) fn ended(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(format!("the target's process ended by itself with {status}{}", told(&self.tail)))
    }

    /// Ends the command and all that it started: asked first, then made to.
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
        let _ = self.child.wait().await;
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

impl Drop for Spawned {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

async fn keep(stream: impl AsyncRead + Unpin, tail: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Ok(mut kept) = tail.lock() {
            if kept.len() == KEPT_LINES {
                kept.pop_front();
            }
            kept.push_back(line);
        }
    }
}

fn told(tail: &Arc<Mutex<VecDeque<String>>>) -> String {
    let lines: Vec<String> = tail
        .lock()
        .map(|kept| {
            kept.iter().map(|line| format!("\n  | {}", kinesis_conformance::case::plain(line))).collect()
        })
        .unwrap_or_default();
    lines.concat()
}
