//! The flagship on a target of one's own, beside the least that it could take there.
//!
//! Waiting for a target cannot be made shorter than its longest chain of answers, the trial that
//! takes longest when it is alone, nor than the time in which it answers so many requests at its
//! best. The larger of the two is the floor.

use std::time::{Duration, Instant};

use kinesis_conformance::case::Profile;
use kinesis_conformance::log::Event;
use kinesis_conformance::plan::{Manifest, Select, Target};
use kinesis_conformance::run::DEFAULT_JOBS;
use kinesis_conformance::wire::{Client, Endpoint};
use tokio::runtime::Runtime;

use crate::field::{Ran, client_of, list_streams, only, run_on, runtime, whole_suite};
use crate::process::FLAGSHIP;
use crate::table::Table;
use crate::timing::millis;

/// Of the trials that took longest in company, so many are run again, alone.
const ALONE: usize = 5;
/// Requests by which the target's rate is measured.
const REQUESTS: usize = 1000;

/// Measures nothing where no target is named.
pub(crate) fn all(table: &mut Table) {
    let Ok(url) = std::env::var("KINESIS_ENDPOINT") else { return };
    let endpoint = Endpoint::parse(&url).expect("KINESIS_ENDPOINT is a URL");
    let profile = std::env::var("KINESIS_TARGET")
        .ok()
        .map(|name| Profile::embedded(&name).expect("a sound profile").expect("KINESIS_TARGET is a profile"));
    let runtime = runtime();
    let manifest = whole_suite();
    let target = || match &profile {
        Some(profile) => Target::of_profile(profile, &url, client_of(&endpoint)),
        None => Target::bare("target", &url, client_of(&endpoint)),
    };
    let run = |select: &Select, jobs| runtime.block_on(run_on(target(), &manifest, select, jobs));
    let ran = run(&only(&FLAGSHIP), DEFAULT_JOBS);
    let chain = longest(&ran, &manifest)
        .into_iter()
        .map(|id| run(&Select { ids: vec![id], ..Select::default() }, 1).took)
        .max()
        .unwrap_or_default();
    let requests = ran.footer.requests;
    let rate = rate(&runtime, &client_of(&endpoint));
    let forced = Duration::from_secs_f64(f64::from(u32::try_from(requests).unwrap_or(u32::MAX)) / rate);
    let times = ran.took.as_secs_f64() / chain.max(forced).as_secs_f64();
    table.row(format!("{url}: the flagship, --jobs {DEFAULT_JOBS}"), millis(ran.took), "");
    table.row(format!("{url}: its longest chain"), millis(chain), "");
    let forced = format!("{} ({requests} at {rate:.0}/s)", millis(forced));
    table.row(format!("{url}: what its own rate forces"), forced, "");
    table.row(format!("{url}: the flagship : the larger of these"), format!("{times:.2}"), "≤ 1.5");
}

/// The trials that took longest.
fn longest(ran: &Ran, manifest: &Manifest) -> Vec<String> {
    let mut trials: Vec<(u64, &str)> = ran
        .events
        .iter()
        .filter_map(
            |event| if let Event::Trial(trial) = event { Some((trial.ms, trial.id.as_str())) } else { None },
        )
        .collect();
    trials.sort_unstable();
    let known = |id: &str| manifest.trials.iter().any(|trial| trial.id == id);
    trials.iter().rev().map(|(_, id)| (*id).to_owned()).filter(|id| known(id)).take(ALONE).collect()
}

/// Requests a second that the target answers at its best: a list call, as many at once as in a run.
fn rate(runtime: &Runtime, client: &Client) -> f64 {
    let request = list_streams();
    runtime.block_on(async {
        let started = Instant::now();
        let workers: Vec<_> = (0..DEFAULT_JOBS)
            .map(|_| {
                let (client, request) = (client.clone(), request.clone());
                tokio::spawn(async move {
                    for _ in 0..REQUESTS / DEFAULT_JOBS {
                        client.send(&request).await.outcome.expect("the target answers");
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.expect("no worker panics");
        }
        f64::from(u32::try_from(REQUESTS / DEFAULT_JOBS * DEFAULT_JOBS).unwrap_or(u32::MAX))
            / started.elapsed().as_secs_f64()
    })
}
