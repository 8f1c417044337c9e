use super::setup_text;
use crate::case::Source;
use crate::case::ast::{Library, Resources, Setup};
use crate::plan::Manifest;
use crate::testing::cases::manifest;
use std::collections::BTreeSet;
use std::sync::Arc;

const CASE: &str = "
  a:
    title: A start is answered
    level: core
    affects: [security]
    kills-nothing: a test
    given: {stream: {encryption: none}, other: {encryption: $key.managed, shards: 2}}
    each:
      row: {key: $key.managed, want: UPDATING}
    steps:
      - call: StartStreamEncryption
        with: {EncryptionType: KMS, KeyId: $each.key, Nested: [1, {a: {$utf8: text}}]}
        expect: accepted
        because: [SSE-001]
      - observe: stream
        because: [SSE-010]
        states:
          - {StreamStatus: ACTIVE, optional: true}
          - {StreamStatus: $each.want}
          - {StreamStatus: ACTIVE, EncryptionType: KMS}
        during:
          UPDATING:
            - call: PutRecord
              address: name
              with: {Data: {$utf8: during}, PartitionKey: p}
              expect: accepted
              because: [SSE-012]
      - call: DescribeStream
        address: arn
        with: {Limit: 1}
        by: 5s after ACTIVE
        until: as-expected
        when: accepted
        expect: accepted
        capture: {shard: StreamDescription.Shards.0.ShardId}
        because: [SSE-001]
      - call: GetShardIterator
        with: {ShardId: $got.shard, ShardIteratorType: LATEST}
        wire: {auth: unsigned, target: Kinesis_20131202.GetShardIterator}
        expect: {error: MissingAuthenticationTokenException}
        because: [AUTH-001]
";

fn digest_of(case: &str) -> String {
    let manifest = manifest(case);
    manifest.trials[0].question_digest.clone()
}

fn replaced(from: &str, to: &str) -> String {
    assert!(CASE.contains(from), "`{from}` stands in the case");
    CASE.replacen(from, to, 1)
}

#[test]
fn what_is_expected_is_no_part_of_what_is_sent() {
    let before = digest_of(CASE);
    for (from, to) in [
        ("title: A start is answered", "title: A start is answered well"),
        ("level: core", "level: strict"),
        ("affects: [security]", "affects: [producers]"),
        ("a test", "another reason"),
        ("expect: accepted", "expect: {error: ValidationException}"),
        ("because: [SSE-001]", "because: [SSE-010]"),
        ("{StreamStatus: ACTIVE, optional: true}", "{StreamStatus: ACTIVE, EncryptionType: NONE}"),
        ("want: UPDATING", "want: DELETING"),
        ("error: MissingAuthenticationTokenException", "error: AccessDeniedException, status: 403"),
    ] {
        assert_eq!(digest_of(&replaced(from, to)), before, "{from} → {to}");
    }
}

#[test]
fn what_ends_a_repetition_is_no_part_of_the_digest_and_changes_the_stop() {
    let of = |case: &str| {
        let trial = &manifest(case).trials[0];
        (trial.question_digest.clone(), trial.stops.clone())
    };
    let (digest, stops) = of(CASE);
    let call = "        when: accepted\n        expect: accepted";
    for (from, to) in [
        ("by: 5s after ACTIVE", "by: 6s after ACTIVE"),
        ("by: 5s after ACTIVE", "by: 5s after UPDATING"),
        ("until: as-expected", "until: {StreamDescription: {StreamStatus: ACTIVE}}"),
        (call, "        when: accepted\n        expect: {error: ResourceNotFoundException}"),
    ] {
        let (other_digest, other_stops) = of(&replaced(from, to));
        assert_eq!(other_digest, digest, "{from} → {to}");
        assert_ne!(other_stops, stops, "{from} → {to}");
    }
    // The default stop of an observed call does not depend on what is expected.
    let (_, same) = of(&replaced("want: UPDATING", "want: DELETING"));
    assert_eq!(same, stops);
}

#[test]
fn everything_that_is_sent_changes_a_digest() {
    let before = digest_of(CASE);
    for (from, to) in [
        ("stream: {encryption: none}", "stream: {encryption: $key.managed}"),
        ("stream: {encryption: none}", "stream: {encryption: none, status: creating}"),
        ("stream: {encryption: none}", "stream: shared"),
        ("stream: {encryption: none}", "stream: missing"),
        ("shards: 2", "shards: 1"),
        ("key: $key.managed", "key: $key.alias"),
        ("call: StartStreamEncryption", "call: StopStreamEncryption"),
        ("EncryptionType: KMS", "EncryptionType: kms"),
        ("Nested: [1,", "Nested: [2,"),
        ("$utf8: text", "$utf8: texts"),
        ("{a: {$utf8: text}}", "{b: {$utf8: text}}"),
        ("observe: stream", "observe: other"),
        ("          UPDATING:", "          ACTIVE:"),
        ("call: PutRecord", "call: PutRecords"),
        ("address: name", "address: both"),
        ("$utf8: during", "$utf8: dusk"),
        ("when: accepted", "when: refused"),
        ("Shards.0.ShardId", "Shards.1.ShardId"),
        ("$got.shard", "$stream.name"),
        ("auth: unsigned, ", ""),
        ("Kinesis_20131202.GetShardIterator", "Kinesis_20131202.ListShards"),
        ("with: {Limit: 1}", "json: |\n          {\"Limit\": 1}"),
    ] {
        assert_ne!(digest_of(&replaced(from, to)), before, "{from} → {to}");
    }
}

