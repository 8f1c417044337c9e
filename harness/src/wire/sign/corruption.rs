//! Signatures that are wrong in one named place, and right in all others.

use std::time::{Duration, SystemTime};

use super::{Parts, SERVICE, Scope, SignError, sign_as, sign_query};
use crate::wire::message::Credentials;

/// How a request is authenticated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Corruption {
    /// Signed as a client would.
    #[default]
    Nothing,
    /// Without any signature (AUTH-001).
    Unsigned,
    /// The last hex digit of the signature is another one (AUTH-009).
    Signature,
    /// Signed over another body (AUTH-009).
    BodyHash,
    /// The credential is taken out of the header (AUTH-002).
    NoCredential,
    /// The signature is taken out of the header (AUTH-002).
    NoSignature,
    /// The list of signed headers is taken out of the header (AUTH-002, AUTH-005).
    NoSignedHeaders,
    /// The header with the date is taken out (AUTH-002).
    NoDate,
    /// Signed a quarter of an hour ago (AUTH-010).
    Expired,
    /// Signed a quarter of an hour from now (AUTH-011).
    Future,
    /// Scoped to another region.
    OtherRegion,
    /// Scoped to another service (AUTH-017).
    OtherService,
    /// By an access key that nobody has (AUTH-008).
    UnknownKey,
    /// With a session token that belongs to nobody (AUTH-008).
    SessionToken,
    /// In the header, with a query that names an algorithm too (AUTH-006).
    HeaderAndQuery,
    /// In the query in place of the header.
    Presigned,
    /// A signed header got another value after signing (AUTH-009).
    ChangedHeader,
    /// A header of AWS was added after signing, which the signature does not list.
    AddedHeader,
    /// A header without meaning was added after signing, which the signature does not list (AUTH-022).
    AddedPlainHeader,
}

/// What is sent for a signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signed {
    /// Headers to add.
    pub headers: Vec<(String, String)>,
    /// What the query becomes, without the `?`, where it is another one than was given.
    pub query: Option<String>,
}

/// The header that [`Corruption::ChangedHeader`] and [`Corruption::AddedHeader`] speak of.
const EXTRA: &str = "x-amz-conformance";
/// The header of [`Corruption::AddedPlainHeader`].
const PLAIN: &str = "x-conformance";
/// Well beyond the five minutes that the service allows (AUTH-010, AUTH-011).
const CLOCK_SKEW: Duration = Duration::from_secs(15 * 60);
/// Key ids of AWS have this form; nobody has this one.
const NOBODY: &str = "AKIDNOBODYHASTHIS000";

