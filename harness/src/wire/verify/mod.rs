//! Signatures as the service checks them: SigV4 verification, for the reference.
//!
//! Written from the published algorithm, not from a signer, so that it can contradict
//! [`crate::wire::sign`]. Whether authentication is checked before or after the body and the
//! target (WIRE-015, WIRE-016) is the reference's business, and so is what a caller may do. The
//! comparison is not in constant time: nothing here guards a secret.
//!
//! The order of the checks, where no fact shows it, is: parts there, date, credential scope, key,
//! signature.

mod canonical;
mod clock;
mod fault;
mod key;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::SystemTime;

pub use fault::{AuthFault, AuthorizationPart, QueryPart};

use self::canonical::Query;
use self::key::Known;
use crate::wire::message::Credentials;
use crate::wire::sign::SERVICE;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// What HTTP/2 says in place of `host`.
const AUTHORITY: &str = ":authority";
const TERMINATOR: &str = "aws4_request";
/// How far a signature's time may be off, in seconds (AUTH-010, AUTH-011).
const TOLERANCE: i64 = 5 * 60;
/// The longest life of a presigned request, in seconds. No fact: the general AWS limit.
const LONGEST_EXPIRY: i64 = 7 * 24 * 60 * 60;

/// A request as it came in.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// The method.
    pub method: &'a str,
    /// The path, as on the wire.
    pub path: &'a str,
    /// What follows `?`, as on the wire; empty without.
    pub query: &'a str,
    /// Headers, names in any case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a [u8],
}

/// The access key of whoever signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccessKey(pub String);

/// Checks signatures for one region and a fixed set of credentials.
///
/// Keeps the signing keys of the days it has seen, so that a request costs one HMAC, not five.
#[derive(Debug)]
pub struct Verifier {
    region: String,
    known: HashMap<String, Known>,
}

/// The parts of a signature, wherever they stood.
struct Claim<'a> {
    algorithm: &'a str,
    credential: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
    /// The time, as written.
    date: &'a str,
    /// How long the signature lives, in seconds.
    lifetime: i64,
    token: Option<&'a str>,
}

/// A credential: `key/date/region/service/terminator`.
struct Scope<'a> {
    key: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    terminator: &'a str,
}

impl Verifier {
    /// A verifier for signatures scoped to that region, by those credentials.
    pub fn new(region: impl Into<String>, credentials: impl IntoIterator<Item = Credentials>) -> Self {
        Self {
            region: region.into(),
            known: credentials
                .into_iter()
                .map(|credentials| (credentials.access_key.clone(), Known::new(credentials)))
                .collect(),
        }
    }

    /// Who signed the request, in its headers or in its query.
    ///
    /// # Errors
    ///
    /// The first thing wrong with the signature.
    pub fn verify(&self, request: &Incoming<'_>, now: SystemTime) -> Result<AccessKey, AuthFault> {
        let query = Query::parse(request.query);
        let authorization = request.header("authorization").filter(|value| !value.is_empty());
        let claim = match (authorization, query.get(QueryPart::Algorithm.name())) {
            (Some(_), Some(_)) => return Err(AuthFault::Both),
            (None, None) => return Err(AuthFault::MissingToken),
            (Some(authorization), None) => Claim::in_header(request, authorization)?,
            (None, Some(_)) => Claim::in_query(&query)?,
        };
        let scope = Scope::parse(claim.credential)?;
        let signed_at = clock::parse(claim.date)
            .ok_or_else(|| AuthFault::MalformedDate { date: claim.date.to_owned() })?;
        check_time(signed_at, claim.lifetime, clock::seconds(now))?;
        let signed = clock::basic(signed_at);
        scope.check(&self.region, &signed)?;
        let known = self.known.get(scope.key).ok_or(AuthFault::UnknownKey)?;
        if claim.token != known.session_token() {
            return Err(AuthFault::UnknownKey);
        }
        // In HTTP/2 `:authority` stands for the host, and @aws-sdk/client-kinesis 3.1143.0 signs it by
        // its own name. No fact says so; it is what the service gets from that client by default.
        let names_host = |name: &str| name == "host" || (name == AUTHORITY && request.header(name).is_some());
        if !claim.signed_headers.split(';').any(names_host) {
            return Err(AuthFault::HostNotSigned);
        }
        let canonical = canonical::request(request, &query, claim.signed_headers);
        let to_sign = format!(
            "{ALGORITHM}\n{signed}\n{}/{}/{}/{TERMINATOR}\n{}",
            scope.date,
            scope.region,
            scope.service,
            key::hash_hex(canonical.as_bytes()),
        );
        let expected = key::mac_hex(&known.signing_key(scope.date, &self.region), to_sign.as_bytes());
        // AUTH-005 shows that the algorithm's name is not checked first; where it is, no fact shows.
        if claim.algorithm != ALGORITHM || claim.signature != expected {
            return Err(AuthFault::WrongSignature);
        }
        Ok(AccessKey(scope.key.to_owned()))
    }
}

