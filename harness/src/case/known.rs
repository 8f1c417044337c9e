//! Lists of known failures: `reports/targets/<name>/known.yaml`.
//!
//! Whether an entry matches a trial is for the judge to say; places are kept so that it can draw
//! the entry that matches none.

use std::path::Path;
use std::sync::Arc;

use super::diagnostic::Diagnostic;
use super::files;
use super::mapping::{Mapping, nearest};
use super::profile;
use super::reader::Reader;
use super::span::{Source, Span, Spanned};
use super::yaml::Entry;

/// A list of known failures.
#[derive(Clone, Debug)]
pub struct Known {
    /// The file.
    pub source: Arc<Source>,
    /// Its entries, in the file's order; ids differ.
    pub entries: Vec<KnownEntry>,
}

/// One known failure.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownEntry {
    /// The whole entry in the file: the lines to delete once it is fixed.
    pub span: Span,
    /// A trial's id, or a case's for all its trials.
    pub id: Spanned<String>,
    /// The kinds of mismatch that are known, at least one; named as in the log.
    pub fails: Vec<Spanned<String>>,
    /// Why the target does so, or what is known about it.
    pub why: String,
    /// Where it is discussed.
    pub link: Option<String>,
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
        let mut known = Self { source: Arc::clone(source), entries: Vec::new() };
        if let Some(fields) = tree.as_ref().and_then(|tree| reader.fields(tree, Mapping::KnownList)) {
            reader.format(&fields, Mapping::KnownList);
            let entries = reader
                .required(&fields, Mapping::KnownList, "known")
                .and_then(|yaml| reader.entries(yaml, "`known`"));
            known.entries =
                entries.unwrap_or_default().iter().filter_map(|found| entry(&mut reader, found)).collect();
        }
        if reader.problems.is_empty() { Ok(known) } else { Err(reader.problems) }
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
    let fails = reader.required(&fields, Mapping::KnownEntry, "fails")?;
    let read = reader.texts(fails, "`fails`");
    if read.is_empty() {
        reader.error(fails.span, "`fails` without a kind of mismatch", "name at least one");
    }
    let why =
        reader.required(&fields, Mapping::KnownEntry, "why").and_then(|yaml| reader.text(yaml, "`why`"));
    let link = fields.get("link").and_then(|yaml| reader.text(yaml, "`link`"));
    Some(KnownEntry {
        span: entry.span(),
        id: entry.key.clone(),
        fails: read,
        why: why?.value,
        link: link.map(|link| link.value),
    })
}
