use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use super::*;

fn client_for(endpoint: &str, timeout: Duration) -> Client {
    Client::new(ClientSettings {
        endpoint: Endpoint::parse(endpoint).unwrap(),
        credentials: Credentials::dummy(),
        region: "us-east-1".to_owned(),
        timeout,
        connect_timeout: Duration::from_secs(5),
    })
    .unwrap()
}

fn request(auth: Auth) -> Request {
    Request {
        target: Some("Kinesis_20131202.ListStreams".to_owned()),
        content_type: "application/x-amz-json-1.1".to_owned(),
        body: Bytes::from_static(b"{}"),
        auth,
    }
}

async fn answering(template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(matchers::any()).respond_with(template).mount(&server).await;
    server
}

/// What a raw server does after it has written.
#[derive(Clone, Copy)]
enum Then {
    Close,
    Hold,
    Repeat,
}

/// A server that reads a request, writes `bytes`, and then does as reported. Counts connections.
async fn raw(bytes: &'static [u8], then: Then) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(stream, bytes, then));
        }
    });
    (endpoint, connections)
}

async fn serve(mut stream: TcpStream, bytes: &'static [u8], then: Then) {
    while read_request(&mut stream).await {
        if stream.write_all(bytes).await.is_err() {
            return;
        }
        match then {
            Then::Close => return,
            Then::Hold => {}
            Then::Repeat => while stream.write_all(&[b'x'; 65_536]).await.is_ok() {},
        }
    }
}

/// Reads up to the end of the body `{}`; false if the client has closed.
async fn read_request(stream: &mut TcpStream) -> bool {
    let mut seen = Vec::new();
    while !seen.ends_with(b"{}") {
        match stream.read_buf(&mut seen).await {
            Ok(0) | Err(_) => return false,
            Ok(_) => {}
        }
    }
    true
}

/// The kind and text of what a raw server brings about.
async fn trouble(bytes: &'static [u8], then: Then) -> NoAnswer {
    let (endpoint, _) = raw(bytes, then).await;
    client_for(&endpoint, Duration::from_secs(10)).send(&request(Auth::Signed)).await.outcome.unwrap_err()
}