impl Corruption {
    /// The place that is corrupted, as text; `None` where nothing is.
    pub const fn place(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Unsigned => Some("no signature"),
            Self::Signature => Some("header authorization: the last digit of Signature is changed"),
            Self::BodyHash => Some("signed over another body than is sent"),
            Self::NoCredential => Some("header authorization: Credential is taken out"),
            Self::NoSignature => Some("header authorization: Signature is taken out"),
            Self::NoSignedHeaders => Some("header authorization: SignedHeaders is taken out"),
            Self::NoDate => Some("the header x-amz-date is taken out"),
            Self::Expired => Some("signed fifteen minutes ago"),
            Self::Future => Some("signed fifteen minutes from now"),
            Self::OtherRegion => Some("header authorization: Credential names another region"),
            Self::OtherService => Some("header authorization: Credential names another service"),
            Self::UnknownKey => Some("header authorization: Credential names an access key that nobody has"),
            Self::SessionToken => Some("header x-amz-security-token: a token that belongs to nobody"),
            Self::HeaderAndQuery => Some("a signature in the header, and X-Amz-Algorithm in the query"),
            Self::Presigned => Some("a signature in the query, none in the header"),
            Self::ChangedHeader => Some("the signed header x-amz-conformance is changed after signing"),
            Self::AddedHeader => Some("the header x-amz-conformance is added after signing"),
            Self::AddedPlainHeader => Some("the header x-conformance is added after signing"),
        }
    }

    /// True if a signature goes with the request, whole or not.
    pub const fn is_signed(self) -> bool {
        !matches!(self, Self::Unsigned)
    }

    /// What the corruption sends for the request that `parts` describe.
    ///
    /// # Errors
    ///
    /// Those of [`super::sign`].
    pub fn sign(
        self,
        parts: &Parts<'_>,
        credentials: &Credentials,
        region: &str,
        now: SystemTime,
    ) -> Result<Signed, SignError> {
        let scope = Scope { region, service: SERVICE };
        let whole = |parts: &Parts<'_>, credentials: &Credentials, scope: Scope<'_>, time: SystemTime| {
            Ok(Signed { headers: sign_as(parts, credentials, scope, time)?, query: None })
        };
        match self {
            Self::Nothing => whole(parts, credentials, scope, now),
            Self::Unsigned => Ok(Signed::default()),
            Self::Signature => {
                let mut signed = whole(parts, credentials, scope, now)?;
                signed.authorization(|value| {
                    let last = if value.ends_with('0') { "1" } else { "0" };
                    format!("{}{last}", &value[..value.len().saturating_sub(1)])
                });
                Ok(signed)
            }
            Self::BodyHash => {
                let other = [parts.body, b" "].concat();
                whole(&Parts { body: &other, ..*parts }, credentials, scope, now)
            }
            Self::NoCredential => Ok(whole(parts, credentials, scope, now)?.without("Credential=")),
            Self::NoSignature => Ok(whole(parts, credentials, scope, now)?.without("Signature=")),
            Self::NoSignedHeaders => Ok(whole(parts, credentials, scope, now)?.without("SignedHeaders=")),
            Self::NoDate => {
                let mut signed = whole(parts, credentials, scope, now)?;
                signed.headers.retain(|(name, _)| name != "x-amz-date");
                Ok(signed)
            }
            Self::Expired => whole(parts, credentials, scope, now - CLOCK_SKEW),
            Self::Future => whole(parts, credentials, scope, now + CLOCK_SKEW),
            Self::OtherRegion => {
                let region = if region == "eu-west-3" { "us-west-2" } else { "eu-west-3" };
                whole(parts, credentials, Scope { region, ..scope }, now)
            }
            Self::OtherService => whole(parts, credentials, Scope { service: "dynamodb", ..scope }, now),
            Self::UnknownKey => {
                let nobody = Credentials { access_key: NOBODY.to_owned(), ..credentials.clone() };
                whole(parts, &nobody, scope, now)
            }
            Self::SessionToken => {
                let token = Some("conformance/not/a/token".to_owned());
                whole(parts, &Credentials { session_token: token, ..credentials.clone() }, scope, now)
            }
            Self::HeaderAndQuery => {
                // Signed with that query, so that only the second place of a signature is wrong.
                let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256";
                let url = format!("{}{}{query}", parts.url, if parts.url.contains('?') { "&" } else { "?" });
                let mut signed = whole(&Parts { url: &url, ..*parts }, credentials, scope, now)?;
                signed.query = url.split_once('?').map(|(_, query)| query.to_owned());
                Ok(signed)
            }
            Self::Presigned => {
                Ok(Signed { headers: Vec::new(), query: Some(sign_query(parts, credentials, scope, now)?) })
            }
            Self::ChangedHeader => {
                let mut headers = parts.headers.to_vec();
                headers.push((EXTRA, "before"));
                let mut signed = whole(&Parts { headers: &headers, ..*parts }, credentials, scope, now)?;
                signed.headers.push((EXTRA.to_owned(), "after".to_owned()));
                Ok(signed)
            }
            Self::AddedHeader => {
                let mut signed = whole(parts, credentials, scope, now)?;
                signed.headers.push((EXTRA.to_owned(), "after".to_owned()));
                Ok(signed)
            }
            Self::AddedPlainHeader => {
                let mut signed = whole(parts, credentials, scope, now)?;
                signed.headers.push((PLAIN.to_owned(), "after".to_owned()));
                Ok(signed)
            }
        }
    }
}

impl Signed {
    /// Without one part of the header, commas put right.
    fn without(mut self, name: &str) -> Self {
        self.authorization(|value| {
            let (algorithm, parts) = value.split_once(' ').unwrap_or((value, ""));
            let kept: Vec<&str> = parts.split(", ").filter(|part| !part.starts_with(name)).collect();
            format!("{algorithm} {}", kept.join(", "))
        });
        self
    }

    fn authorization(&mut self, change: impl Fn(&str) -> String) {
        for (name, value) in &mut self.headers {
            if name == "authorization" {
                *value = change(value);
            }
        }
    }
}
