//! `StartStreamEncryption` and `StopStreamEncryption`, and what they leave in the records.

use super::Millis;
use super::applied::{Encryption, Mark, WINDOW};
use super::chooser::Chooser;
use super::context::{ActionResult, Context};
use super::effect::Effect;
use super::identify;
use super::kms::{KeyLookup, KmsFault};
use super::question::{Candidate, OpenQuestion};
use super::refusal::Refusal;
use super::stream::{Status, Stream};
use crate::model::Value;

/// How often a key may be applied, and encryption be stopped, in [`WINDOW`] (SSE-015, SSE-016).
const PER_WINDOW: usize = 25;
/// How long after ACTIVE records may still be written as before (SSE-013, SSE-014).
const LAG: Millis = 5_000;

/// SSE-015, SSE-016. No source has the text.
fn within_limit(times: &[Millis], now: Millis) -> Result<(), Refusal> {
    if times.iter().filter(|time| now - **time < WINDOW).count() < PER_WINDOW {
        Ok(())
    } else {
        Err(Refusal::without_text("LimitExceededException"))
    }
}

/// `StartStreamEncryption`.
pub(super) fn start(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let name = identify::name(context, choose)?;
    let about_stream = active(context, &name);
    let about_request = key_to_start(context, choose);
    let (stream, key) = both(about_stream, about_request, choose)?;
    let same_key = stream.encryption(context.now).key() == Some(key);
    if same_key {
        let candidate = choose.candidate(OpenQuestion::StartWithKeyInForce);
        if candidate == Candidate::NoOp {
            return Ok((Value::empty(), Effect::Nothing));
        }
    }
    within_limit(&stream.applied.starts, context.now)?;
    // The same key in another form is accepted; which form is shown then is open (SSE-049).
    let shown = match stream.encryption(context.now).key() {
        Some(in_force)
            if in_force != key
                && context.account.kms.same_key(in_force, key)
                && choose.candidate(OpenQuestion::StartWithSameKeyInAnotherForm) == Candidate::Before =>
        {
            in_force
        }
        Some(_) | None => key,
    };
    Ok((Value::empty(), Effect::Encrypt { stream: name, to: Encryption::Key(shown.to_owned()) }))
}

/// `StopStreamEncryption`. It does not call KMS (SSE-004).
pub(super) fn stop(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let name = identify::name(context, choose)?;
    let about_stream = active(context, &name);
    let about_request = if requests_kms(context) {
        Ok(context.input.text("KeyId").unwrap_or_default())
    } else {
        Err(none_refused())
    };
    let (stream, key) = both(about_stream, about_request, choose)?;
    match stream.encryption(context.now) {
        Encryption::None => {
            let candidate = choose.candidate(OpenQuestion::StopWhenNotEncrypted);
            if candidate == Candidate::NoOp {
                return Ok((Value::empty(), Effect::Nothing));
            } else if candidate == Candidate::InvalidArgument {
                return Err(Refusal::without_text("InvalidArgumentException"));
            }
        }
        Encryption::Key(in_force) if in_force == key => {}
        Encryption::Key(in_force) => {
            let question = match context.account.kms.find(key) {
                KeyLookup::Usable { .. } if context.account.kms.same_key(in_force, key) => {
                    OpenQuestion::StopWithSameKeyInAnotherForm
                }
                KeyLookup::Malformed => OpenQuestion::StopWithMalformedKey,
                KeyLookup::Usable { .. } | KeyLookup::Fault(_) | KeyLookup::ForeignRegion => {
                    OpenQuestion::StopWithOtherKey
                }
            };
            if choose.candidate(question) == Candidate::InvalidArgument {
                return Err(Refusal::without_text("InvalidArgumentException"));
            }
        }
    }
    within_limit(&stream.applied.stops, context.now)?;
    Ok((Value::empty(), Effect::Encrypt { stream: name, to: Encryption::None }))
}

/// Both parts of a call that is in order. Where both are at fault, the order of the checks decides
/// which is reported, and no source has it (ORD-011).
fn both<A, B>(
    about_stream: Result<A, Refusal>,
    about_request: Result<B, Refusal>,
    choose: &mut Chooser<'_>,
) -> Result<(A, B), Refusal> {
    match (about_stream, about_request) {
        (Ok(stream), Ok(request)) => Ok((stream, request)),
        (Err(refusal), Ok(_)) | (Ok(_), Err(refusal)) => Err(refusal),
        (Err(stream), Err(request)) => {
            let first = choose.candidate(OpenQuestion::OrderOfEncryptionChecks);
            Err(if first == Candidate::RequestFirst { request } else { stream })
        }
    }
}

