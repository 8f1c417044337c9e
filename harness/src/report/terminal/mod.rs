//! The report that people read, and the progress before it.
//!
//! [`render`] is pure: the same summary, style and options give the same text. It opens with what
//! to fix first. Failures follow by cause, one drawn example each, then what could not be sent,
//! what is open, and the figures. Whether a terminal wants colour is the caller's to know.

mod headline;
mod page;
mod picture;
#[cfg(feature = "cli")]
mod progress;
mod sections;
pub(super) mod trace;

#[cfg(test)]
mod tests;

#[cfg(feature = "cli")]
pub use progress::{Progress, ProgressMode};

use super::summary::Summary;

/// How the text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// With ANSI colours.
    pub color: bool,
    /// Columns, held between 80 and 120.
    pub width: usize,
}

/// How many causes are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictures {
    /// The largest, this many at most.
    AtMost(usize),
    /// All of them.
    All,
}

/// How a reader runs one trial again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// By the program: `replay` where there is a log, else `run`.
    Program,
    /// By a test target of the reader's own package.
    CargoTest {
        /// The target's name.
        target: String,
    },
}

/// What the report says beside the log's own content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How many causes are drawn.
    pub pictures: Pictures,
    /// The program's name in command lines.
    pub program: String,
    /// How a trial is run again.
    pub again: Again,
    /// The log's path, if one was written: `replay` reads it.
    pub log: Option<String>,
    /// The path of the list of known failures, if there is one.
    pub known_list: Option<String>,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 100 }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pictures: Pictures::AtMost(10),
            program: "kinesis-conformance".to_owned(),
            again: Again::Program,
            log: None,
            known_list: None,
        }
    }
}

/// The report of a run, ending in a line break.
pub fn render(summary: &Summary, style: Style, options: &Options) -> String {
    sections::report(summary, style, options)
}

/// The picture of one trial without colour, as it stands in JUnit. Empty if there is no such trial.
pub fn render_trial(summary: &Summary, id: &str, style: Style, options: &Options) -> String {
    let Some(trial) = summary.trials.get(id) else { return String::new() };
    let mut page = page::Page::new(style);
    picture::draw(&mut page, summary, trial, None, options);
    page.into_text()
}
