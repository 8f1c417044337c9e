mod mending;

use std::sync::Arc;

use super::*;
use crate::case::ast::Library;
use crate::case::{Source, Style, draw};
use crate::log::{Mismatch, Place, StepIndex};
use crate::testing::cases::manifest;

const CASES: &str = "
  refused:
    title: A start is refused
    kills-nothing: a test
    over: {address: [name, arn]}
    given: {stream: shared}
    steps:
      with: {EncryptionType: kms, KeyId: $key.managed}
      expect: {error: ValidationException}
      because: [SSE-005]
";

fn list(entries: &str) -> (KnownList, Vec<Diagnostic>) {
    let text = format!("format: 1\nknown:\n{entries}");
    let known = Known::from_source(&Source::new("known.yaml", text)).unwrap();
    KnownList::of(&known, &manifest(CASES))
}

fn entry(id: &str, kinds: &str) -> String {
    format!("  \"{id}\": {{fails: [{kinds}], why: a test}}\n")
}

fn mismatch(kind: MismatchKind, tolerated: bool) -> Mismatch {
    Mismatch {
        kind,
        level: crate::case::ast::Level::Core,
        tolerated,
        expected: "one".to_owned(),
        actual: "other".to_owned(),
        at: Place { file: "cases/start/it.yaml".to_owned(), line: 1, column: 1, length: 1 },
        step: StepIndex { step: 0, within: None },
        because: Vec::new(),
        diff: None,
    }
}

fn trial(outcome: Outcome, mismatches: Vec<Mismatch>) -> TrialVerdict {
    TrialVerdict {
        id: "start/it/refused[arn]".to_owned(),
        case: "start/it/refused".to_owned(),
        operation: "StartStreamEncryption".to_owned(),
        level: crate::case::ast::Level::Core,
        outcome,
        reason: None,
        flags: Vec::new(),
        required: false,
        mismatches,
        evidence: Vec::new(),
        question_digest: String::new(),
        stops: Vec::new(),
        attempt: 0,
        attempts: Vec::new(),
        answers: Vec::new(),
        traces: Vec::new(),
        notes: Vec::new(),
        started_us: 0,
        ms: 0,
    }
}

#[test]
fn a_listed_trial_is_known_only_if_it_fails_in_the_listed_ways() {
    use MismatchKind::{ErrorClass, ErrorText, Status};
    let (list, found) = list(&entry("start/it/refused[arn]", "error-class, error-text"));
    assert_eq!(found, vec![]);
    for (kinds, outcome) in [
        (vec![ErrorClass], Outcome::Known),
        (vec![ErrorClass, ErrorText], Outcome::Known),
        (vec![Status], Outcome::Fail),
        (vec![ErrorClass, Status], Outcome::Fail),
    ] {
        let mismatches = kinds.iter().map(|kind| mismatch(*kind, false)).collect();
        assert_eq!(list.apply(trial(Outcome::Fail, mismatches)).outcome, outcome, "{kinds:?}");
    }
    let tolerated = vec![mismatch(ErrorClass, false), mismatch(Status, true)];
    assert_eq!(list.apply(trial(Outcome::Fail, tolerated)).outcome, Outcome::Known);
}

#[test]
fn a_listed_trial_that_passes_is_fixed_and_other_outcomes_stay() {
    let (list, _) = list(&entry("start/it/refused[arn]", "status"));
    for outcome in Outcome::ALL {
        let applied = list.apply(trial(outcome, vec![mismatch(MismatchKind::Body, false)]));
        assert_eq!(applied.outcome, outcome);
        let fixed = matches!(outcome, Outcome::Pass | Outcome::Tolerated);
        assert_eq!(applied.flags.contains(&Flag::Fixed), fixed, "{outcome:?}");
    }
}

#[test]
fn a_trial_that_is_not_listed_is_left_as_it_is() {
    let (list, _) = list(&entry("start/it/refused[arn]", "status"));
    let other = TrialVerdict { id: "start/it/refused".to_owned(), ..trial(Outcome::Pass, Vec::new()) };
    assert_eq!(list.apply(other.clone()), other);
}

#[test]
fn the_id_of_a_case_stands_for_all_its_trials() {
    let (list, found) = list(&entry("start/it/refused", "status"));
    assert_eq!(found, vec![]);
    let ids: Vec<&str> = list.entries.keys().map(String::as_str).collect();
    assert_eq!(ids, ["start/it/refused", "start/it/refused[arn]"]);
}

#[test]
fn an_entry_for_no_trial_and_a_name_for_no_kind_are_drawn() {
    let (list, found) = list(&entry("start/it/gone", "status"));
    assert_eq!((list, found.len()), (KnownList::default(), 1));
    let (_, found) = self::list(&entry("start/it/refused", "statuses"));
    assert_eq!(found.len(), 1);
}

#[test]
fn an_entry_follows_its_case_to_the_id_that_it_has_now_and_is_refused_if_the_case_is_gone() {
    let moved = "format: 1\nmoved:\n  start/it/denied: {to: start/it/refused}\n  start/it/lost: {gone: nobody knows}\n";
    let moved = Library::from_sources(vec![Source::new("cases/moved.yaml", moved)]).unwrap().moved;
    let mut manifest = manifest(CASES);
    manifest.library = Arc::new(Library { moved, ..(*manifest.library).clone() });
    let list = |id: &str| {
        let text = format!("format: 1\nknown:\n{}", entry(id, "error-class"));
        KnownList::of(&Known::from_source(&Source::new("known.yaml", text)).unwrap(), &manifest)
    };
    let ids = |(list, found): (KnownList, Vec<Diagnostic>)| {
        assert!(found.is_empty(), "{found:?}");
        list.entries.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(ids(list("start/it/denied")), ["start/it/refused", "start/it/refused[arn]"]);
    assert_eq!(ids(list("start/it/denied[arn]")), ["start/it/refused[arn]"]);
    let (_, found) = list("start/it/lost");
    let drawn: String = found.iter().map(|problem| draw(problem, Style::default())).collect();
    assert!(
        drawn.contains("a known failure of a case that is gone") && drawn.contains("nobody knows"),
        "{drawn}"
    );
}
