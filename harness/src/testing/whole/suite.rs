//! The whole suite against the reference: under every policy, with any number of jobs, in any
//! order.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::judge::in_order;
use crate::log::{ObservedAnswer, Outcome};
use crate::plan::ClockHook;
use crate::plan::{PlannedTrial, reference_settings};
use crate::reference::Settings;
use crate::spec::{Candidate, OpenQuestion};

/// What counts of a verdict: its outcome, and the answers to open questions.
type Verdicts = BTreeMap<String, (Outcome, BTreeSet<(String, Option<String>)>)>;

async fn verdicts(settings: Settings, jobs: usize, trials: Vec<Arc<PlannedTrial>>) -> Verdicts {
    let running = crate::reference::start(settings).expect("it starts");
    let endpoint = format!("http://{}", running.address());
    let mut target = Target::reference(&endpoint, client(&endpoint));
    target.clock = Some(ClockHook::new(running.clock()));
    let emitted: Arc<Mutex<Verdicts>> = Arc::default();
    let emit = {
        let emitted = Arc::clone(&emitted);
        Arc::new(move |event: Event| {
            if let Event::Trial(trial) = event {
                let answers = trial
                    .answers
                    .iter()
                    .map(|ObservedAnswer { question, candidate, .. }| (question.clone(), candidate.clone()));
                let verdict = (trial.outcome, answers.collect());
                emitted.lock().expect("nobody panicked").insert(trial.id.clone(), verdict);
            }
        })
    };
    let run_settings = RunSettings { jobs, ..RunSettings::default() };
    let select = Select::default();
    in_order(target, &manifest(), &select, trials, run_settings, Stop::default(), emit)
        .await
        .expect("the reference answers");
    running.shutdown().await;
    std::mem::take(&mut *emitted.lock().expect("nobody panicked"))
}

/// The plain trial of each case: in JSON, by name.
fn plain() -> Vec<Arc<PlannedTrial>> {
    let mut trials = manifest().select(&Select::default());
    trials.retain(|trial| trial.id == trial.case_id);
    trials
}

/// Trials that are neither right nor an open question. *Unobserved* is no verdict: on a busy machine, a
/// state can be over before a response is there. It excuses at most one trial of fifty.
fn wrong(verdicts: &Verdicts) -> Vec<(&String, Outcome)> {
    let unobserved = verdicts.values().filter(|(outcome, _)| *outcome == Outcome::Unobserved).count();
    assert!(unobserved * 50 <= verdicts.len(), "{unobserved} of {} unobserved", verdicts.len());
    verdicts
        .iter()
        .filter(|(_, (outcome, _))| !matches!(outcome, Outcome::Pass | Outcome::Open | Outcome::Unobserved))
        .map(|(id, (outcome, _))| (id, *outcome))
        .collect()
}

/// The verdicts of trials that have one in both runs, each beside the other's.
fn differences<'a>(a: &'a Verdicts, b: &'a Verdicts) -> Vec<(&'a String, Outcome, Option<Outcome>)> {
    let observed = |verdict: &Outcome| *verdict != Outcome::Unobserved;
    a.iter()
        .filter(|(id, verdict)| b.get(*id) != Some(verdict))
        .map(|(id, (outcome, _))| (id, *outcome, b.get(id).map(|(outcome, _)| *outcome)))
        .filter(|(_, outcome, other)| observed(outcome) && other.as_ref().is_none_or(observed))
        .collect()
}

