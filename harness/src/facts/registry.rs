//! Facts by id, read from `harness/facts/facts.jsonl`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How well a fact is known, weakest first: `inferred < model < reported < documented < recorded`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// By analogy, or a statement that nothing was found.
    Inferred,
    /// From the service model.
    Model,
    /// Printed by somebody who talks to AWS.
    Reported,
    /// From AWS's documentation.
    Documented,
    /// Seen on AWS by a test suite or a capture.
    Recorded,
}

/// The id of a fact, such as `SSE-010`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FactId(pub String);

/// The operations that a fact speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operations {
    /// All of them (`*`).
    All,
    /// These, by name.
    These(Vec<String>),
}

/// One fact about the real service.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Its permanent id.
    pub id: FactId,
    /// The topic it is filed under, such as `encryption`.
    pub topic: String,
    /// Whom it is about.
    pub operations: Operations,
    /// What is known, in a sentence or more.
    pub fact: String,
    /// The error class it states, bare.
    pub error: Option<String>,
    /// The message text it states.
    pub message: Option<String>,
    /// The HTTP status it states.
    pub http_status: Option<u16>,
    /// How well it is known.
    pub strength: Strength,
    /// Where it was read.
    pub source: String,
    /// When it was seen, as the registry spells it (`2018-03`, `2016-01 (disabled matrix)`).
    pub as_of: Option<String>,
}

/// All facts, by id.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    pub(super) facts: BTreeMap<FactId, Fact>,
}

/// Why a registry could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FactError {
    /// A line is not a fact.
    #[error("read the facts at line {line}, column {column}: {reason}")]
    Form {
        /// 1-based line.
        line: usize,
        /// 1-based column.
        column: usize,
        /// What is wrong, in lower case.
        reason: String,
    },
    /// Two facts share an id.
    #[error("read the facts at line {line}: the id `{id}` stands on an earlier line too")]
    Duplicate {
        /// 1-based line of the second.
        line: usize,
        /// The id.
        id: FactId,
    },
}

impl fmt::Display for FactId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Inferred => "inferred",
            Self::Model => "model",
            Self::Reported => "reported",
            Self::Documented => "documented",
            Self::Recorded => "recorded",
        })
    }
}

impl Registry {
    /// The fact of that id.
    pub fn get(&self, id: &FactId) -> Option<&Fact> {
        self.facts.get(id)
    }

    /// True if there is no fact.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// These facts and those of another registry, which go before these.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let mut facts = self.facts.clone();
        facts.extend(other.facts.iter().map(|(id, fact)| (id.clone(), fact.clone())));
        Self { facts }
    }

    /// All facts, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values()
    }
}
