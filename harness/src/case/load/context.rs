//! What the steps of a suite take from around them.

use indexmap::IndexMap;

use crate::case::ast::{Body, Node, Resources, Tree};
use crate::case::span::{Span, Spanned};
use crate::facts::{FactId, Registry};

/// What the steps of a suite take from around them.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    /// The operation of calls that name none.
    pub(super) operation: Option<&'c Spanned<String>>,
    /// The kinds of resources that may be observed.
    pub(super) resources: &'c Resources,
    /// In a family: the smallest input that this operation accepts.
    pub(super) minimal: Option<&'c Tree>,
}

impl Context<'_> {
    /// The body of a call that names no operation of its own: in a family its members stand before those
    /// of the operation's smallest input.
    pub(super) fn completed(self, body: Body) -> Body {
        let Some(Tree { node: Node::Map(minimal), .. }) = self.minimal else { return body };
        match body {
            Body::Tree(Tree { span, node: Node::Map(mut members) }) => {
                for (name, tree) in minimal {
                    if !members.contains_key(name) {
                        members.insert(name.clone(), placed(tree, span));
                    }
                }
                Body::Tree(Tree { span, node: Node::Map(members) })
            }
            Body::Tree(_) | Body::Json(_) | Body::Bytes(_) => body,
        }
    }

    /// The facts that speak of the family's operation. All of them outside of a family, and those that
    /// are unknown, which are reported elsewhere.
    pub(super) fn speaking(self, facts: Vec<Spanned<FactId>>) -> Vec<Spanned<FactId>> {
        let (Some(operation), Some(_)) = (self.operation, self.minimal) else { return facts };
        let registry = Registry::embedded();
        let speaks = |id: &FactId| registry.get(id).is_none_or(|fact| fact.covers(&operation.value));
        facts.into_iter().filter(|id| speaks(&id.value)).collect()
    }
}

/// The tree as if all of it stood there.
fn placed(tree: &Tree, span: Span) -> Tree {
    let all = |trees: &[Tree]| trees.iter().map(|tree| placed(tree, span)).collect();
    let node = match &tree.node {
        Node::Literal(value) => Node::Literal(value.clone()),
        Node::Reference(reference) => Node::Reference(reference.clone()),
        Node::List(trees) => Node::List(all(trees)),
        Node::OneOf(trees) => Node::OneOf(all(trees)),
        Node::Map(members) => {
            let members = members.iter().map(|(name, tree)| (name.clone(), placed(tree, span)));
            Node::Map(members.collect::<IndexMap<_, _>>())
        }
        Node::Matches(pattern) => Node::Matches(pattern.clone()),
        Node::Above(bound) => Node::Above(Box::new(placed(bound, span))),
    };
    Tree { span, node }
}
