//! The program as a user meets it: every verb, every exit code, and one message with cause and next
//! step for whatever is wrong.
//!
//! What the trials come to is the suite's own business (`conformance.rs`); here they only serve.

mod bad_files;
mod bad_targets;
mod bounds;
mod endings;
mod full_disk;
mod interrupted;
mod judged;
mod known;
mod measured;
mod other_user;
mod proxy;
mod ranges;
mod reports;
mod required;
mod secrets;
mod support;
mod sweeps;
#[cfg(feature = "tls")]
mod tls;
mod verbs;
