use super::super::{Constraint, Model, Shape, Value, message};
use super::{Violation, violations};

fn found(operation: &str, input: &Value) -> Vec<Violation> {
    let model = Model::embedded();
    violations(model, model.operation(operation).expect("a modelled operation"), input)
}

fn text(operation: &str, input: &Value) -> String {
    message(&found(operation, input))
}

/// A recorded input as a decoded value. The texts abridge long runs of one letter.
fn decoded(model: &Model, shape: &str, json: &serde_json::Value) -> Value {
    let shape = model.shape(shape);
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::Number(number) => Value::Integer(number.as_i64().expect("a whole number")),
        serde_json::Value::String(text) if matches!(shape, Some(Shape::Blob { .. })) => {
            assert!(text.is_empty(), "only empty blobs are in the recorded cases that are used");
            Value::Blob(Vec::new())
        }
        serde_json::Value::String(text) => Value::String(spelled_out(text)),
        serde_json::Value::Array(elements) => {
            let Some(Shape::List { member, .. }) = shape else { panic!("{shape:?}") };
            Value::List(elements.iter().map(|element| decoded(model, member, element)).collect())
        }
        serde_json::Value::Object(members) => Value::Map(
            members
                .iter()
                .map(|(name, value)| {
                    let of_member = match shape {
                        Some(Shape::Structure { members, .. }) => members[name.as_str()].shape.as_str(),
                        Some(Shape::Map { value, .. }) => value,
                        other => panic!("{other:?}"),
                    };
                    (spelled_out(name), decoded(model, of_member, value))
                })
                .collect(),
        ),
    }
}

/// `<a x 129>` and `<'a' x 129>` as so many letters.
fn spelled_out(text: &str) -> String {
    let abridged = regex::Regex::new("<'?a'? x ([0-9]+)>").expect("a literal");
    abridged
        .replace_all(text, |found: &regex::Captures<'_>| "a".repeat(found[1].parse().expect("digits")))
        .into_owned()
}

/// The clauses of a message, sorted: their order is not pinned (VAL-024).
fn sorted(message: &str) -> Vec<&str> {
    let (head, clauses) = message.split_once(": ").expect("a count and clauses");
    let mut parts: Vec<_> = clauses.split("; ").collect();
    parts.push(head);
    parts.sort_unstable();
    parts
}

#[test]
fn recorded_cases_that_todays_model_still_has_give_the_recorded_clauses() {
    let model = Model::embedded();
    let facts = include_str!("../../../facts/facts.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a fact"))
        .filter(|fact| fact["topic"] == "validation-case");
    let mut compared = 0;
    for fact in facts {
        let recorded = fact["message"].as_str().expect("a message");
        let stale = fact["fact"].as_str().is_some_and(|fact| fact.contains("Likely stale"));
        if stale || recorded.starts_with('/') || recorded.contains("<...") {
            continue;
        }
        let operation =
            model.operation(fact["operation"].as_str().expect("one operation")).expect("modelled");
        let input = decoded(model, operation.input.as_deref().expect("an input"), &fact["input"]);
        let ours = message(&violations(model, operation, &input));
        assert_eq!(sorted(&ours), sorted(&spelled_out(recorded)), "{}", fact["id"]);
        compared += 1;
    }
    assert!(compared >= 28, "{compared}");
}

#[test]
fn an_empty_body_breaks_what_is_required() {
    assert_eq!(
        text("StartStreamEncryption", &Value::empty()),
        "2 validation errors detected: Value null at 'encryptionType' failed to satisfy constraint: Member must \
         not be null; Value null at 'keyId' failed to satisfy constraint: Member must not be null"
    );
}

#[test]
fn a_null_is_an_absent_member() {
    let input =
        Value::from([("EncryptionType", "KMS".into()), ("KeyId", Value::Null), ("StreamName", Value::Null)]);
    let found = found("StartStreamEncryption", &input);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].path.as_str(), &found[0].constraint), ("keyId", &Constraint::NotNull));
    assert_eq!(found[0].printed.as_deref(), Some("null"));
}

#[test]
fn an_unknown_enum_value_and_an_empty_key_are_named() {
    let input = Value::from([("EncryptionType", "AES".into()), ("KeyId", "".into())]);
    assert_eq!(
        text("StartStreamEncryption", &input),
        "2 validation errors detected: Value 'AES' at 'encryptionType' failed to satisfy constraint: Member must \
         satisfy enum value set: [NONE, KMS]; Value '' at 'keyId' failed to satisfy constraint: Member must have \
         length greater than or equal to 1"
    );
}

#[test]
fn a_valid_input_breaks_nothing() {
    let input = Value::from([
        ("StreamName", "a".into()),
        ("EncryptionType", "KMS".into()),
        ("KeyId", "alias/aws/kinesis".into()),
        ("Unknown", "ignored".into()),
    ]);
    assert_eq!(found("StartStreamEncryption", &input), []);
}

