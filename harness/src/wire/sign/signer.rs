//! Signatures for the requests of one client, as [`super::sign`] makes them and at a fraction of its cost.
//!
//! The key that signs is derived once a day, and the canonical request is written straight away: `POST /` without
//! a query, and headers that are signed as they are. The derivation and the signature are those of AWS's crate,
//! which also signs whatever is not of that plain form.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use jiff::{Timestamp, tz::Offset};
use sha2::{Digest as _, Sha256};

use super::{Parts, SERVICE, SignError, sign};
use crate::wire::message::Credentials;

/// Signs the requests of one client.
#[derive(Clone, Debug)]
pub(in crate::wire) struct Signer(Arc<Signing>);

struct Signing {
    /// The URL that every request goes to: scheme, host and port.
    url: String,
    /// What the header `host` has.
    host: String,
    credentials: Credentials,
    region: String,
    key: Mutex<Option<DayKey>>,
}

/// The key of one day.
#[derive(Clone)]
struct DayKey {
    day: String,
    key: Arc<[u8]>,
}

impl std::fmt::Debug for Signing {
    /// Prints no key.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Signing(redacted)")
    }
}

impl Signer {
    /// `url` is a scheme, a host and a port with nothing behind them, and `host` the header of that name.
    pub(in crate::wire) fn new(url: &str, host: String, credentials: Credentials, region: String) -> Self {
        Self(Arc::new(Signing { url: url.to_owned(), host, credentials, region, key: Mutex::default() }))
    }

    /// The headers that a signature adds, as [`sign`] gives them.
    ///
    /// # Errors
    ///
    /// Those of [`sign`].
    pub(in crate::wire) fn sign(
        &self,
        content_type: &str,
        target: Option<&str>,
        body: &[u8],
        time: SystemTime,
    ) -> Result<Vec<(String, String)>, SignError> {
        let Signing { url, credentials, region, .. } = &*self.0;
        match self.plain(content_type, target, body, time) {
            Some(headers) => Ok(headers),
            None => {
                let mut headers = vec![("content-type", content_type)];
                headers.extend(target.map(|target| ("x-amz-target", target)));
                let parts = Parts { method: "POST", url, headers: &headers, body };
                sign(&parts, credentials, region, time)
            }
        }
    }

    /// `None` if a value of a header would have to be normalised before it is signed.
    fn plain(
        &self,
        content_type: &str,
        target: Option<&str>,
        body: &[u8],
        time: SystemTime,
    ) -> Option<Vec<(String, String)>> {
        let Signing { host, credentials, region, .. } = &*self.0;
        let token = credentials.session_token.as_deref();
        if ![Some(content_type), Some(host), token, target].into_iter().flatten().all(is_plain) {
            return None;
        }
        let date = date_of(time)?;
        let day = date.get(..8)?;
        let names: &str = match (token, target) {
            (None, None) => "content-type;host;x-amz-date",
            (None, Some(_)) => "content-type;host;x-amz-date;x-amz-target",
            (Some(_), None) => "content-type;host;x-amz-date;x-amz-security-token",
            (Some(_), Some(_)) => "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
        };
        let mut canonical = Sha256::new();
        let mut add = |parts: &[&str]| parts.iter().for_each(|part| canonical.update(part));
        add(&["POST\n/\n\ncontent-type:", content_type, "\nhost:", host, "\nx-amz-date:", &date, "\n"]);
        token.inspect(|token| add(&["x-amz-security-token:", token, "\n"]));
        target.inspect(|target| add(&["x-amz-target:", target, "\n"]));
        add(&["\n", names, "\n", &hex::encode(Sha256::digest(body))]);
        let canonical = hex::encode(canonical.finalize());
        let scope = format!("{day}/{region}/{SERVICE}/aws4_request");
        let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{canonical}");
        let signature = calculate_signature(self.key(day, time), to_sign.as_bytes());
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            credentials.access_key
        );
        let mut headers = vec![("x-amz-date".to_owned(), date), ("authorization".to_owned(), authorization)];
        headers.extend(token.map(|token| ("x-amz-security-token".to_owned(), token.to_owned())));
        Some(headers)
    }

    /// The key of that day, derived if the last one was of another day.
    fn key(&self, day: &str, time: SystemTime) -> Arc<[u8]> {
        let Signing { credentials, region, key, .. } = &*self.0;
        // A panic elsewhere cannot leave a key half made.
        let mut kept = key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_ref().filter(|kept| kept.day == day) {
            return Arc::clone(&kept.key);
        }
        let derived = generate_signing_key(&credentials.secret_key, time, region, SERVICE);
        let key: Arc<[u8]> = Arc::from(derived.as_ref());
        *kept = Some(DayKey { day: day.to_owned(), key: Arc::clone(&key) });
        key
    }
}

