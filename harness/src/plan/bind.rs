//! What the names of a case stand for in one trial.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::case::ast::{FixtureName, Node, Reference, Row, Tree};
use crate::model::Value;

use crate::plan::arn;

/// What `$names` stand for: `stream.name`, `stream.arn`, `key.managed`, `got.shard`, and
/// `stream.before`, the state in which the ask found the stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bindings(pub BTreeMap<String, Value>);

/// A `$name` that stands for nothing in this trial.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("resolve `${0}`: nothing in this trial gives it a value")]
pub(crate) struct Unbound(pub String);

impl Bindings {
    /// Gives a name a value.
    pub(crate) fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }

    /// The value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The text of a name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// The value of a tree; `None` for `$absent`. Absent members of maps are left out.
    ///
    /// # Errors
    /// If a name is unbound. `$open`, `$present` and matchers have no value and count as unbound.
    pub(crate) fn value(&self, tree: &Tree, row: Option<&Row>) -> Result<Option<Value>, Unbound> {
        match &tree.node {
            Node::Literal(value) => Ok(Some(value.clone())),
            Node::Reference(reference) => self.reference(reference, row),
            Node::List(trees) => {
                let mut elements = Vec::with_capacity(trees.len());
                for tree in trees {
                    elements.extend(self.value(tree, row)?);
                }
                Ok(Some(Value::List(elements)))
            }
            Node::Map(trees) => {
                let mut members = IndexMap::with_capacity(trees.len());
                for (name, tree) in trees {
                    if let Some(value) = self.value(tree, row)? {
                        members.insert(name.clone(), value);
                    }
                }
                Ok(Some(Value::Map(members)))
            }
            Node::OneOf(_) => Err(Unbound("one-of".to_owned())),
            Node::Matches(_) => Err(Unbound("matches".to_owned())),
        }
    }

    fn reference(&self, reference: &Reference, row: Option<&Row>) -> Result<Option<Value>, Unbound> {
        match reference {
            Reference::Absent => Ok(None),
            Reference::Each(column) => match row.and_then(|row| row.columns.get(column)) {
                Some(tree) => self.value(tree, row),
                None => Err(Unbound(format!("each.{column}"))),
            },
            Reference::Key(_)
            | Reference::StreamName(_)
            | Reference::StreamArn(_)
            | Reference::KeyArn(_)
            | Reference::ChangedArn(..)
            | Reference::Open(_)
            | Reference::Got(_)
            | Reference::Present => {
                let name = name_of(reference);
                self.get(&name).cloned().map(Some).ok_or(Unbound(name))
            }
        }
    }
}

/// The name under which a reference is bound.
pub(crate) fn name_of(reference: &Reference) -> String {
    match reference {
        Reference::Key(key) => format!("key.{key}"),
        Reference::StreamName(fixture) => format!("{}.name", fixture_word(*fixture)),
        Reference::StreamArn(fixture) => format!("{}.arn", fixture_word(*fixture)),
        Reference::KeyArn(key) => format!("key.{key}.arn"),
        Reference::ChangedArn(fixture, change) => {
            format!("{}.{}", fixture_word(*fixture), arn::change_word(*change))
        }
        Reference::Each(column) => format!("each.{column}"),
        Reference::Open(question) => format!("open.{question}"),
        Reference::Got(name) => format!("got.{name}"),
        Reference::Absent => "absent".to_owned(),
        Reference::Present => "present".to_owned(),
    }
}

/// The word for a fixture in names.
pub(crate) const fn fixture_word(fixture: FixtureName) -> &'static str {
    match fixture {
        FixtureName::Stream => "stream",
        FixtureName::Other => "other",
    }
}

/// Calls `visit` for every reference in the tree, rows' columns included.
pub(crate) fn references<'tree>(
    tree: &'tree Tree,
    row: Option<&'tree Row>,
    visit: &mut dyn FnMut(&'tree Reference),
) {
    match &tree.node {
        Node::Literal(_) | Node::Matches(_) => {}
        Node::Reference(reference) => {
            visit(reference);
            if let Reference::Each(column) = reference
                && let Some(tree) = row.and_then(|row| row.columns.get(column))
            {
                references(tree, row, visit);
            }
        }
        Node::List(trees) | Node::OneOf(trees) => {
            for tree in trees {
                references(tree, row, visit);
            }
        }
        Node::Map(trees) => {
            for tree in trees.values() {
                references(tree, row, visit);
            }
        }
    }
}
