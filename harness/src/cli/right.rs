//! Right responses: the trials that a report shows, carried out against the reference.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kinesis_conformance::judge::{self, RunSettings};
use kinesis_conformance::log::{Event, Outcome};
use kinesis_conformance::plan::{Manifest, Select, Target, reference_settings};
use kinesis_conformance::reference;
use kinesis_conformance::report::{Pictures, RightAnswers, Summary, examples};
use kinesis_conformance::run::{Emit, Stop};
use kinesis_conformance::wire::{Client, ClientSettings, Credentials, Endpoint};

/// Time for a response.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Time for all of it; a report comes without right responses rather than late.
const BUDGET: Duration = Duration::from_secs(8);

/// How the reference carries out the examples that the report shows, by their ids: those that it passes. Where
/// it can't be started, the report has none.
pub(super) async fn answers(
    summary: &Summary,
    pictures: Pictures,
    manifest: &Manifest,
) -> BTreeMap<String, RightAnswers> {
    let planned: Vec<String> = examples(summary, pictures)
        .into_iter()
        .filter(|id| manifest.trials.iter().any(|trial| trial.id == *id))
        .collect();
    let is_the_reference = summary.header.as_ref().is_some_and(|header| header.target.name == "reference");
    if planned.is_empty() || is_the_reference {
        return BTreeMap::new();
    }
    tokio::time::timeout(BUDGET, carry_out(planned, manifest)).await.ok().flatten().unwrap_or_default()
}

async fn carry_out(ids: Vec<String>, manifest: &Manifest) -> Option<BTreeMap<String, RightAnswers>> {
    let running = reference::start(reference_settings()).ok()?;
    let endpoint = Endpoint::parse(&format!("http://{}", running.address())).ok()?;
    let client = Client::new(ClientSettings {
        endpoint: endpoint.clone(),
        credentials: Credentials::dummy(),
        region: "us-east-1".to_owned(),
        timeout: TIMEOUT,
        connect_timeout: TIMEOUT,
    })
    .ok()?;
    let events: Arc<Mutex<Vec<Event>>> = Arc::default();
    let emit: Emit = {
        let events = Arc::clone(&events);
        Arc::new(move |event| events.lock().unwrap_or_else(PoisonError::into_inner).push(event))
    };
    let select = Select { ids, long: true, ..Select::default() };
    let target = Target::reference(&endpoint.to_string(), client);
    let ended = judge::run(target, manifest, &select, RunSettings::default(), Stop::default(), emit).await;
    running.shutdown().await;
    ended.ok()?;
    let events = std::mem::take(&mut *events.lock().unwrap_or_else(PoisonError::into_inner));
    Some(passed(events))
}

/// The exchanges and traces of the trials that passed, each of the attempt that counts.
fn passed(events: Vec<Event>) -> BTreeMap<String, RightAnswers> {
    let mut right: BTreeMap<String, (u32, RightAnswers)> = BTreeMap::new();
    for event in &events {
        if let Event::Trial(trial) = event
            && matches!(trial.outcome, Outcome::Pass | Outcome::Tolerated)
        {
            let traces = trial.traces.clone();
            right.insert(trial.id.clone(), (trial.attempt, RightAnswers { exchanges: Vec::new(), traces }));
        }
    }
    for event in events {
        if let Event::Exchange(exchange) = event
            && let Some((attempt, answers)) = exchange.trial.as_ref().and_then(|id| right.get_mut(id))
            && exchange.attempt == *attempt
        {
            answers.exchanges.push(std::sync::Arc::unwrap_or_clone(exchange));
        }
    }
    right.into_iter().map(|(id, (_, answers))| (id, answers)).collect()
}
