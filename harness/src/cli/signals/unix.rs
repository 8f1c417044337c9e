//! The signals of Unix.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::super::exit::Exit;
use super::super::problem::Problem;

/// The signals that request a program to end. The terminal sends the last one when it is closed.
pub(in super::super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
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
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// Waits for one of them.
    pub(in super::super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}
