//! After the step: a call that comes to something else than the specification says.

use super::{HookCall, Hooks};
use crate::model::Value;
use crate::reference::fault::{OutcomeChange, Path, Refused, Rule};
use crate::spec::{Answer, Branch, Effect, Message};

impl Hooks {
    pub(super) fn outcome(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        for rule in &self.rules {
            let Rule::Outcome(rule) = rule else { continue };
            let status = || hook_call.stream().map(|stream| stream.status(hook_call.now));
            if !rule.operations.include(hook_call.action)
                || (rule.status.is_some() && rule.status != status())
                || !rule.gives.iter().all(|member| gives(hook_call, member, &|_| true))
            {
                continue;
            }
            match &rule.change {
                OutcomeChange::Accept(refused) => {
                    if let Answer::Refused { class, message } = &branch.answer
                        && is_meant(refused, class, message, hook_call)
                    {
                        branch.answer = Answer::Accepted(Value::empty());
                    }
                }
                OutcomeChange::DoNothing => branch.effect = Effect::Nothing,
                OutcomeChange::Refuse(class) => {
                    branch.answer = Answer::Refused { class: class.0, message: Message::Unknown };
                    branch.effect = Effect::Nothing;
                }
            }
        }
    }
}

fn is_meant(refused: &Refused, class: &str, message: &Message, hook_call: HookCall<'_>) -> bool {
    let says = |part: &String| matches!(message, Message::Known(text) | Message::OtherDigits(text) if text.contains(part.as_str()));
    let is_text = |text: &str, value: &Value| value.as_str() == Some(text);
    refused.class.is_none_or(|meant| meant.0 == class)
        && refused.text.as_ref().is_none_or(says)
        && refused
            .given
            .as_ref()
            .is_none_or(|given| gives(hook_call, &given.member, &|value| is_text(&given.text, value)))
}

/// True if the call gives the member, and its value is the one that is meant.
fn gives(hook_call: HookCall<'_>, member: &Path, is_meant: &dyn Fn(&Value) -> bool) -> bool {
    let mut found = false;
    let mut input = hook_call.input.clone();
    member.in_structures(&mut input, &mut |members, member| {
        found |= members.get(member).is_some_and(is_meant);
    });
    found
}
