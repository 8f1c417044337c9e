//! The registry of what is known of the real service: the evidence that every expectation cites.
//!
//! Facts are data with a source; nothing here judges or sends. A case cites fact *ids* and never
//! states a strength of its own.

mod age;
mod parse;
mod registry;

pub use registry::{Fact, FactError, FactId, Operations, Registry, Strength};
