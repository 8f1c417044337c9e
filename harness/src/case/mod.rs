//! The case format: what a suite file says, where it says it, and what is wrong with it.
//!
//! This module is the only user of the YAML crate and holds the one function that draws a diagnostic
//! on a file. It knows nothing of the network, of targets' answers, or of the reference's faults
//! (whether a `kills:` entry names a real fault is checked by the mutation table).

pub mod ast;
mod diagnostic;
mod dialect;
mod files;
mod former;
mod glob;
mod kebab;
mod known;
mod lint;
mod load;
mod mapping;
mod masked;
mod profile;
mod rate;
mod reader;
mod schema;
mod span;
mod support;
mod transport;
mod variants;
mod yaml;

pub use diagnostic::{Diagnostic, ExcerptLabel, Label, Severity, Style, draw, draw_excerpt, plain};
pub use dialect::DialectName;
pub use files::{FileError, open_file, read_file};
pub use glob::Glob;
pub use kebab::kebab_case;
pub use known::{Known, KnownEntry, edit as known_edit};
pub use lint::lint;
pub use mapping::nearest;
pub use masked::masked;
pub use profile::{ENVIRONMENT_KEYS, Environment, Profile, REGION_FORM, is_path, is_region};
pub use rate::{NoRate, RATE_FORM, Rate};
pub use schema::Schema;
pub use span::{Source, Span, Spanned};
pub use support::{Lacks, NoRequirement, Requires};
pub use transport::Transport;
