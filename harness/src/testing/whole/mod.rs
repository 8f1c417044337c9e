//! Whole runs against targets that are made for the purpose.

mod envelope;
mod epoch;
mod generated;
mod lending;
mod operations;
mod panics;
mod resources;
mod setups;
mod suite;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::case::ast::Library;
use crate::judge::{RunSettings, run};
use crate::log::{Event, Exchange, Footer, TrialVerdict};
use crate::plan::{Manifest, Select, Target};
use crate::run::{Stop, TargetError};
use crate::wire::{Client, ClientSettings, Credentials, Endpoint};

/// A client of that endpoint, with the dummy pair.
fn client(endpoint: &str) -> Client {
    Client::new(ClientSettings {
        endpoint: Endpoint::parse(endpoint).expect("it is an endpoint"),
        credentials: Credentials::dummy(),
        region: crate::reference::REGION.to_owned(),
        timeout: Duration::from_secs(10),
        connect_timeout: Duration::from_secs(10),
    })
    .expect("http needs no setup")
}

/// All trials of the cases that this crate was built with.
fn manifest() -> Manifest {
    Manifest::of(Arc::new(Library::embedded().expect("the cases are right")), false)
}

/// What a run emitted.
#[derive(Default)]
struct Emitted {
    trials: Vec<TrialVerdict>,
    exchanges: Vec<Arc<Exchange>>,
    /// All events, in order.
    events: Vec<Event>,
}

async fn emitted(
    target: Target,
    manifest: &Manifest,
    select: &Select,
) -> (Result<Footer, TargetError>, Emitted) {
    let emitted: Arc<Mutex<Emitted>> = Arc::default();
    let emit = {
        let emitted = Arc::clone(&emitted);
        Arc::new(move |event: Event| {
            let mut emitted = emitted.lock().expect("nobody panicked");
            emitted.events.push(event.clone());
            match event {
                Event::Trial(trial) => emitted.trials.push(*trial),
                Event::Exchange(exchange) => emitted.exchanges.push(exchange),
                Event::Header(_)
                | Event::Case(_)
                | Event::Timing(_)
                | Event::Notice(_)
                | Event::Footer(_) => {}
            }
        })
    };
    let ended = run(target, manifest, select, RunSettings::default(), Stop::default(), emit).await;
    let emitted = std::mem::take(&mut *emitted.lock().expect("nobody panicked"));
    (ended, emitted)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_overridden_in_a_request_stands_in_the_log_with_both_heads_as_they_were() {
    let running = crate::reference::start(crate::plan::reference_settings()).expect("it starts");
    let endpoint = format!("http://{}", running.address());
    let select = Select { ids: vec!["protocol/auth/corrupt-signature".to_owned()], ..Select::default() };
    let (ended, emitted) =
        emitted(Target::reference(&endpoint, client(&endpoint)), &manifest(), &select).await;
    running.shutdown().await;
    ended.expect("it answers");
    let exchange = emitted
        .exchanges
        .iter()
        .find(|exchange| exchange.request.overrides.is_some())
        .expect("one overrides");
    let overrides = exchange.request.overrides.as_ref().expect("it does");
    assert_eq!(
        overrides.corrupted.as_deref(),
        Some("header authorization: the last digit of Signature is changed")
    );
    assert!(overrides.head.starts_with("POST / HTTP/1.1\r\nHost: 127.0.0.1:"), "{}", overrides.head);
    assert!(overrides.head.contains("\r\nauthorization: AWS4-HMAC-SHA256 Credential="), "{}", overrides.head);
    let crate::log::ResponseText::Answer { as_it_came: Some(came), .. } = &exchange.response else {
        panic!("an answer by the raw transport")
    };
    let head = came.head.as_deref().expect("it has a head");
    assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");
    assert_eq!(came.faults, Vec::<String>::new());
}
