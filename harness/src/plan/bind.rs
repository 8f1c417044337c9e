//! What the names of a trial stand for.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use strum::VariantArray as _;

use crate::case::ast::{ArnChange, FixtureName, Node, Reference, Tree};
use crate::model::Value;

/// What `$names` stand for in one attempt. Clones share the values until one of them changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bindings {
    values: Arc<BTreeMap<Reference, Value>>,
    /// The settled state in which the first step found each stream.
    before: BTreeMap<FixtureName, Value>,
}

/// A `$name` that stands for nothing in this trial.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("resolve `${0}`: nothing in this trial gives it a value")]
pub(crate) struct Unbound(pub String);

impl Bindings {
    /// Gives a name a value.
    pub(crate) fn set(&mut self, name: Reference, value: impl Into<Value>) {
        Arc::make_mut(&mut self.values).insert(name, value.into());
    }

    /// Notes the settled state in which the first step finds a stream.
    pub(crate) fn set_before(&mut self, fixture: FixtureName, state: Value) {
        self.before.insert(fixture, state);
    }

    /// The value of a name.
    pub(crate) fn get(&self, name: &Reference) -> Option<&Value> {
        self.values.get(name)
    }

    /// The text of a name.
    pub(crate) fn text(&self, name: &Reference) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// The name of a stream.
    ///
    /// # Errors
    /// If the trial has no such stream.
    pub(crate) fn stream_name(&self, fixture: FixtureName) -> Result<&str, Unbound> {
        let name = Reference::StreamName(fixture);
        self.text(&name).ok_or_else(|| Unbound(name_of(&name)))
    }

    /// The settled state in which the first step found a stream; `None` if it was in transition.
    pub(crate) fn before(&self, fixture: FixtureName) -> Option<&Value> {
        self.before.get(&fixture)
    }

    /// The names as text, for the log.
    pub(crate) fn to_log(&self) -> BTreeMap<String, Value> {
        let values = self.values.iter().map(|(name, value)| (name_of(name), value.clone()));
        let before = self
            .before
            .iter()
            .map(|(fixture, state)| (format!("{}.before", fixture.as_str()), state.clone()));
        values.chain(before).collect()
    }

    /// The names of a log.
    pub(crate) fn from_log(stored: &BTreeMap<String, Value>) -> Self {
        let mut bindings = Self::default();
        for (name, value) in stored {
            if let Some(reference) = reference_of(name) {
                bindings.set(reference, value.clone());
            } else if let Some(fixture) = name.strip_suffix(".before").and_then(fixture_of) {
                bindings.set_before(fixture, value.clone());
            }
        }
        bindings
    }

    /// The value of a tree; `None` for `$absent`. Absent members of maps are left out.
    ///
    /// # Errors
    /// If a name is unbound. `$open`, `$present` and matchers have no value and count as unbound.
    pub(crate) fn value(&self, tree: &Tree) -> Result<Option<Value>, Unbound> {
        match &tree.node {
            Node::Literal(value) => Ok(Some(value.clone())),
            Node::Reference(Reference::Absent) => Ok(None),
            Node::Reference(reference) => {
                self.get(reference).cloned().map(Some).ok_or_else(|| Unbound(name_of(reference)))
            }
            Node::List(trees) => {
                let mut elements = Vec::with_capacity(trees.len());
                for tree in trees {
                    elements.extend(self.value(tree)?);
                }
                Ok(Some(Value::List(elements)))
            }
            Node::Map(trees) => {
                let mut members = IndexMap::with_capacity(trees.len());
                for (name, tree) in trees {
                    if let Some(value) = self.value(tree)? {
                        members.insert(name.clone(), value);
                    }
                }
                Ok(Some(Value::Map(members)))
            }
            Node::OneOf(_) => Err(Unbound("one-of".to_owned())),
            Node::Matches(_) => Err(Unbound("matches".to_owned())),
            Node::Above(_) => Err(Unbound("above".to_owned())),
        }
    }
}

/// A reference as it is written, without its `$`.
pub(crate) fn name_of(reference: &Reference) -> String {
    match reference {
        Reference::Key(key) => format!("key.{key}"),
        Reference::StreamName(fixture) => format!("{}.name", fixture.as_str()),
        Reference::StreamArn(fixture) => format!("{}.arn", fixture.as_str()),
        Reference::KeyArn(key) => format!("key.{key}.arn"),
        Reference::ChangedArn(fixture, change) => {
            format!("{}.{}", fixture.as_str(), <&str>::from(*change))
        }
        Reference::RunTags => "run.tags".to_owned(),
        Reference::ResourceName => "resource.name".to_owned(),
        Reference::GivenShards => "given.shards".to_owned(),
        Reference::GivenEncryption => "given.encryption".to_owned(),
        Reference::Each(column) => format!("each.{column}"),
        Reference::Open(question) => format!("open.{question}"),
        Reference::Got(name) => format!("got.{name}"),
        Reference::Absent => "absent".to_owned(),
        Reference::Present => "present".to_owned(),
    }
}

/// The reference that a log names; `None` for what is none.
fn reference_of(name: &str) -> Option<Reference> {
    let (first, rest) = name.split_once('.')?;
    match (first, rest) {
        ("key", key) => Some(match key.strip_suffix(".arn") {
            Some(key) => Reference::KeyArn(key.to_owned()),
            None => Reference::Key(key.to_owned()),
        }),
        ("run", "tags") => Some(Reference::RunTags),
        ("got", captured) => Some(Reference::Got(captured.to_owned())),
        (fixture, part) => {
            let fixture = fixture_of(fixture)?;
            match part {
                "name" => Some(Reference::StreamName(fixture)),
                "arn" => Some(Reference::StreamArn(fixture)),
                part => ArnChange::VARIANTS
                    .iter()
                    .copied()
                    .find(|change| <&str>::from(*change) == part)
                    .map(|change| Reference::ChangedArn(fixture, change)),
            }
        }
    }
}

fn fixture_of(name: &str) -> Option<FixtureName> {
    FixtureName::VARIANTS.iter().copied().find(|fixture| fixture.as_str() == name)
}

/// Calls `visit` for every reference in the tree.
pub(crate) fn references<'tree>(tree: &'tree Tree, visit: &mut dyn FnMut(&'tree Reference)) {
    match &tree.node {
        Node::Literal(_) | Node::Matches(_) => {}
        Node::Reference(reference) => visit(reference),
        Node::Above(bound) => references(bound, visit),
        Node::List(trees) | Node::OneOf(trees) => {
            for tree in trees {
                references(tree, visit);
            }
        }
        Node::Map(trees) => {
            for tree in trees.values() {
                references(tree, visit);
            }
        }
    }
}
