//! Members that the model doesn't know, in requests and in expectations.

use super::{Lint, trees};
use crate::case::ast::{Answer, Call, ExpectedState, Node, Resource, Suite, Tree, Until};
use crate::case::diagnostic::Diagnostic;
use crate::case::mapping::nearest;
use crate::case::span::{Source, Span};
use crate::model::Shape;

impl Lint<'_> {
    pub(super) fn input(&mut self, suite: &Suite, call: &Call) {
        let Some(operation) = self.model.operation(&call.operation.value) else { return };
        let Some(tree) = trees::of_body(&call.with) else { return };
        let what = format!("the input of {}", operation.name);
        self.against(suite, tree, operation.input.as_deref(), &what);
    }

    /// Holds the members of `expect` and of `until`.
    pub(super) fn output(&mut self, suite: &Suite, call: &Call) {
        let Some(operation) = self.model.operation(&call.operation.value) else { return };
        if let Answer::Accepted { members: Some(tree) } = &call.expect.answer {
            let what = format!("the output of {}", operation.name);
            self.against(suite, tree, operation.output.as_deref(), &what);
        }
        if let Some(Until::Members(tree)) = call.until.as_ref().map(|until| &until.value) {
            let what = format!("the output of {}", operation.name);
            self.against(suite, tree, operation.output.as_deref(), &what);
        }
    }

    /// Holds an expected state to the members of all descriptions of that kind of resource.
    pub(super) fn expected_state(&mut self, suite: &Suite, kind: &Resource, state: &ExpectedState) {
        let known = self.shown_members(kind);
        let what = format!("the description of a {}", kind.name.value);
        for (name, tree) in &state.members {
            if !known.contains(&name.as_str()) {
                self.problems.push(unknown_member(&suite.source, name, tree, &what, &known));
            }
        }
        let status = &kind.status.value;
        if !state.members.contains_key(status) {
            let title = format!("a state without `{status}`");
            self.error(suite, state.span, title, format!("which status does the {} show?", kind.name.value));
        }
    }

    /// Holds a record that is read back to the members of a record.
    pub(super) fn record(&mut self, suite: &Suite, tree: &Tree) {
        self.against(suite, tree, Some("Record"), "a record");
    }

    /// Holds a tree to a shape: members only, since wrong types and values are sent on purpose.
    pub(super) fn against(&mut self, suite: &Suite, tree: &Tree, shape: Option<&str>, what: &str) {
        match (&tree.node, shape.and_then(|shape| self.model.shape(shape))) {
            (Node::Map(members), Some(Shape::Structure { members: known, .. })) => {
                for (name, tree) in members {
                    if let Some(member) = known.get(name) {
                        self.against(suite, tree, Some(&member.shape), &member.shape);
                    } else {
                        let known: Vec<&str> = known.keys().map(String::as_str).collect();
                        let problem = unknown_member(&suite.source, name, tree, what, &known);
                        self.problems.push(problem);
                    }
                }
            }
            (Node::Map(members), None) => {
                // An operation without input or output has no members at all.
                for (name, tree) in members {
                    let problem = unknown_member(&suite.source, name, tree, what, &[]);
                    self.problems.push(problem);
                }
            }
            (Node::List(elements) | Node::OneOf(elements), Some(Shape::List { member, .. })) => {
                for element in elements {
                    self.against(suite, element, Some(member), member);
                }
            }
            (Node::Map(members), Some(Shape::Map { value, .. })) => {
                for tree in members.values() {
                    self.against(suite, tree, Some(value), value);
                }
            }
            (
                Node::Literal(_)
                | Node::Reference(_)
                | Node::Matches(_)
                | Node::Above(_)
                | Node::List(_)
                | Node::OneOf(_)
                | Node::Map(_),
                _,
            ) => {}
        }
    }
}

fn unknown_member(
    source: &std::sync::Arc<Source>,
    name: &str,
    tree: &Tree,
    what: &str,
    known: &[&str],
) -> Diagnostic {
    let title = format!("`{name}` is no member of {what}");
    let problem = Diagnostic::error(source, key_span(source, name, tree.span), title, "not in the model");
    match nearest(name, known.iter().copied()) {
        Some(meant) => problem.with_help(format!("did you mean `{meant}`?")),
        None if known.is_empty() => problem.with_note("it has no members"),
        None => problem.with_note(format!("known: {}", known.join(", "))).with_help(
            "a member that is sent on purpose although nothing models it stands in a `json:` body",
        ),
    }
}

/// The member's name in front of its value, or the value where the name is written in another way.
fn key_span(source: &Source, name: &str, value: Span) -> Span {
    let end = usize::try_from(value.offset).unwrap_or(usize::MAX);
    let Some(before) = source.text.get(..end) else { return value };
    let line_start = before.rfind('\n').map_or(0, |index| index + 1);
    let Some(start) = before[line_start..].rfind(name).map(|index| line_start + index) else { return value };
    let column = before[line_start..start].chars().count() + 1;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Span { line: value.line, column: number(column), offset: number(start), len: number(name.len()) }
}
