//! What each fault does, and that it does nothing else to the same call.

use super::*;

#[tokio::test]
async fn skip_updating_shows_the_new_key_at_once() {
    let pair = Pair::with_stream(wrong("skip-updating")).await;
    pair.accept("StartStreamEncryption", START).await;
    let key = Some("alias/aws/kinesis".to_owned());
    assert_eq!(pair.state().await, ("ACTIVE".to_owned(), "KMS".to_owned(), key));
}

#[tokio::test]
async fn settles_to_old_key_forgets_the_change_after_updating() {
    let pair = Pair::with_stream(wrong("settles-to-old-key")).await;
    pair.accept("StartStreamEncryption", START).await;
    assert_eq!(pair.state().await.0, "UPDATING");
    pair.running.advance_clock(Duration::from_secs(100));
    assert_eq!(pair.state().await, ("ACTIVE".to_owned(), "NONE".to_owned(), None));
}

#[tokio::test]
async fn arn_ignored_takes_a_call_by_arn_for_one_that_names_nothing() {
    let input = format!(r#"{{"StreamARN":"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s"}}"#);
    let pair = Pair::with_stream(wrong("arn-ignored")).await;
    assert_eq!(pair.refuse("DescribeStream", &input).await, "InvalidArgumentException");
    let pair = Pair::with_stream(slow()).await;
    pair.accept("DescribeStream", &input).await;
}

#[tokio::test]
async fn encryption_type_kms_accepted_takes_lower_case() {
    let input = START.replace("KMS", "kms");
    let pair = Pair::with_stream(wrong("encryption-type-kms-accepted")).await;
    pair.accept("StartStreamEncryption", &input).await;
    assert_eq!(pair.state().await.1, "KMS");
    let pair = Pair::with_stream(slow()).await;
    assert_eq!(pair.refuse("StartStreamEncryption", &input).await, "ValidationException");
}

#[tokio::test]
async fn unsigned_accepted_serves_anybody() {
    let pair = Pair::start(wrong("unsigned-accepted"));
    let response = pair.raw("Kinesis_20131202.ListStreams", "{}", Auth::Unsigned).await;
    assert_eq!(response.status, 200);
}

#[tokio::test]
async fn partition_key_missing_accepted_takes_records_without_one() {
    let one = r#"{"StreamName":"s","Data":"YQ=="}"#;
    let many = r#"{"StreamName":"s","Records":[{"Data":"YQ=="}]}"#;
    let pair = Pair::with_stream(wrong("partition-key-missing-accepted")).await;
    pair.accept("PutRecord", one).await;
    pair.accept("PutRecords", many).await;
    let pair = Pair::with_stream(slow()).await;
    assert_eq!(pair.refuse("PutRecord", one).await, "ValidationException");
    assert_eq!(pair.refuse("PutRecords", many).await, "ValidationException");
}
