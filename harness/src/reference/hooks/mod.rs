//! Where faults act, in the order in which a request passes.
//!
//! Each function is one place; a fault belongs to as many as it needs. The specification is never
//! aware of a fault: it is given another input or another time, or its result is changed.

mod call;
mod descriptions;
mod form;
mod gate;
mod limits;
mod memory;
mod records;
mod refusals;
mod values;

use std::time::Duration;

use super::fault::{Fault, Faults};
use crate::model::Value;
use crate::spec::{Account, Action, Branch, Effect, Encryption, KeyLookup, Millis, Stream, TransitionTimes};
use memory::Memory;

pub(super) use gate::Turn;

/// The faults of one server, at their places.
#[derive(Debug)]
pub(super) struct Hooks {
    faults: Faults,
    memory: Memory,
}

/// A call as it came, and the account that it meets.
#[derive(Clone, Copy)]
pub(super) struct HookCall<'a> {
    pub(super) account: &'a Account,
    pub(super) action: Action,
    pub(super) input: &'a Value,
    pub(super) now: Millis,
}

impl<'a> HookCall<'a> {
    fn text(&self, member: &str) -> Option<&'a str> {
        self.input.get(member).and_then(Value::as_str)
    }

    /// The name of the stream that is meant, or would be.
    fn stream_name(&self) -> Option<&'a str> {
        self.text("StreamName").or_else(|| self.text("StreamARN")?.rsplit('/').next())
    }

    fn stream(&self) -> Option<&'a Stream> {
        self.account.stream(self.stream_name()?, self.now)
    }

    const fn is_start(&self) -> bool {
        matches!(self.action, Action::StartStreamEncryption)
    }

    const fn is_stop(&self) -> bool {
        matches!(self.action, Action::StopStreamEncryption)
    }
}

/// How long after the end of a transition a late answer comes.
const LATE: Duration = Duration::from_millis(100);

impl Hooks {
    pub(super) fn new(faults: Faults) -> Self {
        Self { faults, memory: Memory::default() }
    }

    fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }

    /// After the step: the answer and what it changes.
    pub(super) fn branch(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        self.refusal(hook_call, branch);
        self.limit(hook_call, branch);
        self.effect(hook_call, &mut branch.effect);
        self.put(hook_call, branch);
        self.read(hook_call, branch);
        self.show(hook_call, branch);
    }

    /// What a change of encryption comes to.
    fn effect(&self, hook_call: HookCall<'_>, effect: &mut Effect) {
        let Effect::Encrypt { stream, to } = effect else { return };
        let before = hook_call
            .account
            .stream(stream, hook_call.now)
            .map(|stream| stream.encryption(hook_call.now).clone());
        let before = before.unwrap_or(Encryption::None);
        // The specification was given another key where one is accepted that should not be.
        if let (Encryption::Key(key), Some(given)) = (&mut *to, hook_call.text("KeyId"))
            && key != given
            && !matches!(hook_call.account.kms.find(given), KeyLookup::Usable { .. })
        {
            given.clone_into(key);
        }
        let rekey = before != Encryption::None && *to != Encryption::None;
        if self.has(Fault::SettlesToOldKey) || (self.has(Fault::RekeyIgnored) && rekey) {
            *to = before;
        }
        let nothing = (self.has(Fault::StopDoesNothing) && hook_call.is_stop())
            || (self.has(Fault::StartDoesNothing) && hook_call.is_start());
        if nothing {
            *effect = Effect::Nothing;
        }
    }

    /// How long the answer to a call with that effect is held back.
    pub(super) fn held_back(&self, effect: &Effect, times: TransitionTimes) -> Duration {
        let late = self.has(Fault::AnsweredLate) && matches!(effect, Effect::Encrypt { .. });
        if late { Duration::from_millis(times.update.unsigned_abs()) + LATE } else { Duration::ZERO }
    }

    /// Before the effect is applied: how long its transition lasts.
    pub(super) fn times(
        &self,
        hook_call: HookCall<'_>,
        effect: &Effect,
        times: TransitionTimes,
    ) -> TransitionTimes {
        match effect {
            Effect::Encrypt { stream, to } => {
                let before = hook_call.account.stream(stream, hook_call.now);
                let encrypted =
                    before.is_some_and(|before| *before.encryption(hook_call.now) != Encryption::None);
                let starts = *to != Encryption::None;
                let at_once = self.has(Fault::SkipUpdating)
                    || (self.has(Fault::StopSkipsUpdating) && !starts)
                    || (self.has(Fault::RekeySkipsUpdating) && starts && encrypted);
                if at_once {
                    return TransitionTimes { update: 0, ..times };
                }
                if self.has(Fault::NeverSettles) {
                    return TransitionTimes { update: Millis::MAX / 4, ..times };
                }
                times
            }
            Effect::Create(_) if self.has(Fault::SkipCreating) => TransitionTimes { create: 0, ..times },
            Effect::Delete { .. } if self.has(Fault::SkipDeleting) => TransitionTimes { delete: 0, ..times },
            Effect::Nothing
            | Effect::Create(_)
            | Effect::Delete { .. }
            | Effect::Put { .. }
            | Effect::Tag { .. }
            | Effect::Untag { .. } => times,
        }
    }
}