/// Policies that have each candidate of each question at least once. The last meets what is only
/// met under one answer to another question.
fn policies() -> Vec<BTreeMap<OpenQuestion, Candidate>> {
    let most = OpenQuestion::ALL.iter().map(|question| question.candidates().len()).max().unwrap_or(1);
    let nth = |round: usize| {
        OpenQuestion::ALL.iter().copied().map(move |question| {
            let candidates = question.candidates();
            (question, candidates[round % candidates.len()])
        })
    };
    let mut policies: Vec<BTreeMap<_, _>> = (0..most).map(|round| nth(round).collect()).collect();
    for stream in [Candidate::NameWins, Candidate::ArnWins] {
        let mut policy: BTreeMap<_, _> = nth(0).collect();
        policy.insert(OpenQuestion::NameAndArnDisagree, Candidate::Accepted);
        policy.insert(OpenQuestion::WhichStreamWins, stream);
        policies.push(policy);
    }
    policies
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_passes_under_every_policy_and_notes_each_answer_as_it_is() {
    let mut noted: BTreeSet<(OpenQuestion, Candidate)> = BTreeSet::new();
    for policy in policies() {
        let mut settings = reference_settings();
        for (question, candidate) in &policy {
            settings.policy.set(*question, *candidate).expect("it is a candidate");
        }
        let mut trials = plain();
        // The one question that only a long case asks.
        let filters = vec!["put-record/size/key-counts".to_owned()];
        trials.extend(manifest().select(&Select { filters, long: true, ..Select::default() }));
        let verdicts = verdicts(settings, 16, trials).await;
        assert_eq!(wrong(&verdicts), [], "{policy:?}");
        for (id, (_, answers)) in &verdicts {
            for (question, candidate) in answers {
                // A question about what the reference does not let one choose.
                let Some(question) = OpenQuestion::parse(question) else { continue };
                let emitted = policy[&question];
                assert_eq!(candidate.as_deref(), Some(emitted.name()), "{question} in {id}");
                noted.insert((question, emitted));
            }
        }
    }
    // What no case tests is a matter of the specification alone.
    let questions =
        &crate::case::ast::Library::embedded().expect("the embedded cases are in order").questions;
    let all = OpenQuestion::ALL
        .iter()
        .copied()
        .filter(|question| questions.contains_key(question.name()))
        .flat_map(|question| question.candidates().iter().map(move |candidate| (question, *candidate)));
    let missing: Vec<_> = all.filter(|one| !noted.contains(one)).collect();
    assert_eq!(missing, [], "candidates that no trial met");
}

#[tokio::test(flavor = "multi_thread")]
async fn verdicts_depend_neither_on_the_number_of_jobs_nor_on_the_order() {
    let expected = verdicts(reference_settings(), 32, plain()).await;
    assert_eq!(wrong(&expected), []);
    assert_eq!(expected.len(), plain().len());
    let differs = async |jobs, trials, how: &str| {
        let others = verdicts(reference_settings(), jobs, trials).await;
        assert_eq!(wrong(&others), [], "{how}");
        assert_eq!(differences(&expected, &others), [], "{how}");
    };
    differs(1, plain(), "one job").await;
    differs(4, plain(), "four jobs").await;
    let mut reversed = plain();
    reversed.reverse();
    differs(32, reversed, "in reverse").await;
    // Neighbours of the plan come far apart: those that share streams meet others.
    let mut mixed = plain();
    mixed.sort_by_key(|trial| trial.question_digest.clone());
    differs(32, mixed, "mixed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_of_a_day_hold_and_roll() {
    let select = Select { filters: vec!["/limits/".to_owned()], long: true, ..Select::default() };
    let trials = manifest().select(&select);
    assert_eq!(trials.len(), 3);
    let verdicts = verdicts(reference_settings(), 4, trials).await;
    assert_eq!(wrong(&verdicts), []);
}

/// The contract with those who list ids: these are never renamed.
#[test]
fn the_ids_of_the_contract_are_there() {
    let ids: BTreeSet<String> = manifest().trials.iter().map(|trial| trial.id.clone()).collect();
    for id in [
        "start-stream-encryption/transition/active-updating-active",
        "start-stream-encryption/encryption-type/lower-case",
        "start-stream-encryption/encryption-type/unknown-value",
        "start-stream-encryption/encryption-type/missing",
        "start-stream-encryption/key-id/malformed",
        "start-stream-encryption/key-id/unknown",
        "start-stream-encryption/key-id/missing",
        "start-stream-encryption/key-id/too-long",
        "start-stream-encryption/key-id/wrong-json-type",
        "start-stream-encryption/state/while-creating",
        "start-stream-encryption/state/while-updating",
        "start-stream-encryption/rekey/same-key",
        "start-stream-encryption/rekey/other-key",
        "start-stream-encryption/limits/twenty-five-a-day",
        "start-stream-encryption/limits/window-rolls",
        "stop-stream-encryption/transition/active-updating-active",
        "stop-stream-encryption/state/not-encrypted",
        "stop-stream-encryption/limits/stop-twenty-five",
    ] {
        assert!(ids.contains(id), "{id}");
    }
}
