//! The clauses of a ValidationException, compared as a set (VAL-024).

use crate::case::ast::{Clause, Rule};
use crate::model::{Constraint, parse_message};

/// The difference between the stated clauses and a message, as text: (expected, actual). `None`
/// if there is none.
pub(crate) fn compare(stated: &[Clause], message: Option<&str>) -> Option<(String, String)> {
    let expected = listed(stated.iter().map(|clause| (clause.member.clone(), clause.rule)).collect());
    let Some(message) = message else { return Some((expected, "no message".to_owned())) };
    let Some(read) = parse_message(message) else {
        return Some((expected, format!("a text of another form: `{}`", first_line(message))));
    };
    let actual = listed(read.into_iter().map(|clause| (clause.path, rule_of(&clause.constraint))).collect());
    (expected != actual).then_some((expected, actual))
}

fn listed(mut clauses: Vec<(String, Rule)>) -> String {
    clauses.sort();
    clauses.dedup();
    let all: Vec<String> =
        clauses.iter().map(|(member, rule)| format!("{member} {}", <&str>::from(*rule))).collect();
    all.join(", ")
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().chars().take(100).collect()
}

fn rule_of(constraint: &Constraint) -> Rule {
    match constraint {
        Constraint::NotNull => Rule::NotNull,
        Constraint::MinLength(_) => Rule::MinLength,
        Constraint::MaxLength(_) => Rule::MaxLength,
        Constraint::MinValue(_) => Rule::MinValue,
        Constraint::MaxValue(_) => Rule::MaxValue,
        Constraint::Pattern(_) => Rule::Pattern,
        Constraint::Enum(_) => Rule::Enum,
        Constraint::Elements(_) => Rule::Elements,
        Constraint::MapKeys(_) => Rule::MapKeys,
        Constraint::MapValue(_) => Rule::MapValue,
    }
}
