//! Tests of what is found about a list, and of its update.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::{Date, date};

use super::super::standing::{FindingKind, Standing};
use super::super::update::{FailureGroup, update};
use super::super::*;
use crate::case::ast::Library;
use crate::case::{Known, Source, known_edit};
use crate::log::{Mismatch, Outcome, TrialVerdict};
use crate::testing::cases::manifest;
use crate::testing::samples;

const TODAY: Date = date(2026, 11, 28);

fn case(name: &str) -> String {
    format!(
        "
  {name}:
    title: A start is refused
    kills-nothing: a test
    over: {{address: [name, arn]}}
    given: {{stream: shared}}
    steps:
      with: {{EncryptionType: kms, KeyId: $key.managed}}
      expect: {{error: ValidationException}}
      because: [SSE-005]
"
    )
}

fn cases() -> Manifest {
    manifest(&["one", "one-more", "two"].map(case).concat())
}

fn known(text: &str) -> Known {
    Known::from_source(&Source::new("known.yaml", text)).expect("a list")
}

fn wrong(kind: MismatchKind, actual: &str) -> Mismatch {
    samples::mismatch(kind, "ValidationException", actual, ("cases/start/it.yaml", 1, 1, 1))
}

fn verdict(id: &str, outcome: Outcome, mismatches: Vec<Mismatch>) -> (String, TrialVerdict) {
    let id = format!("start/it/{id}");
    let case = id.split('[').next().expect("a case").to_owned();
    (id.clone(), TrialVerdict { mismatches, ..samples::trial(&id, &case, outcome) })
}

fn failed(id: &str, kind: MismatchKind) -> (String, TrialVerdict) {
    verdict(id, Outcome::Fail, vec![wrong(kind, "accepted")])
}

fn group(name: &str, trials: &[&str]) -> FailureGroup {
    FailureGroup {
        name: name.to_owned(),
        why: format!("expected {name}"),
        trials: trials.iter().map(|id| format!("start/it/{id}")).collect(),
    }
}

fn ids(list: &KnownList) -> Vec<&str> {
    list.entries.keys().map(|id| id.trim_start_matches("start/it/")).collect()
}

fn listed(item: &str) -> (KnownList, usize) {
    let text = format!("format: 1\nknown:\n  it: {{trials: [\"{item}\"], fails: [status], why: a test}}\n");
    let (list, found) = KnownList::on(&known(&text), &cases(), TODAY);
    (list, found.len())
}

#[test]
fn a_pattern_stands_for_what_it_matches_and_brackets_for_the_default_values_alone() {
    assert_eq!(ids(&listed("start/it/one").0), ["one", "one[arn]"], "not its longer neighbour");
    assert_eq!(ids(&listed("start/it/one[]").0), ["one"]);
    assert_eq!(ids(&listed("start/it/one*").0), ["one", "one-more", "one-more[arn]", "one[arn]"]);
    assert_eq!(ids(&listed("**[arn]").0), ["one-more[arn]", "one[arn]", "two[arn]"]);
    assert_eq!(listed("start/*").1, 1, "a pattern that matches nothing is a mistake");
    assert_eq!(listed("start/it/three[]").1, 1);
}

#[test]
fn an_entry_counts_until_its_last_day_and_a_flaky_trial_may_pass() {
    let text = "format: 1\nknown:\n  start/it/one: {fails: [status], why: a test, until: 2026-11-28}\n  \
                start/it/two: {fails: [status], why: a test, flaky: true}\n";
    let list = |day| KnownList::on(&known(text), &cases(), day).0;
    let outcome = |day, trial: (String, TrialVerdict)| {
        let applied = list(day).apply(trial.1);
        (applied.outcome, applied.flags)
    };
    let one = || failed("one", MismatchKind::Status);
    assert_eq!(outcome(TODAY, one()), (Outcome::Known, vec![]));
    assert_eq!(outcome(date(2026, 11, 29), one()), (Outcome::Fail, vec![]));
    assert_eq!(outcome(TODAY, verdict("one", Outcome::Pass, vec![])), (Outcome::Pass, vec![Flag::Fixed]));
    assert_eq!(outcome(TODAY, verdict("two", Outcome::Pass, vec![])), (Outcome::Pass, vec![]));
    assert_eq!(outcome(TODAY, failed("two", MismatchKind::Status)), (Outcome::Known, vec![]));
    assert_eq!(outcome(TODAY, failed("two", MismatchKind::Body)), (Outcome::Fail, vec![]));
}