fn names(headers: &wiremock::http::HeaderMap) -> Vec<&str> {
    let mut names: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_signed_request_carries_exactly_the_expected_headers() {
    let server = answering(ResponseTemplate::new(200)).await;
    client_for(&server.uri(), Duration::from_secs(10)).send(&request(Auth::Signed)).await.outcome.unwrap();
    let received = server.received_requests().await.unwrap();
    let [received] = received.as_slice() else { panic!("one request") };
    assert_eq!((received.method.as_str(), received.url.path()), ("POST", "/"));
    assert_eq!(received.body, b"{}");
    assert_eq!(
        names(&received.headers),
        ["accept", "authorization", "content-length", "content-type", "host", "x-amz-date", "x-amz-target"]
    );
    let host = server.address().to_string();
    for (name, value) in [
        ("accept", "*/*"),
        ("content-length", "2"),
        ("content-type", "application/x-amz-json-1.1"),
        ("host", host.as_str()),
        ("x-amz-target", "Kinesis_20131202.ListStreams"),
    ] {
        assert_eq!(received.headers[name], value);
    }
}

#[tokio::test]
async fn what_the_client_sends_the_verifier_accepts() {
    let server = answering(ResponseTemplate::new(200)).await;
    client_for(&server.uri(), Duration::from_secs(10)).send(&request(Auth::Signed)).await.outcome.unwrap();
    let received = server.received_requests().await.unwrap().remove(0);
    let headers: Vec<_> =
        received.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    let incoming = crate::wire::Incoming {
        method: "POST",
        path: "/",
        query: "",
        headers: &headers,
        body: &received.body,
    };
    crate::wire::Verifier::new("us-east-1", [Credentials::dummy()])
        .verify(&incoming, SystemTime::now())
        .unwrap();
}

#[tokio::test]
async fn an_unsigned_request_without_target_and_body_carries_no_more_than_it_must() {
    let server = answering(ResponseTemplate::new(200)).await;
    let bare = Request { target: None, body: Bytes::new(), ..request(Auth::Unsigned) };
    client_for(&server.uri(), Duration::from_secs(10)).send(&bare).await.outcome.unwrap();
    let received = server.received_requests().await.unwrap();
    assert_eq!(names(&received[0].headers), ["accept", "content-length", "content-type", "host"]);
    assert_eq!(received[0].headers["content-length"], "0");
}

#[tokio::test]
async fn an_answer_comes_back_whole() {
    let server =
        answering(ResponseTemplate::new(418).insert_header("X-Amzn-RequestId", "r").set_body_string("b"))
            .await;
    let sent = client_for(&server.uri(), Duration::from_secs(10)).send(&request(Auth::Signed)).await;
    let response = sent.outcome.unwrap();
    assert_eq!((response.status, response.header("x-amzn-requestid")), (418, Some("r")));
    assert_eq!(response.body, "b");
    assert!(sent.sent < sent.received);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = answering(ResponseTemplate::new(307).insert_header("location", "/elsewhere")).await;
    let sent = client_for(&server.uri(), Duration::from_secs(10)).send(&request(Auth::Signed)).await;
    assert_eq!(sent.outcome.unwrap().status, 307);
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_not_tried_again() {
    let server = answering(ResponseTemplate::new(503)).await;
    client_for(&server.uri(), Duration::from_secs(10)).send(&request(Auth::Signed)).await.outcome.unwrap();
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn gzip_that_nobody_requested_is_left_alone() {
    let packed: &[u8] =
        &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0, 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0];
    let server = answering(
        ResponseTemplate::new(200).insert_header("content-encoding", "gzip").set_body_bytes(packed),
    )
    .await;
    let sent = client_for(&server.uri(), Duration::from_secs(10)).send(&request(Auth::Signed)).await;
    let response = sent.outcome.unwrap();
    assert_eq!(response.body, packed);
    assert_eq!(response.header("content-encoding"), Some("gzip"));
}

#[tokio::test]
async fn a_late_answer_times_out() {
    let server = answering(ResponseTemplate::new(200).set_delay(Duration::from_secs(30))).await;
    let sent = client_for(&server.uri(), Duration::from_millis(100)).send(&request(Auth::Signed)).await;
    let none = sent.outcome.unwrap_err();
    assert_eq!(none.kind, NoAnswerKind::TimedOut);
    assert_eq!(none.text, "no whole answer within 100ms");
    assert!(sent.received - sent.sent >= Duration::from_millis(100));
}

#[tokio::test]
async fn a_slow_body_times_out() {
    let (endpoint, _) = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsome", Then::Hold).await;
    let sent = client_for(&endpoint, Duration::from_millis(100)).send(&request(Auth::Signed)).await;
    assert_eq!(sent.outcome.unwrap_err().kind, NoAnswerKind::TimedOut);
}

#[tokio::test]
async fn a_port_where_nobody_listens_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let none = client_for(&endpoint, Duration::from_secs(10))
        .send(&request(Auth::Signed))
        .await
        .outcome
        .unwrap_err();
    assert_eq!(none.kind, NoAnswerKind::Refused);
    assert!(none.text.contains("connection refused"), "{none}");
    assert!(!none.text.contains("http://"), "{none}");
}

#[tokio::test]
async fn a_close_before_or_in_the_head_is_closed() {
    for bytes in [b"".as_slice(), b"HTTP/1.1 200 OK\r\ncontent-le"] {
        let none = trouble(bytes, Then::Close).await;
        assert_eq!(none.kind, NoAnswerKind::Closed, "{none}");
    }
}

#[tokio::test]
async fn a_close_in_the_body_is_closed() {
    for bytes in [
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsome".as_slice(),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nsome\r\n",
    ] {
        let none = trouble(bytes, Then::Close).await;
        assert_eq!(none.kind, NoAnswerKind::Closed, "{none}");
    }
}

#[tokio::test]
async fn garbage_is_not_http() {
    for bytes in [
        b"SSH-2.0-OpenSSH_9.6\r\n".as_slice(),
        b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let none = trouble(bytes, Then::Close).await;
        assert_eq!(none.kind, NoAnswerKind::NotHttp, "{none}: {}", bytes.escape_ascii());
    }
}

#[tokio::test]
async fn an_endless_body_is_cut() {
    for bytes in
        [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n"]
    {
        let none = trouble(bytes, Then::Repeat).await;
        assert_eq!(none.kind, NoAnswerKind::TooLong, "{none}");
    }
}

#[tokio::test]
async fn connections_are_kept_and_a_fresh_client_makes_new_ones() {
    let (endpoint, connections) = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Then::Hold).await;
    let client = client_for(&endpoint, Duration::from_secs(10));
    for _ in 0..3 {
        client.send(&request(Auth::Signed)).await.outcome.unwrap();
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    let fresh = client.fresh();
    for _ in 0..2 {
        fresh.send(&request(Auth::Signed)).await.outcome.unwrap();
    }
    assert_eq!(connections.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_presigned_request_can_be_sent_again() {
    let server = answering(ResponseTemplate::new(200)).await;
    let client = client_for(&server.uri(), Duration::from_secs(10));
    let signed = client.presign(&request(Auth::Signed)).unwrap();
    for _ in 0..2 {
        client.send_signed(&signed).await.outcome.unwrap();
    }
    let received = server.received_requests().await.unwrap();
    assert_eq!(received[0].headers["authorization"], received[1].headers["authorization"]);
    assert!(!format!("{signed:?}").contains("Signature="), "{signed:?}");
}

#[tokio::test]
async fn a_header_that_http_cannot_carry_is_not_sent() {
    let client = client_for("http://127.0.0.1:9", Duration::from_secs(10));
    for auth in [Auth::Signed, Auth::Unsigned] {
        let odd = Request { target: Some("a\nb".to_owned()), ..request(auth) };
        let none = client.send(&odd).await.outcome.unwrap_err();
        assert!(none.text.starts_with("not sent: failed to write the header `x-amz-target`"), "{none}");
    }
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn a_plain_server_fails_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            let _ = stream.read(&mut [0; 1024]).await;
        }
    });
    let none = client_for(&endpoint, Duration::from_secs(10))
        .send(&request(Auth::Signed))
        .await
        .outcome
        .unwrap_err();
    assert_eq!(none.kind, NoAnswerKind::Tls, "{none}");
}

#[cfg(not(feature = "tls"))]
#[test]
fn https_without_tls_is_an_error_that_says_so() {
    let error = Client::new(ClientSettings {
        endpoint: Endpoint::parse("https://localhost").unwrap(),
        credentials: Credentials::dummy(),
        region: "us-east-1".to_owned(),
        timeout: Duration::from_secs(1),
        connect_timeout: Duration::from_secs(1),
    })
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "connect to https://localhost: this build speaks no TLS (feature `tls` is off)"
    );
}

