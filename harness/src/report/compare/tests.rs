use super::{Comparison, Subject};
use crate::case::Source;
use crate::case::ast::{Level, Library, Moved};
use crate::log::{Flag, MismatchKind, Outcome};
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

fn compared(before: &Record, after: &Record) -> Comparison {
    Comparison::of(before, after, &Moved::default())
}

fn with(trials: Vec<RecordTrial>) -> Record {
    Record { trials, answers: Vec::new(), ..record() }
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
fn another_text_in_the_same_way_is_no_difference_and_another_way_is() {
    let before = with(vec![trial("a/b", Outcome::Fail, &[MismatchKind::Status])]);
    let mut after = before.clone();
    after.trials[0].mismatches[0].actual = "something else".to_owned();
    assert!(compared(&before, &after).is_same());
    after.trials[0].mismatches[0].kind = MismatchKind::States;
    let found = compared(&before, &after);
    assert_eq!(
        found.to_text("before", "after"),
        "--- before\n+++ after\n  a/b\n-     fail (status)\n+     fail (states)\n"
    );
}

#[test]
fn what_is_not_named_passed_only_if_the_manifests_are_the_same() {
    let before = with(vec![trial("a/b", Outcome::Fail, &[])]);
    let mut after = with(Vec::new());
    let after_text = |found: Comparison| {
        let of_trial = |subject: &Subject| *subject == Subject::Trial("a/b".to_owned());
        found.differences.into_iter().find(|found| of_trial(&found.subject)).map(|found| found.after)
    };
    assert_eq!(after_text(compared(&before, &after)).as_deref(), Some("pass"));
    after.header.manifest_digest = "another".to_owned();
    let found = compared(&before, &after);
    assert!(found.differences.iter().any(|found| found.subject == Subject::Run("manifest")));
    assert_eq!(after_text(found).as_deref(), Some("pass, or no such trial"));
}

#[test]
fn what_one_run_could_not_observe_is_reported_and_no_difference() {
    let before = with(vec![trial("a/b", Outcome::Unobserved, &[])]);
    let after = with(vec![trial("a/b", Outcome::Fail, &[MismatchKind::States])]);
    for found in [compared(&before, &after), compared(&after, &before)] {
        assert!(found.is_same());
        assert_eq!(found.unobserved, ["a/b"]);
        assert!(found.to_text("x", "y").contains("a/b: unobserved in one of the two"));
    }
    assert_eq!(compared(&before, &before), Comparison::default());
}

#[test]
fn a_flag_makes_a_difference() {
    let before = with(vec![trial("a/b", Outcome::Tolerated, &[MismatchKind::ErrorText])]);
    let mut after = before.clone();
    after.trials[0].flags = vec![Flag::Fixed];
    assert_eq!(compared(&before, &after).differences[0].after, "tolerated (error-text), fixed");
}

#[test]
fn another_choice_is_a_difference_and_another_count_is_none() {
    let before = Record { answers: vec![answer(Some("first"))], ..record() };
    let mut after = before.clone();
    after.answers[0].trials = 9;
    assert!(compared(&before, &after).is_same());
    after.answers.push(answer(None));
    let found = compared(&before, &after);
    assert_eq!(found.differences.len(), 1);
    assert_eq!(found.differences[0].subject, Subject::Question("which".to_owned()));
    assert_eq!(found.differences[0].after, "first, outside the candidates");
}

#[test]
fn a_trial_is_compared_under_the_id_that_it_has_now_and_not_at_all_if_its_case_is_gone() {
    let text = "format: 1\nmoved:\n  a/old: {to: a/new}\n  a/lost: {gone: nobody knows the answer}\n";
    let moved =
        Library::from_sources(vec![Source::new("cases/moved.yaml", text)]).expect("it is right").moved;
    let before = with(vec![
        trial("a/old[cbor]", Outcome::Fail, &[MismatchKind::Status]),
        trial("a/lost[arn]", Outcome::Fail, &[MismatchKind::Status]),
    ]);
    let after = with(vec![trial("a/new[cbor]", Outcome::Fail, &[MismatchKind::Status])]);
    let found = Comparison::of(&before, &after, &moved);
    assert_eq!(found.differences, []);
    let text = found.to_text("before", "after");
    assert_eq!(text, "  a/lost[arn]: its case is gone, so not compared: nobody knows the answer\n");
    assert_eq!(compared(&before, &after).differences.len(), 3);
}
