//! The table of faults: one JSON object a line.

use std::sync::Arc;

use serde::Deserialize;

use super::check;
use super::rule::Rule;
use super::scope::Scope;
use super::{Fault, Row};

/// A line of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    about: String,
    scope: Scope,
    rules: Vec<Rule>,
}

/// Why a table could not be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("read line {line} of the table of faults: {reason}")]
pub(in crate::reference) struct TableError {
    /// 1-based.
    pub(in crate::reference) line: usize,
    /// What is wrong, in lower case.
    pub(in crate::reference) reason: String,
}

/// The committed table.
pub(in crate::reference) const EMBEDDED: &str = include_str!("faults.jsonl");

/// Reads a table. Empty lines are allowed.
///
/// # Errors
/// For the first line that is no row, or whose row could never do anything.
pub(in crate::reference) fn parse(text: &str) -> Result<Vec<Fault>, TableError> {
    let mut faults: Vec<Fault> = Vec::new();
    for (line, content) in (1..).zip(text.lines()).filter(|(_, content)| !content.trim().is_empty()) {
        let failed = |reason| TableError { line, reason };
        let Line { name, about, scope, rules } =
            serde_json::from_str(content).map_err(|error| failed(reason(&error)))?;
        let row = Row { place: faults.len(), name, about, scope, rules };
        check::row(&row, &faults).map_err(|error| failed(error.to_string()))?;
        faults.push(Fault(Arc::new(row)));
    }
    Ok(faults)
}

/// The text of an error, which counts every line of the table as the first.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(text) => format!("{text}, in column {}", error.column()),
        None => text,
    }
}
