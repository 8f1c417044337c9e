//! The specification of the service as a pure step function.
//!
//! `step` gives all results that the service may show, [`Account::apply`] is the only way to change
//! an account. Where no source says what the service does, an [`OpenQuestion`] has several candidates,
//! and each result says which it rests on.
//!
//! No timers, no I/O and no clock of its own: every function takes `now`. How an answer looks on
//! the wire is not here (that is [`crate::wire`] and the reference server), nor are signatures,
//! malformed bodies and type errors, which are answered before a call exists. Resharding, the expiry of
//! records, consumers, policies and rate limits are not specified yet.

mod account;
mod applied;
mod chooser;
mod constraints;
mod context;
mod describe;
mod effect;
mod encryption;
mod identify;
mod input;
mod iterators;
mod kms;
mod lists;
mod metric;
mod monitoring;
mod page;
mod question;
mod records;
mod refusal;
mod resource_tags;
mod retention;
mod sequence;
mod step;
mod stream;
mod streams;
mod tags;
mod token;

#[cfg(test)]
mod tests;

pub use account::{Account, Limits, TransitionTimes};
pub use applied::{Applied, Encryption, Mark};
pub use context::{Action, Answer, Branch, Call};
pub use effect::Effect;
pub use iterators::iterator_stream;
pub use kms::{KeyLookup, KeyState, Kms, KmsFault};
pub use metric::Metric;
pub use question::{Candidate, OpenQuestion};
pub use refusal::{Message, Refusal};
pub use sequence::{ParsedSequence, SequenceNumber};
pub use step::{step, step_with};
pub use stream::{Blank, Mode, NewRecord, Record, Shard, Status, Stream};

/// Milliseconds since the Unix epoch.
pub type Millis = i64;
