//! Measuring how long the target's transitions last, before the trials that observe them.
//!
//! One stream goes through one change of each kind that the selected trials make, with samples as
//! close as they come. What is measured is a lower bound: from the response of the first sample that
//! shows the transient state to the request of the last one.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::time::Instant;

use crate::case::ast::{Fixture, FixtureName, Resource};
use crate::log::{Change, Length, Lengths, Role};
use crate::model::Value;
use crate::observe::describe::Snapshot;
use crate::observe::settling::alike;
use crate::plan::bind::Bindings;
use crate::plan::{MANAGED_KEY, Outgoing, PlannedStepKind, PlannedTrial, change};

use super::fixtures::{Fixtures, SetupError};
use super::session::{Session, Tag};

/// The kinds of change that the trials make or start from, as far as a stream of ours can be put
/// through them.
pub(super) fn changes_of<'a>(trials: impl IntoIterator<Item = &'a PlannedTrial>) -> BTreeSet<Change> {
    let mut changes = BTreeSet::new();
    for trial in trials {
        changes.extend(trial.given.keys().filter_map(|name| trial.change_under_way(*name)));
        let encrypted =
            trial.given.values().any(|fixture| matches!(fixture, Fixture::Own { encryption: Some(_), .. }));
        for step in &trial.steps {
            let observed = match &step.kind {
                PlannedStepKind::Call { observe, .. } => observe.is_some(),
                PlannedStepKind::Race(_) | PlannedStepKind::Repeat { .. } => true,
                PlannedStepKind::Clock(_) | PlannedStepKind::Read(_) => false,
            };
            for (call, _) in step.calls().into_iter().filter(|_| observed) {
                let kind = trial.kind(FixtureName::Stream);
                changes.extend(change::begun(kind, &call.operation.value, encrypted));
            }
        }
    }
    changes
}

/// Measures the lengths of these changes on a stream of its own. A change that the target refuses is
/// left out: what needs it says so itself. With the error that ended the measurement early, if one did.
pub(super) async fn measure(
    session: &Arc<Session>,
    fixtures: &Arc<Fixtures>,
    changes: &BTreeSet<Change>,
) -> (Lengths, Option<SetupError>) {
    let stated = session.target.stated_length();
    let mut lengths = Lengths { stated_us: stated, ..Lengths::default() };
    if changes.is_empty() || session.is_stopped() {
        return (lengths, None);
    }
    let error = measure_all(session, fixtures, changes, &mut lengths).await.err();
    (lengths, error)
}

async fn measure_all(
    session: &Arc<Session>,
    fixtures: &Arc<Fixtures>,
    changes: &BTreeSet<Change>,
    lengths: &mut Lengths,
) -> Result<(), SetupError> {
    let Some(permit) = fixtures.reserve(1).await else { return Ok(()) };
    let tag = Tag::of_run(Role::Calibration);
    let pattern = fixtures.pattern().await?;
    let names = Bindings::default();
    let new = fixtures.new_stream(&names);
    let created = fixtures.create_unsettled(&tag, new, Some(permit), Some(&pattern.stream)).await;
    fixtures.give_back(pattern);
    let (stream, sent_us) = created?;
    let (name, located) = (stream.name.clone(), stream.located.clone());
    let result = async {
        let describe = fixtures.describe_request(&located)?;
        let sampler = Sampler { session, kind: &located.kind, describe, tag: &tag };
        let length = sampler.length(sent_us, None).await;
        if changes.contains(&Change::Create) {
            lengths.measured.insert(Change::Create, length);
        }
        fixtures.wait_settled(&tag, &located).await?;
        let encryption = changes.iter().any(|change| match change {
            Change::Start | Change::ReKey | Change::Stop => true,
            Change::Create | Change::Delete => false,
        });
        if encryption {
            sampler.change(lengths, Change::Start, &start(&name, MANAGED_KEY)).await;
        }
        if changes.contains(&Change::ReKey)
            && let Some(key) = session.target.second_key()
        {
            sampler.change(lengths, Change::ReKey, &start(&name, key)).await;
        }
        if changes.contains(&Change::Stop) {
            let key = session.target.second_key().filter(|_| changes.contains(&Change::ReKey));
            let input = input(&name, key.unwrap_or(MANAGED_KEY));
            sampler.change(lengths, Change::Stop, &("StopStreamEncryption", input)).await;
        }
        if changes.contains(&Change::Delete) {
            let delete = &located.kind.delete;
            let call = (delete.operation.value.as_str(), located.input(&delete.with)?);
            sampler.change(lengths, Change::Delete, &call).await;
        }
        Ok(())
    }
    .await;
    fixtures.delete(stream, None);
    result
}

fn input(stream: &str, key: &str) -> Value {
    Value::from([
        ("StreamName", Value::from(stream)),
        ("EncryptionType", Value::from("KMS")),
        ("KeyId", Value::from(key)),
    ])
}

fn start(stream: &str, key: &str) -> (&'static str, Value) {
    ("StartStreamEncryption", input(stream, key))
}

struct Sampler<'run> {
    session: &'run Arc<Session>,
    kind: &'run Resource,
    describe: Outgoing,
    tag: &'run Tag,
}

impl Sampler<'_> {
    /// Makes one change and measures it, if the target accepts it.
    async fn change(&self, lengths: &mut Lengths, change: Change, call: &(&str, Value)) {
        let before = self.sample().await.2;
        let outgoing = Outgoing::call(self.session.model, call.0, &call.1);
        let sent = self.session.exchange(self.tag.clone(), &outgoing);
        let observed = sent.await.observed;
        if observed.decoded.is_success() {
            let length = self.length(observed.exchange.sent_us, Some(before)).await;
            lengths.measured.insert(change, length);
        }
    }

    /// How long the transient state lasts whose beginning was requested at `sent_us`: samples follow
    /// each other without a pause until a settled state lasts.
    async fn length(&self, sent_us: u64, before: Option<Snapshot>) -> Length {
        let target = &self.session.target;
        let give_up = Instant::now() + target.transition_deadline;
        let quiet = Instant::now() + super::QUIET;
        let (mut first, mut last): (Option<u64>, Option<u64>) = (None, None);
        let (mut gap_from, mut longest_gap_us) = (sent_us, 0);
        loop {
            let (sample_sent, received, snapshot) = self.sample().await;
            let settled = !snapshot.is_transient() && snapshot != Snapshot::Nothing;
            if snapshot.is_transient() {
                first.get_or_insert(received);
                last = Some(sample_sent);
            }
            longest_gap_us = longest_gap_us.max(received.saturating_sub(gap_from));
            gap_from = sample_sent;
            let changed = before.as_ref().is_none_or(|before| !alike(before, &snapshot));
            let over = settled && (first.is_some() || changed);
            if over
                || Instant::now() >= give_up
                || (first.is_none() && Instant::now() >= quiet)
                || self.session.is_stopped()
            {
                let at_least_us = first.zip(last).map(|(first, last)| last.saturating_sub(first));
                return Length { at_least_us, at_most_us: received.saturating_sub(sent_us), longest_gap_us };
            }
            // A sample that comes at once would keep a target busy with nothing else.
            tokio::time::sleep(self.session.pace().min(std::time::Duration::from_millis(2))).await;
        }
    }

    async fn sample(&self) -> (u64, u64, Snapshot) {
        let observed = self.session.exchange(self.tag.clone(), &self.describe).await.observed;
        let snapshot = Snapshot::of(self.kind, &observed.decoded);
        (observed.exchange.sent_us, observed.exchange.received_us, snapshot)
    }
}
