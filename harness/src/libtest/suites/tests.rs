use std::sync::Arc;

use super::*;
use crate::case::ast::Library;
use crate::log::{Event, TrialVerdict};
use crate::report::terminal::{Options, Style};
use crate::testing::samples::{because, footer, header, trial};

fn of_environment(nextest: Option<&str>, trials: Option<&str>) -> Option<Unit> {
    Unit::of(nextest, trials).ok()
}

#[test]
fn under_nextest_a_suite_is_a_test_unless_each_trial_is_requested() {
    assert_eq!(of_environment(None, None), Some(Unit::Trial));
    assert_eq!(of_environment(Some("0"), None), Some(Unit::Trial));
    assert_eq!(of_environment(Some("1"), None), Some(Unit::Suite));
    assert_eq!(of_environment(Some("1"), Some("each")), Some(Unit::Trial));
    assert_eq!(of_environment(Some("1"), Some("all")), None, "no value that means something");
}

#[test]
fn every_trial_is_in_one_test_of_its_suite_and_the_long_ones_stand_apart() {
    let library = Library::embedded().expect("the cases are right");
    let manifest = Manifest::of(Arc::new(library), false);
    let tests = Unit::Suite.tests(&manifest);
    let mut ids: Vec<&String> = tests.iter().flat_map(|test| &test.ids).collect();
    let mut wanted: Vec<&String> = manifest.trials.iter().map(|trial| &trial.id).collect();
    ids.sort();
    wanted.sort();
    assert_eq!(ids, wanted);
    for test in &tests {
        let suite = test.name.strip_suffix(":long").unwrap_or(&test.name);
        assert_eq!(test.is_ignored, test.name.ends_with(":long"), "{}", test.name);
        assert!(test.ids.iter().all(|id| id.starts_with(&format!("{suite}/"))), "{}", test.name);
    }
    assert!(tests.iter().any(|test| test.is_ignored), "some cases are long");
    let names: HashSet<&String> = tests.iter().map(|test| &test.name).collect();
    assert_eq!(names.len(), tests.len(), "each name once");
}

/// What a suite of trials that ended so comes to; `excused` = the profile says what all of them lack.
fn suite(trials: &[TrialVerdict], excused: bool, requires: &[&str]) -> Result<Completion, Failed> {
    let mut first = header(trials.len());
    if let Event::Header(header) = &mut first {
        requires.iter().for_each(|text| header.requires.add(text).expect("a requirement"));
    }
    let events = trials.iter().map(|trial| Event::Trial(Box::new(trial.clone())));
    let summary = Summary::of_events(&[vec![first], events.collect(), vec![footer(true)]].concat());
    let ids: Vec<String> = trials.iter().map(|trial| trial.id.clone()).collect();
    let excused = if excused { ids.iter().cloned().collect() } else { HashSet::new() };
    let test = Test { name: "a/b".to_owned(), ids, is_ignored: false };
    of(&summary, &test, &excused, &Showing { style: Style::default(), options: Options::default() })
}

fn ended(outcomes: &[Outcome]) -> Vec<TrialVerdict> {
    let numbered = outcomes.iter().enumerate();
    let trials = numbered.map(|(at, outcome)| trial(&format!("a/b/{at}"), &format!("a/b/{at}"), *outcome));
    trials.map(|trial| because(trial, "the target does not have PutRecord")).collect()
}

fn message(ended: Result<Completion, Failed>) -> String {
    let failed = ended.err().expect("it fails");
    failed.message().unwrap_or_default().to_owned()
}

#[test]
fn a_suite_without_any_verdict_fails_unless_the_profile_says_why() {
    let silent = ended(&[Outcome::Unsupported, Outcome::Unobserved, Outcome::Skipped]);
    let text = message(suite(&silent, false, &[]));
    assert!(text.starts_with("none of its trials has a verdict"), "{text}");
    assert!(text.contains("the target does not have PutRecord"), "{text}");
    assert!(suite(&silent, true, &[]).is_ok());
    assert!(suite(&ended(&[Outcome::Skipped]), false, &[]).is_ok(), "not judged by design");
    assert!(suite(&ended(&[Outcome::Open, Outcome::Unsupported]), false, &[]).is_ok());
    assert!(suite(&ended(&[Outcome::Pass, Outcome::Unsupported]), false, &[]).is_ok());
}

#[test]
fn a_suite_fails_by_what_would_fail_a_run() {
    for outcome in [Outcome::Fail, Outcome::Blocked, Outcome::Error] {
        let text = message(suite(&ended(&[Outcome::Pass, outcome]), true, &[]));
        assert!(text.starts_with(&format!("1 pass, 1 {}", outcome.as_str())), "{text}");
    }
    let fixed = TrialVerdict { flags: vec![Flag::Fixed], ..ended(&[Outcome::Pass])[0].clone() };
    message(suite(&[fixed], true, &[]));
}

#[test]
fn a_suite_fails_by_what_is_required_and_missing() {
    let mut trials = ended(&[Outcome::Pass, Outcome::Unobserved]);
    assert!(suite(&trials, false, &[]).is_ok());
    trials[1].required = true;
    let text = message(suite(&trials, false, &[]));
    assert!(text.contains("1 required trial has no verdict: a/b/1"), "{text}");
    // The sample target does not speak it.
    let text = message(suite(&ended(&[Outcome::Pass]), false, &["h2"]));
    assert!(text.contains("the required transport h2 is unsupported"), "{text}");
}

#[test]
fn a_trial_that_the_run_left_out_fails_its_suite() {
    let trials = ended(&[Outcome::Pass]);
    let events = [header(2), Event::Trial(Box::new(trials[0].clone())), footer(false)];
    let ids = vec![trials[0].id.clone(), "a/b/other".to_owned()];
    let test = Test { name: "a/b".to_owned(), ids, is_ignored: false };
    let showing = Showing { style: Style::default(), options: Options::default() };
    let text = message(of(&Summary::of_events(&events), &test, &HashSet::new(), &showing));
    assert_eq!(text, "the run ended before 1 of its trials had a verdict");
}
