//! The number of starts and stops in a day.

use super::memory::Counted;
use super::{Asked, Hooks};
use crate::model::Value;
use crate::reference::fault::Hook;
use crate::spec::{Answer, Branch, Effect, Encryption, Message};

/// Starts that are accepted in a day (SSE-015).
const PER_DAY: u32 = 25;

impl Hooks {
    pub(super) fn limit(&self, asked: Asked<'_>, branch: &mut Branch) {
        let Some(stream) = asked.stream() else { return };
        let at_limit =
            matches!(&branch.answer, Answer::Refused { class, .. } if *class == "LimitExceededException");
        if at_limit && asked.is_stop() && self.has(Hook::StopLimitMissing) {
            branch.answer = Answer::Accepted(Value::empty());
            branch.effect = Effect::Encrypt { stream: stream.name.clone(), to: Encryption::None };
        }
        if !asked.is_start() {
            return;
        }
        if at_limit && self.has(Hook::LimitMissing) {
            let to = Encryption::Key(asked.text("KeyId").unwrap_or_default().to_owned());
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
