use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings};
use aws_sigv4::sign::v4;
use proptest::prelude::*;

use super::*;
use crate::wire::sign::{Parts, sign};

const REGION: &str = "us-east-1";
/// 2018-09-20T17:50:04Z, the time in AUTH-010.
const NOW: u64 = 1_537_465_804;

/// A request that owns its parts, to be corrupted.
#[derive(Clone)]
struct Sent {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn verifier() -> Verifier {
    Verifier::new(REGION, [Credentials::dummy()])
}

fn signed_with(path: &str, target: &str, body: &[u8], credentials: &Credentials, time: SystemTime) -> Sent {
    let headers = [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", target)];
    let url = format!("http://localhost:4567{path}");
    let parts = Parts { method: "POST", url: &url, headers: &headers, body };
    let added = sign(&parts, credentials, REGION, time).unwrap();
    let own = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    Sent {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: own.chain([("Host".to_owned(), "localhost:4567".to_owned())]).chain(added).collect(),
        body: body.to_vec(),
    }
}

fn signed() -> Sent {
    signed_with("/", "Kinesis_20131202.ListStreams", b"{}", &Credentials::dummy(), at(NOW))
}

/// A request signed in its query.
fn presigned(life: u64) -> Sent {
    let dummy = Credentials::dummy();
    let identity =
        aws_credential_types::Credentials::new(&dummy.access_key, &dummy.secret_key, None, None, "test")
            .into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(life));
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name("kinesis")
        .time(at(NOW))
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let url = "http://localhost:4567/?b=x%20y&a=1";
    let request = SignableRequest::new("POST", url, std::iter::empty(), SignableBody::Bytes(b"{}")).unwrap();
    let (instructions, _) = aws_sigv4::http_request::sign(request, &params).unwrap().into_parts();
    let added = instructions
        .params()
        .iter()
        .map(|(name, value)| format!("&{name}={}", value.replace('/', "%2F").replace(';', "%3B")));
    Sent {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: format!("b=x%20y&a=1{}", added.collect::<String>()),
        headers: vec![("host".to_owned(), "localhost:4567".to_owned())],
        body: b"{}".to_vec(),
    }
}

impl Sent {
    fn verify(&self, verifier: &Verifier, now: SystemTime) -> Result<AccessKey, AuthFault> {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let incoming = Incoming {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
            body: &self.body,
        };
        verifier.verify(&incoming, now)
    }

    fn fault(&self) -> AuthFault {
        self.verify(&verifier(), at(NOW)).unwrap_err()
    }

    fn header(&mut self, name: &str) -> &mut String {
        &mut self.headers.iter_mut().find(|(found, _)| found.eq_ignore_ascii_case(name)).unwrap().1
    }

