use proptest::prelude::*;

use super::super::{FactError, FactId, Operations, Registry, Strength};

const FACT: &str = r#"{"id": "T-001", "topic": "t", "operation": "A, B", "fact": "f", "error": null, "message": null, "strength": "recorded-from-AWS", "source": "s", "as_of": "2018-03", "http_status": 400, "input": {"a": [1]}}"#;

#[test]
fn the_committed_registry_parses_and_has_lost_nothing() {
    let registry = Registry::embedded();
    assert!(registry.iter().count() >= 743);
    let fact = registry.get(&FactId("SSE-010".to_owned())).expect("a fact that cases cite");
    assert_eq!(fact.topic, "encryption");
    for strength in
        [Strength::Inferred, Strength::Model, Strength::Reported, Strength::Documented, Strength::Recorded]
    {
        assert!(registry.iter().any(|fact| fact.strength == strength), "no fact is {strength}");
    }
}

#[test]
fn the_operations_that_facts_name_are_operations_of_the_model() {
    let model = crate::model::Model::embedded();
    for fact in Registry::embedded().iter() {
        if let Operations::These(names) = &fact.operations {
            for name in names {
                assert!(model.operation(name).is_some(), "{}: {name}", fact.id);
            }
        }
    }
}

#[test]
fn a_line_becomes_a_fact() {
    let registry = Registry::parse(&format!("\n{FACT}\n\n")).expect("one fact");
    let fact = registry.get(&FactId("T-001".to_owned())).expect("its id");
    assert_eq!(fact.strength, Strength::Recorded);
    assert_eq!(fact.operations, Operations::These(vec!["A".to_owned(), "B".to_owned()]));
    assert_eq!((fact.http_status, fact.error.as_deref()), (Some(400), None));
    assert!(fact.covers("B"));
    assert!(!fact.covers("C"));
    assert!(!fact.covers("A, B"));
}

#[test]
fn a_fact_about_all_operations_covers_any() {
    let registry = Registry::parse(&FACT.replace("A, B", "*")).expect("one fact");
    assert!(registry.iter().all(|fact| fact.covers("AnythingAtAll")));
}

#[test]
fn a_duplicate_id_is_refused_with_its_line() {
    let error = Registry::parse(&format!("{FACT}\n\n{FACT}\n")).expect_err("the same id twice");
    assert!(matches!(&error, FactError::Duplicate { line: 3, .. }), "{error:?}");
    assert_eq!(error.to_string(), "read the facts at line 3: the id `T-001` stands on an earlier line too");
}

#[test]
fn a_fault_is_placed_by_line_and_column() {
    for (from, to, reason) in [
        ("\"topic\"", "\"topik\"", "unknown field `topik`"),
        ("recorded-from-AWS", "rumoured", "unknown variant `rumoured`"),
        ("\"http_status\": 400", "\"http_status\": \"x\"", "invalid type: string"),
        ("T-001", "", "its `id` is empty"),
        ("A, B", "A,, B", "its `operation` names nothing"),
    ] {
        let text = format!("{}\n{}", FACT.replace("T-001", "T-000"), FACT.replace(from, to));
        match Registry::parse(&text) {
            Err(FactError::Form { line: 2, column, reason: found }) => {
                assert!(found.starts_with(reason), "{found}");
                assert!((1..=FACT.len()).contains(&column), "{column}");
            }
            other => panic!("{from}: {other:?}"),
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_text_is_read_without_panic(text in any::<String>()) {
        let _ = Registry::parse(&text);
        let _ = Registry::parse(&FACT.replace("2018-03", &text.escape_default().to_string()));
    }
}
