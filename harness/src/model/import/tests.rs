use super::super::{Model, ModelError, Shape};
use super::import;

/// One operation with an event stream, and a shape of every type.
const SERVICE: &str = r#"{
  "version": "2.0",
  "metadata": {"protocol": "json", "jsonVersion": "1.1", "targetPrefix": "Kinesis_20131202"},
  "operations": {
    "Subscribe": {
      "name": "Subscribe", "http": {"method": "POST", "requestUri": "/"},
      "input": {"shape": "In"}, "output": {"shape": "Out"}, "errors": [{"shape": "Refused"}],
      "staticContextParams": {"OperationType": {"value": "data"}}
    },
    "Plain": {"name": "Plain", "input": {"shape": "In"}}
  },
  "shapes": {
    "In": {"type": "structure", "required": ["Name"], "members": {
      "Name": {"shape": "Name", "contextParam": {"name": "StreamName"}},
      "At": {"shape": "Time"}, "Count": {"shape": "Count"}, "Tags": {"shape": "Tags"},
      "Names": {"shape": "Names"}, "Data": {"shape": "Data"}, "Flag": {"shape": "Flag"},
      "Age": {"shape": "Age"}}},
    "Out": {"type": "structure", "members": {"Events": {"shape": "Events"}}},
    "Events": {"type": "structure", "members": {"Event": {"shape": "Out"}}, "eventstream": true},
    "Refused": {"type": "structure", "members": {}, "exception": true},
    "Name": {"type": "string", "min": 1, "max": 128, "pattern": "[a-z]+", "enum": ["a", "b"]},
    "Names": {"type": "list", "member": {"shape": "Name"}, "min": 1, "max": 7},
    "Tags": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Name"}, "max": 200},
    "Time": {"type": "timestamp"},
    "Count": {"type": "integer", "min": -1, "max": 10},
    "Age": {"type": "long", "min": 0},
    "Flag": {"type": "boolean"},
    "Data": {"type": "blob", "min": 0, "max": 1024}
  }
}"#;

fn fault(from: &str, to: &str) -> ModelError {
    assert!(SERVICE.contains(from), "the sample does not hold {from}");
    import(&SERVICE.replacen(from, to, 1), "sample").expect_err("the sample is corrupted")
}

#[test]
fn every_type_of_shape_is_imported_with_its_bounds() {
    let model = import(SERVICE, "sample 1").expect("the sample");
    assert_eq!(model.source, "sample 1");
    let string = Shape::String {
        min: Some(1),
        max: Some(128),
        pattern: Some("[a-z]+".to_owned()),
        values: vec!["a".to_owned(), "b".to_owned()],
    };
    let list = Shape::List { member: "Name".to_owned(), min: Some(1), max: Some(7) };
    let map = Shape::Map { key: "Name".to_owned(), value: "Name".to_owned(), min: None, max: Some(200) };
    for (name, shape) in [
        ("Name", string),
        ("Names", list),
        ("Tags", map),
        ("Time", Shape::Timestamp),
        ("Count", Shape::Integer { min: Some(-1), max: Some(10) }),
        ("Age", Shape::Long { min: Some(0), max: None }),
        ("Flag", Shape::Boolean),
        ("Data", Shape::Blob { min: Some(0), max: Some(1024) }),
    ] {
        assert_eq!(model.shape(name), Some(&shape));
    }
    let members: Vec<_> = model.members(Some("In")).map(|(name, member)| (name, member.required)).collect();
    assert_eq!(members[..2], [("Name", true), ("At", false)]);
    assert!(matches!(model.shape("Refused"), Some(Shape::Structure { exception: true, .. })));
}

#[test]
fn an_output_with_an_event_stream_makes_the_operation_one() {
    let model = import(SERVICE, "sample").expect("the sample");
    let subscribe = model.operation("Subscribe").expect("it is in the sample");
    assert!(subscribe.event_stream);
    assert_eq!(subscribe.errors, ["Refused"]);
    let plain = model.operation("Plain").expect("it is in the sample");
    assert!(!plain.event_stream);
    assert_eq!(plain.output, None);
}

#[test]
fn what_is_imported_reads_back_from_its_committed_form() {
    let model = import(SERVICE, "sample").expect("the sample");
    let text = model.to_text();
    assert!(text.ends_with("}\n"));
    assert_eq!(Model::parse(&text).expect("our own text"), model);
}

#[test]
fn an_unknown_type_is_refused_by_name() {
    let error = fault(r#""type": "boolean""#, r#""type": "document""#);
    assert_eq!(error.to_string(), "read shape `Flag`: its type `document` is not known");
}

#[test]
fn a_name_that_does_not_resolve_is_refused_with_its_user() {
    for (from, to, user) in [
        (r#"{"shape": "In"}"#, r#"{"shape": "Gone"}"#, "Subscribe"),
        (r#""At": {"shape": "Time"}"#, r#""At": {"shape": "Gone"}"#, "In"),
        (r#""member": {"shape": "Name"}"#, r#""member": {"shape": "Gone"}"#, "Names"),
        (r#""value": {"shape": "Name"}"#, r#""value": {"shape": "Gone"}"#, "Tags"),
        (r#"[{"shape": "Refused"}]"#, r#"[{"shape": "Gone"}]"#, "Subscribe"),
    ] {
        let error = fault(from, to).to_string();
        assert_eq!(error, format!("resolve shape `Gone`, which `{user}` uses: the model does not hold it"));
    }
}

#[test]
fn a_shape_that_contradicts_itself_is_refused() {
    let error = fault(r#""required": ["Name"]"#, r#""required": ["Nome"]"#);
    assert_eq!(error.to_string(), "read shape `In`: it requires `Nome`, which is no member of it");
    let error = fault(r#""member": {"shape": "Name"}, "#, "");
    assert_eq!(error.to_string(), "read shape `Names`: it has no `member`");
    let error = fault(r#""min": 1, "max": 7"#, r#""min": -1, "max": 7"#);
    assert_eq!(error.to_string(), "read shape `Names`: a length is negative");
}

#[test]
fn text_that_is_not_of_the_form_is_placed() {
    let error = fault(r#""min": 0, "max": 1024"#, r#""min": "none", "max": 1024"#);
    let ModelError::Form { line, reason, .. } = error else { panic!("{error:?}") };
    assert_eq!(line, 28);
    assert!(reason.contains("expected i64"), "{reason}");
}
