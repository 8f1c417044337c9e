//! Whoever starts a command has to end it, and a program that is killed can't. So a spawned command is
//! started by a second process of this program, in a group of its own. It holds a pipe to the first
//! one: when the pipe closes, for whatever reason, it kills the group.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use rustix::process::{Pid, Signal, getpgrp, getpid, kill_process, kill_process_group};

/// The argument by which the program becomes a guard. No verb begins with hyphens.
const ARGUMENT: &str = "--guard";

/// This program as the guard of a shell command.
pub(super) fn command(shell_command: &str) -> io::Result<Command> {
    let mut guard = Command::new(program()?);
    guard.arg(ARGUMENT).arg(shell_command);
    Ok(guard)
}

/// Where this program is.
fn program() -> io::Result<PathBuf> {
    // A program that was built anew while it runs is still found here.
    let itself = PathBuf::from("/proc/self/exe");
    if itself.exists() { Ok(itself) } else { std::env::current_exe() }
}

/// If the program is started as a guard: starts the command, waits for it, and ends as it did.
pub(super) fn requested() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != ARGUMENT {
        return None;
    }
    let shell_command = arguments.next()?;
    if getpgrp() != getpid() {
        // Not started by this program: the group is somebody else's.
        return None;
    }
    Some(guard(&shell_command))
}

fn guard(shell_command: &OsStr) -> ExitCode {
    let mut shell = match Command::new("sh").arg("-c").arg(shell_command).stdin(Stdio::null()).spawn() {
        Ok(shell) => shell,
        Err(error) => {
            super::output::warn(format_args!("failed to start `sh`: {error}"));
            return ExitCode::from(127);
        }
    };
    std::thread::spawn(|| {
        // Nobody writes: the pipe closes when the program ends, or is done with the command.
        let mut nothing = [0; 64];
        while io::stdin().read(&mut nothing).is_ok_and(|count| count > 0) {}
        let _ = kill_process_group(getpgrp(), Signal::KILL);
    });
    match shell.wait() {
        Ok(status) => match (status.code(), status.signal()) {
            (Some(code), _) => ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)),
            (None, signal) => end_by(signal.unwrap_or_default()),
        },
        Err(_) => ExitCode::FAILURE,
    }
}

/// Ends by the signal by which the command did, so that a waiting process sees it.
fn end_by(number: i32) -> ExitCode {
    if let Some(signal) = Signal::from_named_raw(number) {
        let itself: Pid = getpid();
        // The first one may meet a handler that gives way to the second.
        for _ in 0..2 {
            let _ = kill_process(itself, signal);
        }
    }
    ExitCode::from(u8::try_from(128 + number).unwrap_or(u8::MAX))
}
