//! The run: reaches states, sends requests, samples, and records what comes, with times. It knows
//! nothing of expectations; whoever judges is handed in as a [`Referee`].

mod ask;
mod capability;
mod dispatch;
mod fixtures;
mod round;
mod session;
pub mod sweep;

pub use capability::AskError;
pub use dispatch::DEFAULT_JOBS;
pub(crate) use dispatch::{Referee, Ruling, Settings, run};
pub use fixtures::{PREFIX, TAG_KEY};
pub use session::{Emit, Stop};
