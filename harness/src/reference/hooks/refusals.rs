//! After the step: what is refused that should not be, and the other way round.

use super::{Asked, Hooks};
use crate::model::{Model, Violation, message, violations};
use crate::reference::fault::Hook;
use crate::spec::{Answer, Branch, Effect, Encryption, Message, Status};

impl Hooks {
    pub(super) fn refusal(&self, asked: Asked<'_>, branch: &mut Branch) {
        let Answer::Refused { class, message } = &mut branch.answer else { return };
        if self.has(Hook::RefusedAndDone)
            && asked.is_start()
            && class.starts_with("KMS")
            && let Some(stream) = asked.stream().filter(|stream| stream.status(asked.now) == Status::Active)
        {
            let to = Encryption::Key(asked.text("KeyId").unwrap_or_default().to_owned());
            branch.effect = Effect::Encrypt { stream: stream.name.clone(), to };
        }
        if *class == "ValidationException" {
            self.violations(asked, class, message);
        } else if *class == "ResourceNotFoundException"
            && self.has(Hook::NotFoundByArn)
            && let (Some(arn), Message::Known(text)) = (asked.text("StreamARN"), &mut *message)
            && let Some(name) = asked.stream_name()
        {
            *text = text.replace(name, arn);
        }
    }

    fn violations(&self, asked: Asked<'_>, class: &mut &'static str, text: &mut Message) {
        let model = Model::embedded();
        let Some(operation) = model.operation(asked.action.name()) else { return };
        let violations = violations(model, operation, asked.input);
        if violations.is_empty() {
            return;
        }
        if self.has(Hook::FirstViolationOnly) {
            *text = Message::Known(message(&violations[..1]));
        } else if self.has(Hook::CapIgnored) {
            *text = Message::Known(uncapped(&violations));
        }
        if self.has(Hook::ValidationAfterLookup)
            && asked.stream().is_none()
            && let Some(name) = asked.stream_name()
        {
            *class = "ResourceNotFoundException";
            let account = &asked.world.account;
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
