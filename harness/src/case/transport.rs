//! Versions of HTTP.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// A version of HTTP.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Transport {
    /// HTTP/1.1.
    H1,
    /// HTTP/2 with prior knowledge; not requested behind TLS.
    H2,
}

impl Transport {
    /// As in files and logs.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
