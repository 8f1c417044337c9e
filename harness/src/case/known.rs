//! Lists of known failures: `reports/targets/<name>/known.yaml`.
//!
//! Whether an entry matches a trial is for the judge to say; places are kept so that it can draw
//! the entry that matches none.

pub mod edit;

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;

use super::diagnostic::Diagnostic;
use super::files;
use super::mapping::{Mapping, nearest};
use super::profile;
use super::reader::Reader;
use super::span::{Source, Span, Spanned};
use super::yaml::{Entry, Scalar, Yaml, YamlNode, slice};

/// A list of known failures.
#[derive(Clone, Debug)]
pub struct Known {
    /// The file.
    pub source: Arc<Source>,
    /// The version of the suite that the list is pinned to: what is newer fails nobody.
    pub suite: Option<Spanned<String>>,
    /// Its entries, in the file's order; names differ.
    pub entries: Vec<KnownEntry>,
    /// Where `known` stands, and what it holds.
    places: Places,
}

/// Where the parts of a list stand that may be edited.
#[derive(Clone, Copy, Debug)]
struct Places {
    format: Span,
    key: Span,
    value: Span,
}

/// One known failure, of one trial or of many.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownEntry {
    /// The whole entry in the file: the lines to delete once it is fixed.
    pub span: Span,
    /// The key: the name of the entry, or, without `trials`, the only one of them.
    pub name: Spanned<String>,
    /// Ids of trials or of cases, or patterns of ids; at least one.
    pub trials: Vec<Spanned<String>>,
    /// The kinds of mismatch that are known, at least one; named as in the log.
    pub fails: Vec<Spanned<String>>,
    /// Why the target does so, or what is known about it.
    pub why: String,
    /// Where it is discussed.
    pub link: Option<String>,
    /// Since when it has been known.
    pub since: Option<Date>,
    /// The last day on which the entry counts.
    pub until: Option<Spanned<Date>>,
    /// True if the trials pass at times.
    pub flaky: bool,
    /// The value of `trials`, if it is there.
    listed: Option<Span>,
    /// The value of the entry.
    fields: Span,
}

impl KnownEntry {
    /// True if the entry does not count any more.
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.as_ref().is_some_and(|until| until.value < today)
    }
}

impl Known {
    /// Reads a list from disk.
    ///
    /// # Errors
    ///
    /// All that is wrong with the file.
    pub fn read(path: &Path) -> Result<Self, Vec<Diagnostic>> {
        let source = files::read(path).map_err(|problem| vec![*problem])?;
        Self::from_source(&source)
    }

    /// The list of the target of that name that this crate was built with; `None` where there is
    /// none.
    ///
    /// # Errors
    ///
    /// All that is wrong with the file.
    pub fn embedded(name: &str) -> Result<Option<Self>, Vec<Diagnostic>> {
        profile::embedded(name, "known.yaml")?.map(|source| Self::from_source(&source)).transpose()
    }

    /// The list that comes with a target that a person names as for [`Profile::find`]: built in, or
    /// beside the profile; `None` where there is none.
    ///
    /// [`Profile::find`]: super::Profile::find
    ///
    /// # Errors
    ///
    /// All that is wrong with the file.
    pub fn of_target(text: &str) -> Result<Option<Self>, Vec<Diagnostic>> {
        if !profile::is_path(text) {
            return Self::embedded(text);
        }
        let beside = Path::new(text).with_file_name("known.yaml");
        if beside.exists() { Self::read(&beside).map(Some) } else { Ok(None) }
    }

    /// Reads a list from text.
    ///
    /// # Errors
    ///
    /// All that is wrong with the file.
    pub fn from_source(source: &Arc<Source>) -> Result<Self, Vec<Diagnostic>> {
        let source = &files::without_mark(Arc::clone(source));
        let (mut reader, tree) = Reader::open(source);
        let known = tree.as_ref().and_then(|tree| {
            let fields = reader.fields(tree, Mapping::KnownList)?;
            reader.format(&fields, Mapping::KnownList);
            let suite = fields.get("suite").and_then(|yaml| version(&mut reader, yaml));
            let yaml = reader.required(&fields, Mapping::KnownList, "known")?;
            let found = reader.entries(yaml, "`known`")?;
            let entries = found.iter().filter_map(|found| entry(&mut reader, found)).collect();
            let places = Places {
                format: fields.entry("format")?.span(),
                key: fields.entry("known")?.key.span,
                value: yaml.span,
            };
            Some(Self { source: Arc::clone(source), suite, entries, places })
        });
        match known {
            Some(known) if reader.problems.is_empty() => Ok(known),
            Some(_) | None => Err(reader.problems),
        }
    }

