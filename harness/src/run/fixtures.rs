//! Streams that trials start from: made, lent, retired, and deleted on every way out.
//!
//! Every stream has our prefix and our tag, so that `sweep` can find what a killed run left.

mod calls;
mod creating;
mod deletion;
mod lease;
mod located;
mod responses;
mod tag;
mod waits;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex as AsyncMutex, OnceCell, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use crate::case::ast::{Fixture, FixtureStatus, Reaches, Reference, Resource, Resources, Setup};
use crate::log::{Capabilities, Role};
use crate::model::Value;
use crate::observe::describe::before_of;
use crate::plan::bind::Bindings;
use crate::run::session::{Session, Tag};
use calls::SetupCall;
pub(crate) use deletion::passes;
pub(crate) use lease::{Lease, Shared};
pub(crate) use located::Located;
use responses::arn_of;
pub(crate) use responses::our_tag;
pub(crate) use tag::TagValue;
use waits::{Wait, Waits};

/// What every name of ours begins with.
pub const PREFIX: &str = "kinesis-conformance-";
/// The key of the tag that every stream of ours carries; its value is the run's id, and the time from
/// when on `sweep` may delete the stream.
pub const TAG_KEY: &str = "kinesis-conformance";
/// How long a stream of a run without a budget may be in use, counted from its creation.
const LIFE_OF_STREAM: SignedDuration = SignedDuration::from_hours(1);
/// The longest clean-up of a run whose budget is over, and a margin.
const CLEAN_UP: SignedDuration = SignedDuration::from_secs(150);

/// A stream of ours on the target, or another kind of resource.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Its name.
    pub name: String,
    /// Its ARN, as the target's own Describe shows it.
    pub arn: String,
    /// What a refused call leaves unchanged, as the steps found it.
    pub before: Value,
    /// Its kind, and what its calls refer to.
    pub located: Located,
    /// The shards that it opens, if its kind opens any.
    _permit: Option<OwnedSemaphorePermit>,
}

/// A resource that is to be created.
#[derive(Clone, Copy)]
pub(crate) struct New<'n> {
    /// Its kind.
    pub kind: &'n Arc<Resource>,
    /// How many shards it opens, if its kind opens any.
    pub shards: u32,
    /// What its calls refer to besides itself.
    pub names: &'n Bindings,
}

/// An accepted call of the setup.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    /// Its output.
    pub output: Value,
    /// When it was handed to the connection, in microseconds since the start of the run.
    pub sent_us: u64,
}

/// Why a state could not be reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SetupError {
    /// The target refused a call.
    #[error("{0}")]
    Refused(String),
    /// The target gave no usable answer, or never got there.
    #[error("{0}")]
    Blocked(String),
    /// The connection was closed before the answer came.
    #[error("{0}")]
    CutShort(String),
    /// The target does not answer, not even a health request on a new connection.
    #[error("{0}")]
    Unreachable(String),
    /// The run was stopped.
    #[error("the run was stopped")]
    Stopped,
}

/// Makes and keeps the streams of a run.
pub(crate) struct Fixtures {
    session: Arc<Session>,
    resources: Arc<Resources>,
    capabilities: Arc<Capabilities>,
    /// The resources of other kinds than streams, by name, as long as they may be on the target.
    others: Mutex<BTreeMap<String, Located>>,
    run_id: String,
    counter: AtomicU32,
    shards: Arc<Semaphore>,
    /// The one shard of the shared stream. It is set aside: trials that wait for their turn hold the
    /// shards they need, and whoever has the turn would wait for them for ever.
    shared_shard: Arc<Semaphore>,
    /// Streams in transition at once.
    pub transitions: Arc<Semaphore>,
    shared: Mutex<Option<Arc<Shared>>>,
    /// Held by whoever makes the next shared stream. Nobody who still holds the last one waits for
    /// it: its shard comes back only when all have given it back.
    making: AsyncMutex<()>,
    deletions: Mutex<JoinSet<()>>,
    /// Creates under way. They go on if nobody waits for their responses any more.
    creates: Mutex<JoinSet<()>>,
    keeps_tags: OnceCell<bool>,
    /// How long states were waited for.
    waits: Waits,
    reported_untaggable: AtomicBool,
}

impl Fixtures {
    /// Makes nothing yet. `run_id` goes into every name.
    pub(crate) fn new(
        session: Arc<Session>,
        resources: Arc<Resources>,
        capabilities: Arc<Capabilities>,
        run_id: String,
    ) -> Self {
        let target = &session.target;
        let transitions = target.transitional_budget.max(1) as usize;
        Self {
            resources,
            capabilities,
            others: Mutex::default(),
            run_id,
            counter: AtomicU32::new(0),
            shards: Arc::new(Semaphore::new(target.shards_for_trials() as usize)),
            shared_shard: Arc::new(Semaphore::new(1)),
            transitions: Arc::new(Semaphore::new(transitions)),
            shared: Mutex::new(None),
            making: AsyncMutex::new(()),
            deletions: Mutex::default(),
            creates: Mutex::default(),
            keeps_tags: OnceCell::new(),
            waits: Waits::default(),
            reported_untaggable: AtomicBool::new(false),
            session,
        }
    }

