//! Does this endpoint behave like Amazon Kinesis Data Streams?
//!
//! An emulator's author runs the suite as a test target of `cargo test`:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use kinesis_conformance::libtest::{Level, Suite};
//!
//! # fn start_my_emulator() -> String { String::new() }
//! fn main() -> ExitCode {
//!     // Starts a server and returns its URL.
//!     Suite::new().level(Level::Core).known("tests/known.yaml").main(start_my_emulator)
//! }
//! ```
//!
//! `harness/ADOPT-RUST.md` says it step by step. The API is [`libtest`]; all other modules are there for the
//! program of this package, and may change in every version.
//!
//! # Features
//!
//! | feature | adds | without it |
//! |---|---|---|
//! | `cli` | the program: verbs, progress, JUnit | [`libtest`] remains |
//! | `serve` | the reference: the server that answers as the facts say | an endpoint must be named |
//! | `tls` | endpoints that speak https | http only |
//!
//! All are on by default. An emulator's author wants none: a dev-dependency with
//! `default-features = false` brings no TLS, no HTML and no server. `aws-sigv4` stays in every
//! build: signing is work for a well-kept library, and that one has neither network nor TLS. `clap`
//! comes with `libtest-mimic`, which reads libtest's own flags with it.

#![cfg_attr(
    test,
    expect(clippy::wildcard_enum_match_arm, reason = "a test names the one variant that it wants")
)]

#[doc(hidden)]
pub mod case;
#[doc(hidden)]
pub mod facts;
#[doc(hidden)]
pub mod judge;
pub mod libtest;
#[doc(hidden)]
pub mod log;
#[doc(hidden)]
pub mod model;
#[cfg(feature = "serve")]
#[doc(hidden)]
pub mod mutation;
mod observe;
#[doc(hidden)]
pub mod plan;
#[cfg(feature = "serve")]
#[doc(hidden)]
pub mod reference;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod run;
#[doc(hidden)]
pub mod spec;
#[cfg(test)]
mod testing;
#[doc(hidden)]
pub mod wire;
