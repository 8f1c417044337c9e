use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::case::ast::FixtureName;
use crate::log::{EndedEarly, Exchange, Lengths};
use crate::testing::cases::{answer, bindings, exchange, manifest_with, only};
use crate::wire::{NoAnswer, NoAnswerKind};

const QUESTIONS: &str = "\
questions:
  either:
    question: Which class refuses it?
    hurts: [security]
    facts: [SSE-005]
    candidates:
      validation: {answer: {error: ValidationException}}
      argument: {answer: {error: InvalidArgumentException}}
";

const REFUSED: &str = "
  a:
    title: A start is refused
    level: core
    kills-nothing: a test
    given: {stream: shared}
    ask:
      with: {EncryptionType: kms, KeyId: $key.managed}
      expect: {error: ValidationException, status: 400, clauses: [[encryptionType, enum]]}
      because: [SSE-005]
";

const ACCEPTED: &str = "
  a:
    title: A stream is described
    level: core
    kills-nothing: a test
    given: {stream: shared}
    ask:
      call: DescribeStreamSummary
      with: {}
      expect: {accepted: {StreamDescriptionSummary: {StreamStatus: ACTIVE}}}
      because: [SSE-026]
";

const DOCUMENT: &str = "
  a:
    title: The error is bare
    level: core
    kills-nothing: a test
    ask:
      call: ListStreams
      wire: {target: Kinesis_20131202.Nothing}
      expect: {error: UnknownOperationException, document: {__type: UnknownOperationException}}
      because: [WIRE-010]
";

const OPEN: &str = "
  a:
    title: Which class refuses it is open
    level: core
    kills-nothing: a test
    given: {stream: shared}
    ask:
      with: {EncryptionType: NONE, KeyId: $key.managed}
      expect: $open.either
      because: [SSE-005]
";

const WATCHED: &str = "
  a:
    title: A start moves the stream
    level: core
    kills-nothing: a test
    given: {stream: {encryption: none}}
    ask:
      - with: {EncryptionType: KMS, KeyId: $key.managed}
        expect: accepted
        because: [SSE-001]
      - watch: stream
        ladder:
          - {StreamStatus: ACTIVE, EncryptionType: NONE, seen: maybe}
          - {StreamStatus: UPDATING}
          - {StreamStatus: ACTIVE, EncryptionType: KMS}
        because: [SSE-010]
        meanwhile:
          UPDATING:
            - call: PutRecord
              address: name
              with: {Data: {$utf8: during}, PartitionKey: p}
              expect: accepted
              because: [SSE-012]
      - call: PutRecord
        address: name
        with: {Data: {$utf8: after}, PartitionKey: p}
        by: 5s after ACTIVE
        until: as-expected
        expect: {accepted: {EncryptionType: KMS}}
        because: [SSE-013]
";

const READ: &str = "
  a:
    title: A record is read back
    level: core
    kills-nothing: a test
    given: {stream: {encryption: none}}
    ask:
      - call: PutRecord
        with: {Data: {$utf8: put}, PartitionKey: p}
        expect: accepted
        because: [SSE-013]
      - read: stream
        within: 5s
        records: [{Data: {$utf8: put}}]
        because: [SSE-013]
";

const FORM: &str = "
  a:
    title: The answer has a form
    level: core
    kills-nothing: a test
    ask:
      call: ListStreams
      with: {}
      expect: {error: ValidationException, encoding: json, headers: {x-amzn-errortype: ValidationException}}
      because: [WIRE-010]
";

const OUT_OF_ENUM: &str = r#"{"__type":"ValidationException","message":"1 validation error detected: Value 'kms' at 'encryptionType' failed to satisfy constraint: Member must satisfy enum value set: [KMS, NONE]"}"#;
const UNCHANGED: &str = r#"{"StreamDescriptionSummary":{"StreamStatus":"ACTIVE","EncryptionType":"NONE"}}"#;

