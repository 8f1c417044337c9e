//! The record of a run: what is kept in git of a log.
//!
//! JSON Lines: a header, a line per trial that is not a plain pass, the traces of transitions, the
//! answers to open questions, the notes, a footer. Sorted, and free of what differs from run to run
//! (requests, times, ports), traces aside: two records of one target differ where it does. What a
//! record does not name has passed.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::evidence::PassEvidence;
use super::questions::{Answer, Answers};
use super::summary::Summary;
use super::text::counted;
use super::whole_file::write_whole;
use crate::case::ast::Level;
use crate::log::{
    Capabilities, Flag, Header, Log, Mismatch, MismatchKind, Outcome, ReportError, Selection, TrialVerdict,
    to_line,
};
use crate::model::Value;
use crate::plan::OUTPUT_LINE;

#[cfg(test)]
mod tests;

/// Version of the record's form. A reader refuses every other.
pub const RECORD_FORMAT: u32 = 1;

/// What was added to that version. A reader takes each number up to its own.
const RECORD_MINOR: u32 = 0;

/// The longest line that is read, in bytes.
const LONGEST_LINE: u64 = 4 << 20;

/// What is kept of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What was run, against what.
    pub header: RecordHeader,
    /// The trials that are no plain pass, by id.
    pub trials: Vec<RecordTrial>,
    /// What the samples showed, by trial and step.
    pub traces: Vec<RecordTrace>,
    /// The answers to open questions, by question.
    pub answers: Vec<RecordAnswer>,
    /// Differences of form that no trial of their own judges, by text.
    pub notes: Vec<RecordNote>,
    /// The figures.
    pub footer: RecordFooter,
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "kebab-case")]
enum Line {
    Header(RecordHeader),
    Trial(RecordTrial),
    Trace(RecordTrace),
    Answer(RecordAnswer),
    Note(RecordNote),
    Footer(RecordFooter),
}

/// What was run, against what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordHeader {
    /// [`RECORD_FORMAT`].
    pub format: u32,
    /// Version of the suite.
    pub suite_version: String,
    /// Digest of the manifest, the denominator of the figures.
    pub manifest_digest: String,
    /// The day of the run in UTC, `2026-11-24`.
    pub date: String,
    /// The target's name.
    pub target: String,
    /// Its version.
    pub version: Option<String>,
    /// What it said it can do.
    pub capabilities: Capabilities,
    /// What was selected.
    pub selection: Selection,
    /// Mismatches at or below this level fail.
    pub level: Level,
}

/// A trial that is no plain pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordTrial {
    /// Its id.
    pub id: String,
    /// Its outcome.
    pub outcome: Outcome,
    /// Why, where the outcome needs a reason.
    pub reason: Option<String>,
    /// What else is to be said.
    pub flags: Vec<Flag>,
    /// All mismatches.
    pub mismatches: Vec<RecordMismatch>,
}

/// One mismatch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordMismatch {
    /// In what way.
    pub kind: MismatchKind,
    /// The level of the expectation.
    pub level: Level,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub actual: String,
}

/// What the samples showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordTrace {
    /// The trial.
    pub trial: String,
    /// The step.
    pub step: usize,
    /// The expected states.
    pub expected: String,
    /// The samples, in order.
    pub samples: Vec<RecordSample>,
}

/// One sample of the observed stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordSample {
    /// When it was sent, in microseconds after the call; negative before it.
    pub sent_us: i64,
    /// When its answer was complete, likewise.
    pub received_us: i64,
    /// What it saw.
    pub state: BTreeMap<String, Value>,
}

/// An answer to an open question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordAnswer {
    /// The question's id.
    pub question: String,
    /// The candidate's name; `None` = none of them.
    pub candidate: Option<String>,
    /// What came, if it was none of the candidates.
    pub actual: Option<String>,
    /// How many trials got this answer.
    pub trials: usize,
}

/// A difference of form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordNote {
    /// What differs.
    pub text: String,
    /// In how many trials.
    pub trials: usize,
}

/// The figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordFooter {
    /// Trials by outcome.
    pub counts: BTreeMap<Outcome, usize>,
    /// How many trials passed and are not named here.
    pub passed: usize,
    /// The same as text.
    pub statement: String,
    /// The passed trials by the evidence of all of their claims.
    #[serde(default)]
    pub passes: PassEvidence,
    /// The passed trials by the evidence of their claims at level core.
    #[serde(default)]
    pub core_passes: PassEvidence,
}

impl Record {
    /// What is kept of a log.
    ///
    /// # Errors
    ///
    /// If the log is incomplete.
    pub fn of_log(log: &Log) -> Result<Self, ReportError> {
        if let Some(reason) = log.incomplete_because() {
            return Err(ReportError::Incomplete(reason));
        }
        Self::of_summary(&Summary::of_log(log))
    }

