//! Exit codes: the first that applies. A bug in the harness is 70, whatever else there is.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything requested is as it should be.
    Fine,
    /// A trial failed, was blocked or in error, a listed failure is fixed, or something required is
    /// missing; a check found something.
    Failed,
    /// The command line, a case, a profile, a list or a log is wrong. No request was sent.
    Usage,
    /// The target never answered, or not as Kinesis would.
    NoTarget,
    /// Nothing was selected, or nothing of it was judged.
    NothingJudged,
    /// Interrupted.
    Interrupted,
    /// An output that was requested could not be written, or not whole.
    Unwritten,
    /// A bug in the harness.
    Bug,
}

impl Exit {
    /// The number for the shell.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NoTarget => 3,
            Self::NothingJudged => 4,
            Self::Interrupted => 5,
            Self::Unwritten => 6,
            Self::Bug => 70,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}
