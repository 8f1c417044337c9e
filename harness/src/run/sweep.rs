//! Finding what a killed run left on a target: streams with our prefix *and* our tag.
//!
//! How streams are listed, described and deleted is in the file of resources. Nothing else is ever touched.
//! A stream that has our prefix but not our tag is named and left alone.

mod pages;
mod parts;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::case::ast::{Pages, Resource, Resources};
use crate::model::{Model, Value};

use crate::log::{Redactor, ResponseText, Role};
use crate::observe::Observed;
use crate::observe::decoded::DecodedResponse;
use crate::observe::describe::{Snapshot, at_path, is_gone};
use crate::plan::Outgoing;
use crate::plan::Target;
use crate::plan::bind::Bindings;
use crate::run::capability::TargetError;
use crate::run::fixtures::{Located, PREFIX, TagValue, our_tag, passes};
use crate::run::session::{Session, Tag};
use crate::run::stop::Stop;

use pages::{first_page, items, next_page};

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

/// Looks for leftovers. `resources` says how streams are listed, and how they are marked; `redactor` takes
/// secrets out of errors.
///
/// # Errors
/// If the target does not answer, or refuses to list its streams.
pub async fn find(
    target: &Target,
    resources: &Resources,
    redactor: &Redactor,
) -> Result<Leftovers, TargetError> {
    let session = session(target);
    let mut found = find_in(&session, &resources.stream).await.map_err(|error| error.redacted(redactor))?;
    for (_, answer) in &mut found.unread {
        *answer = redactor.text(answer);
    }
    Ok(found)
}

async fn find_in(session: &Session, kind: &Arc<Resource>) -> Result<Leftovers, TargetError> {
    let mut found = Leftovers::default();
    let mut seen = BTreeSet::new();
    // The lint holds that streams are listed.
    let Some(list) = &kind.list else { return Ok(found) };
    let names = Bindings::default();
    let mut page = Some(first_page(list, &names));
    for _ in 0..MOST_PAGES {
        let Some(input) = page else { return Ok(found) };
        let output = listed(session, list, &input).await?;
        let mut has_new = false;
        for name in items(kind, list, &output) {
            if !seen.insert(name.clone()) {
                continue;
            }
            has_new = true;
            if name.starts_with(PREFIX) {
                inspect(session, kind, name, &mut found).await?;
            }
        }
        page = next_page(list, input, &output, items(kind, list, &output).last().map(String::as_str));
        // A page that brings nothing new would come again for ever.
        if page.is_some() && !has_new {
            break;
        }
    }
    found.endless = page.is_some();
    Ok(found)
}

async fn listed(session: &Session, list: &Pages, input: &Value) -> Result<Value, TargetError> {
    let observed = request(session, &list.call.operation.value, input).await?;
    // Many a service answers anything with `{}`.
    let is_list =
        |output: &&Value| at_path(output, &list.items.value).is_some_and(|items| items.as_list().is_some());
    observed.decoded.output().filter(is_list).cloned().ok_or_else(|| TargetError::NotKinesis {
        endpoint: session.target.endpoint.clone(),
        answer: observed.decoded.as_text(),
        response: Box::new(observed.exchange.response.clone()),
    })
}

