use super::Diagnosis;
use crate::log::{BodyText, Event, Outcome, ResponseText, Role, TrialVerdict};
use crate::report::summary::Summary;
use crate::testing::samples::{answer, because, exchange, footer, header, refused, trial};

/// A run of as many trials of an outcome, each of which got this answer.
fn run(trials: usize, outcome: Outcome, response: &ResponseText) -> Summary {
    let mut events = vec![header(trials)];
    for index in 0..trials {
        let id = format!("a/{index}");
        events.push(exchange(&id, crate::testing::samples::REQUEST, 1, response.clone()));
        events.push(Event::Trial(Box::new(trial(&id, &id, outcome))));
    }
    events.push(footer(true));
    Summary::of_events(&events)
}

fn seen(summary: &Summary) -> String {
    let diagnosis = Diagnosis::of(summary).expect("a diagnosis");
    assert!(!diagnosis.attempt.is_empty());
    diagnosis.seen
}

#[test]
fn answers_that_are_all_403_are_a_matter_of_credentials() {
    let denied = answer(403, r#"{"__type":"com.amazon.coral.service#AccessDeniedException"}"#);
    let summary = run(20, Outcome::Fail, &denied);
    assert_eq!(seen(&summary), "20 of 20 answers were 403 AccessDeniedException");
}

#[test]
fn web_pages_do_not_look_like_kinesis() {
    let page = ResponseText::Answer {
        status: 200,
        headers: Vec::new(),
        body: BodyText::Text("\n<!DOCTYPE html><title>Console</title>".to_owned()),
        as_it_came: None,
    };
    assert_eq!(
        seen(&run(20, Outcome::Fail, &page)),
        "20 of 20 answers were web pages (200): http://127.0.0.1:4567/ does not look like Kinesis"
    );
}

#[test]
fn a_refused_connection_names_the_endpoint() {
    assert_eq!(
        seen(&run(8, Outcome::Error, &refused())),
        "8 of 8 requests found no connection: nothing listens at http://127.0.0.1:4567/"
    );
}

#[test]
fn refusals_that_are_right_are_no_matter_of_the_setup() {
    let refusal = answer(403, r#"{"__type":"AccessDeniedException"}"#);
    assert_eq!(Diagnosis::of(&run(20, Outcome::Pass, &refusal)), None);
}

#[test]
fn a_target_that_answers_400_throughout_is_judged_as_it_is() {
    let refusal = answer(400, r#"{"__type":"ValidationException"}"#);
    assert_eq!(Diagnosis::of(&run(20, Outcome::Fail, &refusal)), None);
}

#[test]
fn few_answers_prove_nothing() {
    assert_eq!(Diagnosis::of(&run(4, Outcome::Fail, &answer(403, "{}"))), None);
}

#[test]
fn trials_that_are_all_blocked_alike_are_reported_once() {
    let mut events = vec![header(6)];
    for index in 0..6 {
        let id = format!("a/{index}");
        let blocked: TrialVerdict =
            because(trial(&id, &id, Outcome::Blocked), "create the stream: LimitExceededException");
        events.push(Event::Trial(Box::new(blocked)));
    }
    events.push(footer(true));
    assert_eq!(
        seen(&Summary::of_events(&events)),
        "6 trials could not send their requests, for one reason: create the stream: LimitExceededException"
    );
}

#[test]
fn an_envelope_is_reported_once_even_if_trials_pass() {
    let envelope = ResponseText::Answer {
        status: 200,
        headers: Vec::new(),
        body: BodyText::Text(r#"{"success":true,"data":{}}"#.to_owned()),
        as_it_came: None,
    };
    assert_eq!(
        seen(&run(20, Outcome::Pass, &envelope)),
        "20 of 20 answers stood in a gateway's envelope of `success`, `data` and `error`"
    );
}

/// Answers to the trials of the first ids, then none to those of the others; all are under way at
/// once, as far as `under_way` goes.
fn fallen_silent(answered: usize, unanswered: usize, under_way: usize) -> Summary {
    let mut events = vec![header(answered + unanswered)];
    for index in 0..answered + unanswered {
        let id = format!("a/{index}");
        let silent = index >= answered;
        let response = if silent { refused() } else { answer(200, "{}") };
        let late = u64::from(index >= answered + under_way);
        let Event::Exchange(mut one) = exchange(&id, crate::testing::samples::REQUEST, 1, response) else {
            panic!("no exchange")
        };
        let sent = std::sync::Arc::make_mut(&mut one);
        sent.sent_us = 100 + late * 500;
        sent.received_us = 200 + late * 500;
        events.push(Event::Exchange(one));
        let outcome = if silent { Outcome::Error } else { Outcome::Pass };
        events.push(Event::Trial(Box::new(trial(&id, &id, outcome))));
    }
    events.push(footer(true));
    Summary::of_events(&events)
}

#[test]
fn a_target_that_falls_silent_is_reported_with_what_was_under_way_however_much_passed() {
    assert_eq!(
        seen(&fallen_silent(90, 10, 2)),
        "the target stopped answering: the last 10 of 100 requests got no answer; under way when it fell \
         silent: a/90 and a/91"
    );
}

#[test]
fn a_few_requests_without_an_answer_or_an_answer_after_them_are_no_silence() {
    assert_eq!(Diagnosis::of(&fallen_silent(90, 4, 4)), None);
    let mut summary = fallen_silent(90, 10, 2);
    let Event::Exchange(last) = exchange("a/0", Role::Health, 1, answer(200, "{}")) else {
        panic!("no exchange")
    };
    summary.tally.add(&last);
    assert_eq!(Diagnosis::of(&summary), None);
}
