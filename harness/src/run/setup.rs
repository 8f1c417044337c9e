//! Reaching the state that a trial starts from.

use strum::VariantArray as _;
use tokio::sync::OwnedSemaphorePermit;

use crate::case::ast::{ArnChange, Fixture, FixtureName, FixtureStatus, Reference, Tree};
use crate::model::Value;
use crate::plan::bind::Bindings;
use crate::plan::{MANAGED_KEY, Target, arn};

use super::field::{Attempt, Lending};
use super::fixtures::SetupError;

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
                    bind(attempt, *name, &own_name, &arn, Some(before));
                }
                Lending::Own => {
                    let permit = take(reserved, 1)?;
                    let stream = fixtures.create(&attempt.tag, 1, permit).await?;
                    let (own_name, arn, before) =
                        (stream.name.clone(), stream.arn.clone(), stream.before.clone());
                    attempt.streams.own.push((*name, stream));
                    bind(attempt, *name, &own_name, &arn, Some(before));
                }
            },
            Fixture::Missing => {
                // The ARN it would have: another stream's with its name changed.
                let pattern = fixtures.pattern().await?;
                let missing = fixtures.fresh_name();
                let arn = pattern.stream.arn.replace(&pattern.stream.name, &missing);
                fixtures.give_back(pattern);
                bind(attempt, *name, &missing, &arn, None);
            }
            Fixture::Own { status, encryption, shards } => {
                let permit = take(reserved, *shards)?;
                own(attempt, *name, (*status, encryption.as_ref(), *shards), permit).await?;
            }
        }
    }
    Ok(())
}

async fn own(
    attempt: &mut Attempt<'_>,
    name: FixtureName,
    (status, encryption, shards): (FixtureStatus, Option<&Tree>, u32),
    permit: OwnedSemaphorePermit,
) -> Result<(), SetupError> {
    let fixtures = &attempt.field.fixtures;
    let tag = attempt.tag.clone();
    let stream = match status {
        FixtureStatus::Creating => {
            // The first attempt describes the stream and so learns its own ARN. Those behind it have
            // nothing between the create and the request.
            let pattern = if tag.attempt == 0 { None } else { Some(fixtures.pattern().await?) };
            let like = pattern.as_ref().map(|pattern| &pattern.stream);
            let created = fixtures.create_unsettled(&tag, shards, permit, like).await;
            if let Some(pattern) = pattern {
                fixtures.give_back(pattern);
            }
            let (stream, sent_us) = created?;
            attempt.began_us = Some(sent_us);
            stream
        }
        FixtureStatus::Active | FixtureStatus::Updating | FixtureStatus::Deleting | FixtureStatus::Gone => {
            fixtures.create(&tag, shards, permit).await?
        }
    };
    let (own_name, arn) = (stream.name.clone(), stream.arn.clone());
    let mut before = stream.before.clone();
    attempt.streams.own.push((name, stream));
    if let Some(tree) = encryption {
        let key = attempt
            .bindings
            .value(tree)
            .map_err(|unbound| SetupError::Blocked(unbound.to_string()))?
            .unwrap_or(Value::Null);
        before = fixtures.encrypt(&tag, &own_name, &key).await?;
    }
    let input = Value::from([("StreamName", Value::from(own_name.as_str()))]);
    let compared = match status {
        FixtureStatus::Active => Some(before),
        FixtureStatus::Creating => None,
        FixtureStatus::Updating => {
            let key = Value::from(MANAGED_KEY);
            attempt.began_us = Some(fixtures.start_encryption(&tag, &own_name, &key).await?);
            None
        }
        FixtureStatus::Deleting => {
            attempt.began_us = Some(fixtures.setup_call(&tag, "DeleteStream", &input).await?.sent_us);
            None
        }
        FixtureStatus::Gone => {
            fixtures.setup_call(&tag, "DeleteStream", &input).await?;
            fixtures.wait_gone(&tag, &own_name).await;
            None
        }
    };
    bind(attempt, name, &own_name, &arn, compared);
    Ok(())
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

fn bind(attempt: &mut Attempt<'_>, fixture: FixtureName, name: &str, arn: &str, before: Option<Value>) {
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
}