/// The suite of these cases in which an older version had only those of `had`.
fn released(had: &Manifest) -> Manifest {
    let text = had.as_release();
    let source = Source::new("cases/releases/0.0.9.yaml", text);
    let releases = Library::from_sources(vec![source]).expect("a release").releases;
    let now = cases();
    Manifest { library: Arc::new(Library { releases, ..(*now.library).clone() }), ..now }
}

#[test]
fn trials_that_are_newer_than_the_pin_fail_nobody() {
    let manifest = released(&manifest(&["one", "two"].map(case).concat()));
    let (list, found) = KnownList::on(&known("format: 1\nsuite: 0.0.9\nknown: {}\n"), &manifest, TODAY);
    assert_eq!(found, vec![]);
    let new: Vec<&str> = list.new.iter().map(String::as_str).collect();
    assert_eq!(new, ["start/it/one-more", "start/it/one-more[arn]"]);
    for outcome in [Outcome::Fail, Outcome::Blocked, Outcome::Error, Outcome::Pass, Outcome::Unsupported] {
        let applied = list.apply(verdict("one-more", outcome, vec![]).1);
        let held = matches!(outcome, Outcome::Fail | Outcome::Blocked | Outcome::Error);
        assert_eq!(applied.outcome, if held { Outcome::Known } else { outcome });
        assert_eq!(applied.flags, [Flag::New]);
        assert_eq!(list.apply(verdict("one", outcome, vec![]).1).outcome, outcome);
    }
}

#[test]
fn a_pin_is_to_a_version_that_the_suite_knows() {
    let manifest = released(&cases());
    let new = |version: &str| {
        let text = format!("format: 1\nsuite: \"{version}\"\nknown: {{}}\n");
        let (list, found) = KnownList::on(&known(&text), &manifest, TODAY);
        (list.new.len(), found.len())
    };
    assert_eq!(new("0.0.9"), (0, 0), "it had them all");
    assert_eq!(new(env!("CARGO_PKG_VERSION")), (0, 0));
    for version in ["0.0.8", "99.0", "next", "1"] {
        assert_eq!(new(version), (0, 1), "{version}");
    }
}