/// Inspects a stream with our prefix. One that has vanished in the meantime is none.
async fn inspect(
    session: &Session,
    kind: &Arc<Resource>,
    name: String,
    found: &mut Leftovers,
) -> Result<(), TargetError> {
    let located = Located::new(kind, &name, Bindings::default());
    match tag_of(session, &located).await? {
        Tagged::By(TagValue { run, expiry }, now) => {
            if let Some(age) = age_of(session, &located).await? {
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

async fn tag_of(session: &Session, located: &Located) -> Result<Tagged, TargetError> {
    let Some(tags) = &located.kind.tags else { return Ok(Tagged::ByNobody) };
    let list = &tags.list;
    let mut page = Some(first_page(list, &located.names));
    for _ in 0..MOST_PAGES {
        let Some(input) = page else { return Ok(Tagged::ByNobody) };
        let Observed { decoded, exchange, .. } = request(session, &list.call.operation.value, &input).await?;
        if is_gone(&located.kind, &decoded) {
            return Ok(Tagged::Gone);
        }
        let Some(output) = decoded.output() else { return Ok(Tagged::Unread(decoded.as_text())) };
        if let Some(value) = our_tag(tags, output) {
            return Ok(Tagged::By(TagValue::read(&value), now(&exchange.response)));
        }
        let last = items(&located.kind, list, output).pop();
        let next = next_page(list, input.clone(), output, last.as_deref());
        // A page that leads to itself would come for ever.
        if next.as_ref() == Some(&input) {
            break;
        }
        page = next;
    }
    Ok(Tagged::Unread("the list of its tags does not end".to_owned()))
}

/// How long ago a stream was made, as far as the target says so; `None` if the stream is gone.
async fn age_of(session: &Session, located: &Located) -> Result<Option<Option<Duration>>, TargetError> {
    let kind = &located.kind;
    let Ok(address) = located.address() else { return Ok(Some(None)) };
    for description in &kind.describe {
        let observed = request(session, &description.operation.value, &address).await?;
        if is_gone(kind, &observed.decoded) {
            return Ok(None);
        }
        let shown = observed.decoded.output().and_then(|output| at_path(output, &description.output.value));
        if let Some(Value::Time(created)) = shown.and_then(|shown| shown.get(&kind.shows_creation.value)) {
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

/// Deletes streams; returns those that are not known to be gone, with the answer. An accepted deletion is
/// not yet a deletion, and a stream that is in a transition can be deleted once it has settled: each of both
/// may take as long as a transition may take on the target, of all streams at the same time.
pub async fn delete(
    target: &Target,
    resources: &Arc<Resources>,
    redactor: &Redactor,
    names: &[String],
) -> Vec<(String, String)> {
    let session = Arc::new(session(target));
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let mut deletions = JoinSet::new();
    for name in names {
        let (session, at_once, name) = (Arc::clone(&session), Arc::clone(&at_once), name.clone());
        let resources = Arc::clone(resources);
        let located = Located::new(&resources.stream, &name, Bindings::default());
        deletions.spawn(async move {
            let refused = delete_one(&session, &resources, &located, &at_once).await;
            refused.map(|answer| (name, answer))
        });
    }
    let mut left: Vec<(String, String)> = deletions.join_all().await.into_iter().flatten().collect();
    left.sort();
    left.into_iter().map(|(name, answer)| (name, redactor.text(&answer))).collect()
}

/// Deletes a stream; the answer if it can't be deleted.
async fn delete_one(
    session: &Session,
    resources: &Resources,
    located: &Located,
    at_once: &Semaphore,
) -> Option<String> {
    let give_up = Instant::now() + session.target.transition_deadline;
    let delete = &located.kind.delete;
    let input = match located.input(&delete.with) {
        Ok(input) => input,
        Err(unbound) => return Some(unbound.to_string()),
    };
    let outgoing = Outgoing::call(session.model, &delete.operation.value, &input);
    let mut pause = Duration::from_millis(5);
    let (mut broken, mut parts_deleted) = (0, false);
    loop {
        // Only requests are counted: who waits keeps nobody else from being deleted.
        let permit = at_once.acquire().await;
        let decoded = session.exchange(Tag::of_run(Role::Cleanup), &outgoing).await.observed.decoded;
        drop(permit);
        if is_gone(&located.kind, &decoded) {
            return None;
        }
        if decoded.is_success() {
            return still_there(session, located, at_once).await;
        }
        // A stream that is being created or encrypted can be deleted once it has settled.
        let passes = match &decoded {
            DecodedResponse::Refused { .. } => passes(&located.kind, &decoded),
            DecodedResponse::ServerError { .. } | DecodedResponse::None(_) => {
                broken += 1;
                broken < MOST_TRIES
            }
            DecodedResponse::Accepted { .. } | DecodedResponse::Undecodable { .. } => false,
        };
        if !passes || Instant::now() >= give_up {
            return Some(decoded.as_text());
        }
        // A stream may be kept by what belongs to it.
        if !std::mem::replace(&mut parts_deleted, true) {
            let _permit = at_once.acquire().await;
            parts::delete(session, resources, located).await;
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

/// Waits until an accepted deletion is over; what the target says of the stream if it is not known to be gone
/// at the deadline.
async fn still_there(session: &Session, located: &Located, at_once: &Semaphore) -> Option<String> {
    let give_up = Instant::now() + session.target.transition_deadline;
    let kind = &located.kind;
    let address = match located.address() {
        Ok(address) => address,
        Err(unbound) => return Some(unbound.to_string()),
    };
    let mut pause = Duration::from_millis(5);
    loop {
        let mut last = "no description".to_owned();
        for call in &kind.describe {
            let _permit = at_once.acquire().await;
            let decoded = match request(session, &call.operation.value, &address).await {
                Ok(observed) => observed.decoded,
                Err(error) => return Some(format!("the deletion was accepted, and then: {error}")),
            };
            match Snapshot::of(kind, &decoded) {
                Snapshot::Gone => return None,
                Snapshot::State(state) => {
                    last = state.status.unwrap_or_else(|| "a description without a status".to_owned());
                    break;
                }
                Snapshot::Nothing => last = decoded.as_text(),
            }
        }
        if Instant::now() >= give_up {
            return Some(format!("the deletion was accepted, and the stream is still described: {last}"));
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

fn session(target: &Target) -> Session {
    Session::new(target.clone(), Model::embedded(), Arc::new(|_| {}), Redactor::none(), Stop::default())
}

/// Sends a call that may be sent again. What the target refuses is an answer too. A server may close a
/// connection just when it is used again: after the first such close each request has a connection of its own.
async fn request(session: &Session, operation: &str, input: &Value) -> Result<Observed, TargetError> {
    let outgoing = Outgoing::call(session.model, operation, input);
    let mut exchanged = session.exchange(Tag::of_run(Role::Cleanup), &outgoing).await;
    for _ in 1..MOST_TRIES {
        if !exchanged.reused_and_closed {
            break;
        }
        exchanged = session.exchange(Tag::of_run(Role::Cleanup), &outgoing).await;
    }
    let observed = exchanged.observed;
    match &observed.exchange.response {
        ResponseText::None(none) => {
            Err(TargetError::NoAnswer { endpoint: session.target.endpoint.clone(), why: none.clone() })
        }
        ResponseText::Answer { .. } => Ok(observed),
    }
}
