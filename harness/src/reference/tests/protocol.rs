//! The form of answers, and the order of the checks before a call exists.

use super::*;

/// A request with a method, headers and a body of its own.
async fn odd(
    pair: &Pair,
    method: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
    let method = reqwest::Method::from_bytes(method.as_bytes()).expect("it is a method");
    let url = format!("http://{}/", pair.running.address());
    let client = reqwest::Client::builder().no_proxy().build().expect("http needs no setup");
    let mut request = client.request(method, url).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.expect("the server answers");
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    (status, headers, response.bytes().await.expect("the body arrives").to_vec())
}

const TARGET: (&str, &str) = ("x-amz-target", "Kinesis_20131202.ListStreams");
const JSON: (&str, &str) = ("content-type", "application/x-amz-json-1.1");

#[tokio::test]
async fn an_unsigned_request_is_refused_before_its_members_are_read() {
    let pair = Pair::start(Settings::default());
    let response = pair.raw("Kinesis_20131202.DescribeStream", r#"{"StreamName":1}"#, Auth::Unsigned).await;
    assert_eq!(response.status, 400);
    assert_eq!(
        shown(&response),
        r#"{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#
    );
}

#[tokio::test]
async fn garbage_and_unknown_operations_are_reported_before_a_missing_signature() {
    let pair = Pair::start(Settings::default());
    let garbage = pair.raw("Kinesis_20131202.ListStreams", "{", Auth::Unsigned).await;
    assert_eq!((garbage.status, shown(&garbage).as_str()), (400, r#"{"__type":"SerializationException"}"#));
    for target in ["Kinesis_20131202.listStreams", "Kinesis_20131202", "Other.ListStreams", ""] {
        let unknown = pair.raw(target, "{}", Auth::Unsigned).await;
        let body = r#"{"__type":"UnknownOperationException"}"#;
        assert_eq!((unknown.status, shown(&unknown).as_str()), (400, body), "{target}");
    }
}

#[tokio::test]
async fn a_modelled_operation_that_is_not_specified_is_answered_as_if_made_up() {
    let pair = Pair::start(Settings::default());
    let made_up = pair.call("MadeUp", "{}").await;
    let unspecified = pair.call("SplitShard", "{}").await;
    assert_eq!((made_up.status, made_up.body), (unspecified.status, unspecified.body));
}

#[tokio::test]
async fn a_member_of_the_wrong_type_is_reported_under_a_capital_letter_and_before_constraints() {
    let pair = Pair::start(Settings::default());
    let response = pair.call("StartStreamEncryption", r#"{"EncryptionType":true}"#).await;
    assert_eq!(
        shown(&response),
        r#"{"__type":"SerializationException","Message":"class java.lang.Boolean can not be converted to an String"}"#
    );
    assert_eq!(pair.refuse("StartStreamEncryption", "{}").await, "ValidationException");
}

#[tokio::test]
async fn every_answer_carries_its_ids_and_its_type() {
    let pair = Pair::start(Settings::default());
    for response in [pair.call("ListStreams", "{}").await, pair.call("DescribeStream", "{}").await] {
        let id = response.header("x-amzn-requestid").expect("it is there");
        assert!(uuid::Uuid::parse_str(id).is_ok(), "{id}");
        let extended = response.header("x-amz-id-2").expect("it is there");
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.decode(extended).expect("it is base64");
        assert!((64..=80).contains(&bytes.len()));
        assert_eq!(response.header("content-type"), Some("application/x-amz-json-1.1"));
        assert!(response.header("date").is_some());
        assert_eq!(response.header("content-length"), Some(response.body.len().to_string().as_str()));
        assert_eq!(response.header("transfer-encoding"), None);
    }
}

#[tokio::test]
async fn other_methods_are_refused_in_xml_without_a_content_type() {
    let pair = Pair::start(Settings::default());
    for method in ["GET", "PUT", "DELETE"] {
        let (status, headers, body) = odd(&pair, method, &[TARGET, JSON], "").await;
        assert_eq!(status, 403);
        assert!(!headers.contains_key("content-type"));
        assert_eq!(
            String::from_utf8_lossy(&body),
            "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be \
             authorized</Message>\n</AccessDeniedException>\n"
        );
    }
}

#[tokio::test]
async fn a_preflight_is_answered_without_an_extended_id() {
    let pair = Pair::start(Settings::default());
    let requested = [
        ("origin", "https://example.org"),
        ("access-control-request-headers", "x-amz-target"),
        ("access-control-request-method", "POST"),
    ];
    let (status, headers, body) = odd(&pair, "OPTIONS", &requested, "").await;
    assert_eq!((status, body.len()), (200, 0));
    assert_eq!(headers["access-control-allow-origin"], "*");
    assert_eq!(headers["access-control-max-age"], "172800");
    assert_eq!(headers["access-control-allow-headers"], "x-amz-target");
    assert_eq!(headers["access-control-allow-methods"], "POST");
    assert!(!headers.contains_key("x-amz-id-2"));
    assert!(!headers.contains_key("content-type"));
}

#[tokio::test]
async fn a_request_with_an_origin_exposes_the_ids() {
    let pair = Pair::start(Settings::default());
    let (_, headers, _) = odd(&pair, "POST", &[TARGET, JSON, ("origin", "https://example.org")], "{}").await;
    assert_eq!(headers["access-control-allow-origin"], "*");
    assert_eq!(
        headers["access-control-expose-headers"],
        "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date"
    );
}

#[tokio::test]
async fn an_empty_body_is_answered_in_cbor_unless_the_request_says_json() {
    let pair = Pair::start(Settings::default());
    let (status, headers, body) = odd(&pair, "POST", &[TARGET], "").await;
    assert_eq!(status, 400);
    assert_eq!(headers["content-type"], "application/x-amz-cbor-1.1");
    assert_eq!(body, b"\xbf\x66__type\x76SerializationException\xff");
    let (_, _, body) = odd(&pair, "POST", &[], "").await;
    assert_eq!(body, b"\xbf\x66__type\x78\x19UnknownOperationException\xff");
    let (_, headers, body) = odd(&pair, "POST", &[TARGET, JSON], "").await;
    assert_eq!(headers["content-type"], "application/x-amz-json-1.1");
    assert_eq!(body, br#"{"__type":"SerializationException"}"#);
}

#[tokio::test]
async fn the_content_type_decides_who_answers() {
    let pair = Pair::start(Settings::default());
    let plain = ("content-type", "application/json");
    let (status, _, body) = odd(&pair, "POST", &[TARGET, plain], "{}").await;
    assert_eq!(status, 404);
    assert_eq!(
        String::from_utf8_lossy(&body),
        r#"{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}"#
    );
    let (status, _, body) = odd(&pair, "POST", &[TARGET, plain], "{").await;
    assert_eq!(status, 400);
    assert_eq!(
        String::from_utf8_lossy(&body),
        r#"{"Output":{"__type":"com.amazon.coral.service#SerializationException"},"Version":"1.0"}"#
    );
    let (status, _, _) = odd(&pair, "POST", &[("content-type", "text/plain")], "{}").await;
    assert_eq!(status, 403);
    let charset = ("content-type", "application/x-amz-json-1.1; charset=utf-8");
    let (_, _, body) = odd(&pair, "POST", &[TARGET, charset], "{}").await;
    assert!(String::from_utf8_lossy(&body).contains("MissingAuthenticationTokenException"));
}
