//! What was observed: decoded responses, what they show of streams, and values held to what is stated.
//! Pure.

pub(crate) mod describe;
pub(crate) mod ladder;
pub(crate) mod matching;
pub(crate) mod reading;
pub(crate) mod records;

use crate::log::{Exchange, Outcome};
use crate::plan::bind::Bindings;

/// Everything that was observed of one round of one trial.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observation {
    /// What the names stood for.
    pub bindings: Bindings,
    /// The round's exchanges.
    pub exchanges: Vec<Exchange>,
    /// Why the state was not reached, or the question not put to its end.
    pub stopped_by: Option<(Outcome, String)>,
    /// True if the setup ended because a connection was closed, which chance may have a part in.
    pub setup_cut_short: bool,
}
