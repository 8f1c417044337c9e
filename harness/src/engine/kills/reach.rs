//! Which trials a fault can touch.
//!
//! Too many do no harm but take time; a trial that is missing here is missing in the table, which
//! a run of the whole suite would show.

use crate::case::ast::{Answer, Body, Cost, Fixture, FixtureStatus, WireAuth};
use crate::reference::Reach;
use crate::wire::Encoding;

use super::super::plan::PlannedTrial;

/// True if what a fault of that reach does can show in the trial.
pub(super) fn touches(reach: Reach, trial: &PlannedTrial) -> bool {
    if trial.case().cost != Cost::Small && !needs_long(reach) {
        return false;
    }
    match reach {
        Reach::Everything => true,
        Reach::Operations(operations) => {
            let needed = trial.operations_needed();
            operations.iter().any(|operation| needed.iter().any(|name| name == operation.name()))
        }
        Reach::Refusals => meets_refusals(trial),
        Reach::Cbor => trial.encoding == Encoding::Cbor || is_odd(trial),
        Reach::OddRequests => is_odd(trial),
        Reach::Limits => trial.case().cost != Cost::Small,
    }
}

/// True if the fault shows only in cases of many calls.
pub(super) const fn needs_long(reach: Reach) -> bool {
    match reach {
        Reach::Limits => true,
        Reach::Everything | Reach::Operations(_) | Reach::Refusals | Reach::Cbor | Reach::OddRequests => {
            false
        }
    }
}

/// True if a call may be refused by a right target: that is expected, open, or happens while a
/// stream comes and goes.
fn meets_refusals(trial: &PlannedTrial) -> bool {
    let refused = trial.calls().any(|(call, _)| match &call.expect.answer {
        Answer::Refused(_) | Answer::Open(_) => true,
        Answer::Accepted { .. } => call.by.is_some(),
    });
    let passing = trial.case().given.values().any(|fixture| match &fixture.value {
        Fixture::Own { status, .. } => *status != FixtureStatus::Active,
        Fixture::Missing => true,
        Fixture::Shared => false,
    });
    refused || passing || is_odd(trial)
}

/// True if no SDK would send it so.
fn is_odd(trial: &PlannedTrial) -> bool {
    let exact = |body: &Body| match body {
        Body::Tree(_) => false,
        Body::Json(_) | Body::Bytes(_) => true,
    };
    trial.id.starts_with("protocol/")
        || trial.calls().any(|(call, _)| {
            exact(&call.with) || call.wire.target.is_some() || call.wire.auth != WireAuth::Signed
        })
}
