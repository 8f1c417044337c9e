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
