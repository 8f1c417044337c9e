//! Trials that a rule makes in code, without a case file: what the rule states, and the executable trial
//! of it, whose places stand in a text that is written for readers.

mod text;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::case::ast::{
    Address, Answer, Audience, Body, Call, CallAddress, Clause, Cost, Expectation, Fixture, FixtureName,
    Level, Node, Reference, Refusal, Resources, Rule, Tree, Wire,
};
use crate::case::{Source, Span, Spanned};
use crate::facts::FactId;
use crate::model::Value;
use crate::wire::Encoding;

use super::digest;
use super::manifest::trial_id;
use super::stop;
use super::trial::{PlannedStep, PlannedStepKind, PlannedTrial, Provenance};

use text::Text;

/// What a rule states of a trial.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The permanent id of its question, without axis values:
    /// `model/start-stream-encryption/key-id/above-max`.
    pub id: String,
    /// The rule that makes it: `above-max`.
    pub rule: String,
    /// The operation that it is about.
    pub operation: String,
    /// The sentence that says what is held.
    pub title: String,
    /// How much a violation matters.
    pub level: Level,
    /// The clients that a violation affects.
    pub affects: Vec<Audience>,
    /// The encoding of its requests.
    pub encoding: Encoding,
    /// How its requests name their stream.
    pub address: Address,
    /// The state that is reached before the first call.
    pub setup: IndexMap<FixtureName, Fixture>,
    /// The calls, in order.
    pub steps: Vec<GeneratedCall>,
}

/// A call that a rule makes.
#[derive(Clone, Debug)]
pub struct GeneratedCall {
    /// The operation.
    pub operation: String,
    /// How it names its stream.
    pub address: CallAddress,
    /// The input, see [`input`].
    pub with: Tree,
    /// What the response is held to.
    pub expect: Expected,
    /// The facts that the expectation rests on.
    pub because: Vec<FactId>,
}

/// What a rule expects of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The call is accepted.
    Accepted,
    /// The call is refused by an error of one class.
    Refused {
        /// The bare class.
        error: String,
        /// Which members break which rules, as a set; empty = not asserted.
        clauses: Vec<(String, Rule)>,
    },
}

/// An input whose values are the same on every target.
pub fn input(value: Value) -> Tree {
    let node = match value {
        Value::List(elements) => Node::List(elements.into_iter().map(input).collect()),
        Value::Map(members) => {
            Node::Map(members.into_iter().map(|(name, member)| (name, input(member))).collect())
        }
        plain @ (Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Blob(_)
        | Value::Time(_)) => Node::Literal(plain),
    };
    Tree { span: Span::default(), node }
}

/// A value of the input that is bound when it is sent: a key of the target's, the stream's ARN.
pub fn bound(reference: Reference) -> Tree {
    Tree { span: Span::default(), node: Node::Reference(reference) }
}

impl Generated {
    /// The executable trial. Its calls and expectations stand in the text that is its source.
    pub fn trial(self) -> PlannedTrial {
        let mut text = Text::default();
        text.head(&self);
        let Self { id: case_id, rule, operation, title, level, affects, encoding, address, setup, steps } =
            self;
        let steps = steps.into_iter().map(|call| step(&mut text, call)).collect();
        let mut trial = PlannedTrial {
            id: trial_id(&case_id, encoding, address),
            provenance: Provenance::Generated { rule, source: Source::new(case_id.clone(), text.written()) },
            case_id,
            operation,
            title,
            level,
            affects,
            cost: Cost::Small,
            encoding,
            address,
            resources: Arc::clone(Resources::embedded()),
            given: setup,
            steps,
            question_digest: String::new(),
            stops: Vec::new(),
        };
        trial.question_digest = digest::question(&trial);
        trial.stops = stop::of(&trial);
        trial
    }
}

fn step(text: &mut Text, call: GeneratedCall) -> PlannedStep {
    let GeneratedCall { operation, address, mut with, expect, because } = call;
    text.push("  - ");
    let from = text.here();
    let operation = text.line("call", operation);
    text.address(address);
    text.push("    with: ");
    text.tree(&mut with);
    text.push("\n    expect: ");
    let expect = expectation(text, expect);
    text.push("\n    because: [");
    let because = text.list(because, |text, id| text.spanned(id, |id| id.0.clone()));
    text.push("]");
    let span = text.since(from);
    text.push("\n");
    let call = Call {
        operation,
        address,
        with: Body::Tree(with),
        wire: Wire::default(),
        expect,
        by: None,
        until: None,
        returns: None,
        when: None,
        capture: IndexMap::new(),
    };
    PlannedStep {
        span,
        because,
        form: Vec::new(),
        level: None,
        kind: PlannedStepKind::Call { call, observe: None },
    }
}

fn expectation(text: &mut Text, expected: Expected) -> Expectation {
    let from = text.here();
    let answer = match expected {
        Expected::Accepted => {
            text.push("accepted");
            Answer::Accepted { members: None }
        }
        Expected::Refused { error, clauses } => {
            text.push("{error: ");
            let error: Spanned<String> = text.spanned(error, Clone::clone);
            let classes = Spanned::new(vec![error.value], error.span);
            let clauses = if clauses.is_empty() {
                Vec::new()
            } else {
                text.push(", clauses: [");
                let written = text.list(clauses, |text, (member, rule)| {
                    let from = text.here();
                    text.push(&format!("[{member}, {}]", text::serialized_name(rule)));
                    Clause { span: text.since(from), member, rule }
                });
                text.push("]");
                written
            };
            text.push("}");
            Answer::Refused(Refusal { classes, clauses, message: None })
        }
    };
    Expectation { span: text.since(from), answer, status: None, document: None, form: Box::default() }
}

#[cfg(test)]
mod tests;
