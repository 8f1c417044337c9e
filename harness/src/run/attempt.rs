//! One attempt of one trial: reach the state, carry out what the step interpreter says is due, observe
//! whether a refusal changed anything, give everything back. I/O only.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::case::ast::{FixtureName, Operations, Reference};
use crate::log::{EndedEarly, ResponseText, Role};
use crate::observe::decoded::DecodedResponse;
use crate::observe::describe::{DescribeCall, Snapshot, before_of};
use crate::observe::machine::{DueAction, DueRequest, Machine};
use crate::observe::{Observation, Observed};
use crate::plan::bind::{Bindings, Unbound, name_of};
use crate::plan::{Outgoing, PlannedTrial, outgoing};

use super::field::{Attempt, AttemptStreams, Field, Lending};
use super::fixtures::{Lease, SetupError};
use super::session::{Exchanged, Session, Tag};
use super::setup;

/// An attempt whose last exchange is through; what it borrowed is not given back yet.
pub(super) struct Ended {
    observation: Observation,
    lease: Option<Lease>,
    may_have_changed: bool,
}

impl Field {
    /// Makes one attempt. Streams of its own are given back to be deleted, whatever happens.
    pub(super) async fn attempt(
        &self,
        trial: &PlannedTrial,
        attempt: u32,
        lending: Lending,
        mut reserved: Option<OwnedSemaphorePermit>,
    ) -> Ended {
        let id: Arc<str> = Arc::from(trial.id.as_str());
        let tag = Tag { trial: Some(Arc::clone(&id)), role: Role::Setup, attempt, repetition: 0 };
        let mut running = Attempt {
            field: self,
            trial,
            tag,
            bindings: setup::environment(&self.session.target),
            began_us: None,
            exchanges: Vec::new(),
            reused_and_closed: false,
            streams: AttemptStreams::default(),
        };
        let mut disturbed = None;
        let ended_early = match setup::reach(&mut running, lending, &mut reserved).await {
            Ok(()) => running.carry_out().await,
            Err(SetupError::Refused(why) | SetupError::Blocked(why)) => Some(EndedEarly::Blocked(why)),
            Err(SetupError::CutShort(why)) => {
                disturbed = Some(format!("the setup got no response: {why}"));
                Some(EndedEarly::Blocked(why))
            }
            Err(SetupError::Unreachable(why)) => Some(EndedEarly::Error(why)),
            Err(SetupError::Stopped) => Some(EndedEarly::Error("the run was stopped".to_owned())),
        };
        if running.reused_and_closed {
            disturbed =
                Some("a connection that had been used before was closed before the response".to_owned());
        }
        let found_changed = running.found_changed();
        if found_changed {
            disturbed =
                Some("the shared stream was found changed, and any trial may have done it".to_owned());
        }
        let may_have_changed = found_changed || running.may_have_changed();
        let Attempt { bindings, began_us, exchanges, streams, .. } = running;
        for (_, stream) in streams.own {
            self.fixtures.delete(stream, Some(Arc::clone(&id)));
        }
        Ended {
            observation: Observation {
                bindings,
                exchanges,
                began_us,
                ended_early,
                process_ended: None,
                disturbed,
            },
            lease: streams.lease.map(|(_, lease)| lease),
            may_have_changed,
        }
    }

    /// Gives back what an attempt borrowed, and returns what was observed. Waits for the attempts that
    /// used the same stream at the same time: one of them may have changed it.
    pub(super) async fn give_back(&self, ended: Ended) -> Observation {
        let Ended { mut observation, lease, may_have_changed } = ended;
        if let Some(lease) = lease {
            let shared = Arc::clone(lease.shared());
            if may_have_changed {
                self.fixtures.retire(&shared);
            }
            if lease.end(may_have_changed).await {
                observation.disturbed.get_or_insert_with(|| {
                    "another trial may have changed the stream that both used".to_owned()
                });
            }
            self.fixtures.give_back(shared);
        }
        observation
    }
}

/// A request that is due.
struct Sending {
    tag: Tag,
    outgoing: Outgoing,
    when: When,
}

/// When a request is sent.
enum When {
    /// So long from now; sooner, if the run has to end.
    After(Duration),
    /// At that time.
    At(Instant),
}

