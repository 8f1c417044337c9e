use super::{plain, to_markdown};
use crate::log::{Event, MismatchKind, Outcome, TrialVerdict};
use crate::report::options::Options;
use crate::report::summary::Summary;
use crate::report::view::View;
use crate::testing::samples::{self, everything, footer, header, mismatch, snapshot, trial};

fn markdown(events: &[Event]) -> String {
    to_markdown(&View::of(&Summary::of_events(events), &Options::default()))
}

#[test]
fn a_run_with_one_of_everything_as_markdown() {
    snapshot("markdown-everything", &markdown(&everything()));
}

#[test]
fn what_a_target_says_is_neither_markdown_nor_html() {
    let evil = "</details><script>@me #1 [a](http://b) `c` | d\n```\n# owned";
    let mismatched = mismatch(MismatchKind::Body, evil, evil, (samples::REFUSALS, 1, 1, 1));
    let failed = TrialVerdict { mismatches: vec![mismatched], ..trial("a/b/c", "a/b/c", Outcome::Fail) };
    let text = markdown(&[header(1), Event::Trial(Box::new(failed)), footer(true)]);
    let mut in_block = None::<String>;
    for line in text.lines() {
        match &in_block {
            Some(fence) if line == fence => in_block = None,
            // Nothing in a block means anything.
            Some(_) => {}
            None if line.starts_with("```") => in_block = Some(line.trim_end_matches("text").to_owned()),
            None => assert!(
                !line.contains("<script") && !line.contains("@me") && !line.contains("](http://b"),
                "{line}"
            ),
        }
    }
    assert_eq!(in_block, None, "{text}");
    assert!(!text.lines().any(|line| line == "# owned"), "{text}");
    assert_eq!(plain("a|b"), "a&#124;b");
}
