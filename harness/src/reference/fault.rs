//! Named faults: the ways in which the reference can be made to be wrong.

use std::collections::BTreeSet;
use std::fmt;

/// One way in which the reference can be made to be wrong.
///
/// Faults act in this room only; the specification knows none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A start or stop of encryption takes effect at once; UPDATING is never shown.
    SkipUpdating,
    /// Once UPDATING is over the stream shows the encryption it had before.
    SettlesToOldKey,
    /// `StreamARN` is treated as if it were not there.
    ArnIgnored,
    /// `EncryptionType` `kms` in lower case is taken for KMS.
    EncryptionTypeKmsAccepted,
    /// Requests without a signature are served.
    UnsignedAccepted,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::SkipUpdating,
        Self::SettlesToOldKey,
        Self::ArnIgnored,
        Self::EncryptionTypeKmsAccepted,
        Self::UnsignedAccepted,
    ];

    /// Its name, in kebab-case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SkipUpdating => "skip-updating",
            Self::SettlesToOldKey => "settles-to-old-key",
            Self::ArnIgnored => "arn-ignored",
            Self::EncryptionTypeKmsAccepted => "encryption-type-kms-accepted",
            Self::UnsignedAccepted => "unsigned-accepted",
        }
    }

    /// What it does, in one line.
    pub const fn about(self) -> &'static str {
        match self {
            Self::SkipUpdating => {
                "a start or stop of encryption takes effect at once, UPDATING is never shown"
            }
            Self::SettlesToOldKey => "once UPDATING is over the stream shows the encryption it had before",
            Self::ArnIgnored => "StreamARN is treated as if it were not there",
            Self::EncryptionTypeKmsAccepted => "EncryptionType kms in lower case is taken for KMS",
            Self::UnsignedAccepted => "requests without a signature are served",
        }
    }

    /// The fault of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The faults of one server.
pub type Faults = BTreeSet<Fault>;
