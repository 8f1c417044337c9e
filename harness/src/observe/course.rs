//! The course of an attempt: the machine fed with what was stored, for whoever judges.

use crate::log::Timing;
use crate::plan::PlannedTrial;

use super::machine::{Machine, Reached};
use super::{Observation, Observed};

/// Which steps an attempt reached, and which exchanges count.
#[derive(Clone, Debug)]
pub(crate) struct Course<'run> {
    /// Whether each step was reached, in their order.
    pub reached: Vec<Reached>,
    /// The exchanges that belong to steps, in the order in which they came in. What came after a
    /// step's stop is left out.
    pub used: Vec<&'run Observed>,
    /// True if every step that was due came to its end.
    pub complete: bool,
    /// True if a call was sent that was not due.
    pub stray: bool,
}

impl<'run> Course<'run> {
    /// Feeds the exchanges of an attempt to the machine, in the order in which they came in.
    pub(crate) fn of(trial: &PlannedTrial, observation: &'run Observation, timing: &Timing) -> Self {
        let mut machine = Machine::new(trial, timing, observation.bindings.clone());
        let mut exchanges: Vec<&Observed> = observation.exchanges.iter().collect();
        exchanges.sort_by_key(|observed| observed.exchange.received_us);
        let mut used = Vec::new();
        let mut stray = false;
        for observed in exchanges {
            machine.due();
            if machine.take(observed) {
                used.push(observed);
            } else {
                stray |= observed.exchange.role.is_request();
            }
        }
        Self { reached: machine.reached().to_vec(), complete: machine.is_over(), used, stray }
    }
}
