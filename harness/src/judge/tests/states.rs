//! The states of a stream that was observed, and what was sent during one of them.

use super::*;

#[test]
fn what_nobody_could_see_says_nothing_of_where_the_stream_got_to() {
    // The last samples got this; the states before them are right as far as they go.
    let ends = |response: ResponseText| {
        let mut all = samples_of(&[("ACTIVE", "NONE"), ("ACTIVE", "NONE"), ("UPDATING", "NONE")]);
        for at in [600, 800] {
            let times = (at, at + 100);
            all.push(exchange(SAMPLE, "DescribeStreamSummary", times, response.clone()));
        }
        all.push(put(DURING, 510, r#"{"ShardId":"s","SequenceNumber":"1"}"#));
        all.push(put(AFTER, 1_400, r#"{"ShardId":"s","SequenceNumber":"2","EncryptionType":"KMS"}"#));
        judged(OBSERVED, all)
    };
    let unanswered = ends(none());
    assert_eq!(unanswered.outcome, Outcome::Error);
    assert!(unanswered.reason.is_some_and(|reason| reason.contains("could not be observed to the end")));
    let wrong = ends(answer(200, "<html>"));
    assert_eq!((wrong.outcome, kinds(&wrong)), (Outcome::Fail, vec![MismatchKind::States]));
    assert!(wrong.mismatches[0].actual.starts_with("no description"), "{}", wrong.mismatches[0].actual);
    // A state that is seen to the end is the stream's own.
    let stuck =
        samples_of(&[("ACTIVE", "NONE"), ("ACTIVE", "NONE"), ("UPDATING", "NONE"), ("UPDATING", "NONE")]);
    assert_eq!(judged(OBSERVED, stuck).mismatches[0].actual, "UPDATING to the end");
}

#[test]
fn a_call_during_a_status_counts_only_if_a_later_sample_shows_the_status() {
    let mut short = samples_of(&[
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
    let judgement = judged(OBSERVED, short);
    assert_eq!((judgement.outcome, kinds(&judgement)), (Outcome::Unobserved, vec![]));
}

#[test]
fn the_last_state_is_what_the_settled_stream_shows_where_the_expectation_leaves_it_out() {
    let case = STOPPED
        .replace("KeyId: $absent}", "}")
        .replace("EncryptionType: NONE, }", "EncryptionType: NONE}")
        .replace("{StreamStatus: UPDATING}", "{StreamStatus: UPDATING, KeyId: $open.key-then}")
        .replace("EncryptionType: KMS, optional", "EncryptionType: KMS, KeyId: k, optional");
    let answered = |during: &str, end: &str| {
        let [encrypted, during, end] = [r#","KeyId":"k""#, during, end];
        let states = [("ACTIVE", "KMS", encrypted), ("UPDATING", "KMS", during), ("ACTIVE", "NONE", end)];
        let mut all = vec![exchange(REQUEST, "StopStreamEncryption", (300, 350), answer(200, ""))];
        for (at, (status, kind, key)) in (0..).zip(states.iter().flat_map(|state| [state, state])) {
            let body = format!(
                r#"{{"StreamDescriptionSummary":{{"StreamStatus":"{status}","EncryptionType":"{kind}"{key}}}}}"#
            );
            let times = (at * 200, at * 200 + 100);
            all.push(exchange(SAMPLE, "DescribeStreamSummary", times, answer(200, &body)));
        }
        let judgement = judged(&case, all);
        assert_eq!((judgement.outcome, kinds(&judgement)), (Outcome::Pass, vec![]), "{judgement:#?}");
        judgement.answers.into_iter().map(|answer| answer.candidate).collect::<Vec<_>>()
    };
    let key = |name: &str| format!(r#","KeyId":"{name}""#);
    let named = |name: &str| vec![Some(name.to_owned())];
    assert_eq!(answered(&key("k"), ""), named("before"));
    assert_eq!(answered(&key("other"), &key("other")), named("after"));
    assert_eq!(answered("", &key("k")), named("absent"));
    // No key then and none at the end is both: it answers nothing.
    assert_eq!(answered("", ""), []);
    assert_eq!(answered(&key("other"), ""), [None]);
}

const STOPPED: &str = "
  a:
    title: A stop leaves no key behind
    level: core
    kills-nothing: a test
    given: {stream: {encryption: $key.managed}}
    steps:
      - call: StopStreamEncryption
        with: {EncryptionType: KMS, KeyId: $key.managed}
        expect: accepted
        because: [SSE-001]
      - observe: stream
        states:
          - {StreamStatus: ACTIVE, EncryptionType: KMS, optional: true}
          - {StreamStatus: UPDATING}
          - {StreamStatus: ACTIVE, EncryptionType: NONE, KeyId: $absent}
        because: [SSE-010]
";

#[test]
fn a_member_that_should_be_absent_is_named_with_the_value_that_came() {
    let stopped = |end: &str| {
        let mut all = vec![exchange(REQUEST, "StopStreamEncryption", (300, 350), answer(200, ""))];
        let encrypted = r#""EncryptionType":"KMS","KeyId":"k""#;
        let states = [
            ("ACTIVE", encrypted),
            ("ACTIVE", encrypted),
            ("UPDATING", encrypted),
            ("UPDATING", encrypted),
            ("ACTIVE", end),
            ("ACTIVE", end),
        ];
        for ((status, members), at) in states.iter().zip(0..) {
            let body = format!(r#"{{"StreamDescriptionSummary":{{"StreamStatus":"{status}",{members}}}}}"#);
            let times = (at * 200, at * 200 + 100);
            all.push(exchange(SAMPLE, "DescribeStreamSummary", times, answer(200, &body)));
        }
        judged(STOPPED, all)
    };
    let right = stopped(r#""EncryptionType":"NONE""#);
    assert_eq!((right.outcome, kinds(&right)), (Outcome::Pass, vec![]), "{right:#?}");

    let empty = stopped(r#""EncryptionType":"NONE","KeyId":"""#);
    let [mismatch] = empty.mismatches.as_slice() else { panic!("one mismatch, not {empty:#?}") };
    assert_eq!(empty.outcome, Outcome::Fail);
    assert_eq!((mismatch.kind, mismatch.at.length), (MismatchKind::States, 7));
    assert_eq!(
        (mismatch.expected.as_str(), mismatch.actual.as_str()),
        ("KeyId absent while ACTIVE", "KeyId ``")
    );
    // The states as they are drawn say it too, so that what was expected and what came differ.
    assert!(empty.traces[0].expected.ends_with("ACTIVE NONE no KeyId+"), "{}", empty.traces[0].expected);
    let last = empty.traces[0].samples.last().expect("a sample");
    assert_eq!(last.state["KeyId"], Value::from(""));
}

#[test]
fn a_stream_that_is_still_in_transition_at_the_targets_deadline_is_a_failure_only_if_the_target_states_one() {
    let case = "
  a:
    title: A start moves the stream
    level: core
    kills-nothing: a test
    given: {stream: {encryption: none}}
    steps:
      - with: {EncryptionType: KMS, KeyId: $key.managed}
        expect: accepted
        because: [SSE-001]
      - call: DescribeStreamSummary
        by: transition after answer
        until: as-expected
        expect: {accepted: {StreamDescriptionSummary: {StreamStatus: ACTIVE, EncryptionType: KMS}}}
        because: [SSE-010]
";
    let ends = |status: &str, encryption: &str, deadline_stated| {
        let body = format!(
            r#"{{"StreamDescriptionSummary":{{"StreamStatus":"{status}","EncryptionType":"{encryption}"}}}}"#
        );
        let describe =
            |sent_us| exchange(AFTER, "DescribeStreamSummary", (sent_us, sent_us + 10), answer(200, &body));
        let deadline_us = timing().deadline_us;
        let mut all = vec![start(200, ""), describe(300)];
        if (status, encryption) != ("ACTIVE", "KMS") {
            all.push(describe(deadline_us + 300));
        }
        judged_in(Level::Extended, case, all, &Timing { deadline_stated, ..timing() })
    };
    assert_eq!(ends("ACTIVE", "KMS", false).outcome, Outcome::Pass);
    assert_eq!(ends("UPDATING", "NONE", false).outcome, Outcome::Unobserved);
    assert_eq!(kinds(&ends("UPDATING", "NONE", true)), [MismatchKind::Timing; 2]);
    assert_eq!(kinds(&ends("ACTIVE", "NONE", false)), [MismatchKind::Timing], "the transition is over");
}