#[test]
fn an_endpoint_is_scheme_host_and_port() {
    for text in ["http://127.0.0.1:4567", "http://localhost:4567/", "https://[::1]:8443"] {
        assert_eq!(Endpoint::parse(text).unwrap().to_string(), text.trim_end_matches('/'));
    }
}

#[test]
fn an_endpoint_with_more_is_refused() {
    for (text, error) in [
        (
            "http://h/x",
            "use the endpoint `http://h/x`: it has a path, and may have scheme, host and port only",
        ),
        (
            "http://h/?x",
            "use the endpoint `http://h/?…`: it has a query, and may have scheme, host and port only",
        ),
        (
            "http://h/#x",
            "use the endpoint `http://h/#…`: it has a fragment, and may have scheme, host and port only",
        ),
        (
            "http://me:secret@h",
            "use the endpoint `…@h`: it has user information, and may have scheme, host and port only",
        ),
        ("ftp://h", "use the endpoint `ftp://h`: the scheme is `ftp`, not http or https"),
        ("localhost:4567", "use the endpoint `localhost:4567`: the scheme is `localhost`, not http or https"),
        ("127.0.0.1:4567", "read the endpoint `127.0.0.1:4567`: relative URL without a base"),
    ] {
        assert_eq!(Endpoint::parse(text).unwrap_err().to_string(), error);
    }
}

#[test]
fn no_error_about_an_endpoint_repeats_what_may_be_a_secret() {
    for text in [
        "ftp://me:geheim@h",
        "http://me:geheim@h:port",
        "http://me:geheim@[::1",
        "http://me:geheim%40h",
        "http://me:geheim",
        "me:geheim@h:4567",
        "http://me:ge/heim:geheim@h/a",
        "http://h/?token=geheim",
        "http://h/#geheim",
        "http://h:4567/a?geheim@h",
    ] {
        let reported = Endpoint::parse(text).unwrap_err().to_string();
        assert!(!reported.contains("geheim") && !reported.contains("heim"), "{reported}");
    }
}

#[test]
fn hosts_of_aws_are_known() {
    for host in [
        "kinesis.us-east-1.amazonaws.com",
        "KINESIS.us-east-1.AMAZONAWS.com.",
        "kinesis.cn-north-1.amazonaws.com.cn",
        "123456789012.control-kinesis.us-east-1.api.aws",
        "amazonaws.com",
    ] {
        assert!(Endpoint::parse(&format!("https://{host}")).unwrap().is_aws(), "{host}");
    }
    for host in ["localhost", "notamazonaws.com", "amazonaws.com.example.org", "127.0.0.1", "kinesis.aws"] {
        assert!(!Endpoint::parse(&format!("https://{host}")).unwrap().is_aws(), "{host}");
    }
}
