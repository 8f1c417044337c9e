//! What a report says beside the log's own content.

use std::collections::BTreeMap;

use crate::log::{Exchange, Trace};

/// Which causes are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictures {
    /// The first ones, this many at most.
    AtMost(usize),
    /// All of them.
    All,
    /// The one of this number, from 1, and nothing else of the report.
    Only(usize),
}

/// Sections that a report has on request only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sections {
    /// Each open question with its answers.
    pub questions: bool,
    /// What happened during the run.
    pub notices: bool,
    /// Differences of form that other cases judge.
    pub notes: bool,
    /// Trials that neither passed nor failed, on what evidence the passed ones rest, and what the target
    /// does not support.
    pub others: bool,
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

/// How the reference carried out a trial that it passed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RightAnswers {
    /// The exchanges, in order.
    pub exchanges: Vec<Exchange>,
    /// What its samples showed.
    pub traces: Vec<Trace>,
}

/// What the report says beside the log's own content.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Which causes are drawn.
    pub pictures: Pictures,
    /// What else is shown.
    pub sections: Sections,
    /// The program's name in command lines.
    pub program: String,
    /// How a trial is run again.
    pub again: Again,
    /// The log's path, if one was written: `replay` reads it.
    pub log: Option<String>,
    /// The path of the list of known failures, if there is one.
    pub known_list: Option<String>,
    /// How the reference carried out trials, by their ids.
    pub right: BTreeMap<String, RightAnswers>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pictures: Pictures::AtMost(3),
            sections: Sections::default(),
            program: "kinesis-conformance".to_owned(),
            again: Again::Program,
            log: None,
            known_list: None,
            right: BTreeMap::new(),
        }
    }
}
