//! Listeners: receivers of the events of a run.

use super::Event;

/// A receiver of every event of a run, in order.
///
/// Listeners are called from whichever thread holds them, hence `Send`.
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
