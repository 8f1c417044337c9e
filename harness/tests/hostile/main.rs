//! Hostile endpoints against three trials: an answer in JSON, one in CBOR, and an observation. None is taken
//! for right, none is waited for beyond its deadline, none makes the harness panic or hoard, each
//! gets the outcome that the design says, and one that is hostile to everybody is reported once, with what to
//! try.
//!
//! Each row of the table stands before a reference of its own and is hostile to the call under test alone, to
//! the samples of the observation alone, to everybody from the call under test on, and to everybody.

mod answer;
mod bodies;
mod framing;
mod redirect;
mod server;
mod table;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kinesis_conformance::case::Source;
use kinesis_conformance::case::ast::Library;
use kinesis_conformance::judge::{RunSettings, run};
use kinesis_conformance::log::{Event, Outcome, TrialVerdict};
use kinesis_conformance::plan::{Manifest, Select, Target, reference_settings};
use kinesis_conformance::reference;
use kinesis_conformance::report::terminal::{Options, Style, render};
use kinesis_conformance::report::{Summary, advice};
use kinesis_conformance::run::{Stop, TargetError};
use kinesis_conformance::wire::{Client, ClientSettings, Credentials, Endpoint};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use server::{Hostile, Scope};
use table::{Hit, Row, Verdict, rows};

/// The time-out of a request. Rows run beside each other, so that the right answers of one may wait
/// for the hostile ones of another.
const TIMEOUT: Duration = Duration::from_millis(500);
/// How long a stream is UPDATING.
const UPDATE: Duration = Duration::from_millis(200);
/// A transition that takes longer never ends; a setup that is refused for longer has failed.
const TRANSITION: Duration = Duration::from_millis(1_500);
/// Runs at once. Most of a run is waiting; more would make right answers late.
static TURNS: Semaphore = Semaphore::const_new(20);

const JSON: &str = "hostile/list";
const CBOR: &str = "hostile/list[cbor]";
const OBSERVE: &str = "hostile/observe";

fn manifest() -> Manifest {
    let sources = [
        ("cases/hostile.yaml", include_str!("cases.yaml")),
        ("cases/questions.yaml", "format: 1\nquestions: {}\n"),
    ];
    let sources = sources.map(|(path, text)| Source::new(path, text.to_owned()));
    let library = Library::from_sources(sources.to_vec()).expect("the cases are right");
    Manifest::of(Arc::new(library), true)
}

/// What one run came to.
struct Ended {
    trials: Vec<TrialVerdict>,
    /// What a user reads.
    reported: String,
    took: Duration,
    written: u64,
    hostile_answers: u64,
}

async fn run_one(manifest: &Manifest, row: &Row, scope: Scope, ids: &[&str]) -> Ended {
    let _turn = TURNS.acquire().await.expect("nobody closes it");
    let mut settings = reference_settings();
    settings.transition.update = UPDATE;
    let running = reference::start(settings).expect("it starts");
    let hostile = Hostile::start(running.address(), row.manner, scope).await;
    let endpoint = Endpoint::parse(&hostile.endpoint()).expect("an endpoint");
    let client = Client::new(ClientSettings {
        endpoint: endpoint.clone(),
        credentials: Credentials::dummy(),
        region: "us-east-1".to_owned(),
        timeout: TIMEOUT,
        connect_timeout: TIMEOUT,
    });
    let mut target = Target::reference(&endpoint.to_string(), client.expect("a client"));
    target.shortest_transition = UPDATE;
    target.transition_deadline = TRANSITION;
    let events: Arc<Mutex<Vec<Event>>> = Arc::default();
    let emit = {
        let events = Arc::clone(&events);
        Arc::new(move |event| events.lock().expect("nobody panicked").push(event))
    };
    let select = Select { ids: ids.iter().map(|id| (*id).to_owned()).collect(), ..Select::default() };
    let started = Instant::now();
    let ended = run(target, manifest, &select, RunSettings::default(), Stop::default(), emit).await;
    let took = started.elapsed();
    let (written, hostile_answers) = (hostile.written(), hostile.hostile_answers());
    running.shutdown().await;
    let events = std::mem::take(&mut *events.lock().expect("nobody panicked"));
    let reported = match ended {
        Ok(_) => render(&Summary::of_events(&events), Style::default(), &Options::default()),
        Err(error) => as_reported(&error),
    };
    let trials = events.into_iter().filter_map(|event| match event {
        Event::Trial(trial) => Some(*trial),
        Event::Header(_)
        | Event::Case(_)
        | Event::Exchange(_)
        | Event::Timing(_)
        | Event::Notice(_)
        | Event::Footer(_) => None,
    });
    Ended { trials: trials.collect(), reported, took, written, hostile_answers }
}

