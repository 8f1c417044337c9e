//! The unmodified reference behind slow and jittery connections: it never fails, never answers an open
//! question otherwise, and most trials have the verdict of the undelayed run.
//!
//! The trials that observe states are held here; `KINESIS_SLOW=all` takes the whole suite.

mod proxy;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kinesis_conformance::case::ast::Library;
use kinesis_conformance::judge::{RunSettings, run};
use kinesis_conformance::log::{Event, Footer, Outcome, TrialVerdict};
use kinesis_conformance::plan::{ClockHook, Manifest, PlannedTrial, Select, Target, reference_settings};
use kinesis_conformance::reference::{self, Running};
use kinesis_conformance::run::Stop;
use kinesis_conformance::wire::{Client, ClientSettings, Credentials, Endpoint};

use proxy::{Delay, Proxy};

/// How long the reference stays in a transient state, as `serve` does where nothing else is said.
const TRANSITION: Duration = Duration::from_millis(500);

/// The same where trials come one after the other.
const SHORT_TRANSITION: Duration = Duration::from_millis(150);

/// Which trials are held.
#[derive(Clone, Copy)]
enum Breadth {
    /// The suites with a trial that observes states or starts from a transient one, or all.
    Suites,
    /// Such trials alone: those whose verdict depends on when something happens.
    Trials,
}

/// What is held behind a slow connection.
const WHOLE_SUITES: (Breadth, Duration) = (Breadth::Suites, TRANSITION);

fn selected(breadth: Breadth) -> (Manifest, Select) {
    let manifest = Manifest::of(Arc::new(Library::embedded().expect("the cases are right")), false);
    let suite = |id: &str| id.rsplit_once('/').map_or(id, |(suite, _)| suite).to_owned();
    let all = std::env::var("KINESIS_SLOW").is_ok_and(|text| text == "all");
    let observes = |trial: &PlannedTrial| all || trial.has_transition() || trial.transient_status().is_some();
    let observing: BTreeSet<String> =
        manifest.trials.iter().filter(|trial| observes(trial)).map(|trial| suite(&trial.case_id)).collect();
    let ids = manifest
        .trials
        .iter()
        .filter(|trial| match breadth {
            Breadth::Suites => observing.contains(&suite(&trial.case_id)),
            Breadth::Trials => observes(trial),
        })
        .map(|trial| trial.id.clone())
        .collect();
    (manifest, Select { ids, ..Select::default() })
}

fn served(transition: Duration) -> Running {
    let mut settings = reference_settings();
    settings.transition.create = transition;
    settings.transition.update = transition;
    settings.transition.delete = transition;
    reference::start(settings).expect("it starts")
}

/// What a run came to.
struct Ran {
    trials: BTreeMap<String, TrialVerdict>,
    footer: Footer,
}

async fn ran(
    running: &Running,
    endpoint: &str,
    jobs: Option<usize>,
    (breadth, transition): (Breadth, Duration),
) -> Ran {
    let (manifest, select) = selected(breadth);
    let timeout = Duration::from_secs(30);
    let client = Client::new(ClientSettings {
        endpoint: Endpoint::parse(endpoint).expect("an endpoint"),
        credentials: Credentials::dummy(),
        region: reference::REGION.to_owned(),
        timeout,
        connect_timeout: timeout,
    })
    .expect("http needs no setup");
    let mut target = Target::reference(endpoint, client);
    target.clock = Some(ClockHook::new(running.clock()));
    target.shortest_transition = transition;
    target.transition_deadline = Duration::from_secs(20);
    let trials: Arc<Mutex<BTreeMap<String, TrialVerdict>>> = Arc::default();
    let emit = {
        let trials = Arc::clone(&trials);
        Arc::new(move |event: Event| {
            if let Event::Trial(trial) = event {
                trials.lock().expect("nobody panicked").insert(trial.id.clone(), *trial);
            }
        })
    };
    let mut settings = RunSettings::default();
    if let Some(jobs) = jobs {
        settings.jobs = jobs;
    }
    let ended = run(target, &manifest, &select, settings, Stop::default(), emit).await;
    let footer = ended.expect("the reference answers");
    let trials = std::mem::take(&mut *trials.lock().expect("nobody panicked"));
    Ran { trials, footer }
}

