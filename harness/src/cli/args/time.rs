//! Times on the command line: a number with a unit.

use std::time::Duration;

/// Reads a time that is not negative.
pub(super) fn time(text: &str) -> Option<Duration> {
    text.parse::<jiff::SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok())
}
