//! Interrupts: the first requests the work to end and clean up, the second ends it where it stands.

use std::future::Future;

use tokio::signal::unix::{Signal, SignalKind, signal};

use kinesis_conformance::run::Stop;

use super::exit::Exit;
use super::output::warn;
use super::problem::Problem;

/// Does `work`, and stops it on SIGINT and SIGTERM. On the second signal the work is dropped, and
/// with it whatever it has started.
pub(super) async fn heeding(
    stop: &Stop,
    work: impl Future<Output = Result<Exit, Problem>>,
) -> Result<Exit, Problem> {
    let mut signals = Signals::new()?;
    let twice = async {
        signals.next().await;
        warn("stopping: deleting what was made; press again to leave it behind");
        stop.stop();
        signals.next().await;
    };
    tokio::select! {
        ended = work => ended,
        () = twice => Ok(Exit::Interrupted),
    }
}

/// Both signals that request a program to end.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// From now on the signals do not end the program.
    pub(super) fn new() -> Result<Self, Problem> {
        let listen = |kind| {
            signal(kind).map_err(|error| Problem::new(Exit::Bug, format!("listen for signals: {error}")))
        };
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    /// Waits for either.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Starts what must be up before there is anything to clean up; `None` if the signal came first.
pub(super) async fn unless_stopped<T>(stop: &Stop, starting: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        started = starting => Some(started),
        () = stop.stopped() => None,
    }
}
