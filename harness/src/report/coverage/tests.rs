//! Tests: what is counted, and how the figures are shown.

use std::sync::Arc;

use super::{Coverage, Covered};
use crate::case::Source;
use crate::case::ast::{Library, Rule};
use crate::facts::Registry;
use crate::plan::Manifest;
use crate::testing::generated::above_max;
use crate::testing::samples::snapshot;

const FACTS: &str = r#"
{"id": "SSE-001", "topic": "t", "operation": "*", "fact": "f", "strength": "recorded-from-AWS", "source": "s", "as_of": "2026-01"}
{"id": "SSE-002", "topic": "t", "operation": "*", "fact": "f", "strength": "recorded-from-AWS", "source": "s", "as_of": "2018-03"}
{"id": "SSE-003", "topic": "t", "operation": "*", "fact": "f", "strength": "inferred", "source": "s"}
{"id": "VAL-001", "topic": "t", "operation": "*", "fact": "f", "strength": "documented", "source": "s"}
{"id": "VAL-002", "topic": "t", "operation": "*", "fact": "f", "strength": "model", "source": "s"}
{"id": "KT-001", "topic": "t", "operation": "*", "fact": "f", "strength": "model", "source": "s"}
"#;

const SUITE: &str = "format: 1
operation: StartStreamEncryption
cases:
  a:
    title: A
    over: {encoding: [json, cbor]}
    kills-nothing: a test
    steps:
      - {address: none, with: {}, expect: accepted, because: [SSE-001, VAL-001]}
      - {address: none, with: {}, level: strict, expect: accepted, because: [SSE-003], form: [VAL-002]}
  b:
    title: B
    level: extended
    kills-nothing: a test
    each: {one: {value: 1}, two: {value: 2}}
    steps: {address: none, json: $each.value, expect: accepted, because: [SSE-002]}
";

/// Two cases, one of them with two rows, and a trial that a rule makes.
fn coverage() -> Coverage {
    let library = Library::from_sources(vec![Source::new("cases/a/b.yaml", SUITE)]).expect("it loads");
    let mut manifest = Manifest::of(Arc::new(library), false);
    let mut generated = above_max(Rule::MaxLength).trial();
    generated.operation = "ListShards".to_owned();
    manifest.trials.push(Arc::new(generated));
    let registry = Registry::parse(FACTS).expect("facts");
    Coverage::of(&manifest, &registry, jiff::civil::date(2026, 11, 28))
}

#[test]
fn all_operations_facts_and_expectations_are_counted() {
    let coverage = coverage();
    snapshot("coverage", &coverage.text());
    snapshot("coverage-markdown", &coverage.markdown());
}

#[test]
fn an_operation_has_cases_or_generated_trials_or_nothing() {
    let coverage = coverage();
    let count = |covered| coverage.operations_that_are(covered).count();
    assert_eq!([count(Covered::ByCases), count(Covered::ByGenerated), count(Covered::Not)], [1, 1, 55]);
    assert_eq!(coverage.operations["StartStreamEncryption"].of_cases, 4);
}

#[test]
fn the_tables_of_the_whole_suite_have_at_most_80_columns() {
    let manifest = Manifest::of(Arc::new(Library::embedded().expect("the cases load")), false);
    let coverage = Coverage::of(&manifest, Registry::embedded(), jiff::civil::date(2026, 11, 28));
    let text = coverage.text();
    let longest = text.lines().max_by_key(|line| line.chars().count()).expect("lines");
    assert!(longest.chars().count() <= 80, "{longest}");
}
