//! After the step: what is refused that should not be, and the other way round.

use super::{HookCall, Hooks};
use crate::model::{Model, Violation, message, violations};
use crate::reference::fault::Hook;
use crate::spec::{Answer, Branch, Effect, Encryption, Message, Status};

impl Hooks {
    pub(super) fn refusal(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        let Answer::Refused { class, message } = &mut branch.answer else { return };
        if self.has(Hook::RefusedAndDone)
            && hook_call.is_start()
            && class.starts_with("KMS")
            && let Some(stream) =
                hook_call.stream().filter(|stream| stream.status(hook_call.now) == Status::Active)
        {
            let to = Encryption::Key(hook_call.text("KeyId").unwrap_or_default().to_owned());
            branch.effect = Effect::Encrypt { stream: stream.name.clone(), to };
        }
        if *class == "ValidationException" {
            self.violations(hook_call, class, message);
        } else if *class == "ResourceNotFoundException"
            && self.has(Hook::NotFoundByArn)
            && let (Some(arn), Message::Known(text)) = (hook_call.text("StreamARN"), &mut *message)
            && let Some(name) = hook_call.stream_name()
        {
            *text = text.replace(name, arn);
        }
    }

    fn violations(&self, hook_call: HookCall<'_>, class: &mut &'static str, text: &mut Message) {
        let model = Model::embedded();
        let Some(operation) = model.operation(hook_call.action.name()) else { return };
        let violations = violations(model, operation, hook_call.input);
        if violations.is_empty() {
            return;
        }
        if self.has(Hook::FirstViolationOnly) {
            *text = Message::Known(message(&violations[..1]));
        } else if self.has(Hook::CapIgnored) {
            *text = Message::Known(uncapped(&violations));
        }
        if self.has(Hook::ValidationAfterLookup)
            && hook_call.stream().is_none()
            && let Some(name) = hook_call.stream_name()
        {
            *class = "ResourceNotFoundException";
            let account = &hook_call.account.id;
            *text = Message::Known(format!("Stream {name} under account {account} not found."));
        }
    }
}

/// All violations, however many.
fn uncapped(violations: &[Violation]) -> String {
    let clause = |violation| {
        let alone = message(std::slice::from_ref(violation));
        alone.split_once(": ").map(|(_, clause)| clause.to_owned()).unwrap_or_default()
    };
    let errors = if violations.len() == 1 { "error" } else { "errors" };
    let clauses: Vec<_> = violations.iter().map(clause).collect();
    format!("{} validation {errors} detected: {}", violations.len(), clauses.join("; "))
}
