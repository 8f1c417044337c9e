//! One round of one trial: reach the state, put the question, look whether a refusal changed
//! anything, give everything back.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use crate::case::ast::{Fixture, FixtureName, FixtureStatus, Tree};
use crate::model::Value;

use crate::log::{Exchange, Outcome, Role};
use crate::observe::Observation;
use crate::observe::describe::Look;
use crate::observe::reading::Reading;
use crate::plan::MANAGED_KEY;
use crate::plan::bind::{Bindings, fixture_word};
use crate::plan::{PlannedTrial, arn};
use crate::run::ask::Asker;
use crate::run::fixtures::{Fixtures, SetupError, Stream, is_read};
use crate::run::session::{Session, Tag};

/// Where a trial that asks for the shared stream gets its stream from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lending {
    /// The stream that others use at the same time.
    Shared,
    /// A fresh one of its own.
    Own,
}

/// Shards that a round opens itself.
pub(crate) fn shards_needed(trial: &PlannedTrial, lending: Lending) -> u32 {
    trial
        .case()
        .given
        .values()
        .map(|fixture| match &fixture.value {
            Fixture::Own { shards, .. } => *shards,
            Fixture::Shared => match lending {
                Lending::Shared => 0,
                Lending::Own => 1,
            },
            Fixture::Missing => 0,
        })
        .sum()
}

/// Goes through one round and returns what was observed. Streams of the round's own are given
/// back to be deleted, whatever happens.
pub(crate) async fn observe(
    session: &Arc<Session>,
    fixtures: &Arc<Fixtures>,
    look: Look,
    trial: &PlannedTrial,
    round: u32,
    lending: Lending,
    mut reserved: Option<OwnedSemaphorePermit>,
) -> Observation {
    let id: Arc<str> = Arc::from(trial.id.as_str());
    let tag = Tag { trial: Some(Arc::clone(&id)), role: Role::Setup, step: None, attempt: 0, round };
    let mut asker = Asker { session, look, trial, bindings: world(session), tag, exchanges: Vec::new() };
    let mut held = Held { own: Vec::new(), shared: None };
    let setup = set_up(fixtures, &mut asker, lending, &mut reserved, &mut held).await;
    let mut setup_cut_short = false;
    let stopped_by = match setup {
        Ok(()) => {
            look_still(&mut asker).await;
            match asker.ask().await {
                Ok(()) => {
                    look_still(&mut asker).await;
                    look_unchanged(&mut asker, &held).await;
                    None
                }
                Err(unbound) => Some((Outcome::Blocked, unbound.to_string())),
            }
        }
        Err(SetupError::Refused(why) | SetupError::Blocked(why)) => Some((Outcome::Blocked, why)),
        Err(SetupError::CutShort(why)) => {
            setup_cut_short = true;
            Some((Outcome::Blocked, why))
        }
        Err(SetupError::Unreachable(why)) => Some((Outcome::Error, why)),
        Err(SetupError::Stopped) => Some((Outcome::Error, "the run was stopped".to_owned())),
    };
    let retire = may_have_changed(&asker);
    if let Some(stream) = held.shared {
        if retire {
            fixtures.retire(&stream);
        }
        fixtures.give_back(stream);
    }
    for (_, stream) in held.own {
        fixtures.delete(stream, Some(Arc::clone(&id)));
    }
    Observation { bindings: asker.bindings, exchanges: asker.exchanges, stopped_by, setup_cut_short }
}

/// The streams of a round.
struct Held {
    own: Vec<(FixtureName, Stream)>,
    shared: Option<Arc<Stream>>,
}

impl Held {
    /// The shared stream: the one that is held, since who holds it and borrows again would wait for
    /// himself if it was retired in between.
    async fn lend(&self, fixtures: &Fixtures) -> Result<Arc<Stream>, SetupError> {
        match &self.shared {
            Some(stream) => Ok(Arc::clone(stream)),
            None => fixtures.lend().await,
        }
    }
}

fn world(session: &Session) -> Bindings {
    let mut bindings = Bindings::default();
    for (name, key) in &session.target.keys {
        bindings.set(format!("key.{name}"), key.as_str());
    }
    bindings
}

async fn set_up(
    fixtures: &Arc<Fixtures>,
    asker: &mut Asker<'_>,
    lending: Lending,
    reserved: &mut Option<OwnedSemaphorePermit>,
    held: &mut Held,
) -> Result<(), SetupError> {
    for (name, fixture) in &asker.trial.case().given {
        match &fixture.value {
            Fixture::Shared => match lending {
                Lending::Shared => {
                    let stream = held.lend(fixtures).await?;
                    bind(asker, *name, &stream.name, &stream.arn, Some(&stream.before));
                    held.shared = Some(stream);
                }
                Lending::Own => {
                    let permit = take(reserved, 1)?;
                    let stream = fixtures.create(&asker.tag, 1, permit).await?;
                    bind(asker, *name, &stream.name, &stream.arn, Some(&stream.before));
                    held.own.push((*name, stream));
                }
            },
            Fixture::Missing => {
                // The ARN it would have: another stream's with one part changed.
                let model = held.lend(fixtures).await?;
                let missing = fixtures.fresh_name();
                let arn = model.arn.replace(&model.name, &missing);
                fixtures.give_back(model);
                bind(asker, *name, &missing, &arn, None);
            }
            Fixture::Own { status, encryption, shards } => {
                let permit = take(reserved, *shards)?;
                own(fixtures, asker, held, *name, (*status, encryption.as_ref(), *shards), permit).await?;
            }
        }
    }
    Ok(())
}