    /// A name of ours that was never used.
    pub(crate) fn fresh_name(&self) -> String {
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        format!("{}{number:04}", self.own_prefix())
    }

    /// The tags of a stream that is created now: what `sweep` knows it by.
    pub(crate) fn tags(&self) -> Value {
        Value::from([(TAG_KEY, Value::from(self.tag_value()))])
    }

    fn tag_value(&self) -> String {
        // Without a budget nobody knows when the run will be over.
        let least = Timestamp::now() + LIFE_OF_STREAM;
        let with_clean_up = |ends_at: Timestamp| ends_at.checked_add(CLEAN_UP).unwrap_or(Timestamp::MAX);
        TagValue {
            run: self.run_id.clone(),
            expiry: Some(self.session.ends_at().map_or(least, with_clean_up)),
        }
        .to_string()
    }

    /// What the names of this run's streams begin with.
    fn own_prefix(&self) -> String {
        format!("{PREFIX}{}-", self.run_id)
    }

    /// Waits until that many shards may be opened. A trial takes all it needs at once, so that
    /// two trials never wait for each other.
    pub(crate) async fn reserve(&self, shards: u32) -> Option<OwnedSemaphorePermit> {
        if shards == 0 {
            return None;
        }
        Arc::clone(&self.shards).acquire_many_owned(shards).await.ok()
    }