    fn in_authorization(mut self, from: &str, to: &str) -> Self {
        let header = self.header("authorization");
        assert!(header.contains(from), "{header}");
        *header = header.replace(from, to);
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(found, _)| !found.eq_ignore_ascii_case(name));
        self
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A request that nobody signed.
fn unsigned(query: &str, headers: &[(&str, &str)]) -> Sent {
    Sent {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: query.to_owned(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: vec![],
    }
}

/// Class and text of a fact, from the registry's file.
fn fact(id: &str) -> (String, String) {
    include_str!("../../../facts/facts.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .find(|fact| fact["id"] == id)
        .map(|fact| {
            (fact["error"].as_str().unwrap().to_owned(), fact["message"].as_str().unwrap().to_owned())
        })
        .unwrap()
}

fn assert_is_fact(fault: &AuthFault, id: &str) {
    assert_eq!((fault.class().to_owned(), fault.to_string()), fact(id), "{id}");
}

#[test]
fn a_signed_request_is_accepted_and_names_its_key() {
    let verified = signed().verify(&verifier(), at(NOW));
    assert_eq!(verified, Ok(AccessKey("AKIDCONFORMANCE00000".to_owned())));
}

#[test]
fn a_kept_signing_key_gives_the_same_answer_on_every_day() {
    let verifier = verifier();
    for day in 0..10 {
        let time = at(NOW + day * 86_400);
        let request = signed_with("/", "T", b"{}", &Credentials::dummy(), time);
        for _ in 0..2 {
            request.verify(&verifier, time).unwrap();
        }
    }
}

#[test]
fn nothing_signed_is_a_missing_token() {
    assert_is_fact(&unsigned("", &[]).fault(), "AUTH-001");
    assert_is_fact(&unsigned("X-Amz-Credential=a&X-Amz-Date=b", &[]).fault(), "AUTH-001");
}

#[test]
fn an_incomplete_header_is_reported_clause_by_clause() {
    assert_is_fact(&unsigned("", &[("Authorization", "X")]).fault(), "AUTH-002");
    let dated = [("Authorization", "AWS4- Signature=b, Credential=a"), ("Date", "a")];
    assert_is_fact(&unsigned("", &dated).fault(), "AUTH-005");
    let commas = [("Authorization", "AWS4- Signature=b,Credential=a"), ("X-Amz-Date", "a")];
    let AuthFault::IncompleteHeader { missing, .. } = unsigned("", &commas).fault() else { panic!() };
    assert_eq!(missing, [AuthorizationPart::SignedHeaders]);
}

#[test]
fn an_incomplete_query_is_reported_clause_by_clause() {
    assert_is_fact(&unsigned("X-Amz-Algorithm", &[]).fault(), "AUTH-003");
    let query = "X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d";
    assert_is_fact(&unsigned(query, &[]).fault(), "AUTH-004");
}

#[test]
fn a_header_and_a_query_signature_exclude_each_other() {
    assert_is_fact(&unsigned("X-Amz-Algorithm", &[("authorization", "X")]).fault(), "AUTH-006");
}

#[test]
fn an_unknown_key_and_a_wrong_token_are_one_fault() {
    let stranger = Credentials { access_key: "AKIDSTRANGER".to_owned(), ..Credentials::dummy() };
    let token = |token: &str| Credentials { session_token: Some(token.to_owned()), ..Credentials::dummy() };
    for credentials in [stranger, token("unasked")] {
        assert_is_fact(&signed_with("/", "T", b"{}", &credentials, at(NOW)).fault(), "AUTH-008");
    }
    let verifier = Verifier::new(REGION, [token("right")]);
    let request = |credentials| signed_with("/", "T", b"{}", &credentials, at(NOW));
    assert!(request(token("right")).verify(&verifier, at(NOW)).is_ok());
    for credentials in [token("other"), Credentials::dummy()] {
        assert_eq!(request(credentials).verify(&verifier, at(NOW)), Err(AuthFault::UnknownKey));
    }
}

#[test]
fn whatever_is_changed_after_signing_makes_the_signature_wrong() {
    let secret = Credentials { secret_key: "other".to_owned(), ..Credentials::dummy() };
    let mut body = signed();
    body.body.push(b' ');
    let mut target = signed();
    target.header("x-amz-target").push('s');
    let mut host = signed();
    host.header("host").push('1');
    let mut method = signed();
    method.method = "PUT".to_owned();
    let mut path = signed();
    path.path = "/x".to_owned();
    let mut query = signed();
    query.query = "a=b".to_owned();
    let mut second = signed();
    *second.header("x-amz-date") = "20180920T175005Z".to_owned();
    for (corrupted, request) in [
        ("secret", signed_with("/", "T", b"{}", &secret, at(NOW))),
        ("body", body),
        ("target", target),
        ("host", host),
        ("method", method),
        ("path", path),
        ("query", query),
        ("second", second),
        ("signed header gone", signed().without("x-amz-target")),
        ("signed header twice", signed().with("x-amz-target", "again")),
        ("signed header unlisted", signed().in_authorization(";x-amz-target", "")),
        ("signature", signed().in_authorization("Signature=", "Signature=0")),
        ("algorithm", signed().in_authorization("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA512 ")),
    ] {
        let fault = request.fault();
        assert_eq!(fault, AuthFault::WrongSignature, "{corrupted}");
        assert_is_fact(&fault, "AUTH-009");
    }
}

#[test]
fn a_header_that_is_not_signed_may_change() {
    signed().with("accept", "*/*").verify(&verifier(), at(NOW)).unwrap();
}

#[test]
fn five_minutes_either_way_are_allowed_and_no_second_more() {
    let request = signed();
    for now in [NOW - 300, NOW + 300] {
        request.verify(&verifier(), at(now)).unwrap();
    }
    assert!(matches!(request.verify(&verifier(), at(NOW + 301)), Err(AuthFault::Expired { .. })));
    assert!(matches!(request.verify(&verifier(), at(NOW - 301)), Err(AuthFault::NotYetCurrent { .. })));
}

#[test]
fn an_expired_signature_is_reported_with_its_times() {
    let request = signed_with("/", "T", b"{}", &Credentials::dummy(), at(NOW - 543));
    assert_is_fact(&request.fault(), "AUTH-010");
}

#[test]
fn a_signature_of_the_future_is_reported_with_its_times() {
    let request = signed_with("/", "T", b"{}", &Credentials::dummy(), at(NOW + 360));
    let fault = request.fault();
    // AUTH-011 has placeholders where the times stand.
    assert_eq!(fault.class(), fact("AUTH-011").0);
    assert_eq!(
        fault.to_string(),
        "Signature not yet current: 20180920T175604Z is still later than 20180920T175504Z \
         (20180920T175004Z + 5 min.)"
    );
}

#[test]
fn a_credential_scoped_elsewhere_is_refused() {
    assert_is_fact(&signed().in_authorization("/kinesis/", "/sqs/").fault(), "AUTH-017");
    let region = signed().in_authorization("/us-east-1/", "/eu-west-1/").fault();
    assert_eq!(region, AuthFault::WrongRegion { region: "eu-west-1".to_owned() });
    assert_eq!(region.class(), "InvalidSignatureException");
    let terminator = signed().in_authorization("/aws4_request", "/aws4").fault();
    assert_eq!(terminator, AuthFault::WrongTerminator { terminator: "aws4".to_owned() });
    let day = signed().in_authorization("/20180920/", "/20180921/").fault();
    assert!(matches!(day, AuthFault::WrongScopeDate { .. }), "{day:?}");
}

#[test]
fn malformed_parts_are_refused() {
    let credential = signed().in_authorization("/aws4_request", "").fault();
    assert!(matches!(credential, AuthFault::MalformedCredential { .. }), "{credential:?}");
    for date in ["20180920", "20180932T000000Z", "２0180920T174101Z", "", "20180920T174101"] {
        let mut request = signed();
        *request.header("x-amz-date") = date.to_owned();
        assert_eq!(request.fault(), AuthFault::MalformedDate { date: date.to_owned() });
    }
    let host = signed().in_authorization("host;", "").fault();
    assert_eq!(host, AuthFault::HostNotSigned);
}

#[test]
fn the_date_may_stand_in_the_date_header() {
    // The signature covers the header `x-amz-date`, so it is wrong now; but the date was read.
    let dated = signed().without("x-amz-date").with("Date", "Thu, 20 Sep 2018 17:50:04 GMT");
    assert_eq!(dated.fault(), AuthFault::WrongSignature);
    let late = signed().without("x-amz-date").with("Date", "Thu, 20 Sep 2018 17:41:01 GMT");
    assert_is_fact(&late.fault(), "AUTH-010");
}

#[test]
fn a_presigned_request_is_accepted_until_it_expires() {
    let request = presigned(3600);
    request.verify(&verifier(), at(NOW)).unwrap();
    request.verify(&verifier(), at(NOW + 3600)).unwrap();
    let fault = request.verify(&verifier(), at(NOW + 3601)).unwrap_err();
    assert!(fault.to_string().ends_with("- 60 min.)"), "{fault}");
    let mut corrupted = request;
    corrupted.query = corrupted.query.replace("a=1", "a=2");
    assert_eq!(corrupted.fault(), AuthFault::WrongSignature);
}

#[test]
fn blanks_in_signed_headers_do_not_count() {
    let mut request = signed_with("/", "a b", b"{}", &Credentials::dummy(), at(NOW));
    *request.header("x-amz-target") = "  a   b ".to_owned();
    request.verify(&verifier(), at(NOW)).unwrap();
}

proptest! {
    #[test]
    fn what_the_signer_makes_the_verifier_accepts(
        body in any::<Vec<u8>>(),
        target in "[ -~]{0,40}",
        path in "(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2}){0,8}){1,4}",
        query in "(\\?([a-z]|%2[0-9A-F]|[*~.+]){1,4}(=([A-Za-z0-9/]|%3[0-9A-F]){0,4})?(&[a-z]=[0-9]?){0,2})?",
        time in 0_u64..4_000_000_000,
    ) {
        let request =
            signed_with(&format!("{path}{query}"), &target, &body, &Credentials::dummy(), at(time));
        prop_assert!(request.verify(&verifier(), at(time)).is_ok());
    }

    #[test]
    fn no_flipped_bit_of_the_body_is_accepted(
        body in prop::collection::vec(any::<u8>(), 1..64),
        bit in any::<prop::sample::Index>(),
    ) {
        let mut request = signed_with("/", "T", &body, &Credentials::dummy(), at(NOW));
        let bit = bit.index(body.len() * 8);
        request.body[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(request.fault(), AuthFault::WrongSignature);
    }

    #[test]
    fn any_header_and_query_is_refused_without_a_panic(
        authorization in "(AWS4-HMAC-SHA256 )?(Credential=[a/]{0,9},? ?|Signature=.{0,3},|SignedHeaders=.{0,3},|.){0,6}",
        date in "[0-9]{0,8}T?[0-9]{0,6}Z?|.{0,16}",
        query in "([&=%+]|X-Amz-(Algorithm|Date|Credential)=?|.){0,8}",
    ) {
        let headers = [("authorization", authorization.as_str()), ("x-amz-date", date.as_str())];
        prop_assert!(unsigned(&query, &headers).verify(&verifier(), at(NOW)).is_err());
    }
}

/// Signed by @smithy/signature-v4 as @aws-sdk/client-kinesis 3.1143.0 signs for HTTP/2.
#[test]
fn the_authority_of_http2_may_be_signed_in_place_of_the_host() {
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIDCONFORMANCE00000/20180920/us-east-1/kinesis/aws4_request, \
                         SignedHeaders=:authority;content-type;x-amz-date;x-amz-target, \
                         Signature=80429fed3ba5167f10071f53c2321b8034f44eb8a8651be8b65581b634086ac1";
    let signed = |authority: Option<&str>| Sent {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", "Kinesis_20131202.ListStreams"),
            ("x-amz-date", "20180920T175004Z"),
            ("authorization", authorization),
        ]
        .into_iter()
        .chain(authority.map(|authority| (":authority", authority)))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect(),
        body: b"{}".to_vec(),
    };
    assert!(signed(Some("localhost:4567")).verify(&verifier(), at(NOW)).is_ok());
    assert_eq!(signed(Some("localhost:1")).fault(), AuthFault::WrongSignature);
    // HTTP/1.1 has no such header, and nothing that is signed then names the host.
    assert_eq!(signed(None).fault(), AuthFault::HostNotSigned);
}