/// SSE-022, SSE-025.
fn active<'a>(context: Context<'a>, name: &str) -> Result<&'a Stream, Refusal> {
    let stream = identify::found(context, name)?;
    match stream.status(context.now) {
        Status::Active => Ok(stream),
        status @ (Status::Creating | Status::Updating | Status::Deleting) => {
            Err(Refusal::not_active(context.account, name, status))
        }
    }
}

fn requests_kms(context: Context<'_>) -> bool {
    context.input.text("EncryptionType") == Some("KMS")
}

/// SSE-006 for Stop; SSE-007 expects the same of Start.
fn none_refused() -> Refusal {
    Refusal::invalid_argument("Encryption type cannot be NONE.")
}

/// The key of a start, as given.
fn key_to_start<'a>(context: Context<'a>, choose: &mut Chooser<'_>) -> Result<&'a str, Refusal> {
    if !requests_kms(context) {
        let candidate = choose.candidate(OpenQuestion::StartWithNone);
        return Err(if candidate == Candidate::Validation {
            Refusal::without_text("ValidationException")
        } else if candidate == Candidate::InvalidOperation {
            Refusal::without_text("InvalidOperationException")
        } else {
            none_refused()
        });
    }
    let key = context.input.text("KeyId").unwrap_or_default();
    match context.account.kms.find(key) {
        KeyLookup::Usable { .. } => Ok(key),
        // KMS-016.
        KeyLookup::Fault(KmsFault::InvalidState)
            if choose.candidate(OpenQuestion::KeyPendingDeletion) == Candidate::KmsDisabled =>
        {
            Err(Refusal::without_text(KmsFault::Disabled.class()))
        }
        // The texts were found nowhere (KMS-010).
        KeyLookup::Fault(fault) => Err(Refusal::without_text(fault.class())),
        KeyLookup::ForeignRegion => Err(not_found_or_invalid(OpenQuestion::ForeignRegionKey, choose)),
        KeyLookup::Malformed => Err(not_found_or_invalid(OpenQuestion::MalformedKeyId, choose)),
    }
}

fn not_found_or_invalid(question: OpenQuestion, choose: &mut Chooser<'_>) -> Refusal {
    Refusal::without_text(if choose.candidate(question) == Candidate::KmsNotFound {
        "KMSNotFoundException"
    } else {
        "InvalidArgumentException"
    })
}

/// How a record that is written now is marked.
///
/// Whether the key can still be used is not checked: the data key is kept for some minutes, so
/// that both answers are right for a while (SSE-040).
pub(super) fn mark(stream: &Stream, now: Millis, choose: &mut Chooser<'_>) -> Mark {
    let in_force = stream.encryption(now);
    let lagging = stream
        .encryption_before(now)
        .filter(|(before, settled)| now - settled < LAG && before.as_str() != in_force.as_str());
    let effective = match lagging {
        Some((before, _)) if choose.candidate(OpenQuestion::PutsSoonAfterActive) == Candidate::Before => {
            before
        }
        Some(_) | None => in_force,
    };
    match effective {
        Encryption::Key(_) => Mark::Kms,
        Encryption::None if stream.applied.stopped() && in_force == &Encryption::None => {
            if choose.candidate(OpenQuestion::TypeInPutsAfterStop) == Candidate::None {
                Mark::None
            } else {
                Mark::Absent
            }
        }
        Encryption::None => Mark::Absent,
    }
}

/// The encryption that Describe shows, as type and key; `None` = the member is not there. While
/// UPDATING each member may show the old or the new state, or nothing (SSE-030).
pub(super) fn shown<'a>(
    stream: &'a Stream,
    now: Millis,
    choose: &mut Chooser<'_>,
) -> (Option<&'a str>, Option<&'a str>) {
    let before = stream.encryption(now);
    let after = stream.encryption_to_be(now).unwrap_or(before);
    let kind = either(OpenQuestion::TypeWhileUpdating, Some(before.as_str()), Some(after.as_str()), choose);
    (kind, either(OpenQuestion::KeyWhileUpdating, before.key(), after.key(), choose))
}

fn either<'a>(
    question: OpenQuestion,
    before: Option<&'a str>,
    after: Option<&'a str>,
    choose: &mut Chooser<'_>,
) -> Option<&'a str> {
    if before == after {
        return before;
    }
    let candidate = choose.candidate(question);
    if candidate == Candidate::Before {
        before
    } else if candidate == Candidate::After {
        after
    } else {
        None
    }
}
