use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Change, Comparison, Subject, Way};
use crate::case::Source;
use crate::case::ast::{Level, Library};
use crate::log::{Flag, MismatchKind, Outcome};
use crate::plan::Manifest;
use crate::report::record::{Record, RecordAnswer, RecordMismatch, RecordTrial};
use crate::testing::samples::record;

fn trial(id: &str, outcome: Outcome, kinds: &[MismatchKind]) -> RecordTrial {
    let mismatch = |kind: &MismatchKind| RecordMismatch {
        kind: *kind,
        level: Level::Core,
        expected: "this".to_owned(),
        actual: "that".to_owned(),
    };
    RecordTrial {
        id: id.to_owned(),
        outcome,
        reason: None,
        flags: Vec::new(),
        mismatches: kinds.iter().map(mismatch).collect(),
    }
}

fn failed(id: &str, kind: MismatchKind) -> RecordTrial {
    trial(id, Outcome::Fail, &[kind])
}

fn compared(before: &Record, after: &Record) -> Comparison {
    Comparison::of(before, after, &Manifest::of(Arc::new(Library::default()), false))
}

fn with(trials: Vec<RecordTrial>) -> Record {
    Record { trials, answers: Vec::new(), ..record() }
}

/// The ways of all changes, with the ids.
fn ways(found: &Comparison) -> Vec<(Way, &str)> {
    found.changes.iter().map(|change| (change.way, change.trial.as_str())).collect()
}

fn answer(candidate: Option<&str>) -> RecordAnswer {
    RecordAnswer {
        question: "which".to_owned(),
        candidate: candidate.map(str::to_owned),
        actual: None,
        trials: 1,
    }
}

#[test]
fn a_record_is_the_same_as_itself_on_another_day() {
    let before = record();
    let mut after = before.clone();
    after.header.date = "2031-01-01".to_owned();
    after.traces.clear();
    after.notes.clear();
    assert!(!before.trials.is_empty() && !before.answers.is_empty());
    assert_eq!(compared(&before, &after), Comparison::default());
}

#[test]
fn only_what_was_right_and_is_wrong_is_worse() {
    let before = with(vec![
        failed("a/fixed", MismatchKind::Status),
        failed("a/other", MismatchKind::Status),
        failed("a/same", MismatchKind::Status),
    ]);
    let after = with(vec![
        failed("a/new", MismatchKind::Body),
        failed("a/other", MismatchKind::States),
        failed("a/same", MismatchKind::Status),
    ]);
    let found = compared(&before, &after);
    let expected = [(Way::NewlyWrong, "a/new"), (Way::Fixed, "a/fixed"), (Way::WrongInAnotherWay, "a/other")];
    assert_eq!(ways(&found), expected);
    assert!(found.is_worse());
    assert_eq!(
        found.to_text("before", "after"),
        "--- before\n+++ after\nnewly wrong (1)\n  a/new\n-     pass\n+     fail (body)\nfixed (1)\n  a/fixed\n\
         -     fail (status)\n+     pass\nwrong in another way (1)\n  a/other\n-     fail (status)\n+     fail (states)\n"
    );
    assert_eq!(found.counts(), "newly wrong 1 · fixed 1 · wrong in another way 1 · new 0 · gone 0");
    let back = with(vec![failed("a/other", MismatchKind::States), failed("a/same", MismatchKind::Status)]);
    assert!(!compared(&before, &back).is_worse() && !compared(&before, &back).is_same());
}

#[test]
fn an_operation_that_is_not_there_any_more_is_newly_wrong() {
    let after = with(vec![trial("a/b", Outcome::Unsupported, &[])]);
    assert_eq!(ways(&compared(&with(Vec::new()), &after)), [(Way::NewlyWrong, "a/b")]);
    assert_eq!(ways(&compared(&after, &with(Vec::new()))), [(Way::Fixed, "a/b")]);
}

#[test]
fn that_a_failure_is_known_or_a_trial_new_is_no_difference_and_that_it_is_flaky_is_one() {
    let before = with(vec![failed("a/b", MismatchKind::Status)]);
    let mut after = with(vec![trial("a/b", Outcome::Known, &[MismatchKind::Status])]);
    after.trials[0].flags = vec![Flag::New];
    assert!(compared(&before, &after).is_same());
    after.trials[0].flags = vec![Flag::Flaky];
    assert_eq!(ways(&compared(&before, &after)), [(Way::WrongInAnotherWay, "a/b")]);
}

#[test]
fn another_text_in_the_same_way_is_no_difference() {
    let before = with(vec![failed("a/b", MismatchKind::Status)]);
    let mut after = before.clone();
    after.trials[0].mismatches[0].actual = "something else".to_owned();
    assert!(compared(&before, &after).is_same());
}

#[test]
fn what_is_right_in_both_and_not_the_same_is_another_difference() {
    let after = with(vec![trial("a/b", Outcome::Tolerated, &[MismatchKind::ErrorText])]);
    let found = compared(&with(Vec::new()), &after);
    assert_eq!(found.changes, []);
    assert_eq!(found.others[0].subject, Subject::Trial("a/b".to_owned()));
    assert!(!found.is_worse() && !found.is_same());
}

