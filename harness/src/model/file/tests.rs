use super::super::{Model, ModelError, Shape};

const COMMITTED: &str = include_str!("../../../model/kinesis.json");

#[test]
fn the_committed_model_parses_and_holds_together() {
    let model = Model::parse(COMMITTED).expect("the committed model");
    assert_eq!(model.operations.len(), 57);
    assert_eq!(model.target_prefix, "Kinesis_20131202");
    assert_eq!(&model, Model::embedded());
    for (name, operation) in &model.operations {
        assert_eq!(name, &operation.name);
        for error in &operation.errors {
            let shape = model.shape(error);
            assert!(matches!(shape, Some(Shape::Structure { exception: true, .. })), "{name}: {error}");
        }
    }
    let streams: Vec<_> = model.operations.values().filter(|operation| operation.event_stream).collect();
    assert_eq!(streams.len(), 1);
    assert_eq!(streams[0].name, "SubscribeToShard");
}

#[test]
fn the_committed_model_is_written_as_it_stands() {
    let model = Model::parse(COMMITTED).expect("the committed model");
    assert!(model.to_text() == COMMITTED, "the committed model is not in its stable form");
}

#[test]
fn a_fault_is_placed_by_line_and_column() {
    let broken = COMMITTED.replacen("\"source\"", "\"sauce\"", 1);
    match Model::parse(&broken) {
        Err(ModelError::Form { line, column, reason }) => {
            assert_eq!((line, column), (3, 8));
            assert!(reason.starts_with("unknown field `sauce`"), "{reason}");
        }
        other => panic!("{:?}", other.map(|model| model.source)),
    }
}

#[test]
fn an_empty_text_is_refused() {
    let error = Model::parse("").expect_err("nothing is no model");
    assert_eq!(error.to_string(), "read the model at line 1, column 1: EOF while parsing a value");
}

#[test]
fn a_form_of_another_version_is_refused() {
    let newer = COMMITTED.replacen("\"format\": 1", "\"format\": 2", 1);
    let error = Model::parse(&newer).expect_err("version 2 is not known");
    assert_eq!(error.to_string(), "read the model: its form is version 2, this build reads version 1");
}

#[test]
fn every_way_to_name_a_shape_is_resolved() {
    let model = Model::parse(COMMITTED).expect("the committed model");
    for (shape, user) in [
        ("StartStreamEncryptionInput", "StartStreamEncryption"),
        ("DescribeLimitsOutput", "DescribeLimits"),
        ("ShardIdList", ""),
        ("TagValue", ""),
        ("KMSOptInRequired", ""),
    ] {
        let mut without = model.clone();
        without.shapes.remove(shape).expect("the shape is there to begin with");
        match without.check() {
            Err(ModelError::MissingShape { shape: missing, user: found }) => {
                assert_eq!(missing, shape);
                assert!(user.is_empty() || user == found, "{found}");
            }
            other => panic!("{shape}: {other:?}"),
        }
    }
}

#[test]
fn a_pattern_that_is_no_regular_expression_is_refused() {
    let mut model = Model::parse(COMMITTED).expect("the committed model");
    let shape = Shape::String { min: None, max: None, pattern: Some("a[".to_owned()), values: Vec::new() };
    model.shapes.insert("StreamName".to_owned(), shape);
    let error = model.check().expect_err("the class is not closed").to_string();
    assert!(error.starts_with("read shape `StreamName`: its pattern is no regular expression"), "{error}");
}
