//! A target as a run needs it: where it is, what its environment holds, how patient to be.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::case::ast::EncodingAxis;
use crate::case::{DialectName, Profile, Rate, Requires};
use crate::wire::{Client, Dialect, Encoding};

/// The target of a run. Built from a profile, from a bare endpoint, or from the reference.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its name, as in the log.
    pub name: String,
    /// Its version, where stated.
    pub version: Option<String>,
    /// Where it listens, as shown to people.
    pub endpoint: String,
    /// Signs and sends.
    pub client: Client,
    /// The keys of its environment by the name that cases use; `managed` is always there.
    pub keys: BTreeMap<String, String>,
    /// The shortest time that a stream stays UPDATING on a correct target of this kind.
    pub shortest_transition: Duration,
    /// True if somebody stated it.
    pub shortest_transition_stated: bool,
    /// Time between two equal samples after which a stream counts as settled.
    pub settle: Duration,
    /// Time after which a transition is observed no longer.
    pub transition_deadline: Duration,
    /// True if somebody stated it, so that a transition past it is a violation.
    pub deadline_stated: bool,
    /// Time after a response from which on a description shows what it brought.
    pub describe_lag: Duration,
    /// The longest that any deadline of a case is waited for; a target that is known to be quick
    /// need not be given the minutes that the service may take.
    pub patience: Duration,
    /// Open shards at once, at most.
    pub shard_budget: u32,
    /// Streams in transition at once, at most.
    pub transitional_budget: u32,
    /// How often an operation may be called; an operation that is not named may be called at any rate.
    pub rates: BTreeMap<String, Rate>,
    /// Operations that the profile says are not there; the profile may only narrow.
    pub lacks_operations: Vec<String>,
    /// Encodings that the profile says are not there.
    pub lacks_encodings: Vec<Encoding>,
    /// What it is required to support, and which trials are required to have a verdict.
    pub requires: Requires,
    /// How it dresses its answers.
    pub dialect: Dialect,
    /// The part of the command line that names the target.
    pub arguments: Vec<String>,
    /// Moves its clock, where that can be done.
    pub clock: Option<ClockHook>,
    /// Its process, where the harness started it and can start it again.
    pub process: Option<Arc<dyn TargetProcess>>,
}

/// A future that a [`TargetProcess`] returns.
pub type ProcessFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The process of a target that the harness started. Each start is an epoch: when the process ends,
/// all that the target held is gone.
pub trait TargetProcess: Send + Sync + std::fmt::Debug {
    /// Waits until the process has ended by itself; says how, and what it said last, each line behind
    /// [`OUTPUT_LINE`].
    fn ended(&self) -> ProcessFuture<'_, String>;

    /// Starts it again, and waits until it listens.
    ///
    /// # Errors
    /// If it does not.
    fn restart(&self) -> ProcessFuture<'_, Result<(), String>>;
}

/// What stands before each line that a process said last.
pub const OUTPUT_LINE: &str = "\n  | ";

/// Moves the clock of a target forward.
#[derive(Clone)]
pub struct ClockHook(Arc<dyn Fn(Duration) + Send + Sync>);

impl ClockHook {
    /// A hook that calls `advance` with the time by which the clock is to be moved.
    pub fn new(advance: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        Self(Arc::new(advance))
    }

    /// Moves the clock.
    pub fn advance(&self, by: Duration) {
        (self.0)(by);
    }
}

impl std::fmt::Debug for ClockHook {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ClockHook")
    }
}

impl Target {
    /// The least that is assumed of an endpoint of which nothing is stated: the managed key, one
    /// second of UPDATING, eight shards (small emulators stop at ten), four transitions.
    pub fn bare(name: &str, endpoint: &str, client: Client) -> Self {
        Self {
            name: name.to_owned(),
            version: None,
            endpoint: endpoint.to_owned(),
            client,
            keys: BTreeMap::from([("managed".to_owned(), MANAGED_KEY.to_owned())]),
            shortest_transition: Duration::from_secs(1),
            shortest_transition_stated: false,
            settle: Duration::from_millis(50),
            transition_deadline: Duration::from_secs(300),
            deadline_stated: false,
            describe_lag: Duration::ZERO,
            patience: Duration::MAX,
            shard_budget: 8,
            transitional_budget: 4,
            rates: BTreeMap::new(),
            lacks_operations: Vec::new(),
            lacks_encodings: Vec::new(),
            requires: Requires::default(),
            dialect: Dialect::Plain,
            arguments: vec!["--endpoint".to_owned(), endpoint.to_owned()],
            clock: None,
            process: None,
        }
    }