    /// Lends the shared stream, making it first if there is none. Not to be called by somebody who
    /// has borrowed it already.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) async fn lend(&self) -> Result<Lease, SetupError> {
        self.shared_stream().await.map(|shared| shared.lease())
    }

    /// The shared stream as a pattern for ARNs: nothing is sent to it.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) async fn pattern(&self) -> Result<Arc<Shared>, SetupError> {
        self.shared_stream().await
    }

    async fn shared_stream(&self) -> Result<Arc<Shared>, SetupError> {
        if let Some(shared) = self.current() {
            return Ok(shared);
        }
        let _making = self.making.lock().await;
        if let Some(shared) = self.current() {
            return Ok(shared);
        }
        let shard = Arc::clone(&self.shared_shard).acquire_owned();
        let permit = shard.await.map_err(|_| SetupError::Stopped)?;
        let stream = self.create_settled(&Tag::of_run(Role::Setup), permit).await?;
        let made = Arc::new(Shared::new(stream));
        if let Ok(mut shared) = self.shared.lock() {
            *shared = Some(Arc::clone(&made));
        }
        Ok(made)
    }

    fn current(&self) -> Option<Arc<Shared>> {
        self.shared.lock().ok().and_then(|shared| shared.clone())
    }

    /// Takes a stream that a trial may have changed out of use. The next to borrow gets a new one.
    pub(crate) fn retire(&self, stream: &Arc<Shared>) {
        let retired = self
            .shared
            .lock()
            .ok()
            .and_then(|mut shared| shared.take_if(|current| Arc::ptr_eq(current, stream)));
        if retired.is_some() {
            let name = &stream.stream.name;
            let text = format!("retired the shared stream {name}: a call on it did not end as expected");
            self.session.notice(None, text);
        }
    }

    /// Takes back what was lent. The last to give back a retired stream has it deleted.
    pub(crate) fn give_back(self: &Arc<Self>, stream: Arc<Shared>) {
        if let Some(shared) = Arc::into_inner(stream) {
            self.delete(shared.stream, None);
        }
    }

    /// A stream of one shard that is to be created.
    pub(crate) fn new_stream<'n>(&'n self, names: &'n Bindings) -> New<'n> {
        New { kind: &self.resources.stream, shards: 1, names }
    }

    /// Creates a stream of one shard and waits until it has settled.
    ///
    /// # Errors
    /// If the target refuses, or the stream does not settle in time.
    pub(crate) async fn create_settled(
        &self,
        tag: &Tag,
        permit: OwnedSemaphorePermit,
    ) -> Result<Stream, SetupError> {
        let settled =
            Fixture::Own { status: FixtureStatus::Active, encryption: None, setups: Vec::new(), shards: 1 };
        let chain = self.resources.chain(&settled);
        let names = Bindings::default();
        match chain.first() {
            Some(setup) => {
                self.create(tag, self.new_stream(&names), Some(permit), setup).await.map(|(stream, _)| stream)
            }
            None => Err(SetupError::Blocked("no setup creates a stream".to_owned())),
        }
    }

    /// Creates a resource by the setup that comes first; also returns when the last call was handed to the
    /// connection.
    ///
    /// # Errors
    /// If the target refuses, or the state of the setup is not reached in time.
    pub(crate) async fn create(
        &self,
        tag: &Tag,
        new: New<'_>,
        permit: Option<OwnedSemaphorePermit>,
        setup: &Setup,
    ) -> Result<(Stream, u64), SetupError> {
        let _transition =
            Arc::clone(&self.transitions).acquire_owned().await.map_err(|_| SetupError::Stopped)?;
        let (name, located, mut sent_us) = self.begin(tag, new).await?;
        for call in &setup.calls {
            let input = located.input(&call.with)?;
            sent_us = self.setup_call(tag, &call.operation.value, &input).await?.sent_us;
        }
        let state = match &setup.reaches {
            Reaches::Shows(awaited) => {
                let wait = Wait::Setup(setup.name.value.clone());
                self.wait_for(tag, &located, awaited, Some(wait)).await?
            }
            Reaches::Begins(_) | Reaches::Gone(_) => self.describe(tag, &located).await?,
        };
        self.see_to_tag(tag, &located).await;
        let (arn, before) = (arn_of(&located.kind, &state)?, before_of(&located.kind, &state));
        Ok((Stream { arn, before, name, located, _permit: permit }, sent_us))
    }

    /// Where the first stream does not show the tags of its create, this and every later one gets them by a
    /// call of its own; where that fails too, `sweep` will find the stream by its prefix only, which is
    /// reported once.
    async fn see_to_tag(&self, tag: &Tag, located: &Located) {
        let Some(tags) = &located.kind.tags else { return };
        let keeps = self.keeps_tags.get_or_init(|| async {
            let Ok(input) = located.input(&tags.list.call.with) else { return false };
            match self.setup_call(tag, &tags.list.call.operation.value, &input).await {
                Ok(accepted) => our_tag(tags, &accepted.output).is_some(),
                Err(_) => false,
            }
        });
        if *keeps.await {
            return;
        }
        let mut located = located.clone();
        located.names.set(Reference::RunTags, self.tags());
        let added = match located.input(&tags.add.with) {
            Ok(input) => self.setup_call(tag, &tags.add.operation.value, &input).await.map(|_| ()),
            Err(unbound) => Err(unbound),
        };
        if let Err(error) = added
            && !self.reported_untaggable.swap(true, Ordering::Relaxed)
        {
            self.session.notice(None, format!("streams carry no tag, only our prefix: {error}"));
        }
    }

    /// Creates a resource and does not wait. `like` = a stream whose ARN this one's is made from, so that
    /// nothing stands between the create and what comes next; without it the new one is described.
    /// Returns when the create was handed to the connection, too.
    ///
    /// # Errors
    /// If the target refuses.
    pub(crate) async fn create_unsettled(
        &self,
        tag: &Tag,
        new: New<'_>,
        permit: Option<OwnedSemaphorePermit>,
        like: Option<&Stream>,
    ) -> Result<(Stream, u64), SetupError> {
        let (name, located, sent_us) = self.begin(tag, new).await?;
        let arn = match like {
            Some(like) => like.arn.replace(&like.name, &name),
            None => arn_of(&located.kind, &self.describe(tag, &located).await?)?,
        };
        Ok((Stream { arn, before: Value::empty(), name, located, _permit: permit }, sent_us))
    }

    /// Creates a resource, under another name for each repetition: a target may refuse a create and carry
    /// out a part of it all the same, after which a stream of that name is not CREATING for its whole
    /// length.
    async fn begin(&self, tag: &Tag, new: New<'_>) -> Result<(String, Located, u64), SetupError> {
        let create = &new.kind.create;
        let mut made = None;
        let created = self
            .repeat_setup_call(tag, &create.operation.value, || {
                let name = self.fresh_name();
                let mut located = Located::new(new.kind, &name, new.names.clone());
                located.names.set(Reference::GivenShards, i64::from(new.shards));
                located.names.set(Reference::RunTags, self.tags());
                let input = located.input(&create.with)?;
                self.note(&name, &located);
                made = Some((name.clone(), located));
                Ok(SetupCall { input, makes: Some(name) })
            })
            .await?;
        let (name, located) = made.ok_or(SetupError::Stopped)?;
        Ok((name, located, created.sent_us))
    }

    /// Notes what is needed to delete a resource that is no stream.
    fn note(&self, name: &str, located: &Located) {
        if !Arc::ptr_eq(&located.kind, &self.resources.stream)
            && let Ok(mut others) = self.others.lock()
        {
            others.insert(name.to_owned(), located.clone());
        }
    }

    /// The resource of that name.
    fn located(&self, name: &str) -> Located {
        let other = self.others.lock().ok().and_then(|others| others.get(name).cloned());
        other.unwrap_or_else(|| Located::new(&self.resources.stream, name, Bindings::default()))
    }
}

#[cfg(test)]
mod tests;
