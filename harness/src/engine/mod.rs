//! Plan, run, judge: from a case and a target to a verdict in the log.
//!
//! Data flows one way. Nothing here renders for people; everything that people read is made by
//! [`crate::report`] from [`event::Event`]s.

#[cfg(all(test, feature = "serve"))]
pub(crate) mod against;
mod arn;
mod ask;
mod bind;
mod capability;
mod describe;
mod deviate;
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
mod records;
mod redact;
mod rejudge;
mod round;
mod run;
mod session;
pub mod sweep;
mod target;
#[cfg(test)]
mod testing;
#[cfg(all(test, feature = "serve"))]
mod tests;

pub use capability::AskError;
pub use fixtures::{PREFIX, TAG_KEY};
#[cfg(feature = "serve")]
pub use kills::{Breadth, Held, KillError, KillTable, kill_table, survivor};
pub use known::KnownList;
pub use plan::{Manifest, PlannedTrial, Select};
pub use redact::Redactor;
pub use rejudge::{LeftOut, Rejudged, rejudge};
pub use run::{DEFAULT_JOBS, RunSettings, TextCache, case_text, run};
pub use session::{Emit, Stop};
#[cfg(feature = "serve")]
pub use target::reference_settings;
pub use target::{ClockHook, MANAGED_KEY, Target};
