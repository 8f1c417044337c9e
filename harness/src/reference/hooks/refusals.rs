//! After the step: what is refused that should not be, and the other way round.

use super::{HookCall, Hooks};
use crate::model::{Model, Value, Violation, message, violations};
use crate::reference::fault::Fault;
use crate::spec::{Action, Answer, Branch, Effect, Encryption, Message, Status};

impl Hooks {
    pub(super) fn refusal(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        self.refused_in_updating(hook_call, branch);
        let Answer::Refused { class, message } = &mut branch.answer else { return };
        let changes_encryption = hook_call.is_start() || hook_call.is_stop();
        if self.has(Fault::RefusedAndDone)
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
            && self.has(Fault::NotFoundByArn)
            && let (Some(arn), Message::Known(text)) = (hook_call.text("StreamARN"), &mut *message)
            && let Some(name) = hook_call.stream_name()
        {
            *text = text.replace(name, arn);
        }
        if self.has(Fault::NotActiveAsInvalidArgument)
            && changes_encryption
            && *class == "ResourceInUseException"
        {
            *class = "InvalidArgumentException";
        }
        if hook_call.is_start() {
            *class = self.neighbour(class);
        }
        if self.is_let_through(hook_call, class) {
            branch.answer = Answer::Accepted(Value::empty());
        }
    }

    /// A refusal that is turned into an acceptance that changes nothing.
    fn is_let_through(&self, hook_call: HookCall<'_>, class: &str) -> bool {
        if !(hook_call.is_start() || hook_call.is_stop()) {
            return false;
        }
        let deleting =
            hook_call.stream().is_some_and(|stream| stream.status(hook_call.now) == Status::Deleting);
        let on_missing = class == "ResourceNotFoundException" && self.has(Fault::MissingStreamAccepted);
        let in_deleting = hook_call.is_start()
            && deleting
            && class == "ResourceInUseException"
            && self.has(Fault::StartInDeletingAccepted);
        let with_none = hook_call.is_start()
            && hook_call.text("EncryptionType") == Some("NONE")
            && self.has(Fault::EncryptionTypeNoneAccepted);
        on_missing || in_deleting || with_none
    }

    /// What one might take for the class about a key.
    fn neighbour(&self, class: &'static str) -> &'static str {
        let (fault, neighbour) = match class {
            "KMSDisabledException" => (Fault::KmsDisabledAsInvalidState, "KMSInvalidStateException"),
            "KMSInvalidStateException" => (Fault::KmsInvalidStateAsDisabled, "KMSDisabledException"),
            "KMSNotFoundException" => (Fault::KmsNotFoundAsResourceNotFound, "ResourceNotFoundException"),
            "KMSAccessDeniedException" => (Fault::KmsAccessDeniedAsAccessDenied, "AccessDeniedException"),
            "KMSThrottlingException" => (Fault::KmsThrottlingAsLimitExceeded, "LimitExceededException"),
            "KMSOptInRequired" => (Fault::KmsOptInAsAccessDenied, "KMSAccessDeniedException"),
            _ => return class,
        };
        if self.has(fault) { neighbour } else { class }
    }

    fn refused_in_updating(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        let refuses = match hook_call.action {
            Action::PutRecord | Action::PutRecords => self.has(Fault::PutRefusedInUpdating),
            Action::GetShardIterator => self.has(Fault::IteratorRefusedInUpdating),
            Action::AddTagsToStream
            | Action::CreateStream
            | Action::DeleteStream
            | Action::DescribeLimits
            | Action::DescribeStream
            | Action::DescribeStreamSummary
            | Action::GetRecords
            | Action::ListShards
            | Action::ListStreams
            | Action::ListTagsForStream
            | Action::RemoveTagsFromStream
            | Action::StartStreamEncryption
            | Action::StopStreamEncryption => false,
        };
        let updating =
            || hook_call.stream().is_some_and(|stream| stream.status(hook_call.now) == Status::Updating);
        if refuses && updating() {
            branch.answer = Answer::Refused { class: "ResourceInUseException", message: Message::Unknown };
            branch.effect = Effect::Nothing;
        }
    }

    fn violations(&self, hook_call: HookCall<'_>, class: &mut &'static str, text: &mut Message) {
        let model = Model::embedded();
        let Some(operation) = model.operation(hook_call.action.name()) else { return };
        let violations = violations(model, operation, hook_call.input);
        if violations.is_empty() {
            return;
        }
        if self.has(Fault::FirstViolationOnly) {
            *text = Message::Known(message(&violations[..1]));
        } else if self.has(Fault::CapIgnored) {
            *text = Message::Known(uncapped(&violations));
        } else if self.has(Fault::ErrorsAlwaysPlural)
            && let Message::Known(text) | Message::OtherDigits(text) = text
        {
            *text = text.replacen("validation error ", "validation errors ", 1);
        }
        if self.has(Fault::ValidationAsInvalidArgument) {
            *class = "InvalidArgumentException";
        }
        if self.has(Fault::ValidationAfterLookup)
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
