//! `operations.yaml`: what each operation does, what names its stream, the smallest input it accepts.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::case::ast::{FixtureStatus, Node, OperationEffect, OperationTraits, Operations, Tree};
use crate::case::diagnostic::Diagnostic;
use crate::case::mapping::Mapping;
use crate::case::reader::{Fields, Reader};
use crate::case::span::Source;
use crate::case::yaml::Entry;

use super::tree::{Place, tree};

/// Reads the file of operations.
pub(super) fn operations(source: &Arc<Source>) -> (Operations, Vec<Diagnostic>) {
    let (mut reader, tree) = Reader::open(source);
    let mut traits = IndexMap::new();
    if let Some(fields) = tree.as_ref().and_then(|tree| reader.fields(tree, Mapping::Operations)) {
        reader.format(&fields, Mapping::Operations);
        let entries = reader
            .required(&fields, Mapping::Operations, "operations")
            .and_then(|yaml| reader.entries(yaml, "`operations`"));
        for entry in entries.unwrap_or_default() {
            if let Some(read) = operation(&mut reader, entry) {
                traits.insert(entry.key.value.clone(), read);
            }
        }
    }
    (Operations { source: Some(Arc::clone(source)), traits }, reader.problems)
}

fn operation(reader: &mut Reader, entry: &Entry) -> Option<OperationTraits> {
    let fields = reader.fields(&entry.value, Mapping::Operation)?;
    let effect = reader
        .required(&fields, Mapping::Operation, "effect")
        .and_then(|yaml| reader.variant::<OperationEffect>(yaml, "`effect`"));
    let addressed_by = match fields.get("addressed-by") {
        Some(yaml) => reader.texts(yaml, "`addressed-by`"),
        None => Vec::new(),
    };
    let refused_in = refused_in(reader, &fields);
    let minimal = match fields.get("with") {
        Some(yaml) => {
            reader.entries(yaml, "`with`")?;
            tree(reader, yaml, Place::Request)?
        }
        None => Tree { span: entry.key.span, node: Node::Map(IndexMap::new()) },
    };
    let checked = fields.get("checked").and_then(|yaml| reader.truth(yaml, "`checked`")).unwrap_or(false);
    Some(OperationTraits {
        name: entry.key.clone(),
        effect: effect?.value,
        addressed_by,
        refused_in,
        minimal,
        checked,
    })
}

/// `refused-in:` of an operation or of a family: states that pass by themselves.
pub(super) fn refused_in(reader: &mut Reader, fields: &Fields<'_>) -> Vec<FixtureStatus> {
    let mut states = Vec::new();
    for status in reader.variants_under::<FixtureStatus>(fields, "refused-in") {
        match status.value {
            FixtureStatus::Creating | FixtureStatus::Updating | FixtureStatus::Deleting => {
                states.push(status.value);
            }
            FixtureStatus::Active | FixtureStatus::Gone => {
                let title = "`refused-in` names states that pass by themselves";
                reader.error(status.span, title, "one of creating, updating, deleting");
            }
        }
    }
    states
}
