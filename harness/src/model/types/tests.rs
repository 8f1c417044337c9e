use super::super::{Model, Value};
use super::{BlobForm, TypeError, type_error};

fn error_of(operation: &str, input: &Value) -> Option<TypeError> {
    error_in(BlobForm::Base64, operation, input)
}

fn error_in(blobs: BlobForm, operation: &str, input: &Value) -> Option<TypeError> {
    let model = Model::embedded();
    type_error(model, model.operation(operation).expect("a modelled operation"), blobs, input)
}

/// The text for one member's value; other members, required ones too, are left out.
fn text(operation: &str, member: &str, value: Value) -> Option<String> {
    error_of(operation, &Value::from([(member, value)]))
        .map(|error| error.message.expect("JSON has a text for it"))
}

fn list() -> Value {
    Value::List(Vec::new())
}

const CLASS_OF_NUMBERS: &str = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber";
const NO_LIST: &str = "Start of list found where not expected";
const NO_STRUCTURE: &str = "Start of structure or map found where not expected.";

#[test]
fn strings_are_refused_other_types_as_recorded() {
    let text = |value| text("StartStreamEncryption", "KeyId", value);
    let number = format!("{CLASS_OF_NUMBERS} can not be converted to an String");
    let boolean = "class java.lang.Boolean can not be converted to an String";
    assert_eq!(text(true.into()).as_deref(), Some(boolean));
    assert_eq!(text(23.into()), Some(number.clone()));
    assert_eq!(text(Value::Float(34.56)), Some(number));
    assert_eq!(text(list()).as_deref(), Some(NO_LIST));
    assert_eq!(text(Value::empty()).as_deref(), Some(NO_STRUCTURE));
    assert_eq!(text("alias/aws/kinesis".into()), None);
    assert_eq!(text(Value::Null), None);
}

#[test]
fn integers_are_refused_other_types_as_recorded() {
    let text = |value| text("GetRecords", "Limit", value);
    let string = "class java.lang.String can not be converted to an Integer";
    let boolean = "class java.lang.Boolean can not be converted to an Integer";
    assert_eq!(text("23".into()).as_deref(), Some(string));
    assert_eq!(text(true.into()).as_deref(), Some(boolean));
    assert_eq!(text(list()).as_deref(), Some(NO_LIST));
    assert_eq!(text(Value::empty()).as_deref(), Some(NO_STRUCTURE));
    assert_eq!(text(Value::Float(2.5)), None);
    assert_eq!(text(100_000_000_000.into()), None);
}

