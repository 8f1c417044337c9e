//! What tests share: cases from text, exchanges made by hand, runs against the reference, sample events.

#[cfg(feature = "serve")]
pub(crate) mod against;
pub(crate) mod cases;
pub(crate) mod generated;
pub(crate) mod samples;
#[cfg(feature = "serve")]
mod whole;
