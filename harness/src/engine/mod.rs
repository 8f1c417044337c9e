//! Plan, run, judge: from a case and a target to a verdict in the log.
//!
//! Data flows one way. Nothing here renders for people; everything that people read is made by
//! [`crate::report`] from [`event::Event`]s.

#[cfg(all(test, feature = "serve"))]
pub(crate) mod against;
mod ask;
mod bind;
mod capability;
mod describe;
mod digest;
pub mod event;
mod fixtures;
mod judge;
#[cfg(feature = "serve")]
mod kills;
mod known;
mod ladder;
mod matching;
mod plan;
mod reading;
mod redact;
mod rejudge;
mod round;
mod run;
mod session;
pub mod sweep;
mod target;
#[cfg(test)]
mod testing;

pub use capability::AskError;
pub use fixtures::{PREFIX, TAG_KEY};
#[cfg(feature = "serve")]
pub use kills::{KillError, KillTable, kill_table};
pub use known::KnownList;
pub use plan::{Manifest, PlannedTrial, Select};
pub use redact::Redactor;
pub use rejudge::{LeftOut, Rejudged, rejudge};
pub use run::{DEFAULT_JOBS, RunSettings, case_text, run};
pub use session::{Emit, Stop};
#[cfg(feature = "serve")]
pub use target::reference_settings;
pub use target::{MANAGED_KEY, Target};
