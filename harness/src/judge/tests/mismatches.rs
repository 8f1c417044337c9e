//! What differs, by its kind and its level.

use std::collections::BTreeSet;

use strum::VariantArray as _;

use super::*;

/// What differs, by the name of the row: the case, what was exchanged, the kinds.
fn mismatches() -> Vec<(&'static str, &'static str, Vec<Exchange>, Vec<MismatchKind>)> {
    use MismatchKind::{
        Body, Encoding, ErrorClass, ErrorShape, ErrorText, Header, NoAnswer, Records, ServerError,
        StateChanged, States, Status, Timing,
    };
    let in_use = r#"{"__type":"ResourceInUseException"}"#;
    let changed = r#"{"StreamDescriptionSummary":{"StreamStatus":"UPDATING","EncryptionType":"NONE"}}"#;
    let gone = r#"{"__type":"ResourceNotFoundException"}"#;
    let describe = |status, body| vec![exchange_of("DescribeStreamSummary", answer(status, body))];
    let unknown = |body| vec![exchange_of("ListStreams", answer(400, body))];
    let skipped = samples_of(&[("ACTIVE", "NONE"), ("ACTIVE", "NONE"), ("ACTIVE", "KMS"), ("ACTIVE", "KMS")]);
    let mut late = well();
    late.pop();
    late.push(put(AFTER, 1_400, r#"{"ShardId":"s","SequenceNumber":"2"}"#));
    late.push(put(AFTER, 6_000_000, r#"{"ShardId":"s","SequenceNumber":"3"}"#));
    let mut refused_during = well();
    refused_during[8] = Exchange { response: answer(400, in_use), ..refused_during[8].clone() };
    let mut lost = vec![exchange_of("PutRecord", answer(200, r#"{"ShardId":"s","SequenceNumber":"1"}"#))];
    lost.extend(read_back(r#"{"Records":[]}"#));
    let mut formless = exchange_of("ListStreams", answer(400, OUT_OF_ENUM));
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
        ("no answer", REFUSED, vec![exchange_of("StartStreamEncryption", none()), healthy()], vec![NoAnswer]),
        (
            "open, no answer",
            OPEN,
            vec![exchange_of("StartStreamEncryption", none()), healthy()],
            vec![NoAnswer],
        ),
        ("refused instead", ACCEPTED, describe(400, in_use), vec![Status]),
        ("no document", ACCEPTED, describe(200, "<html>"), vec![Body]),
        ("no members", ACCEPTED, describe(200, "{}"), vec![Body]),
        ("another value", ACCEPTED, describe(200, changed), vec![Body]),
        (
            "another type",
            COUNTED,
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
        ("skipped", OBSERVED, skipped, vec![States, Timing]),
        ("late", OBSERVED, late, vec![Timing]),
        ("refused during", OBSERVED, refused_during, vec![Status]),
    ]
}

#[test]
fn every_mismatch_fails_by_its_kind_and_every_kind_is_produced() {
    let mut produced = BTreeSet::new();
    for (name, case, mut exchanges, wanted) in mismatches() {
        if name == "skipped" {
            exchanges.push(put(AFTER, 800, r#"{"ShardId":"s","SequenceNumber":"2"}"#));
        }
        let judgement = judged_at(Level::Strict, case, exchanges);
        assert_eq!(kinds(&judgement), wanted, "{name}: {judgement:#?}");
        assert_eq!(judgement.outcome, Outcome::Fail, "{name}");
        produced.extend(wanted);
    }
    assert_eq!(produced, MismatchKind::VARIANTS.iter().copied().collect());
}

#[test]
fn what_is_as_expected_passes() {
    for (case, exchanges) in [
        (REFUSED, vec![start(400, OUT_OF_ENUM), unchanged(UNCHANGED)]),
        (ACCEPTED, vec![exchange_of("DescribeStreamSummary", answer(200, UNCHANGED))]),
        (
            DOCUMENT,
            vec![exchange_of("ListStreams", answer(400, r#"{"__type":"UnknownOperationException"}"#))],
        ),
        (OBSERVED, well()),
    ] {
        let judgement = judged_at(Level::Strict, case, exchanges);
        assert_eq!((judgement.outcome, kinds(&judgement)), (Outcome::Pass, vec![]), "{judgement:#?}");
    }
}

#[test]
fn a_mismatch_above_the_level_is_tolerated() {
    let other_text = vec![start(400, r#"{"__type":"ValidationException"}"#)];
    let judgement = judged(REFUSED, other_text.clone());
    assert_eq!((judgement.outcome, kinds(&judgement)), (Outcome::Tolerated, vec![MismatchKind::ErrorText]));
    assert_eq!(judged_at(Level::Strict, REFUSED, other_text).outcome, Outcome::Fail);
}

#[test]
fn a_difference_of_form_is_a_note_and_no_mismatch() {
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

/// A case that is about a number.
const COUNTED: &str = "
  a:
    title: A stream's shards are counted
    level: core
    kills-nothing: a test
    given: {stream: shared}
    steps:
      call: DescribeStreamSummary
      with: {}
      expect: {accepted: {StreamDescriptionSummary: {OpenShardCount: $present}}}
      because: [LIFE-018]
";

#[test]
fn a_member_in_a_wrong_form_is_a_mismatch_where_the_trial_is_about_it_and_a_note_elsewhere() {
    let text = UNCHANGED.replace("{\"StreamStatus\"", "{\"OpenShardCount\":\"1\",\"StreamStatus\"");
    let described = || vec![exchange_of("DescribeStreamSummary", answer(200, &text))];
    let note = "StreamDescriptionSummary.OpenShardCount is string, not 32-bit integer \
                (form/describe-stream-summary/open-shard-count)";
    let elsewhere = judged(ACCEPTED, described());
    assert_eq!((elsewhere.outcome, kinds(&elsewhere)), (Outcome::Pass, vec![]));
    assert!(elsewhere.notes.iter().any(|kept| kept == note), "{:?}", elsewhere.notes);

    // The answer to OPTIONS is no output of an operation.
    let mut preflight = described();
    preflight[0].request.overrides =
        Some(crate::log::OverrideText { head: "OPTIONS / HTTP/1.1\r\n".to_owned(), corrupted: None });
    assert!(!judged(ACCEPTED, preflight).notes.iter().any(|kept| kept == note));

    let about = judged_at(Level::Strict, COUNTED, described());
    assert_eq!((about.outcome, kinds(&about)), (Outcome::Fail, vec![MismatchKind::Body]));
    assert!(!about.notes.iter().any(|kept| kept == note), "{:?}", about.notes);
}

#[test]
fn a_member_that_is_missing_is_reported_once() {
    let without = vec![exchange_of("DescribeStreamSummary", answer(200, UNCHANGED))];
    let judgement = judged_at(Level::Strict, COUNTED, without);
    assert_eq!((judgement.outcome, kinds(&judgement)), (Outcome::Fail, vec![MismatchKind::Body]));
}

#[test]
fn no_answer_and_a_5xx_fail_however_little_the_case_matters() {
    let strict = OPEN.replace("level: core", "level: strict");
    let levels = |response| {
        let judgement = judged(&strict, vec![exchange_of("StartStreamEncryption", response), healthy()]);
        (judgement.outcome, judgement.mismatches.iter().map(|mismatch| mismatch.level).collect::<Vec<_>>())
    };
    assert_eq!(levels(none()), (Outcome::Fail, vec![Level::Core]));
    assert_eq!(levels(answer(500, "{}")), (Outcome::Fail, vec![Level::Extended]));
}

#[test]
fn another_5xx_than_the_expected_one_is_reported_by_its_class_and_needs_no_healthy_target() {
    let wanted = DOCUMENT.replace("UnknownOperationException", "InternalFailure, status: 500");
    let wanted = wanted.replace("{__type: InternalFailure, status: 500}", "{__type: InternalFailure}");
    let judgement = judged(&wanted, vec![exchange_of("ListStreams", answer(500, r#"{"__type":"Other"}"#))]);
    assert_eq!(kinds(&judgement), [MismatchKind::ErrorClass, MismatchKind::ErrorShape]);
}

#[test]
fn the_document_of_an_answer_that_is_no_refusal_is_not_compared() {
    let accepted = exchange_of("ListStreams", answer(200, r#"{"StreamNames":["a"],"HasMoreStreams":false}"#));
    assert_eq!(kinds(&judged(DOCUMENT, vec![accepted])), [MismatchKind::Status]);
}

#[test]
fn a_member_that_stands_twice_is_a_mismatch() {
    let twice = judged(OBSERVED, vec![start(200, r#"{"a":1,"a":2}"#)]);
    assert!(twice.mismatches.iter().any(|found| found.actual == "a: the same member again"), "{twice:?}");
}

#[test]
fn data_that_is_no_blob_is_reported_once_and_not_as_lost_records() {
    let put = exchange_of("PutRecord", answer(200, r#"{"ShardId":"s","SequenceNumber":"1"}"#));
    let body = r#"{"Records":[{"Data":{"type":"Buffer"},"PartitionKey":"p","SequenceNumber":"1"}]}"#;
    let mut all = vec![put];
    all.extend(read_back(body));
    let judgement = judged(READ, all);
    let reported: Vec<_> =
        judgement.mismatches.iter().map(|found| (found.expected.as_str(), found.actual.as_str())).collect();
    assert_eq!(reported, [("Records.0.Data: base64 text", "Records.0.Data: map")]);
}

const OPEN: &str = "
  a:
    title: What a start gets is open
    level: core
    kills-nothing: a test
    given: {stream: shared}
    steps:
      with: {EncryptionType: kms, KeyId: $key.managed}
      expect: $open.either
      because: [SSE-005]
";

/// AWS answers some bad requests by InternalFailure (WIRE-011): where no fact says what is right, a 5xx
/// that names its class is an answer like another one. A web page with that status is none.
#[test]
fn a_5xx_that_names_its_class_answers_an_open_question_and_another_one_is_a_failure() {
    let named = judged(OPEN, vec![start(500, r#"{"__type":"InternalFailure"}"#), healthy()]);
    assert_eq!((named.outcome, kinds(&named)), (Outcome::Open, vec![]));
    assert_eq!(named.answers[0].candidate, None, "it is outside the candidates");
    assert!(named.answers[0].actual.contains("InternalFailure"), "{}", named.answers[0].actual);

    let unnamed = judged(OPEN, vec![start(500, "<html>"), healthy()]);
    assert_eq!((unnamed.outcome, kinds(&unnamed)), (Outcome::Fail, vec![MismatchKind::ServerError]));

    let refused = REFUSED.replace(
        "{error: ValidationException, status: 400, clauses: [[encryptionType, enum]]}",
        "{refused: $open.either}",
    );
    let judged = judged(&refused, vec![start(500, r#"{"__type":"InternalFailure"}"#), healthy()]);
    assert_eq!((judged.outcome, kinds(&judged)), (Outcome::Fail, vec![MismatchKind::ServerError]));
}

#[test]
fn an_error_of_one_of_several_classes_has_one_of_them() {
    let either = REFUSED.replace(
        "{error: ValidationException, status: 400, clauses: [[encryptionType, enum]]}",
        "{error: {$one-of: [ValidationException, InvalidArgumentException]}}",
    );
    let with = |class: &str| judged(&either, vec![start(400, &format!(r#"{{"__type":"{class}"}}"#))]);
    for class in ["ValidationException", "InvalidArgumentException"] {
        assert_eq!(with(class).outcome, Outcome::Pass, "{class}");
    }
    let other = with("KMSNotFoundException");
    assert_eq!(kinds(&other), [MismatchKind::ErrorClass]);
    assert_eq!(other.mismatches[0].expected, "ValidationException or InvalidArgumentException");
}
