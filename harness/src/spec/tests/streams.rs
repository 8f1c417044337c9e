//! The life of a stream, and what lists and descriptions show of it.

use super::*;

#[test]
fn a_new_stream_shows_creating_without_shards_and_then_active_with_them() {
    let mut lab = Lab::new();
    lab.accept("CreateStream", r#"{"StreamName":"s","ShardCount":3}"#);
    let creating = lab.describe("s");
    assert_eq!(text(&creating, "StreamStatus"), "CREATING");
    assert_eq!(creating.get("Shards"), Some(&Value::List(Vec::new())));
    assert_eq!(creating.get("HasMoreShards"), Some(&Value::Bool(false)));
    assert_eq!(creating.get("RetentionPeriodHours"), Some(&Value::Integer(24)));
    assert_eq!(text(&creating, "EncryptionType"), "NONE");
    assert_eq!(creating.get("KeyId"), None);
    lab.pass(99);
    assert_eq!(lab.status("s"), "CREATING");
    lab.pass(1);
    let active = lab.describe("s");
    assert_eq!(text(&active, "StreamStatus"), "ACTIVE");
    let ranges: Vec<_> = active
        .get("Shards")
        .and_then(Value::as_list)
        .expect("a list")
        .iter()
        .map(|shard| {
            let range = shard.get("HashKeyRange").expect("it is required");
            (text(range, "StartingHashKey"), text(range, "EndingHashKey"))
        })
        .collect();
    // SHARD-013.
    assert_eq!(
        ranges,
        [
            ("0", "113427455640312821154458202477256070484"),
            ("113427455640312821154458202477256070485", "226854911280625642308916404954512140969"),
            ("226854911280625642308916404954512140970", "340282366920938463463374607431768211455"),
        ]
        .map(|(first, last)| (first.to_owned(), last.to_owned()))
    );
}

#[test]
fn a_stream_without_a_count_has_four_shards_on_demand() {
    let mut lab = Lab::new();
    lab.accept("CreateStream", r#"{"StreamName":"s"}"#);
    lab.pass(100);
    let description = lab.describe("s");
    assert_eq!(description.get("Shards").and_then(Value::as_list).map(<[_]>::len), Some(4));
    assert_eq!(text(description.get("StreamModeDetails").expect("it is there"), "StreamMode"), "ON_DEMAND");
}

#[test]
fn a_deleted_stream_shows_deleting_until_it_is_gone_and_its_name_is_free_again() {
    let mut lab = Lab::with_stream("s", 1);
    lab.accept("DeleteStream", r#"{"StreamName":"s"}"#);
    assert_eq!(lab.status("s"), "DELETING");
    let (class, _) = lab.refuse("CreateStream", r#"{"StreamName":"s","ShardCount":1}"#);
    assert_eq!(class, "ResourceInUseException");
    lab.pass(100);
    let (class, _) = lab.refuse("DescribeStream", r#"{"StreamName":"s"}"#);
    assert_eq!(class, "ResourceNotFoundException");
    lab.accept("CreateStream", r#"{"StreamName":"s","ShardCount":1}"#);
}

#[test]
fn a_stream_deleted_while_creating_never_shows_shards() {
    let mut lab = Lab::new();
    lab.accept("CreateStream", r#"{"StreamName":"s","ShardCount":2}"#);
    lab.accept("DeleteStream", r#"{"StreamName":"s"}"#);
    let description = lab.describe("s");
    assert_eq!(text(&description, "StreamStatus"), "DELETING");
    assert_eq!(description.get("Shards"), Some(&Value::List(Vec::new())));
    lab.refuse("PutRecord", r#"{"StreamName":"s","Data":"","PartitionKey":"a"}"#);
}

/// LIFE-009. Puts go on (LIFE-012).
#[test]
fn a_stream_in_deleting_shows_no_shards_and_may_go_on_taking_records() {
    let mut lab = Lab::with_stream("s", 2);
    lab.accept("DeleteStream", r#"{"StreamName":"s"}"#);
    let description = lab.describe("s");
    assert_eq!(description.get("Shards"), Some(&Value::List(Vec::new())));
    assert_eq!(description.get("HasMoreShards"), Some(&Value::Bool(false)));
    let put = lab.step("PutRecord", r#"{"StreamName":"s","Data":"","PartitionKey":"a"}"#);
    assert_eq!(classes(&put), ["accepted", "ResourceNotFoundException"]);
}

#[test]
fn a_sixth_stream_in_creating_is_refused() {
    let mut lab = Lab::new();
    for number in 0..5 {
        lab.accept("CreateStream", &format!(r#"{{"StreamName":"s{number}","ShardCount":1}}"#));
    }
    let (class, _) = lab.refuse("CreateStream", r#"{"StreamName":"more","ShardCount":1}"#);
    assert_eq!(class, "LimitExceededException");
}

#[test]
fn streams_are_listed_page_by_page_until_the_token_expires() {
    let mut lab = Lab::new();
    lab.account.limits.creating = None;
    for name in ["b", "a", "c"] {
        lab.accept("CreateStream", &format!(r#"{{"StreamName":"{name}","ShardCount":1}}"#));
    }
    let first = lab.accept("ListStreams", r#"{"Limit":2}"#);
    assert_eq!(first.get("StreamNames"), Some(&Value::List(vec!["a".into(), "b".into()])));
    assert_eq!(first.get("HasMoreStreams"), Some(&Value::Bool(true)));
    let token = text(&first, "NextToken");
    let rest = lab.accept("ListStreams", &format!(r#"{{"NextToken":"{token}"}}"#));
    assert_eq!(rest.get("StreamNames"), Some(&Value::List(vec!["c".into()])));
    assert_eq!(rest.get("HasMoreStreams"), Some(&Value::Bool(false)));
    assert_eq!(rest.get("NextToken"), None);
    let by_name = lab.accept("ListStreams", r#"{"ExclusiveStartStreamName":"a"}"#);
    assert_eq!(by_name.get("StreamNames"), Some(&Value::List(vec!["b".into(), "c".into()])));
    lab.pass(300_001);
    let (class, _) = lab.refuse("ListStreams", &format!(r#"{{"NextToken":"{token}"}}"#));
    assert_eq!(class, "ExpiredNextTokenException");
}

#[test]
fn shards_are_listed_page_by_page() {
    let mut lab = Lab::with_stream("s", 3);
    let first = lab.accept("ListShards", r#"{"StreamName":"s","MaxResults":2}"#);
    assert_eq!(first.get("Shards").and_then(Value::as_list).map(<[_]>::len), Some(2));
    let token = text(&first, "NextToken");
    let rest = lab.accept("ListShards", &format!(r#"{{"NextToken":"{token}"}}"#));
    let rest = rest.get("Shards").and_then(Value::as_list).expect("a list");
    assert_eq!(rest.iter().map(|shard| text(shard, "ShardId")).collect::<Vec<_>>(), ["shardId-000000000002"]);
    for (beside, name) in [
        (r#""StreamARN":"arn:aws:kinesis:us-east-1:123456789012:stream/s""#, "StreamARN"),
        (r#""ExclusiveStartShardId":"x""#, "ExclusiveStartShardId"),
    ] {
        let (_, message) = lab.refuse("ListShards", &format!(r#"{{"NextToken":"{token}",{beside}}}"#));
        let expected = format!("NextToken and {name} cannot be provided together.");
        assert_eq!(message, Message::Known(expected));
    }
}

#[test]
fn tags_are_listed_by_key_and_cannot_be_changed_while_creating() {
    let mut lab = Lab::new();
    lab.accept("CreateStream", r#"{"StreamName":"s","ShardCount":1,"Tags":{"b":"2"}}"#);
    let (class, message) = lab.refuse("AddTagsToStream", r#"{"StreamName":"s","Tags":{"a":"1"}}"#);
    assert_eq!(class, "ResourceInUseException");
    assert_eq!(
        message,
        Message::Known(
            "Stream s under account 123456789012 not ACTIVE, instead in state CREATING".to_owned()
        )
    );
    lab.pass(100);
    lab.accept("AddTagsToStream", r#"{"StreamName":"s","Tags":{"c":"3","a":"1"}}"#);
    lab.accept("RemoveTagsFromStream", r#"{"StreamName":"s","TagKeys":["c","absent"]}"#);
    let page = lab.accept("ListTagsForStream", r#"{"StreamName":"s","Limit":1}"#);
    assert_eq!(page.get("HasMoreTags"), Some(&Value::Bool(true)));
    let all = lab.accept("ListTagsForStream", r#"{"StreamName":"s"}"#);
    let tag = |key: &str, value: &str| Value::from([("Key", key.into()), ("Value", value.into())]);
    assert_eq!(all.get("Tags"), Some(&Value::List(vec![tag("a", "1"), tag("b", "2")])));
}

#[test]
fn limits_count_open_shards_and_streams_on_demand() {
    let mut lab = Lab::with_stream("s", 3);
    lab.accept("CreateStream", r#"{"StreamName":"t"}"#);
    let limits = lab.accept("DescribeLimits", "{}");
    assert_eq!(limits.get("OpenShardCount"), Some(&Value::Integer(3)));
    assert_eq!(limits.get("OnDemandStreamCount"), Some(&Value::Integer(1)));
    assert_eq!(limits.get("ShardLimit"), Some(&Value::Integer(500)));
}

#[test]
fn a_creation_with_more_than_fifty_tags_is_refused() {
    let tags = |count: usize| {
        let tags: Vec<_> = (0..count).map(|number| format!(r#""k{number}":"v""#)).collect();
        format!(r#"{{"StreamName":"s","ShardCount":1,"Tags":{{{}}}}}"#, tags.join(","))
    };
    let lab = Lab::new();
    assert_eq!(classes(&lab.step("CreateStream", &tags(50))), ["accepted"]);
    // TAG-006: the class is open.
    assert_eq!(
        classes(&lab.step("CreateStream", &tags(51))),
        ["InvalidArgumentException", "ValidationException", "LimitExceededException"]
    );
}

#[test]
fn the_summary_shows_the_largest_record_that_the_creation_stated() {
    let mut lab = Lab::new();
    lab.accept("CreateStream", r#"{"StreamName":"s","ShardCount":1,"MaxRecordSizeInKiB":2048}"#);
    lab.accept("CreateStream", r#"{"StreamName":"t","ShardCount":1}"#);
    let shown = |branch: &Branch| match &branch.answer {
        Answer::Accepted(output) => {
            let summary = output.get("StreamDescriptionSummary").expect("it is required");
            summary.get("MaxRecordSizeInKiB").and_then(Value::as_integer)
        }
        Answer::Refused { class, .. } => panic!("{class}"),
    };
    let stated = lab.step("DescribeStreamSummary", r#"{"StreamName":"s"}"#);
    assert_eq!(stated.iter().map(shown).collect::<Vec<_>>(), [Some(2048)]);
    // LIFE-031: nothing shows what is there where none was stated.
    let not_stated = lab.step("DescribeStreamSummary", r#"{"StreamName":"t"}"#);
    assert_eq!(not_stated.iter().map(shown).collect::<Vec<_>>(), [None, Some(1024)]);
}

#[test]
fn an_on_demand_stream_beyond_the_quota_gets_the_reported_text() {
    let mut lab = Lab::new();
    lab.account.limits.on_demand = 1;
    lab.accept("CreateStream", r#"{"StreamName":"s"}"#);
    let (class, message) = lab.refuse("CreateStream", r#"{"StreamName":"t"}"#);
    let expected = "This request would exceed the limit on the number of On-Demand streams for the account \
                    123456789012 in us-east-1. Current On-Demand streams count: 1. Limit: 1.";
    assert_eq!((class, message), ("LimitExceededException", Message::Known(expected.to_owned())));
    lab.accept("CreateStream", r#"{"StreamName":"t","ShardCount":1}"#);
}
