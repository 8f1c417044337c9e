//! The bytes of a call: how a request differs from what a client would send, and what is asserted
//! of an answer beside its meaning.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use super::{EncodingAxis, Tree};
use crate::case::span::Spanned;

/// What a request overrides of what a client would send. A request with any goes through the raw
/// transport, on a connection of its own.
///
/// Each tree is text, `$absent` where it says so, or a row's column of either.
#[derive(Clone, Debug, Default)]
pub struct Wire {
    /// The method, in place of POST.
    pub method: Option<Tree>,
    /// Path and query, in place of `/`. A fragment stays with the client, as everywhere.
    pub path: Option<Tree>,
    /// The whole `X-Amz-Target`, in place of the operation's; `$absent` = not sent, a list = once
    /// for each element.
    pub target: Option<Tree>,
    /// `Content-Type`, in place of the encoding's; `$absent` = not sent.
    pub content_type: Option<Tree>,
    /// Further headers, in this order, names as written; a list = once for each element. A
    /// signature covers them.
    pub headers: IndexMap<String, Tree>,
    /// How the request is authenticated.
    pub auth: WireAuth,
}

/// How a request is authenticated: as a client would, or wrong in one named place.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum WireAuth {
    /// Signed as a client would.
    #[default]
    Signed,
    /// Without any signature.
    Unsigned,
    /// The last digit of the signature is changed.
    CorruptSignature,
    /// Signed over another body.
    CorruptBodyHash,
    /// `Credential` is taken out of the header.
    MissingCredential,
    /// `Signature` is taken out of the header.
    MissingSignature,
    /// `SignedHeaders` is taken out of the header.
    MissingSignedHeaders,
    /// The header with the date is taken out.
    MissingDate,
    /// Signed fifteen minutes ago.
    Expired,
    /// Signed fifteen minutes from now.
    Future,
    /// Scoped to another region.
    OtherRegion,
    /// Scoped to another service.
    OtherService,
    /// By an access key that nobody has.
    UnknownKey,
    /// With a session token that belongs to nobody.
    BadSessionToken,
    /// In the header, with `X-Amz-Algorithm` in the query too.
    HeaderAndQuery,
    /// In the query in place of the header.
    Presigned,
    /// A signed header is changed after signing.
    SignedThenChangedHeader,
    /// A header of AWS is added after signing.
    SignedThenAddedHeader,
    /// A header without meaning is added after signing.
    SignedThenAddedPlainHeader,
}

/// What is asserted of an answer's bytes.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Headers by name in any case; text, `$absent`, `$present`, `$matches`, `$one-of`.
    pub headers: IndexMap<String, Tree>,
    /// The body as a whole.
    pub body: Option<Spanned<BodyForm>>,
    /// The encoding that the content type names and the body is in.
    pub encoding: Option<Spanned<EncodingAxis>>,
    /// The head and the framing of the answer as HTTP/1.1.
    pub http: Option<Spanned<HttpForm>>,
    /// How values are spelled, by dotted path; `$whole` for the body itself.
    pub spelling: IndexMap<String, Spanned<Spelling>>,
}

/// The path that stands for the whole body in [`Form::spelling`].
pub const WHOLE: &str = "$whole";

/// A body as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum BodyForm {
    /// Not one byte.
    Empty,
}

/// An answer as a message of HTTP/1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum HttpForm {
    /// A strict reader passes over nothing in it (RFC 9112).
    WellFormed,
}

/// How a value is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Spelling {
    /// CBOR: a map of indefinite length.
    IndefiniteMap,
    /// CBOR: a byte string.
    ByteString,
    /// CBOR: tag 1 over an integer.
    TaggedInteger,
    /// CBOR: tag 1 over anything but a float.
    TaggedNotFloat,
    /// CBOR: tag 1 over an integer as large as milliseconds since 1970 are.
    TaggedMilliseconds,
    /// JSON: a number.
    Number,
    /// JSON: a number as small as seconds since 1970 are.
    Seconds,
    /// JSON: text.
    Text,
    /// Nothing is there, not even null.
    Absent,
}

impl Wire {
    /// True if nothing is overridden.
    pub fn is_plain(&self) -> bool {
        self.trees().next().is_none() && self.auth == WireAuth::Signed
    }

    /// Every tree of it.
    pub fn trees(&self) -> impl Iterator<Item = &Tree> {
        [&self.method, &self.path, &self.target, &self.content_type]
            .into_iter()
            .flatten()
            .chain(self.headers.values())
    }
}
