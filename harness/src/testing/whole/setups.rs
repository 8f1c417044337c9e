//! Starting states that are added by data alone.

use super::*;
use crate::case::Source;
use crate::case::ast::Resources;
use crate::log::Outcome;

/// A starting state that no case of this crate has.
const TAGGED: &str = "
  tagged:
    resource: stream
    from: active
    calls: [{call: AddTagsToStream, with: {StreamName: $resource.name, Tags: {team: red}}}]
    await: {StreamStatus: ACTIVE}
";

const CASES: &str = "format: 1
operation: ListTagsForStream
cases:
  shown:
    title: A tag is shown
    level: core
    kills-nothing: a test
    given: {stream: GIVEN}
    steps:
      expect:
        accepted:
          Tags:
            - {Key: kinesis-conformance}
            - {Key: team, Value: red}
      because: [TAG-002]
";

fn tagged(resources: &str, given: &str) -> Manifest {
    let own = &Resources::embedded().source.as_ref().expect("a file").text;
    let sources = vec![
        Source::new("cases/resources.yaml", format!("{own}{resources}")),
        Source::new("cases/tags.yaml", CASES.replace("GIVEN", given)),
    ];
    Manifest::of(Arc::new(Library::from_sources(sources).expect("they load")), false)
}

async fn outcome(manifest: &Manifest) -> Outcome {
    let running = crate::reference::start(crate::plan::reference_settings()).expect("it starts");
    let endpoint = format!("http://{}", running.address());
    let target = Target::reference(&endpoint, client(&endpoint));
    let (ended, emitted) = emitted(target, manifest, &Select::default()).await;
    running.shutdown().await;
    assert_eq!(ended.expect("it answers").left_behind, Vec::<String>::new());
    assert_eq!(emitted.trials.len(), 1);
    emitted.trials[0].outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_setup_is_data_and_its_calls_are_sent_before_the_first_step() {
    assert_eq!(outcome(&tagged(TAGGED, "{setup: tagged}")).await, Outcome::Pass);
    assert_eq!(outcome(&tagged(TAGGED, "{encryption: none}")).await, Outcome::Fail, "without it");
    let encrypted = "{setup: tagged, encryption: $key.managed}";
    assert_eq!(outcome(&tagged(TAGGED, encrypted)).await, Outcome::Pass, "with another state");
}

#[test]
fn the_calls_of_a_new_setup_are_a_part_of_the_question() {
    let digest = |resources: &str, given: &str| tagged(resources, given).trials[0].question_digest.clone();
    let plain = digest(TAGGED, "{encryption: none}");
    assert_eq!(plain, digest("", "{encryption: none}"), "a setup that a trial does not use is no part of it");
    let red = digest(TAGGED, "{setup: tagged}");
    assert_ne!(red, plain);
    assert_ne!(red, digest(&TAGGED.replace("red", "blue"), "{setup: tagged}"));
}
