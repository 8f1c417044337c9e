//! Requests and answers, as they went and came.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::wire::{NoAnswer, NoAnswerKind, Response};

/// What an exchange was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Asking the target what it can do.
    Capability,
    /// Reaching the state that the case starts from.
    Setup,
    /// A call of the ask.
    Ask,
    /// A call sent while the stream shows a status.
    Meanwhile,
    /// A look at the stream's state by the sampler.
    Sample,
    /// The check that a refused call changed nothing.
    Unchanged,
    /// The look, before and after the ask, whether the stream is still in the state that passes.
    Still,
    /// Reading records back.
    Read,
    /// Asking, on a new connection, whether the target still answers.
    Health,
    /// Deleting what was made.
    Cleanup,
}

/// The step of the case that an exchange belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepIndex {
    /// Index in `ask`.
    pub step: usize,
    /// For a call within the step: which block of it (the status in `meanwhile`, the round of
    /// `repeat`, the shard of `read`, 0 for `race`), and which call of the block.
    pub within: Option<(usize, usize)>,
}

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The trial; `None` for what serves the whole run.
    pub trial: Option<String>,
    /// What it was for.
    pub role: Role,
    /// The step.
    pub step: Option<StepIndex>,
    /// 0 for the first sending; retries after throttling, polls of `by:` and samples count up.
    pub attempt: u32,
    /// The round of the trial: 0, or more where the trial was asked again on a fresh stream. Only
    /// the exchanges of the round that the verdict names count for it.
    pub round: u32,
    /// Handed to the connection.
    pub sent_us: u64,
    /// Answer complete, or given up.
    pub received_us: u64,
    /// The request.
    pub request: RequestText,
    /// The answer, or why there is none.
    pub response: ResponseText,
}

/// A request, redacted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestText {
    /// The operation that the harness meant.
    pub operation: String,
    /// `X-Amz-Target` as sent.
    pub target: Option<String>,
    /// `Content-Type` as sent.
    pub content_type: String,
    /// True if it was signed.
    pub signed: bool,
    /// The body.
    pub body: BodyText,
    /// The head, and what is wrong with it on purpose, of a request that deviates from what a
    /// client would send.
    pub deviates: Option<DeviationText>,
}

/// How a request deviates from what a client would send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviationText {
    /// Request line and headers as they went.
    pub head: String,
    /// The place of the signature that is spoiled, in words.
    pub spoiled: Option<String>,
}

/// What a plain answer does not show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsItCame {
    /// Status line and headers as they came, where the raw transport carried the answer.
    pub head: Option<String>,
    /// What is wrong with the bytes of the answer, each with its byte.
    pub faults: Vec<String>,
    /// The body as it came, where the adapter of a dialect has made another one of it.
    pub body: Option<BodyText>,
}

/// An answer, redacted, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "came", rename_all = "kebab-case")]
pub enum ResponseText {
    /// An answer.
    Answer {
        /// The status.
        status: u16,
        /// Headers, names in lower case.
        headers: Vec<(String, String)>,
        /// The body.
        body: BodyText,
        /// What the members above do not show; `None` if they show all.
        as_it_came: Option<Box<AsItCame>>,
    },
    /// None.
    None(NoAnswer),
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", content = "content", rename_all = "kebab-case")]
pub enum BodyText {
    /// UTF-8 text.
    Text(String),
    /// Bytes that are no text, in base64.
    Base64(String),
}

impl BodyText {
    /// Text where the bytes are UTF-8, else base64.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Base64(STANDARD.encode(bytes)),
        }
    }

    /// The bytes that it stands for.
    pub fn bytes(&self) -> Bytes {
        match self {
            Self::Text(text) => Bytes::copy_from_slice(text.as_bytes()),
            Self::Base64(text) => Bytes::from(STANDARD.decode(text).unwrap_or_default()),
        }
    }
}

impl ResponseText {
    /// True if the connection was closed before the answer came.
    pub fn was_cut_short(&self) -> bool {
        match self {
            Self::Answer { .. } => false,
            Self::None(none) => none.kind == NoAnswerKind::Closed,
        }
    }

    /// The answer as it came, if there is one.
    pub fn response(&self) -> Option<Response> {
        match self {
            Self::Answer { status, headers, body, as_it_came: _ } => {
                Some(Response { status: *status, headers: headers.clone(), body: body.bytes() })
            }
            Self::None(_) => None,
        }
    }
}
