//! Attempts that do not count, that ended early, or whose calls were sent again.

use super::*;
use crate::log::EndedEarly;

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
fn trouble_without_a_healthy_target_is_an_error_and_no_failure() {
    let unhealthy = exchange(Role::Health, "ListStreams", (210, 220), none());
    for trouble in [start(503, "{}"), exchange_of("StartStreamEncryption", none())] {
        for exchanges in [vec![trouble.clone()], vec![trouble.clone(), unhealthy.clone()]] {
            let judgement = judged(REFUSED, exchanges);
            assert_eq!((judgement.outcome, kinds(&judgement)), (Outcome::Error, vec![]));
        }
    }
}

#[test]
fn a_process_that_ended_is_reported_by_its_end_also_where_the_connection_was_seen_to_close() {
    let trial = only(&manifest_with(REFUSED, QUESTIONS, false));
    let timing = timing();
    let measure = Measure { model: Model::embedded(), level: Level::Extended, timing: &timing };
    // Started again, the target responds.
    for exchanges in [Vec::new(), vec![exchange_of("StartStreamEncryption", none()), healthy()]] {
        let observed = |exchange| Observed::of(Model::embedded(), Arc::new(exchange));
        let observation = Observation {
            bindings: bindings(),
            exchanges: exchanges.into_iter().map(observed).collect(),
            process_ended: Some("exit status: 1".to_owned()),
            ..Observation::default()
        };
        let judgement = judge(&trial, &observation, measure);
        assert_eq!(kinds(&judgement), [MismatchKind::NoAnswer]);
        assert_eq!(judgement.mismatches[0].actual, "exit status: 1");
    }
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
    // It is there on request.
    let wanted = REFUSED.replace("error: ValidationException", "error: LimitExceededException");
    let wanted = wanted.replace(", clauses: [[encryptionType, enum]]", "");
    let rate = r#"{"__type":"LimitExceededException","message":"Rate exceeded"}"#;
    assert_eq!(judged(&wanted, vec![start(400, rate)]).outcome, Outcome::Pass);
}

#[test]
fn a_create_that_is_refused_while_other_streams_are_created_is_no_failure() {
    let create =
        REFUSED.replace("      with:", "      call: CreateStream\n      address: none\n      with:").replace(
            "error: ValidationException, clauses: [[encryptionType, enum]]",
            "error: ValidationException",
        );
    let limit = r#"{"__type":"LimitExceededException","message":"at once"}"#;
    let judgement = judged(&create, vec![exchange_of("CreateStream", answer(400, limit))]);
    assert_eq!((judgement.outcome, kinds(&judgement)), (Outcome::Error, vec![]));
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
        let [choice] = judgement.answers.as_slice() else { panic!("{:?}", judgement.answers) };
        assert_eq!((choice.question.as_str(), choice.candidate.as_deref()), ("either", candidate));
    }
}
