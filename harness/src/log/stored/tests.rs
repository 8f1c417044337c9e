use std::sync::Arc;

use super::Storing;
use crate::case::ast::FixtureName;
use crate::log::{CaseText, Event, LogError, Outcome, ResponseText, Role, read_log};
use crate::testing::samples::{
    REQUEST, answer, events_of, exchange, fact, footer, header, lines, refusal_case, trial,
};

const SAMPLE: Role = Role::Sample { step: 1, stream: FixtureName::Stream };
const ACTIVE: &str = r#"{"StreamDescriptionSummary":{"StreamStatus":"ACTIVE"}}"#;
const UPDATING: &str = r#"{"StreamDescriptionSummary":{"StreamStatus":"UPDATING"}}"#;

/// A poll of the trial `a/b`, with an id of its own in its response.
fn poll(role: Role, repetition: u32, at: u64, body: &str) -> Event {
    let mut event = exchange("a/b", role, at, answer(200, body));
    if let Event::Exchange(exchange) = &mut event {
        let exchange = Arc::make_mut(exchange);
        exchange.repetition = repetition;
        let ResponseText::Answer { headers, .. } = &mut exchange.response else { panic!("an answer") };
        for name in ["x-amzn-requestid", "x-amz-request-id", "x-amz-id-2", "date"] {
            headers.push((name.to_owned(), format!("{name}-{at}")));
        }
    }
    event
}

/// A log of one trial with these exchanges.
fn with_trial(exchanges: Vec<Event>) -> Vec<Event> {
    let end = [Event::Trial(Box::new(trial("a/b", "a/b", Outcome::Pass))), footer(true)];
    [header(1)].into_iter().chain(exchanges).chain(end).collect()
}

/// The kinds of the lines.
fn kinds(lines: &str) -> Vec<&str> {
    lines.lines().filter_map(|line| line.split('"').nth(3)).collect()
}

fn received(events: &[Event]) -> Vec<u64> {
    let received =
        |event: &Event| if let Event::Exchange(exchange) = event { Some(exchange.received_us) } else { None };
    events.iter().filter_map(received).collect()
}

#[test]
fn equal_samples_share_a_line_until_the_response_changes() {
    let events = with_trial(vec![
        poll(SAMPLE, 0, 1_000, ACTIVE),
        poll(SAMPLE, 1, 11_000, ACTIVE),
        exchange("c/d", REQUEST, 12_000, answer(200, "")),
        poll(SAMPLE, 2, 21_000, ACTIVE),
        poll(SAMPLE, 3, 31_000, UPDATING),
        poll(SAMPLE, 4, 41_000, ACTIVE),
        poll(SAMPLE, 5, 51_000, ACTIVE),
    ]);
    let log = lines(&events);
    assert_eq!(
        kinds(&log),
        ["header", "exchange", "exchange", "again", "exchange", "exchange", "again", "trial", "footer"]
    );
    let again: Vec<&str> = log.lines().filter(|line| line.contains("\"again\"")).collect();
    assert_eq!(
        again,
        [
            r#"{"event":"again","line":2,"repetition":1,"count":2,"times":[[11000,12800],[21000,22800]]}"#,
            r#"{"event":"again","line":6,"repetition":5,"count":1,"times":[[51000,52800]]}"#,
        ]
    );
    let read = events_of(&log);
    assert_eq!(received(&read), received(&events), "each is where it was received");
    for (read, event) in read.iter().zip(&events) {
        let (Event::Exchange(read), Event::Exchange(event)) = (read, event) else {
            assert_eq!(read, event);
            continue;
        };
        let key = |exchange: &crate::log::Exchange| {
            (exchange.trial.clone(), exchange.repetition, exchange.sent_us, exchange.request.clone())
        };
        assert_eq!(key(read), key(event));
        assert_eq!(read.response.response().map(|it| it.body), event.response.response().map(|it| it.body));
    }
}

#[test]
fn a_repeated_response_has_no_id_of_another_one() {
    let log = lines(&with_trial(vec![poll(SAMPLE, 0, 1_000, ACTIVE), poll(SAMPLE, 1, 2_000, ACTIVE)]));
    let ids = |event: &Event| {
        let Event::Exchange(exchange) = event else { return None };
        let ResponseText::Answer { headers, .. } = &exchange.response else { return None };
        Some(headers.len())
    };
    assert_eq!(events_of(&log).iter().filter_map(ids).collect::<Vec<_>>(), [5, 1]);
}

#[test]
fn what_differs_in_anything_else_has_a_line_of_its_own() {
    let first = || poll(SAMPLE, 0, 1_000, ACTIVE);
    let with = |change: fn(&mut crate::log::Exchange)| {
        let mut event = poll(SAMPLE, 1, 2_000, ACTIVE);
        if let Event::Exchange(exchange) = &mut event {
            change(Arc::make_mut(exchange));
        }
        event
    };
    let others = [
        poll(SAMPLE, 1, 2_000, UPDATING),
        // One is missing between them.
        poll(SAMPLE, 2, 2_000, ACTIVE),
        poll(Role::Sample { step: 2, stream: FixtureName::Stream }, 1, 2_000, ACTIVE),
        poll(Role::Sample { step: 1, stream: FixtureName::Other }, 1, 2_000, ACTIVE),
        with(|exchange| exchange.attempt = 1),
        with(|exchange| exchange.trial = None),
        with(|exchange| exchange.request.signed = false),
        with(|exchange| exchange.response = answer(400, ACTIVE)),
        with(|exchange| {
            if let ResponseText::Answer { headers, .. } = &mut exchange.response {
                headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
            }
        }),
        with(|exchange| exchange.response = crate::testing::samples::refused()),
    ];
    for other in others {
        let events = with_trial(vec![first(), other]);
        let log = lines(&events);
        assert!(!log.contains("\"again\""), "{log}");
        assert_eq!(events_of(&log), events);
    }
}

