//! Where faults act, in the order in which a request passes.
//!
//! Each function is one place: it carries out the rules of the faults that act there, and holds the code
//! of the mistakes that no rule describes. The specification is never aware of a fault: it is given
//! another input or another time, or its result is changed.

mod call;
mod descriptions;
mod form;
mod gate;
mod limits;
mod memory;
mod monitoring;
mod outcome;
mod output;
mod records;
mod refusals;
mod tags;
mod values;

use std::time::Duration;

use super::fault::{Fault, Faults, Hook, Rule, TransitionChange};
use crate::model::Value;
use crate::spec::{
    Account, Action, Branch, Effect, Encryption, KeyLookup, Millis, Stream, TransitionTimes, iterator_stream,
};
use memory::Memory;

pub(super) use gate::Turn;

/// The faults of one server, at their places.
#[derive(Debug)]
pub(super) struct Hooks {
    rules: Vec<Rule>,
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
        let arn = || self.text("StreamARN").or_else(|| self.text("ResourceARN"));
        self.text("StreamName").or_else(|| arn()?.rsplit('/').next())
    }

    /// The stream that is meant, by its name, its ARN or an iterator.
    fn stream(&self) -> Option<&'a Stream> {
        let of_iterator = || iterator_stream(self.text("ShardIterator")?);
        let name = self.stream_name().map(str::to_owned).or_else(of_iterator)?;
        self.account.stream(&name, self.now)
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
    pub(super) fn new(faults: &Faults) -> Self {
        Self { rules: faults.iter().flat_map(Fault::rules).cloned().collect(), memory: Memory::default() }
    }

    fn has(&self, hook: Hook) -> bool {
        self.rules.contains(&Rule::Hook(hook))
    }

    /// After the step: the answer and what it changes.
    pub(super) fn branch(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        self.refusal(hook_call, branch);
        self.outcome(hook_call, branch);
        self.limit(hook_call, branch);
        self.effect(hook_call, &mut branch.effect);
        self.tags(hook_call, branch);
        self.monitoring(hook_call, branch);
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
        if self.has(Hook::SettlesToOldKey) || (self.has(Hook::RekeyIgnored) && rekey) {
            *to = before;
        }
    }

    /// How long the answer to a call with that effect is held back.
    pub(super) fn held_back(
        &self,
        hook_call: HookCall<'_>,
        effect: &Effect,
        times: TransitionTimes,
    ) -> Duration {
        if !self.transition_is(hook_call, TransitionChange::AnswerAfterwards) {
            return Duration::ZERO;
        }
        let length = match effect {
            Effect::Encrypt { .. } | Effect::Retain { .. } | Effect::Monitor { .. } => times.update,
            Effect::Create(_) => times.create,
            Effect::Delete { .. } => times.delete,
            Effect::Nothing | Effect::Put { .. } | Effect::Tag { .. } | Effect::Untag { .. } => {
                return Duration::ZERO;
            }
        };
        Duration::from_millis(length.unsigned_abs()) + LATE
    }

    /// Before the effect is applied: how long its transition lasts.
    pub(super) fn times(
        &self,
        hook_call: HookCall<'_>,
        effect: &Effect,
        times: TransitionTimes,
    ) -> TransitionTimes {
        let all = |length| TransitionTimes { create: length, delete: length, update: length };
        if self.transition_is(hook_call, TransitionChange::Skip)
            || (self.has(Hook::RekeySkipsUpdating) && is_rekey(hook_call, effect))
        {
            all(0)
        } else if self.transition_is(hook_call, TransitionChange::NeverEnd) {
            all(Millis::MAX / 4)
        } else {
            times
        }
    }

    fn transition_is(&self, hook_call: HookCall<'_>, change: TransitionChange) -> bool {
        self.rules.iter().any(|rule| {
            matches!(rule, Rule::Transition(rule)
                if rule.change == change && rule.operations.include(hook_call.action))
        })
    }
}

/// True if the effect gives another key to a stream that is encrypted already.
fn is_rekey(hook_call: HookCall<'_>, effect: &Effect) -> bool {
    let Effect::Encrypt { stream, to } = effect else { return false };
    let before = hook_call.account.stream(stream, hook_call.now);
    let is_encrypted = before.is_some_and(|before| *before.encryption(hook_call.now) != Encryption::None);
    is_encrypted && *to != Encryption::None
}
