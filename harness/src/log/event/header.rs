//! The first line of a log: what is run, against what, and what the target said it can do.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::case::Requires;
use crate::case::ast::Level;
use crate::wire::Encoding;

pub use crate::case::Transport;

/// What is run, against what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Version of this crate.
    pub suite_version: String,
    /// Digest of the manifest: the ids, question digests and levels of all trials there are.
    pub manifest_digest: String,
    /// When the run started, RFC 3339 in UTC.
    pub started_at: String,
    /// The target.
    pub target: TargetText,
    /// What the target said it can do.
    pub capabilities: Capabilities,
    /// What was required of it.
    #[serde(default, skip_serializing_if = "Requires::is_empty")]
    pub requires: Requires,
    /// What was selected.
    pub selection: Selection,
    /// Mismatches at or below this level fail.
    pub level: Level,
    /// The seed of everything drawn.
    pub seed: u64,
    /// Trials in flight at once, at most.
    pub jobs: usize,
    /// Arguments that reproduce the target's part of the command line
    /// (`["--endpoint", "http://127.0.0.1:4567"]`).
    pub target_arguments: Vec<String>,
}

/// The target of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetText {
    /// Its name: a profile's, `reference`, or `endpoint`.
    pub name: String,
    /// Its version, where the profile or the user states one.
    pub version: Option<String>,
    /// Where it listens.
    pub endpoint: String,
}

/// What the target said it can do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Encodings that it answers.
    pub encodings: Vec<Encoding>,
    /// Versions of HTTP that it speaks. All trials are sent in the first.
    #[serde(default = "http1")]
    pub transports: Vec<Transport>,
    /// Modelled operations that it answers as if they did not exist.
    pub unsupported: Vec<String>,
    /// Modelled operations of which its answers say nothing. All others are supported.
    #[serde(default)]
    pub unknown: Vec<String>,
    /// Shortest UPDATING that a correct target of this kind shows, in milliseconds.
    pub shortest_transition_ms: u64,
    /// True if the profile states it.
    pub shortest_transition_stated: bool,
}

/// Whether a target supports an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Support {
    /// Its answer shows that the operation is there.
    Supported,
    /// It answers as to an operation that nobody has.
    Unsupported,
    /// Its answers say nothing: requests are sent all the same.
    Unknown,
}

impl Support {
    /// As text.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Capabilities {
    /// Whether the target supports an operation of the model.
    pub fn support(&self, operation: &str) -> Support {
        let named = |list: &[String]| list.iter().any(|name| name == operation);
        if named(&self.unsupported) {
            Support::Unsupported
        } else if named(&self.unknown) {
            Support::Unknown
        } else {
            Support::Supported
        }
    }
}

/// What older logs mean.
fn http1() -> Vec<Transport> {
    vec![Transport::H1]
}

/// What was selected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Substrings of ids.
    pub filters: Vec<String>,
    /// Operations.
    pub operations: Vec<String>,
    /// Trials selected.
    pub trials: usize,
    /// Trials there are.
    pub of: usize,
}
