//! Whether a state that passes by itself still held when the question was answered.

use crate::judge::Judge;
use crate::log::{Exchange, Role};
use crate::observe::describe::Seen;

/// What the looks before and after the ask say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// The case asks about no such state, or a look after the answer still shows it.
    Surely,
    /// A look right before the question shows it; the answer came so soon after that it is likely
    /// to have held.
    JustBefore,
    /// It may have been over.
    NotSeen(&'static str),
}

impl Judge<'_> {
    pub(crate) fn held(&self) -> Held {
        let Some(status) = self.trial.case().passing_status() else { return Held::Surely };
        let of = |role: Role| self.observation.exchanges.iter().filter(move |exchange| exchange.role == role);
        let Some(answered) = of(Role::Ask).map(|exchange| exchange.received_us).max() else {
            return Held::Surely;
        };
        let shows = |look: &&Exchange| Seen::of(self.measure.model, look).status() == Some(status);
        // An accepted start or stop leads to UPDATING anew, so that seeing it proves nothing.
        let accepted = of(Role::Ask).any(|exchange| self.reading(exchange).is_success());
        let anew = accepted && status == "UPDATING";
        if !anew && of(Role::Still).any(|look| look.sent_us >= answered && shows(&look)) {
            return Held::Surely;
        }
        let soon = of(Role::Still).any(|look| {
            look.sent_us < answered
                && shows(&look)
                && answered.saturating_sub(look.sent_us) <= self.measure.shortest_us / 2
        });
        if soon { Held::JustBefore } else { Held::NotSeen(status) }
    }
}
