//! Tags: what a change of them comes to.

use super::{HookCall, Hooks};
use crate::reference::fault::Hook;
use crate::spec::{Branch, Effect};

impl Hooks {
    pub(super) fn tags(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        let Some(stream) = hook_call.stream() else { return };
        if let Effect::Tag { tags, .. } = &mut branch.effect
            && self.has(Hook::TagKeepsItsValue)
        {
            tags.retain(|key, _| !stream.tags.contains_key(key));
        }
        let lacks = |keys: &[String]| keys.iter().any(|key| !stream.tags.contains_key(key));
        if self.has(Hook::AbsentTagKeepsOthers)
            && matches!(&branch.effect, Effect::Untag { keys, .. } if lacks(keys))
        {
            branch.effect = Effect::Nothing;
        }
    }
}
