//! Bytes: encodings, signatures, and the pooled client that carries them.
//!
//! Nothing here knows of cases or of what is expected of an answer. The raw transport (header
//! order, lengths, early close) and CBOR are not here yet.

pub mod client;
mod codec;
pub mod error;
pub mod json;
mod message;
pub mod sign;
pub mod verify;

pub use client::{Client, ClientError, ClientSettings, Endpoint, EndpointError, SignedRequest};
pub use codec::{DecodeError, Decoded, Document, Misfit, decode, encode, parse};
pub use error::{ErrorAnswer, ErrorPlace, MessageKey};
pub use message::{Auth, Credentials, Encoding, NoAnswer, NoAnswerKind, Request, Response, Sent};
pub use verify::{AccessKey, AuthFault, Incoming, Verifier};