#[test]
fn blobs_are_refused_other_types_and_bad_base64_as_recorded() {
    let text = |value| text("PutRecord", "Data", value);
    let number = format!("{CLASS_OF_NUMBERS} can not be converted to a Blob");
    assert_eq!(text(true.into()).as_deref(), Some("class java.lang.Boolean can not be converted to a Blob"));
    assert_eq!(text(23.into()), Some(number));
    for (base64, complaint) in [
        ("23456", "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
        ("=+/=", "Invalid Base64 character: '='"),
        ("+/+=", "Invalid last non-pad Base64 character dectected"),
        ("====", "Invalid Base64 character: '='"),
        ("AB==", "Invalid last non-pad Base64 character dectected"),
        ("A b=", "Invalid Base64 character: ' '"),
    ] {
        let wanted = format!("'{base64}' can not be converted to a Blob: {complaint}");
        assert_eq!(text(base64.into()), Some(wanted));
    }
    for good in ["", "AAAA", "AAA=", "AA==", "+/+8", "+/8="] {
        assert_eq!(text(good.into()), None, "{good}");
    }
    assert_eq!(text(list()).as_deref(), Some(NO_LIST));
    assert_eq!(text(Value::empty()).as_deref(), Some(NO_STRUCTURE));
    assert_eq!(text(Value::Blob(vec![0])), None);
}

#[test]
fn times_are_refused_other_types_as_recorded() {
    let text = |value| text("GetShardIterator", "Timestamp", value);
    let string = "class java.lang.String can not be converted to milliseconds since epoch";
    let boolean = "class java.lang.Boolean can not be converted to milliseconds since epoch";
    assert_eq!(text("23".into()).as_deref(), Some(string));
    assert_eq!(text(true.into()).as_deref(), Some(boolean));
    assert_eq!(text(list()).as_deref(), Some(NO_LIST));
    assert_eq!(text(Value::empty()).as_deref(), Some(NO_STRUCTURE));
    assert_eq!(text(Value::Float(1.5)), None);
    assert_eq!(text(Value::Time(1_500)), None);
}

#[test]
fn collections_and_structures_are_refused_scalars_and_each_other_as_recorded() {
    for scalar in [Value::from("23"), true.into(), 23.into(), Value::Float(34.56)] {
        assert_eq!(text("PutRecords", "Records", scalar.clone()).as_deref(), Some("Expected list or null"));
        assert_eq!(text("AddTagsToStream", "Tags", scalar.clone()).as_deref(), Some("Expected map or null"));
        let records = Value::List(vec![scalar]);
        assert_eq!(text("PutRecords", "Records", records).as_deref(), Some("Expected null"));
    }
    assert_eq!(text("PutRecords", "Records", Value::empty()).as_deref(), Some(NO_STRUCTURE));
    assert_eq!(text("AddTagsToStream", "Tags", list()).as_deref(), Some(NO_LIST));
    assert_eq!(text("PutRecords", "Records", Value::List(vec![list()])).as_deref(), Some(NO_LIST));
}

#[test]
fn booleans_follow_the_table_that_was_never_run_here() {
    let model = Model::embedded();
    let found = model.operations.values().find_map(|operation| {
        let mut members = model.members(operation.input.as_deref());
        members
            .find(|(_, member)| model.shape(&member.shape) == Some(&super::Shape::Boolean))
            .map(|(name, _)| (operation.name.as_str(), name))
    });
    let (operation, member) = found.expect("some operation takes a boolean");
    let text = |value| text(operation, member, value);
    assert_eq!(text("23".into()).as_deref(), Some("'23' can not be converted to an Boolean"));
    assert_eq!(text(23.into()), Some(format!("{CLASS_OF_NUMBERS} can not be converted to an Boolean")));
    assert_eq!(text(Value::Float(2.5)), None);
    assert_eq!(text(list()).as_deref(), Some(NO_LIST));
}

#[test]
fn an_error_inside_a_list_is_placed_by_its_path() {
    let record = |data: Value| Value::from([("Data", data)]);
    let records = Value::List(vec![record("AAAA".into()), record(true.into())]);
    let error = error_of("PutRecords", &Value::from([("Records", records)])).expect("a boolean is no blob");
    assert_eq!(error.path, "records.2.member.data");
}

#[test]
fn the_first_error_in_the_bodys_order_counts() {
    let input = Value::from([("Limit", "1".into()), ("StreamName", 1.into())]);
    assert_eq!(error_of("DescribeStream", &input).map(|error| error.path).as_deref(), Some("limit"));
    let input = Value::from([("StreamName", 1.into()), ("Limit", "1".into())]);
    assert_eq!(error_of("DescribeStream", &input).map(|error| error.path).as_deref(), Some("streamName"));
}

#[test]
fn unknown_members_are_ignored() {
    assert_eq!(text("DeleteStream", "ShardCount", list()), None);
}

#[test]
fn a_body_that_is_no_structure_is_refused_without_a_text() {
    for body in [Value::Null, true.into(), "x".into(), list()] {
        let error = error_of("ListStreams", &body).expect("no structure");
        assert_eq!((error.path.as_str(), error.message), ("", None));
    }
}

#[test]
fn text_for_bytes_is_of_the_wrong_type_where_blobs_are_bytes() {
    let error = |data: Value| error_in(BlobForm::Bytes, "PutRecord", &Value::from([("Data", data)]));
    let refused = error("AAAA".into()).expect("text is no byte string");
    assert_eq!((refused.path.as_str(), refused.message), ("data", None));
    assert_eq!(error(Value::Blob(vec![0])), None);
    assert_eq!(error(Value::Null), None);
}

#[test]
fn bytes_and_times_fit_their_own_shapes_alone_and_no_source_has_the_text() {
    let message = |operation, member, value| {
        error_in(BlobForm::Bytes, operation, &Value::from([(member, value)])).map(|error| error.message)
    };
    for value in [Value::Blob(vec![0]), Value::Time(1_500)] {
        for (operation, member) in [
            ("StartStreamEncryption", "KeyId"),
            ("GetRecords", "Limit"),
            ("PutRecords", "Records"),
            ("AddTagsToStream", "Tags"),
        ] {
            assert_eq!(message(operation, member, value.clone()), Some(None), "{member}");
        }
    }
    assert_eq!(message("PutRecord", "Data", Value::Time(1_500)), Some(None));
    assert_eq!(message("GetShardIterator", "Timestamp", Value::Blob(vec![0])), Some(None));
    assert_eq!(message("GetShardIterator", "Timestamp", Value::Time(1_500)), None);
}