impl Sending {
    /// Waits until it is time, and sends.
    async fn exchange(self, session: Arc<Session>) -> Exchanged {
        match self.when {
            When::After(Duration::ZERO) => {}
            // Stopping ends the pause, not the record of what comes.
            When::After(pause) => {
                let _ = timeout(pause, session.stopped()).await;
            }
            When::At(due) => sleep_until(due).await,
        }
        session.exchange(self.tag, &self.outgoing).await
    }
}

impl Attempt<'_> {
    /// Carries out the steps, and the checks behind them.
    async fn carry_out(&mut self) -> Option<EndedEarly> {
        if let Some(ended) = self.steps().await {
            return Some(ended);
        }
        self.confirm_transient().await;
        self.observe_unchanged().await;
        None
    }

    async fn steps(&mut self) -> Option<EndedEarly> {
        let timing = Arc::clone(&self.field.timing);
        let mut machine = Machine::new(self.trial, &timing, self.bindings.clone());
        let mut in_flight: JoinSet<Exchanged> = JoinSet::new();
        let mut sampled: Option<Instant> = None;
        loop {
            let mut sendings = Vec::new();
            for action in machine.due() {
                match self.sending(action, machine.bindings(), &mut sampled) {
                    Ok(sending) => sendings.extend(sending),
                    Err(unbound) => {
                        machine.end_unbound(unbound);
                        break;
                    }
                }
            }
            // A request that nothing else goes beside needs no task of its own, and most have none beside them.
            if in_flight.is_empty()
                && sendings.len() == 1
                && let Some(sending) = sendings.pop()
            {
                let exchanged = sending.exchange(Arc::clone(&self.field.session)).await;
                machine.take(&exchanged.observed);
                self.came_in(exchanged, &mut in_flight);
                continue;
            }
            for sending in sendings {
                in_flight.spawn(sending.exchange(Arc::clone(&self.field.session)));
            }
            if machine.is_over() {
                break;
            }
            let Some(joined) = in_flight.join_next().await else { break };
            match joined {
                Ok(exchanged) => {
                    machine.take(&exchanged.observed);
                    self.came_in(exchanged, &mut in_flight);
                }
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    // The program ends, and its runtime with it.
                    Err(_cancelled) => {}
                },
            }
        }
        self.bindings = machine.bindings().clone();
        let ended = machine.unbound().map(|unbound| EndedEarly::Blocked(unbound.to_string()));
        // What is still under way belongs to no step any more, but to the log.
        while let Some(joined) = in_flight.join_next().await {
            if let Ok(exchanged) = joined {
                self.came_in(exchanged, &mut JoinSet::new());
            }
        }
        ended
    }

    /// The request that an action sends, if it sends one.
    fn sending(
        &self,
        action: DueAction<'_>,
        bindings: &Bindings,
        sampled: &mut Option<Instant>,
    ) -> Result<Option<Sending>, Unbound> {
        let session = &self.field.session;
        Ok(match action {
            DueAction::Send { role, repetition, request, pause_us } => {
                let outgoing = match request {
                    DueRequest::Call(call) => outgoing(session.model, self.trial, call, bindings)?,
                    DueRequest::Operation(operation, input) => {
                        let body = crate::wire::encode(self.trial.encoding, &input);
                        Outgoing::encoded(session.model, operation, self.trial.encoding, body)
                    }
                };
                let tag = Tag { role, repetition, ..self.tag.clone() };
                Some(Sending { tag, outgoing, when: When::After(Duration::from_micros(pause_us)) })
            }
            DueAction::Sample { step, stream, repetition } => {
                let outgoing = self.describe_request(stream)?;
                let tag = Tag { role: Role::Sample { step, stream }, repetition, ..self.tag.clone() };
                let pace = session.pace();
                let due = sampled.map_or_else(Instant::now, |last| last + pace).max(Instant::now());
                *sampled = Some(due);
                Some(Sending { tag, outgoing, when: When::At(due) })
            }
            DueAction::MoveClock(millis) => {
                if let Some(clock) = &session.target.clock {
                    clock.advance(Duration::from_millis(millis));
                }
                None
            }
        })
    }

    /// Keeps what came in. After no response to a request, and after a 5xx: does the target still
    /// respond, on a new connection?
    fn came_in(&mut self, exchanged: Exchanged, in_flight: &mut JoinSet<Exchanged>) {
        let Exchanged { observed, reused_and_closed } = exchanged;
        let is_sample = matches!(observed.exchange.role, Role::Sample { .. });
        self.reused_and_closed |= reused_and_closed && !is_sample;
        let troubled = match &observed.exchange.response {
            ResponseText::Answer { status, .. } => *status >= 500,
            ResponseText::None(_) => true,
        };
        if troubled && observed.exchange.role.is_request() {
            let session = Arc::clone(&self.field.session);
            let tag = self.tag.clone();
            in_flight.spawn(async move {
                Exchanged { observed: session.check_health(&tag).await, reused_and_closed: false }
            });
        }
        self.exchanges.push(observed);
    }

    /// Describes the stream after the last response, if the trial found it in a transient state: one
    /// that is still shown then held when the refusal was made.
    async fn confirm_transient(&mut self) {
        if self.trial.transient_status().is_none() {
            return;
        }
        let lag = Duration::from_micros(self.field.timing.describe_lag_us);
        if !lag.is_zero() {
            sleep(lag).await;
        }
        self.describe(FixtureName::Stream, Role::ConfirmTransient).await;
    }

    /// "Refused means unchanged": describes every stream whose state the first step found settled, if
    /// all calls are to be refused or open, and none was accepted.
    async fn observe_unchanged(&mut self) {
        if !self.trial.implies_unchanged() || self.any_accepted() {
            return;
        }
        for fixture in [FixtureName::Stream, FixtureName::Other] {
            let own = self.streams.own.iter().any(|(name, _)| *name == fixture);
            let lent = self.streams.lease.as_ref().is_some_and(|(name, _)| *name == fixture);
            if (own || lent) && self.bindings.before(fixture).is_some() {
                self.describe(fixture, Role::Unchanged(fixture)).await;
            }
        }
    }

    async fn describe(&mut self, fixture: FixtureName, role: Role) {
        let Ok(outgoing) = self.describe_request(fixture) else { return };
        let exchanged = self.field.session.exchange(self.tag.with_role(role), &outgoing).await;
        self.came_in(exchanged, &mut JoinSet::new());
    }

    /// The call that describes a resource of the attempt.
    fn describe_request(&self, fixture: FixtureName) -> Result<Outgoing, Unbound> {
        let address = self.streams.addresses.get(&fixture);
        let address = address.ok_or_else(|| Unbound(name_of(&Reference::StreamName(fixture))))?;
        let describe_call = DescribeCall::of(self.trial.kind(fixture), &self.field.capabilities);
        Ok(describe_call.request(self.field.session.model, address))
    }

    fn any_accepted(&self) -> bool {
        self.requests().any(|observed| observed.decoded.is_success())
    }

    fn requests(&self) -> impl Iterator<Item = &Observed> {
        self.exchanges.iter().filter(|observed| observed.exchange.role.is_request())
    }

    /// True if a shared stream is not as it was lent: a call on it may have been refused and carried out
    /// all the same, in this attempt or in any other.
    fn found_changed(&self) -> bool {
        let Some((lent, _)) = &self.streams.lease else { return false };
        let kind = self.trial.kind(*lent);
        self.exchanges.iter().any(|observed| {
            observed.exchange.role == Role::Unchanged(*lent)
                && match Snapshot::of(kind, &observed.decoded) {
                    Snapshot::State(state) => {
                        Some(&before_of(kind, &state.members)) != self.bindings.before(*lent)
                    }
                    Snapshot::Gone => true,
                    Snapshot::Nothing => false,
                }
        })
    }

    /// True if the attempt may have changed a shared stream: a call that changes streams was accepted,
    /// or its response is not known.
    fn may_have_changed(&self) -> bool {
        self.requests().any(|observed| {
            !Operations::embedded().only_reads(&observed.exchange.request.operation)
                && match &observed.decoded {
                    DecodedResponse::Refused { .. } => false,
                    DecodedResponse::Accepted { .. }
                    | DecodedResponse::Undecodable { .. }
                    | DecodedResponse::ServerError { .. }
                    | DecodedResponse::None(_) => true,
                }
        })
    }
}
