//! Where faults act, in the order in which a request passes.
//!
//! Each function is one place; a fault belongs to as many as it needs. The specification is never
//! told of a fault: it is given another input, or its result is changed.

use super::fault::{Fault, Faults};
use super::reply::Reply;
use crate::model::{Operation, Value};
use crate::spec::{Branch, Effect, Encryption, Millis, TransitionTimes, World};

/// The faults of one server, at their places.
#[derive(Clone, Debug, Default)]
pub(super) struct Hooks {
    faults: Faults,
}

impl Hooks {
    pub(super) const fn new(faults: Faults) -> Self {
        Self { faults }
    }

    fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }

    /// Before signatures are looked at: whether they are.
    pub(super) fn signature_needed(&self) -> bool {
        !self.has(Fault::UnsignedAccepted)
    }

    /// Before types are checked: the input as it was parsed.
    pub(super) fn input(&self, _operation: &Operation, input: &mut Value) {
        let Value::Map(members) = input else { return };
        if self.has(Fault::ArnIgnored) {
            members.shift_remove("StreamARN");
        }
        if self.has(Fault::EncryptionTypeKmsAccepted)
            && let Some(kind) = members.get_mut("EncryptionType")
            && kind.as_str() == Some("kms")
        {
            *kind = "KMS".into();
        }
    }

    /// After the step: the answer and what it changes.
    pub(super) fn branch(&self, world: &World, branch: &mut Branch, now: Millis) {
        if self.has(Fault::SettlesToOldKey)
            && let Effect::Encrypt { stream, to } = &mut branch.effect
        {
            let before = world.stream(stream, now).map(|stream| stream.encryption(now).clone());
            *to = before.unwrap_or(Encryption::None);
        }
    }

    /// Before the effect is applied: how long its transition lasts.
    pub(super) fn times(&self, effect: &Effect, times: TransitionTimes) -> TransitionTimes {
        match effect {
            Effect::Encrypt { .. } if self.has(Fault::SkipUpdating) => TransitionTimes { update: 0, ..times },
            Effect::Nothing
            | Effect::Create(_)
            | Effect::Delete { .. }
            | Effect::Put { .. }
            | Effect::Tag { .. }
            | Effect::Untag { .. }
            | Effect::Encrypt { .. } => times,
        }
    }

    /// Before the answer is sent: its status, headers and bytes. No fault acts here yet.
    #[expect(clippy::unused_self, reason = "the place is there so that faults need no other change")]
    pub(super) const fn reply(&self, reply: Reply) -> Reply {
        reply
    }
}
