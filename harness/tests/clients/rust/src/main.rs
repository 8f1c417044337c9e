//! A stream's life by `aws-sdk-kinesis` with its default client. Endpoint, region and credentials come from
//! the environment; nothing else is set.

use std::error::Error;
use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::client::Waiters;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{
    EncryptionType, PutRecordsRequestEntry, ShardIteratorType, StreamDescriptionSummary, StreamStatus,
};

const NAME: &str = "client-rust";
const KEY: &str = "alias/aws/kinesis";
const TEXT: &str = "\u{e9} \u{1f600}";

/// The description of the stream once it is ACTIVE again, and how often it was UPDATING before.
async fn active(client: &Client, arn: &str) -> Result<(StreamDescriptionSummary, u32), Box<dyn Error>> {
    let began = Instant::now();
    let mut updating = 0;
    while began.elapsed() < Duration::from_secs(30) {
        let answer = client.describe_stream_summary().stream_arn(arn).send().await?;
        let summary = answer.stream_description_summary.ok_or("no summary")?;
        match summary.stream_status {
            StreamStatus::Active => return Ok((summary, updating)),
            StreamStatus::Updating => updating += 1,
            other => return Err(format!("the stream is {other:?}").into()),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("the stream is not ACTIVE after 30 s".into())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::new(&aws_config::load_defaults(BehaviorVersion::latest()).await);
    let minute = Duration::from_secs(60);

    client.create_stream().stream_name(NAME).shard_count(2).send().await?;
    client.wait_until_stream_exists().stream_name(NAME).wait(minute).await?;
    let by_name = client.describe_stream().stream_name(NAME).send().await?;
    let arn = by_name.stream_description().ok_or("no description")?.stream_arn().to_owned();
    let by_arn = client.describe_stream().stream_arn(&arn).send().await?;
    let description = by_arn.stream_description().ok_or("no description")?;
    assert_eq!((description.stream_name(), description.shards().len()), (NAME, 2));

    let kms = EncryptionType::Kms;
    client.start_stream_encryption().stream_arn(&arn).encryption_type(kms.clone()).key_id(KEY).send().await?;
    let (encrypted, updating) = active(&client, &arn).await?;
    assert_eq!((encrypted.encryption_type(), encrypted.key_id()), (Some(&kms), Some(KEY)));
    assert!(updating > 0, "UPDATING was never seen");

    let put = client.put_record().stream_arn(&arn).partition_key("a").data(Blob::new(TEXT)).send().await?;
    assert_eq!(put.encryption_type(), Some(&kms));
    let entry =
        |key: &str| PutRecordsRequestEntry::builder().partition_key(key).data(Blob::new([1, 2, 3])).build();
    let entries = ["a", "b", "a"].into_iter().map(entry).collect::<Result<_, _>>()?;
    let many = client.put_records().stream_arn(&arn).set_records(Some(entries)).send().await?;
    assert_eq!(many.failed_record_count(), Some(0));
    let iterator = client
        .get_shard_iterator()
        .stream_arn(&arn)
        .shard_id(put.shard_id())
        .shard_iterator_type(ShardIteratorType::TrimHorizon)
        .send()
        .await?;
    let read =
        client.get_records().stream_arn(&arn).set_shard_iterator(iterator.shard_iterator).send().await?;
    let first = read.records().first().ok_or("no record")?;
    assert_eq!((first.sequence_number(), first.data().as_ref()), (put.sequence_number(), TEXT.as_bytes()));
    assert!(first.approximate_arrival_timestamp().is_some());

    client.add_tags_to_stream().stream_arn(&arn).tags("purpose", "test").send().await?;
    let tagged = client.list_tags_for_stream().stream_arn(&arn).send().await?;
    let tags: Vec<_> = tagged.tags().iter().map(|tag| (tag.key(), tag.value())).collect();
    assert_eq!(tags, [("purpose", Some("test"))]);

    client.stop_stream_encryption().stream_arn(&arn).encryption_type(kms).key_id(KEY).send().await?;
    let (plain, _) = active(&client, &arn).await?;
    assert_eq!(plain.encryption_type(), Some(&EncryptionType::None));
    client.delete_stream().stream_arn(&arn).send().await?;
    client.wait_until_stream_not_exists().stream_name(NAME).wait(minute).await?;
    let gone = client.describe_stream().stream_name(NAME).send().await.expect_err("the stream is gone");
    assert!(gone.into_service_error().is_resource_not_found_exception());
    Ok(())
}
