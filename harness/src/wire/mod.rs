//! Bytes: encodings, signatures, the pooled client that carries them, and the raw transport that
//! keeps every byte.
//!
//! Nothing here knows of cases or of what is expected of an answer. HTTP/2 is not here yet.

pub mod cbor;
pub mod client;
mod codec;
mod decode;
pub mod dialect;
mod document;
pub mod error;
pub mod json;
mod message;
pub mod raw;
pub mod sign;
mod tls;
pub mod verify;

pub use client::{Client, ClientError, ClientSettings, Endpoint, EndpointError, SignedRequest};
pub use codec::{encode, parse, parse_answer};
pub use decode::{Decoded, Misfit, decode};
pub use dialect::Dialect;
pub use document::{DecodeError, Document, MAX_DEPTH, TextPlace};
pub use error::{ErrorAnswer, ErrorPlace, MessageKey};
pub use message::{Auth, Credentials, Encoding, NoAnswer, NoAnswerKind, Request, Response, Sent};
pub use raw::{Overrides, RawSent};
pub use sign::Corruption;
pub use tls::{Anchors, AnchorsError, Trust};
pub use verify::{AccessKey, AuthFault, Incoming, Verifier};
