//! Which trials a fault can affect.
//!
//! Too many do no harm but take time; a trial that is missing here is missing in the table, which
//! a run of the whole suite would show.

use crate::case::ast::{Address, Answer, Body, Call, CallAddress, Cost, Fixture, FixtureStatus, Node};
use crate::reference::{Operations, Scope};
use crate::wire::Encoding;

use crate::plan::PlannedTrial;

/// True if a fault of that scope can show in the trial.
pub(crate) fn affects(scope: &Scope, trial: &PlannedTrial) -> bool {
    if trial.cost != Cost::Small && !needs_long(scope) {
        return false;
    }
    match scope {
        Scope::Everything => true,
        Scope::Operations(operations) => calls_any(trial, operations),
        Scope::ChangedEncryption => changes_encryption(trial),
        Scope::ObservedTransitions => trial.has_transition(),
        Scope::CreatingOrDeleting => creates_or_deletes(trial),
        Scope::Arns => names_by_arn(trial),
        Scope::RefusalsOf(operations) => calls_any(trial, operations) && meets_refusals(trial),
        Scope::Refusals => meets_refusals(trial),
        Scope::Cbor => trial.encoding == Encoding::Cbor || is_odd(trial),
        Scope::OddRequests => is_odd(trial),
        Scope::Limits => trial.cost != Cost::Small,
    }
}

/// The address that distinguishes trials of a case for faults of that scope.
pub(crate) const fn address(scope: &Scope, trial: &PlannedTrial) -> Option<Address> {
    match scope {
        Scope::Arns => Some(trial.address),
        Scope::Everything
        | Scope::Operations(_)
        | Scope::ChangedEncryption
        | Scope::ObservedTransitions
        | Scope::CreatingOrDeleting
        | Scope::Refusals
        | Scope::RefusalsOf(_)
        | Scope::Cbor
        | Scope::OddRequests
        | Scope::Limits => None,
    }
}

/// True if the fault shows only in cases of many calls.
pub(crate) const fn needs_long(scope: &Scope) -> bool {
    match scope {
        Scope::Limits => true,
        Scope::Everything
        | Scope::Operations(_)
        | Scope::ChangedEncryption
        | Scope::ObservedTransitions
        | Scope::CreatingOrDeleting
        | Scope::Arns
        | Scope::Refusals
        | Scope::RefusalsOf(_)
        | Scope::Cbor
        | Scope::OddRequests => false,
    }
}

fn calls_any(trial: &PlannedTrial, operations: &Operations) -> bool {
    let needed = trial.operations_needed();
    operations.named().iter().any(|operation| needed.iter().any(|name| name == operation.name()))
}

/// True if encryption is started or stopped with success, in the setup or in the steps.
fn changes_encryption(trial: &PlannedTrial) -> bool {
    let in_setup = trial.given.values().any(|fixture| match fixture {
        // A named setup may do anything.
        Fixture::Own { status, encryption, setups, .. } => {
            encryption.is_some() || *status == FixtureStatus::Updating || !setups.is_empty()
        }
        Fixture::Missing | Fixture::Shared => false,
    });
    let in_ask = trial.calls().any(|(call, _)| {
        let changes =
            matches!(call.operation.value.as_str(), "StartStreamEncryption" | "StopStreamEncryption");
        let accepted = match &call.expect.answer {
            Answer::Accepted { .. } | Answer::Open(_) => true,
            Answer::Refused(_) | Answer::RefusedOpen(_) => false,
        };
        changes && accepted
    });
    in_setup || in_ask || trial.has_transition()
}

fn creates_or_deletes(trial: &PlannedTrial) -> bool {
    let given = trial.given.values().any(|fixture| match fixture {
        Fixture::Own { setups, .. } if !setups.is_empty() => true,
        Fixture::Own { status, .. } => match status {
            FixtureStatus::Creating | FixtureStatus::Deleting | FixtureStatus::Gone => true,
            FixtureStatus::Active | FixtureStatus::Updating => false,
        },
        Fixture::Missing | Fixture::Shared => false,
    });
    given
        || trial
            .calls()
            .any(|(call, _)| matches!(call.operation.value.as_str(), "CreateStream" | "DeleteStream"))
}

fn names_by_arn(trial: &PlannedTrial) -> bool {
    let by_arn = |address: Address| match address {
        Address::Arn | Address::Both => true,
        Address::Name => false,
    };
    let states = |call: &Call| match (&call.address, &call.with) {
        (CallAddress::Fixed(address), _) if by_arn(*address) => true,
        (CallAddress::Fixed(_) | CallAddress::Axis | CallAddress::None, Body::Tree(tree)) => match &tree.node
        {
            Node::Map(members) => members.contains_key("StreamARN"),
            Node::Literal(_)
            | Node::Reference(_)
            | Node::List(_)
            | Node::OneOf(_)
            | Node::Matches(_)
            | Node::Above(_) => false,
        },
        (CallAddress::Fixed(_) | CallAddress::Axis | CallAddress::None, Body::Json(_) | Body::Bytes(_)) => {
            true
        }
    };
    by_arn(trial.address) || trial.calls().any(|(call, _)| states(call))
}

/// True if a call may be refused by a right target: that is expected, open, or happens while a
/// stream comes and goes.
fn meets_refusals(trial: &PlannedTrial) -> bool {
    let refused = trial.calls().any(|(call, _)| match &call.expect.answer {
        Answer::Refused(_) | Answer::RefusedOpen(_) | Answer::Open(_) => true,
        Answer::Accepted { .. } => call.by.is_some(),
    });
    let passing = trial.given.values().any(|fixture| match fixture {
        Fixture::Own { status, setups, .. } => *status != FixtureStatus::Active || !setups.is_empty(),
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
        || trial.calls().any(|(call, _)| exact(&call.with) || !call.wire.is_plain())
}
