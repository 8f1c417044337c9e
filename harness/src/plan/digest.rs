//! Digests: of a question (everything that is sent) and of the manifest.
//!
//! A stored answer may be judged again as long as the question's digest is unchanged; expectations
//! are no part of it.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::case::ast::{Body, Call, Fixture, Node, Reference, Row, Step, StepKind, Tree, Wire};

use crate::plan::PlannedTrial;
use crate::plan::bind::name_of;

/// The first 16 hex digits of a SHA-256 over a canonical text of everything that the trial sends.
pub(crate) fn question(trial: &PlannedTrial) -> String {
    let mut text = format!("{:?} {:?}\n", trial.encoding, trial.address);
    for (name, fixture) in &trial.case().given {
        let _ = write!(text, "given {name:?} ");
        match &fixture.value {
            Fixture::Shared => text.push_str("shared"),
            Fixture::Missing => text.push_str("missing"),
            Fixture::Own { status, encryption, shards } => {
                let _ = write!(text, "own {status:?} {shards} ");
                if let Some(tree) = encryption {
                    write_tree(&mut text, tree, trial.row());
                }
            }
        }
        text.push('\n');
    }
    for step in &trial.case().ask {
        write_step(&mut text, step, trial.row());
    }
    short(&text)
}

/// Digest of all ids, question digests and levels.
pub(crate) fn manifest(trials: &[PlannedTrial]) -> String {
    let mut lines: Vec<String> = trials
        .iter()
        .map(|trial| format!("{} {} {:?}\n", trial.id, trial.question_digest, trial.case().level))
        .collect();
    lines.sort();
    short(&lines.concat())
}

fn short(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(8).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn write_step(text: &mut String, step: &Step, row: Option<&Row>) {
    match &step.kind {
        StepKind::Call(call) => write_call(text, call, row),
        StepKind::Race(race) => {
            text.push_str("race\n");
            for call in &race.calls {
                write_call(text, call, row);
            }
        }
        StepKind::Repeat(repeat) => {
            let _ = writeln!(text, "repeat {}", repeat.times.value);
            for inner in &repeat.steps {
                write_step(text, inner, row);
            }
        }
        StepKind::Clock(clock) => {
            let _ = writeln!(text, "clock {}", clock.advance.value);
        }
        // How many records are awaited, and for how long, decides what is read.
        StepKind::Read(read) => {
            let fixture = read.fixture.value;
            let _ = writeln!(text, "read {fixture:?} {} {}", read.within, read.records.len());
        }
        StepKind::Watch(watch) => {
            let _ = writeln!(text, "watch {:?}", watch.fixture.value);
            for meanwhile in &watch.meanwhile {
                let _ = writeln!(text, "meanwhile {}", meanwhile.status.value);
                for inner in &meanwhile.steps {
                    write_step(text, inner, row);
                }
            }
        }
    }
}

fn write_call(text: &mut String, call: &Call, row: Option<&Row>) {
    let _ = write!(
        text,
        "call {} {:?} {:?} {:?} ",
        call.operation.value,
        call.address,
        call.by.as_ref().map(|by| &by.value),
        call.when.as_ref().map(|when| when.value),
    );
    write_wire(text, &call.wire, row);
    match &call.with {
        // The form is told: `with: {}` gets the stream's name, the exact text `{}` does not.
        Body::Tree(tree) => {
            text.push_str("with ");
            write_tree(text, tree, row);
        }
        Body::Json(tree) => {
            text.push_str("json ");
            write_tree(text, tree, row);
        }
        Body::Bytes(tree) => {
            text.push_str("bytes ");
            write_tree(text, tree, row);
        }
    }
    // What later calls send as `$got` depends on where it is taken from.
    for (name, path) in &call.capture {
        let _ = write!(text, " got {name} {}", path.value);
    }
    text.push('\n');
}

fn write_wire(text: &mut String, wire: &Wire, row: Option<&Row>) {
    let Wire { method, path, target, content_type, headers, auth } = wire;
    let _ = write!(text, "{auth:?} ");
    for (name, tree) in
        [("method", method), ("path", path), ("target", target), ("content-type", content_type)]
    {
        if let Some(tree) = tree {
            let _ = write!(text, "{name} ");
            write_tree(text, tree, row);
            text.push(' ');
        }
    }
    for (name, tree) in headers {
        let _ = write!(text, "header {name} ");
        write_tree(text, tree, row);
        text.push(' ');
    }
}

/// A column of the row counts where it is sent; one that only an expectation names does not.
fn write_tree(text: &mut String, tree: &Tree, row: Option<&Row>) {
    match &tree.node {
        Node::Literal(value) => {
            let _ = write!(text, "{value:?}");
        }
        Node::Reference(reference) => {
            let _ = write!(text, "${}", name_of(reference));
            if let Reference::Each(column) = reference
                && let Some(tree) = row.and_then(|row| row.columns.get(column))
            {
                text.push('=');
                write_tree(text, tree, row);
            }
        }
        Node::List(trees) | Node::OneOf(trees) => {
            text.push('[');
            for tree in trees {
                write_tree(text, tree, row);
                text.push(',');
            }
            text.push(']');
        }
        Node::Map(trees) => {
            text.push('{');
            for (name, tree) in trees {
                let _ = write!(text, "{name:?}:");
                write_tree(text, tree, row);
                text.push(',');
            }
            text.push('}');
        }
        Node::Matches(pattern) => {
            let _ = write!(text, "~{pattern}");
        }
    }
}

#[cfg(test)]
mod tests;
