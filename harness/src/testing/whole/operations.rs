//! The smallest input of each operation, sent to the reference.

use std::collections::BTreeSet;

use crate::case::ast::{OperationTraits, Operations};
use crate::case::{Source, Style, draw};
use crate::judge::RunSettings;
use crate::log::{Event, Outcome};
use crate::plan::Select;
use crate::spec::Action;
use crate::testing::against::run_against;

use super::*;

/// Families of one case, which differ in what a call of their operations needs.
fn families(operations: &[&OperationTraits]) -> Vec<Arc<Source>> {
    let names = |traits: &OperationTraits, member: &str| {
        traits.addressed_by.iter().any(|addressed| addressed.value == member)
    };
    let groups = [
        ("nothing", "{}", "none"),
        ("new-stream", "{stream: missing}", "name"),
        ("encrypted", "{stream: {encryption: $key.managed}}", "name"),
        ("stream", "{stream: {encryption: none}}", "name"),
    ];
    let group = |traits: &OperationTraits| match traits.name.value.as_str() {
        "CreateStream" => "new-stream",
        "StopStreamEncryption" => "encrypted",
        _ if names(traits, "StreamName") => "stream",
        _ => "nothing",
    };
    let family = |(name, given, address): (&str, &str, &str)| {
        let (mut pinned, mut without) = (String::new(), String::new());
        for traits in operations {
            let operation = &traits.name.value;
            if group(traits) == name {
                pinned.push_str(&format!("  - {operation}\n"));
            } else {
                without.push_str(&format!("  {operation}: another family has it\n"));
            }
        }
        let text = format!(
            "format: 1\nfor: {{}}\noperations:\n{pinned}without:\n{without}cases:\n  smallest-{name}:\n    title: The smallest input is accepted\n    kills-nothing: a test\n    given: {given}\n    steps:\n      address: {address}\n      expect: accepted\n      because: [ARN-002]\n"
        );
        Source::new(format!("cases/families/{name}.yaml"), text)
    };
    groups.into_iter().map(family).collect()
}

#[test]
fn the_reference_accepts_each_smallest_input_that_is_checked() {
    let operations: Vec<_> = Operations::embedded().traits.values().filter(|traits| traits.checked).collect();
    let library = Library::from_sources(families(&operations)).unwrap_or_else(|problems| {
        let drawn: Vec<_> = problems.iter().map(|problem| draw(problem, Style::default())).collect();
        panic!("{}", drawn.join("\n"))
    });
    let manifest = Manifest::of(Arc::new(library), false);
    let events = run_against(&[], &manifest, &Select::default(), RunSettings::default());
    let accepted: BTreeSet<String> = events
        .into_iter()
        .filter_map(|event| if let Event::Trial(trial) = event { Some(*trial) } else { None })
        .filter(|trial| trial.outcome == Outcome::Pass)
        .map(|trial| trial.operation)
        .collect();
    let checked: BTreeSet<String> = operations.iter().map(|traits| traits.name.value.clone()).collect();
    assert_eq!(accepted, checked);
}

#[test]
fn each_operation_of_the_reference_is_checked_but_those_whose_input_names_what_the_run_has_made() {
    let checked = |name: &str| Operations::embedded().traits[name].checked;
    let unchecked: Vec<_> =
        Action::ALL.iter().map(|action| action.name()).filter(|name| !checked(name)).collect();
    // An iterator comes from the service, and `addressed-by` knows no ResourceARN.
    assert_eq!(unchecked, ["GetRecords", "ListTagsForResource", "TagResource", "UntagResource"]);
    let foreign = Operations::embedded().traits.values().filter(|traits| traits.checked);
    let foreign: Vec<_> = foreign
        .map(|traits| traits.name.value.as_str())
        .filter(|name| Action::parse(name).is_none())
        .collect();
    assert_eq!(foreign, Vec::<&str>::new(), "the reference does not have them");
}
