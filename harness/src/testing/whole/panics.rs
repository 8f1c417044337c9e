//! A harness that panics in the middle of a run.

use super::*;
use crate::case::ast::{Level, Resources};
use crate::log::{Redactor, Timing};
use crate::observe::Observation;
use crate::plan::PlannedTrial;
use crate::run::{self, Referee, Ruling, Settings, Settled};

/// Panics at the first attempt that it is to judge.
struct Panics;

impl Referee for Panics {
    fn rule(&self, trial: &PlannedTrial, _: u32, _: (u64, u64), _: Observation, _: &Timing) -> Ruling {
        panic!("a bug while judging {}", trial.id);
    }

    fn settle(&self, _: &PlannedTrial, rulings: Vec<Ruling>, _: bool) -> Settled {
        Settled::Again(rulings)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_panic_the_streams_are_deleted_and_the_panic_goes_on() {
    let running = crate::reference::start(crate::plan::reference_settings()).expect("it starts");
    let endpoint = format!("http://{}", running.address());
    let target = Target::reference(&endpoint, client(&endpoint));
    let manifest = manifest();
    let select = Select { filters: vec!["transition".to_owned()], ..Select::default() };
    let selected = manifest.select(&select);
    let settings =
        Settings { level: Level::Core, jobs: 8, seed: 0, redactor: Redactor::none(), journal: None };
    let footer: Arc<Mutex<Option<Footer>>> = Arc::default();
    let emit = {
        let footer = Arc::clone(&footer);
        Arc::new(move |event: Event| {
            if let Event::Footer(last) = event {
                *footer.lock().expect("nobody panicked") = Some(*last);
            }
        })
    };
    let stop = Stop::default();
    let ended = {
        let stop = stop.clone();
        tokio::spawn(async move {
            run::run(target, &manifest, &select, selected, settings, Arc::new(Panics), stop, emit).await
        })
    };
    let error = ended.await.expect_err("the panic goes on");
    assert!(error.is_panic());
    let footer = footer.lock().expect("nobody panicked").take().expect("a footer");
    assert_eq!((footer.complete, footer.left_behind, stop.left()), (false, Vec::new(), Vec::new()));
    let target = Target::reference(&endpoint, client(&endpoint));
    // A deletion takes a transition.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let left = run::sweep::find(&target, Resources::embedded(), &Redactor::none()).await.expect("it answers");
    assert_eq!(left.ours, Vec::new());
    running.shutdown().await;
}
