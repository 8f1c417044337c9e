//! Which members a trial is judged by, and that every required member has a case of its own.

use super::*;
use crate::case::ast::{Library, Operations};
use crate::facts::{FactId, Registry};
use crate::testing::cases::tree;

fn operation(name: &str) -> &'static Operation {
    Model::embedded().operation(name).expect("the model has it")
}

fn found(operation_name: &str, output: &Value) -> Vec<Deviation> {
    deviations(Model::embedded(), Some(operation(operation_name)), output, &[])
}

#[test]
fn a_bound_that_a_fact_contradicts_is_none() {
    let entry = Value::from([("ShardId", Value::from("s")), ("SequenceNumber", Value::from("1"))]);
    let records = Value::List(vec![entry]);
    let output = Value::from([("FailedRecordCount", Value::from(0)), ("Records", records)]);
    assert_eq!(found("PutRecords", &output), []);
    for Outranked { member, fact, .. } in OUTRANKED {
        let fact = Registry::embedded().get(&FactId(fact.to_owned())).expect("the registry has it");
        assert!(fact.fact.contains(member), "{fact:?} says nothing of {member}");
    }
}

#[test]
fn a_trial_is_about_the_members_that_it_names_and_what_stands_below_them() {
    let Tree { node: Node::Map(_), .. } = tree("{A: $present}") else { panic!("a map") };
    for (members, path, expected) in [
        ("{A: $present}", "A", true),
        ("{A: $present}", "A.0.B", true),
        ("{A: $present}", "B", false),
        ("{A: {B: $present}}", "A", true),
        ("{A: {B: $present}}", "A.C", false),
        ("{A: [$present]}", "A.0", true),
        ("{A: [$present]}", "A.1", false),
        ("{A: $open.what}", "A", false),
        ("{A: $absent}", "A", false),
        ("{}", "", true),
    ] {
        assert_eq!(is_about(Some(&tree(members)), path), expected, "{members} {path}");
    }
    assert!(!is_about(None, "A"));
}

#[test]
fn a_note_names_the_case_that_judges_the_member() {
    let model = Model::embedded();
    let of = |name: &str, path: &str| {
        let deviation =
            Deviation { path: path.to_owned(), expected: "present".to_owned(), actual: "absent".to_owned() };
        note(model, Some(operation(name)), &deviation)
    };
    assert_eq!(
        of("DescribeStream", "StreamDescription.Shards.3.ShardId"),
        "StreamDescription.Shards.ShardId is absent, not present (form/describe-stream/shards)"
    );
    assert_eq!(of("PutRecord", "ShardId"), "ShardId is absent, not present (form/put-record/shard-id)");
    assert_eq!(of("ListStreams", "NextToken"), "NextToken is absent, not present");
}

/// The required members of an operation that the cases call with success have a case each.
#[test]
fn every_required_member_of_the_operations_that_the_reference_has_has_a_case() {
    let model = Model::embedded();
    let library = Library::embedded().expect("the cases are in order");
    let has = |id: &str| {
        library
            .suites
            .iter()
            .any(|suite| suite.cases.iter().any(|case| format!("{}/{}", suite.name, case.id.value) == id))
    };
    let traits = &Operations::embedded().traits;
    // No input of GetRecords stands by itself; the cases have one all the same.
    let names = traits.iter().filter(|(name, traits)| traits.checked || *name == "GetRecords");
    let mut missing = Vec::new();
    for (name, _) in names {
        let operation = operation(name);
        for member in judged_members(model, operation) {
            let path = match model.members(operation.output.as_deref()).next() {
                Some((outer, _)) if outer != member && !has_member(model, operation, member) => {
                    format!("{outer}.{member}")
                }
                Some(_) | None => member.to_owned(),
            };
            let case = form_case(model, operation, &path).expect("a judged member has one");
            if !has(&case) {
                missing.push(case);
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

fn has_member(model: &Model, operation: &Operation, member: &str) -> bool {
    model.members(operation.output.as_deref()).any(|(name, _)| name == member)
}
