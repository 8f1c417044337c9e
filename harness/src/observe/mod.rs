//! What was observed: decoded responses, what they show of streams, and values held to what is stated.
//! Pure.

pub(crate) mod course;
pub(crate) mod decoded;
pub(crate) mod describe;
pub(crate) mod machine;
pub(crate) mod matching;
pub(crate) mod records;
pub(crate) mod settling;
pub(crate) mod states;

use std::sync::Arc;

use crate::log::{EndedEarly, Exchange};
use crate::model::Model;
use crate::plan::bind::Bindings;

use decoded::DecodedResponse;

/// An exchange and its response, decoded once.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    /// The exchange as it went.
    pub exchange: Arc<Exchange>,
    /// Its response.
    pub decoded: DecodedResponse,
}

impl Observed {
    /// Decodes the response of an exchange.
    pub(crate) fn of(model: &Model, exchange: Arc<Exchange>) -> Self {
        let decoded = DecodedResponse::of(model, &exchange);
        Self { exchange, decoded }
    }
}

/// Everything that was observed of one attempt of one trial.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observation {
    /// What the names stood for.
    pub bindings: Bindings,
    /// The attempt's exchanges, in the order in which they came in.
    pub exchanges: Vec<Observed>,
    /// When the call that began the stream's transient state was handed to the connection, in
    /// microseconds; `None` where the trial starts from no such state.
    pub began_us: Option<u64>,
    /// What kept the attempt from its end.
    pub ended_early: Option<EndedEarly>,
    /// How the target's process ended during the attempt, if it did so while no other trial was under
    /// way: then it ended over this one.
    pub process_ended: Option<String>,
    /// What the run itself noticed that makes the attempt count for nothing: another trial may have
    /// changed a shared stream, a connection was closed, the target's process ended.
    pub disturbed: Option<String>,
}
