//! A system without the process groups of Unix: what a command starts could not be stopped with it, so
//! the program starts no command.

use std::time::Duration;

use kinesis_conformance::case::masked;
use kinesis_conformance::log::Redactor;
use kinesis_conformance::plan::{ProcessFuture, TargetProcess};
use kinesis_conformance::wire::Endpoint;

use super::problem::Problem;

/// What to start, where it should listen then, and what must not be shown of it.
#[derive(Clone, Debug)]
#[expect(dead_code, reason = "only the command is shown, since nothing is started")]
pub(crate) struct Start {
    /// A shell command.
    pub(crate) command: String,
    /// Where it should listen.
    pub(crate) ready: Endpoint,
    /// How long to wait for that.
    pub(crate) wait: Duration,
    /// The command may have the credentials in its environment, and say them.
    pub(crate) redactor: Redactor,
}

/// A command that is started again when it ends by itself: here there is none.
#[derive(Debug)]
pub(crate) enum Restarted {}

impl Restarted {
    /// Refuses to start a command.
    #[expect(clippy::unused_async, reason = "on Unix it waits for the command")]
    pub(crate) async fn start(start: Start) -> Result<Self, Problem> {
        let shown = start.redactor.text(&masked(&start.command));
        Err(Problem::usage(format!("start `{shown}`: on this system the program starts no commands"))
            .with_help("start the target yourself, and name it with --endpoint"))
    }

    /// How the command ended.
    #[expect(clippy::unused_async, reason = "on Unix it waits for the command")]
    pub(crate) async fn last_output(&self) -> Option<String> {
        match *self {}
    }

    /// Ends the command.
    #[expect(clippy::unused_async, reason = "on Unix it waits for the command")]
    pub(crate) async fn stop(&self) {
        match *self {}
    }
}

impl TargetProcess for Restarted {
    fn ended(&self) -> ProcessFuture<'_, String> {
        match *self {}
    }

    fn restart(&self) -> ProcessFuture<'_, Result<(), String>> {
        match *self {}
    }
}
