//! Finding what a killed run left on a target: streams with our prefix *and* our tag.
//!
//! Nothing else is ever touched. A stream that has our prefix but not our tag is named and left
//! alone.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::model::{Model, Value};

use crate::log::{Redactor, ResponseText, Role};
use crate::observe::Observed;
use crate::observe::decoded::DecodedResponse;
use crate::plan::Outgoing;
use crate::plan::Target;
use crate::run::capability::TargetError;
use crate::run::fixtures::{PREFIX, TAG_KEY, TagValue};
use crate::run::session::{Session, Tag};
use crate::run::stop::Stop;

/// Pages of a list that are read, at most: a hundred thousand streams, as the service pages them.
const MOST_PAGES: usize = 1_000;
/// Streams that are deleted at once.
const AT_ONCE: usize = 4;
/// How often a deletion is sent that gets no answer, or the answer of a server that broke.
const MOST_TRIES: u32 = 3;

/// A stream with prefix and tag.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leftover {
    /// Its name.
    pub name: String,
    /// The run that made it, by its tag.
    pub run: String,
    /// How long ago it was made, by the target's clock or by this machine's, whichever says less;
    /// `None` if the target does not say when.
    pub age: Option<Duration>,
    /// The time until nobody will use it any more, by its tag and the same clock: zero if it is over; `None`
    /// if the tag does not say.
    pub expires_in: Option<Duration>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Streams with prefix and tag.
    pub ours: Vec<Leftover>,
    /// Streams with the prefix and no tag of ours.
    pub untagged: Vec<String>,
    /// Streams with the prefix whose tags could not be read, with the answer.
    pub unread: Vec<(String, String)>,
    /// True if the list of streams did not end, so that there may be more.
    pub endless: bool,
}

/// Looks for leftovers. `redactor` takes secrets out of errors.
///
/// # Errors
/// If the target does not answer, or refuses to list its streams.
pub async fn find(target: &Target, redactor: &Redactor) -> Result<Leftovers, TargetError> {
    let session = session(target);
    let mut found = find_in(&session).await.map_err(|error| error.redacted(redactor))?;
    for (_, answer) in &mut found.unread {
        *answer = redactor.text(answer);
    }
    Ok(found)
}

async fn find_in(session: &Session) -> Result<Leftovers, TargetError> {
    let mut found = Leftovers::default();
    let mut seen = BTreeSet::new();
    let mut after: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let output = list(session, after.as_deref()).await?;
        let names = texts(&output, "StreamNames");
        let last = names.last().cloned();
        let mut has_new = false;
        for name in names {
            if !seen.insert(name.clone()) {
                continue;
            }
            has_new = true;
            if name.starts_with(PREFIX) {
                inspect(session, name, &mut found).await?;
            }
        }
        if output.get("HasMoreStreams") != Some(&Value::Bool(true)) {
            return Ok(found);
        }
        // A page that brings nothing new would come again for ever.
        if !has_new {
            break;
        }
        after = last;
    }
    found.endless = true;
    Ok(found)
}

async fn list(session: &Session, after: Option<&str>) -> Result<Value, TargetError> {
    let input = match after {
        Some(name) => Value::from([("ExclusiveStartStreamName", Value::from(name))]),
        None => Value::empty(),
    };
    let observed = request(session, "ListStreams", &input).await?;
    observed.decoded.output().cloned().ok_or_else(|| TargetError::NotKinesis {
        endpoint: session.target.endpoint.clone(),
        answer: observed.decoded.as_text(),
        response: Box::new(observed.exchange.response.clone()),
    })
}

fn texts(output: &Value, member: &str) -> Vec<String> {
    let elements = output.get(member).and_then(Value::as_list).unwrap_or_default();
    elements.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// Inspects a stream with our prefix. One that has vanished in the meantime is none.
async fn inspect(session: &Session, name: String, found: &mut Leftovers) -> Result<(), TargetError> {
    match tag_of(session, &name).await? {
        Tagged::By(TagValue { run, expiry }, now) => {
            if let Some(age) = age_of(session, &name).await? {
                let until = |expiry: Timestamp| {
                    Duration::try_from(expiry.duration_since(now)).unwrap_or(Duration::ZERO)
                };
                found.ours.push(Leftover { name, run, age, expires_in: expiry.map(until) });
            }
        }
        Tagged::ByNobody => found.untagged.push(name),
        Tagged::Gone => {}
        Tagged::Unread(answer) => found.unread.push((name, answer)),
    }
    Ok(())
}

/// What the tags of a stream say.
enum Tagged {
    /// A run of ours has made it. With the time of this answer.
    By(TagValue, Timestamp),
    ByNobody,
    /// The stream is gone.
    Gone,
    /// The target refused to show them.
    Unread(String),
}

async fn tag_of(session: &Session, name: &str) -> Result<Tagged, TargetError> {
    let mut after: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let mut input = Value::from([("StreamName", Value::from(name))]);
        if let (Value::Map(members), Some(key)) = (&mut input, &after) {
            members.insert("ExclusiveStartTagKey".to_owned(), Value::from(key.as_str()));
        }
        let Observed { decoded, exchange, .. } = request(session, "ListTagsForStream", &input).await?;
        if is_gone(&decoded) {
            return Ok(Tagged::Gone);
        }
        let Some(output) = decoded.output() else { return Ok(Tagged::Unread(decoded.as_text())) };
        let tags = output.get("Tags").and_then(Value::as_list).unwrap_or_default();
        let text = |tag: &Value, member| tag.get(member).and_then(Value::as_str).map(str::to_owned);
        if let Some(ours) = tags.iter().find(|tag| text(tag, "Key").as_deref() == Some(TAG_KEY)) {
            let value = text(ours, "Value").unwrap_or_default();
            return Ok(Tagged::By(TagValue::read(&value), now(&exchange.response)));
        }
        let last = tags.last().and_then(|tag| text(tag, "Key"));
        let more = output.get("HasMoreTags") == Some(&Value::Bool(true));
        match last {
            Some(last) if more && after.as_ref() != Some(&last) => after = Some(last),
            Some(_) | None => return Ok(Tagged::ByNobody),
        }
    }
    Ok(Tagged::ByNobody)
}

