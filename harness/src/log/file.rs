//! The log as a file: JSON Lines, a header first and a footer last. It is compressed if its name ends in
//! `.zst`.
//!
//! A log that is read was written by anybody: lines and files have a largest size, and nothing in
//! them can do more than be refused with its line and column.

use std::fs::OpenOptions;
use std::io::{self, BufRead, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::log::packed::{Output, unpacked};
use crate::log::stored::{LOG_FORMAT, LOG_MINOR, Read as Stored, Restoring, Storing, Unusable};
use crate::log::{Event, Footer, Header, Listener, ReportError};

#[cfg(test)]
mod tests;

/// The longest line that is read, in bytes. The largest body that the suite sends is 10 MiB, which
/// is 14 MiB in base64.
const LONGEST_LINE: usize = 64 << 20;

/// The largest log that is read, in bytes.
const LARGEST_LOG: u64 = 2 << 30;

/// Writes the log to a file.
///
/// The lines of an event reach the file before the next event is taken, so that a run that is killed leaves
/// what it observed. Only the times of exchanges that repeat one in the file are kept back for a second. Until the first event the file is left as it is; a file that was made here and
/// got no event is deleted again.
#[derive(Debug)]
pub struct LogWriter {
    path: PathBuf,
    output: Output,
    /// True if the file was not there before.
    made: bool,
    /// True once an event was written.
    begun: bool,
    /// True once something could not be written: what came behind it would be read as the rest of a line.
    broken: bool,
    storing: Storing,
}

impl LogWriter {
    /// Opens the file, which is made if it is not there. To be called before the first request: a path
    /// that can't be written should cost nothing.
    ///
    /// # Errors
    ///
    /// If the file can't be made or written.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        let opened = match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(file) => Ok((file, true)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                OpenOptions::new().write(true).open(path).map(|file| (file, false))
            }
            Err(error) => Err(error),
        };
        match opened {
            Ok((file, made)) => {
                let output = Output::of(path, file).map_err(|source| unwritten(path, source))?;
                let storing = Storing::default();
                Ok(Self { path: path.to_owned(), output, made, begun: false, broken: false, storing })
            }
            Err(source) => Err(unwritten(path, source)),
        }
    }

    /// Writes what is kept back: to be called where no event comes for a while.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub fn write_kept_back(&mut self) -> Result<(), ReportError> {
        let lines = self.storing.kept_back()?;
        self.write(&lines).map_err(|source| unwritten(&self.path, source))
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        if !self.begun {
            // A device has no length, and a pipe no contents to keep.
            if self.output.file().metadata()?.is_file() {
                self.output.file().set_len(0)?;
            }
            self.begun = true;
        }
        let written = self.output.write(lines);
        self.broken |= written.is_err();
        written
    }
}

fn unwritten(path: &Path, source: io::Error) -> ReportError {
    ReportError::Write { what: "log", path: path.display().to_string(), source }
}

impl Listener for LogWriter {
    fn event(&mut self, event: &Event) -> Result<(), ReportError> {
        let lines = self.storing.event(event)?;
        let is_last = matches!(event, Event::Footer(_));
        self.write(&lines)
            .and_then(|()| if is_last { self.output.finish() } else { Ok(()) })
            .map_err(|source| unwritten(&self.path, source))
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        if !self.broken {
            // Nobody is left to whom a failure could be reported.
            let _ = self.write_kept_back();
        }
        if self.begun && !self.broken {
            let _ = self.output.finish();
        }
        if self.made && !self.begun {
            // It may be gone already, which is what is wanted.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// A log that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// The first line.
    pub header: Header,
    /// All that stands between header and footer, in order.
    pub events: Vec<Event>,
    /// The last line; `None` = the run did not end by itself.
    pub footer: Option<Footer>,
    /// The number of a last line that was only half written, 1-based.
    pub torn: Option<u64>,
}

impl Log {
    /// The log of a run that ended just now; `None` if it never began.
    pub fn of_events(events: Vec<Event>) -> Option<Self> {
        let (mut header, mut footer, mut rest) = (None, None, Vec::new());
        for event in events {
            match event {
                Event::Header(first) => header = Some(*first),
                Event::Footer(last) => footer = Some(*last),
                Event::Case(_)
                | Event::Exchange(_)
                | Event::Timing(_)
                | Event::Trial(_)
                | Event::Notice(_) => rest.push(event),
            }
        }
        header.map(|header| Self { header, events: rest, footer, torn: None })
    }

    /// True if every selected trial has its verdict: only then may a figure be published.
    pub fn is_complete(&self) -> bool {
        self.incomplete_because().is_none()
    }

    /// Why the log is not complete, as a fragment such as "the run was interrupted".
    pub fn incomplete_because(&self) -> Option<&'static str> {
        match (&self.torn, &self.footer) {
            (Some(_), _) => Some("its last line is torn"),
            (None, None) => Some("it has no footer"),
            (None, Some(footer)) if !footer.complete => Some("trials were left out"),
            (None, Some(_)) => None,
        }
    }
}

/// Why a log could not be read. Fits after "failed to".
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The system would not read on.
    #[error("read the log at line {line}: {source}")]
    Read {
        /// 1-based line.
        line: u64,
        /// What the system says.
        source: io::Error,
    },
    /// There is nothing, or not even a whole header.
    #[error("read the log: it ends before its header does")]
    Empty,
    /// The first line is something else.
    #[error("read the log: its first line is no header; is it a log of kinesis-conformance?")]
    NoHeader,
    /// A log of a version that is not read any more.
    #[error("read the log: it has format {found}, and this version reads format {LOG_FORMAT}: run again")]
    Old {
        /// The version that the header states.
        found: u64,
    },
    /// A log of a later version.
    #[error(
        "read the log: it has format {major}.{minor}, and this version reads format {LOG_FORMAT}.{LOG_MINOR} and \
         older ones of {LOG_FORMAT}: use kinesis-conformance {suite_version}, which wrote it, or a later one"
    )]
    New {
        /// The version that the header states.
        major: u64,
        /// What was added to that version.
        minor: u64,
        /// Version of the program that wrote it.
        suite_version: String,
    },
    /// A line that is no event.
    #[error("read the log at line {line}, column {column}: {reason}")]
    Form {
        /// 1-based line.
        line: u64,
        /// 1-based column, in bytes.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// A header after the first line, or anything after the footer.
    #[error("read the log at line {line}: a {event} can't stand here")]
    Order {
        /// 1-based line.
        line: u64,
        /// What stands there.
        event: &'static str,
    },
    /// More than is worth reading.
    #[error("read the log at line {line}: it is longer than {limit} bytes")]
    TooLong {
        /// 1-based line.
        line: u64,
        /// The limit that was passed: of a line, or of the log.
        limit: u64,
    },
}

