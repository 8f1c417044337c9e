//! The specification of the service as a pure step function.
//!
//! No timers, no I/O and no clock of its own: every function takes `now`. How an answer looks on
//! the wire is not here (that is [`crate::wire`] and the reference server), nor are signatures,
//! malformed bodies and type errors, which are answered before a call exists.

mod question;

pub use question::{Candidate, OpenQuestion};
