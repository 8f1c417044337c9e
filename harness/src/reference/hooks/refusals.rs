//! After the step: what is refused that should not be, and the other way round.

use super::{Asked, Hooks};
use crate::model::{Model, Value, Violation, message, violations};
use crate::reference::fault::Fault;
use crate::spec::{Action, Answer, Branch, Effect, Encryption, Message, Status};

impl Hooks {
    pub(super) fn refusal(&self, asked: Asked<'_>, branch: &mut Branch) {
        self.refused_in_updating(asked, branch);
        let Answer::Refused { class, message } = &mut branch.answer else { return };
        let changes_encryption = asked.is_start() || asked.is_stop();
        if self.has(Fault::RefusedAndDone)
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
            && self.has(Fault::NotFoundByArn)
            && let (Some(arn), Message::Known(text)) = (asked.text("StreamARN"), &mut *message)
            && let Some(name) = asked.stream_name()
        {
            *text = text.replace(name, arn);
        }
        if self.has(Fault::NotActiveAsInvalidArgument)
            && changes_encryption
            && *class == "ResourceInUseException"
        {
            *class = "InvalidArgumentException";
        }
        if asked.is_start() {
            *class = self.neighbour(class);
        }
        if self.is_let_through(asked, class) {
            branch.answer = Answer::Accepted(Value::empty());
        }
    }

    /// A refusal that is turned into an acceptance that changes nothing.
    fn is_let_through(&self, asked: Asked<'_>, class: &str) -> bool {
        if !(asked.is_start() || asked.is_stop()) {
            return false;
        }
        let deleting = asked.stream().is_some_and(|stream| stream.status(asked.now) == Status::Deleting);
        let on_missing = class == "ResourceNotFoundException" && self.has(Fault::MissingStreamAccepted);
        let in_deleting = asked.is_start()
            && deleting
            && class == "ResourceInUseException"
            && self.has(Fault::StartInDeletingAccepted);
        let with_none = asked.is_start()
            && asked.text("EncryptionType") == Some("NONE")
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

    fn refused_in_updating(&self, asked: Asked<'_>, branch: &mut Branch) {
        let refuses = match asked.action {
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
        let updating = || asked.stream().is_some_and(|stream| stream.status(asked.now) == Status::Updating);
        if refuses && updating() {
            branch.answer = Answer::Refused { class: "ResourceInUseException", message: Message::Unknown };
            branch.effect = Effect::Nothing;
        }
    }

    fn violations(&self, asked: Asked<'_>, class: &mut &'static str, text: &mut Message) {
        let model = Model::embedded();
        let Some(operation) = model.operation(asked.action.name()) else { return };
        let violations = violations(model, operation, asked.input);
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
