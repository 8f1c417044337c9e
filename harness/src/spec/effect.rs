//! What an accepted call changes.

use std::collections::{BTreeMap, BTreeSet};

use super::applied::Encryption;
use super::metric::Metric;
use super::stream::{Blank, NewRecord};

/// What an accepted call changes. Closed: there is no other way to change an account.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Nothing.
    Nothing,
    /// A stream is made.
    Create(Blank),
    /// A stream starts to go away.
    Delete {
        /// Its name.
        stream: String,
    },
    /// Records are appended.
    Put {
        /// The stream's name.
        stream: String,
        /// The records, in order.
        records: Vec<NewRecord>,
    },
    /// Tags are set.
    Tag {
        /// The stream's name.
        stream: String,
        /// The tags.
        tags: BTreeMap<String, String>,
    },
    /// Tags are removed.
    Untag {
        /// The stream's name.
        stream: String,
        /// Their keys.
        keys: Vec<String>,
    },
    /// The stream starts to change its encryption.
    Encrypt {
        /// The stream's name.
        stream: String,
        /// What will be in force.
        to: Encryption,
    },
    /// The stream starts to change how long it keeps its records.
    Retain {
        /// The stream's name.
        stream: String,
        /// The hours that will be in force.
        hours: i64,
    },
    /// The stream starts to change what is measured for each of its shards.
    Monitor {
        /// The stream's name.
        stream: String,
        /// What will be measured.
        metrics: BTreeSet<Metric>,
    },
}
