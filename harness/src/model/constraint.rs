//! The constraints of the model, and how the service writes them (VAL-010 to VAL-019).

use std::fmt;

/// What a value breaks. One variant per wording of the service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Constraint {
    /// A required member is absent or null (VAL-010).
    NotNull,
    /// The shortest length: characters, bytes, elements or entries (VAL-012).
    MinLength(u64),
    /// The greatest length: characters, bytes, elements or entries (VAL-011).
    MaxLength(u64),
    /// The least number (VAL-014).
    MinValue(i64),
    /// The greatest number (VAL-013).
    MaxValue(i64),
    /// A regular expression over the whole value (VAL-015).
    Pattern(String),
    /// The values there are. The service prints them in an order of its own (VAL-020).
    Enum(Vec<String>),
    /// What every element of a list of scalars must satisfy (VAL-019).
    Elements(Vec<Constraint>),
    /// What every key of a map must satisfy (VAL-017).
    MapKeys(Vec<Constraint>),
    /// What every value of a map must satisfy (VAL-018).
    MapValue(Vec<Constraint>),
}

pub(super) const NOT_NULL: &str = "Member must not be null";
pub(super) const MIN_LENGTH: &str = "Member must have length greater than or equal to ";
pub(super) const MAX_LENGTH: &str = "Member must have length less than or equal to ";
pub(super) const MIN_VALUE: &str = "Member must have value greater than or equal to ";
pub(super) const MAX_VALUE: &str = "Member must have value less than or equal to ";
pub(super) const PATTERN: &str = "Member must satisfy regular expression pattern: ";
pub(super) const ENUM: &str = "Member must satisfy enum value set: ";
pub(super) const ELEMENTS: &str = "Member must satisfy constraint: ";
pub(super) const MAP_KEYS: &str = "Map keys must satisfy constraint: ";
pub(super) const MAP_VALUE: &str = "Map value must satisfy constraint: ";

impl fmt::Display for Constraint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNull => formatter.write_str(NOT_NULL),
            Self::MinLength(length) => write!(formatter, "{MIN_LENGTH}{length}"),
            Self::MaxLength(length) => write!(formatter, "{MAX_LENGTH}{length}"),
            Self::MinValue(number) => write!(formatter, "{MIN_VALUE}{number}"),
            Self::MaxValue(number) => write!(formatter, "{MAX_VALUE}{number}"),
            Self::Pattern(pattern) => write!(formatter, "{PATTERN}{pattern}"),
            Self::Enum(values) => write!(formatter, "{ENUM}[{}]", printed_order(values).join(", ")),
            Self::Elements(inner) => list(formatter, ELEMENTS, inner),
            Self::MapKeys(inner) => list(formatter, MAP_KEYS, inner),
            Self::MapValue(inner) => list(formatter, MAP_VALUE, inner),
        }
    }
}

/// Orders in which the service was seen to print the values of an enum (VAL-020). The others are
/// not known, and are printed as the model has them.
const PRINTED: [&[&str]; 1] =
    [&["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"]];

fn printed_order(values: &[String]) -> Vec<&str> {
    let same = |printed: &&[&str]| {
        printed.len() == values.len() && values.iter().all(|value| printed.contains(&value.as_str()))
    };
    let seen = PRINTED.into_iter().find(same);
    seen.map_or_else(|| values.iter().map(String::as_str).collect(), <[&str]>::to_vec)
}

fn list(formatter: &mut fmt::Formatter<'_>, text_of: &str, inner: &[Constraint]) -> fmt::Result {
    write!(formatter, "{text_of}[")?;
    for (index, constraint) in inner.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(formatter, "{comma}{constraint}")?;
    }
    formatter.write_str("]")
}
