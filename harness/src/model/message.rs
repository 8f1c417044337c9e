//! The text of a ValidationException (VAL-001, VAL-002, VAL-003, VAL-005).

use super::constraint::Constraint;
use super::violations::Violation;

/// The service names this many clauses at most (VAL-005).
const CAP: usize = 10;

/// The service's text for these violations: the first ten of them. Without a trailing full stop,
/// which one recent report has and older recordings lack (VAL-003).
pub fn message(violations: &[Violation]) -> String {
    let named = &violations[..violations.len().min(CAP)];
    let errors = if named.len() == 1 { "error" } else { "errors" };
    let clauses: Vec<_> = named.iter().map(clause).collect();
    format!("{} validation {errors} detected: {}", named.len(), clauses.join("; "))
}

/// True if the text of [`message`] prints a structure and so ends in digits that nobody knows
/// (VAL-034).
pub fn prints_a_structure(violations: &[Violation]) -> bool {
    violations.iter().take(CAP).any(|violation| violation.printed_structure)
}

fn clause(violation: &Violation) -> String {
    let Violation { path, printed, printed_structure: _, constraint } = violation;
    let value = match (constraint, printed) {
        (Constraint::NotNull, _) => "Value null".to_owned(),
        (_, Some(printed)) => format!("Value '{printed}'"),
        (_, None) => "Value".to_owned(),
    };
    format!("{value} at '{path}' failed to satisfy constraint: {constraint}")
}
