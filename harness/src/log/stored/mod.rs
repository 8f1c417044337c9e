//! The log as it is stored: the types of its lines, apart from the events that a run emits.
//!
//! A stored log says a thing once. A `text`, a `fact` and `names` are lines of their own, and later lines
//! refer to them: to a line by its number, to a fact by its id. Exchanges that repeat another one become
//! an `again` line, which has the times of all of them. What is as in the request of a plain client, and
//! what is empty, is left out. [`Storing`] makes lines of events, [`Restoring`] makes events of lines.

mod fold;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize};
use strum::{EnumDiscriminants, IntoStaticStr};

use super::event::{
    AttemptText, BodyText, CaseText, Claim, EndedEarly, Evidence, Flag, Footer, Header, Mismatch, Notice,
    ObservedAnswer, Outcome, OverrideText, QuestionText, ResponseText, Role, StopCondition, Timing, Trace,
    TrialVerdict,
};
use crate::case::ast::{Audience, Level};
use crate::facts::FactId;
use crate::model::{Model, Value};

pub(super) use reader::{Read, Restoring, Unusable};
pub(crate) use writer::Storing;

/// Version of the form of a log. A reader refuses every other.
pub const LOG_FORMAT: u32 = 2;

/// What was added to that version. A reader takes each number up to its own.
pub const LOG_MINOR: u32 = 2;

/// One line of a log. `Kind` has the kinds of lines, by their names in the log.
#[derive(Debug, Serialize, EnumDiscriminants)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[strum_discriminants(name(Kind), derive(Deserialize, IntoStaticStr))]
#[strum_discriminants(serde(rename_all = "kebab-case"), strum(serialize_all = "kebab-case"))]
enum Line {
    /// First line: what is run, against what.
    Header(Box<HeaderLine>),
    /// Lines of a case file, before the first case that has them.
    Text(TextLine),
    /// A fact, before the first case that cites it.
    Fact(Box<Evidence>),
    /// What names stood for, before the first attempt in which they did.
    Names(NamesLine),
    /// A case, before the first trial made from it.
    Case(Box<CaseLine>),
    /// One request and its response.
    Exchange(Box<ExchangeLine>),
    /// Exchanges that are equal to an earlier one, apart from their times.
    Again(AgainLine),
    /// The times that steps and samples are held to.
    Timing(Timing),
    /// A trial's verdict.
    Trial(Box<TrialLine>),
    /// Something that a reader should know and that is no verdict.
    Notice(Notice),
    /// Last line.
    Footer(Box<Footer>),
}

/// What every line says of itself.
#[derive(Deserialize)]
struct Tag {
    event: Kind,
}

/// The header, with the version of the log's form.
#[derive(Debug, Serialize)]
struct HeaderLine {
    format: u32,
    minor: u32,
    #[serde(flatten)]
    header: Header,
}

/// Lines of a case file. All rows of a table share them.
#[derive(Debug, Serialize, Deserialize)]
struct TextLine {
    text: Arc<str>,
}

/// What names stood for.
#[derive(Debug, Serialize, Deserialize)]
struct NamesLine {
    values: BTreeMap<String, Value>,
}

/// A case.
#[derive(Debug, Serialize, Deserialize)]
struct CaseLine {
    id: String,
    title: String,
    operation: String,
    level: Level,
    affects: Vec<Audience>,
    file: String,
    first_line: u32,
    /// The number of the line that has its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<u64>,
    /// The facts that it cites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cites: Vec<FactId>,
    /// What it claims, on which of these facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    claims: Vec<Claim>,
    questions: IndexMap<String, QuestionText>,
    /// In place of `text`, in format 2.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<Arc<str>>,
    /// In place of `cites`, in format 2.0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    facts: Vec<Evidence>,
}

/// One request and its response.
#[derive(Debug, Serialize, Deserialize)]
struct ExchangeLine {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trial: Option<String>,
    role: Role,
    #[serde(default, skip_serializing_if = "is_zero")]
    attempt: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    repetition: u32,
    sent_us: u64,
    received_us: u64,
    request: RequestLine,
    response: ResponseText,
}

