//! Tags: what a change of them comes to.

use super::{HookCall, Hooks};
use crate::reference::fault::Hook;
use crate::spec::{Answer, Branch, Effect, Message};

impl Hooks {
    pub(super) fn tags(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        let Some(stream) = hook_call.stream() else { return };
        if let Effect::Tag { tags, .. } = &mut branch.effect
            && self.has(Hook::TagKeepsItsValue)
        {
            tags.retain(|key, _| !stream.tags.contains_key(key));
        }
        if let Effect::Untag { keys, .. } = &branch.effect
            && self.has(Hook::AbsentTagRefused)
            && !keys.iter().any(|key| stream.tags.contains_key(key))
        {
            branch.answer = Answer::Refused { class: "InvalidArgumentException", message: Message::Unknown };
            branch.effect = Effect::Nothing;
        }
    }
}
