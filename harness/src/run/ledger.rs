//! The streams that a run has made or may have made, each until it is known to be gone.
//!
//! A create is noted before it is sent. It stays under way until its response is there, also if nobody
//! waits for the response any more.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

/// Whether a stream is on the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// The create was sent, and its response is not there yet.
    UnderWay,
    /// The target accepted the create.
    Yes,
    /// The create got no usable response; it was given up at that time. The target may still carry it
    /// out.
    Perhaps(Instant),
    /// The target refused to make it.
    Refused,
}

/// How far the deletion of a stream has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deletion {
    /// Nobody deletes it yet.
    NotBegun,
    /// It is being deleted.
    UnderWay,
    /// The target did not delete it.
    Failed,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    made: Made,
    deletion: Deletion,
}

/// How far the clean-up of a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CleanUp {
    /// Streams that are not known to be gone.
    pub left: usize,
    /// Streams that were there when the clean-up began.
    pub of: usize,
    /// When the clean-up ends in any case.
    pub until: Instant,
}

/// The streams of one run or of several runs.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    state: Mutex<State>,
    settled: Notify,
}

#[derive(Debug, Default)]
struct State {
    streams: BTreeMap<String, Entry>,
    clean_up: Option<(usize, Instant)>,
}

impl State {
    /// Streams that may be on the target.
    fn left(&self) -> impl Iterator<Item = &String> {
        self.streams.iter().filter_map(|(name, entry)| match entry.made {
            Made::UnderWay | Made::Yes | Made::Perhaps(_) => Some(name),
            Made::Refused => None,
        })
    }
}

impl Ledger {
    /// Notes that the create of a stream is sent now.
    pub(crate) fn begin(&self, name: &str) {
        let entry = Entry { made: Made::UnderWay, deletion: Deletion::NotBegun };
        self.state().streams.insert(name.to_owned(), entry);
    }

    /// Notes what a create came to.
    pub(crate) fn settle(&self, name: &str, made: Made) {
        if let Some(entry) = self.state().streams.get_mut(name) {
            entry.made = made;
        }
        self.settled.notify_waiters();
    }

    /// Notes how far the deletion of a stream has come.
    pub(crate) fn set_deletion(&self, name: &str, deletion: Deletion) {
        if let Some(entry) = self.state().streams.get_mut(name) {
            entry.deletion = deletion;
        }
    }

    /// Notes that a stream is not on the target, or will not be.
    pub(crate) fn remove(&self, name: &str) {
        self.state().streams.remove(name);
        self.settled.notify_waiters();
    }

    /// Forgets all streams whose names begin so.
    pub(crate) fn forget(&self, prefix: &str) {
        self.state().streams.retain(|name, _| !name.starts_with(prefix));
        self.settled.notify_waiters();
    }

    /// What is known of a stream; `None` if it is gone.
    pub(crate) fn made(&self, name: &str) -> Option<Made> {
        self.state().streams.get(name).map(|entry| entry.made)
    }

    /// Waits until the create of a stream has its response; what is known then.
    pub(crate) async fn settled(&self, name: &str) -> Option<Made> {
        loop {
            let settled = self.settled.notified();
            tokio::pin!(settled);
            settled.as_mut().enable();
            match self.made(name) {
                Some(Made::UnderWay) => settled.await,
                made @ (Some(Made::Yes | Made::Perhaps(_) | Made::Refused) | None) => return made,
            }
        }
    }

    /// The streams whose names begin so, with how far their deletion has come.
    pub(crate) fn streams(&self, prefix: &str) -> Vec<(String, Deletion)> {
        let state = self.state();
        let own = state.streams.iter().filter(|(name, _)| name.starts_with(prefix));
        own.map(|(name, entry)| (name.clone(), entry.deletion)).collect()
    }

    /// The streams that may be on the target.
    pub(crate) fn left(&self) -> Vec<String> {
        self.state().left().cloned().collect()
    }

    /// Notes until when the clean-up goes on that begins now, or that is under way.
    pub(crate) fn clean_up_until(&self, until: Instant) {
        let mut state = self.state();
        let of = match state.clean_up {
            Some((of, _)) => of,
            None => state.left().count(),
        };
        state.clean_up = Some((of, until));
    }

    /// Notes that the clean-up is over.
    pub(crate) fn end_clean_up(&self) {
        self.state().clean_up = None;
    }

    /// How far the clean-up has come, if one is under way.
    pub(crate) fn clean_up(&self) -> Option<CleanUp> {
        let state = self.state();
        state.clean_up.map(|(of, until)| CleanUp { left: state.left().count(), of, until })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
