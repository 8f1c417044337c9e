//! The times that decide when a step ends and what its samples prove, and how long a target's
//! transitions last, as far as they were measured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// Times that decide when a step ends and what its samples prove. All in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// Time between two equal samples after which a stream counts as settled.
    pub settle_us: u64,
    /// Time after a response in which nothing changed, after which nothing will.
    pub quiet_us: u64,
    /// Time after a response after which a transition is observed no longer.
    pub deadline_us: u64,
    /// True if the profile states the deadline, so that a transition past it is a violation.
    pub deadline_stated: bool,
    /// The longest that a deadline of a trial is waited for.
    pub patience_us: u64,
    /// Time after a response from which on a description shows what it brought.
    pub describe_lag_us: u64,
    /// How long transitions last.
    pub lengths: Lengths,
}

/// A kind of change that a stream goes through.
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
pub enum Change {
    /// A stream is created.
    Create,
    /// Encryption is started on a stream without it.
    Start,
    /// Another key is applied to an encrypted stream.
    ReKey,
    /// Encryption is stopped.
    Stop,
    /// A stream is deleted.
    Delete,
}

impl Change {
    /// Its name, as in the log.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// How long a transient state lasted that was measured once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Length {
    /// At least so long, in microseconds: from the first sample's response to the last sample's
    /// request. 0 if a single sample shows it, `None` if none does.
    pub at_least_us: Option<u64>,
    /// At most so long, in microseconds: from the request that began the change to the response of
    /// the first sample behind it.
    pub at_most_us: u64,
    /// The longest time between two samples in which nothing was seen, in microseconds.
    pub longest_gap_us: u64,
}

/// The lengths of a target's transitions, and the times that follow from them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lengths {
    /// What was measured.
    pub measured: BTreeMap<Change, Length>,
    /// What the profile states of UPDATING, in microseconds.
    pub stated_us: Option<u64>,
}

/// The smallest gap around a change in which a state may hide, where nothing was measured and
/// nothing is stated, in microseconds.
const FLOOR_US: u64 = 100_000;

impl Lengths {
    /// The lower bound of a state's length: half of it is the time for which the state surely lasts.
    /// `None` where nothing is known.
    pub fn at_least_us(&self, change: Change) -> Option<u64> {
        match self.measured.get(&change).and_then(|length| length.at_least_us) {
            Some(measured) => Some(measured),
            None => match change {
                Change::Start | Change::ReKey | Change::Stop => self.stated_us,
                Change::Create | Change::Delete => None,
            },
        }
    }

    /// A transient state that no sample shows is a violation only if it could hide in no gap as
    /// long as this, in microseconds.
    pub fn floor_us(&self) -> u64 {
        if let Some(stated) = self.stated_us {
            return stated;
        }
        let updating = [Change::Start, Change::ReKey, Change::Stop];
        let shortest =
            updating.into_iter().filter_map(|change| self.measured.get(&change)?.at_least_us).min();
        shortest.map_or(FLOOR_US, |shortest| FLOOR_US.min(shortest / 2))
    }

    /// The same for the transient state that an operation begins. What is stated is about UPDATING.
    pub fn floor_after_us(&self, operation: &str) -> u64 {
        let change = match operation {
            "CreateStream" => Change::Create,
            "DeleteStream" => Change::Delete,
            _ => return self.floor_us(),
        };
        self.at_least_us(change).map_or(FLOOR_US, |shortest| FLOOR_US.min(shortest / 2))
    }

    /// The longest length that was measured, in microseconds.
    pub fn longest_us(&self) -> u64 {
        self.measured.values().map(|length| length.at_most_us).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(at_least_us: Option<u64>) -> Length {
        Length { at_least_us, at_most_us: 900_000, longest_gap_us: 5_000 }
    }

    #[test]
    fn the_floor_is_what_is_stated_else_half_of_what_was_measured_else_a_tenth_of_a_second() {
        let mut lengths = Lengths::default();
        assert_eq!(lengths.floor_us(), 100_000);
        lengths.measured.insert(Change::Stop, length(None));
        assert_eq!(lengths.floor_us(), 100_000, "a change that was not seen lowers nothing");
        lengths.measured.insert(Change::Start, length(Some(60_000)));
        assert_eq!(lengths.floor_us(), 30_000);
        lengths.measured.insert(Change::ReKey, length(Some(5_000_000)));
        assert_eq!(lengths.floor_us(), 30_000, "the shortest decides");
        lengths.stated_us = Some(400_000);
        assert_eq!(lengths.floor_us(), 400_000);
    }

    #[test]
    fn the_floor_after_a_create_or_a_delete_is_half_of_what_was_measured_of_it() {
        let mut lengths = Lengths::default();
        lengths.measured.insert(Change::Create, length(Some(40_000)));
        lengths.measured.insert(Change::Delete, length(Some(8_000)));
        lengths.measured.insert(Change::Start, length(Some(60_000)));
        assert_eq!(lengths.floor_after_us("CreateStream"), 20_000);
        assert_eq!(lengths.floor_after_us("DeleteStream"), 4_000);
        assert_eq!(lengths.floor_after_us("StartStreamEncryption"), 30_000);
    }

    #[test]
    fn a_stated_length_says_nothing_of_creating_and_deleting() {
        let lengths = Lengths { stated_us: Some(400_000), ..Lengths::default() };
        assert_eq!(lengths.at_least_us(Change::Start), Some(400_000));
        assert_eq!(lengths.at_least_us(Change::Create), None);
        assert_eq!(lengths.floor_after_us("CreateStream"), 100_000);
        assert_eq!(lengths.floor_after_us("StopStreamEncryption"), 400_000);
    }
}
