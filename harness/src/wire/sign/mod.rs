//! Signatures as clients make them: SigV4 over headers, by AWS's own crate.
//!
//! [`crate::wire::verify`] is written apart from it on purpose, so that each can show the other
//! wrong. [`Corruption`] makes signatures that are wrong in one named place.

mod corruption;
mod signer;
#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningInstructions, SigningSettings,
};
use aws_sigv4::sign::v4;

pub use corruption::{Corruption, Signed};
pub(super) use signer::Signer;

use crate::wire::message::Credentials;

/// The name of the service in a credential scope (WIRE-001).
pub const SERVICE: &str = "kinesis";

/// What a signature covers.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The method.
    pub method: &'a str,
    /// The whole URL. Its authority is signed as `host`, the scheme's own port left out.
    pub url: &'a str,
    /// Headers beside `host` and `x-amz-date`: usually `content-type` and `x-amz-target`.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a [u8],
}

/// Why a request cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The URL or a header is nothing that HTTP can carry.
    #[error("sign the request: {0}")]
    Request(#[from] aws_sigv4::http_request::SigningError),
}

/// What a signature is scoped to, beside the day.
#[derive(Clone, Copy, Debug)]
struct Scope<'a> {
    region: &'a str,
    service: &'a str,
}

/// The headers that a signature adds: `x-amz-date`, `authorization` and, with a session token,
/// `x-amz-security-token`. Signed are those, `host`, and every header of `parts`.
///
/// # Errors
///
/// A URL that is none, or a header value with control characters or outside ASCII.
pub fn sign(
    parts: &Parts<'_>,
    credentials: &Credentials,
    region: &str,
    time: SystemTime,
) -> Result<Vec<(String, String)>, SignError> {
    sign_as(parts, credentials, Scope { region, service: SERVICE }, time)
}

fn sign_as(
    parts: &Parts<'_>,
    credentials: &Credentials,
    scope: Scope<'_>,
    time: SystemTime,
) -> Result<Vec<(String, String)>, SignError> {
    let instructions = instructions(parts, credentials, scope, time, SigningSettings::default())?;
    Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// The query, without `?`, that carries the signature in place of headers; it lives five minutes.
fn sign_query(
    parts: &Parts<'_>,
    credentials: &Credentials,
    scope: Scope<'_>,
    time: SystemTime,
) -> Result<String, SignError> {
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(PRESIGNED_LIFE);
    let instructions = instructions(parts, credentials, scope, time, settings)?;
    let own = parts.url.split_once('?').map(|(_, query)| query.to_owned());
    let added = instructions.params().iter().map(|(name, value)| format!("{name}={}", escaped(value)));
    Ok(own.into_iter().chain(added).collect::<Vec<_>>().join("&"))
}

/// How long a signature in a query lives.
const PRESIGNED_LIFE: Duration = Duration::from_secs(300);

/// Percent-encodes all but the unreserved characters.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
        escaped
    })
}

fn instructions(
    parts: &Parts<'_>,
    credentials: &Credentials,
    scope: Scope<'_>,
    time: SystemTime,
    settings: SigningSettings,
) -> Result<SigningInstructions, SignError> {
    let identity = aws_credential_types::Credentials::new(
        &credentials.access_key,
        &credentials.secret_key,
        credentials.session_token.clone(),
        None,
        "kinesis-conformance",
    )
    .into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(scope.region)
        .name(scope.service)
        .time(time)
        .settings(settings)
        .build()
        .expect("all five parameters are given")
        .into();
    let request = SignableRequest::new(
        parts.method,
        parts.url,
        parts.headers.iter().copied(),
        SignableBody::Bytes(parts.body),
    )?;
    let (instructions, _signature) = aws_sigv4::http_request::sign(request, &params)?.into_parts();
    Ok(instructions)
}
