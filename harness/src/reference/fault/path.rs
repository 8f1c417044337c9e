//! Paths to members of an input or an output.

use std::fmt;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::model::{Model, Shape, Value};

/// A path such as `Records[].EncryptionType`: members with a dot between them, and `[]` after a list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(in crate::reference) struct Path {
    outer: Vec<Outer>,
    last: String,
}

/// A structure, or the structures of a list, around the member that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Outer {
    member: String,
    is_list: bool,
}

/// Why a text is no path.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no path to a member; a path looks like `Records[].EncryptionType`")]
pub(in crate::reference) struct PathError(String);

impl Path {
    /// Calls `change` with each structure that may have the member, and with the member's name.
    pub(in crate::reference) fn in_structures(
        &self,
        value: &mut Value,
        change: &mut dyn FnMut(&mut IndexMap<String, Value>, &str),
    ) {
        self.below(&self.outer, value, change);
    }

    fn below(
        &self,
        outer: &[Outer],
        value: &mut Value,
        change: &mut dyn FnMut(&mut IndexMap<String, Value>, &str),
    ) {
        let Value::Map(members) = value else { return };
        let Some((first, rest)) = outer.split_first() else { return change(members, &self.last) };
        match members.get_mut(&first.member) {
            Some(Value::List(elements)) if first.is_list => {
                elements.iter_mut().for_each(|element| self.below(rest, element, change));
            }
            Some(structure) if !first.is_list => self.below(rest, structure, change),
            Some(_) | None => {}
        }
    }

    /// The shape of the member in a structure of the model; `None` if the model has no such member.
    pub(in crate::reference) fn shape<'m>(
        &self,
        model: &'m Model,
        structure: Option<&str>,
    ) -> Option<&'m Shape> {
        let mut structure = structure?;
        for Outer { member, is_list } in &self.outer {
            structure = member_shape(model, structure, member)?;
            if let (true, Some(Shape::List { member, .. })) = (*is_list, model.shape(structure)) {
                structure = member;
            } else if *is_list {
                return None;
            }
        }
        model.shape(member_shape(model, structure, &self.last)?)
    }
}

fn member_shape<'m>(model: &'m Model, structure: &str, name: &str) -> Option<&'m str> {
    let mut members = model.members(Some(structure));
    members.find(|(known, _)| *known == name).map(|(_, member)| member.shape.as_str())
}

impl TryFrom<String> for Path {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let outer = |part: &str| match part.strip_suffix("[]") {
            Some(list) => Outer { member: list.to_owned(), is_list: true },
            None => Outer { member: part.to_owned(), is_list: false },
        };
        let mut parts: Vec<Outer> = text.split('.').map(outer).collect();
        let is_name = |name: &str| !name.is_empty() && name.chars().all(char::is_alphanumeric);
        match parts.pop() {
            Some(Outer { member, is_list: false })
                if is_name(&member) && parts.iter().all(|part| is_name(&part.member)) =>
            {
                Ok(Self { outer: parts, last: member })
            }
            Some(_) | None => Err(PathError(text)),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Outer { member, is_list } in &self.outer {
            write!(formatter, "{member}{}.", if *is_list { "[]" } else { "" })?;
        }
        formatter.write_str(&self.last)
    }
}
