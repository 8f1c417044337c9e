//! The pooled client and the raw transport trust alike, fail alike and say so with the same text.

mod server;

use std::time::Duration;

use bytes::Bytes;

use self::server::{HOST, Made, Shown, answering, cutting, elsewhere, namesake, without_tls};
use crate::wire::raw::{Cut, RawRequest, RawTransport, RequestFraming};
use crate::wire::{
    Anchors, AnchorsError, Auth, Client, ClientSettings, Credentials, Endpoint, NoAnswer, NoAnswerKind,
    Request, Trust,
};

/// An authority has signed it, and nothing is wrong with it.
const FINE: Made = Made { by_itself: false, authority: false, expired: false };
/// As common tools make one for a server by themselves.
const BY_ITSELF: Made = Made { by_itself: true, authority: true, expired: false };

fn client(endpoint: &str, trust: Trust) -> Client {
    let timeout = Duration::from_secs(10);
    let settings = ClientSettings {
        endpoint: Endpoint::parse(endpoint).unwrap(),
        credentials: Credentials::dummy(),
        region: "us-east-1".to_owned(),
        timeout,
        connect_timeout: timeout,
    };
    Client::trusting(settings, trust).unwrap()
}

fn raw_request() -> RawRequest {
    RawRequest {
        method: "PUT".to_owned(),
        path: "/x".to_owned(),
        headers: vec![("hOsT".to_owned(), "h".to_owned())],
        framing: RequestFraming::Length,
        body: Bytes::from_static(b"{}"),
        cut: Cut::Whole,
    }
}

/// What the pooled client and the raw transport get: the status, or why there is none.
async fn both(endpoint: &str, trust: Trust) -> [Result<u16, NoAnswer>; 2] {
    let client = client(endpoint, trust);
    let request = Request {
        target: None,
        content_type: "application/x-amz-json-1.1".to_owned(),
        body: Bytes::from_static(b"{}"),
        auth: Auth::Signed,
    };
    let pooled = client.send(&request).await.outcome.map(|answer| answer.status);
    let raw = RawTransport::of(&client).send(&raw_request()).await.outcome.map(|answer| answer.head.status);
    [pooled, raw]
}

/// Fails unless both get no answer, for the same reason.
async fn fail_alike(endpoint: &str, trust: Trust, kind: NoAnswerKind, text: &str) {
    let [pooled, raw] = both(endpoint, trust).await;
    assert_eq!(pooled, raw, "{text}");
    let none = pooled.unwrap_err();
    assert_eq!((none.kind, none.text.as_str()), (kind, text));
}

#[tokio::test]
async fn a_certificate_of_a_trusted_authority_is_trusted() {
    let shown = Shown::of(HOST, FINE);
    let trust = shown.trust();
    assert_eq!(both(&answering(shown.acceptor(&[])).await, trust).await, [Ok(200), Ok(200)]);
}

#[tokio::test]
async fn a_certificate_that_is_named_itself_is_trusted_marked_as_an_authoritys_or_not() {
    for made in [BY_ITSELF, Made { authority: false, ..BY_ITSELF }] {
        let shown = Shown::of(HOST, made);
        let trust = shown.trust();
        assert_eq!(both(&answering(shown.acceptor(&[])).await, trust).await, [Ok(200), Ok(200)]);
    }
}

#[tokio::test]
async fn any_certificate_is_taken_on_request() {
    for (host, made) in
        [(HOST, FINE), (HOST, BY_ITSELF), (HOST, Made { expired: true, ..BY_ITSELF }), ("kinesis.test", FINE)]
    {
        let endpoint = answering(Shown::of(host, made).acceptor(&[])).await;
        assert!(client(&endpoint, Trust::Any).takes_any_certificate());
        assert_eq!(both(&endpoint, Trust::Any).await, [Ok(200), Ok(200)]);
    }
    assert!(!client("http://127.0.0.1:1", Trust::Any).takes_any_certificate(), "there is none to take");
    assert!(!client("https://127.0.0.1:1", elsewhere()).takes_any_certificate());
}

#[tokio::test]
async fn an_untrusted_certificate_is_reported_as_one_with_the_reason() {
    let stranger = "the certificate is not trusted: none of the authorities that are trusted has signed it";
    let by_itself = "the certificate is not trusted: it is self-signed or an authority's own (it is marked as a \
                     CA's), and is not among the certificates that are trusted";
    for (made, text) in
        [(FINE, stranger), (Made { authority: false, ..BY_ITSELF }, stranger), (BY_ITSELF, by_itself)]
    {
        let endpoint = answering(Shown::of(HOST, made).acceptor(&[])).await;
        fail_alike(&endpoint, elsewhere(), NoAnswerKind::Untrusted, text).await;
    }
    let endpoint = answering(Shown::of(HOST, FINE).acceptor(&[])).await;
    let text = "the certificate is not trusted: an authority of its issuer's name is trusted, but has another \
                 key than the one that signed it";
    fail_alike(&endpoint, namesake(), NoAnswerKind::Untrusted, text).await;
}

#[tokio::test]
async fn a_trusted_certificate_must_be_for_the_host_and_of_today() {
    let late = "the certificate is not trusted: it expired at 2001-02-03T00:00:00Z";
    let other = "the certificate is not trusted: it is for `kinesis.test`, not for `127.0.0.1`";
    for made in [FINE, BY_ITSELF] {
        for (host, expired, text) in [(HOST, true, late), ("kinesis.test", false, other)] {
            let shown = Shown::of(host, Made { expired, ..made });
            let trust = shown.trust();
            let endpoint = answering(shown.acceptor(&[])).await;
            fail_alike(&endpoint, trust, NoAnswerKind::Untrusted, text).await;
        }
    }
}

