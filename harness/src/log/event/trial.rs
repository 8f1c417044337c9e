//! Verdicts, and what they rest on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::case::ast::Level;
use crate::facts::FactId;
use crate::model::Value;

use super::{StepIndex, StopCondition};

/// The outcome of a trial.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Outcome {
    /// As expected.
    Pass,
    /// Mismatches only at levels above the requested one.
    Tolerated,
    /// At least one mismatch at or below the level.
    Fail,
    /// Could not be seen at this sampling rate.
    Unobserved,
    /// A setup step failed.
    Blocked,
    /// Network, credentials, or the harness.
    Error,
    /// The operation or the encoding is not there.
    Unsupported,
    /// The target's environment lacks what the case needs.
    Skipped,
    /// Listed as known, and failed in the listed way.
    Known,
    /// The answer to an open question was noted.
    Open,
}

impl Outcome {
    /// All outcomes, in the order of the summary.
    pub const ALL: [Self; 10] = [
        Self::Pass,
        Self::Tolerated,
        Self::Open,
        Self::Known,
        Self::Fail,
        Self::Blocked,
        Self::Error,
        Self::Unobserved,
        Self::Unsupported,
        Self::Skipped,
    ];

    /// True if a trial that ends so was not judged although it could have been. What is open or
    /// skipped is not judged by design.
    pub const fn lacks_verdict(self) -> bool {
        match self {
            Self::Unobserved | Self::Blocked | Self::Error | Self::Unsupported => true,
            Self::Pass | Self::Tolerated | Self::Fail | Self::Skipped | Self::Known | Self::Open => false,
        }
    }

    /// True if a trial that ends so says nothing about the target: a run in which all do has judged
    /// nothing.
    pub const fn says_nothing(self) -> bool {
        match self {
            Self::Unobserved | Self::Blocked | Self::Unsupported | Self::Skipped => true,
            Self::Pass | Self::Tolerated | Self::Fail | Self::Error | Self::Known | Self::Open => false,
        }
    }

    /// As in the log.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What else is to be said of a verdict.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Flag {
    /// Listed as known but passes; fails the run.
    Fixed,
    /// Attempts differed.
    Flaky,
    /// The suite has it only since a version that the known list is not pinned to.
    New,
}

impl Flag {
    /// As in the log.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// In what way a response differs.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum MismatchKind {
    /// HTTP status, or accepted where a refusal is expected and the other way round.
    Status,
    /// Another class of error.
    ErrorClass,
    /// The right class, carried in another form.
    ErrorShape,
    /// The right class, another text.
    ErrorText,
    /// A member of the answer.
    Body,
    /// A header.
    Header,
    /// The answer's encoding.
    Encoding,
    /// States out of order, or a state not shown.
    States,
    /// Too late.
    Timing,
    /// Records lost, doubled or out of order.
    Records,
    /// Refused, but changed all the same.
    StateChanged,
    /// None, or cut, though the target answers a health request.
    NoAnswer,
    /// 5xx.
    ServerError,
}

impl MismatchKind {
    /// As in the log and in known lists.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One way in which one trial fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mismatch {
    /// In what way.
    pub kind: MismatchKind,
    /// The level of the expectation.
    pub level: Level,
    /// True if the level is above the one that was requested.
    pub tolerated: bool,
    /// What was expected, free of names that differ from run to run, short enough for a caret.
    pub expected: String,
    /// What came, likewise.
    pub actual: String,
    /// Where the expectation stands.
    pub at: Place,
    /// The step.
    pub step: StepIndex,
    /// The facts that the expectation rests on.
    pub because: Vec<FactId>,
    /// The answer's body beside what was expected of it, pretty-printed, where both exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<BodyDiff>,
}

/// A stretch of a case file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, as in [`CaseText::file`](super::CaseText::file).
    pub file: String,
    /// 1-based line.
    pub line: u32,
    /// 1-based column, in characters.
    pub column: u32,
    /// Length in characters, on that line; at least 1.
    pub length: u32,
}

