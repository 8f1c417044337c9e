//! Holds a loaded library to the model, to the facts and to itself.
//!
//! Not checked here: whether a `kills:` entry names a fault of the reference, and whether it kills
//! (the mutation table's), wrong types and values in requests (many cases send them on purpose).
//!
//! Members that the model doesn't know are errors in `with`, in `accepted` and in `states`: a typing
//! mistake in a request tests nothing, and one beside `$absent` always holds. A case that sends an
//! unmodelled member on purpose writes the body as `json:`, or sets `wire: {target: …}`.

mod cases;
mod evidence;
mod level;
mod moved;
mod operations;
mod questions;
mod resources;
mod setups;
mod shapes;
mod steps;
mod trees;

use std::collections::{BTreeMap, HashMap};

use super::ast::{Call, Library, Step, Suite};
use super::diagnostic::Diagnostic;
use super::span::{Span, Spanned};
use crate::facts::Registry;
use crate::model::Model;

/// All that is wrong with a library, in the order of its suites. Empty = fit to run.
pub fn lint(library: &Library, model: &Model, registry: &Registry) -> Vec<Diagnostic> {
    let mut lint = Lint { library, model, registry, problems: Vec::new(), used: BTreeMap::new() };
    for suite in &library.suites {
        lint.suite(suite);
    }
    lint.ids();
    lint.questions();
    lint.operations();
    lint.resources();
    lint.setups();
    lint.moved();
    lint.problems
}

/// How an open question is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    /// As the whole answer of a call.
    Answer,
    /// As the value of a member of an answer.
    Value,
    /// As the value of a member in `states`.
    State,
}

struct Lint<'l> {
    library: &'l Library,
    model: &'l Model,
    registry: &'l Registry,
    problems: Vec<Diagnostic>,
    used: BTreeMap<String, Use>,
}

impl<'l> Lint<'l> {
    fn suite(&mut self, suite: &'l Suite) {
        if !suite.name.split('/').all(is_id) {
            let title = format!(
                "`{}` is no name of a suite: letters and digits in lower case, joined by hyphens",
                suite.name
            );
            self.problems.push(Diagnostic::of_file(&suite.source, title));
        }
        if let Some(operation) = &suite.operation {
            self.operation(suite, operation);
        }
        for case in &suite.cases {
            self.case(suite, case);
        }
    }

    /// Cases and rows share the names of a suite: a row's id stands in place of its case's. A family over
    /// operations may make cases for a suite that has a file of its own.
    fn ids(&mut self) {
        let mut seen: HashMap<(&str, &str), (&Suite, Span)> = HashMap::new();
        for suite in &self.library.suites {
            let ids = suite
                .cases
                .iter()
                .flat_map(|case| std::iter::once(&case.id).chain(case.each.iter().map(|row| &row.id)));
            for id in ids {
                let Some((first, span)) = seen.insert((&suite.name, &id.value), (suite, id.span)) else {
                    continue;
                };
                let title = format!("the id `{}` stands twice in this suite", id.value);
                let problem = Diagnostic::error(&suite.source, id.span, title, "again here")
                    .with_note("cases and their rows share one set of names");
                self.problems.push(if first.source.path == suite.source.path {
                    problem.with_context(span, "first here")
                } else {
                    problem.with_note(format!("`{}` has the other one", first.source.path))
                });
            }
        }
    }

    fn operation(&mut self, suite: &Suite, operation: &Spanned<String>) {
        if self.model.operation(&operation.value).is_some() {
            return;
        }
        let title = format!("unknown operation `{}`", operation.value);
        let known = self.model.operations.keys().map(String::as_str);
        let mut problem = Diagnostic::error(&suite.source, operation.span, title, "not in the model");
        problem.help = super::mapping::nearest(&operation.value, known)
            .map(|meant| format!("did you mean `{meant}`?"))
            .or_else(|| Some("a made-up operation is sent with `wire: {target: …}`".to_owned()));
        self.push_once(problem);
    }

    fn error(&mut self, suite: &Suite, span: Span, title: impl Into<String>, label: impl Into<String>) {
        self.push_once(Diagnostic::error(&suite.source, span, title, label));
    }

    /// A step that takes its operation from the suite would report the same place again.
    fn push_once(&mut self, problem: Diagnostic) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

/// The calls of steps, those within other steps included.
fn calls(steps: &[Step]) -> impl Iterator<Item = (&Step, &Call)> {
    steps.iter().flat_map(|step| step.calls().into_iter().map(|(call, step)| (step, call)))
}

fn is_id(text: &str) -> bool {
    text.split('-')
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
