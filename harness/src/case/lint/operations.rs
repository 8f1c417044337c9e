//! The file of operations, held to the model: every operation has a row, the members are there, and the
//! smallest input breaks no constraint.

use indexmap::IndexMap;

use super::Lint;
use crate::case::ast::{Node, OperationTraits, Reference, Suite, Tree};
use crate::case::diagnostic::Diagnostic;
use crate::case::mapping::nearest;
use crate::case::span::Source;
use crate::model::{Operation, Value, violations};

/// What stands for a stream's address when a smallest input is held to the constraints.
const ADDRESSES: [(&str, &str); 2] =
    [("StreamName", "a-stream"), ("StreamARN", "arn:aws:kinesis:us-east-1:123456789012:stream/a-stream")];
/// What stands for a key of the target.
const A_KEY: &str = "alias/aws/kinesis";

impl Lint<'_> {
    pub(super) fn operations(&mut self) {
        let library = self.library;
        let Some(source) = &library.operations.source else { return };
        for (name, traits) in &library.operations.traits {
            match self.model.operation(name) {
                Some(operation) => self.traits(source, traits, operation),
                None => self.no_operation(source, traits),
            }
        }
        for name in self.model.operations.keys() {
            if !library.operations.traits.contains_key(name) {
                let title = format!("the file of operations has no row for {name}");
                self.problems.push(Diagnostic::of_file(source, title));
            }
        }
    }

    fn no_operation(&mut self, source: &std::sync::Arc<Source>, traits: &OperationTraits) {
        let name = &traits.name;
        let title = format!("unknown operation `{}`", name.value);
        let mut problem = Diagnostic::error(source, name.span, title, "not in the model");
        problem.help = nearest(&name.value, self.model.operations.keys().map(String::as_str))
            .map(|meant| format!("did you mean `{meant}`?"));
        self.problems.push(problem);
    }

    fn traits(&mut self, source: &std::sync::Arc<Source>, traits: &OperationTraits, operation: &Operation) {
        let known: Vec<&str> =
            self.model.members(operation.input.as_deref()).map(|(member, _)| member).collect();
        let name = &traits.name.value;
        for member in &traits.addressed_by {
            if !known.contains(&member.value.as_str()) {
                let title = format!("the input of {name} has no member `{}`", member.value);
                self.problems.push(Diagnostic::error(source, member.span, title, "not in the model"));
            }
        }
        let suite = place_in(source);
        let what = format!("the input of {name}");
        self.against(&suite, &traits.minimal, operation.input.as_deref(), &what);
        let mut input = value(&traits.minimal);
        if let Value::Map(members) = &mut input {
            for (member, example) in ADDRESSES {
                if traits.addressed_by.iter().any(|named| named.value == member) {
                    members.insert(member.to_owned(), Value::String(example.to_owned()));
                }
            }
        }
        for violation in violations(self.model, operation, &input) {
            let title = format!("the smallest input of {name} breaks a constraint of the model");
            let label = format!("`{}`: {}", violation.path, violation.constraint);
            self.problems.push(Diagnostic::error(source, traits.minimal.span, title, label));
        }
    }
}

/// A suite of no cases, for the place of what is wrong in a file that is no suite.
pub(super) fn place_in(source: &std::sync::Arc<Source>) -> Suite {
    Suite {
        name: String::new(),
        file: String::new(),
        source: std::sync::Arc::clone(source),
        operation: None,
        cases: Vec::new(),
        without: Vec::new(),
    }
}

/// The tree as a value; a key of the target has the form of an alias, and so have the other names the form
/// of what they stand for.
pub(super) fn value(tree: &Tree) -> Value {
    match &tree.node {
        Node::Literal(value) => value.clone(),
        Node::List(trees) => Value::List(trees.iter().map(value).collect()),
        Node::Map(members) => {
            let members = members.iter().map(|(name, tree)| (name.clone(), value(tree)));
            Value::Map(members.collect::<IndexMap<_, _>>())
        }
        Node::Reference(Reference::Key(_) | Reference::KeyArn(_) | Reference::GivenEncryption) => {
            Value::String(A_KEY.to_owned())
        }
        Node::Reference(Reference::ResourceName | Reference::StreamName(_)) => {
            Value::String(ADDRESSES[0].1.to_owned())
        }
        Node::Reference(Reference::StreamArn(_)) => Value::String(ADDRESSES[1].1.to_owned()),
        Node::Reference(Reference::GivenShards) => Value::Integer(1),
        Node::Reference(Reference::RunTags) => Value::from([("a", Value::from("b"))]),
        // The loader refuses patterns in requests, and nothing else has a value here.
        Node::Reference(_) | Node::OneOf(_) | Node::Matches(_) | Node::Above(_) => Value::Null,
    }
}
