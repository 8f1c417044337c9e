//! From files to a [`Library`]: all errors of all files, or the whole of it.
//!
//! Loading holds a file to the form of the format; what it says of the API, of facts and of other
//! files is held by [`lint`](fn@super::lint).

mod context;
mod expect;
mod family;
mod moved;
mod operation;
mod question;
mod release;
mod resource;
mod step;
mod suite;
mod tree;
mod wire;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;

use super::ast::{Library, Moved, Operations, Question, Resources};
use super::diagnostic::Diagnostic;
use super::files;
use super::span::Source;
use crate::facts::Registry;

#[derive(rust_embed::RustEmbed)]
#[folder = "cases"]
#[allow_missing = true]
struct Embedded;

/// The file of open questions, below `cases/`.
const QUESTIONS: &str = "questions.yaml";
/// The file of what is known of each operation, below `cases/`.
const OPERATIONS: &str = "operations.yaml";
/// The file of the kinds of resources and of the setups, below `cases/`.
const RESOURCES: &str = "resources.yaml";
/// The file of former ids, below `cases/`.
const MOVED: &str = "moved.yaml";
/// The folder of what released versions had, below `cases/`.
const RELEASES: &str = "releases/";

/// A file and its path below `cases/`.
struct Input {
    relative: String,
    source: Arc<Source>,
}

/// The facts of somebody's own folder.
const FACTS: &str = "facts.jsonl";

impl Library {
    /// The cases that this crate was built with.
    ///
    /// # Errors
    ///
    /// All that is wrong with any of them.
    pub fn embedded() -> Result<Self, Vec<Diagnostic>> {
        Self::read_all(None, &[])
    }

    /// All `*.yaml` files below a folder, at any depth; `questions.yaml` at its root holds the open
    /// questions. Hidden files and folders are left out.
    ///
    /// # Errors
    ///
    /// All that is wrong with any of them, and files that can't be read.
    pub fn read(dir: &Path) -> Result<Self, Vec<Diagnostic>> {
        Self::read_all(Some(dir), &[])
    }

    /// The cases of a folder, or those that this crate was built with, and beside them the cases, facts
    /// (`facts.jsonl`) and open questions of further folders.
    ///
    /// # Errors
    ///
    /// All that is wrong with any of them, and files that can't be read.
    pub fn read_all(dir: Option<&Path>, added: &[PathBuf]) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let mut inputs = match dir {
            Some(dir) => folder(dir, &mut problems),
            None => embedded(&mut problems),
        };
        let mut facts = Registry::default();
        for dir in added {
            for input in folder(dir, &mut problems) {
                if [OPERATIONS, RESOURCES].contains(&input.relative.as_str()) {
                    let title = "the API is not described in a folder of further cases";
                    problems.push(Diagnostic::of_file(&input.source, title));
                } else {
                    inputs.push(input);
                }
            }
            let path = dir.join(FACTS);
            if path.exists() {
                add_facts(&path, &mut facts, &mut problems);
            }
        }
        let library = load(inputs, problems)?;
        Ok(Self { added_facts: facts, ..library })
    }

    /// Files from memory. A leading `cases/` of their paths is not part of the suites' names.
    ///
    /// # Errors
    ///
    /// All that is wrong with any of them.
    pub fn from_sources(sources: Vec<Arc<Source>>) -> Result<Self, Vec<Diagnostic>> {
        let inputs = sources
            .into_iter()
            .map(|source| Input {
                relative: source.path.strip_prefix("cases/").unwrap_or(&source.path).to_owned(),
                source: files::without_mark(source),
            })
            .collect();
        load(inputs, Vec::new())
    }
}

fn embedded(problems: &mut Vec<Diagnostic>) -> Vec<Input> {
    let mut inputs = Vec::new();
    for relative in Embedded::iter().filter(|path| path.ends_with(".yaml")) {
        let Some(file) = Embedded::get(&relative) else { continue };
        match files::source(format!("cases/{relative}"), file.data.into_owned()) {
            Ok(source) => inputs.push(Input { relative: relative.into_owned(), source }),
            Err(problem) => problems.push(*problem),
        }
    }
    inputs
}

fn folder(dir: &Path, problems: &mut Vec<Diagnostic>) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in files::below(dir, "yaml", problems) {
        let relative = files::shown(path.strip_prefix(dir).unwrap_or(&path));
        match files::read(&path) {
            Ok(source) => inputs.push(Input { relative, source }),
            Err(problem) => problems.push(*problem),
        }
    }
    inputs
}

