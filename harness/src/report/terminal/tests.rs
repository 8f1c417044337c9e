use super::{Options, Pictures, Sections, Style, render};
use crate::log::{CaseText, Event, MismatchKind, Outcome, ResponseText, TrialVerdict};
use crate::report::summary::Summary;
use crate::testing::samples::{self, exchange, footer, header, mismatch, refusal_case, snapshot, trial};

fn plain(events: &[Event]) -> String {
    render(&Summary::of_events(events), Style::default(), &Options::default())
}

/// A run of trials that fail for the same cause, and nothing else.
fn failing(mismatches: impl IntoIterator<Item = (String, String)>) -> Vec<Event> {
    let mut events = vec![header(1), Event::Case(Box::new(refusal_case()))];
    for (index, (expected, actual)) in mismatches.into_iter().enumerate() {
        let mismatched = mismatch(MismatchKind::Body, &expected, &actual, (samples::REFUSALS, 41, 14, 4));
        let failed = trial(&format!("suite/case-{index:02}"), &refusal_case().id, Outcome::Fail);
        events.push(Event::Trial(Box::new(TrialVerdict { mismatches: vec![mismatched], ..failed })));
    }
    events.push(footer(true));
    events
}

#[test]
fn a_run_with_one_of_everything_is_reported_in_full() {
    let sections = Sections { questions: true, notices: true, notes: true, others: true };
    let options = Options { sections, ..Options::default() };
    let text = render(&Summary::of_events(&samples::everything()), Style::default(), &options);
    snapshot("terminal-everything", &text);
}

#[test]
fn colours_mark_what_differs() {
    let style = Style { color: true, width: 100 };
    let text = render(&Summary::of_events(&samples::everything()), style, &Options::default());
    // Escapes are spelled out, so that the snapshot can be read and no tool obeys it.
    snapshot("terminal-everything-coloured", &text.replace('\u{1b}', "␛"));
}

#[test]
fn the_order_of_events_does_not_change_the_report() {
    let events = samples::everything();
    let mut shuffled = events.clone();
    // Trials with their exchanges come in another order under another number of jobs.
    let exchanges_first = |event: &Event| matches!(event, Event::Trial(_));
    shuffled.reverse();
    shuffled.sort_by_key(exchanges_first);
    let with_header = |events: Vec<Event>| {
        let mut kept: Vec<Event> =
            events.into_iter().filter(|event| !matches!(event, Event::Notice(_))).collect();
        kept.sort_by_key(|event| !matches!(event, Event::Header(_)));
        kept
    };
    assert_eq!(plain(&with_header(shuffled)), plain(&with_header(events)));
}

/// The end of a report: the figures, the causes and what to do now.
fn end(text: &str) -> &str {
    text.find("\nsummary").and_then(|start| text.get(start..)).expect("a summary")
}

#[test]
fn the_end_of_a_report_at_every_width() {
    let causes = (0..12).map(|number| (format!("Member{number} present"), "Member absent".to_owned()));
    let failing = failing(causes);
    for width in [60, 80, 120, 200] {
        let style = Style { color: false, width };
        let of = |events: &[Event]| render(&Summary::of_events(events), style, &Options::default());
        snapshot(
            &format!("terminal-end-{width}"),
            &format!("{}{}", end(&of(&samples::everything())), end(&of(&failing))),
        );
    }
}

#[test]
fn an_incomplete_run_says_so_before_any_other_advice() {
    let mut events = samples::everything();
    events.pop();
    let text = plain(&events);
    assert!(text.contains("\nwhat now\n  incomplete "), "{text}");
    assert!(text.contains("\nsummary of an incomplete run\n"), "{text}");
}

#[test]
fn the_first_cause_stands_behind_what_has_no_verdict() {
    let text = plain(&samples::everything());
    let advice = text.lines().skip_while(|line| *line != "what now").skip(1);
    let labels: Vec<&str> = advice
        .filter(|line| !line.starts_with("   "))
        .map(|line| line.trim_start().split("  ").next().unwrap_or_default())
        .collect();
    assert_eq!(labels, ["no verdict", "fix first", "more"], "{text}");
}

#[test]
fn a_run_without_mismatches_says_that_in_a_few_lines() {
    let passed = Event::Trial(Box::new(trial("a/b", "a/b", Outcome::Pass)));
    let open = Event::Trial(Box::new(samples::answered(trial("a/c", "a/c", Outcome::Open), Some("after"))));
    let events = [header(2), passed, open, footer(true)];
    let text = plain(&events);
    assert!(text.contains("  good             no mismatch in 1 passed trial; 1 is open\n"), "{text}");
    assert!(text.contains("--questions (1 open question answered)"), "{text}");
    assert!(text.lines().count() < 15, "{text}");
    let sections = Sections { questions: true, ..Sections::default() };
    let asked = Options { sections, ..Options::default() };
    let text = render(&Summary::of_events(&events), Style::default(), &asked);
    assert!(text.contains("  type-while-updating\n") && !text.contains("--questions"), "{text}");
}

