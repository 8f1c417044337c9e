//! The plan: from cases, axes and a target's capabilities to trials, and from a trial to requests.
//! Pure, before anything is sent.

pub(crate) mod arn;
pub(crate) mod bind;
mod case_text;
pub(crate) mod change;
pub(crate) mod digest;
mod generated;
mod lower;
mod manifest;
mod named;
pub(crate) mod overrides;
mod release;
pub(crate) mod request;
mod required;
mod select;
mod stop;
pub(crate) mod target;
mod trial;

pub use case_text::{TextCache, case_text};
pub use generated::{Expected, Generated, GeneratedCall, bound, input};
pub use manifest::Manifest;
pub use named::is_pattern;
pub use release::PinError;
pub(crate) use request::{Outgoing, outgoing};
pub use required::unmatched;
pub use select::Select;
#[cfg(feature = "serve")]
pub use target::reference_settings;
pub use target::{ClockHook, MANAGED_KEY, OUTPUT_LINE, ProcessFuture, Target, TargetProcess};
#[cfg(feature = "serve")]
pub(crate) use trial::written_case;
pub use trial::{During, Observe, PlannedStep, PlannedStepKind, PlannedTrial, Provenance};
