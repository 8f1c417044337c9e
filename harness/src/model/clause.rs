//! Reading a ValidationException's text back into clauses.
//!
//! The text quotes values without escaping them, so a value may look like the end of its clause
//! or like clauses of its own. The stated count decides between the ways to read it; only where
//! no reading has that many clauses is the count left aside.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use regex::Regex;

use super::constraint::{
    Constraint, ELEMENTS, ENUM, MAP_KEYS, MAP_VALUE, MAX_LENGTH, MAX_VALUE, MIN_LENGTH, MIN_VALUE, NOT_NULL,
    PATTERN,
};

/// One clause of a ValidationException as the service printed it, its value left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Clause {
    /// The member's path, as printed: `records.1.member.data`.
    pub path: String,
    /// What it breaks. The values of an enum stand in the order in which they were printed.
    pub constraint: Constraint,
}

/// The clauses of a ValidationException's text, in its order; `None` if it is not of the form of
/// VAL-001.
pub fn parse_message(text: &str) -> Option<Vec<Clause>> {
    let (count, clauses) = head(text)?;
    let parts = Parts::of(clauses)?;
    let stated = (count <= MOST_CLAUSES).then_some(count);
    stated.and_then(|count| parts.read(Some(count))).or_else(|| parts.read(None))
}

/// Where more clauses are stated, no reading by count is tried: the service stops at ten (VAL-005).
const MOST_CLAUSES: usize = 16;

/// A text that has more places than this that look like a clause's beginning or end is not read:
/// it would take long and has nothing to say.
const MOST_PLACES: usize = 512;

/// The stated count, and the text after the part that states it.
fn head(text: &str) -> Option<(usize, &str)> {
    let (count, rest) = text.split_once(" validation error")?;
    let clauses = rest.strip_prefix("s detected: ").or_else(|| rest.strip_prefix(" detected: "))?;
    Some((count.parse().ok()?, clauses))
}

/// A place where a clause may begin.
struct Start {
    at: usize,
    value: PrintedValue,
}

/// How the value of a clause is printed; positions are those of the text ` at '`.
enum PrintedValue {
    /// `Value null` or, for a blob, `Value`: the text follows here.
    Unquoted { at: usize },
    /// `Value '…'`: the text follows a quote, here at the earliest.
    Quoted { earliest: usize },
}

/// A place where a value may end, and what follows up to where the next clause may begin.
struct Joint {
    /// Where the text ` at '` begins.
    at: usize,
    /// True if a quote stands before them.
    quoted: bool,
    clause: Clause,
    /// The index of the start that follows; the number of starts at the end of the text.
    next: usize,
}

impl Start {
    fn may_end_at(&self, joint: &Joint) -> bool {
        match self.value {
            PrintedValue::Unquoted { at } => joint.at == at,
            PrintedValue::Quoted { earliest } => joint.quoted && joint.at >= earliest,
        }
    }
}

/// All places of a text that may belong to a clause, in its order.
struct Parts {
    starts: Vec<Start>,
    joints: Vec<Joint>,
}

impl Parts {
    fn of(text: &str) -> Option<Self> {
        let starts = starts(text);
        static JOINT: OnceLock<Regex> = OnceLock::new();
        let joint = JOINT.get_or_init(|| {
            Regex::new(" at '([^']+)' failed to satisfy constraint: ").expect("the pattern is a literal")
        });
        let joints: Vec<_> = joint
            .captures_iter(text)
            .take(MOST_PLACES + 1)
            .filter_map(|found| {
                let (whole, path) = (found.get(0)?, found.get(1)?);
                // What a constraint is made of never holds `; Value`, so it ends at the next start.
                let next = starts.partition_point(|start| start.at <= whole.end());
                let end = starts.get(next).map_or(text.len(), |start| start.at - SEPARATOR.len());
                let text_of = &text[whole.end()..end];
                let last = next == starts.len();
                let constraint = parse_constraint(if last {
                    text_of.strip_suffix('.').unwrap_or(text_of)
                } else {
                    text_of
                })?;
                let clause = Clause { path: path.as_str().to_owned(), constraint };
                let quoted = text[..whole.start()].ends_with('\'');
                Some(Joint { at: whole.start(), quoted, clause, next })
            })
            .collect();
        (starts.len().max(joints.len()) <= MOST_PLACES).then_some(Self { starts, joints })
    }

