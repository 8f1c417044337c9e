//! The table of the suite as it is, and the reports on tables that do not hold.

use std::sync::Arc;

use super::survivors::{Evidence, SURVIVORS, Survivor};
use super::*;
use crate::case::ast::Library;
use crate::case::{Style, draw};
use crate::testing::against::fault;

fn manifest() -> Manifest {
    Manifest::of(Arc::new(Library::embedded().expect("the cases are in order")), false)
}

fn made(faults: &[Fault], breadth: Breadth) -> KillTable {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    runtime.block_on(kill_table(&manifest(), faults, breadth, &mut |_| {})).expect("every reference answers")
}

/// All that is wrong with a table, as text.
fn reported(table: &KillTable) -> String {
    let (drawn, mut reported) = table.diagnostics(&manifest());
    reported.extend(drawn.iter().map(|diagnostic| draw(diagnostic, Style::default())));
    reported.join("\n")
}

fn of_one(name: &str, killers: &[&str]) -> String {
    let killers = killers.iter().map(|id| (*id).to_owned()).collect();
    reported(&KillTable {
        without_fault: BTreeMap::new(),
        killed_by: BTreeMap::from([(fault(name), killers)]),
    })
}

#[test]
fn the_kill_table_holds_and_is_the_reviewed_one() {
    let table = made(Fault::all(), Breadth::Named);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let text = format!("{}\n{}\n", table.to_text(&manifest()), table.rate_text());
    settings.bind(|| insta::assert_snapshot!("kill-table", text));
    assert_eq!(reported(&table), "");
}

#[test]
#[ignore = "takes minutes: every fault against the whole suite"]
fn a_run_of_the_whole_suite_kills_no_other_fault_and_has_all_killers_of_the_table() {
    let (part, whole) = (made(Fault::all(), Breadth::Named), made(Fault::all(), Breadth::Whole));
    assert_eq!(part.rate(), whole.rate());
    // More of them: those of other cases.
    for (fault, trials) in &part.killed_by {
        let missing: Vec<_> = trials.difference(&whole.killed_by[fault]).collect();
        assert!(missing.is_empty(), "{fault}: {missing:?}");
    }
}

#[test]
fn a_named_fault_that_is_not_killed_is_drawn_where_it_is_named() {
    let reported = of_one("skip-updating", &[]);
    assert!(reported.contains("the case does not kill `skip-updating`"), "{reported}");
    assert!(reported.contains("transition.yaml"), "{reported}");
}

#[test]
fn a_case_that_kills_though_it_says_that_it_kills_nothing_is_drawn() {
    let reported =
        of_one("errors-are-200", &["protocol/malformed-body/array", "delete-stream/state/while-updating"]);
    assert!(reported.contains("the case kills `errors-are-200`"), "{reported}");
    assert!(reported.contains("says that it kills nothing"), "{reported}");
    assert!(reported.contains("delete-stream/state.yaml"), "{reported}");
}

#[test]
fn a_survivor_that_is_killed_is_reported() {
    let reported = of_one("null-refused", &["a/trial"]);
    assert_eq!(reported, "null-refused is listed as a survivor, but a/trial kills it");
    assert_eq!(of_one("null-refused", &[]), "");
}

#[test]
fn at_most_ten_faults_survive_each_for_a_reason_that_rests_on_a_fact_or_an_open_question() {
    assert!(SURVIVORS.len() <= 10);
    for Survivor { fault: name, .. } in SURVIVORS {
        assert_eq!(of_one(name, &[]), "");
    }
    let library = &manifest().library;
    let survivor = Survivor { fault: "f", reason: "", rests_on: Evidence::Fact("WIRE-999") };
    let reported = survivor.unfounded(library).expect("there is no such fact");
    assert_eq!(reported, "the reason why f survives rests on the fact WIRE-999, which is not there");
    let survivor = Survivor { fault: "f", reason: "", rests_on: Evidence::Question("made-up") };
    let reported = survivor.unfounded(library).expect("there is no such question");
    assert_eq!(reported, "the reason why f survives rests on the question `made-up`, which is not there");
}

#[test]
fn a_survivor_has_a_log_of_what_the_suite_sees_of_it() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    let survivor = fault("null-refused");
    let few = few_of(manifest(), "protocol/malformed-body/");
    let events = runtime.block_on(log_of(&few, &survivor)).expect("the reference answers");
    let judged = |event: &Event| matches!(event, Event::Trial(trial) if trial.outcome == Outcome::Open);
    assert!(matches!(events.first(), Some(Event::Header(_))));
    assert!(matches!(events.last(), Some(Event::Footer(_))));
    assert!(events.iter().any(judged));
}

fn few_of(mut manifest: Manifest, prefix: &str) -> Manifest {
    manifest.trials.retain(|trial| trial.id.starts_with(prefix));
    manifest
}

#[test]
fn a_trial_that_fails_without_any_fault_is_reported() {
    let without_fault = BTreeMap::from([("a/trial".to_owned(), Outcome::Fail)]);
    let table = KillTable { without_fault, killed_by: BTreeMap::new() };
    assert_eq!(reported(&table), "a/trial is fail against the reference without any fault");
}

#[test]
fn the_first_attempt_at_a_fault_runs_few_trials_of_the_cases_that_name_it() {
    let manifest = manifest();
    let (mut all, mut first) = (0, 0);
    for fault in Fault::all() {
        let named: Vec<_> =
            every_trial(&manifest).filter(|trial| trial.kills().any(|name| name == fault.name())).collect();
        let likely = likely(fault, &named);
        assert_eq!(named.is_empty(), likely.is_empty(), "{fault}");
        all += named.len();
        first += likely.len();
    }
    assert!(first * 2 < all, "{first} of {all}");
}
