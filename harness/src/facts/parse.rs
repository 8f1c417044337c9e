//! From lines of JSON to facts.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::registry::{Fact, FactError, FactId, Operations, Registry, Strength};

impl Registry {
    /// Reads a registry: one JSON object a line, empty lines between them allowed.
    ///
    /// # Errors
    ///
    /// [`FactError::Form`] for the first line that is no fact, [`FactError::Duplicate`] for the
    /// first id that stands on an earlier line too.
    pub fn parse(text: &str) -> Result<Self, FactError> {
        let mut facts = BTreeMap::new();
        for (line, content) in (1..).zip(text.lines()).filter(|(_, content)| !content.trim().is_empty()) {
            let fact = parse_line(line, content)?;
            if facts.contains_key(&fact.id) {
                return Err(FactError::Duplicate { line, id: fact.id });
            }
            facts.insert(fact.id.clone(), fact);
        }
        Ok(Self { facts })
    }

    /// The registry that this crate was built with. Parsed once.
    pub fn embedded() -> &'static Self {
        static REGISTRY: OnceLock<Registry> = OnceLock::new();
        REGISTRY.get_or_init(|| {
            Self::parse(include_str!("../../facts/facts.jsonl"))
                .expect("the committed facts are checked by this crate's own tests")
        })
    }
}

/// A line as the registry spells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    topic: String,
    operation: String,
    fact: String,
    error: Option<String>,
    message: Option<String>,
    http_status: Option<u16>,
    strength: LineStrength,
    source: String,
    as_of: Option<String>,
    /// The request that a recorded case sent: an object, for people and for tests only.
    #[serde(default, rename = "input")]
    _input: Option<IgnoredAny>,
}

/// The registry's own spelling of strengths.
#[derive(Clone, Copy, Deserialize)]
enum LineStrength {
    #[serde(rename = "inferred")]
    Inferred,
    #[serde(rename = "model")]
    Model,
    #[serde(rename = "reported-by-users", alias = "reported")]
    Reported,
    #[serde(rename = "documented")]
    Documented,
    #[serde(rename = "recorded-from-AWS", alias = "recorded")]
    Recorded,
}

impl From<LineStrength> for Strength {
    fn from(strength: LineStrength) -> Self {
        match strength {
            LineStrength::Inferred => Self::Inferred,
            LineStrength::Model => Self::Model,
            LineStrength::Reported => Self::Reported,
            LineStrength::Documented => Self::Documented,
            LineStrength::Recorded => Self::Recorded,
        }
    }
}

fn parse_line(line: usize, content: &str) -> Result<Fact, FactError> {
    let raw: Line = serde_json::from_str(content).map_err(|error| {
        let text = error.to_string();
        // The place stands in fields of its own; serde_json repeats it at the end of its text.
        let place = format!(" at line {} column {}", error.line(), error.column());
        let reason = text.strip_suffix(&place).unwrap_or(&text).to_owned();
        FactError::Form { line, column: error.column().max(1), reason }
    })?;
    let refuse = |reason: &str| FactError::Form { line, column: 1, reason: reason.to_owned() };
    if raw.id.is_empty() {
        return Err(refuse("its `id` is empty"));
    }
    let operations = operations(&raw.operation).ok_or_else(|| refuse("its `operation` names nothing"))?;
    Ok(Fact {
        id: FactId(raw.id),
        topic: raw.topic,
        operations,
        fact: raw.fact,
        error: raw.error,
        message: raw.message,
        http_status: raw.http_status,
        strength: raw.strength.into(),
        source: raw.source,
        as_of: raw.as_of,
    })
}

/// `*`, or names with commas between them; `None` if a name is empty.
fn operations(text: &str) -> Option<Operations> {
    if text.trim() == "*" {
        return Some(Operations::All);
    }
    let names: Vec<_> = text.split(',').map(|name| name.trim().to_owned()).collect();
    names.iter().all(|name| !name.is_empty()).then_some(Operations::These(names))
}

#[cfg(test)]
mod tests;
