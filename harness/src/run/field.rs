//! What every attempt of a run has in common, and what one attempt holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::ast::FixtureName;
use crate::log::{Capabilities, Timing};
use crate::model::Value;
use crate::observe::Observed;
use crate::plan::PlannedTrial;
use crate::plan::bind::Bindings;

use super::fixtures::{Fixtures, Lease, Stream};
use super::session::{Session, Tag};

/// Where a trial that requests the shared stream gets its stream from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lending {
    /// The stream that others use at the same time.
    Shared,
    /// A fresh one of its own.
    Own,
}

/// What every attempt of a run has in common.
#[derive(Clone)]
pub(super) struct Field {
    /// The connection to the target.
    pub session: Arc<Session>,
    /// The streams.
    pub fixtures: Arc<Fixtures>,
    /// What the target can do.
    pub capabilities: Arc<Capabilities>,
    /// The times that steps are held to.
    pub timing: Arc<Timing>,
}

/// An attempt under way.
pub(super) struct Attempt<'run> {
    pub(super) field: &'run Field,
    pub(super) trial: &'run PlannedTrial,
    pub(super) tag: Tag,
    pub(super) bindings: Bindings,
    pub(super) began_us: Option<u64>,
    pub(super) exchanges: Vec<Observed>,
    /// True if chance may have kept a response back.
    pub(super) reused_and_closed: bool,
    pub(super) streams: AttemptStreams,
}

/// The streams of an attempt, and its other resources.
#[derive(Default)]
pub(super) struct AttemptStreams {
    /// The input that names each of them in a call that describes it.
    pub(super) addresses: BTreeMap<FixtureName, Value>,
    pub(super) own: Vec<(FixtureName, Stream)>,
    pub(super) lease: Option<(FixtureName, Lease)>,
}