/// True if a value is signed as it is: printable ASCII, no space at its ends, no two in a row.
fn is_plain(value: &str) -> bool {
    let bytes = value.as_bytes();
    bytes.iter().all(|byte| (b' '..=b'~').contains(byte))
        && !value.starts_with(' ')
        && !value.ends_with(' ')
        && !bytes.windows(2).any(|pair| pair == b"  ")
}

/// The time as `20180920T174101Z`; `None` for a year of other than four digits.
fn date_of(time: SystemTime) -> Option<String> {
    let at = Offset::UTC.to_datetime(Timestamp::try_from(time).ok()?);
    (1000..=9999).contains(&at.year()).then(|| {
        format!(
            "{}{:02}{:02}T{:02}{:02}{:02}Z",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second()
        )
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;

    const URL: &str = "http://127.0.0.1:4567/";

    /// What the signer gives, and what AWS's crate gives for the same request; both sorted.
    fn both(
        credentials: &Credentials,
        (content_type, target): (&str, Option<&str>),
        body: &[u8],
        time: SystemTime,
    ) -> [Option<Vec<(String, String)>>; 2] {
        let region = "eu-west-1";
        let signer = Signer::new(URL, "127.0.0.1:4567".to_owned(), credentials.clone(), region.to_owned());
        let mut headers = vec![("content-type", content_type)];
        headers.extend(target.map(|target| ("x-amz-target", target)));
        let parts = Parts { method: "POST", url: URL, headers: &headers, body };
        let sorted = |signed: Result<Vec<(String, String)>, SignError>| {
            signed.ok().map(|mut headers| {
                headers.sort();
                headers
            })
        };
        [
            sorted(signer.sign(content_type, target, body, time)),
            sorted(sign(&parts, credentials, region, time)),
        ]
    }

    proptest! {
        #[test]
        fn the_signatures_are_those_of_the_crate_of_aws(
            content_type in "[ -~]{0,30}|[ -~\\n\u{e9}]{0,6}",
            target in proptest::option::of("[ -~]{0,30}|Kinesis_20131202\\.[A-Za-z]{1,20}|[ -~\\n\u{e9}]{0,6}"),
            token in proptest::option::of("[A-Za-z0-9+/= ]{1,40}"),
            body in proptest::collection::vec(any::<u8>(), 0..100),
            seconds in 0_u64..7_000_000_000,
        ) {
            let credentials = Credentials { session_token: token, ..Credentials::dummy() };
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            let [own, aws] = both(&credentials, (&content_type, target.as_deref()), &body, time);
            prop_assert_eq!(own, aws);
        }
    }

    #[test]
    fn the_host_is_signed_as_the_crate_signs_it() {
        use crate::wire::Endpoint;

        for url in [
            "http://localhost",
            "http://LOCALHOST:80",
            "https://a.test:443",
            "https://a.test:80",
            "http://[::1]:4567",
        ] {
            let endpoint = Endpoint::parse(url).unwrap();
            let credentials = Credentials::dummy();
            let signer =
                Signer::new(endpoint.as_str(), endpoint.authority(), credentials.clone(), "r".to_owned());
            let target = "Kinesis_20131202.ListStreams";
            let headers = [("content-type", "a/b"), ("x-amz-target", target)];
            let parts = Parts { method: "POST", url: endpoint.as_str(), headers: &headers, body: b"{}" };
            let time = UNIX_EPOCH + Duration::from_secs(1_537_465_261);
            let mut own = signer.plain("a/b", Some(target), b"{}", time).unwrap();
            let mut aws = sign(&parts, &credentials, "r", time).unwrap();
            own.sort();
            aws.sort();
            assert_eq!(own, aws, "{url}");
        }
    }

    #[test]
    fn a_request_of_a_client_is_signed_without_the_crates_canonical_request() {
        let signer = Signer::new(URL, "127.0.0.1:4567".to_owned(), Credentials::dummy(), "r".to_owned());
        let target = Some("Kinesis_20131202.ListStreams");
        assert!(signer.plain("application/x-amz-json-1.1", target, b"{}", UNIX_EPOCH).is_some());
        assert!(signer.plain("a  b", target, b"{}", UNIX_EPOCH).is_none());
    }

    #[test]
    fn a_key_is_kept_for_its_day_and_no_longer() {
        let signer = Signer::new(URL, "127.0.0.1:4567".to_owned(), Credentials::dummy(), "r".to_owned());
        let key = |seconds| {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            signer.key(&date_of(time).unwrap()[..8], time)
        };
        let (first, same, next) = (key(0), key(86_399), key(86_400));
        assert!(Arc::ptr_eq(&first, &same));
        assert_ne!(first, next);
    }
}
