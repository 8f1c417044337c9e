//! What failures of TLS mean, as text.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enums are of rustls, which adds to them in any release"
)]

use std::error::Error as _;
use std::io;

use jiff::Timestamp;
use rustls::pki_types::{UnixTime, pem};
use rustls::{CertificateError, Error};

use crate::wire::message::{NoAnswer, NoAnswerKind};

/// The failure of TLS that an error on a connection is, if it is one.
pub(in crate::wire) fn reported(error: &(dyn std::error::Error + 'static)) -> Option<NoAnswer> {
    // rustls reports through `io::Error`, nested at times, which leaves what it wraps out of `source`.
    if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        return reported(inner);
    }
    let error = error.downcast_ref::<Error>()?;
    let kind = match error {
        Error::InvalidCertificate(_) => NoAnswerKind::Untrusted,
        _ => NoAnswerKind::Tls,
    };
    Some(NoAnswer { kind, text: error_text(error) })
}

/// What it means that a connection broke before TLS stood.
pub(in crate::wire) fn broken(error: &io::Error) -> NoAnswer {
    if let Some(reported) = reported(error) {
        return reported;
    }
    let text = if error.kind() == io::ErrorKind::UnexpectedEof {
        "the server closed the connection in the handshake of TLS".to_owned()
    } else {
        format!("the connection broke in the handshake of TLS: {error}")
    };
    NoAnswer { kind: NoAnswerKind::Tls, text }
}

/// An error of TLS as text.
pub(super) fn error_text(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(why) => format!("the certificate is not trusted: {}", certificate(why)),
        Error::InvalidMessage(why) => {
            format!("what came is not TLS ({why:?}); the port may speak plain http")
        }
        Error::AlertReceived(alert) => {
            format!("the server ended the handshake of TLS with the alert {alert:?}")
        }
        Error::PeerIncompatible(why) => {
            format!("the server speaks no version or cipher of TLS that is spoken here ({why:?})")
        }
        Error::General(text) => text.clone(),
        other => format!("TLS failed: {other}"),
    }
}

/// Why a block is no PEM, without anything of what stands in it.
pub(super) fn no_pem(error: &pem::Error) -> String {
    match error {
        pem::Error::MissingSectionEnd { .. } => "the line that ends it is missing",
        pem::Error::Base64Decode(_) => "what stands in it is no Base64",
        _ => "it is no PEM",
    }
    .to_owned()
}

/// Why a certificate cannot be an anchor.
pub(super) fn reason(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(why) => certificate(why),
        other => error_text(other),
    }
}

/// What is wrong with a certificate.
fn certificate(why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => {
            "none of the authorities that are trusted has signed it".to_owned()
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            let expected = expected.to_str();
            match presented.as_slice() {
                [] => format!("it names no host, and so is not for `{expected}`"),
                names => {
                    let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
                    format!("it is for {}, not for `{expected}`", names.join(", "))
                }
            }
        }
        CertificateError::ExpiredContext { not_after, .. } => format!("it expired at {}", time(*not_after)),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("it is not valid before {}; compare the clocks", time(*not_before))
        }
        CertificateError::Revoked => "it was revoked".to_owned(),
        CertificateError::BadEncoding => "it cannot be read".to_owned(),
        CertificateError::BadSignature => {
            "an authority of its issuer's name is trusted, but has another key than the one that signed it"
                .to_owned()
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "it is not made for servers".to_owned()
        }
        authority if is_an_authoritys_own(authority) => "it is self-signed or an authority's own (it is \
             marked as a CA's), and is not among the certificates that are trusted"
            .to_owned(),
        CertificateError::Other(other) => {
            // Only the innermost error says more than where it came from.
            let inner = std::iter::successors(other.source(), |&error| error.source()).last();
            inner.map_or_else(|| other.to_string(), ToString::to_string)
        }
        other => other.to_string(),
    }
}

/// True for a certificate that is fine but for being marked as an authority's, as those are that
/// common tools make for a server to sign by itself. Its dates were found in order before.
pub(super) fn is_an_authoritys_own(error: &CertificateError) -> bool {
    let CertificateError::Other(other) = error else { return false };
    matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// A name of a certificate without the kind that stands around it: `DnsName("h")`.
fn plain(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    format!("`{}`", inner.trim_matches('"'))
}

/// A time to the second.
fn time(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).ok();
    seconds
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map_or_else(|| format!("second {}", time.as_secs()), |time| time.to_string())
}
