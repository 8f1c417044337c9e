//! Whether a transient state still held when a request was answered.

use crate::case::ast::FixtureName;
use crate::log::Role;
use crate::observe::describe::Snapshot;

use super::Judge;

impl Judge<'_> {
    /// Why the attempt does not count: the trial is about a transient state, which may have been over
    /// before a request was answered. A request counts if
    ///
    /// - its response came before half of the state's shortest length had passed since the call that
    ///   began the state was sent, or
    /// - it was refused, and a description that was requested after its response still shows the state.
    ///
    /// An accepted call never counts by the second: it may have begun the state anew.
    pub(super) fn not_in_transient_state(&self) -> Option<String> {
        let status = self.trial.transient_status()?;
        let answered_us = self.requests().map(|observed| observed.exchange.received_us).max()?;
        if self.surely_lasts_until().is_some_and(|until_us| answered_us < until_us) {
            return None;
        }
        let accepted = self.requests().any(|observed| observed.decoded.is_success());
        let lag_us = self.measure.timing.describe_lag_us;
        let kind = self.trial.kind(FixtureName::Stream);
        let still = self.observation.exchanges.iter().any(|observed| {
            observed.exchange.role == Role::ConfirmTransient
                && observed.exchange.sent_us >= answered_us.saturating_add(lag_us)
                && Snapshot::of(kind, &observed.decoded).status() == Some(status)
        });
        (accepted || !still).then(|| format!("{status} may have been over before the response was made"))
    }

    /// Until when the state surely lasts.
    fn surely_lasts_until(&self) -> Option<u64> {
        let change = self.trial.change_under_way(FixtureName::Stream)?;
        let at_least_us = self.measure.timing.lengths.at_least_us(change)?;
        Some(self.observation.began_us?.saturating_add(at_least_us / 2))
    }
}
