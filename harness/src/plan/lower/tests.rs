use super::*;
use crate::case::ast::{FixtureName, Reference};
use crate::model::Value;
use crate::testing::cases::{manifest, only};

/// Every place in which a row's column may stand.
const EVERYWHERE: &str = "
  a:
    title: A start is answered
    level: core
    affects: [security, producers]
    kills-nothing: a test
    given: {stream: {encryption: $each.key, status: updating, shards: 2}, other: missing}
    each:
      row:
        title: A row says so itself
        key: $key.managed
        status: UPDATING
        text: some text
        list: [1, {a: two}]
    steps:
      - call: DescribeStreamSummary
        with: {Deep: [{Er: $each.list}]}
        wire: {target: $each.text, headers: {x-one: $each.text}}
        expect: {accepted: {StreamDescriptionSummary: {StreamStatus: $each.status}}, headers: {x-two: $each.text}}
        because: [SSE-026]
      - observe: stream
        level: strict
        because: [SSE-010]
        states:
          - {StreamStatus: ACTIVE, optional: true}
          - {StreamStatus: $each.status}
        during:
          UPDATING:
            - call: PutRecord
              with: {Data: {$utf8: d}, PartitionKey: $each.text}
              expect: accepted
              because: [SSE-012]
      - race:
          - with: {EncryptionType: KMS, KeyId: $each.key}
          - with: {EncryptionType: KMS, KeyId: $each.key}
        exactly-one: accepted
        others: {error: ResourceInUseException, message: $each.text}
        because: [SSE-001]
      - repeat: 2
        until: as-expected
        steps:
          - call: DescribeStream
            with: {ExclusiveStartShardId: $each.text}
            expect: {error: ValidationException, document: {__type: $each.text}}
            because: [SSE-026]
      - call: DescribeStreamSummary
        with: {}
        by: 5s after answer
        until: {StreamDescriptionSummary: {StreamStatus: $each.status}}
        expect: accepted
        because: [SSE-026]
      - read: stream
        within: 5s
        records: [{Data: {$utf8: d}, PartitionKey: $each.text}]
        because: [SSE-013]
";

#[test]
fn no_column_of_a_row_is_left_anywhere() {
    let trial = only(&manifest(EVERYWHERE));
    let text = format!("{:?} {:?}", trial.given, trial.steps);
    assert!(!text.contains("Each("), "{text}");
    assert_eq!(text.matches("some text").count(), 8, "{text}");
    assert_eq!(text.matches("Key(\"managed\")").count(), 3, "{text}");
}

#[test]
fn a_row_gives_its_title_and_the_case_everything_else() {
    let trial = only(&manifest(EVERYWHERE));
    assert_eq!((trial.id.as_str(), trial.title.as_str()), ("start/it/row", "A row says so itself"));
    assert_eq!(trial.affects.len(), 2);
    assert_eq!(trial.operation, "StartStreamEncryption", "the suite's, not that of the first call");
    assert_eq!(trial.stops.len(), trial.steps.len());
    let Fixture::Own { encryption: Some(key), shards: 2, .. } = &trial.given[&FixtureName::Stream] else {
        panic!("{:?}", trial.given)
    };
    assert_eq!(key.node, Node::Reference(Reference::Key("managed".to_owned())));
    assert_eq!(trial.given[&FixtureName::Other], Fixture::Missing);
}

#[test]
fn an_observation_becomes_a_part_of_the_call_before_it() {
    let trial = only(&manifest(EVERYWHERE));
    let kinds: Vec<&str> = trial
        .steps
        .iter()
        .map(|step| match &step.kind {
            PlannedStepKind::Call { observe: Some(_), .. } => "observed call",
            PlannedStepKind::Call { observe: None, .. } => "call",
            PlannedStepKind::Race(_) => "race",
            PlannedStepKind::Repeat { .. } => "repeat",
            PlannedStepKind::Clock(_) => "clock",
            PlannedStepKind::Read(_) => "read",
        })
        .collect();
    assert_eq!(kinds, ["observed call", "race", "repeat", "call", "read"]);

    let observe = trial.steps[0].observe().expect("it observes");
    assert_eq!((observe.level, observe.because.len()), (Some(crate::case::ast::Level::Strict), 1));
    assert_eq!(trial.steps[0].level, None, "the level of the states is not that of the call");
    assert_eq!((observe.states.len(), observe.states[0].optional), (2, true));
    assert_eq!(observe.states[1].members["StreamStatus"].node, Node::Literal(Value::from("UPDATING")));
    assert_eq!(observe.during[0].status.value, "UPDATING");
    assert_eq!(observe.during[0].steps.len(), 1);
}

#[test]
fn a_value_of_a_row_is_shown_where_it_is_expected() {
    let trial = only(&manifest(EVERYWHERE));
    let (call, _) = trial.calls().next().expect("a call");
    let Answer::Accepted { members: Some(Tree { node: Node::Map(members), .. }) } = &call.expect.answer
    else {
        panic!("{:?}", call.expect)
    };
    let Node::Map(inner) = &members["StreamDescriptionSummary"].node else { panic!("members") };
    let status = &inner["StreamStatus"];
    let span = status.span;
    let text = &trial.source().text[span.offset as usize..(span.offset + span.len) as usize];
    assert_eq!((text, &status.node), ("$each.status", &Node::Literal(Value::from("UPDATING"))));
}

#[test]
fn a_suite_without_an_operation_is_about_its_first_call() {
    use crate::case::Source;
    use crate::plan::Manifest;

    let text = "format: 1\ncases:\n  a:\n    title: A\n    kills-nothing: a test\n    steps:\n      call: ListShards\n      with: {}\n      expect: accepted\n      because: [SSE-001]\n";
    let library = Library::from_sources(vec![Source::new("cases/it.yaml", text)]).expect("a case");
    assert_eq!(only(&Manifest::of(Arc::new(library), false)).operation, "ListShards");
}
