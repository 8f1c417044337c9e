use super::*;
use crate::case::ast::FixtureStatus;
use crate::plan::{TextCache, case_text};
use crate::testing::generated::{ID, above_max, from_yaml};

fn map<const N: usize>(members: [(&str, Tree); N]) -> Tree {
    let members = members.into_iter().map(|(name, tree)| (name.to_owned(), tree)).collect();
    Tree { span: Span::default(), node: Node::Map(members) }
}

fn same(generated: Generated) {
    let generated = generated.trial();
    let yaml = from_yaml(&generated);
    assert_eq!(generated.question_digest, yaml.question_digest, "{}", generated.source().text);
    assert_eq!(
        (&generated.id, &generated.case_id, &generated.operation, &generated.title, generated.level),
        (&yaml.id, &yaml.case_id, &yaml.operation, &yaml.title, yaml.level)
    );
    assert_eq!((&generated.affects, &generated.stops), (&yaml.affects, &yaml.stops));
    assert_eq!((generated.facts(), generated.suite_name()), (yaml.facts(), yaml.suite_name()));
}

#[test]
fn a_generated_trial_is_the_trial_of_a_case_that_says_the_same() {
    same(above_max(Rule::MaxLength));
    same(Generated { encoding: Encoding::Cbor, ..above_max(Rule::MaxLength) });
}

#[test]
fn every_value_state_and_address_is_written_as_it_is_read() {
    let values = [
        Value::Null,
        Value::from(true),
        Value::from(-1),
        Value::Float(0.5),
        Value::Time(1_700_000_000_000),
        Value::Blob(vec![0, 255]),
        Value::from("name-1.x"),
        Value::from("$key.managed"),
        Value::from("true"),
        Value::from("1"),
        Value::from(""),
        Value::from("a \"b\": {c}, #d\n\u{e9}"),
    ];
    let mut trial = above_max(Rule::Enum);
    trial.setup = IndexMap::from([
        (
            FixtureName::Stream,
            Fixture::Own {
                status: FixtureStatus::Updating,
                encryption: Some(bound(Reference::Key("managed".to_owned()))),
                setups: Vec::new(),
                shards: 2,
            },
        ),
        (FixtureName::Other, Fixture::Missing),
    ]);
    trial.steps[0].expect = Expected::Accepted;
    trial.steps.push(GeneratedCall {
        operation: "PutRecords".to_owned(),
        address: CallAddress::None,
        with: map([
            ("StreamARN", bound(Reference::StreamArn(FixtureName::Stream))),
            ("Records", input(Value::List(values.to_vec()))),
            ("$odd", map([("Nested", input(Value::List(Vec::new())))])),
        ]),
        ..trial.steps[0].clone()
    });
    trial.steps[0].address = CallAddress::Fixed(Address::Arn);
    same(trial);
}

#[test]
fn places_stand_in_the_text_that_is_written_for_readers() {
    let trial = above_max(Rule::MaxLength).trial();
    let source = trial.source();
    let at = |span: Span| &source.text[span.offset as usize..(span.offset + span.len) as usize];
    let step = &trial.steps[0];
    let call = step.call().expect("a call");
    assert_eq!(source.path, ID);
    assert!(at(step.span).starts_with("call: StartStreamEncryption\n"), "{}", at(step.span));
    assert_eq!(at(call.operation.span), "StartStreamEncryption");
    let Body::Tree(Tree { node: Node::Map(members), .. }) = &call.with else { panic!("members") };
    assert_eq!(at(members["KeyId"].span), "{$repeat: [k, 2049]}");
    assert_eq!(at(call.expect.span), "{error: ValidationException, clauses: [[keyId, max-length]]}");
    let Answer::Refused(refusal) = &call.expect.answer else { panic!("a refusal") };
    assert_eq!(at(refusal.clauses[0].span), "[keyId, max-length]");
    let line = source.text.lines().nth(call.expect.span.line as usize - 1).expect("a line");
    assert!(
        line.chars().skip(call.expect.span.column as usize - 1).collect::<String>().starts_with("{error")
    );

    let text = case_text(&trial, &mut TextCache::default());
    assert_eq!((text.file.as_str(), text.first_line, &*text.source), (ID, 1, source.text.as_str()));
}

#[test]
fn a_long_run_of_bytes_is_written_by_its_length() {
    let mut trial = above_max(Rule::MaxLength);
    trial.steps[0].with = input(Value::from([("Data", Value::Blob(vec![97; 1_048_577]))]));
    let trial = trial.trial();
    assert!(trial.source().text.contains("with: {Data: {$bytes: {$repeat: [\"61\", 1048577]}}}\n"));
}
