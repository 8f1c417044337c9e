//! Faults against the model, which are reported before anything is looked up (ORD-005).

use super::context::Call;
use super::refusal::Refusal;
use crate::model::{Model, message, violations};

/// The refusal of a call that breaks the model's constraints (VAL-001, VAL-025).
pub(super) fn refusal(call: &Call) -> Option<Refusal> {
    let violations = violations(Model::embedded(), call.operation, &call.input);
    (!violations.is_empty()).then(|| Refusal::validation(message(&violations)))
}
