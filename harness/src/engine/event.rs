//! The log: what a run says, in order, and all that any rendering may use.
//!
//! The engine emits [`Event`]s; the terminal, JUnit, records and the log file are listeners of the
//! same stream, and a stored log replays into the same renderings. In the file each event is one
//! line of JSON. A log without a [`Footer`] is incomplete. Times are microseconds since the start
//! of the run unless a name says otherwise.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::case::ast::{Audience, Level};
use crate::facts::{FactId, Strength};
use crate::model::Value;
use crate::wire::{Encoding, NoAnswer};

/// Version of the log's form.
pub const LOG_FORMAT: u32 = 1;

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// First line: what is run, against what.
    Header(Box<Header>),
    /// A case, once, before the first trial made from it.
    Case(Box<CaseText>),
    /// One request and its answer.
    Exchange(Box<Exchange>),
    /// A trial's verdict.
    Trial(Box<Trial>),
    /// Something that a reader should know and that is no verdict.
    Notice(Notice),
    /// Last line.
    Footer(Box<Footer>),
}

/// What is run, against what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`LOG_FORMAT`].
    pub format: u32,
    /// Version of this crate.
    pub suite_version: String,
    /// Digest of the manifest: the ids, question digests and levels of all trials there are.
    pub manifest_digest: String,
    /// When the run started, RFC 3339 in UTC.
    pub started_at: String,
    /// The target.
    pub target: Target,
    /// What the target said it can do.
    pub capabilities: Capabilities,
    /// What was selected.
    pub selection: Selection,
    /// Mismatches at or below this level fail.
    pub level: Level,
    /// The seed of everything drawn.
    pub seed: u64,
    /// Trials in flight at once, at most.
    pub jobs: usize,
    /// Arguments that reproduce the target's part of the command line
    /// (`["--endpoint", "http://127.0.0.1:4567"]`).
    pub target_arguments: Vec<String>,
}

/// The target of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name: a profile's, `reference`, or `endpoint`.
    pub name: String,
    /// Its version, where the profile or the user states one.
    pub version: Option<String>,
    /// Where it listens.
    pub endpoint: String,
}

/// What the target said it can do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Encodings that it answers.
    pub encodings: Vec<Encoding>,
    /// Versions of HTTP that it speaks. All trials are asked in the first.
    #[serde(default = "http1")]
    pub transports: Vec<Transport>,
    /// Modelled operations that it answers as if they did not exist.
    pub unsupported: Vec<String>,
    /// Shortest UPDATING that a correct target of this kind shows, in milliseconds.
    pub shortest_transition_ms: u64,
    /// True if the profile states it.
    pub shortest_transition_stated: bool,
}

/// A version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// HTTP/1.1.
    H1,
    /// HTTP/2 to somebody who knows it before; not asked behind TLS.
    H2,
}

impl Transport {
    /// Its word in logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::H1 => "h1",
            Self::H2 => "h2",
        }
    }
}

/// What older logs mean.
fn http1() -> Vec<Transport> {
    vec![Transport::H1]
}

/// What was selected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Substrings of ids.
    pub filters: Vec<String>,
    /// Operations.
    pub operations: Vec<String>,
    /// Trials selected.
    pub trials: usize,
    /// Trials there are.
    pub of: usize,
}

/// A case as a reader wants to see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseText {
    /// The case's id: suite and case or row.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its operation.
    pub operation: String,
    /// Its level.
    pub level: Level,
    /// Who is hurt by a deviation.
    pub hurts: Vec<Audience>,
    /// The file, as shown to people.
    pub file: String,
    /// 1-based line in the file at which `source` starts.
    pub first_line: u32,
    /// The case's lines in the file. All rows of a family share them.
    pub source: Arc<str>,
    /// The facts that its expectations cite.
    pub facts: Vec<Evidence>,
    /// The open questions that it asks, with their candidates' names.
    pub questions: IndexMap<String, QuestionText>,
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

/// What an exchange was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Asking the target what it can do.
    Capability,
    /// Reaching the state that the case starts from.
    Setup,
    /// A call of the ask.
    Ask,
    /// A call sent while the stream shows a status.
    Meanwhile,
    /// A look at the stream's state by the sampler.
    Sample,
    /// The check that a refused call changed nothing.
    Unchanged,
    /// The look, before and after the ask, whether the stream is still in the state that passes.
    Still,
    /// Reading records back.
    Read,
    /// Asking, on a new connection, whether the target still answers.
    Health,
    /// Deleting what was made.
    Cleanup,
}

/// The step of the case that an exchange belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepIndex {
    /// Index in `ask`.
    pub step: usize,
    /// For a call within the step: which block of it (the status in `meanwhile`, the round of
    /// `repeat`, the shard of `read`, 0 for `race`), and which call of the block.
    pub within: Option<(usize, usize)>,
}

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The trial; `None` for what serves the whole run.
    pub trial: Option<String>,
    /// What it was for.
    pub role: Role,
    /// The step.
    pub step: Option<StepIndex>,
    /// 0 for the first sending; retries after throttling, polls of `by:` and samples count up.
    pub attempt: u32,
    /// The round of the trial: 0, or more where the trial was asked again on a fresh stream. Only
    /// the exchanges of the round that the verdict names count for it.
    pub round: u32,
    /// Handed to the connection.
    pub sent_us: u64,
    /// Answer complete, or given up.
    pub received_us: u64,
    /// The request.
    pub request: RequestText,
    /// The answer, or why there is none.
    pub response: ResponseText,
}

