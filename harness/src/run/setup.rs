//! Reaching the state that a trial starts from.

use std::sync::Arc;

use strum::VariantArray as _;
use tokio::sync::OwnedSemaphorePermit;

use crate::case::ast::{ArnChange, Fixture, FixtureName, Reaches, Reference, Setup, Tree};
use crate::model::Value;
use crate::plan::bind::Bindings;
use crate::plan::{Target, arn};

use super::field::{Attempt, Lending};
use super::fixtures::{Located, New, SetupError};

/// What the environment of a target gives names to.
pub(super) fn environment(target: &Target) -> Bindings {
    let mut bindings = Bindings::default();
    for (name, key) in &target.keys {
        bindings.set(Reference::Key(name.clone()), key.as_str());
    }
    bindings
}

/// Reaches the state of every stream that the trial names.
///
/// # Errors
/// If a state is not reached.
pub(super) async fn reach(
    attempt: &mut Attempt<'_>,
    lending: Lending,
    reserved: &mut Option<OwnedSemaphorePermit>,
) -> Result<(), SetupError> {
    let fixtures = &attempt.field.fixtures;
    if attempt.trial.references().contains(&&Reference::RunTags) {
        attempt.bindings.set(Reference::RunTags, fixtures.tags());
    }
    for (name, fixture) in &attempt.trial.given {
        match fixture {
            Fixture::Shared => match lending {
                Lending::Shared => {
                    let lease = fixtures.lend().await?;
                    let stream = &lease.shared().stream;
                    let (own_name, arn, before) =
                        (stream.name.clone(), stream.arn.clone(), stream.before.clone());
                    attempt.streams.lease = Some((*name, lease));
                    bind(attempt, *name, &own_name, &arn, Some(before))?;
                }
                Lending::Own => {
                    let permit = take(reserved, 1)?;
                    let stream = fixtures.create_settled(&attempt.tag, permit).await?;
                    let (own_name, arn, before) =
                        (stream.name.clone(), stream.arn.clone(), stream.before.clone());
                    attempt.streams.own.push((*name, stream));
                    bind(attempt, *name, &own_name, &arn, Some(before))?;
                }
            },
            Fixture::Missing => {
                // The ARN it would have: another stream's with its name changed.
                let pattern = fixtures.pattern().await?;
                let missing = fixtures.fresh_name();
                let arn = pattern.stream.arn.replace(&pattern.stream.name, &missing);
                fixtures.give_back(pattern);
                bind(attempt, *name, &missing, &arn, None)?;
            }
            Fixture::Own { encryption, shards, .. } => {
                let chain = attempt.trial.resources.chain(fixture);
                let opens_shards = attempt.trial.kind(*name).opens_shards();
                let permit = if opens_shards { Some(take(reserved, *shards)?) } else { None };
                own(attempt, *name, &chain, (encryption.as_ref(), *shards), permit).await?;
            }
        }
    }
    Ok(())
}

/// Creates a resource of the attempt's own, and carries out its setups.
async fn own(
    attempt: &mut Attempt<'_>,
    name: FixtureName,
    chain: &[&Arc<Setup>],
    (encryption, shards): (Option<&Tree>, u32),
    permit: Option<OwnedSemaphorePermit>,
) -> Result<(), SetupError> {
    let Some((first, others)) = chain.split_first() else {
        return Err(SetupError::Blocked("no setup creates the resource".to_owned()));
    };
    let fixtures = &attempt.field.fixtures;
    let tag = attempt.tag.clone();
    let mut names = attempt.bindings.clone();
    if let Some(tree) = encryption {
        let key = attempt.bindings.value(tree).map_err(|unbound| SetupError::Blocked(unbound.to_string()))?;
        names.set(Reference::GivenEncryption, key.unwrap_or(Value::Null));
    }
    let new = New { kind: attempt.trial.kind(name), shards, names: &names };
    let (stream, sent_us) = if first.begins().is_some() && first.calls.is_empty() {
        // The first attempt describes the stream and so learns its own ARN. Those behind it have
        // nothing between the create and the request.
        let pattern = if tag.attempt == 0 { None } else { Some(fixtures.pattern().await?) };
        let like = pattern.as_ref().map(|pattern| &pattern.stream);
        let created = fixtures.create_unsettled(&tag, new, permit, like).await;
        if let Some(pattern) = pattern {
            fixtures.give_back(pattern);
        }
        created?
    } else {
        fixtures.create(&tag, new, permit, first).await?
    };
    let (own_name, arn, located) = (stream.name.clone(), stream.arn.clone(), stream.located.clone());
    let (mut before, mut began_us) = match &first.reaches {
        Reaches::Begins(_) => (None, Some(sent_us)),
        Reaches::Shows(_) | Reaches::Gone(_) => (Some(stream.before.clone()), None),
    };
    attempt.streams.own.push((name, stream));
    for setup in others {
        (before, began_us) = fixtures.carry_out(&tag, &located, setup).await?;
    }
    if began_us.is_some() {
        attempt.began_us = began_us;
    }
    bind(attempt, name, &own_name, &arn, before)
}

fn take(
    reserved: &mut Option<OwnedSemaphorePermit>,
    shards: u32,
) -> Result<OwnedSemaphorePermit, SetupError> {
    reserved
        .as_mut()
        .and_then(|permit| permit.split(shards as usize))
        .ok_or_else(|| SetupError::Blocked("no shards were reserved for the stream".to_owned()))
}

fn bind(
    attempt: &mut Attempt<'_>,
    fixture: FixtureName,
    name: &str,
    arn: &str,
    before: Option<Value>,
) -> Result<(), SetupError> {
    let located = Located::new(attempt.trial.kind(fixture), name, attempt.bindings.clone());
    attempt.streams.addresses.insert(fixture, located.address()?);
    let keys = &attempt.field.session.target.keys;
    let bindings = &mut attempt.bindings;
    bindings.set(Reference::StreamName(fixture), name);
    bindings.set(Reference::StreamArn(fixture), arn);
    for &change in ArnChange::VARIANTS {
        if let Some(changed) = arn::changed(arn, change) {
            bindings.set(Reference::ChangedArn(fixture, change), changed.as_str());
        }
    }
    if fixture == FixtureName::Stream {
        for (key, id) in keys {
            if let Some(key_arn) = arn::of_key(arn, id) {
                bindings.set(Reference::KeyArn(key.clone()), key_arn.as_str());
            }
        }
    }
    if let Some(before) = before {
        bindings.set_before(fixture, before);
    }
    Ok(())
}