#[test]
fn what_a_run_says_of_a_list_is_found() {
    let text = "\
format: 1
known:
  passes: {trials: [start/it/one], fails: [status], why: a test}
  otherwise: {trials: [\"start/it/two\"], fails: [status, header], why: a test, until: 2026-01-01}
  nothing: {trials: [\"no/**\", start/it/one-more], fails: [status], why: a test, flaky: true}
";
    let verdicts: BTreeMap<_, _> = [
        verdict("one", Outcome::Pass, vec![]),
        failed("one[arn]", MismatchKind::Status),
        failed("two", MismatchKind::Body),
        failed("two[arn]", MismatchKind::Status),
        verdict("one-more", Outcome::Pass, vec![]),
        failed("three", MismatchKind::Status),
    ]
    .into();
    let standing = Standing::of(&known(text), &cases(), &verdicts, TODAY);
    assert_eq!(
        standing.to_text("known.yaml", 3),
        "\
known.yaml:3: passes: fixed: 1 of its 2 trials pass: delete these
    start/it/one
known.yaml:4: otherwise: expired: it counted until 2026-01-01; its trials fail the run again
known.yaml:4: otherwise: fails-otherwise: trials fail in a way that the entry does not list: body
    start/it/two
known.yaml:4: otherwise: stale: no trial of it fails with header any more
known.yaml:5: nothing: unmatched: `no/**` names no trial
known.yaml: not-listed: fails, and the list does not have it
    start/it/three
"
    );
    assert!(standing.calls_for_action());
    let alone = Standing::of(&known(text), &cases(), &BTreeMap::new(), TODAY);
    let kinds: BTreeSet<FindingKind> = alone.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, BTreeSet::from([FindingKind::Expired, FindingKind::Unmatched]));
}

#[test]
fn a_list_is_made_of_causes_and_is_then_as_it_should_be() {
    let verdicts: BTreeMap<_, _> = [
        failed("one", MismatchKind::Status),
        failed("one[arn]", MismatchKind::Status),
        failed("two", MismatchKind::Body),
        verdict("two[arn]", Outcome::Pass, vec![]),
    ]
    .into();
    let groups = [group("Status 400, got 200", &["one", "one[arn]"]), group("KeyId", &["two"])];
    let empty = known(&known_edit::empty("0.1.0"));
    let made = update(&empty, &cases(), &verdicts, &groups, (TODAY, "0.1.0")).expect("made");
    assert!(
        made.text.contains(
            "known:\n  status-400-got-200:\n    fails: [status]\n    why: \"expected Status 400, got 200\"\n    \
             since: 2026-11-28\n    trials:\n      - start/it/one\n  key-id:\n"
        ) && made.text.contains("      - \"start/it/two[]\"\n"),
        "{}",
        made.text
    );
    let made = known(&made.text);
    assert_eq!(Standing::of(&made, &cases(), &verdicts, TODAY), Standing::default());
    let (list, _) = KnownList::on(&made, &cases(), TODAY);
    for trial in verdicts.values() {
        let applied = list.apply(trial.clone());
        let expected = if fails(trial) { Outcome::Known } else { trial.outcome };
        assert_eq!((applied.outcome, applied.flags), (expected, vec![]));
    }
    let again = update(&made, &cases(), &verdicts, &groups, (TODAY, "0.1.0")).expect("made");
    assert_eq!((again.text, again.changes), (made.source.text.clone(), Vec::<String>::new()));
}

#[test]
fn an_update_moves_what_changed_and_keeps_the_rest() {
    let text = "\
format: 1
suite: 0.0.9
known:
  # Why not.
  ours: # here
    trials: [\"start/it/one*\"]
    fails: [status]
    why: we know
  start/it/two: {fails: [status], why: we know that too}
";
    let verdicts: BTreeMap<_, _> = [
        verdict("one", Outcome::Pass, vec![]),
        failed("one[arn]", MismatchKind::Status),
        failed("one-more", MismatchKind::Status),
        failed("two", MismatchKind::Body),
        failed("two[arn]", MismatchKind::Status),
    ]
    .into();
    let groups = [group("status", &["one[arn]", "one-more", "two[arn]"]), group("body", &["two"])];
    let manifest = released(&cases());
    let updated = update(&known(text), &manifest, &verdicts, &groups, (TODAY, "0.1.0")).expect("made");
    let expected = "\
format: 1
suite: \"0.1.0\"
known:
  # Why not.
  ours: # here
    trials: [\"start/it/one[arn]\", start/it/one-more]
    fails: [status]
    why: we know
  start/it/two: {trials: [\"start/it/two[arn]\"], fails: [status], why: we know that too}
  body:
    fails: [body]
    why: \"expected body\"
    since: 2026-11-28
    trials:
      - \"start/it/two[]\"
";
    assert_eq!(updated.text, expected);
    assert_eq!(
        updated.changes,
        [
            "ours: 1 fixed: start/it/one*",
            "start/it/two: 1 fail in a way that it does not list: start/it/two",
            "body: new, 1 in it: expected body",
            "the pin moves from suite 0.0.9 to 0.1.0",
        ]
    );
}

#[test]
fn a_failure_joins_the_entry_of_its_cause_unless_that_is_flaky_or_lists_less() {
    let verdicts: BTreeMap<_, _> =
        [failed("one", MismatchKind::Status), failed("two", MismatchKind::Status)].into();
    let groups = [group("status", &["one", "two"])];
    let text = |more: &str| {
        format!(
            "format: 1\nknown:\n  ours:\n    trials:\n      - \"start/it/one[]\"\n    fails: [status]\n    why: x\n{more}"
        )
    };
    let with = |more: &str| {
        let list = known(&text(more));
        update(&list, &cases(), &verdicts, &groups, (TODAY, "0.1.0")).expect("made").text
    };
    assert_eq!(with(""), text("").replace("one[]\"\n", "one[]\"\n      - \"start/it/two[]\"\n"));
    assert!(with("    flaky: true\n").contains("  status:\n"));
    assert!(with("    until: 2026-01-01\n").contains("  status:\n"));
}