/// Adds the facts of a file, each of which needs an id of its own.
fn add_facts(path: &Path, facts: &mut Registry, problems: &mut Vec<Diagnostic>) {
    let source = match files::read(path) {
        Ok(source) => source,
        Err(problem) => return problems.push(*problem),
    };
    match Registry::parse(&source.text) {
        Ok(read) => {
            let is_there = |id| Registry::embedded().get(id).is_some() || facts.get(id).is_some();
            for fact in read.iter().filter(|fact| is_there(&fact.id)) {
                let title = format!("the fact `{}` is there already: give it an id of your own", fact.id);
                problems.push(Diagnostic::of_file(&source, title));
            }
            *facts = facts.with(&read);
        }
        Err(error) => problems.push(Diagnostic::of_file(&source, format!("failed to {error}"))),
    }
}

fn load(mut inputs: Vec<Input>, mut problems: Vec<Diagnostic>) -> Result<Library, Vec<Diagnostic>> {
    inputs.sort_by(|a, b| a.relative.cmp(&b.relative));
    let mut suites = Vec::new();
    let operations = operations_of(&inputs, &mut problems);
    let resources = resources_of(&inputs, &mut problems);
    let mut questions: IndexMap<String, Question> = IndexMap::new();
    let mut moved = Moved::default();
    let mut releases = BTreeMap::new();
    for input in &inputs {
        if input.relative == QUESTIONS {
            let (read, found) = question::questions(&input.source);
            problems.extend(found);
            for (id, question) in read {
                if questions.contains_key(&id) {
                    let title = format!("the open question `{id}` is there already");
                    problems.push(Diagnostic::error(&input.source, question.id.span, title, "another id"));
                } else {
                    questions.insert(id, question);
                }
            }
        } else if input.relative == MOVED {
            let (read, found) = moved::moved(&input.source);
            problems.extend(found);
            moved.source = moved.source.or(read.source);
            moved.ids.extend(read.ids);
        } else if let Some(name) = input.relative.strip_prefix(RELEASES) {
            let (read, found) = release::release(&input.source);
            releases.insert(name.strip_suffix(".yaml").unwrap_or(name).to_owned(), read);
            problems.extend(found);
        } else if input.relative != OPERATIONS && input.relative != RESOURCES {
            let name = input.relative.strip_suffix(".yaml").unwrap_or(&input.relative);
            let (read, found) = suite::suites(name, &input.source, (&operations, &resources));
            suites.extend(read);
            problems.extend(found);
        }
    }
    if problems.is_empty() {
        suites.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Library {
            suites,
            questions,
            operations,
            resources,
            moved,
            releases,
            added_facts: Registry::default(),
        })
    } else {
        Err(problems)
    }
}

impl Operations {
    /// The file that this crate was built with. Empty if it is wrong, which `check` reports.
    pub fn embedded() -> &'static Self {
        static OPERATIONS: OnceLock<Operations> = OnceLock::new();
        OPERATIONS.get_or_init(|| operations_of(&[], &mut Vec::new()))
    }
}

impl Resources {
    /// The file that this crate was built with. Of nothing if it is wrong, which `check` reports.
    pub fn embedded() -> &'static Arc<Self> {
        static RESOURCES: OnceLock<Arc<Resources>> = OnceLock::new();
        RESOURCES.get_or_init(|| resources_of(&[], &mut Vec::new()))
    }
}

/// The operations of the files, or the ones that this crate was built with where there are none.
fn operations_of(inputs: &[Input], problems: &mut Vec<Diagnostic>) -> Operations {
    one_of(inputs, OPERATIONS, problems).map_or_else(Operations::default, |source| {
        let (operations, found) = operation::operations(&source);
        problems.extend(found);
        operations
    })
}

/// The same of the resources.
fn resources_of(inputs: &[Input], problems: &mut Vec<Diagnostic>) -> Arc<Resources> {
    one_of(inputs, RESOURCES, problems).map_or_else(Arc::default, |source| {
        let (resources, found) = resource::resources(&source);
        problems.extend(found);
        Arc::new(resources)
    })
}

/// The file of that name, or the one that this crate was built with where there is none.
fn one_of(inputs: &[Input], name: &str, problems: &mut Vec<Diagnostic>) -> Option<Arc<Source>> {
    if let Some(input) = inputs.iter().find(|input| input.relative == name) {
        return Some(Arc::clone(&input.source));
    }
    let bytes = Embedded::get(name)?.data.into_owned();
    match files::source(format!("cases/{name}"), bytes) {
        Ok(source) => Some(source),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

#[cfg(test)]
mod tests;
