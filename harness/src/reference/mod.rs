//! A server that takes one path through the specification.
//!
//! The server is the specification, a policy that picks one of the allowed results, a clock, and
//! faults that make it wrong in named ways. It knows nothing of cases. A control port is
//! not here yet: clock and faults are set in-process.

mod account;
mod fault;
mod hooks;
mod ids;
mod reply;
mod server;
mod service;
mod settings;

#[cfg(test)]
mod tests;

pub use account::{ACCOUNT, REGION, keys};
pub use fault::{Fault, Faults, Operations, Scope};
pub use server::{Running, start};
pub use settings::{Durations, Policy, PolicyError, Settings};