    /// What is kept of a run.
    ///
    /// # Errors
    ///
    /// If the run is incomplete.
    pub fn of_summary(summary: &Summary) -> Result<Self, ReportError> {
        let Some(header) = &summary.header else {
            return Err(ReportError::Incomplete("it has no header"));
        };
        match &summary.footer {
            None => return Err(ReportError::Incomplete("it has no footer")),
            Some(footer) if !footer.complete => {
                return Err(ReportError::Incomplete("trials were left out"));
            }
            Some(_) => {}
        }
        let scrub = Scrub::of(header);
        let named: Vec<&TrialVerdict> =
            summary.trials.values().filter(|trial| !is_plain_pass(trial)).collect();
        let mut notes: BTreeMap<String, usize> = BTreeMap::new();
        for note in summary.trials.values().flat_map(|trial| &trial.notes) {
            *notes.entry(scrub.text(note)).or_default() += 1;
        }
        Ok(Self {
            header: RecordHeader::of(header),
            trials: named.iter().map(|trial| RecordTrial::of(trial, &scrub)).collect(),
            traces: summary.trials.values().flat_map(RecordTrace::all_of).collect(),
            answers: Answers::of(summary)
                .iter()
                .flat_map(|answers| RecordAnswer::all_of(answers, &scrub))
                .collect(),
            notes: notes.into_iter().map(|(text, trials)| RecordNote { text, trials }).collect(),
            footer: RecordFooter::of(summary, header, named.len()),
        })
    }

    /// The record as JSON Lines.
    ///
    /// # Errors
    ///
    /// If a value has no JSON form.
    pub fn to_json_lines(&self) -> Result<String, ReportError> {
        let mut text = Vec::new();
        let mut push = |line: Line| -> Result<(), ReportError> {
            text.extend(to_line(&line)?);
            text.push(b'\n');
            Ok(())
        };
        push(Line::Header(self.header.clone()))?;
        self.trials.iter().try_for_each(|trial| push(Line::Trial(trial.clone())))?;
        self.traces.iter().try_for_each(|trace| push(Line::Trace(trace.clone())))?;
        self.answers.iter().try_for_each(|answer| push(Line::Answer(answer.clone())))?;
        self.notes.iter().try_for_each(|note| push(Line::Note(note.clone())))?;
        push(Line::Footer(self.footer.clone()))?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// Makes the record of a run and writes it, all of it or nothing.
///
/// # Errors
///
/// If the run is incomplete, or the file can't be written.
pub fn write_record(summary: &Summary, path: &Path) -> Result<(), ReportError> {
    let text = Record::of_summary(summary)?.to_json_lines()?;
    write_whole("record", path, &text)
}

/// Why a record could not be read. Fits after "failed to".
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The system would not read on.
    #[error("read the record: {0}")]
    Read(#[source] std::io::Error),
    /// A record of a version that is not read any more.
    #[error(
        "read the record: it has format {found}, and this version reads format {RECORD_FORMAT}: run again"
    )]
    Old {
        /// The version that the header states.
        found: u32,
    },
    /// A record of a later version.
    #[error(
        "read the record: it has format {major}.{minor}, and this version reads format {RECORD_FORMAT}.{RECORD_MINOR}: use \
         kinesis-conformance {suite_version}, which wrote it, or a later one"
    )]
    New {
        /// The version that the header states.
        major: u32,
        /// What was added to that version.
        minor: u32,
        /// Version of the program that wrote it.
        suite_version: String,
    },
    /// A line that is not one of a record, or not in its place.
    #[error("read the record at line {line}, column {column}: {reason}")]
    Form {
        /// 1-based line.
        line: u64,
        /// 1-based column, in bytes.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// It does not end in a footer.
    #[error("read the record: it ends before its footer")]
    Incomplete,
}

