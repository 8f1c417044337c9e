//! Refusals: a class and, where a source has it, the text.

use super::account::Account;
use super::stream::{Status, shard_id};

/// A call that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The bare class.
    pub class: &'static str,
    /// The text.
    pub message: Message,
}

/// The text of a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// As some source has it.
    Known(String),
    /// As some source has it, but for digits that change with the service (VAL-034).
    OtherDigits(String),
    /// There is one, but no source has it.
    Unknown,
    /// There is none (WIRE-011).
    None,
}

impl Refusal {
    /// A class of which no source has the text.
    pub(super) const fn without_text(class: &'static str) -> Self {
        Self { class, message: Message::Unknown }
    }

    pub(super) fn invalid_argument(message: impl Into<String>) -> Self {
        Self { class: "InvalidArgumentException", message: Message::Known(message.into()) }
    }

    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self { class: "ValidationException", message: Message::Known(message.into()) }
    }

    /// With the digits in which printed structures end, of which only equality is known (VAL-034).
    pub(super) fn validation_with_other_digits(message: String) -> Self {
        Self { class: "ValidationException", message: Message::OtherDigits(message) }
    }

    /// WIRE-011, KT-083.
    pub(super) const fn internal_failure() -> Self {
        Self { class: "InternalFailure", message: Message::None }
    }

    /// KT-048 and its kin.
    pub(super) fn no_stream(name: &str, account: &str) -> Self {
        Self::not_found(format!("Stream {name} under account {account} not found."))
    }

    /// ITER-002; the text has no full stop.
    pub(super) fn no_shard(account: &Account, stream: &str, shard: i32) -> Self {
        Self::not_found(format!(
            "Shard {} in stream {stream} under account {} does not exist",
            shard_id(shard),
            account.id
        ))
    }

    /// SHARD-006: the id is printed as given.
    pub(super) fn no_such_shard_id(account: &Account, stream: &str, given: &str) -> Self {
        Self::not_found(format!(
            "Could not find shard {given} in stream {stream} under account {}.",
            account.id
        ))
    }

    /// SSE-022, LIFE-007; the text has no full stop.
    pub(super) fn not_active(account: &Account, stream: &str, status: Status) -> Self {
        Self::in_use(format!(
            "Stream {stream} under account {} not ACTIVE, instead in state {}",
            account.id,
            status.as_str()
        ))
    }

    pub(super) fn in_use(message: impl Into<String>) -> Self {
        Self { class: "ResourceInUseException", message: Message::Known(message.into()) }
    }

    fn not_found(message: String) -> Self {
        Self { class: "ResourceNotFoundException", message: Message::Known(message) }
    }
}
