//! The run: reaches states, sends requests, samples, and records what comes, with times. It knows
//! nothing of expectations; whoever judges is handed in as a `Referee`.

mod attempt;
mod calibration;
mod capability;
mod dispatch;
mod epoch;
mod field;
mod fixtures;
mod journal;
mod ledger;
mod rates;
mod session;
mod setup;
mod silence;
mod stop;
pub mod sweep;

pub use capability::TargetError;
pub use dispatch::DEFAULT_JOBS;
pub(crate) use dispatch::{Referee, Ruling, Settings, Settled, run};
pub use fixtures::{PREFIX, TAG_KEY};
pub use journal::{Interrupted, Journal};
pub use ledger::CleanUp;
pub use session::Emit;
pub use stop::{Stop, StopReason};

/// The shortest time after an accepted call in which nothing changes, after which nothing will.
const QUIET: std::time::Duration = std::time::Duration::from_secs(1);
