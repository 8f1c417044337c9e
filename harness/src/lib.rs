//! Does this endpoint behave like Amazon Kinesis Data Streams?
//!
//! The rooms, each importing only those before it: [`model`], [`facts`], [`case`], [`wire`],
//! [`spec`], [`reference`], [`engine`], [`report`]. `harness/DESIGN.md` is the map.

pub mod case;
pub mod engine;
pub mod facts;
pub mod model;
#[cfg(feature = "serve")]
pub mod reference;
pub mod report;
pub mod spec;
pub mod wire;
