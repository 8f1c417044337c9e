//! When a step ended: the conditions under which what was observed may be judged again.

use serde::{Deserialize, Serialize};

/// When a step ends. What is observed under one stop may be judged under another if that one ends
/// no later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ends", rename_all = "kebab-case")]
pub enum StopCondition {
    /// With the response, or at once where the step sends nothing.
    Response,
    /// Once the observed stream has settled: the default of observed calls, which does not depend on
    /// what is expected.
    Settled,
    /// A call is repeated until a condition holds, at the latest so long after something.
    Until {
        /// Digest of the condition.
        condition: String,
        /// Milliseconds.
        millis: u64,
        /// What starts the count.
        after: String,
    },
    /// Calls are repeated, and end with the first response for which a condition does not hold.
    WhileHolds {
        /// Digest of the condition of each call.
        condition: String,
    },
    /// Once so many records were read, or the time is up.
    Records {
        /// How many.
        count: usize,
        /// Milliseconds.
        millis: u64,
    },
}

impl StopCondition {
    /// True if what was observed until this stop holds all that would be observed until the other.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Response, Self::Response) | (Self::Settled, Self::Settled) => true,
            (
                Self::Until { condition, millis, after },
                Self::Until { condition: other_condition, millis: other_millis, after: other_after },
            ) => condition == other_condition && after == other_after && millis >= other_millis,
            (Self::WhileHolds { condition }, Self::WhileHolds { condition: other }) => condition == other,
            (Self::Records { count, millis }, Self::Records { count: other_count, millis: other_millis }) => {
                count >= other_count && millis >= other_millis
            }
            (
                Self::Response
                | Self::Settled
                | Self::Until { .. }
                | Self::WhileHolds { .. }
                | Self::Records { .. },
                _,
            ) => false,
        }
    }
}
