//! Families: a file whose cases are made for each of several operations.

use std::sync::Arc;

use crate::case::ast::{OperationEffect, Operations, Resources, Selection, Suite, Without};
use crate::case::kebab::kebab_case;
use crate::case::mapping::{Mapping, nearest};
use crate::case::reader::{Fields, Reader};
use crate::case::span::Spanned;
use crate::case::yaml::{Entry, Yaml};

use super::context::Context;
use super::operation::refused_in;
use super::suite::case;

/// Reads a family: one suite for each operation that is pinned, named after the operation and the file.
pub(super) fn suites(
    reader: &mut Reader,
    name: &str,
    fields: &Fields<'_>,
    (operations, resources): (&Operations, &Resources),
) -> Option<Vec<Suite>> {
    if let Some(entry) = fields.entry("operation") {
        reader.error(entry.key.span, "`operation` beside `for`", "a family is about several");
    }
    let selection = reader.required(fields, Mapping::Suite, "for").and_then(|yaml| selection(reader, yaml));
    let pinned = reader
        .required(fields, Mapping::Suite, "operations")
        .map(|yaml| (yaml.span, reader.texts(yaml, "`operations`")));
    let without = without(reader, fields);
    let cases = reader.required(fields, Mapping::Suite, "cases")?;
    let entries = reader.entries(cases, "`cases`")?;
    let (selection, (span, pinned)) = (selection?, pinned?);
    for traits in operations.selected(&selection) {
        let named = |name: &Spanned<String>| name.value == traits.name.value;
        if !pinned.iter().any(named) && !without.iter().any(|(name, _)| named(name)) {
            reader.error_with_context(
                span,
                format!("`for` gives {} too", traits.name.value),
                "the family does not say what becomes of it",
                (selection.span, "the operations of the family"),
                format!("add `{0}` here, or write `without: {{{0}: <the reason>}}`", traits.name.value),
            );
        }
    }
    for entry in entries {
        let Some(fields) = reader.fields(&entry.value, Mapping::Case) else { continue };
        for (operation, _) in self::without(reader, &fields) {
            if !pinned.iter().any(|pinned| pinned.value == operation.value) {
                reader.error(
                    operation.span,
                    format!("the family makes no case for {}", operation.value),
                    "nothing to leave out",
                );
            }
        }
    }
    let mut suites: Vec<Suite> = Vec::new();
    for operation in pinned.iter().chain(without.iter().map(|(operation, _)| operation)) {
        let named = |suite: &Suite| suite.operation.as_ref().is_some_and(|own| own.value == operation.value);
        let again = suites.iter().any(named);
        let Some(traits) = operations
            .selected(&selection)
            .find(|traits| traits.name.value == operation.value)
            .filter(|_| !again)
        else {
            not_selected(reader, operation, selection.span, operations);
            continue;
        };
        if let Some((_, reason)) = without.iter().find(|(name, _)| name.value == operation.value) {
            let left_out = Without { case: None, operation: operation.clone(), reason: reason.clone() };
            suites.push(empty(reader, name, operation, vec![left_out]));
            continue;
        }
        let context = Context { operation: Some(operation), resources, minimal: Some(&traits.minimal) };
        let mut suite = empty(reader, name, operation, Vec::new());
        for entry in entries {
            match left_out(reader, entry, operation) {
                Some(without) => suite.without.push(without),
                None => suite.cases.extend(case(reader, entry, context)),
            }
        }
        suites.push(suite);
    }
    // Each operation reads the same lines.
    let mut once = Vec::new();
    for problem in std::mem::take(&mut reader.problems) {
        if !once.contains(&problem) {
            once.push(problem);
        }
    }
    reader.problems = once;
    Some(suites)
}

fn empty(reader: &Reader, file: &str, operation: &Spanned<String>, without: Vec<Without>) -> Suite {
    let last = file.rsplit('/').next().unwrap_or(file);
    Suite {
        name: format!("{}/{last}", kebab_case(&operation.value)),
        file: file.to_owned(),
        source: Arc::clone(&reader.source),
        operation: Some(operation.clone()),
        cases: Vec::new(),
        without,
    }
}

fn not_selected(
    reader: &mut Reader,
    operation: &Spanned<String>,
    selection: crate::case::span::Span,
    operations: &Operations,
) {
    let name = &operation.value;
    let title = format!("`{name}` is not an operation of this family");
    let help = match operations.traits.get(name) {
        None => nearest(name, operations.traits.keys().map(String::as_str)).map_or_else(
            || "the API has no operation of that name".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        ),
        Some(traits) if !traits.checked => {
            format!("the reference does not have {name}, so that no test holds its smallest input")
        }
        Some(_) => "each operation that `for` gives stands once, here or in `without`".to_owned(),
    };
    reader.error_with_context(
        operation.span,
        title,
        "not given",
        (selection, "the operations of the family"),
        help,
    );
}

fn selection(reader: &mut Reader, yaml: &Yaml) -> Option<Selection> {
    let fields = reader.fields(yaml, Mapping::For)?;
    let addressed_by = match fields.get("addressed-by") {
        Some(yaml) => reader.texts(yaml, "`addressed-by`"),
        None => Vec::new(),
    };
    let effects = reader.variants_under::<OperationEffect>(&fields, "effect");
    let effects = effects.into_iter().map(|effect| effect.value).collect();
    let refused_in = refused_in(reader, &fields);
    Some(Selection { span: yaml.span, addressed_by, effects, refused_in })
}

/// `without:` of a family or of one of its cases: operations and the reasons.
fn without(reader: &mut Reader, fields: &Fields<'_>) -> Vec<(Spanned<String>, String)> {
    let Some(yaml) = fields.get("without") else { return Vec::new() };
    let entries = reader.entries(yaml, "`without`").unwrap_or_default();
    let mut read = Vec::new();
    for Entry { key, value } in entries {
        if let Some(reason) = reader.text(value, "the reason") {
            read.push((key.clone(), reason.value));
        }
    }
    read
}

/// What the case says of the operation under `without`.
fn left_out(reader: &mut Reader, entry: &Entry, operation: &Spanned<String>) -> Option<Without> {
    let fields = reader.fields(&entry.value, Mapping::Case)?;
    let (name, reason) =
        without(reader, &fields).into_iter().find(|(name, _)| name.value == operation.value)?;
    Some(Without { case: Some(entry.key.value.clone()), operation: name, reason })
}

#[cfg(test)]
mod tests;
