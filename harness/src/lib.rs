//! Does this endpoint behave like Amazon Kinesis Data Streams?
//!
//! The modules, each importing only those before it: [`model`], [`facts`], [`case`], [`wire`],
//! [`spec`], [`mod@reference`], [`log`], [`plan`], `observe`, [`run`], [`judge`], [`mutation`],
//! [`report`]; [`libtest`] shows the suite as a test target. `harness/DESIGN.md` is the map.
//!
//! # Features
//!
//! | feature | adds | without it |
//! |---|---|---|
//! | `cli` | the program: verbs, progress, JUnit | [`libtest`] and the modules remain |
//! | `serve` | [`mod@reference`], the server that answers as the facts say | an endpoint must be named |
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

pub mod case;
pub mod facts;
pub mod judge;
pub mod libtest;
pub mod log;
pub mod model;
#[cfg(feature = "serve")]
pub mod mutation;
mod observe;
pub mod plan;
#[cfg(feature = "serve")]
pub mod reference;
pub mod report;
pub mod run;
pub mod spec;
#[cfg(test)]
mod testing;
pub mod wire;
