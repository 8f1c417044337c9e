//! What a wrong server remembers beside the account.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::spec::{Millis, Stream};

/// Distinguishes a stream from an earlier one of the same name.
type Id = (String, Millis);

/// Counts, by stream and by what is counted.
#[derive(Debug, Default)]
pub(super) struct Memory {
    counts: Mutex<HashMap<(Id, Counted), u32>>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Counted {
    /// Starts that were accepted.
    StartsAccepted,
    /// Starts that were refused.
    StartsRefused,
    /// Samples of the stream during the change of that number.
    SamplesBefore(usize),
    /// Samples of the stream after the change that settled then.
    SamplesAfter(Millis),
}

impl Memory {
    /// Adds one, and says how many there were before.
    pub(super) fn count(&self, stream: &Stream, counted: Counted) -> u32 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key(stream, counted)).or_default();
        *count += 1;
        *count - 1
    }

    /// How many there are.
    pub(super) fn counted(&self, stream: &Stream, counted: Counted) -> u32 {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(&key(stream, counted)).copied().unwrap_or_default()
    }
}

fn key(stream: &Stream, counted: Counted) -> (Id, Counted) {
    ((stream.name.clone(), stream.created), counted)
}
