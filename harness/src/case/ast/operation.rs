//! What is known of each operation of the API before anything is sent.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use super::{FixtureStatus, Tree};
use crate::case::span::{Source, Span, Spanned};

/// `operations.yaml`: the traits of every operation of the API.
#[derive(Clone, Debug, Default)]
pub struct Operations {
    /// The file; `None` only for a library that has none.
    pub source: Option<Arc<Source>>,
    /// The traits by operation, in the file's order.
    pub traits: IndexMap<String, OperationTraits>,
}

/// What is known of an operation.
#[derive(Clone, Debug)]
pub struct OperationTraits {
    /// Its name in the file.
    pub name: Spanned<String>,
    /// What an accepted call does.
    pub effect: OperationEffect,
    /// The members of its input that name its stream; empty if it names none.
    pub addressed_by: Vec<Spanned<String>>,
    /// The states of the stream in which facts say that a call is refused.
    pub refused_in: Vec<FixtureStatus>,
    /// The smallest input that the operation accepts, without those members: a map.
    pub minimal: Tree,
    /// True if the reference accepts that input.
    pub checked: bool,
}

/// What an accepted call does.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum OperationEffect {
    /// It changes nothing.
    Reads,
    /// It adds records to a stream, and changes nothing else of it.
    WritesRecords,
    /// It changes a resource that is there.
    Changes,
    /// It makes a resource.
    Creates,
    /// It deletes a resource.
    Deletes,
    /// It changes the settings or the bill of the account.
    ChangesAccount,
}

/// Which operations a family is about.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Where it stands.
    pub span: Span,
    /// All of these members name the stream.
    pub addressed_by: Vec<Spanned<String>>,
    /// One of these effects; empty = any.
    pub effects: Vec<OperationEffect>,
    /// A call is refused in one of these states of the stream; empty = whether or not it is.
    pub refused_in: Vec<FixtureStatus>,
}

impl Operations {
    /// True if a call of the operation changes nothing. An operation that the table lacks may change
    /// anything.
    pub fn only_reads(&self, operation: &str) -> bool {
        self.traits.get(operation).is_some_and(|traits| traits.effect == OperationEffect::Reads)
    }

    /// True if an accepted call of the operation makes a resource.
    pub fn creates(&self, operation: &str) -> bool {
        self.traits.get(operation).is_some_and(|traits| traits.effect == OperationEffect::Creates)
    }

    /// The operations that the selection takes, of those whose minimal input is checked.
    pub fn selected<'t>(&'t self, selection: &'t Selection) -> impl Iterator<Item = &'t OperationTraits> {
        self.traits.values().filter(|traits| traits.checked && selection.takes(traits))
    }
}

impl Selection {
    fn takes(&self, traits: &OperationTraits) -> bool {
        let names =
            |member: &Spanned<String>| traits.addressed_by.iter().any(|known| known.value == member.value);
        self.addressed_by.iter().all(names)
            && (self.effects.is_empty() || self.effects.contains(&traits.effect))
            && (self.refused_in.is_empty()
                || self.refused_in.iter().any(|status| traits.refused_in.contains(status)))
    }
}
