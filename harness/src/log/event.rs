//! The log: what a run says, in order, and all that any rendering may use.
//!
//! A run emits [`Event`]s; the terminal, JUnit, records and the log file are listeners of the
//! same stream, and a stored log replays into the same renderings. A log without a [`Footer`] is
//! incomplete. Times are microseconds since the start
//! of the run unless a name says otherwise.

mod exchange;
mod header;
mod stop;
mod timing;
mod trial;

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::case::ast::{Audience, Level};
use crate::facts::{FactId, Strength};

pub use exchange::{
    AsItCame, BodyText, CutBody, Exchange, LONGEST_KEPT, OverrideText, RequestText, ResponseText, Role,
    StepIndex,
};

pub use header::{Capabilities, Header, Selection, Support, TargetText, Transport};
pub use stop::StopCondition;
pub use timing::{Change, Length, Lengths, Timing};
pub use trial::{
    AttemptText, BodyDiff, EndedEarly, Flag, Mismatch, MismatchKind, ObservedAnswer, Outcome, Place, Sample,
    Trace, TrialVerdict,
};

/// What a run says. The module `stored` has the lines that these become in a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// First line: what is run, against what.
    Header(Box<Header>),
    /// A case, once, before the first trial made from it.
    Case(Box<CaseText>),
    /// One request and its answer.
    Exchange(Arc<Exchange>),
    /// The times that steps and samples are held to, once, before the first trial.
    Timing(Timing),
    /// A trial's verdict.
    Trial(Box<TrialVerdict>),
    /// Something that a reader should know and that is no verdict.
    Notice(Notice),
    /// Last line.
    Footer(Box<Footer>),
}

/// A case as a reader wants to see it.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseText {
    /// The case's id: suite and case or row.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its operation.
    pub operation: String,
    /// Its level.
    pub level: Level,
    /// The clients that a mismatch affects.
    pub affects: Vec<Audience>,
    /// The file, as shown to people.
    pub file: String,
    /// 1-based line in the file at which `source` starts.
    pub first_line: u32,
    /// The case's lines in the file. All rows of a case share them.
    pub source: Arc<str>,
    /// The facts that its expectations cite.
    pub facts: Vec<Evidence>,
    /// What it claims, one for each expectation that is judged.
    pub claims: Vec<Claim>,
    /// The open questions that it has, with their candidates' names.
    pub questions: IndexMap<String, QuestionText>,
}

/// What an expectation claims, and on what evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The level of the expectation.
    pub level: Level,
    /// The facts that support it, without those that only describe the form of the response.
    pub facts: Vec<FactId>,
}

/// An open question as a reader wants to see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionText {
    /// The question.
    pub question: String,
    /// Its candidates' names.
    pub candidates: Vec<String>,
}

/// A fact as a reader wants to see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its id.
    pub id: FactId,
    /// Its strength.
    pub strength: Strength,
    /// True for a recording older than three years at the start of the run.
    pub old: bool,
    /// When it was seen.
    pub as_of: Option<String>,
    /// What is known.
    pub fact: String,
    /// Where it was read.
    pub source: String,
}

/// Something that a reader should know and that is no verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// When.
    pub at_us: u64,
    /// The trial it concerns.
    pub trial: Option<String>,
    /// What happened, and where it helps, what to try.
    pub text: String,
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Footer {
    /// True if every selected trial has a verdict.
    pub complete: bool,
    /// Trials by outcome.
    pub counts: BTreeMap<Outcome, usize>,
    /// Requests sent, samples included.
    pub requests: u64,
    /// How long the run took.
    pub ms: u64,
    /// Resources that could not be deleted.
    pub left_behind: Vec<String>,
    /// How often the target's process ended by itself during the run.
    #[serde(default)]
    pub target_ended: u32,
    /// Why the run stopped before all trials were carried out; `None` if it did not.
    #[serde(default)]
    pub stopped_early: Option<String>,
    /// The time that was given to the run, if the run ended because it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_ms: Option<u64>,
    /// After how many failed trials the user let the run end, if it ended for that reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_fail: Option<usize>,
}
