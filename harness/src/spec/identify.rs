//! Which stream a call is about: `StreamName`, `StreamARN`, `StreamId`.

use super::chooser::Chooser;
use super::question::{Candidate, OpenQuestion};
use super::refusal::Refusal;
use super::step::Context;
use super::stream::{Status, Stream};

/// The name of the stream that a call is about. The stream need not exist.
pub(super) fn name(context: Context<'_>, choose: &mut Chooser<'_>) -> Result<String, Refusal> {
    if context.input.has("StreamId")
        && choose.ask(OpenQuestion::StreamIdSupplied) == Candidate::InvalidArgument
    {
        return Err(Refusal::untold("InvalidArgumentException"));
    }
    match (context.input.text("StreamName"), context.input.text("StreamARN")) {
        (None, None) => Err(neither(choose)),
        (Some(name), None) => Ok(name.to_owned()),
        (None, Some(arn)) => by_arn(context, arn, choose),
        (Some(name), Some(arn)) => {
            let by_arn = by_arn(context, arn, choose)?;
            if by_arn == name {
                return Ok(by_arn);
            }
            match choose.ask(OpenQuestion::NameAndArnDisagree) {
                Candidate::NameWins => Ok(name.to_owned()),
                Candidate::ArnWins => Ok(by_arn),
                Candidate::InvalidArgument
                | Candidate::NoOp
                | Candidate::Updating
                | Candidate::Accepted
                | Candidate::Ignored
                | Candidate::Validation
                | Candidate::NotFound
                | Candidate::InUse
                | Candidate::AccessDenied
                | Candidate::KmsNotFound
                | Candidate::Before
                | Candidate::After
                | Candidate::Absent
                | Candidate::None => Err(Refusal::untold("InvalidArgumentException")),
            }
        }
    }
}