/// What every version of the log says in its first line.
#[derive(Deserialize)]
struct Version {
    event: String,
    format: u64,
    #[serde(default)]
    minor: u64,
    #[serde(default)]
    suite_version: String,
}

/// Reads a log, compressed or not. A last line that was only half written makes the log incomplete, not
/// unreadable, and so does a compressed file that was only half written.
///
/// # Errors
///
/// If the first line is no header of this version, or a line is no event, or events stand in an
/// order that no run writes.
pub fn read_log(reader: impl BufRead) -> Result<Log, LogError> {
    let mut reader = unpacked(reader).map_err(|source| LogError::Read { line: 1, source })?;
    let first = next_line(&mut reader, 1)?.ok_or(LogError::Empty)?;
    let header = header(&first)?;
    let mut restoring = Restoring::default();
    let (mut footer, mut torn) = (None, None);
    let mut size = first.bytes.len() as u64;
    let mut number = 1;
    loop {
        number += 1;
        let Some(line) = next_line(&mut reader, number)? else { break };
        size += line.bytes.len() as u64;
        let too_long = LogError::TooLong { line: number, limit: LARGEST_LOG };
        if size > LARGEST_LOG {
            return Err(too_long);
        }
        let read = match restoring.line(number, &line.bytes, LARGEST_LOG) {
            Ok(read) => read,
            Err(Unusable::TooMuch) => return Err(too_long),
            Err(Unusable::Form(_)) if !line.whole => {
                torn = Some(number);
                break;
            }
            Err(Unusable::Form(error)) => return Err(form(number, &error)),
            Err(Unusable::Reference(reason)) => {
                return Err(LogError::Form { line: number, column: 1, reason });
            }
        };
        let misplaced = |event| LogError::Order { line: number, event };
        match read {
            Stored::Header => return Err(misplaced("header")),
            Stored::Footer(_) if footer.is_some() => return Err(misplaced("footer")),
            Stored::Between(event) if footer.is_some() => return Err(misplaced(event)),
            Stored::Footer(last) => footer = Some(*last),
            Stored::Between(_) => {}
        }
    }
    Ok(Log { header, events: restoring.events(), footer, torn })
}

fn header(line: &Line) -> Result<Header, LogError> {
    let version = match serde_json::from_slice::<Version>(&line.bytes) {
        Ok(version) => version,
        Err(_) if !line.whole => return Err(LogError::Empty),
        Err(_) => return Err(LogError::NoHeader),
    };
    if version.event != "header" {
        return Err(LogError::NoHeader);
    }
    let Version { event: _, format: major, minor, suite_version } = version;
    if major < u64::from(LOG_FORMAT) {
        return Err(LogError::Old { found: major });
    }
    if (major, minor) > (u64::from(LOG_FORMAT), u64::from(LOG_MINOR)) {
        return Err(LogError::New { major, minor, suite_version });
    }
    serde_json::from_slice(&line.bytes).map_err(|error| form(1, &error))
}

/// A line without its end; `whole` says whether there was one.
struct Line {
    bytes: Vec<u8>,
    whole: bool,
}

fn next_line(reader: &mut impl BufRead, line: u64) -> Result<Option<Line>, LogError> {
    let mut bytes = Vec::new();
    let limit = LONGEST_LINE as u64;
    let mut limited = reader.take(limit + 1);
    match limited.read_until(b'\n', &mut bytes) {
        Ok(_) => {}
        // A compressed file without an end. What was read before is in `bytes`.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
        Err(source) => return Err(LogError::Read { line, source }),
    }
    if bytes.is_empty() {
        return Ok(None);
    }
    let whole = bytes.last() == Some(&b'\n');
    if whole {
        bytes.pop();
    } else if bytes.len() > LONGEST_LINE {
        return Err(LogError::TooLong { line, limit });
    }
    Ok(Some(Line { bytes, whole }))
}

fn form(line: u64, error: &serde_json::Error) -> LogError {
    let (column, reason) = place(error);
    LogError::Form { line, column, reason }
}

/// The 1-based column within a line and what is wrong there.
pub(crate) fn place(error: &serde_json::Error) -> (usize, String) {
    let reported = error.to_string();
    // The position is reported apart: serde_json calls every line the first.
    let reason = reported.rsplit_once(" at line ").map_or(reported.as_str(), |(reason, _)| reason).to_owned();
    (error.column().max(1), reason)
}
