//! The log as a file: JSON Lines, one event a line, a header first and a footer last.
//!
//! A log that is read was written by anybody: lines and files have a largest size, and nothing in
//! them can do more than be refused with its line and column.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::log::{Event, Footer, Header, LOG_FORMAT, Listener, ReportError, to_line};

#[cfg(test)]
mod tests;

/// The longest line that is read, in bytes. The largest body that the suite sends is 10 MiB, which
/// is 14 MiB in base64.
const LONGEST_LINE: usize = 64 << 20;

/// The largest log that is read, in bytes.
const LARGEST_LOG: u64 = 2 << 30;

/// Writes the log to a file.
///
/// Each line reaches the file before the next event is taken, so that a run that is killed leaves all
/// that it observed. Until the first event the file is left as it is; a file that was made here and
/// got no event is deleted again.
#[derive(Debug)]
pub struct LogWriter {
    path: PathBuf,
    file: File,
    /// True if the file was not there before.
    made: bool,
    /// True once an event was written.
    begun: bool,
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
            Ok((file, made)) => Ok(Self { path: path.to_owned(), file, made, begun: false }),
            Err(source) => Err(unwritten(path, source)),
        }
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if !self.begun {
            // A device has no length, and a pipe no contents to keep.
            if self.file.metadata()?.is_file() {
                self.file.set_len(0)?;
            }
            self.begun = true;
        }
        self.file.write_all(line)
    }
}

fn unwritten(path: &Path, source: io::Error) -> ReportError {
    ReportError::Write { what: "log", path: path.display().to_string(), source }
}

impl Listener for LogWriter {
    fn event(&mut self, event: &Event) -> Result<(), ReportError> {
        let mut line = to_line(event)?;
        line.push(b'\n');
        self.write(&line).map_err(|source| unwritten(&self.path, source))
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
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
    /// A log of another version.
    #[error("read the log: it has format {found}, and this version reads format {LOG_FORMAT}: run again")]
    Version {
        /// The version that the header states.
        found: u64,
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
}

/// What every line says of itself.
#[derive(Deserialize)]
struct Tag {
    event: EventName,
}

/// The names of events, as in the log.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum EventName {
    Header,
    Case,
    Exchange,
    Timing,
    Trial,
    Notice,
    Footer,
}

/// Reads a log. A last line that was only half written makes the log incomplete, not unreadable.
///
/// # Errors
///
/// If the first line is no header of this version, or a line is no event, or events stand in an
/// order that no run writes.
pub fn read_log(mut reader: impl BufRead) -> Result<Log, LogError> {
    let first = next_line(&mut reader, 1)?.ok_or(LogError::Empty)?;
    let header = header(&first)?;
    let mut log = Log { header, events: Vec::new(), footer: None, torn: None };
    let mut size = first.bytes.len() as u64;
    let mut number = 1;
    loop {
        number += 1;
        let Some(line) = next_line(&mut reader, number)? else { return Ok(log) };
        size += line.bytes.len() as u64;
        if size > LARGEST_LOG {
            return Err(LogError::TooLong { line: number, limit: LARGEST_LOG });
        }
        let event = match parse(&line.bytes) {
            Ok(event) => event,
            Err(_) if !line.whole => {
                log.torn = Some(number);
                return Ok(log);
            }
            Err(error) => return Err(form(number, &error)),
        };
        if log.footer.is_some() {
            return Err(LogError::Order { line: number, event: name(&event) });
        }
        match event {
            Event::Header(_) => return Err(LogError::Order { line: number, event: "header" }),
            Event::Footer(footer) => log.footer = Some(*footer),
            Event::Case(_) | Event::Exchange(_) | Event::Timing(_) | Event::Trial(_) | Event::Notice(_) => {
                log.events.push(event);
            }
        }
    }
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
    if version.format != u64::from(LOG_FORMAT) {
        return Err(LogError::Version { found: version.format });
    }
    serde_json::from_slice(&line.bytes).map_err(|error| form(1, &error))
}

/// Reads the tag first and the event then: read at once, a tagged enum loses the columns of errors.
fn parse(line: &[u8]) -> Result<Event, serde_json::Error> {
    let Tag { event } = serde_json::from_slice(line)?;
    Ok(match event {
        EventName::Header => Event::Header(serde_json::from_slice(line)?),
        EventName::Case => Event::Case(serde_json::from_slice(line)?),
        EventName::Exchange => Event::Exchange(serde_json::from_slice(line)?),
        EventName::Timing => Event::Timing(serde_json::from_slice(line)?),
        EventName::Trial => Event::Trial(serde_json::from_slice(line)?),
        EventName::Notice => Event::Notice(serde_json::from_slice(line)?),
        EventName::Footer => Event::Footer(serde_json::from_slice(line)?),
    })
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
    limited.read_until(b'\n', &mut bytes).map_err(|source| LogError::Read { line, source })?;
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

const fn name(event: &Event) -> &'static str {
    match event {
        Event::Header(_) => "header",
        Event::Case(_) => "case",
        Event::Exchange(_) => "exchange",
        Event::Timing(_) => "timing",
        Event::Trial(_) => "trial",
        Event::Notice(_) => "notice",
        Event::Footer(_) => "footer",
    }
}