    /// The first reading, values as short as possible, with that many clauses (`None` = any).
    fn read(&self, count: Option<usize>) -> Option<Vec<Clause>> {
        if self.starts.first().is_none_or(|start| start.at != 0) {
            return None;
        }
        let mut chosen = Vec::new();
        let mut dead = BTreeSet::new();
        self.read_from(0, count, &mut chosen, &mut dead)
            .then(|| chosen.into_iter().map(|joint: &Joint| joint.clause.clone()).collect())
    }

    /// Reads on from a start. `dead` holds the starts, each with the clauses left to read, from
    /// which no reading reaches the end.
    fn read_from<'parts>(
        &'parts self,
        start: usize,
        left: Option<usize>,
        chosen: &mut Vec<&'parts Joint>,
        dead: &mut BTreeSet<(usize, Option<usize>)>,
    ) -> bool {
        let Some(from) = self.starts.get(start) else {
            return left.is_none_or(|left| left == 0);
        };
        if left == Some(0) || dead.contains(&(start, left)) {
            return false;
        }
        let first = self.joints.partition_point(|joint| joint.at <= from.at);
        for joint in &self.joints[first..] {
            if !from.may_end_at(joint) {
                continue;
            }
            chosen.push(joint);
            if self.read_from(joint.next, left.map(|left| left - 1), chosen, dead) {
                return true;
            }
            chosen.pop();
        }
        dead.insert((start, left));
        false
    }
}

const SEPARATOR: &str = "; ";

fn starts(text: &str) -> Vec<Start> {
    let begins = std::iter::once(0).chain(text.match_indices(SEPARATOR).map(|(at, _)| at + SEPARATOR.len()));
    begins
        .filter_map(|at| {
            let rest = &text[at..];
            let value = if rest.starts_with("Value null at '") {
                PrintedValue::Unquoted { at: at + "Value null".len() }
            } else if rest.starts_with("Value at '") {
                PrintedValue::Unquoted { at: at + "Value".len() }
            } else if rest.starts_with("Value '") {
                PrintedValue::Quoted { earliest: at + "Value ''".len() }
            } else {
                return None;
            };
            Some(Start { at, value })
        })
        .take(MOST_PLACES + 1)
        .collect()
}

fn parse_constraint(text_of: &str) -> Option<Constraint> {
    if text_of == NOT_NULL {
        Some(Constraint::NotNull)
    } else if let Some(length) = text_of.strip_prefix(MIN_LENGTH) {
        length.parse().ok().map(Constraint::MinLength)
    } else if let Some(length) = text_of.strip_prefix(MAX_LENGTH) {
        length.parse().ok().map(Constraint::MaxLength)
    } else if let Some(number) = text_of.strip_prefix(MIN_VALUE) {
        number.parse().ok().map(Constraint::MinValue)
    } else if let Some(number) = text_of.strip_prefix(MAX_VALUE) {
        number.parse().ok().map(Constraint::MaxValue)
    } else if let Some(pattern) = text_of.strip_prefix(PATTERN) {
        Some(Constraint::Pattern(pattern.to_owned()))
    } else if let Some(values) = text_of.strip_prefix(ENUM) {
        let values = in_brackets(values)?.split(", ").map(str::to_owned).collect();
        Some(Constraint::Enum(values))
    } else if let Some(inner) = text_of.strip_prefix(ELEMENTS) {
        parse_list(inner).map(Constraint::Elements)
    } else if let Some(inner) = text_of.strip_prefix(MAP_KEYS) {
        parse_list(inner).map(Constraint::MapKeys)
    } else if let Some(inner) = text_of.strip_prefix(MAP_VALUE) {
        parse_list(inner).map(Constraint::MapValue)
    } else {
        None
    }
}

/// Constraints of elements, keys or values, in brackets. They are constraints of scalars, so each
/// begins with `Member must`.
fn parse_list(text: &str) -> Option<Vec<Constraint>> {
    let inner = in_brackets(text)?;
    let separators = inner.match_indices(", Member must ").map(|(at, _)| at);
    let mut from = 0;
    let mut constraints = Vec::new();
    for end in separators.chain([inner.len()]) {
        constraints.push(parse_constraint(&inner[from..end])?);
        from = end + ", ".len();
    }
    Some(constraints)
}

fn in_brackets(text: &str) -> Option<&str> {
    text.strip_prefix('[')?.strip_suffix(']')
}

#[cfg(test)]
mod tests;
