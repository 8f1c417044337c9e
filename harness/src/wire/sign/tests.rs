use std::time::{Duration, UNIX_EPOCH};

use super::*;

const HEADERS: [(&str, &str); 2] =
    [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "Kinesis_20131202.ListStreams")];

fn signed(url: &str, credentials: &Credentials) -> Vec<(String, String)> {
    let parts = Parts { method: "POST", url, headers: &HEADERS, body: b"{}" };
    sign(&parts, credentials, "us-east-1", UNIX_EPOCH + Duration::from_secs(1_537_465_261)).unwrap()
}

fn value<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

#[test]
fn host_type_date_and_target_are_signed_and_nothing_else() {
    let headers = signed("http://127.0.0.1:4567/", &Credentials::dummy());
    assert_eq!(headers.len(), 2);
    assert_eq!(value(&headers, "x-amz-date"), Some("20180920T174101Z"));
    let authorization = value(&headers, "authorization").unwrap();
    assert!(
        authorization.starts_with(
            "AWS4-HMAC-SHA256 Credential=AKIDCONFORMANCE00000/20180920/us-east-1/kinesis/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="
        ),
        "{authorization}"
    );
}

#[test]
fn a_session_token_is_sent_and_signed() {
    let credentials = Credentials { session_token: Some("token".to_owned()), ..Credentials::dummy() };
    let headers = signed("http://localhost/", &credentials);
    assert_eq!(value(&headers, "x-amz-security-token"), Some("token"));
    let authorization = value(&headers, "authorization").unwrap();
    assert!(authorization.contains("x-amz-date;x-amz-security-token;x-amz-target"), "{authorization}");
}

#[test]
fn a_header_that_http_cannot_carry_is_refused() {
    let parts =
        Parts { method: "POST", url: "http://localhost/", headers: &[("x-amz-target", "a\nb")], body: b"" };
    assert!(sign(&parts, &Credentials::dummy(), "us-east-1", UNIX_EPOCH).is_err());
}

/// What a verifier says of a request that is corrupted so.
fn verdict(corruption: Corruption) -> Result<(), String> {
    use crate::wire::verify::{Incoming, Verifier};

    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "T")];
    let parts = Parts { method: "POST", url: "http://h.test:1/", headers: &headers, body: b"{}" };
    let now = std::time::SystemTime::now();
    let signed = corruption.sign(&parts, &Credentials::dummy(), "us-east-1", now).unwrap();
    let mut sent: Vec<(&str, &str)> = headers.to_vec();
    sent.push(("host", "h.test:1"));
    sent.extend(signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let incoming = Incoming {
        method: "POST",
        path: "/",
        query: signed.query.as_deref().unwrap_or_default(),
        headers: &sent,
        body: b"{}",
    };
    let verifier = Verifier::new("us-east-1", [Credentials::dummy()]);
    verifier.verify(&incoming, now).map(|_| ()).map_err(|fault| fault.class().to_owned())
}

#[test]
fn each_corruption_is_refused_by_a_verifier_in_its_own_way_or_is_none() {
    const WRONG: &str = "InvalidSignatureException";
    const HALF: &str = "IncompleteSignatureException";
    for (corruption, class) in [
        (Corruption::Nothing, None),
        (Corruption::Presigned, None),
        (Corruption::AddedHeader, None),
        (Corruption::AddedPlainHeader, None),
        (Corruption::Unsigned, Some("MissingAuthenticationTokenException")),
        (Corruption::Signature, Some(WRONG)),
        (Corruption::BodyHash, Some(WRONG)),
        (Corruption::NoCredential, Some(HALF)),
        (Corruption::NoSignature, Some(HALF)),
        (Corruption::NoSignedHeaders, Some(HALF)),
        (Corruption::NoDate, Some(HALF)),
        (Corruption::Expired, Some(WRONG)),
        (Corruption::Future, Some(WRONG)),
        (Corruption::OtherRegion, Some(WRONG)),
        (Corruption::OtherService, Some(WRONG)),
        (Corruption::UnknownKey, Some("UnrecognizedClientException")),
        (Corruption::SessionToken, Some("UnrecognizedClientException")),
        (Corruption::HeaderAndQuery, Some(WRONG)),
        (Corruption::ChangedHeader, Some(WRONG)),
    ] {
        assert_eq!(verdict(corruption).err().as_deref(), class, "{corruption:?}");
    }
}
