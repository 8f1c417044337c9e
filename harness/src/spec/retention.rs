//! `IncreaseStreamRetentionPeriod` and `DecreaseStreamRetentionPeriod`.
//!
//! What has expired is not specified: records are kept for ever.

use super::chooser::Chooser;
use super::context::{ActionResult, Context};
use super::effect::Effect;
use super::identify;
use super::question::{Candidate, OpenQuestion};
use super::refusal::Refusal;
use super::stream::Stream;
use crate::model::Value;

/// The shortest period, in hours (RET-001).
const SHORTEST: i64 = 24;
/// The longest period, in hours (RET-006).
const LONGEST: i64 = 8760;

/// `IncreaseStreamRetentionPeriod`. The period in force is accepted (RET-005).
pub(super) fn increase(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let (stream, hours) = asked(context, choose)?;
    let in_force = stream.retention_hours(context.now);
    if hours < in_force {
        return Err(Refusal::invalid_argument(format!(
            "Requested retention period ({hours} hours) for stream {} can not be shorter than existing \
             retention period ({in_force} hours). Use DecreaseRetentionPeriod API.",
            stream.name
        )));
    }
    if hours == in_force && choose.candidate(OpenQuestion::IncreaseToThePeriodInForce) == Candidate::NoOp {
        return Ok((Value::empty(), Effect::Nothing));
    }
    Ok((Value::empty(), Effect::Retain { stream: stream.name.clone(), hours }))
}

/// `DecreaseStreamRetentionPeriod`.
pub(super) fn decrease(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let (stream, hours) = asked(context, choose)?;
    let in_force = stream.retention_hours(context.now);
    if hours > in_force {
        return Err(Refusal::invalid_argument(format!(
            "Requested retention period ({hours} hours) for stream {} can not be longer than existing \
             retention period ({in_force} hours). Use IncreaseRetentionPeriod API.",
            stream.name
        )));
    }
    if hours == in_force {
        let candidate = choose.candidate(OpenQuestion::DecreaseToThePeriodInForce);
        if candidate == Candidate::InvalidArgument {
            return Err(Refusal::without_text("InvalidArgumentException"));
        } else if candidate == Candidate::NoOp {
            return Ok((Value::empty(), Effect::Nothing));
        }
    }
    Ok((Value::empty(), Effect::Retain { stream: stream.name.clone(), hours }))
}

/// The stream and the period that a call asks for. Where both are at fault, no source says which is
/// reported (ORD-007).
fn asked<'a>(context: Context<'a>, choose: &mut Chooser<'_>) -> Result<(&'a Stream, i64), Refusal> {
    let stream = identify::active(context, choose);
    let hours = context.input.get("RetentionPeriodHours").and_then(Value::as_integer).unwrap_or_default();
    match (stream, out_of_range(hours, choose)) {
        (Ok(stream), None) => Ok((stream, hours)),
        (Ok(_), Some(refusal)) | (Err(refusal), None) => Err(refusal),
        (Err(about_stream), Some(about_hours)) => {
            let first = choose.candidate(OpenQuestion::OrderOfRetentionChecks);
            Err(if first == Candidate::RequestFirst { about_hours } else { about_stream })
        }
    }
}

/// The refusal of a period that no stream can have.
fn out_of_range(hours: i64, choose: &mut Chooser<'_>) -> Option<Refusal> {
    if hours > LONGEST {
        // RET-002, RET-006: neither class nor text is known today.
        let candidate = choose.candidate(OpenQuestion::RetentionAboveTheMaximum);
        return Some(Refusal::without_text(if candidate == Candidate::Validation {
            "ValidationException"
        } else {
            "InvalidArgumentException"
        }));
    }
    if hours < 1 && choose.candidate(OpenQuestion::RetentionBelowOne) == Candidate::Validation {
        return Some(Refusal::without_text("ValidationException"));
    }
    (hours < SHORTEST).then(|| {
        Refusal::invalid_argument(format!(
            "Minimum allowed retention period is {SHORTEST} hours. Requested retention period ({hours} \
             hours) is too short."
        ))
    })
}
