//! Shard-level metrics.

use strum::{IntoStaticStr, VariantArray};

/// What can be measured for each shard (MON-001).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[expect(missing_docs, reason = "the names are the service's own")]
pub enum Metric {
    IncomingBytes,
    IncomingRecords,
    OutgoingBytes,
    OutgoingRecords,
    WriteProvisionedThroughputExceeded,
    ReadProvisionedThroughputExceeded,
    IteratorAgeMilliseconds,
}

impl Metric {
    /// As on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