#[test]
fn exact_text_and_bytes_change_a_digest_and_axes_do() {
    let case = |body: &str, over: &str| {
        format!(
            "  a:\n    title: A\n    kills-nothing: a test\n    over: {over}\n    given: {{stream: shared}}\n    steps:\n      {body}\n      expect: accepted\n      because: [SSE-001]\n"
        )
    };
    let axes = "{encoding: [json], address: [name]}";
    let mut digests = vec![
        digest_of(&case("with: {}", axes)),
        digest_of(&case("with: {}", "{encoding: [cbor], address: [name]}")),
        digest_of(&case("with: {}", "{encoding: [json], address: [arn]}")),
        digest_of(&case("json: '{}'", axes)),
        digest_of(&case("json: '{ }'", axes)),
        digest_of(&case("bytes: a0", axes)),
        digest_of(&case("bytes: a1", axes)),
    ];
    let all = digests.len();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), all);
}

#[test]
fn a_manifest_is_another_with_another_question_level_or_id_and_does_not_depend_on_the_order() {
    let digest = |case: &str| manifest(case).digest();
    let before = digest(CASE);
    for (from, to) in
        [("level: core", "level: strict"), ("      row:", "      line:"), ("shards: 2", "shards: 3")]
    {
        assert_ne!(digest(&replaced(from, to)), before, "{from} → {to}");
    }
    assert_eq!(digest(&replaced("title: A start", "title: The start")), before);
    let mut turned = manifest(&replaced("      row:", "      first: {key: x, want: y}\n      row:"));
    let straight = turned.digest();
    turned.trials.reverse();
    assert_eq!(turned.digest(), straight);
}

/// The digest of a case with these steps.
fn digest_of_steps(steps: &str) -> String {
    let text = format!(
        "format: 1\noperation: ListStreams\ncases:\n  c:\n    title: T\n    kills-nothing: x\n    steps: {{{steps}}}\n"
    );
    let source = Arc::new(Source { path: "cases/a.yaml".to_owned(), text });
    let library = Library::from_sources(vec![source]).expect(steps);
    Manifest::of(Arc::new(library), false).trials[0].question_digest.clone()
}

#[test]
fn whatever_is_overridden_in_a_request_makes_another_question() {
    let all = [
        "expect: accepted",
        "expect: accepted, json: '{}'",
        "expect: accepted, bytes: 7b7d",
        "expect: accepted, wire: {method: GET}",
        "expect: accepted, wire: {path: GET}",
        "expect: accepted, wire: {target: GET}",
        "expect: accepted, wire: {target: [GET, GET]}",
        "expect: accepted, wire: {target: $absent}",
        "expect: accepted, wire: {content-type: GET}",
        "expect: accepted, wire: {headers: {GET: a}}",
        "expect: accepted, wire: {headers: {a: GET}}",
        "expect: accepted, wire: {auth: expired}",
    ];
    let digests: BTreeSet<String> = all.iter().map(|steps| digest_of_steps(steps)).collect();
    assert_eq!(digests.len(), all.len());
}

#[test]
fn what_an_answer_is_held_to_is_no_part_of_the_question() {
    let held =
        "expect: {accepted: {}, headers: {a: b}, body: empty, encoding: cbor, spelling: {$whole: number}}";
    assert_eq!(digest_of_steps("expect: accepted"), digest_of_steps(held));
}

#[test]
fn a_state_that_is_reached_in_another_way_is_another_question() {
    let resources = Resources::embedded();
    let stream = &resources.stream;
    let text = |setup: &Setup| setup_text(stream, setup);
    let updating = resources.setups["updating"].as_ref();
    let mut others = [(); 4].map(|()| updating.clone());
    others[0].from = None;
    others[1].calls.clear();
    others[2].calls[0].operation.value = "StopStreamEncryption".to_owned();
    others[3].reaches = resources.setups["active"].reaches.clone();
    for (index, other) in others.iter().enumerate() {
        assert_ne!(text(other), text(updating), "{index}");
    }
}
