//! Which stream a call is about: `StreamName`, `StreamARN`, `StreamId`.

use super::chooser::Chooser;
use super::context::Context;
use super::question::{Candidate, OpenQuestion};
use super::refusal::{Message, Refusal};
use super::stream::{Status, Stream};

/// The name of the stream that a call is about. The stream need not exist.
pub(super) fn name(context: Context<'_>, choose: &mut Chooser<'_>) -> Result<String, Refusal> {
    if context.input.has("StreamId") {
        let candidate = choose.candidate(OpenQuestion::StreamIdSupplied);
        if candidate != Candidate::Ignored {
            return Err(refused_as(candidate));
        }
    }
    match (context.input.text("StreamName"), context.input.text("StreamARN")) {
        (None, None) => Err(refused_as(choose.candidate(OpenQuestion::NeitherNameNorArn))),
        (Some(name), None) => Ok(name.to_owned()),
        (None, Some(arn)) => by_arn(context, arn, choose),
        (Some(name), Some(arn)) => {
            let by_arn = by_arn(context, arn, choose)?;
            if by_arn == name {
                return Ok(by_arn);
            }
            let candidate = choose.candidate(OpenQuestion::NameAndArnDisagree);
            if candidate != Candidate::Accepted {
                return Err(refused_as(candidate));
            }
            Ok(if choose.candidate(OpenQuestion::WhichStreamWins) == Candidate::NameWins {
                name.to_owned()
            } else {
                by_arn
            })
        }
    }
}

/// The stream that a call is about, in whatever state.
pub(super) fn stream<'a>(context: Context<'a>, choose: &mut Chooser<'_>) -> Result<&'a Stream, Refusal> {
    let name = name(context, choose)?;
    found(context, &name)
}

/// The stream of a name, in whatever state (KT-048, ARN-007).
pub(super) fn found<'a>(context: Context<'a>, name: &str) -> Result<&'a Stream, Refusal> {
    let stream = context.account.stream(name, context.now);
    stream.ok_or_else(|| Refusal::no_stream(name, &context.account.id))
}

/// The stream that a change is about, which has to be ACTIVE (LIFE-025, LIFE-032).
pub(super) fn active<'a>(context: Context<'a>, choose: &mut Chooser<'_>) -> Result<&'a Stream, Refusal> {
    let stream = stream(context, choose)?;
    match stream.status(context.now) {
        Status::Active => Ok(stream),
        status @ (Status::Creating | Status::Updating | Status::Deleting) => {
            Err(Refusal::not_active(context.account, &stream.name, status))
        }
    }
}

/// The stream that records are put to, which is not there while CREATING (LIFE-005) and may not be while
/// DELETING (LIFE-012).
pub(super) fn stream_to_put_to<'a>(
    context: Context<'a>,
    choose: &mut Chooser<'_>,
) -> Result<&'a Stream, Refusal> {
    let stream = stream(context, choose)?;
    let is_found = match stream.status(context.now) {
        Status::Creating => false,
        Status::Deleting => choose.candidate(OpenQuestion::PutWhileDeleting) == Candidate::Accepted,
        Status::Active | Status::Updating => true,
    };
    if is_found { Ok(stream) } else { Err(Refusal::no_stream(&stream.name, &context.account.id)) }
}

/// The stream that `ResourceARN` names. There are no consumers, channels and queues here.
pub(super) fn resource<'a>(context: Context<'a>, choose: &mut Chooser<'_>) -> Result<&'a Stream, Refusal> {
    if context.input.has("StreamId") {
        let candidate = choose.candidate(OpenQuestion::StreamIdSupplied);
        if candidate != Candidate::Ignored {
            return Err(refused_as(candidate));
        }
    }
    let arn = context.input.text("ResourceARN").unwrap_or_default();
    let is_stream = StreamArn::read(arn).is_some_and(|parts| !parts.name.contains('/'));
    if !is_stream {
        return Err(Refusal::without_text("ResourceNotFoundException"));
    }
    let name = by_arn(context, arn, choose)?;
    // TAG-011; no source has the text.
    let stream = context.account.stream(&name, context.now);
    stream.ok_or_else(|| Refusal::without_text("ResourceNotFoundException"))
}

/// A refusal in one of the classes that bad identification may have; no source has the texts.
fn refused_as(candidate: Candidate) -> Refusal {
    Refusal::without_text(if candidate == Candidate::Validation {
        "ValidationException"
    } else if candidate == Candidate::NotFound {
        "ResourceNotFoundException"
    } else {
        "InvalidArgumentException"
    })
}

/// The parts of a stream's ARN. The model's pattern has let through only what has them (ARN-003).
struct StreamArn<'a> {
    partition: &'a str,
    region: &'a str,
    account: &'a str,
    name: &'a str,
}

impl<'a> StreamArn<'a> {
    fn read(arn: &'a str) -> Option<Self> {
        let mut parts = arn.strip_prefix("arn:")?.splitn(5, ':');
        let partition = parts.next()?;
        let _service = parts.next()?;
        let region = parts.next()?;
        let account = parts.next()?;
        let name = parts.next()?.strip_prefix("stream/")?;
        Some(Self { partition, region, account, name })
    }
}

fn by_arn(context: Context<'_>, arn: &str, choose: &mut Chooser<'_>) -> Result<String, Refusal> {
    let Some(parts) = StreamArn::read(arn) else {
        return Err(Refusal::without_text("InvalidArgumentException"));
    };
    let account = context.account;
    let own =
        parts.partition == account.partition && parts.region == account.region && parts.account == account.id;
    if own && parts.name.contains('/') {
        let candidate = choose.candidate(OpenQuestion::ConsumerArnGiven);
        return Err(if candidate == Candidate::NotFound {
            Refusal::no_stream(parts.name, parts.account)
        } else {
            refused_as(candidate)
        });
    }
    if own {
        return Ok(parts.name.to_owned());
    }
    let question = if parts.partition != account.partition {
        OpenQuestion::ForeignPartitionArn
    } else if parts.region != account.region {
        OpenQuestion::ForeignRegionArn
    } else {
        OpenQuestion::ForeignAccountArn
    };
    let candidate = choose.candidate(question);
    Err(if candidate == Candidate::NotFound {
        Refusal::no_stream(parts.name, parts.account)
    } else if candidate == Candidate::InvalidArgument {
        Refusal::without_text("InvalidArgumentException")
    } else {
        denied(context, arn)
    })
}

/// The form of AUTH-012; the reason clause is that of resources of another account.
fn denied(context: Context<'_>, arn: &str) -> Refusal {
    let account = context.account;
    let operation = context.action.name();
    Refusal {
        class: "AccessDeniedException",
        message: Message::Known(format!(
            "User: arn:{}:iam::{}:user/caller is not authorized to perform: kinesis:{operation} on \
             resource: {arn} because no resource-based policy allows the kinesis:{operation} action",
            account.partition, account.id
        )),
    }
}
