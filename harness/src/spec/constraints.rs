//! Faults against the model, which are reported before anything is looked up (ORD-005).

use super::context::Call;
use super::refusal::Refusal;
use crate::model::{Model, message, prints_a_structure, violations};

/// The refusal of a call that breaks the model's constraints (VAL-001, VAL-025).
pub(super) fn refusal(call: &Call) -> Option<Refusal> {
    let violations = violations(Model::embedded(), call.operation, &call.input);
    if violations.is_empty() {
        return None;
    }
    let text = message(&violations);
    Some(if prints_a_structure(&violations) {
        Refusal::validation_with_other_digits(text)
    } else {
        Refusal::validation(text)
    })
}
