use proptest::prelude::*;

use super::super::{Constraint, Violation, message};
use super::{Clause, parse_message};

fn clause(path: &str, constraint: Constraint) -> Clause {
    Clause { path: path.to_owned(), constraint }
}

fn violation(path: &str, printed: Option<&str>, constraint: Constraint) -> Violation {
    Violation {
        path: path.to_owned(),
        printed: printed.map(str::to_owned),
        printed_structure: false,
        constraint,
    }
}

/// The messages of recorded cases, without those that are regular expressions or abridged.
fn recorded_messages() -> Vec<String> {
    include_str!("../../../facts/facts.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a fact"))
        .filter(|fact| fact["topic"] == "validation-case")
        .filter_map(|fact| fact["message"].as_str().map(str::to_owned))
        .filter(|message| !message.starts_with('/') && !message.contains("<..."))
        .collect()
}

#[test]
fn every_recorded_message_is_read_with_as_many_clauses_as_it_states() {
    let messages = recorded_messages();
    assert!(messages.len() > 50, "{}", messages.len());
    for message in messages {
        let clauses = parse_message(&message).unwrap_or_else(|| panic!("{message}"));
        assert!(message.starts_with(&format!("{} validation error", clauses.len())), "{message}");
    }
}

#[test]
fn nulls_and_values_that_are_not_printed_are_read() {
    let text = "2 validation errors detected: Value null at 'keyId' failed to satisfy constraint: Member must \
                not be null; Value at 'records.1.member.data' failed to satisfy constraint: Member must have \
                length less than or equal to 1048576.";
    assert_eq!(
        parse_message(text),
        Some(vec![
            clause("keyId", Constraint::NotNull),
            clause("records.1.member.data", Constraint::MaxLength(1_048_576)),
        ])
    );
}

#[test]
fn constraints_of_keys_values_and_elements_are_read() {
    let bounds = |most| vec![Constraint::MaxLength(most), Constraint::MinLength(1)];
    for constraint in [
        Constraint::MapKeys(bounds(128)),
        Constraint::MapValue(bounds(256)),
        Constraint::Elements(vec![Constraint::Enum(vec!["A".to_owned(), "B".to_owned()])]),
    ] {
        let text = message(&[violation("tags", Some("{a=; b, c=d}"), constraint.clone())]);
        assert_eq!(parse_message(&text), Some(vec![clause("tags", constraint)]));
    }
}

#[test]
fn a_value_that_looks_like_a_clause_is_reported_by_the_count() {
    let value = "x' at 'a' failed to satisfy constraint: Member must not be null; Value 'y";
    let text = message(&[violation("streamName", Some(value), Constraint::MaxLength(5))]);
    assert_eq!(parse_message(&text), Some(vec![clause("streamName", Constraint::MaxLength(5))]));
}

#[test]
fn a_wrong_count_does_not_hide_the_clauses() {
    let text = "7 validation errors detected: Value '' at 'keyId' failed to satisfy constraint: Member must have \
                length greater than or equal to 1";
    assert_eq!(parse_message(text), Some(vec![clause("keyId", Constraint::MinLength(1))]));
}

#[test]
fn other_texts_are_not_read() {
    for text in [
        "",
        "Stream x under account 000000000000 not found.",
        "1 validation error detected: ",
        "1 validation error detected: Value 'x' at 'y' is bad",
        "1 validation error detected: Value 'x' at 'y' failed to satisfy constraint: Member must be nice",
        "1 validation error detected: Value 'x at 'y' failed to satisfy constraint: Member must not be null",
        "x validation errors detected: Value 'x' at 'y' failed to satisfy constraint: Member must not be null",
    ] {
        assert_eq!(parse_message(text), None, "{text}");
    }
}

#[test]
fn a_text_made_of_beginnings_is_given_up_in_time() {
    let joint = "' at 'a' failed to satisfy constraint: Member must not be null; Value '";
    for (count, joints) in [(60, 500), (9, 500), (99, 500), (9, 20_000)] {
        let text = format!("{count} validation errors detected: Value '{}", joint.repeat(joints));
        assert_eq!(parse_message(&text), None);
    }
}

fn scalar_constraint() -> impl Strategy<Value = Constraint> {
    prop_oneof![
        any::<u64>().prop_map(Constraint::MinLength),
        any::<u64>().prop_map(Constraint::MaxLength),
        any::<i64>().prop_map(Constraint::MinValue),
        any::<i64>().prop_map(Constraint::MaxValue),
        // A last full stop could not be distinguished from the sentence's own.
        r"[a-z0-9|()\[\]^$*+\\,;' .-]{0,20}[a-z\])$*+]".prop_map(Constraint::Pattern),
        prop::collection::vec("[A-Z_]{1,8}", 1..4).prop_map(Constraint::Enum),
    ]
}

fn constraint() -> impl Strategy<Value = Constraint> {
    let inner = || prop::collection::vec(scalar_constraint(), 1..3);
    prop_oneof![
        4 => scalar_constraint(),
        1 => Just(Constraint::NotNull),
        1 => inner().prop_map(Constraint::Elements),
        1 => inner().prop_map(Constraint::MapKeys),
        1 => inner().prop_map(Constraint::MapValue),
    ]
}

/// Values made of what the text itself is made of, short of a whole clause.
fn printed() -> impl Strategy<Value = Option<String>> {
    let piece = prop_oneof![
        Just("'".to_owned()),
        Just("; ".to_owned()),
        Just("; Value '".to_owned()),
        Just("; Value at 'a".to_owned()),
        Just("Value null at '".to_owned()),
        Just("' at '".to_owned()),
        Just("\n".to_owned()),
        Just(".".to_owned()),
        Just(" failed to satisfy constraint".to_owned()),
        any::<String>(),
    ];
    prop::option::weighted(0.9, prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat()))
}

proptest! {
    #[test]
    fn what_message_writes_is_read_back(
        parts in prop::collection::vec(
            (r"[a-z][A-Za-z]{0,8}(\.[1-9][0-9]{0,2}\.member(\.[a-z]{1,5})?)?", printed(), constraint()),
            1..=10,
        )
    ) {
        let violations: Vec<_> = parts
            .into_iter()
            .map(|(path, printed, constraint)| Violation { path, printed, printed_structure: false, constraint })
            .collect();
        let wanted: Vec<_> = violations
            .iter()
            .map(|violation| clause(&violation.path, violation.constraint.clone()))
            .collect();
        let text = message(&violations);
        prop_assert_eq!(parse_message(&text), Some(wanted.clone()));
        prop_assert_eq!(parse_message(&format!("{text}.")), Some(wanted));
    }

    #[test]
    fn arbitrary_text_is_read_without_panic(text in any::<String>()) {
        parse_message(&text);
        parse_message(&format!("1 validation error detected: Value '{text}"));
        let tail = format!("Value '' at 'x' failed to satisfy constraint: Member must {text}");
        parse_message(&format!("2 validation errors detected: {tail}"));
    }
}
