//! Values held against the trees of a case: what differs, and what open questions got as answers.

use indexmap::IndexMap;
use regex::Regex;

use crate::case::Span;
use crate::case::ast::{FixtureName, Node, Reference, Tree};
use crate::model::Value;

use crate::plan::bind::{Bindings, name_of};

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Matched {
    /// What differs.
    pub differences: Vec<Difference>,
    /// Open questions that were met on the way, with what came.
    pub open_values: Vec<OpenValue>,
}

/// One member that is not as stated.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    /// Dotted path of the member; empty for the whole.
    pub path: String,
    /// Where the expectation stands.
    pub span: Span,
    /// What was stated, as a text that does not differ from run to run.
    pub expected: String,
    /// What came, likewise.
    pub actual: String,
}

/// An open question that was met on the way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OpenValue {
    /// The question's id.
    pub question: String,
    /// The member it is about.
    pub path: String,
    /// What came; `None` = the member is absent.
    pub actual: Option<Value>,
}

/// How strictly maps are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Members {
    /// At least the stated members.
    AtLeast,
    /// The stated members and no others.
    Exactly,
}

struct Comparer<'trial> {
    bindings: &'trial Bindings,
    members: Members,
    found: Matched,
}

/// Compares a value with a tree. `None` = absent.
pub(crate) fn compare(tree: &Tree, value: Option<&Value>, members: Members, bindings: &Bindings) -> Matched {
    let mut comparer = Comparer { bindings, members, found: Matched::default() };
    comparer.node(tree, value, "");
    comparer.found
}

/// True if nothing differs; open questions hold whatever came.
pub(crate) fn holds(tree: &Tree, value: &Value, bindings: &Bindings) -> bool {
    compare(tree, Some(value), Members::AtLeast, bindings).differences.is_empty()
}

/// True if a state has all these members.
pub(crate) fn members_match(members: &IndexMap<String, Tree>, state: &Value, bindings: &Bindings) -> bool {
    members
        .iter()
        .all(|(name, tree)| compare(tree, state.get(name), Members::AtLeast, bindings).differences.is_empty())
}

/// The text of a tree that is literal text.
pub(crate) fn literal_text(tree: &Tree) -> Option<&str> {
    if let Node::Literal(value) = &tree.node { value.as_str() } else { None }
}

impl Comparer<'_> {
    fn differs(&mut self, tree: &Tree, value: Option<&Value>, path: &str, expected: String) {
        self.found.differences.push(Difference {
            path: path.to_owned(),
            span: tree.span,
            expected,
            actual: value.map_or_else(|| "absent".to_owned(), |value| value_text(value, self.bindings)),
        });
    }

    fn node(&mut self, tree: &Tree, value: Option<&Value>, path: &str) {
        match &tree.node {
            Node::Literal(stated) => {
                if !value.is_some_and(|value| same(stated, value)) {
                    self.differs(tree, value, path, value_text(stated, self.bindings));
                }
            }
            Node::Reference(reference) => self.reference(tree, reference, value, path),
            Node::List(trees) => match value.and_then(Value::as_list) {
                Some(elements) if elements.len() == trees.len() => {
                    for (index, (tree, element)) in trees.iter().zip(elements).enumerate() {
                        self.node(tree, Some(element), &join(path, &index.to_string()));
                    }
                }
                Some(_) | None => {
                    self.differs(tree, value, path, format!("a list of {}", trees.len()));
                }
            },
            Node::Map(trees) => match value {
                Some(Value::Map(members)) => {
                    for (name, tree) in trees {
                        self.node(tree, members.get(name), &join(path, name));
                    }
                    if self.members == Members::Exactly
                        && let Some(extra) = members.keys().find(|name| !trees.contains_key(*name))
                    {
                        let extra = extra.clone();
                        let value = members.get(&extra);
                        self.differs(tree, value, &join(path, &extra), "absent".to_owned());
                    }
                }
                Some(_) | None => self.differs(tree, value, path, "a structure".to_owned()),
            },
            Node::OneOf(trees) => {
                let fits =
                    |tree: &Tree| compare(tree, value, self.members, self.bindings).differences.is_empty();
                if !trees.iter().any(fits) {
                    let all: Vec<String> = trees.iter().map(|tree| tree_text(tree, self.bindings)).collect();
                    self.differs(tree, value, path, format!("one of {}", all.join(", ")));
                }
            }
            Node::Above(bound) => {
                let bound_value = self.bindings.value(bound).ok().flatten();
                let fits =
                    value.zip(bound_value.as_ref()).is_some_and(|(value, bound)| is_above(value, bound));
                if !fits {
                    self.differs(tree, value, path, tree_text(tree, self.bindings));
                }
            }
            Node::Matches(pattern) => {
                let fits = Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|regex| {
                    value.and_then(Value::as_str).is_some_and(|text| regex.is_match(text))
                });
                if !fits {
                    self.differs(tree, value, path, format!("text like /{pattern}/"));
                }
            }
        }
    }

    fn reference(&mut self, tree: &Tree, reference: &Reference, value: Option<&Value>, path: &str) {
        match reference {
            Reference::Open(question) => self.found.open_values.push(OpenValue {
                question: question.clone(),
                path: path.to_owned(),
                actual: value.cloned(),
            }),
            Reference::Absent => {
                if value.is_some() {
                    self.differs(tree, value, path, "absent".to_owned());
                }
            }
            Reference::Present => {
                if value.is_none() {
                    self.differs(tree, value, path, "present".to_owned());
                }
            }
            Reference::Key(_)
            | Reference::KeyArn(_)
            | Reference::StreamName(_)
            | Reference::StreamArn(_)
            | Reference::ChangedArn(..)
            | Reference::RunTags
            | Reference::ResourceName
            | Reference::GivenShards
            | Reference::GivenEncryption
            | Reference::Each(_)
            | Reference::Got(_) => {
                let stated = self.bindings.get(reference);
                if stated.is_none()
                    || !value.is_some_and(|value| stated.is_some_and(|stated| same(stated, value)))
                {
                    self.differs(tree, value, path, tree_text(tree, self.bindings));
                }
            }
        }
    }
}