/// What counts of a verdict: its outcome and the observed answers.
fn verdict(trial: &TrialVerdict) -> (Outcome, Vec<(&str, Option<&str>)>) {
    let answers = trial.answers.iter().map(|choice| (choice.question.as_str(), choice.candidate.as_deref()));
    (trial.outcome, answers.collect())
}

/// What is wrong with a run beside the undelayed one: every failure, every flip, and too few verdicts.
fn wrong(name: &str, plain: &Ran, slow: &Ran, least_percent: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    let (mut same, mut unobserved) = (0, 0);
    for (id, before) in &plain.trials {
        let Some(after) = slow.trials.get(id) else {
            wrong.push(format!("{name}: {id} has no verdict"));
            continue;
        };
        if verdict(before) == verdict(after) {
            same += 1;
        } else if [before.outcome, after.outcome].contains(&Outcome::Unobserved) {
            unobserved += 1;
        } else {
            let reported: Vec<String> = after
                .mismatches
                .iter()
                .map(|mismatch| format!("expected {}, got {}", mismatch.expected, mismatch.actual))
                .collect();
            wrong.push(format!(
                "{name}: {id} was {:?} and is {:?} ({:?}) {}",
                verdict(before),
                verdict(after),
                after.reason,
                reported.join("; ")
            ));
        }
    }
    let all = plain.trials.len();
    println!(
        "{name}: {all} trials, {same} as undelayed, {unobserved} unobserved, {} flips, {} requests, {}.{} s",
        wrong.len(),
        slow.footer.requests,
        slow.footer.ms / 1000,
        slow.footer.ms % 1000 / 100
    );
    if same * 100 < all * least_percent {
        wrong.push(format!(
            "{name}: {same} of {all} are as undelayed, and at least {least_percent} % should be"
        ));
    }
    wrong
}

async fn held(name: &str, delay: Delay, least_percent: usize) -> Vec<String> {
    let running = served(TRANSITION);
    let plain = ran(&running, &format!("http://{}", running.address()), None, WHOLE_SUITES).await;
    let proxy = Proxy::start(running.address(), delay).await;
    let slow = ran(&running, &proxy.endpoint(), None, WHOLE_SUITES).await;
    running.shutdown().await;
    wrong(name, &plain, &slow, least_percent)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_millisecond_more_changes_nothing() {
    let delay = Delay::Each(Duration::from_millis(1));
    assert_eq!(held("1 ms", delay, 95).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_milliseconds_more_fail_nothing() {
    let delay = Delay::Each(Duration::from_millis(40));
    assert_eq!(held("40 ms", delay, 95).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_of_a_second_more_fails_nothing() {
    let delay = Delay::Each(Duration::from_millis(250));
    assert_eq!(held("250 ms", delay, least_behind_long_delays()).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_second_now_and_then_fails_nothing() {
    let delay = Delay::OneIn(10, Duration::from_millis(500));
    assert_eq!(held("jitter", delay, least_behind_long_delays()).await, Vec::<String>::new());
}

/// Of the whole suite most trials observe no state, so that the share is required of it alone.
fn least_behind_long_delays() -> usize {
    if std::env::var("KINESIS_SLOW").is_ok_and(|text| text == "all") { 80 } else { 0 }
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_one_job_nor_hundreds_fail_anything() {
    for (jobs, what) in [(1, (Breadth::Trials, SHORT_TRANSITION)), (256, WHOLE_SUITES)] {
        let running = served(what.1);
        let endpoint = format!("http://{}", running.address());
        let ran = ran(&running, &endpoint, Some(jobs), what).await;
        let failed: Vec<&String> = ran
            .trials
            .values()
            .filter(|trial| trial.outcome == Outcome::Fail)
            .map(|trial| &trial.id)
            .collect();
        assert_eq!(failed, Vec::<&String>::new(), "with {jobs} jobs");
        running.shutdown().await;
    }
}
