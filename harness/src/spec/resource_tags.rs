//! `TagResource`, `UntagResource`, `ListTagsForResource`: the tags of a stream by its ARN.

use std::collections::BTreeMap;

use super::chooser::Chooser;
use super::context::{ActionResult, Context};
use super::effect::Effect;
use super::identify;
use super::input::Structure;
use super::question::{Candidate, OpenQuestion};
use super::refusal::Refusal;
use super::stream::{Status, Stream};
use crate::model::Value;

/// Tags of one resource (TAG-012).
const TAGS: usize = 50;

/// `TagResource`.
pub(super) fn tag(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let stream = changeable(context, choose)?;
    let tags: BTreeMap<String, String> =
        context.input.texts("Tags").map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let is_odd = |text: &String| !text.chars().all(is_allowed);
    if tags.iter().any(|(key, value)| is_odd(key) || is_odd(value)) {
        let candidate = choose.candidate(OpenQuestion::OddCharactersInResourceTags);
        return Err(refused_as(candidate));
    }
    let new = tags.keys().filter(|key| !stream.tags.contains_key(*key)).count();
    if stream.tags.len() + new > TAGS {
        return Err(refused_as(choose.candidate(OpenQuestion::TooManyTagsOfAResource)));
    }
    Ok((Value::empty(), Effect::Tag { stream: stream.name.clone(), tags }))
}

/// `UntagResource` (TAG-014). Keys that the stream does not have are open.
pub(super) fn untag(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let stream = changeable(context, choose)?;
    let keys: Vec<String> =
        context.input.list("TagKeys").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if keys.iter().any(|key| !stream.tags.contains_key(key))
        && choose.candidate(OpenQuestion::AbsentTagOfAResource) == Candidate::InvalidArgument
    {
        return Err(Refusal::without_text("InvalidArgumentException"));
    }
    Ok((Value::empty(), Effect::Untag { stream: stream.name.clone(), keys }))
}

/// `ListTagsForResource`: all tags in one answer (TAG-015).
pub(super) fn list(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let stream = identify::resource(context, choose)?;
    let listed = stream
        .tags
        .iter()
        .map(|(key, value)| Value::from([("Key", key.as_str().into()), ("Value", value.as_str().into())]))
        .collect();
    Ok((Structure::default().with("Tags", Value::List(listed)).build(), Effect::Nothing))
}

/// The stream, if its tags can be changed. Of states other than ACTIVE no source says more than that
/// ResourceInUseException is declared (TAG-016).
fn changeable<'a>(context: Context<'a>, choose: &mut Chooser<'_>) -> Result<&'a Stream, Refusal> {
    let stream = identify::resource(context, choose)?;
    match stream.status(context.now) {
        Status::Active => Ok(stream),
        status @ (Status::Creating | Status::Updating | Status::Deleting) => {
            if choose.candidate(OpenQuestion::ResourceTagsWhileNotActive) == Candidate::Accepted {
                Ok(stream)
            } else {
                Err(Refusal::not_active(context.account, &stream.name, status))
            }
        }
    }
}

/// TAG-013.
fn is_allowed(character: char) -> bool {
    character.is_alphanumeric()
        || character.is_whitespace()
        || matches!(character, '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
}

fn refused_as(candidate: Candidate) -> Refusal {
    Refusal::without_text(if candidate == Candidate::Validation {
        "ValidationException"
    } else if candidate == Candidate::LimitExceeded {
        "LimitExceededException"
    } else {
        "InvalidArgumentException"
    })
}