async fn own(
    fixtures: &Arc<Fixtures>,
    asker: &mut Asker<'_>,
    held: &mut Held,
    name: FixtureName,
    (status, encryption, shards): (FixtureStatus, Option<&Tree>, u32),
    permit: OwnedSemaphorePermit,
) -> Result<(), SetupError> {
    let tag = asker.tag.clone();
    let stream = match status {
        FixtureStatus::Creating => fixtures.create_unsettled(&tag, shards, permit).await?,
        FixtureStatus::Active | FixtureStatus::Updating | FixtureStatus::Deleting | FixtureStatus::Gone => {
            fixtures.create(&tag, shards, permit).await?
        }
    };
    let (own_name, arn) = (stream.name.clone(), stream.arn.clone());
    let mut before = stream.before.clone();
    held.own.push((name, stream));
    if let Some(tree) = encryption {
        let key = asker
            .bindings
            .value(tree, asker.trial.row())
            .map_err(|unbound| SetupError::Blocked(unbound.to_string()))?
            .unwrap_or(Value::Null);
        before = fixtures.encrypt(&tag, &own_name, &key).await?;
    }
    let input = Value::from([("StreamName", Value::from(own_name.as_str()))]);
    let compared = match status {
        FixtureStatus::Active => Some(&before),
        FixtureStatus::Creating => None,
        FixtureStatus::Updating => {
            fixtures.start_encryption(&tag, &own_name, &Value::from(MANAGED_KEY)).await?;
            None
        }
        FixtureStatus::Deleting => {
            fixtures.setup_call(&tag, "DeleteStream", &input).await?;
            None
        }
        FixtureStatus::Gone => {
            fixtures.setup_call(&tag, "DeleteStream", &input).await?;
            fixtures.wait_gone(&tag, &own_name).await;
            None
        }
    };
    bind(asker, name, &own_name, &arn, compared);
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

fn bind(asker: &mut Asker<'_>, fixture: FixtureName, name: &str, arn: &str, before: Option<&Value>) {
    let keys = &asker.session.target.keys;
    let bindings = &mut asker.bindings;
    let word = fixture_word(fixture);
    bindings.set(format!("{word}.name"), name);
    bindings.set(format!("{word}.arn"), arn);
    for change in arn::CHANGES {
        if let Some(changed) = arn::changed(arn, change) {
            bindings.set(format!("{word}.{}", arn::change_word(change)), changed.as_str());
        }
    }
    if fixture == FixtureName::Stream {
        for (key, id) in keys {
            if let Some(key_arn) = arn::of_key(arn, id) {
                bindings.set(format!("key.{key}.arn"), key_arn.as_str());
            }
        }
    }
    if let Some(before) = before {
        bindings.set(format!("{word}.before"), before.clone());
    }
}

/// Looks at the stream if the ask is about a state that passes by itself: just before the ask, and
/// just after it.
async fn look_still(asker: &mut Asker<'_>) {
    if asker.trial.case().passing_status().is_none() {
        return;
    }
    let Some(name) = asker.bindings.text("stream.name").map(str::to_owned) else { return };
    let outgoing = asker.look.at(asker.session.model, &name);
    let exchange = asker.session.exchange(asker.tag.with_role(Role::Still), &outgoing).await;
    asker.exchanges.push(exchange);
}

/// "Refused means unchanged": looks at every stream whose state the ask found settled, if all
/// calls are to be refused or open, and none was accepted.
async fn look_unchanged(asker: &mut Asker<'_>, held: &Held) {
    if !asker.trial.implies_unchanged() || any_accepted(asker) {
        return;
    }
    let shared = held.shared.iter().map(AsRef::as_ref);
    let names: Vec<String> =
        held.own.iter().map(|(_, stream)| stream).chain(shared).map(|stream| stream.name.clone()).collect();
    let settled: Vec<String> = [FixtureName::Stream, FixtureName::Other]
        .into_iter()
        .map(fixture_word)
        .filter(|word| asker.bindings.get(&format!("{word}.before")).is_some())
        .filter_map(|word| asker.bindings.text(&format!("{word}.name")).map(str::to_owned))
        .filter(|name| names.contains(name))
        .collect();
    for name in settled {
        let outgoing = asker.look.at(asker.session.model, &name);
        let tag = asker.tag.with_role(Role::Unchanged);
        let exchange = asker.session.exchange(tag, &outgoing).await;
        asker.exchanges.push(exchange);
    }
}

fn asked<'a>(asker: &'a Asker<'_>) -> impl Iterator<Item = &'a Exchange> {
    asker.exchanges.iter().filter(|exchange| exchange.role == Role::Ask)
}

fn any_accepted(asker: &Asker<'_>) -> bool {
    asked(asker).any(|exchange| Reading::of(asker.session.model, exchange).is_success())
}

/// True if an ask on a shared stream may have changed it: a call that changes streams was accepted,
/// or its answer is not known.
fn may_have_changed(asker: &Asker<'_>) -> bool {
    let changes = asker.trial.calls().any(|(call, _)| !is_read(&call.operation.value));
    changes
        && asked(asker).any(|exchange| match Reading::of(asker.session.model, exchange) {
            Reading::Refused { .. } => false,
            Reading::Accepted { .. }
            | Reading::Undecodable { .. }
            | Reading::ServerError { .. }
            | Reading::None(_) => true,
        })
}