/// Two bodies to be shown as a diff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyDiff {
    /// What was expected, pretty-printed JSON.
    pub expected: String,
    /// What came, pretty-printed JSON.
    pub actual: String,
}

/// A target's answer to an open question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedAnswer {
    /// The question's id.
    pub question: String,
    /// The candidate's name; `None` = none of them.
    pub candidate: Option<String>,
    /// What came, free of names that differ from run to run.
    pub actual: String,
}

/// One sample of the observed stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Sent.
    pub sent_us: u64,
    /// Answer complete.
    pub received_us: u64,
    /// The members that the expected states name; absent members are not there.
    pub state: BTreeMap<String, Value>,
}

/// What the samples showed, and the expected states.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The step.
    pub step: usize,
    /// When the call before the observation was sent and answered.
    pub call_us: Option<(u64, u64)>,
    /// The expected states: `ACTIVE* UPDATING+ ACTIVE+`.
    pub expected: String,
    /// The samples, in order; runs of equal states keep their first and last.
    pub samples: Vec<Sample>,
    /// The longest time between two samples around a change, in microseconds.
    pub longest_gap_us: u64,
}

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct AttemptText {
    /// What it came to by itself.
    pub outcome: Outcome,
    /// Why it does not count, where it does not, as it was judged: for readers. Judging again decides
    /// it anew.
    pub void: Option<String>,
    /// What the run itself noticed that makes it count for nothing, whatever is expected.
    pub disturbed: Option<String>,
    /// What kept it from its end.
    pub ended_early: Option<EndedEarly>,
    /// What the names stood for (`stream.name`, `key.managed`), for judging again.
    pub bindings: BTreeMap<String, Value>,
    /// When the call that began the stream's transient state was handed to the connection, in
    /// microseconds since the start of the run.
    pub began_us: Option<u64>,
    /// How the target's process ended over this trial, if it did.
    pub process_ended: Option<String>,
}

/// What kept an attempt from being carried out to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndedEarly {
    /// The target or the environment lacks what it needs.
    Unsupported(String),
    /// The environment of the target lacks what it needs.
    Skipped(String),
    /// Its state was not reached, or a name has no value.
    Blocked(String),
    /// The target does not respond, or the run was stopped.
    Error(String),
}

impl EndedEarly {
    /// The outcome that it makes, and why.
    pub(crate) fn outcome(&self) -> (Outcome, String) {
        match self {
            Self::Unsupported(why) => (Outcome::Unsupported, why.clone()),
            Self::Skipped(why) => (Outcome::Skipped, why.clone()),
            Self::Blocked(why) => (Outcome::Blocked, why.clone()),
            Self::Error(why) => (Outcome::Error, why.clone()),
        }
    }
}

/// A trial's verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialVerdict {
    /// Its id: the case's, with its axis values.
    pub id: String,
    /// The case's id.
    pub case: String,
    /// The operation.
    pub operation: String,
    /// The case's level.
    pub level: Level,
    /// The outcome.
    pub outcome: Outcome,
    /// Why, where the outcome needs a reason: what is lacking, what failed in the setup.
    pub reason: Option<String>,
    /// What else is to be said.
    pub flags: Vec<Flag>,
    /// True if the run requires a verdict of it.
    pub required: bool,
    /// All mismatches, tolerated ones too.
    pub mismatches: Vec<Mismatch>,
    /// The facts that a pass rests on.
    pub evidence: Vec<FactId>,
    /// Digest of everything that is sent.
    pub question_digest: String,
    /// When each step ended.
    pub stops: Vec<StopCondition>,
    /// The attempt whose exchanges the verdict rests on, from 0.
    pub attempt: u32,
    /// Every attempt and what came of it, in order.
    pub attempts: Vec<AttemptText>,
    /// The target's answers to open questions.
    pub answers: Vec<ObservedAnswer>,
    /// What the samples showed.
    pub traces: Vec<Trace>,
    /// Differences of form that other cases judge, once each.
    pub notes: Vec<String>,
    /// When it started.
    pub started_us: u64,
    /// How long it took.
    pub ms: u64,
}
