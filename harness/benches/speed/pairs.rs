//! The engine beside a client that replays the same requests and judges nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kinesis_conformance::log::{Event, Exchange};
use kinesis_conformance::plan::Select;
use kinesis_conformance::run::DEFAULT_JOBS;
use kinesis_conformance::wire::{Auth, Client, Request};

use crate::field::{Field, one_run, runtime};
use crate::refusals;
use crate::table::Table;
use crate::timing::{median, millis};

/// Trials of a pair: some thousand requests.
const TRIALS: usize = 2000;
/// Pairs, of which the middle one counts.
const PAIRS: usize = 7;

/// Runs the engine and the replay in turn, so that whatever else the machine does hits both.
pub(crate) fn all(table: &mut Table) {
    let runtime = runtime();
    let manifest = refusals::manifest(TRIALS);
    let mut engines = Vec::new();
    let mut replays = Vec::new();
    let mut ratios = Vec::new();
    let mut requests = 0;
    for _ in 0..PAIRS {
        let ran = one_run(&runtime, &manifest, &Select::default(), DEFAULT_JOBS);
        let sent = requests_of(&ran.events);
        requests = sent.len();
        assert_eq!(u64::try_from(requests).ok(), Some(ran.footer.requests), "every request is in the log");
        let replayed = runtime.block_on(async {
            let field = Field::start();
            let client = field.client();
            let took = replay(&client, sent, DEFAULT_JOBS).await;
            field.stop().await;
            took
        });
        ratios.push(replayed.as_secs_f64() / ran.took.as_secs_f64());
        engines.push(ran.took);
        replays.push(replayed);
    }
    ratios.sort_by(f64::total_cmp);
    let (engine, replay) = (median(engines), median(replays));
    let rate = |took: Duration| f64::from(u32::try_from(requests).unwrap_or(u32::MAX)) / took.as_secs_f64();
    table.row(
        format!("engine, {requests} requests at {DEFAULT_JOBS} jobs"),
        format!("{:.0} requests/s ({})", rate(engine), millis(engine)),
        "",
    );
    table.row(
        "the same requests signed, sent and read by a bare client, which judges nothing",
        format!("{:.0} requests/s ({})", rate(replay), millis(replay)),
        "",
    );
    table.row(
        "requests/s of the engine : of the bare client, middle of 7 pairs",
        format!("{:.2}", ratios[PAIRS / 2]),
        "≥ 0.6, then 0.8",
    );
}

/// What a run sent, in the order of sending.
fn requests_of(events: &[Event]) -> Vec<Request> {
    let mut exchanges: Vec<&Exchange> = events
        .iter()
        .filter_map(|event| if let Event::Exchange(exchange) = event { Some(&**exchange) } else { None })
        .collect();
    exchanges.sort_by_key(|exchange| exchange.sent_us);
    exchanges
        .into_iter()
        .map(|exchange| Request {
            target: exchange.request.target.clone(),
            content_type: exchange.request.content_type.clone(),
            body: exchange.request.body.bytes(),
            auth: if exchange.request.signed { Auth::Signed } else { Auth::Unsigned },
        })
        .collect()
}

/// Sends all, so many at once.
async fn replay(client: &Client, requests: Vec<Request>, jobs: usize) -> Duration {
    let requests = Arc::new(requests);
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let workers: Vec<_> = (0..jobs)
        .map(|_| {
            let (client, requests, next) = (client.clone(), Arc::clone(&requests), Arc::clone(&next));
            tokio::spawn(async move {
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    client.send(request).await.outcome.expect("the reference answers");
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.expect("no worker panics");
    }
    started.elapsed()
}