/// A request, redacted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestText {
    /// The operation that the harness meant.
    pub operation: String,
    /// `X-Amz-Target` as sent.
    pub target: Option<String>,
    /// `Content-Type` as sent.
    pub content_type: String,
    /// True if it was signed.
    pub signed: bool,
    /// The body.
    pub body: BodyText,
    /// The head, and what is wrong with it on purpose, of a request that deviates from what a
    /// client would send.
    pub deviates: Option<DeviationText>,
}

/// How a request deviates from what a client would send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviationText {
    /// Request line and headers as they went.
    pub head: String,
    /// The place of the signature that is spoiled, in words.
    pub spoiled: Option<String>,
}

/// What a plain answer does not show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsItCame {
    /// Status line and headers as they came, where the raw transport carried the answer.
    pub head: Option<String>,
    /// What is wrong with the bytes of the answer, each with its byte.
    pub faults: Vec<String>,
    /// The body as it came, where the adapter of a dialect has made another one of it.
    pub body: Option<BodyText>,
}

/// An answer, redacted, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "came", rename_all = "kebab-case")]
pub enum ResponseText {
    /// An answer.
    Answer {
        /// The status.
        status: u16,
        /// Headers, names in lower case.
        headers: Vec<(String, String)>,
        /// The body.
        body: BodyText,
        /// What the members above do not show; `None` if they show all.
        as_it_came: Option<Box<AsItCame>>,
    },
    /// None.
    None(NoAnswer),
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", content = "content", rename_all = "kebab-case")]
pub enum BodyText {
    /// UTF-8 text.
    Text(String),
    /// Bytes that are no text, in base64.
    Base64(String),
}

/// The outcome of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// As expected.
    Pass,
    /// Deviates above the level that was asked for.
    Tolerated,
    /// Deviates.
    Fail,
    /// Could not be seen at this sampling rate.
    Unobserved,
    /// A setup step failed.
    Blocked,
    /// Network, credentials, or the harness.
    Error,
    /// The operation or the encoding is not there.
    Unsupported,
    /// The target's world lacks what the case needs.
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

    /// The word for it, as in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Tolerated => "tolerated",
            Self::Fail => "fail",
            Self::Unobserved => "unobserved",
            Self::Blocked => "blocked",
            Self::Error => "error",
            Self::Unsupported => "unsupported",
            Self::Skipped => "skipped",
            Self::Known => "known",
            Self::Open => "open",
        }
    }
}

/// What else is to be said of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// Listed as known but passes; fails the run.
    Fixed,
    /// Attempts differed.
    Flaky,
}

impl Flag {
    /// The word for it, as in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Flaky => "flaky",
        }
    }
}

/// In what way an answer deviates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    Ladder,
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
    /// All kinds.
    pub const ALL: [Self; 13] = [
        Self::Status,
        Self::ErrorClass,
        Self::ErrorShape,
        Self::ErrorText,
        Self::Body,
        Self::Header,
        Self::Encoding,
        Self::Ladder,
        Self::Timing,
        Self::Records,
        Self::StateChanged,
        Self::NoAnswer,
        Self::ServerError,
    ];

    /// The word for it, as in the log and in known lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::ErrorClass => "error-class",
            Self::ErrorShape => "error-shape",
            Self::ErrorText => "error-text",
            Self::Body => "body",
            Self::Header => "header",
            Self::Encoding => "encoding",
            Self::Ladder => "ladder",
            Self::Timing => "timing",
            Self::Records => "records",
            Self::StateChanged => "state-changed",
            Self::NoAnswer => "no-answer",
            Self::ServerError => "server-error",
        }
    }
}

/// One way in which one trial deviates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mismatch {
    /// In what way.
    pub kind: MismatchKind,
    /// The level of the expectation.
    pub level: Level,
    /// True if the level is above the one that was asked for.
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
    pub diff: Option<BodyDiff>,
}

/// A stretch of a case file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, as in [`CaseText::file`].
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
pub struct Choice {
    /// The question's id.
    pub question: String,
    /// The candidate's name; `None` = none of them.
    pub candidate: Option<String>,
    /// What came, free of names that differ from run to run.
    pub actual: String,
}

/// One look at the watched stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Sent.
    pub sent_us: u64,
    /// Answer complete.
    pub received_us: u64,
    /// The members that the ladder speaks of; absent members are not there.
    pub state: BTreeMap<String, Value>,
}

/// What a watch saw, and what it was held to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The step.
    pub step: usize,
    /// When the call before the watch was sent and answered.
    pub call_us: Option<(u64, u64)>,
    /// The ladder in words: `ACTIVE* UPDATING+ ACTIVE+`.
    pub expected: String,
    /// The samples, in order; runs of equal states keep their first and last.
    pub samples: Vec<Sample>,
    /// The longest time between two samples around a change, in microseconds.
    pub longest_gap_us: u64,
}

/// A trial's verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
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
    /// Why, where the outcome needs a word: what is lacking, what failed in the setup.
    pub reason: Option<String>,
    /// What else is to be said.
    pub flags: Vec<Flag>,
    /// All deviations, tolerated ones too.
    pub mismatches: Vec<Mismatch>,
    /// The facts that a pass rests on.
    pub evidence: Vec<FactId>,
    /// Digest of everything that is sent.
    pub question_digest: String,
    /// The round whose exchanges the verdict rests on.
    pub round: u32,
    /// What the names stood for (`stream.name`, `key.managed`), for judging again.
    pub bindings: BTreeMap<String, Value>,
    /// The target's answers to open questions.
    pub chose: Vec<Choice>,
    /// What the watches saw.
    pub traces: Vec<Trace>,
    /// Deviations of form that other cases judge, once each.
    pub notes: Vec<String>,
    /// When it started.
    pub started_us: u64,
    /// How long it took.
    pub ms: u64,
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
}