fn join(path: &str, part: &str) -> String {
    if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") }
}

/// Equal as API values: `24` and `24.0` are, since encodings differ in how they write numbers.
fn same(stated: &Value, value: &Value) -> bool {
    match (stated, value) {
        (Value::Integer(whole), Value::Float(float)) | (Value::Float(float), Value::Integer(whole)) => {
            #[expect(clippy::cast_precision_loss, reason = "only small numbers are compared across kinds")]
            let widened = *whole as f64;
            (widened - float).abs() < f64::EPSILON
        }
        (stated, value) => stated == value,
    }
}

/// True if both are numbers, or texts of digits such as sequence numbers, and the first is larger.
fn is_above(value: &Value, bound: &Value) -> bool {
    if let (Value::Integer(value), Value::Integer(bound)) = (value, bound) {
        return value > bound;
    }
    let digits = |value: &Value| {
        let text = value.as_str()?;
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.trim_start_matches('0').to_owned())
    };
    // More digits make a larger number; among as many, the first digit that differs decides.
    digits(value).zip(digits(bound)).is_some_and(|(value, bound)| (value.len(), value) > (bound.len(), bound))
}

/// A tree as a text that does not differ from run to run.
pub(crate) fn tree_text(tree: &Tree, bindings: &Bindings) -> String {
    match &tree.node {
        Node::Literal(value) => value_text(value, bindings),
        Node::Reference(reference) => match reference {
            Reference::Absent => "absent".to_owned(),
            Reference::Present => "present".to_owned(),
            Reference::Key(_) => {
                let unbound = || format!("${}", name_of(reference));
                bindings.get(reference).map_or_else(unbound, |value| value_text(value, bindings))
            }
            Reference::KeyArn(_)
            | Reference::StreamName(_)
            | Reference::StreamArn(_)
            | Reference::ChangedArn(..)
            | Reference::RunTags
            | Reference::ResourceName
            | Reference::GivenShards
            | Reference::GivenEncryption
            | Reference::Open(_)
            | Reference::Each(_)
            | Reference::Got(_) => {
                format!("${}", name_of(reference))
            }
        },
        Node::List(_) => "a list".to_owned(),
        Node::Map(trees) => {
            let members: Vec<String> =
                trees.iter().map(|(name, tree)| format!("{name} {}", tree_text(tree, bindings))).collect();
            members.join(", ")
        }
        Node::OneOf(trees) => {
            let all: Vec<String> = trees.iter().map(|tree| tree_text(tree, bindings)).collect();
            format!("one of {}", all.join(", "))
        }
        Node::Matches(pattern) => format!("text like /{pattern}/"),
        Node::Above(bound) => format!("above {}", tree_text(bound, bindings)),
    }
}

/// The longest text of a value.
const LONGEST: usize = 160;

/// A value as a text that does not differ from run to run: names and ARNs of streams are replaced by
/// what the case calls them.
pub(crate) fn value_text(value: &Value, bindings: &Bindings) -> String {
    let text = match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::String(text) => format!("`{text}`"),
        Value::Blob(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => format!("the bytes of `{text}`"),
            Err(_) => format!("{} bytes", bytes.len()),
        },
        Value::Time(millis) => format!("the time {millis} ms"),
        Value::List(elements) => format!("a list of {}", elements.len()),
        Value::Map(members) => {
            let names: Vec<&str> = members.keys().map(String::as_str).collect();
            format!("a structure of {}", names.join(", "))
        }
    };
    cut(&without_names(&text, bindings), LONGEST)
}

/// The text with what the trial's streams are called in this run replaced by the case's names.
pub(crate) fn without_names(text: &str, bindings: &Bindings) -> String {
    let mut text = text.to_owned();
    // ARNs first: they contain the names.
    for name in [
        Reference::StreamArn(FixtureName::Stream),
        Reference::StreamArn(FixtureName::Other),
        Reference::StreamName(FixtureName::Stream),
        Reference::StreamName(FixtureName::Other),
    ] {
        if let Some(value) = bindings.text(&name)
            && text.contains(value)
        {
            text = text.replace(value, &format!("${}", name_of(&name)));
        }
    }
    text
}

fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let head: String = text.chars().take(longest).collect();
    format!("{head}…")
}

#[cfg(test)]
mod tests;
