//! The members of an accepted response held to the model: required members, types, patterns, enums and
//! ranges. A trial is judged by the members that its expectation names; of the others it keeps a note.

use crate::case::ast::{Node, Reference, Tree};
use crate::case::kebab_case;
use crate::model::{Constraint, Model, Operation, Shape, Value, output_violations};
use crate::wire::Misfit;

/// A member that is not as the model has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deviation {
    /// Dotted path, list elements counted from 0; empty for the whole output.
    pub(super) path: String,
    /// What the model has there.
    pub(super) expected: String,
    /// What stands there, as a text that does not differ from run to run.
    pub(super) actual: String,
}

/// A bound of the model that the service was seen to break, so that no response is held to it.
struct Outranked {
    member: &'static str,
    constraint: Constraint,
    /// The fact that outranks the model.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test holds that the registry has the fact"))]
    fact: &'static str,
}

const OUTRANKED: [Outranked; 4] = [
    // Zero where no record has failed.
    Outranked { member: "FailedRecordCount", constraint: Constraint::MinValue(1), fact: "PUT-006" },
    // An empty list on a stream without enhanced monitoring.
    Outranked { member: "ShardLevelMetrics", constraint: Constraint::MinLength(1), fact: "LIFE-001" },
    Outranked { member: "CurrentShardLevelMetrics", constraint: Constraint::MinLength(1), fact: "MON-004" },
    Outranked { member: "DesiredShardLevelMetrics", constraint: Constraint::MinLength(1), fact: "MON-004" },
];

/// All deviations of an output, types first.
pub(super) fn deviations(
    model: &Model,
    operation: Option<&Operation>,
    output: &Value,
    misfits: &[Misfit],
) -> Vec<Deviation> {
    let mut all: Vec<Deviation> = misfits
        .iter()
        .map(|misfit| Deviation {
            path: misfit.path.clone(),
            expected: misfit.expected.to_owned(),
            actual: misfit.found.to_owned(),
        })
        .collect();
    let violations = operation.map(|operation| output_violations(model, operation, output));
    for violation in violations.into_iter().flatten() {
        let member = violation.path.rsplit('.').next().unwrap_or_default();
        let is_outranked =
            |bound: &Outranked| bound.member == member && bound.constraint == violation.constraint;
        if !OUTRANKED.iter().any(is_outranked) {
            let (expected, actual) = texts(&violation.constraint);
            all.push(Deviation { path: violation.path, expected, actual: actual.to_owned() });
        }
    }
    all
}

/// What a constraint asks for, and what there is in its place.
fn texts(constraint: &Constraint) -> (String, &'static str) {
    match constraint {
        Constraint::NotNull => ("present".to_owned(), "absent"),
        Constraint::MinLength(least) => (format!("{least} or longer"), "shorter"),
        Constraint::MaxLength(most) => (format!("{most} or shorter"), "longer"),
        Constraint::MinValue(least) => (format!("{least} or more"), "less"),
        Constraint::MaxValue(most) => (format!("{most} or less"), "more"),
        Constraint::Pattern(pattern) => (format!("text like /{pattern}/"), "another text"),
        Constraint::Enum(values) => (format!("one of {}", values.join(", ")), "another text"),
        // An output is held element by element.
        Constraint::Elements(_) | Constraint::MapKeys(_) | Constraint::MapValue(_) => {
            ("as the model has it".to_owned(), "other elements")
        }
    }
}

/// True if an expectation is about the member: it names the member, or a structure or a list around it
/// as a whole. The whole output belongs to every expectation.
pub(super) fn is_about(members: Option<&Tree>, path: &str) -> bool {
    if path.is_empty() {
        return true;
    }
    let Some(mut tree) = members else { return false };
    for part in path.split('.') {
        let inner = match &tree.node {
            Node::Map(named) => named.get(part),
            Node::List(elements) => part.parse::<usize>().ok().and_then(|index| elements.get(index)),
            Node::Literal(_) | Node::Reference(_) | Node::OneOf(_) | Node::Matches(_) | Node::Above(_) => {
                break;
            }
        };
        match inner {
            Some(inner) => tree = inner,
            None => return false,
        }
    }
    match &tree.node {
        // Whatever stands there is right.
        Node::Reference(Reference::Open(_) | Reference::Absent) => false,
        Node::Map(_)
        | Node::List(_)
        | Node::Literal(_)
        | Node::OneOf(_)
        | Node::Matches(_)
        | Node::Above(_)
        | Node::Reference(
            Reference::Present
            | Reference::Key(_)
            | Reference::KeyArn(_)
            | Reference::StreamName(_)
            | Reference::StreamArn(_)
            | Reference::ChangedArn(..)
            | Reference::RunTags
            | Reference::ResourceName
            | Reference::GivenShards
            | Reference::GivenEncryption
            | Reference::Each(_)
            | Reference::Got(_),
        ) => true,
    }
}

/// The note about a deviation in a trial that is not about the member, with the case that judges it.
pub(super) fn note(model: &Model, operation: Option<&Operation>, deviation: &Deviation) -> String {
    let Deviation { path, expected, actual } = deviation;
    let text = format!("{} is {actual}, not {expected}", without_indices(path));
    match operation.and_then(|operation| form_case(model, operation, path)) {
        Some(case) => format!("{text} ({case})"),
        None => text,
    }
}

/// A path that is the same for all elements of a list.
fn without_indices(path: &str) -> String {
    let parts = path.split('.').filter(|part| part.parse::<usize>().is_err());
    parts.collect::<Vec<_>>().join(".")
}

/// The case that judges the form of a member: `form/describe-stream/stream-status`. Only members that the
/// output requires have one, and what stands below them.
pub(super) fn form_case(model: &Model, operation: &Operation, path: &str) -> Option<String> {
    let mut parts = path.split('.');
    let judged = judged_members(model, operation);
    let first = parts.next()?;
    let name =
        if judged.contains(&first) { first } else { parts.next().filter(|part| judged.contains(part))? };
    Some(format!("form/{}/{}", kebab_case(&operation.name), kebab_case(name)))
}

/// The members of which each has a case: the required ones of the output, or of the one structure that is
/// the whole output, as `StreamDescription` is.
pub(super) fn judged_members<'m>(model: &'m Model, operation: &'m Operation) -> Vec<&'m str> {
    let required = |structure: Option<&'m str>| -> Vec<(&'m str, &'m str)> {
        let members = model.members(structure).filter(|(_, member)| member.required);
        members.map(|(name, member)| (name, member.shape.as_str())).collect()
    };
    let outer = required(operation.output.as_deref());
    let is_structure = |shape: &str| matches!(model.shape(shape), Some(Shape::Structure { .. }));
    let all = match outer.as_slice() {
        [(_, shape)] if is_structure(shape) => required(Some(*shape)),
        _ => outer,
    };
    all.into_iter().map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests;
