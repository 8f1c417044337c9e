//! What is sent and what comes back.

use std::fmt;
use std::time::Instant;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// AWS JSON 1.1.
    Json,
    /// AWS CBOR 1.1.
    Cbor,
}

impl Encoding {
    /// The media type of requests and answers (WIRE-005).
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/x-amz-json-1.1",
            Self::Cbor => "application/x-amz-cbor-1.1",
        }
    }

    /// The encoding that a `Content-Type` names, whatever its version and parameters; `None` if it
    /// is neither.
    pub fn named_by(content_type: &str) -> Option<Self> {
        let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if media.starts_with("application/x-amz-json") || media == "application/json" {
            return Some(Self::Json);
        }
        (media.starts_with("application/x-amz-cbor") || media == "application/cbor").then_some(Self::Cbor)
    }
}

/// A credential pair, and the token of a session.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The access key id.
    pub access_key: String,
    /// The secret key.
    pub secret_key: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
}

impl Credentials {
    /// The documented dummy pair with which everything but AWS is signed.
    pub fn dummy() -> Self {
        Self {
            access_key: "AKIDCONFORMANCE00000".to_owned(),
            secret_key: "conformance/dummy/secret/not/a/secret000".to_owned(),
            session_token: None,
        }
    }
}

impl fmt::Debug for Credentials {
    /// Prints no part of the pair.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credentials(redacted)")
    }
}

/// How a request is authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Auth {
    /// SigV4 over the request as it is.
    Signed,
    /// Not at all.
    Unsigned,
}

/// A request: always `POST /`.
#[derive(Clone, Debug)]
pub struct Request {
    /// `X-Amz-Target`, whole; `None` = the header is not sent.
    pub target: Option<String>,
    /// `Content-Type`.
    pub content_type: String,
    /// The body.
    pub body: Bytes,
    /// How it is authenticated.
    pub auth: Auth,
}

/// An answer, undecoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Headers in the order of arrival, names in lower case (the pooled client hides case).
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Response {
    /// The first header of that name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The encoding that `content-type` names; JSON where it names none that we know.
    pub fn encoding(&self) -> Encoding {
        self.header("content-type").and_then(Encoding::named_by).unwrap_or(Encoding::Json)
    }
}

/// Why there is no whole answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{text}")]
pub struct NoAnswer {
    /// What kind of trouble.
    pub kind: NoAnswerKind,
    /// What happened, in lower case, with the cause.
    pub text: String,
}

/// What kind of trouble left a request without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoAnswerKind {
    /// No connection could be made.
    Refused,
    /// Nothing, or not all of it, came in time.
    TimedOut,
    /// The connection ended before the answer did.
    Closed,
    /// What came is not HTTP.
    NotHttp,
    /// TLS failed.
    Tls,
    /// The server's certificate is not trusted.
    Untrusted,
    /// The body is longer than the harness is willing to hold.
    TooLong,
}

/// One request, when it went and what came of it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// When it was handed to the connection.
    pub sent: Instant,
    /// When the answer was complete, or given up.
    pub received: Instant,
    /// The answer.
    pub outcome: Result<Response, NoAnswer>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_names_its_encoding_whatever_the_version_and_parameters() {
        for encoding in [Encoding::Json, Encoding::Cbor] {
            assert_eq!(Encoding::named_by(encoding.content_type()), Some(encoding));
        }
        for (content_type, encoding) in [
            ("application/x-amz-json-1.0", Some(Encoding::Json)),
            (" Application/JSON; charset=utf-8", Some(Encoding::Json)),
            ("application/x-amz-cbor-1.1;x=y", Some(Encoding::Cbor)),
            ("application/xml", None),
            ("", None),
        ] {
            assert_eq!(Encoding::named_by(content_type), encoding, "{content_type}");
        }
    }
}
