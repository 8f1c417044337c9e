use super::*;
use crate::testing::cases::{bindings, tree};

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::from(members)
}

fn differences(stated: &str, value: Option<&Value>, members: Members) -> Vec<(String, String, String)> {
    compare(&tree(stated), value, members, &bindings())
        .differences
        .into_iter()
        .map(|difference| (difference.path, difference.expected, difference.actual))
        .collect()
}

#[test]
fn a_value_as_stated_does_not_differ() {
    let arn = "arn:aws:kinesis:us-east-1:123456789012:stream/kinesis-conformance-1-0001";
    for (stated, value) in [
        ("24", Value::Integer(24)),
        ("24", Value::Float(24.0)),
        ("24.0", Value::Integer(24)),
        ("true", Value::Bool(true)),
        ("text", Value::from("text")),
        ("{$utf8: abc}", Value::Blob(b"abc".to_vec())),
        ("{$time: 1500}", Value::Time(1500)),
        ("[1, 2]", Value::List(vec![Value::Integer(1), Value::Integer(2)])),
        ("[]", Value::List(vec![])),
        ("{A: 1}", map([("A", Value::Integer(1)), ("B", Value::Null)])),
        ("{A: $absent}", map([("B", Value::Null)])),
        ("{A: $present}", map([("A", Value::Null)])),
        ("{$one-of: [a, b]}", Value::from("b")),
        ("{$matches: '[a-z]+'}", Value::from("abc")),
        ("{$above: 0}", Value::Integer(1)),
        ("{$above: '99'}", Value::from("100")),
        ("{$above: '0099'}", Value::from("100")),
        ("$stream.arn", Value::from(arn)),
        ("$key.managed", Value::from("alias/aws/kinesis")),
    ] {
        assert_eq!(differences(stated, Some(&value), Members::AtLeast), vec![], "{stated}");
    }
    assert_eq!(differences("$absent", None, Members::AtLeast), vec![]);
}

#[test]
fn what_differs_is_reported_with_its_path_and_free_of_names() {
    let name = Value::from("kinesis-conformance-1-0001");
    let nested = map([("A", Value::List(vec![map([("B", Value::Integer(2))])]))]);
    for (stated, value, wanted) in [
        ("24", Some(Value::Integer(25)), ("", "24", "25")),
        ("24", Some(Value::Float(24.5)), ("", "24", "24.5")),
        ("'24'", Some(Value::Integer(24)), ("", "`24`", "24")),
        ("text", None, ("", "`text`", "absent")),
        ("text", Some(Value::Null), ("", "`text`", "null")),
        ("other", Some(name.clone()), ("", "`other`", "`$stream.name`")),
        ("$stream.arn", Some(name), ("", "$stream.arn", "`$stream.name`")),
        ("$got.shard", Some(Value::from("x")), ("", "$got.shard", "`x`")),
        ("$absent", Some(Value::from("x")), ("", "absent", "`x`")),
        ("$present", None, ("", "present", "absent")),
        ("{$above: 1}", Some(Value::Integer(1)), ("", "above 1", "1")),
        ("{$above: 1}", Some(Value::from("2")), ("", "above 1", "`2`")),
        ("{$above: '100'}", Some(Value::from("99")), ("", "above `100`", "`99`")),
        ("{$above: '5'}", Some(Value::from("seq-6")), ("", "above `5`", "`seq-6`")),
        ("{$above: $got.shard}", None, ("", "above $got.shard", "absent")),
        ("{A: [{B: 1}]}", Some(nested.clone()), ("A.0.B", "1", "2")),
        ("{A: []}", Some(nested.clone()), ("A", "a list of 0", "a list of 1")),
        ("{A: {}}", Some(nested), ("A", "a structure", "a list of 1")),
        ("{$one-of: [a, b]}", Some(Value::from("c")), ("", "one of `a`, `b`", "`c`")),
        ("{$matches: '[a-z]'}", Some(Value::from("abc")), ("", "text like /[a-z]/", "`abc`")),
        ("{$matches: 'a|b'}", Some(Value::from("ax")), ("", "text like /a|b/", "`ax`")),
        ("{$utf8: abc}", Some(Value::Blob(vec![255, 0])), ("", "the bytes of `abc`", "2 bytes")),
    ] {
        let wanted = (wanted.0.to_owned(), wanted.1.to_owned(), wanted.2.to_owned());
        assert_eq!(differences(stated, value.as_ref(), Members::AtLeast), vec![wanted], "{stated}");
    }
}

#[test]
fn members_that_are_not_stated_differ_only_where_exactly_those_are_wanted() {
    let value = map([("A", map([("B", Value::Integer(1)), ("C", Value::Integer(2))]))]);
    assert_eq!(differences("{A: {B: 1}}", Some(&value), Members::AtLeast), vec![]);
    let wanted = ("A.C".to_owned(), "absent".to_owned(), "2".to_owned());
    assert_eq!(differences("{A: {B: 1}}", Some(&value), Members::Exactly), vec![wanted]);
}

#[test]
fn an_open_question_holds_whatever_comes_and_is_noted() {
    let found = compare(&tree("{A: $open.which}"), Some(&map([])), Members::AtLeast, &bindings());
    assert_eq!(found.differences, vec![]);
    assert_eq!(
        found.open_values,
        [OpenValue { question: "which".to_owned(), path: "A".to_owned(), actual: None }]
    );
    assert!(holds(&tree("$open.which"), &Value::Null, &bindings()));
}

#[test]
fn all_members_must_hold_and_absent_ones_are_looked_at() {
    let members = |text: &str| match tree(text).node {
        Node::Map(members) => members,
        node => panic!("a map, not {node:?}"),
    };
    let state = map([("StreamStatus", "ACTIVE".into()), ("KeyId", "k".into())]);
    let hold = |text: &str| members_match(&members(text), &state, &bindings());
    assert!(hold("{StreamStatus: ACTIVE, EncryptionType: $absent}"));
    assert!(!hold("{StreamStatus: ACTIVE, KeyId: $absent}"));
    assert!(!hold("{StreamStatus: ACTIVE, EncryptionType: KMS}"));
}

#[test]
fn long_values_are_cut() {
    let reported = value_text(&Value::from("é".repeat(500)), &bindings());
    assert_eq!(reported.chars().count(), LONGEST + 1);
    assert!(reported.ends_with('…'));
}
