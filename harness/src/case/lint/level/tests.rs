//! Tests: what a level needs, and that facts of the form do not lift it.

use crate::case::ast::Library;
use crate::case::diagnostic::{Style, draw};
use crate::case::lint;
use crate::case::span::Source;
use crate::facts::Registry;
use crate::model::Model;
use crate::testing::samples::snapshot;

const OPEN: &str = "format: 1\nquestions:\n  open:\n    question: Is it accepted?\n    facts: [SSE-033]\n    candidates: {'yes': {answer: accepted}, 'no': {answer: {error: InvalidArgumentException}}}\n";

/// What the check draws of a case of this level with these steps.
fn drawn(level: &str, steps: &str) -> Vec<String> {
    let text = format!(
        "format: 1\noperation: StartStreamEncryption\ncases:\n  a-case:\n    title: A title\n    level: {level}\n    kills: [skip-updating]\n    given: {{stream: {{encryption: none}}}}\n    steps:\n{steps}"
    );
    let mut sources = vec![Source::new("cases/a/b.yaml", text)];
    if steps.contains("$open.open") {
        sources.push(Source::new("cases/questions.yaml", OPEN));
    }
    let library = Library::from_sources(sources).expect("it loads");
    lint(&library, Model::embedded(), Registry::embedded())
        .iter()
        .map(|problem| draw(problem, Style::default()))
        .collect()
}

const REPORTED: &str = "      - with: {EncryptionType: KMS, KeyId: $key.enabled-b}\n        expect: accepted\n        because: [SSE-001, SSE-019]\n";
const INFERRED: &str = "      - {with: {}, expect: {error: ValidationException}, because: [VAL-022]}\n";
const OF_THE_FORM: &str = "      - with: {}\n        expect: {error: ValidationException}\n        because: [VAL-022]\n        form: [VAL-025]\n";
const OBSERVED: &str = "      - {with: {}, expect: accepted, because: [SSE-010]}\n      - observe: stream\n        states: [{StreamStatus: UPDATING}, {StreamStatus: ACTIVE}]\n        because: [SSE-010]\n        during:\n          UPDATING: {call: PutRecord, with: {Data: {$utf8: a}, PartitionKey: p}, expect: accepted, because: [SSE-033]}\n";

#[test]
fn a_core_claim_on_reports_is_refused() {
    snapshot("level-core-on-reports", &drawn("core", REPORTED).join("\n\n"));
    assert!(drawn("extended", REPORTED).is_empty());
}

#[test]
fn an_extended_claim_on_an_inference_is_refused() {
    snapshot("level-extended-on-an-inference", &drawn("extended", INFERRED).join("\n\n"));
    assert!(drawn("strict", INFERRED).is_empty());
}

#[test]
fn a_recording_of_the_form_does_not_lift_the_level() {
    snapshot("level-form-does-not-lift", &drawn("core", OF_THE_FORM).join("\n\n"));
    // The same recording in support of the claim does.
    assert!(drawn("core", &OF_THE_FORM.replace("VAL-022]\n        form: [", "VAL-022, ")).is_empty());
}

#[test]
fn the_level_of_a_step_counts_also_within_an_observation() {
    let found = drawn("core", OBSERVED);
    assert!(found.len() == 1 && found[0].contains("SSE-033"), "{}", found.join("\n"));
    let raised = OBSERVED.replace("because: [SSE-033]", "level: extended, because: [SSE-033]");
    assert!(drawn("core", &raised).is_empty());
}

#[test]
fn an_open_answer_is_not_judged_and_needs_no_strength() {
    let steps = "      - {with: {}, expect: $open.open, because: [SSE-033]}\n";
    assert!(drawn("core", steps).is_empty());
}
