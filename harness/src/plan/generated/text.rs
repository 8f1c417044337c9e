//! The text of a trial that no file holds: written as a case is, so that a report draws its places.

use serde::Serialize;

use crate::case::ast::{CallAddress, Fixture, FixtureStatus, Node, Tree};
use crate::case::{Span, Spanned};
use crate::model::Value;
use crate::plan::bind::name_of;

use super::Generated;

/// A text that grows at its end, and knows where its end is.
#[derive(Debug)]
pub(super) struct Text {
    text: String,
    line: u32,
    column: u32,
}

impl Default for Text {
    fn default() -> Self {
        Self { text: String::new(), line: 1, column: 1 }
    }
}

impl Text {
    /// All that was written.
    pub(super) fn written(self) -> String {
        self.text
    }

    /// The place at which the next character will stand.
    pub(super) fn here(&self) -> Span {
        Span { line: self.line, column: self.column, offset: self.offset(), len: 0 }
    }

    /// All that was written from that place on.
    pub(super) fn since(&self, from: Span) -> Span {
        Span { len: self.offset().saturating_sub(from.offset), ..from }
    }

    fn offset(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// Writes text.
    pub(super) fn push(&mut self, text: &str) {
        for character in text.chars() {
            if character == '\n' {
                (self.line, self.column) = (self.line.saturating_add(1), 1);
            } else {
                self.column = self.column.saturating_add(1);
            }
        }
        self.text.push_str(text);
    }

    /// Writes a value, and notes where it stands.
    pub(super) fn spanned<T>(&mut self, value: T, shown: impl Fn(&T) -> String) -> Spanned<T> {
        let from = self.here();
        self.push(&shown(&value));
        Spanned::new(value, self.since(from))
    }

    /// Writes a line of a key and a text.
    pub(super) fn line(&mut self, key: &str, value: String) -> Spanned<String> {
        self.push(&format!("{key}: "));
        let value = self.spanned(value, |text| scalar(text));
        self.push("\n");
        value
    }

    /// Writes elements with commas between them.
    pub(super) fn list<T, W>(&mut self, elements: Vec<T>, write: impl Fn(&mut Self, T) -> W) -> Vec<W> {
        let mut written = Vec::with_capacity(elements.len());
        for (index, element) in elements.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            written.push(write(self, element));
        }
        written
    }

    /// Writes everything before the first step.
    pub(super) fn head(&mut self, trial: &Generated) {
        self.push(&format!("# made by the rule {}\n", trial.rule));
        self.line("title", trial.title.clone());
        self.line("level", serialized_name(trial.level));
        let affects: Vec<String> = trial.affects.iter().map(serialized_name).collect();
        self.push(&format!("affects: [{}]\n", affects.join(", ")));
        if !trial.setup.is_empty() {
            self.push("given: {");
            for (index, (name, fixture)) in trial.setup.iter().enumerate() {
                self.push(if index > 0 { ", " } else { "" });
                self.push(&format!("{}: ", name.as_str()));
                self.fixture(fixture);
            }
            self.push("}\n");
        }
        self.push("steps:\n");
    }

    fn fixture(&mut self, fixture: &Fixture) {
        match fixture {
            Fixture::Shared => self.push("shared"),
            Fixture::Missing => self.push("missing"),
            Fixture::Own { status, encryption, setups, shards } => {
                self.push("{");
                match encryption {
                    Some(key) => {
                        self.push("encryption: ");
                        self.tree(&mut key.clone());
                    }
                    None => self.push("encryption: none"),
                }
                if *status != FixtureStatus::default() {
                    self.push(&format!(", status: {}", serialized_name(*status)));
                }
                if !setups.is_empty() {
                    let names: Vec<&str> = setups.iter().map(|name| name.value.as_str()).collect();
                    self.push(&format!(", setup: [{}]", names.join(", ")));
                }
                if *shards != 1 {
                    self.push(&format!(", shards: {shards}"));
                }
                self.push("}");
            }
        }
    }

    /// Writes how a call names its stream, where that is not the trial's way.
    pub(super) fn address(&mut self, address: CallAddress) {
        match address {
            CallAddress::Axis => {}
            CallAddress::Fixed(address) => self.push(&format!("    address: {}\n", serialized_name(address))),
            CallAddress::None => self.push("    address: none\n"),
        }
    }

    /// Writes a tree and notes in it where its nodes stand.
    pub(super) fn tree(&mut self, tree: &mut Tree) {
        let from = self.here();
        match &mut tree.node {
            Node::Literal(value) => self.push(&literal(value)),
            Node::Reference(reference) => self.push(&format!("${}", name_of(reference))),
            Node::List(trees) => self.trees("[", trees.iter_mut().map(|tree| (None, tree)), "]"),
            Node::OneOf(trees) => {
                self.trees("{$one-of: [", trees.iter_mut().map(|tree| (None, tree)), "]}");
            }
            Node::Above(bound) => self.trees("{$above: ", std::iter::once((None, &mut **bound)), "}"),
            Node::Matches(pattern) => self.push(&format!("{{$matches: {}}}", quoted(pattern))),
            Node::Map(members) => {
                let members = members.iter_mut().map(|(name, tree)| (Some(name.as_str()), tree));
                self.trees("{", members, "}");
            }
        }
        tree.span = self.since(from);
    }

    fn trees<'tree>(
        &mut self,
        open: &str,
        trees: impl Iterator<Item = (Option<&'tree str>, &'tree mut Tree)>,
        close: &str,
    ) {
        self.push(open);
        for (index, (name, tree)) in trees.enumerate() {
            self.push(if index > 0 { ", " } else { "" });
            if let Some(name) = name {
                self.push(&format!("{}: ", scalar(name)));
            }
            self.tree(tree);
        }
        self.push(close);
    }
}

/// A value of the format, as it is read.
pub(super) fn serialized_name(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// The longest text that is written out where it repeats one character.
const LONGEST_RUN: usize = 32;

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Time(millis) => format!("{{$time: {millis}}}"),
        Value::String(text) => match run(text.chars()) {
            Some((character, times)) => format!("{{$repeat: [{}, {times}]}}", scalar(&character.to_string())),
            None => scalar(text),
        },
        Value::Blob(bytes) => match run(bytes.iter().copied()) {
            // The text states how many bytes there are; a megabyte of digits helps no reader.
            Some((byte, times)) => format!("{{$bytes: {{$repeat: [\"{byte:02x}\", {times}]}}}}"),
            None => format!("{{$bytes: \"{}\"}}", hex::encode(bytes)),
        },
        // A tree holds these as nodes of its own.
        Value::List(_) | Value::Map(_) => serde_json::to_string(value).unwrap_or_default(),
    }
}

/// The one thing that a long sequence repeats, and how often.
fn run<T: PartialEq>(mut sequence: impl Iterator<Item = T>) -> Option<(T, usize)> {
    let first = sequence.next()?;
    let mut times = 1;
    for next in sequence {
        if next != first {
            return None;
        }
        times += 1;
    }
    (times > LONGEST_RUN).then_some((first, times))
}

/// Text as YAML reads it back: bare where it is a name, else in double quotes.
fn scalar(text: &str) -> String {
    let is_name = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    // Texts that YAML takes for something else than text.
    let is_plain = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        .iter()
        .any(|name| text.eq_ignore_ascii_case(name));
    if is_name && !is_plain { text.to_owned() } else { quoted(&escaped(text)) }
}

/// Text that starts with `$` and is no name starts with `$$`.
fn escaped(text: &str) -> String {
    if text.starts_with('$') { format!("${text}") } else { text.to_owned() }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
