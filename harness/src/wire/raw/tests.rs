use proptest::prelude::*;
use tokio::net::TcpListener;

use super::*;
use crate::wire::{ClientSettings, Credentials};

fn parsed(bytes: &[u8]) -> Result<RawAnswer, Unreadable> {
    let mut parser = AnswerParser::new("POST");
    if parser.push(bytes)? { parser.finish() } else { parser.end() }.map(|(answer, _)| answer)
}

fn post(body: &'static str) -> RawRequest {
    RawRequest {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        headers: vec![("hOsT".to_owned(), "h".to_owned()), ("x".to_owned(), "1".to_owned())],
        framing: RequestFraming::Length,
        body: Bytes::from_static(body.as_bytes()),
        cut: Cut::Whole,
    }
}

/// A transport to an endpoint, made of a client that nothing is sent by.
fn transport(endpoint: Endpoint, timeout: Duration) -> RawTransport {
    let client = Client::new(ClientSettings {
        endpoint,
        credentials: Credentials::dummy(),
        region: "us-east-1".to_owned(),
        timeout,
        connect_timeout: timeout,
    });
    RawTransport::of(&client.unwrap())
}

/// A server that reads to the first pause, keeps what it read, and answers with these bytes.
async fn serving(answer: &'static [u8]) -> (RawTransport, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(Ok(count)) =
            tokio::time::timeout(Duration::from_millis(60), stream.read(&mut buffer)).await
        {
            read.extend_from_slice(&buffer[..count]);
            if count == 0 {
                break;
            }
        }
        stream.write_all(answer).await.unwrap();
        read
    });
    (transport(endpoint, Duration::from_millis(900)), serving)
}

