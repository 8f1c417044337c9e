use super::{annotations, without_commands};
use crate::log::{Event, MismatchKind, Outcome, TrialVerdict};
use crate::report::options::Options;
use crate::report::summary::Summary;
use crate::report::view::View;
use crate::testing::samples::{self, footer, header, mismatch, trial};

fn annotated(expected: &str, id: &str) -> String {
    let mismatched = mismatch(MismatchKind::Body, expected, "else", (samples::REFUSALS, 41, 1, 1));
    let failed = TrialVerdict { mismatches: vec![mismatched], ..trial(id, id, Outcome::Fail) };
    let events = [header(1), Event::Trial(Box::new(failed)), footer(true)];
    annotations(&View::of(&Summary::of_events(&events), &Options::default()))
}

#[test]
fn a_cause_is_an_annotation_at_its_expectation() {
    let text = annotated("Shards a list of 1", "describe-stream/pages/one");
    assert!(text.starts_with("::error file=cases/"), "{text}");
    assert!(
        text.contains(
            ",line=41,title=StartStreamEncryption%2C Shards::expected Shards a list of 1, got else"
        ),
        "{text}"
    );
}

#[test]
fn a_text_of_the_target_makes_no_command_of_its_own() {
    let text = annotated("a\n::set-output name=x::y\r\n::error::100%", "a/b,c:d/e");
    assert_eq!(text.lines().count(), 1, "{text}");
    let (properties, _) = text.split_once("title=").expect("a title");
    assert!(!properties.contains("c:d"), "{text}");
}

#[test]
fn commands_in_a_report_are_stopped_until_its_end() {
    let text = without_commands("  ::error::owned\n", "token");
    assert_eq!(text, "::stop-commands::token\n  ::error::owned\n::token::\n");
}
