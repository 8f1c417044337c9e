//! Retention, metrics of shards, and tags by ARN.

use super::*;

fn retention(lab: &mut Lab) -> Option<i64> {
    lab.describe("s").get("RetentionPeriodHours").and_then(Value::as_integer)
}

fn metrics(lab: &mut Lab) -> Vec<String> {
    let description = lab.describe("s");
    let monitoring = description.get("EnhancedMonitoring").and_then(Value::as_list).expect("it is required");
    names(&monitoring[0], "ShardLevelMetrics")
}

fn names(value: &Value, member: &str) -> Vec<String> {
    let list = value.get(member).and_then(Value::as_list).expect("a list");
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[test]
fn a_new_retention_is_in_force_once_the_stream_is_active_again() {
    let mut lab = Lab::with_stream("s", 1);
    lab.accept("IncreaseStreamRetentionPeriod", r#"{"StreamName":"s","RetentionPeriodHours":48}"#);
    assert_eq!((lab.status("s").as_str(), retention(&mut lab)), ("UPDATING", Some(24)));
    let (class, _) =
        lab.refuse("DecreaseStreamRetentionPeriod", r#"{"StreamName":"s","RetentionPeriodHours":24}"#);
    assert_eq!(class, "ResourceInUseException");
    lab.pass(100);
    assert_eq!((lab.status("s").as_str(), retention(&mut lab)), ("ACTIVE", Some(48)));
    lab.accept("DecreaseStreamRetentionPeriod", r#"{"StreamName":"s","RetentionPeriodHours":25}"#);
    lab.pass(100);
    assert_eq!(retention(&mut lab), Some(25));
}

#[test]
fn what_a_retention_shows_while_updating_is_open() {
    let mut lab = Lab::with_stream("s", 1);
    lab.accept("IncreaseStreamRetentionPeriod", r#"{"StreamName":"s","RetentionPeriodHours":48}"#);
    assert_eq!(lab.step("DescribeStream", r#"{"StreamName":"s"}"#).len(), 2);
    lab.pass(100);
    assert_eq!(lab.step("DescribeStream", r#"{"StreamName":"s"}"#).len(), 1);
}

#[test]
fn a_retention_outlives_a_later_change_of_another_kind() {
    let mut lab = Lab::with_stream("s", 1);
    lab.accept("IncreaseStreamRetentionPeriod", r#"{"StreamName":"s","RetentionPeriodHours":48}"#);
    lab.pass(100);
    lab.accept("EnableEnhancedMonitoring", r#"{"StreamName":"s","ShardLevelMetrics":["ALL"]}"#);
    lab.pass(100);
    assert_eq!((retention(&mut lab), metrics(&mut lab).len()), (Some(48), 7));
}

/// RET-006.
#[test]
fn a_year_is_the_longest_retention() {
    let mut lab = Lab::with_stream("s", 1);
    let (class, _) =
        lab.refuse("IncreaseStreamRetentionPeriod", r#"{"StreamName":"s","RetentionPeriodHours":8761}"#);
    assert_eq!(class, "InvalidArgumentException");
    lab.accept("IncreaseStreamRetentionPeriod", r#"{"StreamName":"s","RetentionPeriodHours":8760}"#);
}

/// MON-003.
#[test]
fn metrics_are_added_and_taken_away() {
    let mut lab = Lab::with_stream("s", 1);
    let output =
        lab.accept("EnableEnhancedMonitoring", r#"{"StreamName":"s","ShardLevelMetrics":["IncomingBytes"]}"#);
    assert_eq!(names(&output, "CurrentShardLevelMetrics"), [""; 0]);
    assert_eq!(names(&output, "DesiredShardLevelMetrics"), ["IncomingBytes"]);
    assert_eq!(metrics(&mut lab), [""; 0]);
    lab.pass(100);
    assert_eq!(metrics(&mut lab), ["IncomingBytes"]);
    lab.accept("EnableEnhancedMonitoring", r#"{"StreamName":"s","ShardLevelMetrics":["OutgoingBytes"]}"#);
    lab.pass(100);
    assert_eq!(metrics(&mut lab), ["IncomingBytes", "OutgoingBytes"]);
    lab.accept("DisableEnhancedMonitoring", r#"{"StreamName":"s","ShardLevelMetrics":["IncomingBytes"]}"#);
    lab.pass(100);
    assert_eq!(metrics(&mut lab), ["OutgoingBytes"]);
}

#[test]
fn tags_by_arn_are_those_of_the_stream() {
    let mut lab = Lab::with_stream("s", 1);
    let arn = lab.account.stream_arn("s");
    lab.accept("TagResource", &format!(r#"{{"ResourceARN":"{arn}","Tags":{{"a":"1","b":"2"}}}}"#));
    lab.accept("UntagResource", &format!(r#"{{"ResourceARN":"{arn}","TagKeys":["a"]}}"#));
    let by_arn = lab.accept("ListTagsForResource", &format!(r#"{{"ResourceARN":"{arn}"}}"#));
    let by_name = lab.accept("ListTagsForStream", r#"{"StreamName":"s"}"#);
    assert_eq!(by_arn.get("Tags"), by_name.get("Tags"));
    assert_eq!(by_arn.get("Tags").and_then(Value::as_list).map(<[_]>::len), Some(1));
}

#[test]
fn a_resource_that_is_no_stream_is_not_found() {
    let mut lab = Lab::with_stream("s", 1);
    for arn in [
        "arn:aws:kinesis:us-east-1:123456789012:stream/missing",
        "arn:aws:kinesis:us-east-1:123456789012:stream/s/consumer/c:1",
        "arn:aws:kinesis:us-east-1:123456789012:queue/q",
    ] {
        let (class, _) = lab.refuse("ListTagsForResource", &format!(r#"{{"ResourceARN":"{arn}"}}"#));
        assert_eq!(class, "ResourceNotFoundException", "{arn}");
    }
}
