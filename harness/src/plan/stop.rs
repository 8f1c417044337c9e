//! The stop condition of each step of a trial, as data beside the digest of what is sent.

use crate::case::ast::{Call, Until, Within};
use crate::log::StopCondition;

use super::digest;
use super::trial::{PlannedStep, PlannedStepKind, PlannedTrial};

/// When each step of the trial ends.
pub(super) fn of(trial: &PlannedTrial) -> Vec<StopCondition> {
    trial.steps.iter().map(of_step).collect()
}

fn of_step(step: &PlannedStep) -> StopCondition {
    match &step.kind {
        PlannedStepKind::Call { call, observe } => match (&call.by, observe) {
            (Some(by), _) => StopCondition::Until {
                condition: condition(call),
                millis: by.value.within.millis(),
                after: match by.value.within {
                    Within::Millis(_) => by.value.from.to_string(),
                    Within::Transition => format!("{} and a transition", by.value.from),
                },
            },
            (None, Some(_)) => StopCondition::Settled,
            (None, None) => StopCondition::Response,
        },
        PlannedStepKind::Repeat { steps, .. } => {
            let conditions: Vec<String> = steps
                .iter()
                .filter_map(PlannedStep::call)
                .map(|call| digest::condition(&call.expect))
                .collect();
            StopCondition::WhileHolds { condition: conditions.join(" ") }
        }
        PlannedStepKind::Race(_) | PlannedStepKind::Clock(_) => StopCondition::Response,
        PlannedStepKind::Read(read) => {
            StopCondition::Records { count: read.records.len(), millis: read.within }
        }
    }
}

fn condition(call: &Call) -> String {
    match call.until.as_ref().map(|until| &until.value) {
        None | Some(Until::AsExpected) => digest::condition(&call.expect),
        Some(Until::Members(tree)) => digest::members(tree),
    }
}