#[test]
fn a_selection_of_nothing_is_not_called_good() {
    let text = plain(&[header(0), footer(true)]);
    assert!(text.contains("  nothing          nothing was selected\n"), "{text}");
}

#[test]
fn three_causes_are_drawn_ten_are_listed_and_one_is_shown_alone() {
    let causes = (0..12).map(|number| (format!("Member{number} present"), "something else".to_owned()));
    let events = failing(causes);
    let text = plain(&events);
    assert_eq!(text.matches("error: expected").count(), 3, "{text}");
    assert!(text.contains("and 2 more causes of 2 trials: --causes all"), "{text}");
    let shown = |pictures| {
        let options = Options { pictures, ..Options::default() };
        render(&Summary::of_events(&events), Style::default(), &options)
    };
    let text = shown(Pictures::All);
    assert_eq!(text.matches("error: expected").count(), 12, "{text}");
    assert!(!text.contains("more causes"), "{text}");
    let text = shown(Pictures::Only(12));
    assert_eq!(text.matches("error: expected").count(), 1, "{text}");
    assert!(text.starts_with("── 12 of 12 causes") && !text.contains("summary"), "{text}");
    assert_eq!(shown(Pictures::Only(13)), "there is no cause 13: the run has 12 causes\n");
}

#[test]
fn many_mismatches_of_one_trial_are_counted() {
    let of = |index: usize| {
        mismatch(
            MismatchKind::Body,
            &format!("Records.{index}.Data present"),
            "absent",
            (samples::REFUSALS, 41, 1, 1),
        )
    };
    let mismatches: Vec<_> = (0..500).map(of).collect();
    let failed = TrialVerdict { mismatches, ..trial("a/b", &refusal_case().id, Outcome::Fail) };
    let text = plain(&[
        header(1),
        Event::Case(Box::new(refusal_case())),
        Event::Trial(Box::new(failed)),
        footer(true),
    ]);
    assert!(text.contains("body: expected Records.1.Data present, got absent, 499 times"), "{text}");
    assert!(text.lines().count() < 60, "{text}");
}

