//! Plan, run, judge: from a case and a target to a verdict in the log.
//!
//! Data flows one way. Nothing here renders for people; everything that people read is made by
//! [`crate::report`] from [`event::Event`]s.

mod ask;
mod bind;
mod capability;
mod describe;
mod digest;
pub mod event;
mod fixtures;
mod judge;
mod known;
mod ladder;
mod matching;
mod plan;
mod reading;
mod redact;
mod round;
mod run;
mod session;
mod target;

pub use capability::AskError;
pub use fixtures::{PREFIX, TAG_KEY};
pub use known::KnownList;
pub use plan::{Manifest, PlannedTrial, Select};
pub use redact::Redactor;
pub use run::{DEFAULT_JOBS, RunSettings, run};
pub use session::{Emit, Stop};
pub use target::{MANAGED_KEY, Target};
