//! Bytes: encodings, signatures, and the pooled client that carries them.
//!
//! Nothing here knows of cases or of what is expected of an answer. The raw transport (header
//! order, lengths, early close) and CBOR are not here yet.

mod message;

pub use message::{Auth, Credentials, Encoding, NoAnswer, NoAnswerKind, Request, Response, Sent};
