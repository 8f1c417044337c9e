//! Tests of families: what a row of the file of operations comes to, and what a family says of it.

use std::sync::Arc;

use crate::case::ast::{Body, Library, Node, Operations, StepKind};
use crate::case::diagnostic::{Diagnostic, Style, draw};
use crate::case::lint::lint;
use crate::case::span::Source;
use crate::facts::Registry;
use crate::model::Model;

const FAMILY: &str = "format: 1
for: {addressed-by: [StreamName, StreamARN], effect: [changes]}
operations:
  - AddTagsToStream
  - RemoveTagsFromStream
  - StartStreamEncryption
without:
  DecreaseStreamRetentionPeriod: a test
  DisableEnhancedMonitoring: a test
  EnableEnhancedMonitoring: a test
  IncreaseStreamRetentionPeriod: a test
  StopStreamEncryption: a stop ends what a start began
cases:
  by-name:
    title: A call that names its stream is accepted
    kills-nothing: a test
    given: {stream: {encryption: none}}
    steps:
      address: name
      expect: accepted
      because: [ARN-002]
";

/// The file of operations, with one row replaced.
fn with_row(operation: &str, row: &str) -> Arc<Source> {
    let own = Operations::embedded().source.as_ref().expect("the crate has the file");
    let line = |line: &str| {
        if line.starts_with(&format!("  {operation}: ")) {
            format!("  {operation}: {row}\n")
        } else {
            format!("{line}\n")
        }
    };
    Source::new("cases/operations.yaml", own.text.lines().map(line).collect::<String>())
}

fn drawn(problems: &[Diagnostic]) -> String {
    problems.iter().map(|problem| draw(problem, Style::default())).collect::<Vec<_>>().join("\n\n")
}

fn library(operations: Arc<Source>, family: &str) -> Result<Library, String> {
    let family = Source::new("cases/families/address.yaml", family);
    let library = Library::from_sources(vec![operations, family]).map_err(|problems| drawn(&problems))?;
    let problems = lint(&library, Model::embedded(), Registry::embedded());
    if problems.is_empty() { Ok(library) } else { Err(drawn(&problems)) }
}

const WARM: &str =
    "{effect: changes, addressed-by: [StreamName, StreamARN], with: {WarmThroughputMiBps: 0}, checked: true}";

#[test]
fn a_new_operation_costs_a_row_and_a_line_of_each_family() {
    let operations = || with_row("UpdateStreamWarmThroughput", WARM);
    let reported = library(operations(), FAMILY).expect_err("the family does not name it");
    assert!(reported.contains("`for` gives UpdateStreamWarmThroughput too"), "{reported}");
    let family = FAMILY.replace("  - RemoveTags", "  - UpdateStreamWarmThroughput\n  - RemoveTags");
    let library = library(operations(), &family).unwrap_or_else(|reported| panic!("{reported}"));
    let suite = library.suites.iter().find(|suite| suite.name == "update-stream-warm-throughput/address");
    let suite = suite.expect("the family makes a suite for it");
    let StepKind::Call(call) = &suite.cases[0].steps[0].kind else { panic!("a call") };
    assert_eq!(call.operation.value, "UpdateStreamWarmThroughput");
    let Body::Tree(tree) = &call.with else { panic!("a tree") };
    let Node::Map(members) = &tree.node else { panic!("a map") };
    assert_eq!(members.keys().collect::<Vec<_>>(), ["WarmThroughputMiBps"]);
}

/// A family over what only reads, of which all operations but one are left out.
const READING: &str = "format: 1
for: {effect: [reads], addressed-by: [StreamARN]}
operations:
  - ListStreamConsumers
without:
  DescribeStream: a test
  DescribeStreamSummary: a test
  GetShardIterator: a test
  ListShards: a test
  ListTagsForStream: a test
cases:
  by-arn:
    title: A call that names its stream by its ARN is accepted
    kills-nothing: a test
    given: {stream: shared}
    steps:
      address: none
      with: {StreamARN: $stream.arn}
      expect: accepted
      because: [ARN-002]
";

