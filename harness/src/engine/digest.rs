//! Digests: of a question (everything that is sent) and of the manifest.
//!
//! A stored answer may be judged again as long as the question's digest is unchanged; expectations
//! are no part of it.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::case::ast::{Body, Call, Fixture, Node, Step, StepKind, Tree, Wire};

use super::bind::name_of;
use super::plan::PlannedTrial;

/// The first 16 hex digits of a SHA-256 over a canonical text of everything that the trial sends.
pub(super) fn question(trial: &PlannedTrial) -> String {
    let mut text = format!("{:?} {:?}\n", trial.encoding, trial.address);
    for (name, fixture) in &trial.case().given {
        let _ = write!(text, "given {name:?} ");
        match &fixture.value {
            Fixture::Shared => text.push_str("shared"),
            Fixture::Missing => text.push_str("missing"),
            Fixture::Own { status, encryption, shards } => {
                let _ = write!(text, "own {status:?} {shards} ");
                if let Some(tree) = encryption {
                    write_tree(&mut text, tree);
                }
            }
        }
        text.push('\n');
    }
    if let Some(row) = trial.row() {
        for (column, tree) in &row.columns {
            let _ = write!(text, "each {column} ");
            write_tree(&mut text, tree);
            text.push('\n');
        }
    }
    for step in &trial.case().ask {
        write_step(&mut text, step);
    }
    short(&text)
}

/// Digest of all ids, question digests and levels.
pub(super) fn manifest(trials: &[PlannedTrial]) -> String {
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

fn write_step(text: &mut String, step: &Step) {
    match &step.kind {
        StepKind::Call(call) => write_call(text, call),
        StepKind::Race(race) => {
            text.push_str("race\n");
            for call in &race.calls {
                write_call(text, call);
            }
        }
        StepKind::Repeat(repeat) => {
            let _ = writeln!(text, "repeat {}", repeat.times.value);
            for inner in &repeat.steps {
                write_step(text, inner);
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
                    write_step(text, inner);
                }
            }
        }
    }
}

fn write_call(text: &mut String, call: &Call) {
    let _ = write!(
        text,
        "call {} {:?} {:?} {:?} ",
        call.operation.value,
        call.address,
        call.by.as_ref().map(|by| &by.value),
        call.when.as_ref().map(|when| when.value),
    );
    write_wire(text, &call.wire);
    match &call.with {
        Body::Tree(tree) => write_tree(text, tree),
        Body::Json(tree) => {
            text.push_str("json ");
            write_tree(text, tree);
        }
        Body::Bytes(tree) => {
            text.push_str("bytes ");
            write_tree(text, tree);
        }
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
            let _ = write!(text, "{value:?}");
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
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use crate::case::Source;
    use crate::case::ast::Library;
    use crate::engine::plan::Manifest;

    /// The digest of a case that asks so.
    fn digest(ask: &str) -> String {
        let text = format!(
            "format: 1\noperation: ListStreams\ncases:\n  c:\n    title: T\n    kills-nothing: x\n    ask: {{{ask}}}\n"
        );
        let source = Arc::new(Source { path: "cases/a.yaml".to_owned(), text });
        let library = Library::from_sources(vec![source]).expect(ask);
        Manifest::of(Arc::new(library), false).trials[0].question_digest.clone()
    }

    #[test]
    fn whatever_deviates_in_a_request_makes_another_question() {
        let asks = [
            "expect: accepted",
            "expect: accepted, json: '{}'",
            "expect: accepted, bytes: 7b7d",
            "expect: accepted, wire: {method: GET}",
            "expect: accepted, wire: {path: GET}",
            "expect: accepted, wire: {target: GET}",
            "expect: accepted, wire: {target: [GET, GET]}",
            "expect: accepted, wire: {target: $absent}",
            "expect: accepted, wire: {content-type: GET}",
            "expect: accepted, wire: {headers: {GET: a}}",
            "expect: accepted, wire: {headers: {a: GET}}",
            "expect: accepted, wire: {auth: expired}",
        ];
        let digests: BTreeSet<String> = asks.iter().map(|ask| digest(ask)).collect();
        assert_eq!(digests.len(), asks.len());
    }

    #[test]
    fn what_an_answer_is_held_to_is_no_part_of_the_question() {
        let held = "expect: {accepted: {}, headers: {a: b}, body: empty, encoding: cbor, spelling: {$whole: number}}";
        assert_eq!(digest("expect: accepted"), digest(held));
    }
}
