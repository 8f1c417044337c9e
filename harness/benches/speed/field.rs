//! A reference, a client for it, and a run of the engine against it.

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use kinesis_conformance::case::ast::Library;
use kinesis_conformance::judge::{RunSettings, run};
use kinesis_conformance::log::{Event, Footer};
use kinesis_conformance::plan::{Manifest, Select, Target, reference_settings};
use kinesis_conformance::reference::{self, Running};
use kinesis_conformance::run::{Emit, Stop};
use kinesis_conformance::wire::{Auth, Client, ClientSettings, Credentials, Encoding, Endpoint, Request};
use tokio::runtime::Runtime;

/// A reference that is up.
pub(crate) struct Field {
    running: Running,
    endpoint: Endpoint,
}

/// A run that has ended.
pub(crate) struct Ran {
    /// From the call to the footer.
    pub(crate) took: Duration,
    /// The last event.
    pub(crate) footer: Footer,
    /// All events.
    pub(crate) events: Vec<Event>,
}

impl Field {
    /// Starts a reference as the harness does.
    pub(crate) fn start() -> Self {
        let running = reference::start(reference_settings()).expect("a port is free");
        let endpoint = Endpoint::parse(&format!("http://{}", running.address())).expect("an address");
        Self { running, endpoint }
    }

    /// A client that has made no connection yet.
    pub(crate) fn client(&self) -> Client {
        client_of(&self.endpoint)
    }

    /// Runs trials.
    pub(crate) async fn run(&self, manifest: &Manifest, select: &Select, jobs: usize) -> Ran {
        let target = Target::reference(&self.endpoint.to_string(), self.client());
        run_on(target, manifest, select, jobs).await
    }

    /// Stops the reference.
    pub(crate) async fn stop(self) {
        self.running.shutdown().await;
    }
}

/// Runs trials on any target. Events are kept by a thread of their own, as the command line keeps
/// them.
pub(crate) async fn run_on(target: Target, manifest: &Manifest, select: &Select, jobs: usize) -> Ran {
    let (sender, receiver) = mpsc::channel();
    let keeper = std::thread::spawn(move || receiver.iter().collect::<Vec<Event>>());
    let emit: Emit = Arc::new(move |event| {
        let _hung_up = sender.send(event);
    });
    let settings = RunSettings { jobs, ..RunSettings::default() };
    let started = Instant::now();
    let footer =
        run(target, manifest, select, settings, Stop::default(), emit).await.expect("the reference answers");
    let took = started.elapsed();
    Ran { took, footer, events: keeper.join().expect("keeping events does not panic") }
}

/// Starts a reference, runs trials, stops it.
pub(crate) fn one_run(runtime: &Runtime, manifest: &Manifest, select: &Select, jobs: usize) -> Ran {
    runtime.block_on(async {
        let field = Field::start();
        let ran = field.run(manifest, select, jobs).await;
        field.stop().await;
        ran
    })
}

/// The suite that this crate was built with.
pub(crate) fn whole_suite() -> Manifest {
    Manifest::of(Arc::new(Library::embedded().expect("the cases are sound")), false)
}

/// A client that has made no connection yet.
pub(crate) fn client_of(endpoint: &Endpoint) -> Client {
    let timeout = Duration::from_secs(10);
    Client::new(ClientSettings {
        endpoint: endpoint.clone(),
        credentials: Credentials::dummy(),
        region: "us-east-1".to_owned(),
        timeout,
        connect_timeout: timeout,
    })
    .expect("plain HTTP needs nothing of the system")
}

/// A call that changes nothing.
pub(crate) fn list_streams() -> Request {
    Request {
        target: Some("Kinesis_20131202.ListStreams".to_owned()),
        content_type: Encoding::Json.content_type().to_owned(),
        body: "{}".into(),
        auth: Auth::Signed,
    }
}

/// Trials whose ids hold any of these.
pub(crate) fn only(filters: &[&str]) -> Select {
    Select { filters: filters.iter().map(|filter| (*filter).to_owned()).collect(), ..Select::default() }
}

/// A runtime as the command line has it.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}
