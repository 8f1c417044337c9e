//! What an input breaks of the model's constraints.
//!
//! Types are not checked here: a value that does not fit its shape's type breaks no constraint,
//! as the service refuses it earlier and with another text ([`super::type_error`], SER-031). The
//! order of the violations is the model's member order; the service's own order is not known and
//! messages are to be compared as sets (VAL-024).

use indexmap::IndexMap;

use super::constraint::Constraint;
use super::number::held;
use super::pattern;
use super::print::{holds_structure, member_name, print};
use super::shape::{Model, Operation, Shape};
use super::value::Value;

/// One member that breaks one constraint: one clause of a ValidationException.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The member's path as the service prints it (VAL-006): `encryptionType`,
    /// `records.1.member.data`.
    pub path: String,
    /// The value as the service prints it (VAL-008), `null` for an absent one; `None` where the
    /// service prints none, as for blobs (VAL-003).
    pub printed: Option<String>,
    /// True if what is printed holds a structure, whose digits nobody knows (VAL-034).
    pub printed_structure: bool,
    /// What it breaks.
    pub constraint: Constraint,
}

/// Everything that `input`, decoded, breaks of `operation`'s constraints. Empty if the operation
/// takes no input, or the input is no structure.
pub fn violations(model: &Model, operation: &Operation, input: &Value) -> Vec<Violation> {
    let mut check = Check { model, found: Vec::new() };
    if let (Some(shape), Value::Map(given)) = (&operation.input, input) {
        check.structure(shape, given, "");
    }
    check.found
}

struct Check<'model> {
    model: &'model Model,
    found: Vec<Violation>,
}

impl Check<'_> {
    fn structure(&mut self, shape: &str, given: &IndexMap<String, Value>, path: &str) {
        let model = self.model;
        for (name, member) in model.members(Some(shape)) {
            let path = join(path, &member_name(name));
            match given.get(name) {
                // A null counts as absent (WIRE-035).
                None | Some(Value::Null) => {
                    if member.required {
                        self.found.push(Violation {
                            path,
                            printed: Some("null".to_owned()),
                            printed_structure: false,
                            constraint: Constraint::NotNull,
                        });
                    }
                }
                Some(value) => self.value(&member.shape, value, &path),
            }
        }
    }

    fn value(&mut self, shape_name: &str, value: &Value, path: &str) {
        let model = self.model;
        let Some(shape) = model.shape(shape_name) else { return };
        for constraint in broken(shape, value) {
            self.breaks(path, (shape_name, value), constraint);
        }
        match (shape, value) {
            (Shape::Structure { .. }, Value::Map(given)) => self.structure(shape_name, given, path),
            (Shape::List { member, .. }, Value::List(elements)) => {
                self.list(shape_name, member, value, elements, path);
            }
            (Shape::Map { key, value: entry, .. }, Value::Map(entries)) => {
                self.map(shape_name, (key, entry), value, entries, path);
            }
            (
                Shape::Structure { .. }
                | Shape::List { .. }
                | Shape::Map { .. }
                | Shape::String { .. }
                | Shape::Integer { .. }
                | Shape::Long { .. }
                | Shape::Boolean
                | Shape::Blob { .. }
                | Shape::Timestamp,
                _,
            ) => {}
        }
    }

    /// Elements that hold members are named one by one; of scalars the list as a whole is said to
    /// break what its elements must satisfy (KT-171, KT-181).
    fn list(&mut self, shape: &str, member: &str, list: &Value, elements: &[Value], path: &str) {
        let model = self.model;
        let Some(member_shape) = model.shape(member) else { return };
        if is_scalar(member_shape) {
            if elements.iter().any(|element| !broken(member_shape, element).is_empty()) {
                self.breaks(path, (shape, list), Constraint::Elements(constraints(member_shape)));
            }
        } else {
            for (index, element) in elements.iter().enumerate() {
                self.value(member, element, &format!("{path}.{}.member", index + 1));
            }
        }
    }

    /// A map is named as a whole, once for its keys and once for its values (KT-007, KT-008). No
    /// map of this API holds anything but text.
    fn map(
        &mut self,
        shape: &str,
        (key, entry): (&str, &str),
        map: &Value,
        entries: &IndexMap<String, Value>,
        path: &str,
    ) {
        let model = self.model;
        if let Some(key) = model.shape(key)
            && entries.keys().any(|name| !broken(key, &Value::String(name.clone())).is_empty())
        {
            self.breaks(path, (shape, map), Constraint::MapKeys(constraints(key)));
        }
        if let Some(entry) = model.shape(entry)
            && entries.values().any(|value| !broken(entry, value).is_empty())
        {
            self.breaks(path, (shape, map), Constraint::MapValue(constraints(entry)));
        }
    }

    fn breaks(&mut self, path: &str, (shape, value): (&str, &Value), constraint: Constraint) {
        self.found.push(Violation {
            path: path.to_owned(),
            printed: print(self.model, shape, value),
            printed_structure: holds_structure(self.model, shape, value),
            constraint,
        });
    }
}

fn join(path: &str, member: &str) -> String {
    if path.is_empty() { member.to_owned() } else { format!("{path}.{member}") }
}

