use super::{suite, to_junit};
use crate::log::{Event, MismatchKind, Outcome, TrialVerdict};
use crate::report::summary::Summary;
use crate::report::terminal::Options;
use crate::report::view::View;
use crate::testing::samples::{self, everything, footer, header, mismatch, snapshot, trial};

fn junit(events: &[Event]) -> String {
    to_junit(&View::of(&Summary::of_events(events), &Options::default())).expect("XML")
}

#[test]
fn every_outcome_has_its_place_in_junit() {
    snapshot("junit-everything", &junit(&everything()));
}

#[test]
fn characters_that_no_xml_may_hold_are_spelled_out() {
    let evil = "\u{1b}[31m\u{0}\u{ffff}\u{fffe}]]><script a=\"&\">";
    let mismatched = mismatch(MismatchKind::Body, evil, evil, (samples::REFUSALS, 1, 1, 1));
    let failed = TrialVerdict { mismatches: vec![mismatched], ..trial(evil, evil, Outcome::Fail) };
    let blocked = samples::because(trial("a/b", "a/b", Outcome::Blocked), evil);
    let xml =
        junit(&[header(2), Event::Trial(Box::new(failed)), Event::Trial(Box::new(blocked)), footer(true)]);
    let illegal = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    assert!(!xml.chars().any(illegal), "{xml}");
    assert!(!xml.contains("<script"), "{xml}");
    assert!(xml.contains("\\u{1b}[31m"), "{xml}");
}

#[test]
fn an_incomplete_run_is_marked() {
    let incomplete = "name=\"complete\" value=\"false\"";
    // Also if it ended before its first verdict.
    let xml = junit(&everything()[..1]);
    assert!(xml.contains(incomplete) && xml.contains("tests=\"0\""), "{xml}");
    assert!(!junit(&everything()).contains(incomplete));
}

#[test]
fn a_suite_is_a_file_or_a_generated_operation() {
    assert_eq!(suite("start-stream-encryption/validation/bad-type"), "start-stream-encryption/validation");
    assert_eq!(suite("model/PutRecord/Data/max-length"), "model/PutRecord");
    assert_eq!(suite("lonely"), "lonely");
}
