//! The keys of a Windows console.

use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

use super::super::exit::Exit;
use super::super::problem::Problem;

/// Both keys that request a program to end.
pub(in super::super) struct Signals {
    interrupt: CtrlC,
    terminate: CtrlBreak,
}

impl Signals {
    /// From now on the keys do not end the program.
    pub(in super::super) fn new() -> Result<Self, Problem> {
        let failed = |error| Problem::new(Exit::Bug, format!("listen for Ctrl-C: {error}"));
        Ok(Self { interrupt: ctrl_c().map_err(failed)?, terminate: ctrl_break().map_err(failed)? })
    }

    /// Waits for either.
    pub(in super::super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
