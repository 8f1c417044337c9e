//! Requests and answers, as they went and came.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::case::ast::FixtureName;
use crate::wire::{NoAnswer, NoAnswerKind, Response};

/// What an exchange was for, with what its reader needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Finding out what the target supports.
    Capability,
    /// Measuring how long the target's transitions last.
    Calibration,
    /// Reaching the state that the trial starts from.
    Setup,
    /// A call of a step.
    Request(StepIndex),
    /// A call that is sent while the observed stream shows a status.
    During(StepIndex),
    /// A description of a stream that the step of that index observes or awaits.
    Sample {
        /// Index of the step.
        step: usize,
        /// The stream.
        stream: FixtureName,
    },
    /// The description of a stream that a refused call must not have changed.
    Unchanged(FixtureName),
    /// The description, after the last response, of a stream that the trial found in a transient state.
    ConfirmTransient,
    /// Reading records back.
    Read(StepIndex),
    /// A request, on a new connection, that shows whether the target still responds.
    Health,
    /// Deleting what was made.
    Cleanup,
}

impl Role {
    /// The step and the call in it, if the exchange belongs to one.
    pub const fn step(self) -> Option<StepIndex> {
        match self {
            Self::Request(step) | Self::During(step) | Self::Read(step) => Some(step),
            Self::Sample { step, .. } => Some(StepIndex { step, within: None }),
            Self::Capability
            | Self::Calibration
            | Self::Setup
            | Self::Unchanged(_)
            | Self::ConfirmTransient
            | Self::Health
            | Self::Cleanup => None,
        }
    }

    /// True for a call of a step.
    pub const fn is_request(self) -> bool {
        match self {
            Self::Request(_) => true,
            Self::Capability
            | Self::Calibration
            | Self::Setup
            | Self::During(_)
            | Self::Sample { .. }
            | Self::Unchanged(_)
            | Self::ConfirmTransient
            | Self::Read(_)
            | Self::Health
            | Self::Cleanup => false,
        }
    }
}

/// The step of the trial that an exchange belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepIndex {
    /// Index of the step.
    pub step: usize,
    /// For a call within the step: which block of it (the status in `during`, the repetition of
    /// `repeat`, the shard of `read`, 0 for `race`), and which call of the block.
    pub within: Option<(usize, usize)>,
}

impl StepIndex {
    /// The step itself.
    pub const fn whole(step: usize) -> Self {
        Self { step, within: None }
    }

    /// A call within the step.
    pub const fn within(step: usize, block: usize, call: usize) -> Self {
        Self { step, within: Some((block, call)) }
    }
}

/// One request and its response.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// The trial; `None` for what serves the whole run.
    pub trial: Option<String>,
    /// What it was for.
    pub role: Role,
    /// The attempt of the trial, from 0. Only the exchanges of the attempt that the verdict names
    /// count for it.
    pub attempt: u32,
    /// 0 for the first sending; what is sent again after throttling, until a condition holds, or as
    /// the next sample counts up.
    pub repetition: u32,
    /// Handed to the connection.
    pub sent_us: u64,
    /// Response complete, or given up.
    pub received_us: u64,
    /// The request.
    pub request: RequestText,
    /// The response, or why there is none.
    pub response: ResponseText,
}

/// A request, redacted.
#[derive(Clone, Debug, PartialEq)]
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
    /// The head, and what is wrong with it on purpose, of a request that differs from what a
    /// client would send.
    pub overrides: Option<OverrideText>,
}

impl RequestText {
    /// True unless the request was sent with another method than POST.
    pub(crate) fn is_post(&self) -> bool {
        self.overrides.as_ref().is_none_or(|overrides| overrides.head.starts_with("POST "))
    }
}

/// How a request differs from what a client would send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideText {
    /// Request line and headers as they went.
    pub head: String,
    /// The place of the signature that is corrupted, as text.
    pub corrupted: Option<String>,
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
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_it_came: Option<Box<AsItCame>>,
    },
    /// None.
    None(NoAnswer),
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "form", content = "content", rename_all = "kebab-case")]
pub enum BodyText {
    /// UTF-8 text.
    Text(String),
    /// Bytes that are no text, in base64.
    Base64(String),
    /// The beginning of a body that is too long for the log.
    Cut(CutBody),
}

/// What the log has of a body that is longer than [`LONGEST_KEPT`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CutBody {
    /// How long it was, in bytes.
    pub bytes: u64,
    /// The SHA-256 of all of it, in hex.
    pub sha256: String,
    /// How it begins; bytes that are no text are replaced.
    pub begins: String,
}

/// Bytes of a body that the log keeps. A longer body is cut.
pub const LONGEST_KEPT: usize = 1 << 20;
/// Bytes that are kept of the beginning of a body that is cut.
const BEGINNING: usize = 1 << 10;

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
            Self::Cut(cut) => Bytes::copy_from_slice(cut.begins.as_bytes()),
        }
    }

    /// How long it was, in bytes; nearly so for bytes in base64.
    pub const fn size(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Base64(text) => (text.len() / 4 * 3) as u64,
            Self::Cut(cut) => cut.bytes,
        }
    }

    /// True if the log does not have all of it.
    pub const fn is_cut(&self) -> bool {
        match self {
            Self::Cut(_) => true,
            Self::Text(_) | Self::Base64(_) => false,
        }
    }

    /// The body as the log keeps it.
    fn kept(self) -> Self {
        if self.is_cut() || self.size() <= LONGEST_KEPT as u64 {
            return self;
        }
        let bytes = self.bytes();
        let beginning = bytes.get(..BEGINNING).unwrap_or(&bytes);
        Self::Cut(CutBody {
            bytes: bytes.len() as u64,
            sha256: hex::encode(Sha256::digest(&bytes)),
            begins: String::from_utf8_lossy(beginning).into_owned(),
        })
    }
}

impl Exchange {
    /// True if a body is longer than the log keeps.
    pub(crate) fn is_long(&self) -> bool {
        let most = LONGEST_KEPT as u64;
        self.request.body.size() > most || self.response.size() > most
    }

    /// The exchange as the log keeps it: long bodies are cut.
    pub(crate) fn kept(mut self) -> Self {
        let body = std::mem::replace(&mut self.request.body, BodyText::Text(String::new()));
        self.request.body = body.kept();
        self.response = match self.response {
            ResponseText::Answer { status, headers, body, as_it_came } => ResponseText::Answer {
                status,
                headers,
                body: body.kept(),
                as_it_came: as_it_came
                    .map(|came| Box::new(AsItCame { body: came.body.map(BodyText::kept), ..*came })),
            },
            none @ ResponseText::None(_) => none,
        };
        self
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

    /// True if the log does not have the whole body.
    pub fn is_cut(&self) -> bool {
        match self {
            Self::Answer { body, as_it_came, .. } => {
                let came = as_it_came.as_ref().and_then(|came| came.body.as_ref());
                body.is_cut() || came.is_some_and(BodyText::is_cut)
            }
            Self::None(_) => false,
        }
    }

    /// What is wrong with the bytes of the answer, each with its byte; empty where they were not kept.
    pub fn faults(&self) -> &[String] {
        match self {
            Self::Answer { as_it_came: Some(came), .. } => &came.faults,
            Self::Answer { as_it_came: None, .. } | Self::None(_) => &[],
        }
    }

    /// How long the body was, in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::Answer { body, as_it_came, .. } => {
                let came = as_it_came.as_ref().and_then(|came| came.body.as_ref());
                body.size() + came.map_or(0, BodyText::size)
            }
            Self::None(_) => 0,
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