/// A request. What is left out is as a plain client sends it.
#[derive(Debug, Serialize, Deserialize)]
struct RequestLine {
    operation: String,
    /// `null` if the request had no such header.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "stated")]
    target: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    signed: bool,
    body: BodyText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    overrides: Option<OverrideText>,
}

/// Exchanges that are equal to the one in an earlier line, apart from their times, the headers that differ
/// in every response, and `repetition`, which counts up for samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct AgainLine {
    /// The number of that line.
    line: u64,
    /// `repetition` of the first of them.
    #[serde(default, skip_serializing_if = "is_zero")]
    repetition: u32,
    /// How many they are.
    count: u64,
    /// When each of them was sent and received.
    times: Vec<(u64, u64)>,
}

/// A trial's verdict. What is left out is empty.
#[derive(Debug, Serialize, Deserialize)]
struct TrialLine {
    id: String,
    case: String,
    operation: String,
    level: Level,
    outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    flags: Vec<Flag>,
    #[serde(default, skip_serializing_if = "is_false")]
    required: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    mismatches: Vec<Mismatch>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<FactId>,
    question_digest: String,
    stops: Vec<StopCondition>,
    #[serde(default, skip_serializing_if = "is_zero")]
    attempt: u32,
    attempts: Vec<AttemptLine>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    answers: Vec<ObservedAnswer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    traces: Vec<Trace>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    started_us: u64,
    ms: u64,
}

/// What came of one attempt. What is left out is empty.
#[derive(Debug, Serialize, Deserialize)]
struct AttemptLine {
    outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    void: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    disturbed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_early: Option<EndedEarly>,
    /// The numbers of the lines that say what names stood for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<u64>,
    /// What the other names stood for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    bindings: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began_us: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    process_ended: Option<String>,
}

impl CaseLine {
    fn of(case: CaseText, text: u64) -> Self {
        let CaseText {
            id,
            title,
            operation,
            level,
            affects,
            file,
            first_line,
            source: _,
            facts,
            claims,
            questions,
        } = case;
        Self {
            id,
            title,
            operation,
            level,
            affects,
            file,
            first_line,
            text: Some(text),
            cites: facts.into_iter().map(|fact| fact.id).collect(),
            claims,
            questions,
            source: None,
            facts: Vec::new(),
        }
    }
}

impl TrialLine {
    /// `attempts` = those of the verdict, as they are stored.
    fn of(verdict: TrialVerdict, attempts: Vec<AttemptLine>) -> Self {
        let TrialVerdict {
            id,
            case,
            operation,
            level,
            outcome,
            reason,
            flags,
            required,
            mismatches,
            evidence,
            question_digest,
            stops,
            attempt,
            attempts: _,
            answers,
            traces,
            notes,
            started_us,
            ms,
        } = verdict;
        Self {
            id,
            case,
            operation,
            level,
            outcome,
            reason,
            flags,
            required,
            mismatches,
            evidence,
            question_digest,
            stops,
            attempt,
            attempts,
            answers,
            traces,
            notes,
            started_us,
            ms,
        }
    }

    /// `attempts` = those of the line, as they were.
    fn verdict(self, attempts: Vec<AttemptText>) -> TrialVerdict {
        let Self {
            id,
            case,
            operation,
            level,
            outcome,
            reason,
            flags,
            required,
            mismatches,
            evidence,
            question_digest,
            stops,
            attempt,
            attempts: _,
            answers,
            traces,
            notes,
            started_us,
            ms,
        } = self;
        TrialVerdict {
            id,
            case,
            operation,
            level,
            outcome,
            reason,
            flags,
            required,
            mismatches,
            evidence,
            question_digest,
            stops,
            attempt,
            attempts,
            answers,
            traces,
            notes,
            started_us,
            ms,
        }
    }
}

/// `X-Amz-Target` as a plain client sends it.
fn plain_target(operation: &str) -> String {
    format!("{}.{operation}", Model::embedded().target_prefix)
}

/// A member that is there, `null` or not.
fn stated<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_true(truth: &bool) -> bool {
    *truth
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_false(truth: &bool) -> bool {
    !*truth
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}