    /// The shortest UPDATING that the profile states, in microseconds.
    pub(crate) fn stated_length(&self) -> Option<u64> {
        let us = u64::try_from(self.shortest_transition.as_micros()).unwrap_or(u64::MAX);
        self.shortest_transition_stated.then_some(us)
    }

    /// Shards that trials may open at once; one is set aside for the stream that they share.
    pub(crate) fn shards_for_trials(&self) -> u32 {
        // A trial may have two streams of its own while the shared one lives.
        self.shard_budget.max(3) - 1
    }

    /// A key besides the managed one, where the environment has one.
    pub(crate) fn second_key(&self) -> Option<&str> {
        ["enabled-a", "alias", "enabled-b"]
            .into_iter()
            .find_map(|name| self.keys.get(name))
            .map(String::as_str)
    }
}

/// The key that every account has (SSE-008, SSE-039).
pub const MANAGED_KEY: &str = "alias/aws/kinesis";

impl Target {
    /// A target of which a profile states something; the rest as for a bare endpoint.
    pub fn of_profile(profile: &Profile, endpoint: &str, client: Client) -> Self {
        let mut target = Self::bare(&profile.name, endpoint, client);
        target.version.clone_from(&profile.version);
        target.keys.extend(profile.environment.keys.clone());
        if let Some(millis) = profile.shortest_transition_ms {
            target.shortest_transition = Duration::from_millis(millis);
            target.shortest_transition_stated = true;
        }
        if let Some(millis) = profile.transition_deadline_ms {
            target.transition_deadline = Duration::from_millis(millis);
            target.deadline_stated = true;
        }
        target.describe_lag = Duration::from_millis(profile.describe_lag_ms);
        if let Some(millis) = profile.settle_ms {
            target.settle = Duration::from_millis(millis);
        }
        target.shard_budget = profile.shard_budget.unwrap_or(target.shard_budget);
        target.transitional_budget = profile.transitional_budget.unwrap_or(target.transitional_budget);
        target.rates.clone_from(&profile.rates);
        target.dialect = match profile.dialect {
            DialectName::Plain => Dialect::Plain,
            DialectName::Envelope => Dialect::Envelope { codes: profile.codes.clone() },
        };
        target.requires.clone_from(&profile.requires);
        target.lacks_operations.clone_from(&profile.lacks.operations);
        target.lacks_encodings = profile
            .lacks
            .encodings
            .iter()
            .map(|encoding| match encoding {
                EncodingAxis::Json => Encoding::Json,
                EncodingAxis::Cbor => Encoding::Cbor,
            })
            .collect();
        target
    }

    /// The built-in reference, which has every key of the environment and states its transitions.
    #[cfg(feature = "serve")]
    pub fn reference(endpoint: &str, client: Client) -> Self {
        let mut target = Self::bare("reference", endpoint, client);
        target.version = Some(env!("CARGO_PKG_VERSION").to_owned());
        target.keys =
            crate::reference::keys().into_iter().map(|(name, key)| (name.to_owned(), key)).collect();
        target.shortest_transition = REFERENCE_UPDATE;
        target.shortest_transition_stated = true;
        target.settle = Duration::from_millis(10);
        target.transition_deadline = Duration::from_secs(2);
        target.deadline_stated = true;
        // More than the 5 seconds after ACTIVE in which it may write records as before.
        target.patience = Duration::from_secs(6);
        target.shard_budget = 200;
        target.transitional_budget = 64;
        target.arguments = Vec::new();
        target
    }
}

/// How long the reference stays UPDATING when the harness starts it: long enough to be seen on a
/// machine that is busy with the rest of the suite.
#[cfg(feature = "serve")]
const REFERENCE_UPDATE: Duration = Duration::from_millis(60);

/// The settings with which the harness starts the reference.
#[cfg(feature = "serve")]
pub fn reference_settings() -> crate::reference::Settings {
    let mut settings = crate::reference::Settings::default();
    // Cases send calls while a stream is CREATING and DELETING too.
    settings.transition.create = REFERENCE_UPDATE;
    settings.transition.delete = REFERENCE_UPDATE;
    settings.transition.update = REFERENCE_UPDATE;
    settings
}