/// Reads a record.
///
/// # Errors
///
/// If it is no whole record of this version.
pub fn read_record(mut reader: impl BufRead) -> Result<Record, RecordError> {
    let mut header = None;
    let mut footer = None;
    let (mut trials, mut traces, mut answers, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for number in 1.. {
        let mut bytes = Vec::new();
        (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut bytes).map_err(RecordError::Read)?;
        if bytes.is_empty() {
            break;
        }
        let misplaced =
            |reason: &str| RecordError::Form { line: number, column: 1, reason: reason.to_owned() };
        if header.is_none() {
            check_version(&bytes)?;
        }
        let line = serde_json::from_slice(&bytes).map_err(|error| {
            let (column, reason) = crate::log::place(&error);
            RecordError::Form { line: number, column, reason }
        })?;
        if footer.is_some() {
            return Err(misplaced("nothing may follow the footer"));
        }
        if header.is_some() == matches!(line, Line::Header(_)) {
            return Err(misplaced("the header, and only it, is the first line"));
        }
        match line {
            Line::Header(read) => header = Some(read),
            Line::Trial(trial) => trials.push(trial),
            Line::Trace(trace) => traces.push(trace),
            Line::Answer(answer) => answers.push(answer),
            Line::Note(note) => notes.push(note),
            Line::Footer(read) => {
                let all = read.counts.values().try_fold(0, |all: usize, count| all.checked_add(*count));
                all.ok_or_else(|| misplaced("the counts are too large to be added"))?;
                footer = Some(read);
            }
        }
    }
    let (Some(header), Some(footer)) = (header, footer) else { return Err(RecordError::Incomplete) };
    Ok(Record { header, trials, traces, answers, notes, footer })
}

/// What a header of every version says.
#[derive(Deserialize)]
struct Version {
    format: u32,
    #[serde(default)]
    minor: u32,
    #[serde(default)]
    suite_version: String,
}

/// Refuses the first line if it is one of another version. What is no header is refused elsewhere.
fn check_version(line: &[u8]) -> Result<(), RecordError> {
    let Ok(Version { format: major, minor, suite_version }) = serde_json::from_slice(line) else {
        return Ok(());
    };
    if major < RECORD_FORMAT {
        return Err(RecordError::Old { found: major });
    }
    if (major, minor) > (RECORD_FORMAT, RECORD_MINOR) {
        return Err(RecordError::New { major, minor, suite_version });
    }
    Ok(())
}

fn is_plain_pass(trial: &TrialVerdict) -> bool {
    trial.outcome == Outcome::Pass && trial.flags.is_empty() && trial.mismatches.is_empty()
}

impl RecordHeader {
    fn of(header: &Header) -> Self {
        Self {
            format: RECORD_FORMAT,
            suite_version: header.suite_version.clone(),
            manifest_digest: header.manifest_digest.clone(),
            date: header.started_at.chars().take(10).collect(),
            target: header.target.name.clone(),
            version: header.target.version.clone(),
            capabilities: header.capabilities.clone(),
            selection: header.selection.clone(),
            level: header.level,
        }
    }
}

impl RecordTrial {
    fn of(trial: &TrialVerdict, scrub: &Scrub) -> Self {
        Self {
            id: trial.id.clone(),
            outcome: trial.outcome,
            reason: trial.reason.as_deref().map(|reason| scrub.text(reason)),
            flags: trial.flags.clone(),
            mismatches: trial.mismatches.iter().map(|mismatch| RecordMismatch::of(mismatch, scrub)).collect(),
        }
    }
}

impl RecordMismatch {
    /// What a process said last before it ended holds paths of the machine on which it ran, and stays in
    /// the log.
    fn of(mismatch: &Mismatch, scrub: &Scrub) -> Self {
        let actual = mismatch.actual.split(OUTPUT_LINE).next().unwrap_or_default();
        Self {
            kind: mismatch.kind,
            level: mismatch.level,
            expected: mismatch.expected.clone(),
            actual: scrub.text(actual),
        }
    }
}

impl RecordTrace {
    fn all_of(trial: &TrialVerdict) -> Vec<Self> {
        let of = |trace: &crate::log::Trace| {
            let start = super::terminal::trace::start(trace);
            let samples = trace.samples.iter().map(|sample| RecordSample {
                sent_us: super::terminal::trace::since(start, sample.sent_us),
                received_us: super::terminal::trace::since(start, sample.received_us),
                state: sample.state.clone(),
            });
            Self {
                trial: trial.id.clone(),
                step: trace.step,
                expected: trace.expected.clone(),
                samples: samples.collect(),
            }
        };
        trial.traces.iter().map(of).collect()
    }
}

impl RecordAnswer {
    fn all_of(answers: &Answers, scrub: &Scrub) -> Vec<Self> {
        let of = |(answer, trials): (&Answer, &Vec<String>)| {
            let (candidate, actual) = match answer {
                Answer::Candidate(name) => (Some(name.clone()), None),
                Answer::Other(actual) => (None, Some(scrub.text(actual))),
            };
            Self { question: answers.question.clone(), candidate, actual, trials: trials.len() }
        };
        answers.trials.iter().map(of).collect()
    }
}

impl RecordFooter {
    fn of(summary: &Summary, header: &Header, named: usize) -> Self {
        let passed = summary.trials.len() - named;
        let statement = format!(
            "{passed} of {} of manifest {} passed and are not named",
            counted(header.selection.trials, "selected trial", "selected trials"),
            header.manifest_digest
        );
        Self {
            counts: summary.counts(),
            passed,
            statement,
            passes: PassEvidence::of_passes(summary),
            core_passes: PassEvidence::of_core_passes(summary),
        }
    }
}

/// Takes out of texts what differs from run to run: the machine's address, and measured times.
struct Scrub {
    addresses: Vec<String>,
}

impl Scrub {
    fn of(header: &Header) -> Self {
        let endpoint = header.target.endpoint.trim_end_matches('/');
        let authority = endpoint.split_once("://").map_or(endpoint, |(_, authority)| authority);
        let known = [endpoint, authority].into_iter().filter(|text| !text.is_empty());
        Self { addresses: known.map(str::to_owned).collect() }
    }

    fn text(&self, text: &str) -> String {
        static TIME: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"\b[0-9]+(?:\.[0-9]+)? ?(?:us|ms|s)\b")
                .expect("the pattern is a constant, and tested")
        });
        let placeless =
            self.addresses.iter().fold(text.to_owned(), |text, address| text.replace(address, "<endpoint>"));
        TIME.replace_all(&placeless, "<time>").into_owned()
    }
}
