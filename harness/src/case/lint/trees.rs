//! The trees of a case.

use crate::case::ast::{Answer, Body, Call, Expectation, Node, Reference, Tree, Until};

/// Visits every reference in a tree.
pub(super) fn references<'t>(tree: &'t Tree, visit: &mut impl FnMut(&'t Tree, &'t Reference)) {
    match &tree.node {
        Node::Reference(reference) => visit(tree, reference),
        Node::List(elements) | Node::OneOf(elements) => {
            elements.iter().for_each(|element| references(element, visit));
        }
        Node::Above(bound) => references(bound, visit),
        Node::Map(members) => members.values().for_each(|member| references(member, visit)),
        Node::Literal(_) | Node::Matches(_) => {}
    }
}

/// The trees of an expectation.
pub(super) fn of_expectation(expectation: &Expectation) -> impl Iterator<Item = &Tree> {
    let stated = match &expectation.answer {
        Answer::Accepted { members } => members.as_ref(),
        Answer::Refused(refusal) => refusal.message.as_ref(),
        Answer::RefusedOpen(_) | Answer::Open(_) => None,
    };
    stated.into_iter().chain(expectation.document.as_ref()).chain(expectation.form.headers.values())
}

/// The trees of a call: its body, its overrides and its expectation.
pub(super) fn of_call(call: &Call) -> impl Iterator<Item = &Tree> {
    let body = match &call.with {
        Body::Tree(tree) | Body::Json(tree) | Body::Bytes(tree) => tree,
    };
    let until = call.until.as_ref().and_then(|until| match &until.value {
        Until::AsExpected => None,
        Until::Members(tree) => Some(tree),
    });
    std::iter::once(body).chain(call.wire.trees()).chain(of_expectation(&call.expect)).chain(until)
}

/// The tree of a body that is encoded, if it is one.
pub(super) const fn of_body(body: &Body) -> Option<&Tree> {
    match body {
        Body::Tree(tree) => Some(tree),
        Body::Json(_) | Body::Bytes(_) => None,
    }
}