#[test]
fn a_request_is_written_as_stated() {
    assert_eq!(post("{}").to_bytes(), b"POST / HTTP/1.1\r\nhOsT: h\r\nx: 1\r\nContent-Length: 2\r\n\r\n{}");
    let chunked = RawRequest { framing: RequestFraming::Chunked(2), ..post("abc") };
    assert!(
        chunked.to_bytes().ends_with(b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
    );
    let wrong = RawRequest { framing: RequestFraming::Stated(9), ..post("abc") };
    assert!(wrong.to_bytes().ends_with(b"Content-Length: 9\r\n\r\nabc"));
    let none = RawRequest { framing: RequestFraming::None, ..post("abc") };
    assert!(none.to_bytes().ends_with(b"x: 1\r\n\r\nabc"));
}

#[test]
fn an_answer_keeps_case_order_and_repetition_of_its_headers() {
    let bytes = b"HTTP/1.1 400 Bad Request\r\nX-B: 1\r\nx-a: 2\r\nX-B: 3\r\nContent-Length: 2\r\n\r\n{}";
    let answer = parsed(bytes).unwrap();
    let names: Vec<&str> = answer.head.headers.iter().map(|header| header.name.as_str()).collect();
    assert_eq!(names, ["X-B", "x-a", "X-B", "Content-Length"]);
    assert_eq!(answer.bytes, bytes);
    assert_eq!((answer.head.status, answer.head.reason.as_str()), (400, "Bad Request"));
    assert_eq!((answer.body.as_slice(), answer.framing), (&b"{}"[..], Framing::Length(2)));
    assert_eq!(answer.faults, []);
    assert_eq!(answer.response().header("x-b"), Some("1"));
}

#[test]
fn interim_answers_are_kept_apart_from_the_one_that_counts() {
    let answer =
        parsed(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 E\r\na: b\r\n\r\nHTTP/1.1 204 N\r\n\r\n").unwrap();
    let interim: Vec<u16> = answer.interim.iter().map(|head| head.status).collect();
    assert_eq!((interim, answer.head.status, answer.framing), (vec![100, 103], 204, Framing::None));
}

#[test]
fn chunks_are_joined_and_trailers_kept() {
    let answer = parsed(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nT: v\r\n\r\n",
    )
    .unwrap();
    assert_eq!((answer.body.as_slice(), answer.framing), (&b"abcd"[..], Framing::Chunked));
    assert_eq!(answer.trailers[0].name, "T");
}

#[test]
fn what_is_wrong_and_readable_is_reported_with_its_byte() {
    for (bytes, offset, reason) in [
        (&b"HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"[..], 15, "a line ends without a carriage return"),
        (b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", 0, "`HTTP/2.0` in place of HTTP/1.1"),
        (b"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n", 17, "a header without a colon"),
        (b"HTTP/1.1 200 OK\r\nx : 1\r\nContent-Length: 0\r\n\r\n", 17, "`x ` is no name of a header"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n", 36, "two lengths that differ"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", 17, "`many` is no length"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            17,
            "a length beside chunks",
        ),
    ] {
        let faults = parsed(bytes).unwrap().faults;
        assert_eq!(
            faults,
            [Fault { offset, reason: reason.to_owned() }],
            "{}",
            String::from_utf8_lossy(bytes)
        );
    }
}

#[test]
fn what_is_no_answer_is_refused_with_the_byte_at_which_it_is_not() {
    for (bytes, text) in [
        (&b""[..], "connection closed before any byte of an answer"),
        (b"HTTP/1.1 200", "connection closed at byte 12: the end of the head missing"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "not HTTP at byte 9: `abc` is no status"),
        (b"<html>", "not HTTP at byte 0: an answer starts with `HTTP/`"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",
            "connection closed at byte 40: 3 bytes of the body missing",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "not HTTP at byte 47: `xyz` is no size of a chunk",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
            "not HTTP at byte 51: a chunk is longer than it says",
        ),
    ] {
        assert_eq!(parsed(bytes).unwrap_err().to_string(), text);
    }
}

#[tokio::test]
async fn bytes_go_out_and_come_in_unchanged() {
    let (transport, serving) = serving(b"HTTP/1.1 200 oK\r\nx-X: y\r\ncontent-length: 1\r\n\r\n!").await;
    let exchange = transport.send(&post("{}")).await;
    assert!(exchange.received >= exchange.sent);
    assert_eq!(exchange.outcome.unwrap().head_text(), "HTTP/1.1 200 oK\r\nx-X: y\r\ncontent-length: 1");
    assert_eq!(serving.await.unwrap(), post("{}").to_bytes());
}

#[tokio::test]
async fn pipelined_requests_get_their_answers_in_order() {
    let (transport, serving) = serving(
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n2HTTP/1.1",
    )
    .await;
    let exchanges = transport.pipeline(&[post("a"), post("b"), post("c")]).await;
    let bodies: Vec<_> = exchanges
        .iter()
        .map(|exchange| exchange.outcome.as_ref().map(|answer| answer.body.clone()))
        .collect();
    assert_eq!((bodies[0].as_ref().unwrap(), bodies[1].as_ref().unwrap()), (&b"1".to_vec(), &b"2".to_vec()));
    assert_eq!(bodies[2].as_ref().unwrap_err().kind, NoAnswerKind::Closed);
    serving.await.unwrap();
}

#[tokio::test]
async fn a_request_that_is_cut_ends_where_stated() {
    let (transport, serving) = serving(b"").await;
    let exchange = transport.send(&RawRequest { cut: Cut::After(9), ..post("{}") }).await;
    assert_eq!(exchange.outcome.unwrap_err().kind, NoAnswerKind::Closed);
    assert_eq!(serving.await.unwrap(), b"POST / HT");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let exchange = transport(endpoint, Duration::from_millis(50)).send(&post("{}")).await;
    assert_eq!(exchange.outcome.unwrap_err().kind, NoAnswerKind::TimedOut);
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_are_read_alike(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..80),
            "HTTP/1\\.1 [12][0-9]{2} [a-z]{0,3}\r\n(content-length: [0-9]{1,2}\r\n|transfer-encoding: chunked\r\n|a:b\n){0,2}\r\n[0-9a-f\r\n]{0,20}"
                .prop_map(String::into_bytes),
        ],
        size in 1_usize..9,
    ) {
        let whole = parsed(&bytes);
        let mut parser = AnswerParser::new("POST");
        let mut done = Ok(false);
        for piece in bytes.chunks(size) {
            done = parser.push(piece);
            if done != Ok(false) {
                break;
            }
        }
        let pieced = match done {
            Err(why) => Err(why),
            Ok(true) => parser.finish().map(|(answer, _)| answer),
            Ok(false) => parser.end().map(|(answer, _)| answer),
        };
        match (whole, pieced) {
            (Ok(whole), Ok(pieced)) => {
                // The next event shows whether it was closed, and is not its own.
                prop_assert_eq!(RawAnswer { closed: false, ..whole }, RawAnswer { closed: false, ..pieced });
            }
            (Err(_), Err(_)) => {}
            (whole, pieced) => prop_assert!(false, "{whole:?} {pieced:?}"),
        }
    }
}

#[tokio::test]
async fn http2_is_spoken_where_the_first_frame_is_settings_and_nowhere_else() {
    for (answer, speaks) in [
        (&b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64"[..], true),
        (b"\0\0\0\x04\0\0\0\0\0", true),
        // An acknowledgement, a length that no settings have, another frame, a frame of a stream.
        (b"\0\0\0\x04\x01\0\0\0\0", false),
        (b"\0\0\x05\x04\0\0\0\0\0", false),
        (b"\0\0\x08\x07\0\0\0\0\0", false),
        (b"\0\0\0\x04\0\0\0\0\x01", false),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", false),
        (b"\0\0\0\x04", false),
        (b"", false),
    ] {
        let (transport, _serving) = serving(answer).await;
        assert_eq!(transport.speaks_http2().await, speaks, "{answer:?}");
    }
}