/// How long ago a stream was made, as far as the target says so; `None` if the stream is gone.
async fn age_of(session: &Session, name: &str) -> Result<Option<Option<Duration>>, TargetError> {
    let input = Value::from([("StreamName", Value::from(name))]);
    for (operation, member) in
        [("DescribeStreamSummary", "StreamDescriptionSummary"), ("DescribeStream", "StreamDescription")]
    {
        let observed = request(session, operation, &input).await?;
        if is_gone(&observed.decoded) {
            return Ok(None);
        }
        let description = observed.decoded.output().and_then(|output| output.get(member));
        if let Some(Value::Time(created)) = description.and_then(|shown| shown.get("StreamCreationTimestamp"))
        {
            return Ok(Some(Some(since(*created, &observed.exchange.response))));
        }
    }
    Ok(Some(None))
}

/// The time since then, by this machine's clock or by that of the target, whichever says less: clocks
/// differ, and a stream that is taken for older than it is may be in use.
fn since(created_ms: i64, response: &ResponseText) -> Duration {
    let now = now(response);
    Duration::from_millis(u64::try_from(now.as_millisecond().saturating_sub(created_ms)).unwrap_or_default())
}

/// The time by this machine's clock or by that of the target, whichever is earlier.
fn now(response: &ResponseText) -> Timestamp {
    let theirs = match response {
        ResponseText::Answer { headers, .. } => headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("date"))
            .and_then(|(_, date)| DateTimeParser::new().parse_timestamp(date).ok()),
        ResponseText::None(_) => None,
    };
    let now = Timestamp::now();
    theirs.map_or(now, |theirs| theirs.min(now))
}

fn is_gone(decoded: &DecodedResponse) -> bool {
    decoded.class() == Some("ResourceNotFoundException")
}

/// Deletes streams; returns those that could not be deleted, with the answer. A stream that is in a
/// transition is waited for; all of them together as long as a transition may take on the target.
pub async fn delete(target: &Target, redactor: &Redactor, names: &[String]) -> Vec<(String, String)> {
    let session = Arc::new(session(target));
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let give_up = Instant::now() + target.transition_deadline;
    let mut deletions = JoinSet::new();
    for name in names {
        let (session, at_once, name) = (Arc::clone(&session), Arc::clone(&at_once), name.clone());
        deletions.spawn(async move {
            let _permit = at_once.acquire().await;
            let refused = delete_one(&session, &name, give_up).await;
            refused.map(|answer| (name, answer))
        });
    }
    let mut left: Vec<(String, String)> = deletions.join_all().await.into_iter().flatten().collect();
    left.sort();
    left.into_iter().map(|(name, answer)| (name, redactor.text(&answer))).collect()
}

/// Deletes a stream; the answer if it can't be deleted.
async fn delete_one(session: &Session, name: &str, give_up: Instant) -> Option<String> {
    let input = Value::from([("StreamName", Value::from(name))]);
    let outgoing = Outgoing::call(session.model, "DeleteStream", &input);
    let mut pause = Duration::from_millis(5);
    let mut broken = 0;
    loop {
        let decoded = session.exchange(Tag::of_run(Role::Cleanup), &outgoing).await.observed.decoded;
        if decoded.is_success() || is_gone(&decoded) {
            return None;
        }
        // A stream that is being created or encrypted can be deleted once it has settled.
        let passes = match &decoded {
            DecodedResponse::Refused { .. } => {
                let passing = ["ResourceInUseException", "LimitExceededException"];
                decoded.class().is_some_and(|class| passing.contains(&class)) || decoded.is_throttled()
            }
            DecodedResponse::ServerError { .. } | DecodedResponse::None(_) => {
                broken += 1;
                broken < MOST_TRIES
            }
            DecodedResponse::Accepted { .. } | DecodedResponse::Undecodable { .. } => false,
        };
        if !passes || Instant::now() >= give_up {
            return Some(decoded.as_text());
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

fn session(target: &Target) -> Session {
    Session::new(target.clone(), Model::embedded(), Arc::new(|_| {}), Redactor::none(), Stop::default())
}

/// Sends a call. What the target refuses is an answer too.
async fn request(session: &Session, operation: &str, input: &Value) -> Result<Observed, TargetError> {
    let outgoing = Outgoing::call(session.model, operation, input);
    let observed = session.exchange(Tag::of_run(Role::Cleanup), &outgoing).await.observed;
    match &observed.exchange.response {
        ResponseText::None(none) => {
            Err(TargetError::NoAnswer { endpoint: session.target.endpoint.clone(), why: none.clone() })
        }
        ResponseText::Answer { .. } => Ok(observed),
    }
}