/// As the program prints it.
fn as_reported(error: &TargetError) -> String {
    format!("error: failed to {error}\n  try: {}", advice(error))
}

/// What is wrong with how a row was met.
async fn met(manifest: &Arc<Manifest>, row: &Row) -> Vec<String> {
    let (mut slowest, mut largest) = (Duration::ZERO, 0);
    let mut wrong = Vec::new();
    let mut complain = |scope: Scope, what: String| wrong.push(format!("{}, to {scope:?}: {what}", row.name));
    let runs: [(Scope, Hit, &'static [&'static str]); 5] = [
        (Scope::Question, Hit::Question, &[JSON, CBOR, OBSERVE]),
        (Scope::Samples, Hit::Samples, &[OBSERVE]),
        (Scope::FromThenOn, Hit::Everybody, &[JSON]),
        (Scope::FromThenOn, Hit::Everybody, &[CBOR]),
        (Scope::FromThenOn, Hit::Everybody, &[OBSERVE]),
    ];
    let mut tasks = JoinSet::new();
    for (scope, hit, ids) in runs {
        // Who vanishes does so for everybody.
        if matches!(row.manner, server::Manner::Vanishes) && hit != Hit::Everybody {
            continue;
        }
        let (manifest, row) = (Arc::clone(manifest), row.clone());
        tasks.spawn(async move { (scope, hit, ids, run_one(&manifest, &row, scope, ids).await) });
    }
    while let Some(joined) = tasks.join_next().await {
        let (scope, hit, ids, ended) = joined.expect("no panic");
        slowest = slowest.max(ended.took);
        largest = largest.max(ended.written / ended.hostile_answers.max(1));
        for id in ids {
            let Some(trial) = ended.trials.iter().find(|trial| trial.id == *id) else {
                complain(scope, format!("{id} has no verdict\n{}", ended.reported));
                continue;
            };
            if !row.verdict.outcomes(hit, *id != OBSERVE).contains(&trial.outcome) {
                complain(
                    scope,
                    format!("{id} is {:?} ({:?})\n{}", trial.outcome, trial.reason, ended.reported),
                );
            }
            let kinds = row.verdict.kinds(hit);
            let strays = trial.mismatches.iter().filter(|found| !kinds.contains(&found.kind));
            if trial.outcome == Outcome::Fail && !kinds.is_empty() && strays.count() > 0 {
                complain(scope, format!("{id} fails in another way\n{}", ended.reported));
            }
        }
        bounded(row, &ended).into_iter().for_each(|what| complain(scope, what));
    }
    let ended = run_one(manifest, row, Scope::Everybody, &[]).await;
    slowest = slowest.max(ended.took);
    largest = largest.max(ended.written / ended.hostile_answers.max(1));
    bounded(row, &ended).into_iter().for_each(|what| complain(Scope::Everybody, what));
    let passes = ended.trials.iter().filter(|trial| trial.outcome == Outcome::Pass).count();
    match (row.verdict, row.reported) {
        (Verdict::RidesOver, _) if passes < ended.trials.len() || passes == 0 => {
            complain(Scope::Everybody, format!("{passes} pass\n{}", ended.reported));
        }
        (Verdict::RidesOver | Verdict::ByChance, _) => {}
        (_, Some(reported)) if ended.reported.matches(reported).count() != 1 => {
            complain(Scope::Everybody, format!("`{reported}` is not reported once\n{}", ended.reported));
        }
        (_, Some(_)) if ended.reported.contains('\u{1b}') => {
            complain(Scope::Everybody, "an escape reaches the terminal".to_owned());
        }
        (_, Some(_)) if passes > 0 => {
            complain(Scope::Everybody, format!("{passes} pass\n{}", ended.reported))
        }
        (_, Some(_)) => {}
        (_, None) => complain(Scope::Everybody, "the table says nothing of it".to_owned()),
    }
    println!("{:>6} ms  {:>8} KiB an answer, at most  {}", slowest.as_millis(), largest >> 10, row.name);
    wrong
}

