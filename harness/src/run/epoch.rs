//! The lives of a target's process: what is void when it ends, which trials are suspected, and when a
//! run gives up.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::plan::TargetProcess;

use super::fixtures::Fixtures;
use super::session::Session;

/// Starts of a process, at most; then the run stops.
const MOST_STARTS: u32 = 10;
/// Ends without a request under way, at most; then the run stops.
const MOST_UNEXPLAINED: u32 = 2;

/// The epochs of a run.
pub(super) struct Epochs {
    session: Arc<Session>,
    fixtures: Arc<Fixtures>,
    state: watch::Sender<State>,
    ends: Mutex<Ends>,
}

/// The epoch at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// Counts the ends of the process.
    pub number: u32,
    /// False from an end until the process listens again.
    pub up: bool,
}

#[derive(Debug, Default)]
struct Ends {
    /// How the process ended last, and what it said.
    last: String,
    unexplained: u32,
    suspects: Vec<Arc<str>>,
    suspected: BTreeSet<Arc<str>>,
}

impl Epochs {
    pub(super) fn new(session: Arc<Session>, fixtures: Arc<Fixtures>) -> Self {
        let (state, _) = watch::channel(State { number: 0, up: true });
        Self { session, fixtures, state, ends: Mutex::default() }
    }

    /// Follows a process until the run gives it up.
    pub(super) async fn follow(&self, process: &dyn TargetProcess) {
        loop {
            let how = process.ended().await;
            if self.session.is_stopped() {
                return;
            }
            let number = self.state.borrow().number + 1;
            let why_not_again = self.note_end(&how, number);
            self.fixtures.forget();
            self.state.send_replace(State { number, up: false });
            self.session.notice(None, format!("{how}; this is the {number}. end in this run"));
            if let Some(why) = why_not_again {
                self.give_up(why);
                return;
            }
            if let Err(error) = process.restart().await {
                self.give_up(format!("the target's process could not be started again: {error}"));
                return;
            }
            self.state.send_replace(State { number, up: true });
        }
    }

    fn note_end(&self, how: &str, number: u32) -> Option<String> {
        let unanswered = self.session.take_unanswered();
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        how.clone_into(&mut ends.last);
        let mut any = false;
        for trial in unanswered.into_iter().filter_map(|request| request.trial) {
            any = true;
            if ends.suspected.insert(Arc::clone(&trial)) {
                ends.suspects.push(trial);
            }
        }
        ends.unexplained += u32::from(!any);
        if number >= MOST_STARTS {
            return Some(format!("the target's process ended {number} times"));
        }
        (ends.unexplained >= MOST_UNEXPLAINED).then(|| {
            format!("the target's process ended {} times while no request was under way", ends.unexplained)
        })
    }

    fn give_up(&self, why: String) {
        self.session.stop_early(why);
        // Whoever waits for the next start has to learn that there is none.
        self.state.send_modify(|state| state.up = true);
    }

    /// Stops the run: nothing listens at the target, and nobody starts it again.
    pub(super) fn nobody_listens(&self) {
        let unanswered = self.session.take_unanswered();
        let mut named: Vec<String> = Vec::new();
        for request in unanswered.iter().filter_map(|request| request.trial.as_ref()) {
            let name = request.to_string();
            if !named.contains(&name) && named.len() < NAMED {
                named.push(name);
            }
        }
        let requests = if named.is_empty() {
            "no request was under way".to_owned()
        } else {
            format!("requests were under way for {}", named.join(", "))
        };
        self.give_up(format!("nothing listens at the target any more; {requests}"));
    }

    /// Waits until the process listens; the epoch that begins then.
    pub(super) async fn up(&self) -> u32 {
        let mut state = self.state.subscribe();
        match state.wait_for(|state| state.up).await {
            Ok(state) => state.number,
            Err(_) => 0,
        }
    }

    /// Waits until the epoch of that number has ended.
    pub(super) async fn end_of(&self, number: u32) {
        let mut state = self.state.subscribe();
        // The sender lives as long as the run.
        let _ = state.wait_for(|state| state.number > number).await;
    }

    /// True if the epoch of that number has ended.
    pub(super) fn has_ended(&self, number: u32) -> bool {
        self.state.borrow().number > number
    }

    /// How the process ended last.
    pub(super) fn last_end(&self) -> String {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).last.clone()
    }

    /// True if the process ended while a request of the trial was under way.
    pub(super) fn suspects(&self, trial: &str) -> bool {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).suspected.contains(trial)
    }

    /// The place of a trial among the suspects, those of the last end first.
    pub(super) fn rank(&self, trial: &str) -> usize {
        let ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        ends.suspects.iter().position(|suspect| &**suspect == trial).unwrap_or(usize::MAX)
    }

    /// How often the process ended.
    pub(super) fn ends(&self) -> u32 {
        self.state.borrow().number
    }
}

/// Trials that are named when nothing listens any more, at most.
const NAMED: usize = 8;