impl<'a> Incoming<'a> {
    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

impl<'a> Claim<'a> {
    /// AUTH-002, AUTH-005: parts are divided by commas or blanks, in any order.
    fn in_header(request: &Incoming<'a>, authorization: &'a str) -> Result<Self, AuthFault> {
        let words = || authorization.split([',', ' ']).filter(|word| !word.is_empty());
        let part = |part: AuthorizationPart| {
            words()
                .filter_map(|word| word.split_once('='))
                .find(|(name, value)| *name == part.name() && !value.is_empty())
                .map(|(_, value)| value)
        };
        let credential = part(AuthorizationPart::Credential);
        let signature = part(AuthorizationPart::Signature);
        let signed_headers = part(AuthorizationPart::SignedHeaders);
        let date = request.header("x-amz-date").or_else(|| request.header("date"));
        let (Some(credential), Some(signature), Some(signed_headers), Some(date)) =
            (credential, signature, signed_headers, date)
        else {
            let missing = [
                (AuthorizationPart::Credential, credential.is_none()),
                (AuthorizationPart::Signature, signature.is_none()),
                (AuthorizationPart::SignedHeaders, signed_headers.is_none()),
                (AuthorizationPart::Date, date.is_none()),
            ];
            return Err(AuthFault::IncompleteHeader {
                missing: missing.into_iter().filter(|(_, missing)| *missing).map(|(part, _)| part).collect(),
                authorization: authorization.to_owned(),
            });
        };
        Ok(Self {
            algorithm: words().next().unwrap_or_default(),
            credential,
            signed_headers,
            signature,
            date,
            lifetime: TOLERANCE,
            token: request.header("x-amz-security-token"),
        })
    }

    /// AUTH-003, AUTH-004: an empty value counts as none.
    fn in_query(query: &'a Query) -> Result<Self, AuthFault> {
        let part = |part: QueryPart| query.get(part.name()).filter(|value| !value.is_empty());
        let missing: Vec<_> = QueryPart::ALL.into_iter().filter(|&name| part(name).is_none()).collect();
        if !missing.is_empty() {
            return Err(AuthFault::IncompleteQuery { missing });
        }
        let whole = |name: QueryPart| part(name).unwrap_or_default();
        Ok(Self {
            algorithm: whole(QueryPart::Algorithm),
            credential: whole(QueryPart::Credential),
            signed_headers: whole(QueryPart::SignedHeaders),
            signature: whole(QueryPart::Signature),
            date: whole(QueryPart::Date),
            lifetime: query
                .get("X-Amz-Expires")
                .and_then(|seconds| seconds.parse::<i64>().ok())
                .map_or(TOLERANCE, |seconds| seconds.clamp(1, LONGEST_EXPIRY)),
            token: query.get("X-Amz-Security-Token"),
        })
    }
}

impl<'a> Scope<'a> {
    fn parse(credential: &'a str) -> Result<Self, AuthFault> {
        let mut parts = credential.split('/');
        let mut next = || parts.next();
        match (next(), next(), next(), next(), next(), next()) {
            (Some(key), Some(date), Some(region), Some(service), Some(terminator), None) => {
                Ok(Self { key, date, region, service, terminator })
            }
            (..) => Err(AuthFault::MalformedCredential { credential: credential.to_owned() }),
        }
    }

    fn check(&self, region: &str, signed: &str) -> Result<(), AuthFault> {
        if self.region != region {
            return Err(AuthFault::WrongRegion { region: self.region.to_owned() });
        }
        if self.service != SERVICE {
            return Err(AuthFault::WrongService);
        }
        if self.terminator != TERMINATOR {
            return Err(AuthFault::WrongTerminator { terminator: self.terminator.to_owned() });
        }
        let day = signed.split('T').next().unwrap_or_default();
        if self.date != day {
            return Err(AuthFault::WrongScopeDate {
                scope: self.date.to_owned(),
                day: day.to_owned(),
                signed: signed.to_owned(),
            });
        }
        Ok(())
    }
}

fn check_time(signed_at: i64, lifetime: i64, now: i64) -> Result<(), AuthFault> {
    if signed_at < now - lifetime {
        return Err(AuthFault::Expired {
            signed: clock::basic(signed_at),
            limit: clock::basic(now - lifetime),
            now: clock::basic(now),
            minutes: lifetime / 60,
        });
    }
    if signed_at > now + TOLERANCE {
        return Err(AuthFault::NotYetCurrent {
            signed: clock::basic(signed_at),
            limit: clock::basic(now + TOLERANCE),
            now: clock::basic(now),
        });
    }
    Ok(())
}
