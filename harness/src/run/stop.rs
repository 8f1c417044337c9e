//! The end of a run before all of its trials are carried out.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use super::ledger::{CleanUp, Ledger};

/// Ends a run early, and knows what the run has made by then. Clones belong to the same run.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<StopState>);

#[derive(Debug, Default)]
struct StopState {
    stopped: AtomicBool,
    reason: Mutex<Option<StopReason>>,
    notify: Notify,
    ledger: Ledger,
    /// When the budget of the run is over; never set without a budget.
    ends_at: OnceLock<Timestamp>,
    /// The budget, if it was over during a clean-up.
    overdue: OnceLock<Duration>,
}

/// Why a run was ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The user requested it, by a signal for example.
    Asked,
    /// The time was over that the user gave to the run.
    Budget(Duration),
    /// So many trials have failed as the user takes.
    Failures(usize),
    /// Going on would have brought nothing, for this reason.
    Early(String),
}

impl Stop {
    /// Requests everything under way to end.
    pub fn stop(&self) {
        self.stop_because(StopReason::Asked);
    }

    /// Notes that the run has so much time from now on. [`Self::end_budget`] ends the run.
    pub fn begin_budget(&self, budget: Duration) {
        let budget = SignedDuration::try_from(budget).unwrap_or(SignedDuration::MAX);
        let ends_at = Timestamp::now().checked_add(budget).unwrap_or(Timestamp::MAX);
        // The first budget counts: a run has one.
        self.0.ends_at.get_or_init(|| ends_at);
    }

    /// When the budget of the run is over; `None` without a budget.
    pub(crate) fn ends_at(&self) -> Option<Timestamp> {
        self.0.ends_at.get().copied()
    }

    /// Ends the run, unless it has come to its clean-up: that has a deadline of its own. What would begin
    /// after it is for [`Self::end_overdue`] to keep from beginning.
    pub fn end_budget(&self, budget: Duration) {
        if self.0.ledger.clean_up().is_none() {
            self.stop_because(StopReason::Budget(budget));
        } else {
            self.0.overdue.get_or_init(|| budget);
        }
    }

    /// Ends what has not begun yet if the budget was over during a clean-up.
    pub fn end_overdue(&self) {
        if let Some(budget) = self.0.overdue.get() {
            self.stop_because(StopReason::Budget(*budget));
        }
    }

    /// Ends the run after so many trials have failed.
    pub fn end_after_failures(&self, failures: usize) {
        self.stop_because(StopReason::Failures(failures));
    }

    /// Ends the run for a reason that lies in the target.
    pub(crate) fn stop_early(&self, why: String) {
        self.stop_because(StopReason::Early(why));
    }

    /// The first reason counts.
    fn stop_because(&self, reason: StopReason) {
        self.lock().get_or_insert(reason);
        self.0.stopped.store(true, Ordering::SeqCst);
        self.0.notify.notify_waiters();
    }

    /// Why the run was ended; `None` if it was not.
    pub fn reason(&self) -> Option<StopReason> {
        self.lock().clone()
    }

    /// True once the run has to end.
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst)
    }

    /// Ends when the run has to end.
    pub async fn stopped(&self) {
        let notified = self.0.notify.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        if !self.is_stopped() {
            notified.await;
        }
    }

    /// How far the clean-up has come, if one is under way.
    pub fn clean_up(&self) -> Option<CleanUp> {
        self.0.ledger.clean_up()
    }

    /// The names of the streams that may be on the target.
    pub fn left(&self) -> Vec<String> {
        self.0.ledger.left()
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    fn lock(&self) -> MutexGuard<'_, Option<StopReason>> {
        self.0.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
