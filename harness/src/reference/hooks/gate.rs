//! Before a call exists: content types, targets, signatures, types.

use super::Hooks;
use crate::model::{Model, Operation, Shape, Value};
use crate::reference::fault::Fault;
use crate::reference::reply::Reply;
use crate::spec::Action;
use crate::wire::{AuthFault, Encoding};

/// When a signature is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::reference) enum Turn {
    /// Before the body is read.
    BeforeBody,
    /// After the body is read, before the operation is looked for.
    BeforeOperation,
    /// Where the service does: once the operation is known.
    BeforeTypes,
    /// After the members are read.
    AfterTypes,
}

impl Hooks {
    /// The media type that a content type is taken for. `right` is the one it is.
    pub(in crate::reference) fn media_type<'a>(&self, content_type: &'a str, right: &'a str) -> &'a str {
        if self.has(Fault::ContentTypeParameterRefused) {
            return content_type;
        }
        if self.has(Fault::PlainJsonAccepted) && right == "application/json" {
            return Encoding::Json.content_type();
        }
        right
    }

    /// The operation that a target is taken for. `right` is the one it names.
    pub(in crate::reference) fn operation(
        &self,
        target: &str,
        right: Option<&'static Operation>,
    ) -> Option<&'static Operation> {
        if right.is_some() {
            return right;
        }
        let name = if self.has(Fault::TargetVersionIgnored) {
            target.rsplit('.').next()?
        } else {
            target.strip_prefix(Model::embedded().target_prefix.as_str())?.strip_prefix('.')?
        };
        let ignores_case = self.has(Fault::TargetCaseIgnored);
        let action = Action::ALL.into_iter().find(|action| {
            action.name() == name || (ignores_case && action.name().eq_ignore_ascii_case(name))
        })?;
        Model::embedded().operation(action.name())
    }

    /// A body that is taken where it should be refused: of no structure, or none at all.
    pub(in crate::reference) fn body(&self, body: &[u8], parsed: Option<&Value>) -> Option<Value> {
        let accepted = if body.is_empty() {
            self.has(Fault::EmptyBodyAccepted)
        } else {
            parsed.is_some() && self.has(Fault::ScalarBodyAccepted)
        };
        accepted.then(Value::empty)
    }

    /// The answer to a body that is no JSON, where it is not the right one.
    pub(in crate::reference) fn broken_json(&self) -> Option<Reply> {
        if self.has(Fault::BrokenJson500) {
            Some(Reply::bare(Encoding::Json, 500, "InternalFailure"))
        } else if self.has(Fault::BrokenJsonHtml) {
            Some(Reply::html(400, "Bad Request"))
        } else {
            None
        }
    }

    /// The answer to a content type that is not known, where it is not the right one.
    pub(in crate::reference) fn foreign_content_type(&self) -> Option<Reply> {
        self.has(Fault::ForeignContentType500).then(|| Reply::html(500, "Internal Server Error"))
    }

    /// The answer to no body, in the right encoding or not.
    pub(in crate::reference) fn no_body_encoding(&self, right: Encoding) -> Encoding {
        if self.has(Fault::EmptyBodyInJson) { Encoding::Json } else { right }
    }

    /// When the signature is looked at.
    pub(in crate::reference) fn turn_of_auth(&self) -> Turn {
        if self.has(Fault::AuthBeforeParsing) {
            Turn::BeforeBody
        } else if self.has(Fault::AuthBeforeOperation) {
            Turn::BeforeOperation
        } else if self.has(Fault::TypesBeforeAuth) {
            Turn::AfterTypes
        } else {
            Turn::BeforeTypes
        }
    }

    /// True if what is wrong with a signature goes unnoticed.
    pub(in crate::reference) fn overlooks(&self, fault: &AuthFault) -> bool {
        match fault {
            AuthFault::MissingToken => self.has(Fault::UnsignedAccepted),
            AuthFault::IncompleteHeader { .. } | AuthFault::IncompleteQuery { .. } => {
                self.has(Fault::HalfSignedAccepted)
            }
            AuthFault::WrongSignature => self.has(Fault::SignatureNotVerified),
            AuthFault::Expired { .. } => self.has(Fault::ExpiredAccepted),
            AuthFault::NotYetCurrent { .. } => self.has(Fault::FutureAccepted),
            AuthFault::WrongRegion { .. } => self.has(Fault::ForeignRegionAccepted),
            AuthFault::WrongService => self.has(Fault::ForeignServiceAccepted),
            AuthFault::UnknownKey => self.has(Fault::UnknownAccessKeyAccepted),
            AuthFault::Both
            | AuthFault::MalformedCredential { .. }
            | AuthFault::MalformedDate { .. }
            | AuthFault::WrongTerminator { .. }
            | AuthFault::WrongScopeDate { .. }
            | AuthFault::HostNotSigned => false,
        }
    }

    /// The status of an answer to a wrong signature.
    pub(in crate::reference) fn auth_status(&self) -> u16 {
        if self.has(Fault::AuthErrors403) { 403 } else { 400 }
    }

    /// Before types are checked: the input as it was parsed.
    pub(in crate::reference) fn input(&self, operation: &Operation, input: &mut Value) {
        if !self.has(Fault::WrongTypeCoerced) {
            return;
        }
        let Value::Map(members) = input else { return };
        let model = Model::embedded();
        for (name, member) in model.members(operation.input.as_deref()) {
            let is_text = matches!(model.shape(&member.shape), Some(Shape::String { .. }));
            let Some(value) = members.get_mut(name).filter(|_| is_text) else { continue };
            if let Value::Integer(_) | Value::Float(_) | Value::Bool(_) = value {
                *value = String::from_utf8_lossy(&crate::wire::json::encode(value)).into_owned().into();
            }
        }
    }

    /// Members that are refused though they should not be.
    pub(in crate::reference) fn unreadable(
        &self,
        encoding: Encoding,
        operation: &Operation,
        input: &Value,
    ) -> Option<Reply> {
        let members = input.as_map()?;
        let model = Model::embedded();
        let unknown = || {
            members
                .keys()
                .any(|name| model.members(operation.input.as_deref()).all(|(known, _)| known != name))
        };
        let refused = (self.has(Fault::UnknownMemberRefused) && unknown())
            || (self.has(Fault::NullRefused) && members.values().any(|value| *value == Value::Null));
        refused.then(|| Reply::bare(encoding, 400, "SerializationException"))
    }
}
