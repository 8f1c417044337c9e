//! What can be wrong with a signature, and what the service says of it.

use std::fmt;

/// What is wrong with a signature. Its [`Display`](fmt::Display) is the service's message.
///
/// Texts marked *no fact* are those of AWS in general; none was seen on Kinesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthFault {
    /// Neither a header nor a query signature (AUTH-001).
    MissingToken,
    /// The header `authorization` lacks parts, or no date goes with it (AUTH-002, AUTH-005).
    IncompleteHeader {
        /// What is missing, in the order of the message.
        missing: Vec<AuthorizationPart>,
        /// The header, as it came.
        authorization: String,
    },
    /// The query lacks parts of a signature (AUTH-003, AUTH-004).
    IncompleteQuery {
        /// What is missing, in the order of the message.
        missing: Vec<QueryPart>,
    },
    /// A signature in the header and in the query (AUTH-006).
    Both,
    /// The credential has not five parts. *No fact.*
    MalformedCredential {
        /// The credential, as it came.
        credential: String,
    },
    /// The date cannot be read. *No fact.*
    MalformedDate {
        /// The date, as it came.
        date: String,
    },
    /// Signed too long ago (AUTH-010). Times are ISO 8601 basic: `20180920T174101Z`.
    Expired {
        /// When it was signed.
        signed: String,
        /// The earliest time that would do.
        limit: String,
        /// The service's time.
        now: String,
        /// From `limit` to `now`: 5, or what a presigned request states.
        minutes: i64,
    },
    /// Signed too far in the future (AUTH-011). Times as in [`AuthFault::Expired`].
    NotYetCurrent {
        /// When it was signed.
        signed: String,
        /// The latest time that would do.
        limit: String,
        /// The service's time.
        now: String,
    },
    /// The credential is scoped to another region. *No fact.*
    WrongRegion {
        /// The region in the credential.
        region: String,
    },
    /// The credential is scoped to another service (AUTH-017).
    WrongService,
    /// The credential does not end in `aws4_request`. *No fact.*
    WrongTerminator {
        /// What it ends in.
        terminator: String,
    },
    /// The credential's day is not the day of the signature's time. *No fact.*
    WrongScopeDate {
        /// The day in the credential.
        scope: String,
        /// The day of the signature's time.
        day: String,
        /// The signature's time.
        signed: String,
    },
    /// Nobody has this access key, or the session token is not the one that goes with it
    /// (AUTH-008).
    UnknownKey,
    /// `host` is not among the signed headers. *No fact.*
    HostNotSigned,
    /// The signature is another one (AUTH-009).
    WrongSignature,
}

/// A part of a signature in the header, in the order of the service's message (AUTH-002).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuthorizationPart {
    /// `Credential`.
    Credential,
    /// `Signature`.
    Signature,
    /// `SignedHeaders`.
    SignedHeaders,
    /// The header `x-amz-date` or `date`.
    Date,
}

/// A part of a signature in the query, in the order of the service's message (AUTH-003).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueryPart {
    /// `X-Amz-Algorithm`.
    Algorithm,
    /// `X-Amz-Credential`.
    Credential,
    /// `X-Amz-Signature`.
    Signature,
    /// `X-Amz-SignedHeaders`.
    SignedHeaders,
    /// `X-Amz-Date`.
    Date,
}

impl AuthFault {
    /// The bare class of the error.
    pub const fn class(&self) -> &'static str {
        match self {
            Self::MissingToken => "MissingAuthenticationTokenException",
            Self::IncompleteHeader { .. }
            | Self::IncompleteQuery { .. }
            | Self::MalformedCredential { .. }
            | Self::MalformedDate { .. } => "IncompleteSignatureException",
            Self::UnknownKey => "UnrecognizedClientException",
            Self::Both
            | Self::Expired { .. }
            | Self::NotYetCurrent { .. }
            | Self::WrongRegion { .. }
            | Self::WrongService
            | Self::WrongTerminator { .. }
            | Self::WrongScopeDate { .. }
            | Self::HostNotSigned
            | Self::WrongSignature => "InvalidSignatureException",
        }
    }
}

impl AuthorizationPart {
    /// The name in the header; for the date, that of the header it stands in.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Credential => "Credential",
            Self::Signature => "Signature",
            Self::SignedHeaders => "SignedHeaders",
            Self::Date => "X-Amz-Date",
        }
    }
}

impl QueryPart {
    pub(super) const ALL: [Self; 5] =
        [Self::Algorithm, Self::Credential, Self::Signature, Self::SignedHeaders, Self::Date];

    /// The name in the query.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Algorithm => "X-Amz-Algorithm",
            Self::Credential => "X-Amz-Credential",
            Self::Signature => "X-Amz-Signature",
            Self::SignedHeaders => "X-Amz-SignedHeaders",
            Self::Date => "X-Amz-Date",
        }
    }
}

impl fmt::Display for AuthFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingToken => f.write_str("Missing Authentication Token"),
            Self::IncompleteHeader { missing, authorization } => {
                for part in missing {
                    write!(f, "{part} ")?;
                }
                write!(f, "Authorization={authorization}")
            }
            Self::IncompleteQuery { missing } => {
                for part in missing {
                    write!(f, "AWS query-string parameters must include '{}'. ", part.name())?;
                }
                f.write_str("Re-examine the query-string parameters.")
            }
            Self::Both => f.write_str(
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
            ),
            Self::MalformedCredential { credential } => write!(
                f,
                "Credential must have exactly 5 slash-delimited elements, \
                 e.g. keyid/date/region/service/term, got '{credential}'"
            ),
            Self::MalformedDate { date } => write!(
                f,
                "Date must be in ISO-8601 'basic format'. Got '{date}'. \
                 See http://en.wikipedia.org/wiki/ISO_8601"
            ),
            Self::Expired { signed, limit, now, minutes } => {
                write!(f, "Signature expired: {signed} is now earlier than {limit} ({now} - {minutes} min.)")
            }
            Self::NotYetCurrent { signed, limit, now } => {
                write!(f, "Signature not yet current: {signed} is still later than {limit} ({now} + 5 min.)")
            }
            Self::WrongRegion { region } => {
                write!(f, "Credential should be scoped to a valid region, not '{region}'. ")
            }
            Self::WrongService => f.write_str("Credential should be scoped to correct service: 'kinesis'"),
            Self::WrongTerminator { terminator } => write!(
                f,
                "Credential should be scoped with a valid terminator: 'aws4_request', not '{terminator}'. "
            ),
            Self::WrongScopeDate { scope, day, signed } => write!(
                f,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{scope}' != '{day}', from '{signed}'."
            ),
            Self::UnknownKey => f.write_str("The security token included in the request is invalid."),
            Self::HostNotSigned => {
                f.write_str("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
            }
            Self::WrongSignature => f.write_str(
                "The request signature we calculated does not match the signature you provided. \
                 Check your AWS Secret Access Key and signing method. \
                 Consult the service documentation for details.",
            ),
        }
    }
}

impl std::error::Error for AuthFault {}

impl fmt::Display for AuthorizationPart {
    /// The clause that says that the part is missing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credential | Self::Signature | Self::SignedHeaders => {
                write!(f, "Authorization header requires '{}' parameter.", self.name())
            }
            Self::Date => f.write_str(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
            ),
        }
    }
}
