use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::*;
use crate::case::ast::Library;
use crate::log::{Event, MismatchKind};
use crate::testing::against::run_against;

/// Trials that wait and trials that do not, without those that take long.
fn some() -> Select {
    let filters =
        ["start-stream-encryption/identification", "start-stream-encryption/transition", "encryption-type"];
    Select { filters: filters.map(str::to_owned).to_vec(), ..Select::default() }
}

type Verdicts = BTreeMap<String, (Outcome, BTreeSet<(MismatchKind, String, String)>)>;

fn verdicts(events: &[Event]) -> Verdicts {
    let trial = |event: &Event| {
        let Event::Trial(trial) = event else { return None };
        let mismatches = trial.mismatches.iter();
        let mismatches =
            mismatches.map(|found| (found.kind, found.expected.clone(), found.actual.clone())).collect();
        Some((trial.id.clone(), (trial.outcome, mismatches)))
    };
    events.iter().filter_map(trial).collect()
}

#[test]
fn no_verdict_depends_on_the_number_of_jobs() {
    let manifest = Manifest::of(Arc::new(Library::embedded().unwrap()), false);
    let faults = ["encryption-type-kms-accepted", "arn-ignored"];
    let at = |jobs| {
        let settings = RunSettings { jobs, ..RunSettings::default() };
        verdicts(&run_against(&faults, &manifest, &some(), settings))
    };
    let alone = at(1);
    assert!(alone.values().any(|(outcome, _)| *outcome == Outcome::Fail));
    for jobs in [4, 32] {
        assert_eq!(at(jobs), alone, "at {jobs} jobs");
    }
}

#[test]
fn no_verdict_depends_on_the_order_of_the_cases() {
    let library = Library::embedded().unwrap();
    let mut turned = library.clone();
    turned.suites.reverse();
    for suite in &mut turned.suites {
        suite.cases.reverse();
    }
    let faults = ["encryption-type-kms-accepted"];
    let of = |library| {
        let manifest = Manifest::of(Arc::new(library), false);
        let settings = RunSettings { jobs: 4, ..RunSettings::default() };
        verdicts(&run_against(&faults, &manifest, &some(), settings))
    };
    assert_eq!(of(turned), of(library));
}

#[test]
fn a_log_begins_with_its_header_and_ends_with_a_footer_that_counts_every_trial_and_request() {
    let manifest = Manifest::of(Arc::new(Library::embedded().unwrap()), false);
    let events = run_against(&[], &manifest, &some(), RunSettings::default());
    assert!(matches!(events.first(), Some(Event::Header(_))));
    let Some(Event::Footer(footer)) = events.last() else { panic!("a footer") };
    let count = |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
    assert!(footer.complete);
    assert_eq!(footer.left_behind, Vec::<String>::new());
    assert_eq!(footer.counts.values().sum::<usize>(), manifest.select(&some()).len());
    assert_eq!(count(|event| matches!(event, Event::Trial(_))), footer.counts.values().sum::<usize>());
    assert_eq!(u64::try_from(count(|event| matches!(event, Event::Exchange(_)))).ok(), Some(footer.requests));
}
