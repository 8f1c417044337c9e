//! Whether the target still responds.
//!
//! Only requests without any response count, so that no target is given up for being slow: whoever
//! responds within the time-out, however late, is not silent.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::log::ResponseText;
use crate::wire::NoAnswerKind;

/// So many requests in a row without a response. Each used a connection of its own: a connection
/// without a response is not used again.
const UNANSWERED: u32 = 8;
/// Since the last response so many time-outs have passed.
const TIMEOUTS: u32 = 3;
/// Since the last response this time has passed at least.
const LEAST: Duration = Duration::from_secs(15);

/// The requests in a row that got no response.
#[derive(Debug, Default)]
pub(crate) struct Silence(Mutex<Streak>);

#[derive(Clone, Copy, Debug, Default)]
struct Streak {
    unanswered: u32,
    last_response: Option<Instant>,
}

impl Silence {
    /// Takes note of the end of a request. `restarts` = whether the harness starts the target again if
    /// it ends: then a connection that is refused or closed says nothing.
    pub(crate) fn note(&self, response: &ResponseText, restarts: bool) {
        let mut streak = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let responds = match response {
            ResponseText::Answer { .. } => true,
            ResponseText::None(none) => match none.kind {
                NoAnswerKind::TimedOut => false,
                NoAnswerKind::Refused | NoAnswerKind::Closed => restarts,
                // Something came.
                NoAnswerKind::NotHttp
                | NoAnswerKind::Tls
                | NoAnswerKind::Untrusted
                | NoAnswerKind::TooLong => true,
            },
        };
        if responds || streak.last_response.is_none() {
            streak.last_response = Some(Instant::now());
        }
        streak.unanswered = if responds { 0 } else { streak.unanswered.saturating_add(1) };
    }

    /// How many requests got no response since the last response, and how long ago that was, if it is
    /// long enough ago to ask for the target's health.
    pub(crate) fn suspicion(&self, timeout: Duration) -> Option<(u32, Duration)> {
        let streak = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = streak.last_response?.elapsed();
        let long = since >= (timeout * TIMEOUTS).max(LEAST);
        (streak.unanswered >= UNANSWERED && long).then_some((streak.unanswered, since))
    }
}