#[tokio::test]
async fn a_port_that_does_not_speak_tls_is_reported() {
    let plain = "what came is not TLS (InvalidContentType); the port may speak plain http";
    let closed = "the server closed the connection in the handshake of TLS";
    for (answer, text) in [(&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], plain), (b"", closed)] {
        fail_alike(&without_tls(answer).await, elsewhere(), NoAnswerKind::Tls, text).await;
    }
}

#[tokio::test]
async fn an_alert_is_reported_in_the_handshake_and_after_it() {
    let shown = Shown::of(HOST, FINE);
    let trust = shown.trust();
    let endpoint = answering(shown.acceptor(&[b"gopher"])).await;
    let text = "the server ended the handshake of TLS with the alert NoApplicationProtocol";
    fail_alike(&endpoint, trust, NoAnswerKind::Tls, text).await;

    // In TLS 1.3 the client has finished its part before the server misses a certificate.
    let shown = Shown::of(HOST, FINE);
    let trust = shown.trust();
    let endpoint = answering(shown.demanding()).await;
    let text = "the server ended the handshake of TLS with the alert CertificateRequired";
    fail_alike(&endpoint, trust, NoAnswerKind::Tls, text).await;
}

#[tokio::test]
async fn the_raw_bytes_inside_tls_are_those_without_it() {
    let shown = Shown::of(HOST, FINE);
    let trust = shown.trust();
    let answer = b"HTTP/1.1 200 oK\r\nx-X: y\r\ncontent-length: 1\r\n\r\n!";
    let (endpoint, serving) = cutting(shown.acceptor(&[]), answer).await;
    let exchange = RawTransport::of(&client(&endpoint, trust)).send(&raw_request()).await;
    assert_eq!(exchange.outcome.unwrap().bytes, answer);
    assert_eq!(serving.await.unwrap(), raw_request().to_bytes());
}

#[tokio::test]
async fn a_connection_that_is_cut_inside_tls_is_closed_as_without_it() {
    for (bytes, text) in [
        (&b""[..], "connection closed before any byte of an answer"),
        (b"HTTP/1.1 200", "connection closed at byte 12: the end of the head missing"),
    ] {
        let shown = Shown::of(HOST, FINE);
        let trust = shown.trust();
        let (endpoint, _serving) = cutting(shown.acceptor(&[]), bytes).await;
        let none =
            RawTransport::of(&client(&endpoint, trust)).send(&raw_request()).await.outcome.unwrap_err();
        assert_eq!((none.kind, none.text.as_str()), (NoAnswerKind::Closed, text));
    }
}

#[tokio::test]
async fn a_request_that_is_cut_ends_there_inside_tls_too() {
    let shown = Shown::of(HOST, FINE);
    let trust = shown.trust();
    let (endpoint, serving) = cutting(shown.acceptor(&[]), b"").await;
    let cut = RawRequest { cut: Cut::After(9), ..raw_request() };
    let exchange = RawTransport::of(&client(&endpoint, trust)).send(&cut).await;
    assert_eq!(exchange.outcome.unwrap_err().kind, NoAnswerKind::Closed);
    assert_eq!(serving.await.unwrap(), b"PUT /x HT");
}

#[tokio::test]
async fn requests_are_pipelined_inside_tls_too() {
    let shown = Shown::of(HOST, FINE);
    let trust = shown.trust();
    let answers =
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1HTTP/1.1 201 OK\r\ncontent-length: 1\r\n\r\n2";
    let (endpoint, _serving) = cutting(shown.acceptor(&[]), answers).await;
    let transport = RawTransport::of(&client(&endpoint, trust));
    let exchanges = transport.pipeline(&[raw_request(), raw_request()]).await;
    let statuses: Vec<u16> =
        exchanges.into_iter().map(|exchange| exchange.outcome.unwrap().head.status).collect();
    assert_eq!(statuses, [200, 201]);
}

#[tokio::test]
async fn http2_is_spoken_behind_tls_where_the_server_picks_it() {
    for (protocols, speaks) in [
        (&[&b"h2"[..], b"http/1.1"][..], true),
        (&[b"http/1.1", b"h2"], false),
        (&[b"http/1.1"], false),
        (&[], false),
        (&[b"h2"], true),
    ] {
        let shown = Shown::of(HOST, FINE);
        let trust = shown.trust();
        let endpoint = answering(shown.acceptor(protocols)).await;
        assert_eq!(client(&endpoint, trust).speaks_http2().await, speaks, "{protocols:?}");
        assert!(!client(&endpoint, elsewhere()).speaks_http2().await, "no step of a stranger");
    }
}

#[test]
fn a_file_without_certificates_is_no_anchor() {
    let fine = Shown::of(HOST, FINE).vouches;
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    for bytes in ["", "certificate", key.as_str()] {
        assert_eq!(Anchors::from_pem(bytes.as_bytes()), Err(AnchorsError::Nothing), "{bytes}");
    }
    assert_eq!(
        Anchors::from_pem(format!("{key}{fine}").as_bytes()),
        Anchors::from_pem(fine.as_bytes()),
        "what is no certificate is passed over"
    );
    for (broken, text) in [
        (
            format!("{fine}-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"),
            "certificate 2 of the file: it cannot be read",
        ),
        (
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n".to_owned(),
            "certificate 1 of the file: what stands in it is no Base64",
        ),
        (
            fine.replace("-----END CERTIFICATE-----", ""),
            "certificate 1 of the file: the line that ends it is missing",
        ),
    ] {
        let error = Anchors::from_pem(broken.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), format!("read {text}"));
    }
}
