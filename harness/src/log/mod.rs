//! The log: what a run says, in order, and all that any rendering may use.
//!
//! [`Event`]s are what is stored; secrets leave them by the [`Redactor`] before anybody sees them, and
//! [`LogWriter`] and [`read_log`] keep them in a file of JSON Lines. Nothing here sends or judges.

pub(crate) mod event;
pub(crate) mod file;
mod json;
mod listener;
mod packed;
pub(crate) mod redact;
pub(crate) mod stored;

pub use event::{
    AsItCame, AttemptText, BodyDiff, BodyText, Capabilities, CaseText, Change, Claim, CutBody, EndedEarly,
    Event, Evidence, Exchange, Flag, Footer, Header, LONGEST_KEPT, Length, Lengths, Mismatch, MismatchKind,
    Notice, ObservedAnswer, Outcome, OverrideText, Place, QuestionText, RequestText, ResponseText, Role,
    Sample, Selection, StepIndex, StopCondition, Support, TargetText, Timing, Trace, Transport, TrialVerdict,
};
pub(crate) use file::place;
pub use file::{Log, LogError, LogWriter, read_log};
pub(crate) use json::{is_unsafe, to_line};
pub use listener::{Listener, ReportError};
pub use packed::is_log;
pub use redact::Redactor;
pub use stored::{LOG_FORMAT, LOG_MINOR};
