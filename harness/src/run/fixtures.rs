//! Streams that trials start from: made, lent, retired, and deleted on every way out.
//!
//! Every stream has our prefix and our tag, so that `sweep` can find what a killed run left.

mod calls;
mod creating;
mod deletion;
mod lease;
mod responses;
mod tag;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex as AsyncMutex, OnceCell, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use crate::log::Role;
use crate::model::Value;
use crate::observe::describe::{DescribeCall, before_of};
use crate::run::session::{Session, Tag};
use calls::SetupCall;
pub(crate) use lease::{Lease, Shared};
use responses::arn_of;
pub(crate) use responses::has_our_tag;
pub(crate) use tag::TagValue;

/// What every name of ours begins with.
pub const PREFIX: &str = "kinesis-conformance-";
/// The key of the tag that every stream of ours carries; its value is the run's id, and the time from
/// when on `sweep` may delete the stream.
pub const TAG_KEY: &str = "kinesis-conformance";
/// How long a stream of a run without a budget may be in use, counted from its creation.
const LIFE_OF_STREAM: SignedDuration = SignedDuration::from_hours(1);
/// The longest clean-up of a run whose budget is over, and a margin.
const CLEAN_UP: SignedDuration = SignedDuration::from_secs(150);

/// A stream of ours on the target.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Its name.
    pub name: String,
    /// Its ARN, as the target's own Describe shows it.
    pub arn: String,
    /// Status, type and key when the steps found it.
    pub before: Value,
    _permit: OwnedSemaphorePermit,
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
    describe_call: DescribeCall,
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
    reported_untaggable: AtomicBool,
}

impl Fixtures {
    /// Makes nothing yet. `run_id` goes into every name.
    pub(crate) fn new(session: Arc<Session>, describe_call: DescribeCall, run_id: String) -> Self {
        let target = &session.target;
        let transitions = target.transitional_budget.max(1) as usize;
        Self {
            describe_call,
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
        let stream = self.create(&Tag::of_run(Role::Setup), 1, permit).await?;
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

    /// Creates a stream and waits until it is ACTIVE.
    ///
    /// # Errors
    /// If the target refuses, or the stream is not ACTIVE in time.
    pub(crate) async fn create(
        &self,
        tag: &Tag,
        shards: u32,
        permit: OwnedSemaphorePermit,
    ) -> Result<Stream, SetupError> {
        let _transition =
            Arc::clone(&self.transitions).acquire_owned().await.map_err(|_| SetupError::Stopped)?;
        let (name, _) = self.begin(tag, shards).await?;
        let state = self.wait_active(tag, &name).await?;
        self.see_to_tag(tag, &name).await;
        Ok(Stream { arn: arn_of(&state)?, before: before_of(&state), name, _permit: permit })
    }

    /// `Tags` of CreateStream is from 2024. Where the first stream does not show the tag, this and
    /// every later one gets it by a call of its own; where that fails too, `sweep` will find the
    /// stream by its prefix only, which is reported once.
    async fn see_to_tag(&self, tag: &Tag, name: &str) {
        let keeps = self.keeps_tags.get_or_init(|| async {
            let input = Value::from([("StreamName", Value::from(name))]);
            match self.setup_call(tag, "ListTagsForStream", &input).await {
                Ok(accepted) => has_our_tag(&accepted.output),
                Err(_) => false,
            }
        });
        if *keeps.await {
            return;
        }
        let input = Value::from([("StreamName", Value::from(name)), ("Tags", self.tags())]);
        if let Err(error) = self.setup_call(tag, "AddTagsToStream", &input).await
            && !self.reported_untaggable.swap(true, Ordering::Relaxed)
        {
            self.session.notice(None, format!("streams carry no tag, only our prefix: {error}"));
        }
    }

    /// Creates a stream and does not wait. `like` = a stream whose ARN this one's is made from, so that
    /// nothing stands between the create and what comes next; without it the new stream is described.
    /// Returns when the create was handed to the connection, too.
    ///
    /// # Errors
    /// If the target refuses.
    pub(crate) async fn create_unsettled(
        &self,
        tag: &Tag,
        shards: u32,
        permit: OwnedSemaphorePermit,
        like: Option<&Stream>,
    ) -> Result<(Stream, u64), SetupError> {
        let (name, sent_us) = self.begin(tag, shards).await?;
        let arn = match like {
            Some(like) => like.arn.replace(&like.name, &name),
            None => arn_of(&self.describe(tag, &name).await?)?,
        };
        Ok((Stream { arn, before: Value::empty(), name, _permit: permit }, sent_us))
    }

    /// Creates a stream, under another name for each repetition: a target may refuse a create and carry
    /// out a part of it all the same, after which a stream of that name is not CREATING for its whole
    /// length.
    async fn begin(&self, tag: &Tag, shards: u32) -> Result<(String, u64), SetupError> {
        let mut name = String::new();
        let created = self
            .repeat_setup_call(tag, "CreateStream", || {
                name = self.fresh_name();
                let input = Value::from([
                    ("StreamName", Value::from(name.as_str())),
                    ("ShardCount", Value::from(i64::from(shards))),
                    ("Tags", self.tags()),
                ]);
                SetupCall { input, makes: Some(name.clone()) }
            })
            .await;
        created.map(|accepted| (name, accepted.sent_us))
    }
}

#[cfg(test)]
mod tests;
