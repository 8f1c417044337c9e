//! Renderings of the log: what people and machines read of a run.
//!
//! Everything here is made from [`Event`]s, live or stored: [`LogWriter`] and [`read_log`] keep
//! them, [`Summary`] gathers them, [`terminal`], [`junit`] and [`record`] render what was gathered;
//! [`Comparison`] and [`table`] are made from records. The renderings are pure and the same for the same events. Nothing here sends a request, judges
//! an answer or redacts a secret (that is done where events are made); but all that came from a
//! target is treated as hostile, so that no rendering can be steered by it.

mod cause;
mod compare;
mod curl;
mod health;
#[cfg(feature = "cli")]
pub mod junit;
mod log;
mod questions;
pub mod record;
mod repeats;
mod summary;
pub mod table;
pub mod terminal;
mod text;

#[cfg(all(test, feature = "serve"))]
mod real;
#[cfg(test)]
mod samples;

pub use cause::{Cause, Group};
pub use compare::{Comparison, Difference, Subject};
pub use health::advice;
pub use log::{Log, LogError, LogWriter, read_log};
pub use questions::{Answer, Answers};
pub use repeats::{Flip, Repeats};
pub use summary::{Basis, Summary};
pub use text::clean;

use crate::engine::event::Event;

/// Somebody who is told every event of a run, in order.
///
/// The engine fans out to a `Vec<Box<dyn Listener>>` from whichever thread holds it, hence `Send`.
pub trait Listener: Send {
    /// Takes note of one event.
    ///
    /// # Errors
    ///
    /// If what is kept of the event can't be written.
    fn event(&mut self, event: &Event) -> Result<(), ReportError>;
}

/// Why a rendering could not be made or kept. Fits after "failed to".
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file could not be made or written.
    #[error("write the {what} `{path}`: {source}")]
    Write {
        /// What the file is: `log`, `record`, `report`.
        what: &'static str,
        /// Its path, as the user wrote it.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Progress could not be shown.
    #[error("show the progress: {0}")]
    Progress(#[source] std::io::Error),
    /// An event has no JSON form.
    #[error("put an event into JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A report has no XML form.
    #[error("put the report into XML: {0}")]
    Xml(String),
    /// Only a complete run publishes a figure.
    #[error("make a record of this log: {0}, and only a complete run is recorded")]
    Incomplete(&'static str),
}