#[test]
fn what_a_case_may_expect_something_of_is_never_folded() {
    for role in [REQUEST, Role::Unchanged(FixtureName::Stream), Role::ConfirmTransient, Role::Health] {
        let events = with_trial(vec![poll(role, 0, 1_000, ACTIVE), poll(role, 0, 2_000, ACTIVE)]);
        assert_eq!(events_of(&lines(&events)), events, "{role:?}");
    }
}

#[test]
fn times_are_kept_back_for_a_second_at_most() {
    let mut storing = Storing::default();
    let mut stored = |event: &Event| storing.event(event).expect("JSON").len();
    assert!(stored(&poll(SAMPLE, 0, 1_000, ACTIVE)) > 0);
    for repetition in 1..100 {
        assert_eq!(stored(&poll(SAMPLE, repetition, u64::from(repetition) * 10_000, ACTIVE)), 0);
    }
    assert!(stored(&exchange("c/d", REQUEST, 1_020_000, answer(200, ""))) > 2_000, "and 99 times");
    assert_eq!(stored(&poll(SAMPLE, 100, 1_030_000, ACTIVE)), 0, "the next ones refer to the same line");
    drop(storing.kept_back().map(|lines| {
        assert!(
            String::from_utf8_lossy(&lines).starts_with(r#"{"event":"again","line":1,"repetition":100,"#)
        );
    }));
}

/// A case of a table: its text is that of all rows.
fn row(number: usize, text: &Arc<str>) -> Event {
    let case = refusal_case();
    Event::Case(Box::new(CaseText { id: format!("a/{number}"), source: Arc::clone(text), ..case }))
}

#[test]
fn the_text_of_a_table_and_a_fact_are_said_once() {
    let text: Arc<str> = Arc::from("    row: {a: b}\n".repeat(10_000));
    let rows: Vec<Event> = (0..1_000).map(|number| row(number, &text)).collect();
    let events: Vec<Event> = [header(1)].into_iter().chain(rows).chain([footer(true)]).collect();
    let log = lines(&events);
    assert!(log.len() < 2 * text.len() + 1_000 * 600, "{} bytes", log.len());
    assert_eq!(kinds(&log).iter().filter(|kind| **kind == "text").count(), 1);
    assert_eq!(events_of(&log), events);
    // Equal texts of other files are one text as well.
    let copy = row(1_000, &Arc::from(&*text));
    assert_eq!(kinds(&lines(&[events[1].clone(), copy])).iter().filter(|kind| **kind == "text").count(), 1);
}

#[test]
fn a_fact_that_changes_is_said_again() {
    let mut case = refusal_case();
    case.facts = vec![fact("SSE-005", crate::facts::Strength::Recorded, false, "one")];
    let mut other = CaseText { id: "a/other".to_owned(), ..case.clone() };
    other.facts[0].old = true;
    let events = [header(1), Event::Case(Box::new(case)), Event::Case(Box::new(other)), footer(true)];
    assert_eq!(events_of(&lines(&events)), events);
}

#[test]
fn a_line_that_refers_to_nothing_is_refused() {
    let log = lines(&with_trial(vec![poll(SAMPLE, 0, 1_000, ACTIVE), poll(SAMPLE, 1, 2_000, ACTIVE)]));
    let case = lines(&[header(1), Event::Case(Box::new(refusal_case()))]);
    for (text, from, to, reason) in [
        (&log, "\"line\":2", "\"line\":1", "line 1 holds no exchange that others repeat"),
        (&log, "\"line\":2", "\"line\":99", "line 99 holds no exchange that others repeat"),
        (&log, "\"count\":1", "\"count\":2", "`count` is 2, and there are 1 times"),
        (&case, "\"text\":2", "\"text\":3", "line 3 holds no text"),
        (&case, "\"text\":2,", "", "a case has either `text` or `source`"),
        (&case, "\"cites\":[\"", "\"cites\":[\"X", "no line before this one holds the fact X"),
    ] {
        assert!(text.contains(from), "{text}");
        let error = read_log(text.replacen(from, to, 1).as_bytes()).expect_err("it refers to nothing");
        let LogError::Form { reason: found, .. } = &error else { panic!("{error}") };
        assert!(found.starts_with(reason), "{found}");
    }
}

#[test]
fn a_small_log_cannot_grow_beyond_what_is_read() {
    let body = "x".repeat(30_000);
    let log = lines(&with_trial(vec![poll(SAMPLE, 0, 1_000, &body), poll(SAMPLE, 1, 2_000, &body)]));
    let many = vec!["[2000,3800]"; 100_000].join(",");
    let grown = log.replace("\"count\":1", "\"count\":100000").replace("[2000,3800]", &many);
    assert!(matches!(read_log(grown.as_bytes()), Err(LogError::TooLong { line: 3, .. })));
}