/// Beyond the row's deadline, or more bytes taken than the row allows.
fn bounded(row: &Row, ended: &Ended) -> Vec<String> {
    let mut wrong = Vec::new();
    if ended.took > row.within {
        wrong.push(format!("it took {:?}", ended.took));
    }
    if ended.written > ended.hostile_answers.saturating_mul(row.memory) {
        wrong.push(format!("{} bytes were taken in {} answers", ended.written, ended.hostile_answers));
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hostile_endpoint_gets_the_verdict_that_the_design_says_in_time_and_reported_once() {
    let manifest = Arc::new(manifest());
    // On a machine that is busy, a right answer may be late; among few rows, or alone, it is not.
    let mut wrong = Vec::new();
    let mut left = rows();
    for at_once in [usize::MAX, 4, 1] {
        let turns = Arc::new(Semaphore::new(at_once.min(Semaphore::MAX_PERMITS)));
        let mut tasks = JoinSet::new();
        // The patient ones stand last in the table and take longest.
        for row in left.drain(..).rev() {
            let (manifest, turns) = (Arc::clone(&manifest), Arc::clone(&turns));
            tasks.spawn(async move {
                let _turn = turns.acquire().await.expect("nobody closes it");
                let wrong = met(&manifest, &row).await;
                (row, wrong)
            });
        }
        wrong.clear();
        while let Some(joined) = tasks.join_next().await {
            let (row, what) = joined.expect("no panic");
            if !what.is_empty() {
                println!("once more, among fewer: {}", what.join("\n"));
                wrong.extend(what);
                left.push(row);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(redirect::came(), 0, "nobody follows a redirect");
}

#[test]
fn the_table_is_long_enough_and_names_each_row_once() {
    let mut names: Vec<&str> = rows().iter().map(|row| row.name).collect();
    assert!(names.len() >= 90, "{}", names.len());
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rows().len());
}

/// Lenient readers pass over both, so that the other trials do too.
#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_a_strict_reader_refuses_is_a_mismatch_of_the_case_about_its_form() {
    let library = Library::embedded().expect("the cases are right");
    let manifest = Manifest::of(Arc::new(library), false);
    let ids = ["protocol/success/http-form", "protocol/success/http-form[cbor]"];
    let writes = |framing| server::Manner::Writes(framing, server::Then::GoesOn);
    let manners = [
        (writes(framing::bare_line_feeds), "a line ends without a carriage return"),
        (writes(framing::length_beside_chunks), "a length beside chunks"),
        (writes(framing::twice), "more bytes behind the answer"),
    ];
    for (manner, reason) in manners {
        let hostile = table::row("a wrong form", manner, Verdict::RidesOver, None);
        let ended = run_one(&manifest, &hostile, Scope::Everybody, &ids).await;
        assert_eq!(ended.trials.len(), ids.len(), "{}", ended.reported);
        for trial in &ended.trials {
            let actual: Vec<&str> = trial.mismatches.iter().map(|found| found.actual.as_str()).collect();
            // The case is strict, and the run is judged at extended.
            assert_eq!((trial.outcome, actual), (Outcome::Tolerated, vec![reason]), "{}", ended.reported);
        }
    }
}