/// The times of the scenes here: a transient state that lasts 400 µs, samples every 200 µs.
fn timing() -> Timing {
    Timing {
        quiet_us: 200,
        deadline_us: 10_000_000,
        deadline_stated: true,
        patience_us: u64::MAX,
        lengths: Lengths { stated_us: Some(400), ..Lengths::default() },
        ..Timing::default()
    }
}

const REQUEST: Role = Role::Request(StepIndex::whole(0));
const AFTER: Role = Role::Request(StepIndex::whole(1));
const DURING: Role = Role::During(StepIndex::within(0, 0, 0));
const SAMPLE: Role = Role::Sample { step: 0, stream: FixtureName::Stream };

fn judged_at(level: Level, case: &str, exchanges: Vec<Exchange>) -> Judgement {
    let trial = only(&manifest_with(case, QUESTIONS, false));
    let observed = |exchange| Observed::of(Model::embedded(), Arc::new(exchange));
    let exchanges = exchanges.into_iter().map(observed).collect();
    let observation = Observation { bindings: bindings(), exchanges, ..Observation::default() };
    judge(&trial, &observation, Measure { model: Model::embedded(), level, timing: &timing() })
}

fn judged(case: &str, exchanges: Vec<Exchange>) -> Judgement {
    judged_at(Level::Extended, case, exchanges)
}

fn kinds(judgement: &Judgement) -> Vec<MismatchKind> {
    judgement.mismatches.iter().map(|mismatch| mismatch.kind).collect()
}

fn ask(operation: &str, response: ResponseText) -> Exchange {
    exchange(REQUEST, operation, (100, 200), response)
}

fn start(status: u16, body: &str) -> Exchange {
    ask("StartStreamEncryption", answer(status, body))
}

fn unchanged(body: &str) -> Exchange {
    exchange(Role::Unchanged(FixtureName::Stream), "DescribeStreamSummary", (300, 400), answer(200, body))
}

fn healthy() -> Exchange {
    exchange(Role::Health, "ListStreams", (210, 220), answer(200, "{}"))
}

fn none() -> ResponseText {
    ResponseText::None(NoAnswer { kind: NoAnswerKind::Closed, text: "closed".to_owned() })
}

fn put(role: Role, sent_us: u64, body: &str) -> Exchange {
    exchange(role, "PutRecord", (sent_us, sent_us + 10), answer(200, body))
}

/// The records of a stream with one shard, which end there.
fn read_back(body: &str) -> Vec<Exchange> {
    let shards = r#"{"StreamDescription":{"Shards":[{"ShardId":"shardId-000000000000"}]}}"#;
    let iterator = r#"{"ShardIterator":"a"}"#;
    let read = |within, operation, at, body| {
        exchange(Role::Read(within), operation, (at, at + 10), answer(200, body))
    };
    vec![
        read(StepIndex::whole(1), "DescribeStream", 300, shards),
        read(StepIndex::within(1, 0, 0), "GetShardIterator", 320, iterator),
        read(StepIndex::within(1, 0, 1), "GetRecords", 340, body),
    ]
}

/// Samples of a stream, one each 200 µs from 0 on; the call is sent at 300 and answered at 350.
fn watched(states: &[(&str, &str)]) -> Vec<Exchange> {
    let mut all = vec![exchange(REQUEST, "StartStreamEncryption", (300, 350), answer(200, "{}"))];
    for ((status, encryption), at) in states.iter().zip(0..) {
        let body = format!(
            r#"{{"StreamDescriptionSummary":{{"StreamStatus":"{status}","EncryptionType":"{encryption}"}}}}"#
        );
        let times = (at * 200, at * 200 + 100);
        all.push(exchange(SAMPLE, "DescribeStreamSummary", times, answer(200, &body)));
    }
    all
}

