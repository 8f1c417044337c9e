//! Whole runs against targets that are made for the purpose.

mod envelope;
mod epoch;
mod generated;
mod lending;
mod operations;
mod panics;
mod suite;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::case::ast::Library;
use crate::judge::{RunSettings, run};
use crate::log::{Event, Exchange, Footer, Trial};
use crate::plan::{Manifest, Select, Target};
use crate::run::{AskError, Stop};
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

/// What a run told.
#[derive(Default)]
struct Told {
    trials: Vec<Trial>,
    exchanges: Vec<Exchange>,
}

async fn told(target: Target, manifest: &Manifest, select: &Select) -> (Result<Footer, AskError>, Told) {
    let told: Arc<Mutex<Told>> = Arc::default();
    let emit = {
        let told = Arc::clone(&told);
        Arc::new(move |event: Event| {
            let mut told = told.lock().expect("nobody panicked");
            match event {
                Event::Trial(trial) => told.trials.push(*trial),
                Event::Exchange(exchange) => told.exchanges.push(*exchange),
                Event::Header(_)
                | Event::Case(_)
                | Event::Timing(_)
                | Event::Notice(_)
                | Event::Footer(_) => {}
            }
        })
    };
    let ended = run(target, manifest, select, RunSettings::default(), Stop::default(), emit).await;
    let told = std::mem::take(&mut *told.lock().expect("nobody panicked"));
    (ended, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_spoiled_in_a_request_stands_in_the_log_with_both_heads_as_they_were() {
    let running = crate::reference::start(crate::plan::reference_settings()).expect("it starts");
    let endpoint = format!("http://{}", running.address());
    let select = Select { ids: vec!["protocol/auth/spoiled-signature".to_owned()], ..Select::default() };
    let (ended, told) = told(Target::reference(&endpoint, client(&endpoint)), &manifest(), &select).await;
    running.shutdown().await;
    ended.expect("it answers");
    let exchange =
        told.exchanges.iter().find(|exchange| exchange.request.deviates.is_some()).expect("one deviates");
    let deviates = exchange.request.deviates.as_ref().expect("it does");
    assert_eq!(
        deviates.spoiled.as_deref(),
        Some("header authorization: the last digit of Signature is changed")
    );
    assert!(deviates.head.starts_with("POST / HTTP/1.1\r\nHost: 127.0.0.1:"), "{}", deviates.head);
    assert!(deviates.head.contains("\r\nauthorization: AWS4-HMAC-SHA256 Credential="), "{}", deviates.head);
    let crate::log::ResponseText::Answer { as_it_came: Some(came), .. } = &exchange.response else {
        panic!("an answer by the raw transport")
    };
    let head = came.head.as_deref().expect("it has a head");
    assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");
    assert_eq!(came.faults, Vec::<String>::new());
}
