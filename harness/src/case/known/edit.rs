//! Changes of a known list that leave all else in the file as somebody wrote it, comments too.

use std::ops::Range;

use jiff::civil::Date;

use super::{Known, KnownEntry};
use crate::case::Span;

/// An entry to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Its name, which no other entry has.
    pub name: String,
    /// The ids of its trials.
    pub trials: Vec<String>,
    /// The kinds of mismatch.
    pub fails: Vec<String>,
    /// The reason.
    pub why: String,
    /// Since when it has been known.
    pub since: Date,
}

/// The list cannot be changed without changing how it is written. Fits after "failed to".
#[derive(Debug, thiserror::Error)]
#[error("add an entry to `{0}`: `known` is written in braces")]
pub struct Braces(String);

/// Changes that are made in one go.
#[derive(Debug)]
pub struct Edit<'k> {
    known: &'k Known,
    /// The text of the file, with a line break at its end.
    text: String,
    changes: Vec<(Range<usize>, String)>,
    left: usize,
    added: String,
}

/// The text of a list without entries.
pub fn empty(suite: &str) -> String {
    format!(
        "# Failures that are known: `kinesis-conformance known update --log LOG --into FILE` mends this list.\n\
         # Write in `why` what is known of each, and in `link` where it is discussed.\n\
         format: 1\nsuite: \"{suite}\"\nknown: {{}}\n"
    )
}

impl<'k> Edit<'k> {
    /// No change yet.
    pub fn of(known: &'k Known) -> Self {
        let mut text = known.source.text.clone();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Self { known, text, changes: Vec::new(), left: known.entries.len(), added: String::new() }
    }

    /// Deletes an entry. Comments above it stay, since they may be about what follows.
    pub fn remove(&mut self, entry: &KnownEntry) {
        let lines = self.lines(range(entry.span));
        self.left -= 1;
        self.changes.push((lines, String::new()));
    }

    /// Gives an entry these trials in place of those that it names.
    pub fn set_trials(&mut self, entry: &KnownEntry, trials: &[String]) {
        let text = &self.text;
        let Some(listed) = entry.listed.map(range) else {
            return self.give_trials(entry, trials);
        };
        if text[listed.clone()].starts_with('[') {
            return self.changes.push((listed, flow(trials)));
        }
        let kept: Vec<&str> = entry.trials.iter().map(|trial| trial.value.as_str()).collect();
        for trial in entry.trials.iter().filter(|trial| !trials.contains(&trial.value)) {
            self.changes.push((self.lines(range(trial.span)), String::new()));
        }
        let Some(last) = entry.trials.last() else { return };
        let dash = self.line_start(last.span);
        let column = text[dash..].find('-').unwrap_or_default();
        let added: String = trials
            .iter()
            .filter(|trial| !kept.contains(&trial.as_str()))
            .map(|trial| format!("{}- {}\n", " ".repeat(column), scalar(trial)))
            .collect();
        if !added.is_empty() {
            let end = self.lines(range(last.span)).end;
            self.changes.push((end..end, added));
        }
    }

    /// An entry whose key was its only trial keeps it as its name.
    fn give_trials(&mut self, entry: &KnownEntry, trials: &[String]) {
        let fields = range(entry.fields);
        let at = fields.start;
        if self.text[fields].starts_with('{') {
            return self.changes.push((at + 1..at + 1, format!("trials: {}, ", flow(trials))));
        }
        let indent = " ".repeat(entry.fields.column.saturating_sub(1) as usize);
        let items: String = trials.iter().map(|trial| format!("\n{indent}  - {}", scalar(trial))).collect();
        self.changes.push((at..at, format!("trials:{items}\n{indent}")));
    }

    /// Adds an entry at the end.
    ///
    /// # Errors
    ///
    /// If the entries stand in braces.
    pub fn add(&mut self, new: &NewEntry) -> Result<(), Braces> {
        let value = range(self.known.places.value);
        if self.text[value].starts_with('{') && !self.known.entries.is_empty() {
            return Err(Braces(self.known.source.path.clone()));
        }
        let first = self.known.entries.first().map(|entry| entry.name.span.column);
        let indent = " ".repeat(first.unwrap_or(3).saturating_sub(1) as usize);
        let items: String =
            new.trials.iter().map(|trial| format!("{indent}    - {}\n", scalar(trial))).collect();
        self.added.push_str(&format!(
            "{indent}{}:\n{indent}  fails: {}\n{indent}  why: {}\n{indent}  since: {}\n{indent}  trials:\n{items}",
            scalar(&new.name),
            flow(&new.fails),
            quoted(&new.why),
            new.since,
        ));
        Ok(())
    }

    /// Pins the list to a version of the suite.
    pub fn pin(&mut self, version: &str) {
        let version = format!("\"{version}\"");
        match &self.known.suite {
            Some(pinned) => self.changes.push((range(pinned.span), version)),
            None => {
                let end = self.lines(range(self.known.places.format)).end;
                self.changes.push((end..end, format!("suite: {version}\n")));
            }
        }
    }

    /// The text with all changes.
    pub fn finish(mut self) -> String {
        let (key, value) = (range(self.known.places.key), range(self.known.places.value));
        let was_empty = self.known.entries.is_empty();
        if was_empty && !self.added.is_empty() {
            self.changes.push((key.end + 1..value.end, String::new()));
        }
        if self.left == 0 && !was_empty && self.added.is_empty() {
            self.changes.push((key.end + 1..key.end + 1, " {}".to_owned()));
        }
        if !self.added.is_empty() {
            let end = self.lines(value).end;
            self.changes.push((end..end, self.added.clone()));
        }
        // From the back, so that the places in front stay; of two at one place, the later goes behind.
        self.changes.sort_by_key(|(range, _)| (range.start, range.end));
        if self.changes.is_empty() {
            return self.known.source.text.clone();
        }
        let mut text = self.text;
        for (range, put) in self.changes.iter().rev() {
            text.replace_range(range.clone(), put);
        }
        text
    }

    /// The whole lines of a range, with the last line break.
    fn lines(&self, range: Range<usize>) -> Range<usize> {
        let text = &self.text;
        let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at + 1);
        start..end
    }

    fn line_start(&self, span: Span) -> usize {
        self.lines(range(span)).start
    }
}

fn range(span: Span) -> Range<usize> {
    span.offset as usize..(span.offset + span.len) as usize
}

fn flow(texts: &[String]) -> String {
    let all: Vec<String> = texts.iter().map(|text| scalar(text)).collect();
    format!("[{}]", all.join(", "))
}

/// Text that is quoted unless no reader could take it for anything else.
fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'/'))
        && !["null", "true", "false", "yes", "no", "on", "off"].contains(&text);
    if is_plain { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    // JSON's strings are YAML's in double quotes.
    serde_json::Value::from(text).to_string()
}
