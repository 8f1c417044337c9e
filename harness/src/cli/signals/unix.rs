//! The signals of Unix.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::super::exit::Exit;
use super::super::problem::Problem;

/// The signals that request a program to end. The terminal sends the last one when it is closed.
pub(in super::super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// `None` if the program was started without it, as `nohup` does.
    hang_up: Option<Signal>,
}

impl Signals {
    /// From now on the signals do not end the program.
    pub(in super::super) fn new() -> Result<Self, Problem> {
        let listen = |kind| {
            signal(kind).map_err(|error| Problem::new(Exit::Bug, format!("listen for signals: {error}")))
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up: if ignores_hang_up() { None } else { Some(listen(SignalKind::hangup())?) },
        })
    }

    /// Waits for one of them.
    pub(in super::super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = received(self.hang_up.as_mut()) => {}
        }
    }
}

/// Never ends where there is no such signal.
async fn received(signal: Option<&mut Signal>) -> Option<()> {
    match signal {
        Some(signal) => signal.recv().await,
        None => std::future::pending().await,
    }
}

/// True if SIGHUP was ignored when the program was started. Only Linux says so; elsewhere it is heeded.
fn ignores_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The first bit is that of the signal 1.
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}
