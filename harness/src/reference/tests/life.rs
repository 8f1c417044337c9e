//! Streams and keys over the wire, the clock, and the life of a server.

use super::*;
use crate::spec::{Candidate, OpenQuestion};

#[tokio::test]
async fn a_start_of_encryption_shows_updating_and_then_active_with_the_key() {
    let pair = Pair::start(slow());
    assert_eq!(pair.call("CreateStream", r#"{"StreamName":"s","ShardCount":1}"#).await.body.len(), 0);
    pair.running.advance_clock(Duration::from_millis(5));
    assert_eq!(pair.state().await, ("ACTIVE".to_owned(), "NONE".to_owned(), None));
    assert_eq!(pair.call("StartStreamEncryption", START).await.body.len(), 0);
    let key = Some("alias/aws/kinesis".to_owned());
    assert_eq!(pair.state().await, ("UPDATING".to_owned(), "KMS".to_owned(), key.clone()));
    assert_eq!(pair.refuse("StopStreamEncryption", START).await, "ResourceInUseException");
    pair.running.advance_clock(Duration::from_secs(110));
    assert_eq!(pair.state().await, ("ACTIVE".to_owned(), "KMS".to_owned(), key));
    let put = pair.accept("PutRecord", r#"{"StreamName":"s","Data":"YQ==","PartitionKey":"p"}"#).await;
    assert_eq!(put.get("EncryptionType"), Some(&"KMS".into()));
    pair.running.shutdown().await;
}

#[tokio::test]
async fn transitions_end_by_wall_time_too() {
    let pair = Pair::start(Settings::default());
    pair.accept("CreateStream", r#"{"StreamName":"s","ShardCount":1}"#).await;
    for _ in 0..1000 {
        if pair.state().await.0 == "ACTIVE" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the stream is still not ACTIVE");
}

#[test]
fn a_transition_lasts_at_least_a_millisecond_and_at_most_for_ever() {
    assert_eq!(service::millis(Duration::ZERO), 1);
    assert_eq!(service::millis(Duration::from_millis(30)), 30);
    assert_eq!(service::millis(Duration::MAX), i64::MAX);
}

#[tokio::test]
async fn a_transition_without_end_does_not_end() {
    let transition = Durations { update: Duration::MAX, ..Durations::default() };
    let pair = Pair::with_stream(Settings { transition, ..Settings::default() }).await;
    pair.accept("StartStreamEncryption", START).await;
    pair.running.advance_clock(Duration::from_secs(1_000_000));
    assert_eq!(pair.state().await.0, "UPDATING");
}

#[tokio::test]
async fn the_keys_of_the_environment_are_what_their_names_say() {
    for (name, expected) in [
        ("managed", None),
        ("enabled-a", None),
        ("enabled-b", None),
        ("alias", None),
        ("foreign-account", None),
        ("disabled", Some("KMSDisabledException")),
        ("pending-deletion", Some("KMSInvalidStateException")),
        ("denied", Some("KMSAccessDeniedException")),
        ("throttled", Some("KMSThrottlingException")),
        ("not-opted-in", Some("KMSOptInRequired")),
        ("foreign-region", Some("KMSNotFoundException")),
    ] {
        let pair = Pair::with_stream(slow()).await;
        let key = &keys()[name];
        let input = format!(r#"{{"StreamName":"s","EncryptionType":"KMS","KeyId":"{key}"}}"#);
        match expected {
            Some(class) => assert_eq!(pair.refuse("StartStreamEncryption", &input).await, class, "{name}"),
            None => {
                pair.accept("StartStreamEncryption", &input).await;
                assert_eq!(pair.state().await.2.as_ref(), Some(key), "{name}");
            }
        }
    }
    assert_eq!(keys().len(), 11);
}

#[tokio::test]
async fn the_policy_decides_what_is_open() {
    let mut policy = Policy::default();
    policy.set(OpenQuestion::TypeWhileUpdating, Candidate::Before).expect("it is a candidate");
    policy.set(OpenQuestion::KeyWhileUpdating, Candidate::Before).expect("it is a candidate");
    let pair = Pair::with_stream(Settings { policy, ..slow() }).await;
    pair.accept("StartStreamEncryption", START).await;
    assert_eq!(pair.state().await, ("UPDATING".to_owned(), "NONE".to_owned(), None));
}

#[tokio::test]
async fn records_written_come_back() {
    let pair = Pair::with_stream(slow()).await;
    pair.accept("PutRecord", r#"{"StreamName":"s","Data":"aGk=","PartitionKey":"p"}"#).await;
    let place = r#"{"StreamName":"s","ShardId":"shardId-000000000000","ShardIteratorType":"TRIM_HORIZON"}"#;
    let output = pair.accept("GetShardIterator", place).await;
    let place = output.get("ShardIterator").and_then(Value::as_str).expect("it is there");
    let input = format!(r#"{{"ShardIterator":"{place}"}}"#);
    let output = pair.accept("GetRecords", &input).await;
    let record = &output.get("Records").and_then(Value::as_list).expect("a list")[0];
    assert_eq!(record.get("Data"), Some(&"aGk=".into()));
    assert_eq!(record.get("EncryptionType"), None);
    pair.running.advance_clock(Duration::from_secs(301));
    assert_eq!(pair.refuse("GetRecords", &input).await, "ExpiredIteratorException");
}

#[tokio::test]
async fn servers_side_by_side_share_nothing() {
    let pairs: Vec<_> = (0..20).map(|_| Pair::start(Settings::default())).collect();
    pairs[0].accept("CreateStream", r#"{"StreamName":"s","ShardCount":1}"#).await;
    for pair in &pairs[1..] {
        let output = pair.accept("ListStreams", "{}").await;
        assert_eq!(output.get("StreamNames"), Some(&Value::List(Vec::new())));
    }
}

#[tokio::test]
async fn a_server_is_gone_once_it_is_shut_down_or_dropped() {
    let pair = Pair::start(Settings::default());
    pair.accept("ListStreams", "{}").await;
    let address = pair.running.address();
    pair.running.shutdown().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    let running = start(Settings::default()).expect("a free port can be bound");
    let address = running.address();
    drop(running);
    // Dropping does not wait, so that the port may take a turn of the runtime to close.
    for _ in 0..100 {
        if tokio::net::TcpStream::connect(address).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the port is still open");
}

#[tokio::test]
async fn an_address_in_use_is_an_error() {
    let running = start(Settings::default()).expect("a free port can be bound");
    let settings = Settings { listen: running.address(), ..Settings::default() };
    assert_eq!(start(settings).expect_err("it is taken").kind(), std::io::ErrorKind::AddrInUse);
}

/// What each client does that never sends a whole request, and the first bytes that it sends.
const UNFINISHED: [(&str, &[u8]); 6] = [
    ("nothing", b""),
    ("a part of the preface of HTTP/2", b"PRI * HTTP/2.0\r\n"),
    ("the preface of HTTP/2 and no more", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("a part of the request line", b"PO"),
    ("a part of the head", b"POST / HTTP/1.1\r\nHost: a\r\n"),
    ("a part of the body", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{}"),
];

/// Reads until the server closes the connection.
async fn closed(mut stream: tokio::net::TcpStream) {
    use tokio::io::AsyncReadExt as _;
    let mut rest = Vec::new();
    // A reset closes it too.
    let _ends = stream.read_to_end(&mut rest).await;
}

#[tokio::test]
async fn a_connection_that_sends_no_whole_request_in_time_is_closed() {
    use tokio::io::AsyncWriteExt as _;
    let read_timeout = Duration::from_millis(200);
    let pair = Pair::start(Settings { read_timeout, ..Settings::default() });
    let limit = Duration::from_secs(10);
    for (what, bytes) in UNFINISHED {
        let mut stream = tokio::net::TcpStream::connect(pair.running.address()).await.expect("a connection");
        stream.write_all(bytes).await.expect("it takes the bytes");
        let ended = tokio::time::timeout(limit, closed(stream)).await;
        assert!(ended.is_ok(), "a connection that sent {what} is still open");
    }
    // A head that comes byte by byte is not finished in time either.
    let stream = tokio::net::TcpStream::connect(pair.running.address()).await.expect("a connection");
    let (mut reads, mut writes) = stream.into_split();
    let drips = async {
        for byte in b"POST / HTTP/1.1\r\nHost: a\r\nX: ".iter().chain(std::iter::repeat(&b'x')) {
            if writes.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let read = async { tokio::io::AsyncReadExt::read(&mut reads, &mut [0; 64]).await };
    let ended = tokio::time::timeout(limit, async {
        tokio::select! { () = drips => {}, _end = read => {} }
    });
    assert!(ended.await.is_ok(), "a head that drips keeps its connection open");
    pair.accept("ListStreams", "{}").await;
}

#[tokio::test]
async fn a_response_that_is_held_back_outlives_the_time_for_reading() {
    let transition = Durations { update: Duration::from_millis(1_000), ..Durations::default() };
    let pair = Pair::with_stream(Settings {
        read_timeout: Duration::from_millis(300),
        faults: Faults::from([fault("answered-late")]),
        transition,
        ..Settings::default()
    })
    .await;
    let started = tokio::time::Instant::now();
    pair.accept("StartStreamEncryption", START).await;
    assert!(started.elapsed() >= Duration::from_millis(600), "the response was held back");
}

#[tokio::test]
async fn no_more_connections_are_open_at_once_than_the_bound_and_others_wait() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let pair = Pair::start(Settings { connections: 2, ..Settings::default() });
    let mut streams = Vec::new();
    for _ in 0..3 {
        let stream = tokio::net::TcpStream::connect(pair.running.address()).await.expect("a connection");
        streams.push(stream);
    }
    // A request that is answered shows that the connection was accepted.
    let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for stream in &mut streams {
        stream.write_all(request).await.expect("it takes the bytes");
    }
    let (mut third, mut second) = (streams.pop().expect("three"), streams.pop().expect("three"));
    let mut first = streams.pop().expect("three");
    for stream in [&mut first, &mut second] {
        assert!(stream.read(&mut [0; 4_096]).await.expect("an answer") > 0);
    }
    let mut byte = [0];
    let waits = tokio::time::timeout(Duration::from_millis(200), third.read(&mut byte)).await;
    assert!(waits.is_err(), "the third connection was served beside two others");
    drop(first);
    let served = tokio::time::timeout(Duration::from_secs(10), third.read(&mut byte)).await;
    assert_eq!(served.expect("its turn comes").expect("an answer"), 1);
}

/// What the server answers first, or nothing within a short time.
async fn first_line(stream: &mut tokio::net::TcpStream, within: Duration) -> Option<String> {
    use tokio::io::AsyncReadExt as _;
    let mut bytes = [0; 4_096];
    let read = tokio::time::timeout(within, stream.read(&mut bytes)).await.ok()?.expect("an answer");
    String::from_utf8_lossy(&bytes[..read]).lines().next().map(str::to_owned)
}

#[tokio::test]
async fn bodies_are_bounded_each_by_itself_and_all_together() {
    use tokio::io::AsyncWriteExt as _;
    let pair = Pair::start(Settings::default());
    let send = async |head: &str| {
        let mut stream = tokio::net::TcpStream::connect(pair.running.address()).await.expect("a connection");
        stream
            .write_all(format!("POST / HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n").as_bytes())
            .await
            .expect("sent");
        stream
    };
    // Refused by what it states, before any of it is there.
    let mut long = send("Content-Length: 2000000000").await;
    let answered = first_line(&mut long, Duration::from_secs(10)).await;
    assert_eq!(answered.as_deref(), Some("HTTP/1.1 413 Payload Too Large"));

    // Each of these may be as long as any, and together they have all that there is.
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(send("Transfer-Encoding: chunked").await);
    }
    let stated = "Content-Length: 20000000";
    let mut waits = send(stated).await;
    waits.write_all(&vec![b'a'; 1 << 16]).await.expect("sent");
    assert_eq!(first_line(&mut waits, Duration::from_millis(300)).await, None);
    let mut short = send("Content-Length: 0").await;
    let answered = first_line(&mut short, Duration::from_secs(10)).await;
    assert!(answered.is_some(), "a request without a body waits for nobody");
    open.clear();
    let rest = vec![b'a'; 20_000_000 - (1 << 16)];
    tokio::time::timeout(Duration::from_secs(30), waits.write_all(&rest))
        .await
        .expect("it is read")
        .expect("sent");
    let answered = first_line(&mut waits, Duration::from_secs(30)).await;
    assert!(answered.is_some(), "its turn comes");
}
