//! How the records of a stream are encrypted, and how often that was changed.

use super::Millis;

/// 24 hours.
pub(super) const WINDOW: Millis = 24 * 60 * 60 * 1000;

/// How the records of a stream are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all.
    None,
    /// With a key of KMS, as the caller gave it (SSE-027 to SSE-029).
    Key(String),
}

/// How a record, or the answer to a put, is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// No `EncryptionType` (SSE-035).
    Absent,
    /// `EncryptionType` NONE.
    None,
    /// `EncryptionType` KMS (SSE-036).
    Kms,
}

/// When encryption was started and stopped, as far back as the limits look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    pub(super) starts: Vec<Millis>,
    pub(super) stops: Vec<Millis>,
}

impl Encryption {
    /// As in `EncryptionType`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Key(_) => "KMS",
        }
    }

    /// As in `KeyId`; `None` = the member is not there (SSE-026).
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Key(key) => Some(key),
        }
    }
}

impl Mark {
    /// As in `EncryptionType`; `None` = the member is not there.
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Absent => None,
            Self::None => Some("NONE"),
            Self::Kms => Some("KMS"),
        }
    }
}

impl Applied {
    /// Notes an accepted start (to a key) or stop (to none).
    pub(super) fn note(&mut self, to: &Encryption, now: Millis) {
        let times = match to {
            Encryption::None => &mut self.stops,
            Encryption::Key(_) => &mut self.starts,
        };
        times.retain(|time| now - time < WINDOW);
        times.push(now);
    }

    /// Changes of encryption within the window.
    pub fn count(&self) -> usize {
        self.starts.len() + self.stops.len()
    }

    /// True once encryption has ever been stopped within the window.
    pub(super) fn stopped(&self) -> bool {
        !self.stops.is_empty()
    }
}