#[test]
fn keys_and_values_of_a_map_are_named_with_the_whole_map() {
    let long = "a".repeat(129);
    let input =
        Value::from([("Tags", Value::from([("b", "1".into()), (long.as_str(), "a".repeat(257).into())]))]);
    let map = format!("{{b=1, {long}={}}}", "a".repeat(257));
    assert_eq!(
        text("AddTagsToStream", &input),
        format!(
            "2 validation errors detected: Value '{map}' at 'tags' failed to satisfy constraint: Map keys must \
             satisfy constraint: [Member must have length less than or equal to 128, Member must have length \
             greater than or equal to 1]; Value '{map}' at 'tags' failed to satisfy constraint: Map value must \
             satisfy constraint: [Member must have length less than or equal to 256, Member must have length \
             greater than or equal to 0]"
        )
    );
}

#[test]
fn elements_of_an_enum_list_are_named_with_the_whole_list() {
    let metrics = Value::List(vec!["ALL".into(), "NOPE".into()]);
    let found = found("EnableEnhancedMonitoring", &Value::from([("ShardLevelMetrics", metrics)]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "shardLevelMetrics");
    assert_eq!(found[0].printed.as_deref(), Some("[ALL, NOPE]"));
    assert!(matches!(&found[0].constraint, Constraint::Elements(inner) if inner.len() == 1));
}

#[test]
fn a_members_path_counts_list_elements_from_one_and_a_blob_is_not_printed() {
    let good = Value::from([("Data", Value::Blob(Vec::new())), ("PartitionKey", "p".into())]);
    let long = Value::from([("Data", Value::Blob(vec![0; 10_485_761])), ("PartitionKey", "p".into())]);
    let input = Value::from([("Records", Value::List(vec![good, long]))]);
    assert_eq!(
        text("PutRecords", &input),
        "1 validation error detected: Value at 'records.2.member.data' failed to satisfy constraint: Member must \
         have length less than or equal to 10485760"
    );
}

#[test]
fn a_message_names_ten_violations_at_most() {
    let record = Value::from([("Data", Value::Blob(Vec::new())), ("PartitionKey", "".into())]);
    let input = Value::from([("Records", Value::List(vec![record; 501])), ("StreamName", "s".into())]);
    assert_eq!(found("PutRecords", &input).len(), 502);
    let text = text("PutRecords", &input);
    let start =
        "10 validation errors detected: Value '[com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@";
    assert!(text.starts_with(start), "{}", &text[..200]);
    let end = "Value '' at 'records.9.member.partitionKey' failed to satisfy constraint: Member must have length \
               greater than or equal to 1";
    assert!(text.ends_with(end), "{}", &text[text.len() - 200..]);
}

#[test]
fn numbers_are_held_clamped_to_their_width_and_cut_to_whole_ones() {
    let input = Value::from([("ShardIterator", "i".into()), ("Limit", 100_000_000_000.into())]);
    assert_eq!(found("GetRecords", &input)[0].printed.as_deref(), Some("2147483647"));
    let input = Value::from([("ShardIterator", "i".into()), ("Limit", Value::Float(0.9))]);
    assert_eq!(found("GetRecords", &input)[0].printed.as_deref(), Some("0"));
    let input = Value::from([("ShardIterator", "i".into()), ("Limit", Value::Float(10_000.9))]);
    assert_eq!(found("GetRecords", &input), []);
}

#[test]
fn members_of_structures_are_required_where_the_structure_is_given() {
    let input = Value::from([
        ("ConsumerARN", "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c:1".into()),
        ("ShardId", "shardId-000000000000".into()),
        ("StartingPosition", Value::empty()),
    ]);
    let found = found("SubscribeToShard", &input);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "startingPosition.type");
    assert_eq!(found[0].constraint, Constraint::NotNull);
}

#[test]
fn values_of_other_types_break_no_constraint() {
    let input = Value::from([("EncryptionType", 1.into()), ("KeyId", Value::List(Vec::new()))]);
    assert_eq!(found("StartStreamEncryption", &input), []);
}

#[test]
fn equal_structures_print_equal_digits_and_others_print_others() {
    let record = |key: &str| Value::from([("Data", Value::Blob(Vec::new())), ("PartitionKey", key.into())]);
    // VAL-034.
    let mut records = vec![record("a"); 500];
    records.push(record("b"));
    let found =
        found("PutRecords", &Value::from([("Records", Value::List(records)), ("StreamName", "s".into())]));
    assert!(found[0].printed_structure);
    let printed = found[0].printed.as_deref().expect("a list is printed").trim_matches(['[', ']']);
    let printed: Vec<_> = printed.split(", ").collect();
    assert!(printed[..500].iter().all(|one| *one == printed[0]));
    assert_ne!(printed[0], printed[500]);
}
