//! How often the run may call an operation. A bucket of one token for each operation that has a rate.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::case::Rate;

/// A bucket for each operation that has a rate. An operation without a rate never waits.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    of: BTreeMap<String, Bucket>,
}

/// The bucket of one operation. It holds one token, so that two calls are never closer than the interval.
#[derive(Debug)]
struct Bucket {
    interval: Duration,
    /// When the next token is there; `None` before the first call.
    next: Mutex<Option<Instant>>,
}

impl Buckets {
    /// Full buckets.
    pub(crate) fn new(rates: &BTreeMap<String, Rate>) -> Self {
        let bucket = |rate: Rate| Bucket { interval: rate.interval(), next: Mutex::default() };
        Self { of: rates.iter().map(|(operation, rate)| (operation.clone(), bucket(*rate))).collect() }
    }

    /// Waits for a token of the operation. Calls get their tokens in the order in which they ask.
    pub(crate) async fn take(&self, operation: &str) {
        if let Some(bucket) = self.of.get(operation) {
            tokio::time::sleep_until(bucket.reserve(Instant::now())).await;
        }
    }
}

impl Bucket {
    /// When the call that asks `now` may be sent.
    fn reserve(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.map_or(now, |next| next.max(now));
        *next = Some(turn + self.interval);
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_calls_are_closer_than_the_interval_and_no_tokens_are_saved_up() {
        let bucket = Bucket { interval: Duration::from_millis(200), next: Mutex::default() };
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let turns: Vec<Instant> =
            [0, 10, 20, 2_000, 2_100].into_iter().map(|ms| bucket.reserve(at(ms))).collect();
        assert_eq!(turns, [0, 200, 400, 2_000, 2_200].map(at));
    }
}
