//! The number of starts and stops in a day.

use super::memory::Counted;
use super::{HookCall, Hooks};
use crate::model::Value;
use crate::reference::fault::Hook;
use crate::spec::{Answer, Branch, Effect, Encryption, Message};

/// Starts that are accepted in a day (SSE-015).
const PER_DAY: u32 = 25;

impl Hooks {
    pub(super) fn limit(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        let Some(stream) = hook_call.stream() else { return };
        let at_limit =
            matches!(&branch.answer, Answer::Refused { class, .. } if *class == "LimitExceededException");
        if at_limit && hook_call.is_stop() && self.has(Hook::StopLimitMissing) {
            branch.answer = Answer::Accepted(Value::empty());
            branch.effect = Effect::Encrypt { stream: stream.name.clone(), to: Encryption::None };
        }
        if !hook_call.is_start() {
            return;
        }
        if at_limit && self.has(Hook::LimitMissing) {
            let to = Encryption::Key(hook_call.text("KeyId").unwrap_or_default().to_owned());
            branch.answer = Answer::Accepted(Value::empty());
            branch.effect = Effect::Encrypt { stream: stream.name.clone(), to };
        }
        let accepted = self.memory.counted(stream, Counted::StartsAccepted);
        let refused = self.memory.counted(stream, Counted::StartsRefused);
        let refuses = (self.has(Hook::LimitOneEarly) && accepted + 1 == PER_DAY)
            || (self.has(Hook::WindowNeverRolls) && accepted >= PER_DAY)
            || (self.has(Hook::LimitCountsRefusals) && accepted + refused >= PER_DAY);
        if refuses {
            branch.answer = Answer::Refused { class: "LimitExceededException", message: Message::Unknown };
            branch.effect = Effect::Nothing;
        }
        let counted = match branch.answer {
            Answer::Accepted(_) => Counted::StartsAccepted,
            Answer::Refused { .. } => Counted::StartsRefused,
        };
        self.memory.count(stream, counted);
    }
}