/// A start that goes as it should, with a record during and one after it.
fn well() -> Vec<Exchange> {
    let mut all = watched(&[
        ("ACTIVE", "NONE"),
        ("ACTIVE", "NONE"),
        ("UPDATING", "NONE"),
        ("UPDATING", "NONE"),
        ("UPDATING", "NONE"),
        ("ACTIVE", "KMS"),
        ("ACTIVE", "KMS"),
    ]);
    all.push(put(DURING, 510, r#"{"ShardId":"s","SequenceNumber":"1"}"#));
    all.push(put(AFTER, 1_400, r#"{"ShardId":"s","SequenceNumber":"2","EncryptionType":"KMS"}"#));
    all
}

/// What deviates, by the name of the row: the case, what was exchanged, the kinds.
fn deviations() -> Vec<(&'static str, &'static str, Vec<Exchange>, Vec<MismatchKind>)> {
    use MismatchKind::{
        Body, Encoding, ErrorClass, ErrorShape, ErrorText, Header, NoAnswer, Records, ServerError,
        StateChanged, States, Status, Timing,
    };
    let in_use = r#"{"__type":"ResourceInUseException"}"#;
    let changed = r#"{"StreamDescriptionSummary":{"StreamStatus":"UPDATING","EncryptionType":"NONE"}}"#;
    let gone = r#"{"__type":"ResourceNotFoundException"}"#;
    let describe = |status, body| vec![ask("DescribeStreamSummary", answer(status, body))];
    let unknown = |body| vec![ask("ListStreams", answer(400, body))];
    let skipped = watched(&[("ACTIVE", "NONE"), ("ACTIVE", "NONE"), ("ACTIVE", "KMS"), ("ACTIVE", "KMS")]);
    let mut late = well();
    late.pop();
    late.push(put(AFTER, 1_400, r#"{"ShardId":"s","SequenceNumber":"2"}"#));
    late.push(put(AFTER, 6_000_000, r#"{"ShardId":"s","SequenceNumber":"3"}"#));
    let mut refused_meanwhile = well();
    refused_meanwhile[8] = Exchange { response: answer(400, in_use), ..refused_meanwhile[8].clone() };
    let mut lost = vec![ask("PutRecord", answer(200, r#"{"ShardId":"s","SequenceNumber":"1"}"#))];
    lost.extend(read_back(r#"{"Records":[]}"#));
    let mut formless = ask("ListStreams", answer(400, OUT_OF_ENUM));
    if let ResponseText::Answer { headers, .. } = &mut formless.response {
        headers[0].1 = "text/plain".to_owned();
    }
    let gone_after = Exchange { response: answer(400, gone), ..unchanged("") };
    vec![
        ("accepted instead", REFUSED, vec![start(200, "{}")], vec![Status]),
        ("another class", REFUSED, vec![start(400, in_use)], vec![ErrorClass]),
        ("no class", REFUSED, vec![start(400, r#"{"message":"no"}"#)], vec![ErrorShape]),
        ("another status", REFUSED, vec![start(403, OUT_OF_ENUM)], vec![Status]),
        ("another text", REFUSED, vec![start(400, r#"{"__type":"ValidationException"}"#)], vec![ErrorText]),
        ("changed", REFUSED, vec![start(400, OUT_OF_ENUM), unchanged(changed)], vec![StateChanged]),
        ("gone", REFUSED, vec![start(400, OUT_OF_ENUM), gone_after], vec![StateChanged]),
        ("5xx", REFUSED, vec![start(500, "{}"), healthy()], vec![ServerError]),
        ("no answer", REFUSED, vec![ask("StartStreamEncryption", none()), healthy()], vec![NoAnswer]),
        ("open, no answer", OPEN, vec![ask("StartStreamEncryption", none()), healthy()], vec![NoAnswer]),
        ("refused instead", ACCEPTED, describe(400, in_use), vec![Status]),
        ("no document", ACCEPTED, describe(200, "<html>"), vec![Body]),
        ("no members", ACCEPTED, describe(200, "{}"), vec![Body]),
        ("another value", ACCEPTED, describe(200, changed), vec![Body]),
        (
            "another type",
            ACCEPTED,
            describe(200, r#"{"StreamDescriptionSummary":{"StreamStatus":"ACTIVE","OpenShardCount":"1"}}"#),
            vec![Body],
        ),
        (
            "one member too many",
            DOCUMENT,
            unknown(r#"{"__type":"UnknownOperationException","message":""}"#),
            vec![ErrorShape],
        ),
        ("lost", READ, lost, vec![Records]),
        ("no form", FORM, vec![formless], vec![Header, Encoding]),
        ("skipped", WATCHED, skipped, vec![States, Timing]),
        ("late", WATCHED, late, vec![Timing]),
        ("refused meanwhile", WATCHED, refused_meanwhile, vec![Status]),
    ]
}

#[test]
fn every_deviation_fails_by_its_kind_and_every_kind_is_produced() {
    let mut produced = BTreeSet::new();
    for (name, case, mut exchanges, wanted) in deviations() {
        if name == "skipped" {
            exchanges.push(put(AFTER, 800, r#"{"ShardId":"s","SequenceNumber":"2"}"#));
        }
        let judgement = judged_at(Level::Strict, case, exchanges);
        assert_eq!(kinds(&judgement), wanted, "{name}: {judgement:#?}");
        assert_eq!(judgement.outcome, Outcome::Fail, "{name}");
        produced.extend(wanted);
    }
    assert_eq!(produced, BTreeSet::from(MismatchKind::ALL));
}

#[test]
fn what_is_as_expected_passes() {
    for (case, exchanges) in [
        (REFUSED, vec![start(400, OUT_OF_ENUM), unchanged(UNCHANGED)]),
        (ACCEPTED, vec![ask("DescribeStreamSummary", answer(200, UNCHANGED))]),
        (DOCUMENT, vec![ask("ListStreams", answer(400, r#"{"__type":"UnknownOperationException"}"#))]),
        (WATCHED, well()),
    ] {
        let judgement = judged_at(Level::Strict, case, exchanges);
        assert_eq!((judgement.outcome, kinds(&judgement)), (Outcome::Pass, vec![]), "{judgement:#?}");
    }
}

#[test]
fn a_deviation_above_the_level_is_tolerated() {
    let other_text = vec![start(400, r#"{"__type":"ValidationException"}"#)];
    let judgement = judged(REFUSED, other_text.clone());
    assert_eq!((judgement.outcome, kinds(&judgement)), (Outcome::Tolerated, vec![MismatchKind::ErrorText]));
    assert_eq!(judged_at(Level::Strict, REFUSED, other_text).outcome, Outcome::Fail);
}

#[test]
fn trouble_without_a_healthy_target_is_an_error_and_no_failure() {
    let unhealthy = exchange(Role::Health, "ListStreams", (210, 220), none());
    for trouble in [start(503, "{}"), ask("StartStreamEncryption", none())] {
        for exchanges in [vec![trouble.clone()], vec![trouble.clone(), unhealthy.clone()]] {
            let judgement = judged(REFUSED, exchanges);
            assert_eq!((judgement.outcome, kinds(&judgement)), (Outcome::Error, vec![]));
        }
    }
}

#[test]
fn what_nobody_could_see_says_nothing_of_where_the_stream_got_to() {
    // The last looks got this; the states before them are right as far as they go.
    let ends = |response: ResponseText| {
        let mut all = watched(&[("ACTIVE", "NONE"), ("ACTIVE", "NONE"), ("UPDATING", "NONE")]);
        for at in [600, 800] {
            let times = (at, at + 100);
            all.push(exchange(SAMPLE, "DescribeStreamSummary", times, response.clone()));
        }
        all.push(put(DURING, 510, r#"{"ShardId":"s","SequenceNumber":"1"}"#));
        all.push(put(AFTER, 1_400, r#"{"ShardId":"s","SequenceNumber":"2","EncryptionType":"KMS"}"#));
        judged(WATCHED, all)
    };
    let unanswered = ends(none());
    assert_eq!(unanswered.outcome, Outcome::Error);
    assert!(unanswered.reason.is_some_and(|reason| reason.contains("could not be observed to the end")));
    let wrong = ends(answer(200, "<html>"));
    assert_eq!((wrong.outcome, kinds(&wrong)), (Outcome::Fail, vec![MismatchKind::States]));
    assert!(wrong.mismatches[0].actual.starts_with("no description"), "{}", wrong.mismatches[0].actual);
    // A state that is seen to the end is the stream's own.
    let stuck =
        watched(&[("ACTIVE", "NONE"), ("ACTIVE", "NONE"), ("UPDATING", "NONE"), ("UPDATING", "NONE")]);
    assert_eq!(judged(WATCHED, stuck).mismatches[0].actual, "UPDATING to the end");
}

#[test]
fn an_attempt_that_is_void_says_why_whatever_came() {
    let trial = only(&manifest_with(REFUSED, QUESTIONS, false));
    let observed = Observed::of(Model::embedded(), Arc::new(start(200, "{}")));
    let observation = Observation {
        bindings: bindings(),
        exchanges: vec![observed],
        disturbed: Some("a reason".to_owned()),
        ..Observation::default()
    };
    let measure = Measure { model: Model::embedded(), level: Level::Extended, timing: &timing() };
    let judgement = judge(&trial, &observation, measure);
    assert_eq!((judgement.outcome, judgement.void.as_deref()), (Outcome::Fail, Some("a reason")));
}

#[test]
fn a_member_that_stands_twice_deviates() {
    let twice = judged(WATCHED, vec![start(200, r#"{"a":1,"a":2}"#)]);
    assert!(twice.mismatches.iter().any(|found| found.actual == "a: stands there again"), "{twice:?}");
}

#[test]
fn a_target_that_keeps_asking_for_patience_is_an_error() {
    for body in [
        r#"{"__type":"ThrottlingException"}"#,
        r#"{"__type":"ProvisionedThroughputExceededException"}"#,
        r#"{"__type":"LimitExceededException","message":"Rate exceeded for account 123456789012."}"#,
    ] {
        let judgement = judged(REFUSED, vec![start(400, body)]);
        assert_eq!((judgement.outcome, kinds(&judgement)), (Outcome::Error, vec![]), "{body}");
    }
    // The same class for another reason is an answer.
    let limit = r#"{"__type":"LimitExceededException","message":"Too many streams"}"#;
    assert_eq!(judged(REFUSED, vec![start(400, limit)]).outcome, Outcome::Fail);
    // Whoever asks for it gets it.
    let wanted = REFUSED.replace("error: ValidationException", "error: LimitExceededException");
    let wanted = wanted.replace(", clauses: [[encryptionType, enum]]", "");
    let rate = r#"{"__type":"LimitExceededException","message":"Rate exceeded"}"#;
    assert_eq!(judged(&wanted, vec![start(400, rate)]).outcome, Outcome::Pass);
}

#[test]
fn the_last_attempt_counts() {
    let mut again = start(400, OUT_OF_ENUM);
    (again.sent_us, again.received_us) = (500, 600);
    again.repetition = 1;
    let throttled = start(400, r#"{"__type":"ThrottlingException"}"#);
    assert_eq!(judged(REFUSED, vec![again, throttled]).outcome, Outcome::Pass);
}

#[test]
fn an_open_question_is_noted_whatever_comes() {
    for (status, body, candidate) in [
        (400, r#"{"__type":"InvalidArgumentException"}"#, Some("argument")),
        (400, r#"{"__type":"SomethingElse"}"#, None),
        (200, "{}", None),
    ] {
        let judgement = judged(OPEN, vec![start(status, body)]);
        assert_eq!(judgement.outcome, Outcome::Open);
        let [choice] = judgement.chose.as_slice() else { panic!("{:?}", judgement.chose) };
        assert_eq!((choice.question.as_str(), choice.candidate.as_deref()), ("either", candidate));
    }
}

#[test]
fn a_question_that_was_not_put_is_an_error_and_what_stopped_it_wins() {
    assert_eq!(judged(REFUSED, Vec::new()).outcome, Outcome::Error);
    let trial = only(&manifest_with(REFUSED, QUESTIONS, false));
    let timing = timing();
    let measure = Measure { model: Model::embedded(), level: Level::Extended, timing: &timing };
    let reason = || "a reason".to_owned();
    for (ended, outcome) in [
        (EndedEarly::Blocked(reason()), Outcome::Blocked),
        (EndedEarly::Skipped(reason()), Outcome::Skipped),
        (EndedEarly::Unsupported(reason()), Outcome::Unsupported),
    ] {
        let observation = Observation { ended_early: Some(ended), ..Observation::default() };
        let judgement = judge(&trial, &observation, measure);
        assert_eq!((judgement.outcome, judgement.reason.as_deref()), (outcome, Some("a reason")));
    }
}

#[test]
fn a_call_meanwhile_counts_only_if_a_later_look_still_shows_the_status() {
    let mut short = watched(&[
        ("ACTIVE", "NONE"),
        ("ACTIVE", "NONE"),
        ("UPDATING", "NONE"),
        ("ACTIVE", "KMS"),
        ("ACTIVE", "KMS"),
    ]);
    let refused = Exchange {
        response: answer(400, r#"{"__type":"ResourceInUseException"}"#),
        ..put(DURING, 510, "{}")
    };
    short.push(refused);
    short.push(put(AFTER, 1_400, r#"{"ShardId":"s","SequenceNumber":"2","EncryptionType":"KMS"}"#));
    let judgement = judged(WATCHED, short);
    assert_eq!((judgement.outcome, kinds(&judgement)), (Outcome::Unobserved, vec![]));
}

#[test]
fn a_deviation_of_form_is_a_note_and_no_mismatch() {
    let judgement = judged(
        REFUSED,
        vec![Exchange {
            response: ResponseText::Answer {
                status: 400,
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: crate::log::BodyText::Text(OUT_OF_ENUM.to_owned()),
                as_it_came: None,
            },
            ..start(400, "")
        }],
    );
    assert_eq!(judgement.outcome, Outcome::Pass);
    assert_eq!(judgement.notes, ["a body of content type `application/json`"]);
}

#[test]
fn who_gets_no_answer_or_a_5xx_is_hurt_however_little_the_case_matters() {
    let strict = OPEN.replace("level: core", "level: strict");
    let levels = |response| {
        let judgement = judged(&strict, vec![ask("StartStreamEncryption", response), healthy()]);
        (judgement.outcome, judgement.mismatches.iter().map(|mismatch| mismatch.level).collect::<Vec<_>>())
    };
    assert_eq!(levels(none()), (Outcome::Fail, vec![Level::Core]));
    assert_eq!(levels(answer(500, "{}")), (Outcome::Fail, vec![Level::Extended]));
}

#[test]
fn another_5xx_than_the_one_asked_for_is_told_by_its_class_and_needs_no_healthy_target() {
    let wanted = DOCUMENT.replace("UnknownOperationException", "InternalFailure, status: 500");
    let wanted = wanted.replace("{__type: InternalFailure, status: 500}", "{__type: InternalFailure}");
    let judgement = judged(&wanted, vec![ask("ListStreams", answer(500, r#"{"__type":"Other"}"#))]);
    assert_eq!(kinds(&judgement), [MismatchKind::ErrorClass, MismatchKind::ErrorShape]);
}

#[test]
fn the_document_of_an_answer_that_is_no_refusal_is_not_compared() {
    let accepted = ask("ListStreams", answer(200, r#"{"StreamNames":["a"],"HasMoreStreams":false}"#));
    assert_eq!(kinds(&judged(DOCUMENT, vec![accepted])), [MismatchKind::Status]);
}

#[test]
fn data_that_is_no_blob_is_told_once_and_not_as_lost_records() {
    let put = ask("PutRecord", answer(200, r#"{"ShardId":"s","SequenceNumber":"1"}"#));
    let body = r#"{"Records":[{"Data":{"type":"Buffer"},"PartitionKey":"p","SequenceNumber":"1"}]}"#;
    let mut all = vec![put];
    all.extend(read_back(body));
    let judgement = judged(READ, all);
    let told: Vec<_> =
        judgement.mismatches.iter().map(|found| (found.expected.as_str(), found.actual.as_str())).collect();
    assert_eq!(told, [("Records.0.Data: base64 text", "Records.0.Data: map")]);
}