#[test]
fn what_one_run_has_no_verdict_of_is_reported_and_no_difference() {
    for outcome in [Outcome::Unobserved, Outcome::Skipped] {
        let before = with(vec![trial("a/b", outcome, &[])]);
        let after = with(vec![failed("a/b", MismatchKind::States)]);
        for found in [compared(&before, &after), compared(&after, &before)] {
            assert!(found.is_same());
            assert_eq!(found.not_compared, [("a/b".to_owned(), outcome.as_str().to_owned())]);
            assert!(found.to_text("x", "y").contains("in one of the two, so not compared"));
        }
        assert_eq!(compared(&before, &before), Comparison::default());
    }
}

#[test]
fn a_trial_that_a_smaller_run_may_have_left_out_is_not_fixed() {
    let before = with(vec![failed("a/b", MismatchKind::Status)]);
    let mut after = with(Vec::new());
    after.header.selection.filters = vec!["c".to_owned()];
    let found = compared(&before, &after);
    assert_eq!(found.changes, []);
    assert_eq!(found.not_compared[0].0, "a/b");
    // The other way round it may have passed before: nothing that is newly wrong is missed.
    assert_eq!(ways(&compared(&after, &before)), [(Way::NewlyWrong, "a/b")]);
}

#[test]
fn a_trial_that_the_older_suite_did_not_have_is_new_and_one_that_there_is_no_more_is_gone() {
    let case = |name: &str| {
        format!(
            "  {name}:\n    title: A\n    kills-nothing: a test\n    given: {{stream: shared}}\n    steps:\n      \
             with: {{}}\n      expect: accepted\n      because: [SSE-005]\n"
        )
    };
    let library = |names: &[&str], more: Vec<Arc<Source>>| {
        let cases: String = names.iter().map(|name| case(name)).collect();
        let text = format!("format: 1\noperation: DescribeStreamSummary\ncases:\n{cases}");
        let sources = [vec![Source::new("cases/a.yaml", text)], more].concat();
        Manifest::of(Arc::new(Library::from_sources(sources).expect("right")), false)
    };
    let older = library(&["old", "lost"], Vec::new());
    let release = Source::new("cases/releases/0.0.9.yaml", older.as_release());
    let manifest = library(&["old", "added"], vec![release]);
    let mut before = with(vec![failed("a/lost", MismatchKind::Status)]);
    before.header.suite_version = "0.0.9".to_owned();
    before.header.manifest_digest = "another".to_owned();
    let after = with(vec![failed("a/added", MismatchKind::Status), failed("a/old", MismatchKind::Status)]);
    let found = Comparison::of(&before, &after, &manifest);
    assert_eq!(ways(&found), [(Way::NewlyWrong, "a/old"), (Way::New, "a/added"), (Way::Gone, "a/lost")]);
    // Of a version whose trials are not known, each may have passed.
    before.header.suite_version = "0.0.1".to_owned();
    let found = Comparison::of(&before, &after, &manifest);
    let worse: BTreeSet<&str> = found
        .changes
        .iter()
        .filter(|change| change.way == Way::NewlyWrong)
        .map(|change| change.trial.as_str())
        .collect();
    assert_eq!(worse, BTreeSet::from(["a/added", "a/old"]));
}

#[test]
fn another_choice_is_a_difference_and_another_count_is_none() {
    let before = Record { answers: vec![answer(Some("first"))], ..record() };
    let mut after = before.clone();
    after.answers[0].trials = 9;
    assert!(compared(&before, &after).is_same());
    after.answers.push(answer(None));
    let found = compared(&before, &after);
    assert_eq!(found.others.len(), 1);
    assert_eq!(found.others[0].subject, Subject::Question("which".to_owned()));
    assert_eq!(found.others[0].after, "first, outside the candidates");
}

#[test]
fn a_trial_is_compared_under_the_id_that_it_has_now_and_is_gone_if_its_case_is() {
    let text = "format: 1\nmoved:\n  a/old: {to: a/new}\n  a/lost: {gone: nobody knows the answer}\n";
    let library = Library::from_sources(vec![Source::new("cases/moved.yaml", text)]).expect("it is right");
    let before =
        with(vec![failed("a/old[cbor]", MismatchKind::Status), failed("a/lost[arn]", MismatchKind::Status)]);
    let after = with(vec![failed("a/new[cbor]", MismatchKind::Status)]);
    let found = Comparison::of(&before, &after, &Manifest::of(Arc::new(library), false));
    let gone = Change {
        way: Way::Gone,
        trial: "a/lost[arn]".to_owned(),
        before: "fail (status)".to_owned(),
        after: "no such case: nobody knows the answer".to_owned(),
    };
    assert_eq!(found.changes, [gone]);
    assert_eq!(compared(&before, &after).changes.len(), 3);
}
