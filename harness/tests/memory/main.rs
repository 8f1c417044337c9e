//! The memory of a run: it grows with the trials and their verdicts, not with what is exchanged.

#[path = "../../benches/speed/refusals.rs"]
mod refusals;

use std::sync::{Arc, Mutex};

use kinesis_conformance::judge::{RunSettings, run};
use kinesis_conformance::log::{Event, Outcome};
use kinesis_conformance::plan::{Select, Target, reference_settings};
use kinesis_conformance::reference;
use kinesis_conformance::run::Stop;
use kinesis_conformance::wire::{Client, ClientSettings, Credentials, Endpoint};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What a run of so many trials of one request each needs at its peak, beyond their plan, in bytes.
fn peak_of(trials: usize) -> usize {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let manifest = refusals::manifest(trials);
    runtime.block_on(async {
        let running = reference::start(reference_settings()).expect("it starts");
        let endpoint = Endpoint::parse(&format!("http://{}", running.address())).expect("an endpoint");
        let client = Client::new(ClientSettings {
            endpoint: endpoint.clone(),
            credentials: Credentials::dummy(),
            region: reference::REGION.to_owned(),
            timeout: std::time::Duration::from_secs(10),
            connect_timeout: std::time::Duration::from_secs(10),
        });
        let target = Target::reference(&endpoint.to_string(), client.expect("a client"));
        let passes = Arc::new(Mutex::new(0));
        let emit = {
            let passes = Arc::clone(&passes);
            Arc::new(move |event: Event| {
                if let Event::Trial(trial) = event
                    && trial.outcome == Outcome::Pass
                {
                    *passes.lock().expect("nobody panicked") += 1;
                }
            })
        };
        let select = Select::default();
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        let ended = run(target, &manifest, &select, RunSettings::default(), Stop::default(), emit).await;
        let peak = ALLOCATOR.peak_usage();
        ended.expect("the reference answers");
        running.shutdown().await;
        assert_eq!(*passes.lock().expect("nobody panicked"), trials);
        peak.saturating_sub(before)
    })
}

/// Nobody keeps an exchange or a verdict here, so that what grows is the harness's own.
#[test]
fn a_further_trial_needs_little_memory() {
    // What is made once, such as the model.
    peak_of(10);
    let (few, many) = (peak_of(500), peak_of(4_500));
    let each = many.saturating_sub(few) / 4_000;
    println!("{few} bytes for 500 trials, {many} for 4,500: {each} for each further one");
    assert!(each <= 2_048, "{each} bytes for each further trial");
}
