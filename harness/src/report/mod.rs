//! Renderings of the log: what people and machines read of a run.
//!
//! Everything here is made from [`Event`](crate::log::Event)s, live or stored: [`Summary`] gathers them, [`view::View`] is the report as plain data,
//! and [`terminal`], [`junit`], [`markdown`] and annotations are made of that alone. [`record`] holds what was gathered;
//! [`Comparison`] and [`table`] are made from records. The renderings are pure and the same for the same events. Nothing here sends a request, judges
//! an answer or redacts a secret (that is done where events are made); but all that came from a
//! target is treated as hostile, so that no rendering can be steered by it.

mod cause;
mod compare;
pub mod coverage;
mod curl;
mod evidence;
mod explain;
pub mod github;
mod health;
mod issue;
#[cfg(feature = "cli")]
pub mod junit;
mod links;
pub mod markdown;
pub mod marked;
mod options;
mod questions;
pub mod record;
mod repeats;
mod script;
mod streams;
mod summary;

pub mod table;
mod tally;
pub mod terminal;
mod text;
mod unjudged;
pub mod view;
mod whole_file;

#[cfg(all(test, feature = "serve"))]
mod tests;

pub use cause::{Cause, CauseSubject, Group};
pub use compare::{Change, Comparison, RecordDifference, Subject, Way};
pub use evidence::{EvidenceBasis, PassEvidence};
pub use explain::{Explained, example, explain};
pub use health::advice;
pub use issue::issue;
pub use options::{Again, Options, Pictures, RightAnswers, Sections};
pub use questions::{Answer, Answers};
pub use repeats::{Flip, Repeats};
pub use summary::Summary;
pub use text::clean;
pub use view::examples;
pub use whole_file::write_whole;
