//! Before a call exists: content types, targets, signatures, types.

use super::Hooks;
use crate::model::{Model, Operation, Shape, Value};
use crate::reference::fault::{Hook, Rule, SignatureDefect};
use crate::reference::reply::Reply;
use crate::spec::Action;
use crate::wire::{AuthFault, Encoding, Incoming};

/// When a signature is checked.
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
        if self.has(Hook::ContentTypeParameterRefused) {
            return content_type;
        }
        if self.has(Hook::PlainJsonAccepted) && right == "application/json" {
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
        let name = if self.has(Hook::TargetVersionIgnored) {
            target.rsplit('.').next()?
        } else {
            target.strip_prefix(Model::embedded().target_prefix.as_str())?.strip_prefix('.')?
        };
        let ignores_case = self.has(Hook::TargetCaseIgnored);
        let action = Action::ALL.iter().copied().find(|action| {
            action.name() == name || (ignores_case && action.name().eq_ignore_ascii_case(name))
        })?;
        Model::embedded().operation(action.name())
    }

    /// A body that is taken where it should be refused: of no structure, or none at all.
    pub(in crate::reference) fn body(&self, body: &[u8], parsed: Option<&Value>) -> Option<Value> {
        let accepted = if body.is_empty() {
            self.has(Hook::EmptyBodyAccepted)
        } else {
            parsed.is_some() && self.has(Hook::ScalarBodyAccepted)
        };
        accepted.then(Value::empty)
    }

    /// When the signature is checked.
    pub(in crate::reference) fn turn_of_auth(&self) -> Turn {
        if self.has(Hook::AuthBeforeParsing) {
            Turn::BeforeBody
        } else if self.has(Hook::AuthBeforeOperation) {
            Turn::BeforeOperation
        } else if self.has(Hook::TypesBeforeAuth) {
            Turn::AfterTypes
        } else {
            Turn::BeforeTypes
        }
    }

    /// True if what is wrong with a signature goes unnoticed.
    pub(in crate::reference) fn overlooks(&self, fault: &AuthFault) -> bool {
        let defect = defect(fault);
        self.rules
            .iter()
            .any(|rule| matches!(rule, Rule::AcceptSignature(accepted) if accepted.contains(&defect)))
    }

    /// True if a header of the request is refused because the signature does not list it.
    pub(in crate::reference) fn refuses_headers(&self, request: &Incoming<'_>) -> bool {
        let authorization = request.header("authorization").unwrap_or_default();
        let signed = authorization.split_once("SignedHeaders=").map_or("", |(_, signed)| signed);
        let signed = signed.split(',').next().unwrap_or_default();
        let is_unlisted =
            |name: &str| name.starts_with("x-") && signed.split(';').all(|listed| listed != name);
        self.has(Hook::UnsignedHeaderRefused) && request.headers.iter().any(|(name, _)| is_unlisted(name))
    }

    /// Before types are checked: the input as it was parsed.
    pub(in crate::reference) fn input(&self, operation: &Operation, input: &mut Value) {
        if !self.has(Hook::WrongTypeCoerced) {
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
        let refused = (self.has(Hook::UnknownMemberRefused) && unknown())
            || (self.has(Hook::NullRefused) && members.values().any(|value| *value == Value::Null));
        refused.then(|| Reply::bare(encoding, 400, "SerializationException"))
    }
}

const fn defect(fault: &AuthFault) -> SignatureDefect {
    match fault {
        AuthFault::MissingToken => SignatureDefect::Missing,
        AuthFault::IncompleteHeader { .. } | AuthFault::IncompleteQuery { .. } => SignatureDefect::Incomplete,
        AuthFault::Both => SignatureDefect::Twice,
        AuthFault::MalformedCredential { .. } => SignatureDefect::MalformedCredential,
        AuthFault::MalformedDate { .. } => SignatureDefect::MalformedDate,
        AuthFault::Expired { .. } => SignatureDefect::Expired,
        AuthFault::NotYetCurrent { .. } => SignatureDefect::NotYetCurrent,
        AuthFault::WrongRegion { .. } => SignatureDefect::WrongRegion,
        AuthFault::WrongService => SignatureDefect::WrongService,
        AuthFault::WrongTerminator { .. } => SignatureDefect::WrongTerminator,
        AuthFault::WrongScopeDate { .. } => SignatureDefect::WrongScopeDate,
        AuthFault::UnknownKey => SignatureDefect::UnknownKey,
        AuthFault::HostNotSigned => SignatureDefect::HostNotSigned,
        AuthFault::WrongSignature => SignatureDefect::WrongSignature,
    }
}
