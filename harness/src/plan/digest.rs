//! Digests: of a question (everything that is sent) and of the manifest.
//!
//! A stored answer may be judged again as long as the question's digest is unchanged; expectations
//! are no part of it.

use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::case::ast::{
    Answer, Body, Call, Expectation, Fixture, Node, Reaches, Resource, Setup, Tree, Wire,
};
use crate::model::Value;

use super::bind::name_of;
use super::trial::{PlannedStep, PlannedStepKind, PlannedTrial};

/// The first 16 hex digits of a SHA-256 over a canonical text of everything that the trial sends.
pub(super) fn question(trial: &PlannedTrial) -> String {
    let mut text = format!("{:?} {:?}\n", trial.encoding, trial.address);
    for (name, fixture) in &trial.given {
        let _ = write!(text, "given {name:?} ");
        match fixture {
            Fixture::Shared => text.push_str("shared"),
            Fixture::Missing => text.push_str("missing"),
            Fixture::Own { status, encryption, setups: _, shards } => {
                let _ = write!(text, "own {status:?} {shards} ");
                if let Some(tree) = encryption {
                    write_tree(&mut text, tree);
                }
                let kind = trial.resources.kind(Some(fixture));
                for setup in trial.resources.chain(fixture) {
                    text.push(' ');
                    text.push_str(&setup_text(kind, setup));
                }
            }
        }
        text.push('\n');
    }
    for step in &trial.steps {
        write_step(&mut text, step);
    }
    short(&text)
}

/// What a setup sends, and the state that it waits for.
fn setup_text(kind: &Resource, setup: &Setup) -> String {
    let mut text = format!("{} ", kind.name.value);
    let create = setup.from.is_none().then_some(&kind.create);
    for call in create.into_iter().chain(&setup.calls) {
        let _ = write!(text, "setup {} ", call.operation.value);
        write_tree(&mut text, &call.with);
        text.push(' ');
    }
    match &setup.reaches {
        Reaches::Shows(tree) => {
            text.push_str("await ");
            write_tree(&mut text, tree);
        }
        Reaches::Gone(_) => text.push_str("await gone"),
        Reaches::Begins(status) => {
            let _ = write!(text, "begins {}", status.value);
        }
    }
    text
}

/// Digest of a condition under which a call is repeated, or no longer: what is expected of it.
pub(super) fn condition(expectation: &Expectation) -> String {
    let mut text = String::new();
    match &expectation.answer {
        Answer::Accepted { members: None } => text.push_str("accepted"),
        Answer::Accepted { members: Some(tree) } => {
            text.push_str("accepted ");
            write_tree(&mut text, tree);
        }
        Answer::Refused(refusal) => {
            let _ = write!(text, "refused {}", refusal.classes.value.join(" "));
        }
        Answer::RefusedOpen(_) => text.push_str("refused"),
        Answer::Open(_) => text.push_str("open"),
    }
    short(&text)
}

/// Digest of members that an accepted response has to have.
pub(super) fn members(tree: &Tree) -> String {
    let mut text = String::from("accepted ");
    write_tree(&mut text, tree);
    short(&text)
}

/// Digest of all ids, question digests and levels.
pub(crate) fn manifest(trials: &[Arc<PlannedTrial>]) -> String {
    let mut lines: Vec<String> = trials
        .iter()
        .map(|trial| format!("{} {} {:?}\n", trial.id, trial.question_digest, trial.level))
        .collect();
    lines.sort();
    short(&lines.concat())
}

/// The first 16 hex digits of a SHA-256.
pub(super) fn short(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..8])
}

fn write_step(text: &mut String, step: &PlannedStep) {
    match &step.kind {
        PlannedStepKind::Call { call, observe } => {
            write_call(text, call);
            if let Some(observe) = observe {
                let _ = writeln!(text, "observe {:?}", observe.fixture.value);
                for during in &observe.during {
                    let _ = writeln!(text, "during {}", during.status.value);
                    for inner in &during.steps {
                        write_step(text, inner);
                    }
                }
            }
        }
        PlannedStepKind::Race(race) => {
            text.push_str("race\n");
            for call in &race.calls {
                write_call(text, call);
            }
        }
        PlannedStepKind::Repeat { times, steps, .. } => {
            let _ = writeln!(text, "repeat {times}");
            for inner in steps {
                write_step(text, inner);
            }
        }
        PlannedStepKind::Clock(clock) => {
            let _ = writeln!(text, "clock {}", clock.advance.value);
        }
        PlannedStepKind::Read(read) => {
            let _ = writeln!(text, "read {:?}", read.fixture.value);
        }
    }
}

fn write_call(text: &mut String, call: &Call) {
    let _ = write!(
        text,
        "call {} {:?} {:?} ",
        call.operation.value,
        call.address,
        call.when.as_ref().map(|when| &when.value),
    );
    write_wire(text, &call.wire);
    match &call.with {
        // The form is part of the digest: `with: {}` gets the stream's name, the exact text `{}` does not.
        Body::Tree(tree) => {
            text.push_str("with ");
            write_tree(text, tree);
        }
        Body::Json(tree) => {
            text.push_str("json ");
            write_tree(text, tree);
        }
        Body::Bytes(tree) => {
            text.push_str("bytes ");
            write_tree(text, tree);
        }
    }
    // What later calls send as `$got` depends on where it is taken from.
    for (name, path) in &call.capture {
        let _ = write!(text, " got {name} {}", path.value);
    }
    text.push('\n');
}

fn write_wire(text: &mut String, wire: &Wire) {
    let Wire { method, path, target, content_type, headers, auth } = wire;
    let _ = write!(text, "{auth:?} ");
    for (name, tree) in
        [("method", method), ("path", path), ("target", target), ("content-type", content_type)]
    {
        if let Some(tree) = tree {
            let _ = write!(text, "{name} ");
            write_tree(text, tree);
            text.push(' ');
        }
    }
    for (name, tree) in headers {
        let _ = write!(text, "header {name} ");
        write_tree(text, tree);
        text.push(' ');
    }
}

fn write_tree(text: &mut String, tree: &Tree) {
    match &tree.node {
        Node::Literal(value) => {
            write_value(text, value);
        }
        Node::Reference(reference) => {
            let _ = write!(text, "${}", name_of(reference));
        }
        Node::List(trees) | Node::OneOf(trees) => {
            text.push('[');
            for tree in trees {
                write_tree(text, tree);
                text.push(',');
            }
            text.push(']');
        }
        Node::Map(trees) => {
            text.push('{');
            for (name, tree) in trees {
                let _ = write!(text, "{name:?}:");
                write_tree(text, tree);
                text.push(',');
            }
            text.push('}');
        }
        Node::Matches(pattern) => {
            let _ = write!(text, "~{pattern}");
        }
        Node::Above(bound) => {
            text.push('>');
            write_tree(text, bound);
        }
    }
}

/// A value as it is; bytes by their length and hash, since some are millions.
fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Blob(bytes) => {
            let _ = write!(text, "blob {} {}", bytes.len(), hex::encode(Sha256::digest(bytes)));
        }
        Value::List(values) => {
            text.push('[');
            for value in values {
                write_value(text, value);
                text.push(',');
            }
            text.push(']');
        }
        Value::Map(members) => {
            text.push('{');
            for (name, value) in members {
                let _ = write!(text, "{name:?}:");
                write_value(text, value);
                text.push(',');
            }
            text.push('}');
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Time(_) => {
            let _ = write!(text, "{value:?}");
        }
    }
}

#[cfg(test)]
mod tests;