fn is_scalar(shape: &Shape) -> bool {
    match shape {
        Shape::Structure { .. } | Shape::List { .. } | Shape::Map { .. } => false,
        Shape::String { .. }
        | Shape::Integer { .. }
        | Shape::Long { .. }
        | Shape::Boolean
        | Shape::Blob { .. }
        | Shape::Timestamp => true,
    }
}

/// The order in which the service was seen to print the iterator types (VAL-020).
const ITERATOR_TYPES: [&str; 5] =
    ["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"];

/// The values of an enum in the order in which the service prints them, where that is known; in the
/// model's elsewhere.
fn printed_order(values: &[String]) -> Vec<String> {
    let known = values.len() == ITERATOR_TYPES.len()
        && ITERATOR_TYPES.iter().all(|name| values.iter().any(|value| value == name));
    if known { ITERATOR_TYPES.iter().map(|name| (*name).to_owned()).collect() } else { values.to_vec() }
}

/// All constraints that a shape states of its values, in the order in which the service lists
/// those of elements, keys and values: greatest before least (VAL-017 to VAL-019).
pub fn constraints(shape: &Shape) -> Vec<Constraint> {
    let lengths = |min: &Option<u64>, max: &Option<u64>| {
        max.map(Constraint::MaxLength).into_iter().chain(min.map(Constraint::MinLength)).collect()
    };
    match shape {
        Shape::List { min, max, .. } | Shape::Map { min, max, .. } | Shape::Blob { min, max } => {
            lengths(min, max)
        }
        Shape::String { min, max, pattern, values } => {
            let mut all: Vec<Constraint> = lengths(min, max);
            all.extend(pattern.clone().map(Constraint::Pattern));
            if !values.is_empty() {
                all.push(Constraint::Enum(printed_order(values)));
            }
            all
        }
        Shape::Integer { min, max } | Shape::Long { min, max } => {
            max.map(Constraint::MaxValue).into_iter().chain(min.map(Constraint::MinValue)).collect()
        }
        Shape::Structure { .. } | Shape::Boolean | Shape::Timestamp => Vec::new(),
    }
}

/// The constraints of a shape that a value itself breaks, without its elements and members:
/// pattern before length, as the recorded texts have it (VAL-033).
fn broken(shape: &Shape, value: &Value) -> Vec<Constraint> {
    let Some(size) = Size::of(shape, value) else { return Vec::new() };
    constraints(shape).into_iter().rev().filter(|constraint| size.breaks(constraint)).collect()
}

/// The part of a value that its constraints measure.
enum Size<'value> {
    /// Text, with its length.
    Text(&'value str),
    /// Bytes, elements or entries.
    Length(usize),
    /// A number, as the service holds it.
    Number(i64),
}

impl<'value> Size<'value> {
    /// `None` where the value does not fit the shape's type.
    fn of(shape: &Shape, value: &'value Value) -> Option<Self> {
        match (shape, value) {
            (Shape::String { .. }, Value::String(text)) => Some(Self::Text(text)),
            (Shape::Blob { .. }, Value::Blob(bytes)) => Some(Self::Length(bytes.len())),
            (Shape::List { .. }, Value::List(elements)) => Some(Self::Length(elements.len())),
            (Shape::Map { .. }, Value::Map(entries)) => Some(Self::Length(entries.len())),
            (Shape::Integer { .. } | Shape::Long { .. }, _) => held(shape, value).map(Self::Number),
            (
                Shape::Structure { .. }
                | Shape::String { .. }
                | Shape::Blob { .. }
                | Shape::List { .. }
                | Shape::Map { .. }
                | Shape::Boolean
                | Shape::Timestamp,
                _,
            ) => None,
        }
    }

    fn breaks(&self, constraint: &Constraint) -> bool {
        match (self, constraint) {
            (_, Constraint::MinLength(least)) => self.length().is_some_and(|length| length < *least),
            (_, Constraint::MaxLength(most)) => self.length().is_some_and(|length| length > *most),
            (Self::Number(number), Constraint::MinValue(least)) => number < least,
            (Self::Number(number), Constraint::MaxValue(most)) => number > most,
            (Self::Text(text), Constraint::Pattern(expression)) => !pattern::matches(expression, text),
            (Self::Text(text), Constraint::Enum(values)) => !values.iter().any(|value| value == text),
            (
                Self::Text(_) | Self::Length(_) | Self::Number(_),
                Constraint::NotNull
                | Constraint::MinValue(_)
                | Constraint::MaxValue(_)
                | Constraint::Pattern(_)
                | Constraint::Enum(_)
                | Constraint::Elements(_)
                | Constraint::MapKeys(_)
                | Constraint::MapValue(_),
            ) => false,
        }
    }

    /// No source says whether the service counts characters or UTF-16 units; the model's language
    /// defines the length of text as characters.
    fn length(&self) -> Option<u64> {
        let length = match self {
            Self::Text(text) => text.chars().count(),
            Self::Length(length) => *length,
            Self::Number(_) => return None,
        };
        u64::try_from(length).ok()
    }
}

#[cfg(test)]
mod tests;