/// The words of a text, without the lines that are cut, drawn from a file, or made to be copied.
fn words(text: &str) -> std::collections::BTreeSet<String> {
    let is_prose = |line: &&str| !line.contains('…') && !line.contains(" |") && !line.contains("─");
    let lines = text.lines().filter(is_prose);
    let words = lines.flat_map(|line| line.split(|character: char| !character.is_alphanumeric()));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[test]
fn no_word_is_broken_at_any_width() {
    let of = |width| {
        let style = Style { color: false, width };
        words(&render(&Summary::of_events(&samples::everything()), style, &Options::default()))
    };
    let whole = of(200);
    for width in (60..200).step_by(7) {
        let broken: Vec<String> = of(width).difference(&whole).cloned().collect();
        assert_eq!(broken, Vec::<String>::new(), "at {width}");
    }
}

#[test]
fn no_line_but_a_command_or_a_link_is_wider_than_the_page() {
    let causes = (0..3).map(|number| ("expected ".repeat(50), format!("{}{number}", "x".repeat(400))));
    for width in [60, 80, 100, 120, 200] {
        for events in [failing(causes.clone()), samples::everything()] {
            let style = Style { color: false, width };
            let text = render(&Summary::of_events(&events), style, &Options::default());
            let too_wide = |line: &&str| {
                let is_whole = line.contains('\'') || line.contains("https://");
                line.chars().count() > width && !is_whole
            };
            // Lines of the file stand as they are.
            let is_drawn = |line: &&str| line.contains(" |");
            let wide: Vec<&str> = text.lines().filter(too_wide).filter(|line| !is_drawn(line)).collect();
            assert_eq!(wide, Vec::<&str>::new(), "at {width}");
        }
    }
}

#[test]
fn a_written_log_is_what_replay_reads() {
    let options = Options { log: Some("my log.jsonl".to_owned()), ..Options::default() };
    let text = render(&Summary::of_events(&samples::everything()), Style::default(), &options);
    assert!(text.contains("kinesis-conformance replay 'my log.jsonl'"), "{text}");
}

#[test]
fn hostile_text_reaches_the_page_spelled_out() {
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\r\u{9b}31m\u{202e}\u{200b}";
    let id = format!("suite/{evil}");
    let mut case = refusal_case();
    case.title = evil.to_owned();
    case.file = evil.to_owned();
    case.source = format!("  bad-type: {evil}\n  expect: {evil}").into();
    case.facts[0].fact = evil.to_owned();
    let mut mismatched = mismatch(MismatchKind::Body, evil, evil, (evil, 37, 3, 6));
    mismatched.diff =
        Some(crate::log::BodyDiff { expected: evil.to_owned(), actual: format!("{evil}\n{evil}") });
    let failed = TrialVerdict {
        mismatches: vec![mismatched.clone(), mismatched],
        reason: Some(evil.to_owned()),
        notes: vec![evil.to_owned()],
        ..trial(&id, &case.id, Outcome::Fail)
    };
    let response = ResponseText::Answer {
        status: 200,
        headers: vec![
            ("content-type".to_owned(), evil.to_owned()),
            ("x-amzn-errortype".to_owned(), evil.to_owned()),
        ],
        body: crate::log::BodyText::Text(format!("{evil}\n{evil}")),
        as_it_came: Some(Box::new(crate::log::AsItCame {
            head: Some(evil.to_owned()),
            faults: vec![evil.to_owned()],
            body: None,
        })),
    };
    let mut sent = exchange(&id, crate::testing::samples::REQUEST, 1, response);
    if let Event::Exchange(exchange) = &mut sent {
        let exchange = std::sync::Arc::make_mut(exchange);
        exchange.request = samples::request(evil);
        exchange.request.target = Some(evil.to_owned());
        exchange.request.overrides =
            Some(crate::log::OverrideText { head: evil.to_owned(), corrupted: Some(evil.to_owned()) });
        exchange.request.content_type = evil.to_owned();
    }
    let mut head = header(1);
    if let Event::Header(header) = &mut head {
        header.target.name = evil.to_owned();
        header.target.endpoint = evil.to_owned();
        header.target_arguments = vec![evil.to_owned()];
        header.selection.filters = vec![evil.to_owned()];
    }
    let blocked = samples::because(trial("suite/blocked", &case.id, Outcome::Blocked), evil);
    let open = samples::answered(trial("suite/open", &case.id, Outcome::Open), Some(evil));
    let text = plain(&[
        head,
        Event::Case(Box::new(case)),
        sent,
        Event::Trial(Box::new(failed)),
        Event::Trial(Box::new(blocked)),
        Event::Trial(Box::new(open)),
        footer(true),
    ]);
    let steering: Vec<char> = text.chars().filter(|c| *c != '\n' && crate::log::is_unsafe(*c)).collect();
    assert_eq!(steering, Vec::<char>::new(), "{text:?}");
}

#[test]
fn a_place_outside_of_the_excerpt_is_no_panic() {
    let texts = [(36, refusal_case().source), (0, "\t\r\né".into()), (u32::MAX, "".into())];
    for (line, column, length) in
        [(0, 0, 0), (1, 1, 1), (36, u32::MAX, u32::MAX), (41, 1, u32::MAX), (u32::MAX, 1, 1)]
    {
        let mismatched = mismatch(MismatchKind::Body, "a", "b", (samples::REFUSALS, line, column, length));
        let failed =
            TrialVerdict { mismatches: vec![mismatched], ..trial("a/b", &refusal_case().id, Outcome::Fail) };
        for (first_line, source) in texts.clone() {
            let case = Event::Case(Box::new(CaseText { first_line, source, ..refusal_case() }));
            let events = [header(1), case, Event::Trial(Box::new(failed.clone())), footer(true)];
            assert!(plain(&events).contains("error: expected a, got b"));
        }
    }
}

#[test]
fn the_body_of_an_answer_is_cut_and_the_cut_is_said() {
    let id = refusal_case().id;
    let failed = TrialVerdict { mismatches: vec![samples::wrong_class()], ..trial(&id, &id, Outcome::Fail) };
    let body = format!("{{\"message\":\"{}\"}}", "a".repeat(5_000));
    let events = [
        header(1),
        exchange(&id, crate::testing::samples::REQUEST, 1, samples::answer(400, &body)),
        Event::Trial(Box::new(failed)),
        footer(true),
    ];
    let text = plain(&events);
    assert!(text.contains("… cut after 800 of 5014 characters"), "{text}");
}

#[test]
fn a_wrong_setup_is_reported_once_and_before_the_failures_it_makes() {
    let denied = samples::answer(403, r#"{"__type":"AccessDeniedException"}"#);
    let mut events = vec![header(20), Event::Case(Box::new(refusal_case()))];
    for index in 0..20 {
        let id = format!("start-stream-encryption/validation/bad-type[{index:02}]");
        let place = (samples::REFUSALS, 41, 23, 19);
        let mismatched =
            mismatch(MismatchKind::ErrorClass, "ValidationException", "AccessDeniedException", place);
        let failed = trial(&id, &refusal_case().id, Outcome::Fail);
        events.push(exchange(&id, crate::testing::samples::REQUEST, 1, denied.clone()));
        events.push(Event::Trial(Box::new(TrialVerdict { mismatches: vec![mismatched], ..failed })));
    }
    events.push(footer(true));
    let text = plain(&events);
    assert!(!text.contains("fix first"), "{text}");
    snapshot("terminal-wrong-setup", &text);
}
