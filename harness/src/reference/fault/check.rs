//! What a row of the table must be, beyond its form: a row that could never do anything is refused.

use super::operations::Operations;
use super::path::Path;
use super::rule::{Form, Given, InputRule, OutcomeChange, OutputChange, OutputRule, ReplyChange, Rule};
use super::{Fault, Row};
use crate::model::{Model, Operation, Shape};
use crate::spec::Action;
use crate::wire::{Encoding, json};

/// Why a row is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RowError {
    #[error("`{0}` is no name of a fault: lower-case words, joined by hyphens")]
    Name(String),
    #[error("the fault `{0}` is on an earlier line too")]
    Repeated(String),
    #[error("the fault `{0}` does not say what it does")]
    NothingSaid(String),
    #[error("the fault `{0}` has no rule")]
    NoRule(String),
    #[error("{side} of {operation} has no member `{path}`")]
    NoMember { side: Side, operation: &'static str, path: String },
    #[error("{side} of no operation has a member `{path}`")]
    NoMemberAnywhere { side: Side, path: String },
    #[error("`{path}` is {is_not}, so that the rule could never change it")]
    OtherShape { path: String, is_not: &'static str },
    #[error("JSON has no other form `{0:?}` of a value than the right one")]
    NoForm(Form),
    #[error("the form `{0:?}` is one of a whole body, not of a member")]
    WholeBody(Form),
    #[error("`{0}` is no JSON")]
    NoJson(String),
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Input,
    Output,
}

impl std::fmt::Display for Side {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Input => "the input",
            Self::Output => "the output",
        })
    }
}

/// Checks a row that stands after the others.
///
/// # Errors
/// For the first thing that is wrong.
pub(super) fn row(row: &Row, others: &[Fault]) -> Result<(), RowError> {
    let spelled = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if row.name.is_empty() || !row.name.bytes().all(spelled) {
        return Err(RowError::Name(row.name.clone()));
    }
    if others.iter().any(|other| other.name() == row.name) {
        return Err(RowError::Repeated(row.name.clone()));
    }
    if row.about.trim().is_empty() {
        return Err(RowError::NothingSaid(row.name.clone()));
    }
    if row.rules.is_empty() {
        return Err(RowError::NoRule(row.name.clone()));
    }
    row.rules.iter().try_for_each(rule)
}

fn rule(rule: &Rule) -> Result<(), RowError> {
    match rule {
        Rule::Input(rule) => input(rule),
        Rule::Output(rule) => output(rule),
        Rule::Outcome(rule) => {
            let given = match &rule.change {
                OutcomeChange::Accept(refused) => refused.given.as_ref().map(|given| &given.member),
                OutcomeChange::DoNothing | OutcomeChange::Refuse(_) => None,
            };
            let mut members = rule.gives.iter().chain(given);
            members.try_for_each(|member| shapes(Side::Input, &rule.operations, member).map(drop))
        }
        Rule::Reply(rule) => match &rule.change {
            ReplyChange::Form { encoding, form } => has_form(*encoding, *form),
            ReplyChange::EmptyOutput { body, .. } => {
                json::parse(body.as_bytes()).map(drop).map_err(|_| RowError::NoJson(body.clone()))
            }
            ReplyChange::Header(_) | ReplyChange::Frame(_) => Ok(()),
        },
        Rule::AcceptSignature(_)
        | Rule::AcceptWhile(_)
        | Rule::Transition(_)
        | Rule::Refusal(_)
        | Rule::Hook(_) => Ok(()),
    }
}

fn input(rule: &InputRule) -> Result<(), RowError> {
    for other in rule.gives.iter().chain(&rule.without) {
        shapes(Side::Input, &rule.operations, other)?;
    }
    let shapes = shapes(Side::Input, &rule.operations, &rule.member)?;
    let fits = |shape: &&Shape| match &rule.given {
        Given::Anything | Given::Nothing => true,
        Given::OutsideEnum => matches!(shape, Shape::String { values, .. } if !values.is_empty()),
        Given::TooLong => matches!(shape, Shape::String { max: Some(_), .. }),
        Given::Text(_) => {
            matches!(shape, Shape::String { .. } | Shape::Integer { .. } | Shape::Long { .. })
        }
        Given::Key(_) | Given::Alias => matches!(shape, Shape::String { .. }),
    };
    if !shapes.iter().any(fits) {
        let is_not = "no text of which the model knows this";
        return Err(RowError::OtherShape { path: rule.member.to_string(), is_not });
    }
    Ok(())
}

fn output(rule: &OutputRule) -> Result<(), RowError> {
    let shapes = shapes(Side::Output, &rule.operations, &rule.member)?;
    let wrong = |is_not| RowError::OtherShape { path: rule.member.to_string(), is_not };
    match &rule.change {
        OutputChange::Reverse => {
            let is_list = shapes.iter().any(|shape| matches!(shape, Shape::List { .. }));
            if is_list { Ok(()) } else { Err(wrong("no list")) }
        }
        OutputChange::DropText(_) => {
            let is_text = shapes.iter().any(|shape| matches!(shape, Shape::String { .. }));
            if is_text { Ok(()) } else { Err(wrong("no text")) }
        }
        OutputChange::Form(Form::Fraction) => Err(RowError::WholeBody(Form::Fraction)),
        OutputChange::Form(_)
        | OutputChange::Drop
        | OutputChange::Set(_)
        | OutputChange::SetNumber(_)
        | OutputChange::SetMissing(_)
        | OutputChange::NullMissing
        | OutputChange::Rename(_) => Ok(()),
    }
}

fn has_form(encoding: Encoding, form: Form) -> Result<(), RowError> {
    match (encoding, form) {
        (Encoding::Json, Form::Fraction | Form::Base64) => Err(RowError::NoForm(form)),
        (Encoding::Json, Form::Milliseconds | Form::Text | Form::Thousandth)
        | (
            Encoding::Cbor,
            Form::Milliseconds | Form::Text | Form::Thousandth | Form::Fraction | Form::Base64,
        ) => Ok(()),
    }
}

/// The shapes of a member: in each of the operations that are named, or wherever there is one.
fn shapes(side: Side, operations: &Operations, path: &Path) -> Result<Vec<&'static Shape>, RowError> {
    let model = Model::embedded();
    let structure = |operation: &'static Operation| match side {
        Side::Input => operation.input.as_deref(),
        Side::Output => operation.output.as_deref(),
    };
    let shape_in = |action: Action| path.shape(model, structure(model.operation(action.name())?));
    let shapes: Vec<_> = if operations.named().is_empty() {
        Action::ALL.iter().copied().filter_map(shape_in).collect()
    } else {
        let missing =
            |action: Action| RowError::NoMember { side, operation: action.name(), path: path.to_string() };
        let all = operations.named().iter().map(|action| shape_in(*action).ok_or_else(|| missing(*action)));
        all.collect::<Result<_, _>>()?
    };
    if shapes.is_empty() {
        return Err(RowError::NoMemberAnywhere { side, path: path.to_string() });
    }
    Ok(shapes)
}
