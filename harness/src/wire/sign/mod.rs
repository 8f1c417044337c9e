//! Signatures as clients make them: SigV4 over headers, by AWS's own crate.
//!
//! [`crate::wire::verify`] is written apart from it on purpose, so that each can tell the other
//! wrong. Signatures that are wrong in a named way are not here yet.

#[cfg(test)]
mod tests;

use std::time::SystemTime;

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;

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
        .region(region)
        .name(SERVICE)
        .time(time)
        .settings(SigningSettings::default())
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
    Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
