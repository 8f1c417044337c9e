//! HTTP/2 with prior knowledge, beside HTTP/1.1 on one port.

use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::{Version, header};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::*;

/// A bare connection that speaks HTTP/2 from its first byte.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    task: tokio::task::JoinHandle<hyper::Result<()>>,
}

impl Connection {
    async fn open(pair: &Pair) -> Self {
        let stream = tokio::net::TcpStream::connect(pair.running.address()).await.expect("it listens");
        let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .expect("the client's side of a connection");
        Self { sender, task: tokio::spawn(connection) }
    }

    async fn call(&self, pair: &Pair, operation: &str, body: &str, host: Option<&str>) -> Answer {
        let request = signed(pair, operation, body, host);
        let response = self.sender.clone().send_request(request).await?;
        let (parts, body) = response.into_parts();
        Ok((parts, body.collect().await?.to_bytes()))
    }
}

type Answer = hyper::Result<(hyper::http::response::Parts, Bytes)>;

/// A request signed as the pair's client signs it; `host` is its authority, the server's where none
/// is given.
fn signed(pair: &Pair, operation: &str, body: &str, host: Option<&str>) -> hyper::Request<Full<Bytes>> {
    let plain = Request {
        target: Some(format!("Kinesis_20131202.{operation}")),
        content_type: "application/x-amz-json-1.1".to_owned(),
        body: Bytes::copy_from_slice(body.as_bytes()),
        auth: Auth::Signed,
    };
    let signed = pair.client.presign(&plain).expect("it can be signed");
    let own = pair.running.address().to_string();
    let mut request = hyper::Request::post(format!("http://{}/", host.unwrap_or(&own)))
        .version(Version::HTTP_2)
        .body(Full::new(plain.body))
        .expect("it is a request");
    request.headers_mut().extend(signed.headers().clone());
    request
}

#[tokio::test]
async fn a_call_by_http2_is_answered_as_by_http11() {
    let pair = Pair::with_stream(slow()).await;
    let connection = Connection::open(&pair).await;
    let input = r#"{"StreamName":"s"}"#;
    let (parts, body) = connection.call(&pair, "DescribeStream", input, None).await.expect("an answer");
    assert_eq!((parts.status.as_u16(), parts.version), (200, Version::HTTP_2));
    assert_eq!(parts.headers[header::CONTENT_TYPE], "application/x-amz-json-1.1");
    assert_eq!(parts.headers[header::CONTENT_LENGTH], body.len().to_string());
    assert!(parts.headers.contains_key("x-amzn-requestid") && parts.headers.contains_key("x-amz-id-2"));
    let by_http11 = pair.call("DescribeStream", input).await;
    assert_eq!((by_http11.status, by_http11.body), (200, body));
}

#[tokio::test]
async fn a_signature_over_another_authority_is_refused() {
    let pair = Pair::start(Settings::default());
    let connection = Connection::open(&pair).await;
    let answer = connection.call(&pair, "ListStreams", "{}", Some("localhost:1")).await;
    let (parts, body) = answer.expect("an answer");
    assert_eq!(parts.status.as_u16(), 400);
    assert!(String::from_utf8_lossy(&body).contains("InvalidSignatureException"), "{body:?}");
}

#[tokio::test]
async fn many_calls_of_one_connection_are_under_way_at_once() {
    let pair = Pair::start(slow());
    let connection = Connection::open(&pair).await;
    let inputs: Vec<_> =
        (0..150).map(|number| format!(r#"{{"StreamName":"s{number}","ShardCount":1}}"#)).collect();
    let calls: Vec<_> = inputs
        .iter()
        .map(|input| {
            let (mut sender, request) =
                (connection.sender.clone(), signed(&pair, "CreateStream", input, None));
            tokio::spawn(async move { sender.send_request(request).await.map(|response| response.status()) })
        })
        .collect();
    for call in calls {
        let status = call.await.expect("the task ends").expect("an answer");
        assert_eq!(status.as_u16(), 200);
    }
}

#[tokio::test]
async fn a_body_beyond_the_bound_is_refused_by_http2_too() {
    let pair = Pair::start(Settings::default());
    let connection = Connection::open(&pair).await;
    let body = " ".repeat(32 * 1024 * 1024 + 1);
    let request = signed(&pair, "ListStreams", &body, None);
    let response = connection.sender.clone().send_request(request).await.expect("an answer");
    assert_eq!(response.status().as_u16(), 413);
}

#[tokio::test]
async fn an_answer_that_is_to_break_ends_its_request() {
    let pair = Pair::start(wrong("wrong-type-breaks-connection"));
    let connection = Connection::open(&pair).await;
    let answer = connection.call(&pair, "DescribeStream", r#"{"StreamName":1}"#, None).await;
    assert!(answer.is_err(), "{answer:?}");
}

#[tokio::test]
async fn a_server_that_is_shut_down_closes_its_http2_connections() {
    let pair = Pair::start(Settings::default());
    let connection = Connection::open(&pair).await;
    connection.call(&pair, "ListStreams", "{}", None).await.expect("an answer");
    pair.running.shutdown().await;
    tokio::time::timeout(Duration::from_secs(10), connection.task)
        .await
        .expect("the connection ends")
        .expect("the task ends")
        .ok();
}
