//! Finding what a killed run left on a target: streams with our prefix *and* our tag.
//!
//! Nothing else is ever touched. A stream that has our prefix but not our tag is named and left
//! alone.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::model::{Model, Value};

use crate::log::{Redactor, ResponseText, Role};
use crate::plan::Outgoing;
use crate::plan::Target;
use crate::run::capability::AskError;
use crate::run::fixtures::{PREFIX, has_our_tag};
use crate::run::session::{Session, Stop, Tag};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Streams with prefix and tag.
    pub ours: Vec<String>,
    /// Streams with the prefix and no tag of ours.
    pub untagged: Vec<String>,
}

/// Looks for leftovers. `redactor` takes secrets out of errors.
///
/// # Errors
/// If the target does not answer a list call.
pub async fn find(target: &Target, redactor: &Redactor) -> Result<Leftovers, AskError> {
    let session = session(target);
    find_in(&session).await.map_err(|error| error.redacted(redactor))
}

async fn find_in(session: &Session) -> Result<Leftovers, AskError> {
    let mut found = Leftovers::default();
    let mut after: Option<String> = None;
    loop {
        let mut input = Value::empty();
        if let (Value::Map(members), Some(name)) = (&mut input, &after) {
            members.insert("ExclusiveStartStreamName".to_owned(), Value::from(name.as_str()));
        }
        let output = call(session, "ListStreams", &input).await?;
        let names: Vec<String> = output
            .get("StreamNames")
            .and_then(Value::as_list)
            .unwrap_or_default()
            .iter()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        for name in names.iter().filter(|name| name.starts_with(PREFIX)) {
            if is_tagged(session, name).await? {
                found.ours.push(name.clone());
            } else {
                found.untagged.push(name.clone());
            }
        }
        let more = output.get("HasMoreStreams") == Some(&Value::Bool(true));
        match names.last() {
            Some(last) if more && after.as_ref() != Some(last) => after = Some(last.clone()),
            Some(_) | None => return Ok(found),
        }
    }
}

/// Deletes streams; returns those that could not be deleted, with the answer. A stream that is in a
/// transition is waited for, as long as a transition may take on the target.
pub async fn delete(target: &Target, redactor: &Redactor, names: &[String]) -> Vec<(String, String)> {
    let session = session(target);
    let mut left = Vec::new();
    for name in names {
        let input = Value::from([("StreamName", Value::from(name.as_str()))]);
        let outgoing = Outgoing::call(session.model, "DeleteStream", &input);
        let give_up = Instant::now() + target.transition_deadline;
        let mut pause = Duration::from_millis(5);
        let reading = loop {
            let reading = session.exchange(Tag::of_run(Role::Cleanup), &outgoing).await.observed.decoded;
            // A stream that is being created or encrypted can be deleted once it has settled.
            if reading.class() != Some("ResourceInUseException") || Instant::now() >= give_up {
                break reading;
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        };
        if !reading.is_success() && reading.class() != Some("ResourceNotFoundException") {
            left.push((name.clone(), redactor.text(&reading.in_words())));
        }
    }
    left
}

fn session(target: &Target) -> Session {
    Session::new(target.clone(), Model::embedded(), Arc::new(|_| {}), Redactor::none(), Stop::default())
}

async fn call(session: &Session, operation: &str, input: &Value) -> Result<Value, AskError> {
    let outgoing = Outgoing::call(session.model, operation, input);
    let observed = session.exchange(Tag::of_run(Role::Cleanup), &outgoing).await.observed;
    let endpoint = session.target.endpoint.clone();
    if let ResponseText::None(none) = &observed.exchange.response {
        return Err(AskError::NoAnswer { endpoint, why: none.clone() });
    }
    let reading = observed.decoded;
    let none = || AskError::NotKinesis {
        endpoint,
        answer: reading.in_words(),
        response: Box::new(observed.exchange.response.clone()),
    };
    reading.output().cloned().ok_or_else(none)
}

async fn is_tagged(session: &Session, name: &str) -> Result<bool, AskError> {
    let input = Value::from([("StreamName", Value::from(name))]);
    let output = call(session, "ListTagsForStream", &input).await?;
    Ok(has_our_tag(&output))
}
