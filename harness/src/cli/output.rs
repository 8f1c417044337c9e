//! What the program says. What it could not write to its output has an exit code of its own; what it
//! could not write to its error stream there would be nobody to report to.

use std::fmt::Display;
use std::io::{self, Write as _};

use super::args::ColorWhen;
use super::exit::Exit;
use super::problem::Problem;

/// Prints a text on the output. A reader that has gone, such as `head`, has all that it wanted.
pub(super) fn print(text: impl Display) -> Result<(), Problem> {
    let mut out = anstream::stdout();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unprinted(&error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Prints a line for which the program has a reader, or nothing to do.
pub(super) fn announce(line: impl Display) -> Result<(), Problem> {
    let mut out = anstream::stdout();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|error| unprinted(&error))
}

/// Prints a line on the output.
pub(super) fn say(line: impl Display) -> Result<(), Problem> {
    print(format_args!("{line}\n"))
}

/// Prints a line on the error stream.
pub(super) fn warn(line: impl Display) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// What to say when the output took no more.
pub(super) fn unprinted(error: &io::Error) -> Problem {
    Problem::new(Exit::Unwritten, format!("write to the standard output: {error}"))
}

/// Outputs of one command that could not be written. Each is reported as soon as it is lost, and the
/// others are written all the same.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Losses(bool);

impl Losses {
    /// Takes note of an output that was written or lost.
    pub(super) fn note(&mut self, written: Result<(), Problem>) {
        if let Err(problem) = written {
            problem.report(ColorWhen::Auto);
            self.0 = true;
        }
    }

    /// Takes over what was lost elsewhere, where it was reported.
    pub(super) const fn and(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// How the program ends that would have ended otherwise.
    pub(super) const fn exit(self, otherwise: Exit) -> Exit {
        match otherwise {
            Exit::Fine | Exit::Failed | Exit::NothingJudged if self.0 => Exit::Unwritten,
            Exit::Fine
            | Exit::Failed
            | Exit::Usage
            | Exit::NoTarget
            | Exit::NothingJudged
            | Exit::Interrupted
            | Exit::Unwritten
            | Exit::Bug => otherwise,
        }
    }
}
