//! Runs against the reference, for tests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::reference;
use crate::reference::Fault;
use crate::wire::{Client, ClientSettings, Credentials, Endpoint};

use crate::judge::{RunSettings, run};
use crate::log::Event;
use crate::plan::{Manifest, Select};
use crate::plan::{Target, reference_settings};
use crate::run::Stop;

/// How long a stream is UPDATING: long enough to be seen on a machine that is busy with other tests.
const UPDATE: Duration = Duration::from_millis(250);

/// The fault of that name.
pub(crate) fn fault(name: &str) -> Fault {
    Fault::parse(name).expect("the table has the fault")
}

/// Runs trials against a reference with these faults and returns all events.
pub(crate) fn run_against(
    faults: &[&str],
    manifest: &Manifest,
    select: &Select,
    settings: RunSettings,
) -> Vec<Event> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut reference = reference_settings();
        reference.faults.extend(faults.iter().map(|name| fault(name)));
        reference.transition.update = UPDATE;
        let running = reference::start(reference).unwrap();
        let endpoint = Endpoint::parse(&format!("http://{}", running.address())).unwrap();
        let timeout = Duration::from_secs(10);
        let client = Client::new(ClientSettings {
            endpoint: endpoint.clone(),
            credentials: Credentials::dummy(),
            region: "us-east-1".to_owned(),
            timeout,
            connect_timeout: timeout,
        })
        .unwrap();
        let events: Arc<Mutex<Vec<Event>>> = Arc::default();
        let emit = {
            let events = Arc::clone(&events);
            Arc::new(move |event| events.lock().unwrap().push(event))
        };
        let mut target = Target::reference(&endpoint.to_string(), client);
        target.shortest_transition = UPDATE;
        run(target, manifest, select, settings, Stop::default(), emit).await.unwrap();
        running.shutdown().await;
        std::mem::take(&mut *events.lock().unwrap())
    })
}
