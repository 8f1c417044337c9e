//! `AddTagsToStream`, `RemoveTagsFromStream`, `ListTagsForStream`.

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

/// Tags of one stream. The text of the refusal names another figure (TAG-001).
const TAGS: usize = 50;

/// `AddTagsToStream`.
pub(super) fn add(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let stream = changeable(context, choose)?;
    let tags: BTreeMap<String, String> =
        context.input.texts("Tags").map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    check(tags.iter().flat_map(|(key, value)| [key.as_str(), value.as_str()]), || {
        format!("add tags to stream {} under account {}", stream.name, context.account.id)
    })?;
    let new = tags.keys().filter(|key| !stream.tags.contains_key(*key)).count();
    if stream.tags.len() + new > TAGS {
        return Err(Refusal::invalid_argument(format!(
            "Failed to add tags to stream {} under account {} because a given stream cannot have more \
             than 10 tags associated with it.",
            stream.name, context.account.id
        )));
    }
    Ok((Value::empty(), Effect::Tag { stream: stream.name.clone(), tags }))
}

/// `RemoveTagsFromStream`. Removing what is not there is accepted (TAG-003).
pub(super) fn remove(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let stream = changeable(context, choose)?;
    let keys: Vec<String> =
        context.input.list("TagKeys").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    check(keys.iter().map(String::as_str), || {
        format!("remove tags from stream {} under account {}", stream.name, context.account.id)
    })?;
    Ok((Value::empty(), Effect::Untag { stream: stream.name.clone(), keys }))
}

/// `ListTagsForStream`, by key (TAG-002).
pub(super) fn list(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    let stream = identify::stream(context, choose)?;
    let after = context.input.text("ExclusiveStartTagKey");
    let mut rest = stream.tags.iter().filter(|(key, _)| after.is_none_or(|after| key.as_str() > after));
    let listed = rest
        .by_ref()
        .take(context.input.limit("Limit", TAGS))
        .map(|(key, value)| Value::from([("Key", key.as_str().into()), ("Value", value.as_str().into())]))
        .collect();
    let output = Structure::default()
        .with("Tags", Value::List(listed))
        .with("HasMoreTags", rest.next().is_some())
        .build();
    Ok((output, Effect::Nothing))
}

/// The stream, if its tags can be changed: not while CREATING (TAG-005) or DELETING.
fn changeable<'a>(context: Context<'a>, choose: &mut Chooser<'_>) -> Result<&'a Stream, Refusal> {
    let stream = identify::stream(context, choose)?;
    match stream.status(context.now) {
        Status::Active | Status::Updating => Ok(stream),
        Status::Creating => Err(refused_while_creating(context, &stream.name, choose)),
        Status::Deleting => Err(Refusal::not_active(context.account, &stream.name, Status::Deleting)),
    }
}

/// TAG-005; neither class nor text is known.
fn refused_while_creating(context: Context<'_>, stream: &str, choose: &mut Chooser<'_>) -> Refusal {
    let candidate = choose.candidate(OpenQuestion::TagsWhileCreating);
    if candidate == Candidate::NotFound {
        Refusal::no_stream(stream, &context.account.id)
    } else if candidate == Candidate::InvalidArgument {
        Refusal::without_text("InvalidArgumentException")
    } else {
        Refusal::not_active(context.account, stream, Status::Creating)
    }
}

/// Two checks of characters follow each other, each with a text of its own (TAG-004, KT-011 to
/// KT-020). They run after the look-up (ORD-006).
fn check<'a>(
    texts: impl Iterator<Item = &'a str> + Clone,
    what: impl FnOnce() -> String,
) -> Result<(), Refusal> {
    if texts.clone().any(|text| text.chars().any(|character| !passes_first_check(character))) {
        return Err(Refusal::invalid_argument(
            "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white \
             space, _ . / = + - % @.",
        ));
    }
    if texts.clone().any(|text| text.contains('%')) {
        return Err(Refusal::invalid_argument(format!(
            "Failed to {} because some tags contained illegal characters. The allowed characters are \
             Unicode letters, white-spaces, '_',',','/','=','+','-','@'.",
            what()
        )));
    }
    Ok(())
}

/// Tabs and line ends do not pass, though the text speaks of white space (KT-012, KT-013).
fn passes_first_check(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, ' ' | '_' | '.' | '/' | '=' | '+' | '-' | '%' | '@')
}