#[test]
fn a_new_operation_that_only_reads_costs_a_row_and_its_name_in_each_family() {
    let refused = library(with_row("nothing", ""), READING).expect_err("its row does not say `checked`");
    assert!(refused.contains("`ListStreamConsumers` is not an operation of this family"), "{refused}");

    let row = "{effect: reads, addressed-by: [StreamARN], checked: true}";
    let library = library(with_row("ListStreamConsumers", row), READING)
        .unwrap_or_else(|reported| panic!("{reported}"));
    let made = |name: &str| library.suites.iter().any(|suite| suite.name == name && suite.cases.len() == 1);
    assert!(made("list-stream-consumers/address"));
    // The row alone says that the call changes nothing, so that it may go to a stream that is shared.
    assert!(library.operations.only_reads("ListStreamConsumers"));
    let changes = with_row("ListStreamConsumers", &row.replace("reads", "changes"));
    let others = [
        "AddTagsToStream",
        "DecreaseStreamRetentionPeriod",
        "DisableEnhancedMonitoring",
        "EnableEnhancedMonitoring",
        "IncreaseStreamRetentionPeriod",
        "RemoveTagsFromStream",
        "StartStreamEncryption",
        "StopStreamEncryption",
    ];
    let others: String = others.iter().map(|name| format!("  {name}: a test\n")).collect();
    let reading =
        READING.replace("[reads]", "[reads, changes]").replace("cases:\n", &format!("{others}cases:\n"));
    let refused = self::library(changes, &reading).expect_err("it needs a stream of its own");
    assert!(refused.contains("steps that change a shared stream"), "{refused}");
}

#[test]
fn a_member_that_the_case_gives_stands_in_place_of_the_smallest_inputs() {
    let family = FAMILY.replace("address: name", "address: name\n      with: {Tags: {c: d}}");
    let family = family.replace("  - RemoveTagsFromStream\n  - StartStreamEncryption\n", "");
    let family = family
        .replace("without:", "without:\n  RemoveTagsFromStream: a test\n  StartStreamEncryption: a test");
    let own = with_row("nothing", "");
    let library = library(own, &family).unwrap_or_else(|reported| panic!("{reported}"));
    let StepKind::Call(call) = &library.suites[0].cases[0].steps[0].kind else { panic!("a call") };
    let Body::Tree(tree) = &call.with else { panic!("a tree") };
    assert_eq!(format!("{:?}", tree.node).matches("\"c\"").count(), 1);
    assert!(!format!("{:?}", tree.node).contains("\"a\""), "{:?}", tree.node);
}

#[test]
fn a_family_asserts_nothing_of_an_operation_that_no_fact_speaks_of() {
    // KT-041 is about DescribeStreamSummary alone.
    let reported =
        library(with_row("nothing", ""), &FAMILY.replace("ARN-002", "KT-041")).expect_err("no evidence");
    assert!(
        reported.contains("no fact") && reported.contains("cases/families/address.yaml:21:"),
        "{reported}"
    );
}

#[test]
fn a_wrong_row_is_drawn_on_the_file_of_operations() {
    for (row, title) in [
        (
            "{effect: changes, addressed-by: [StreamArn], with: {WarmThroughputMiBps: 0}}",
            "no member `StreamArn`",
        ),
        ("{effect: changes, with: {WarmThroughputMiBps: 0}, checked: yes}", "`checked`"),
        ("{effect: change, with: {WarmThroughputMiBps: 0}}", "`change`"),
        ("{addressed-by: [StreamName], with: {WarmThroughputMiBps: 0}}", "`effect`"),
        ("{effect: changes, with: {Metrics: [ALL]}}", "`Metrics`"),
        ("{effect: changes, with: {WarmThroughputMiBps: -1}}", "breaks a constraint"),
        ("{effect: changes, addressed-by: [StreamName]}", "breaks a constraint"),
    ] {
        let reported = library(with_row("UpdateStreamWarmThroughput", row), FAMILY).expect_err(row);
        assert!(reported.contains(title) && reported.contains("cases/operations.yaml:"), "{row}: {reported}");
    }
    let own = Operations::embedded().source.as_ref().expect("the crate has the file");
    let lacks: String = own
        .text
        .lines()
        .filter(|line| !line.starts_with("  ListQueues:"))
        .map(|line| format!("{line}\n"))
        .collect();
    let reported =
        library(Source::new("cases/operations.yaml", lacks), FAMILY).expect_err("a row is missing");
    assert!(reported.contains("no row for ListQueues"), "{reported}");
}

#[test]
fn a_family_takes_operations_by_the_states_in_which_they_are_refused() {
    let family = FAMILY
        .replace("effect: [changes]", "refused-in: [creating]")
        .replace("  - AddTagsToStream\n", "  - AddTagsToStream\n  - ListShards\n");
    let own = Arc::clone(Operations::embedded().source.as_ref().expect("the crate has the file"));
    library(Arc::clone(&own), &family).expect("these are the operations");
    let reported = library(own, &family.replace("[creating]", "[active]")).expect_err("a settled state");
    assert!(reported.contains("`refused-in` names states that pass by themselves"), "{reported}");
}