    /// Values of `fails` that are not among the kinds of mismatch that there are.
    pub fn check_kinds(&self, kinds: &[&str]) -> Vec<Diagnostic> {
        let names = self.entries.iter().flat_map(|entry| &entry.fails);
        names
            .filter(|name| !kinds.contains(&name.value.as_str()))
            .map(|name| {
                let title = format!("`{}` is no kind of mismatch", name.value);
                let help = nearest(&name.value, kinds.iter().copied()).map_or_else(
                    || format!("one of: {}", kinds.join(", ")),
                    |meant| format!("did you mean `{meant}`?"),
                );
                Diagnostic::error(&self.source, name.span, title, "not known").with_help(help)
            })
            .collect()
    }
}

fn entry(reader: &mut Reader, entry: &Entry) -> Option<KnownEntry> {
    let fields = reader.fields(&entry.value, Mapping::KnownEntry)?;
    let listed = fields.get("trials");
    let trials = listed.map_or_else(
        || vec![entry.key.clone()],
        |yaml| {
            let read = reader.texts(yaml, "`trials`");
            if read.is_empty() {
                reader.error(yaml.span, "`trials` without a trial", "name at least one, or leave it out");
            }
            read
        },
    );
    let fails = reader.required(&fields, Mapping::KnownEntry, "fails")?;
    let read = reader.texts(fails, "`fails`");
    if read.is_empty() {
        reader.error(fails.span, "`fails` without a kind of mismatch", "name at least one");
    }
    let why =
        reader.required(&fields, Mapping::KnownEntry, "why").and_then(|yaml| reader.text(yaml, "`why`"));
    let link = fields.get("link").and_then(|yaml| reader.text(yaml, "`link`"));
    let since = fields.get("since").and_then(|yaml| date(reader, yaml, "`since`"));
    let until = fields.get("until").and_then(|yaml| date(reader, yaml, "`until`"));
    let flaky = fields.get("flaky").and_then(|yaml| reader.truth(yaml, "`flaky`"));
    Some(KnownEntry {
        span: entry.span(),
        name: entry.key.clone(),
        trials,
        fails: read,
        why: why?.value,
        link: link.map(|link| link.value),
        since: since.map(|date| date.value),
        until,
        flaky: flaky.unwrap_or_default(),
        listed: listed.map(|yaml| yaml.span),
        fields: entry.value.span,
    })
}

/// A day, such as `2026-11-28`.
fn date(reader: &mut Reader, yaml: &Yaml, what: &str) -> Option<Spanned<Date>> {
    let text = reader.text(yaml, what)?;
    let Ok(date) = text.value.parse() else {
        reader.error(yaml.span, format!("{what} is a day"), "write it as year, month and day: 2026-11-28");
        return None;
    };
    Some(Spanned::new(date, yaml.span))
}

/// A version of the suite, such as `0.2`, which other readers may take for a number.
fn version(reader: &mut Reader, yaml: &Yaml) -> Option<Spanned<String>> {
    let text = match &yaml.node {
        YamlNode::Scalar(Scalar::Text(text)) => text.clone(),
        YamlNode::Scalar(Scalar::Float(_)) => slice(&reader.source, yaml.span).to_owned(),
        YamlNode::Scalar(Scalar::Null | Scalar::Bool(_) | Scalar::Integer(_))
        | YamlNode::List(_)
        | YamlNode::Map(_) => {
            reader.wrong_kind(yaml, "`suite`", "a version, such as 0.2");
            return None;
        }
    };
    Some(Spanned::new(text, yaml.span))
}

#[cfg(test)]
mod tests;
