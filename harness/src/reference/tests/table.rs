//! The table of faults: that its rows are in order, that a wrong row is refused, and that a new fault
//! costs a row and no code.

use super::*;
use crate::reference::fault::{EMBEDDED, parse};

/// A row with that name, scope *everything*, and those rules.
fn row(name: &str, rules: &str) -> String {
    format!(r#"{{"name": "{name}", "about": "it is wrong", "scope": "everything", "rules": [{rules}]}}"#)
}

/// Settings with the last fault of a copy of the table that has one row more.
fn with_row_more(rules: &str) -> Settings {
    let table = format!("{EMBEDDED}{}\n", row("one-more", rules));
    let fault = parse(&table).expect("the row is in order").pop().expect("the table has rows");
    assert_eq!(fault.name(), "one-more");
    Settings { faults: Faults::from([fault]), ..slow() }
}

/// Why the table is refused if it has this line too.
fn refusal(line: &str) -> String {
    let error = parse(&format!("{EMBEDDED}{line}\n")).expect_err("the row is wrong");
    assert_eq!(error.line, EMBEDDED.lines().count() + 1);
    error.to_string().split_once(": ").expect("the line stands first").1.to_owned()
}

fn refusal_of(rules: &str) -> String {
    refusal(&row("one-more", rules))
}

#[test]
fn every_fault_has_a_name_of_its_own_and_says_what_it_does() {
    assert!(Fault::all().len() >= 60);
    for fault in Fault::all() {
        assert_eq!(Fault::parse(fault.name()).as_ref(), Some(fault));
    }
    assert_eq!(Fault::parse("no such fault"), None);
}

#[test]
fn most_faults_are_data() {
    let hooks = Fault::all().iter().filter(|fault| fault.rules().iter().any(is_hook)).count();
    assert!(hooks * 3 <= Fault::all().len(), "{hooks} faults are code");
}

fn is_hook(rule: &crate::reference::fault::Rule) -> bool {
    matches!(rule, crate::reference::fault::Rule::Hook(_))
}

#[tokio::test]
async fn a_new_fault_of_each_kind_costs_a_row_and_no_code() {
    let describe = r#"{"StreamName":"s"}"#;

    let rule = r#"{"output": {"operations": ["ListStreams"], "member": "HasMoreStreams", "change": "drop"}}"#;
    let pair = Pair::with_stream(with_row_more(rule)).await;
    assert_eq!(pair.accept("ListStreams", "{}").await.get("HasMoreStreams"), None);

    let rule = r#"{"output": {"member": "Shards[].ShardId", "change": {"rename": "Id"}}}"#;
    let pair = Pair::with_stream(with_row_more(rule)).await;
    let shards = pair.accept("ListShards", describe).await;
    let shard = &shards.get("Shards").and_then(Value::as_list).expect("it is required")[0];
    assert_eq!(shard.get("Id").and_then(Value::as_str), Some("shardId-000000000000"));
    assert_eq!(shard.get("ShardId"), None);

    let rule =
        r#"{"refusal": {"of": {"operations": ["DeleteStream"]}, "change": {"class": "NoSuchStream"}}}"#;
    let pair = Pair::start(with_row_more(rule));
    assert_eq!(pair.refuse("DeleteStream", describe).await, "NoSuchStream");
    assert_eq!(pair.refuse("DescribeStream", describe).await, "ResourceNotFoundException");

    let rule = r#"{"refusal": {"of": {"classes": ["ResourceInUseException"]}, "change": {"status": 409}}}"#;
    let pair = Pair::with_stream(with_row_more(rule)).await;
    assert_eq!(pair.call("CreateStream", r#"{"StreamName":"s","ShardCount":1}"#).await.status, 409);

    let rule = r#"{"outcome": {"operations": ["DeleteStream"], "change": "do-nothing"}}"#;
    let pair = Pair::with_stream(with_row_more(rule)).await;
    pair.accept("DeleteStream", describe).await;
    assert_eq!(pair.state().await.0, "ACTIVE");

    let rule = r#"{"outcome": {"operations": ["AddTagsToStream"], "change": {"accept": {"class": "ResourceNotFoundException"}}}}"#;
    let pair = Pair::start(with_row_more(rule));
    pair.accept("AddTagsToStream", r#"{"StreamName":"s","Tags":{"a":"b"}}"#).await;

    let rule = r#"{"accept-while": {"operations": ["PutRecord"], "status": "CREATING"}}"#;
    let pair = Pair::start(Settings { transition: slow_to_create(), ..with_row_more(rule) });
    pair.accept("CreateStream", r#"{"StreamName":"s","ShardCount":1}"#).await;
    pair.accept("PutRecord", r#"{"StreamName":"s","Data":"YQ==","PartitionKey":"p"}"#).await;

    let rule = r#"{"input": {"operations": ["CreateStream"], "member": "ShardCount", "change": "ignore"}}"#;
    let pair = Pair::with_stream(with_row_more(rule)).await;
    let shards = pair.accept("ListShards", describe).await;
    assert_eq!(shards.get("Shards").and_then(Value::as_list).map(<[Value]>::len), Some(4));

    let rule = r#"{"input": {"operations": ["ListTagsForStream"], "member": "Limit", "given": {"text": "1"}, "gives": ["StreamName"], "change": {"take-for": "2"}}}"#;
    let pair = Pair::with_stream(with_row_more(rule)).await;
    pair.accept("AddTagsToStream", r#"{"StreamName":"s","Tags":{"a":"1","b":"2","c":"3"}}"#).await;
    let count = async |call: &str| {
        let tags = pair.accept("ListTagsForStream", call).await;
        tags.get("Tags").and_then(Value::as_list).map(<[Value]>::len)
    };
    assert_eq!(count(r#"{"StreamName":"s","Limit":1}"#).await, Some(2));
    assert_eq!(count(r#"{"StreamName":"s","Limit":3}"#).await, Some(3));
    let by_arn = r#"{"StreamARN":"arn:aws:kinesis:us-east-1:123456789012:stream/s","Limit":1}"#;
    assert_eq!(count(by_arn).await, Some(1));

    let rule = r#"{"output": {"operations": ["DescribeLimits"], "member": "OpenShardCount", "change": {"set-number": 77}}}"#;
    let pair = Pair::with_stream(with_row_more(rule)).await;
    assert_eq!(pair.accept("DescribeLimits", "{}").await.get("OpenShardCount"), Some(&Value::Integer(77)));

    let rule = r#"{"outcome": {"operations": ["GetShardIterator"], "change": {"accept": {"text": "shardId-000000000007"}}}}"#;
    let pair = Pair::with_stream(with_row_more(rule)).await;
    let iterator = |shard: u8| {
        format!(r#"{{"StreamName":"s","ShardId":"shardId-{shard}","ShardIteratorType":"LATEST"}}"#)
    };
    pair.accept("GetShardIterator", &iterator(7)).await;
    assert_eq!(pair.refuse("GetShardIterator", &iterator(8)).await, "ResourceNotFoundException");

    let rule = r#"{"transition": {"operations": ["CreateStream"], "change": "never-end"}}"#;
    let pair = Pair::with_stream(with_row_more(rule)).await;
    assert_eq!(pair.state().await.0, "CREATING");

    let rule = r#"{"reply": {"of": {"operations": ["DescribeStream"]}, "change": {"header": {"drop": "x-amzn-requestid"}}}}"#;
    let pair = Pair::start(with_row_more(rule));
    assert_eq!(pair.call("DescribeStream", describe).await.header("x-amzn-requestid"), None);
    assert!(pair.call("DeleteStream", describe).await.header("x-amzn-requestid").is_some());
}

fn slow_to_create() -> Durations {
    Durations { create: Duration::from_millis(100_000), ..Durations::default() }
}

#[test]
fn a_row_with_an_operation_that_the_reference_does_not_have_is_refused() {
    let rule = r#"{"output": {"operations": ["ListStream"], "member": "StreamNames", "change": "drop"}}"#;
    assert_eq!(refusal_of(rule), "the reference has no operation `ListStream`, in column 118");
    let rule = r#"{"outcome": {"operations": [], "change": "do-nothing"}}"#;
    let reported = refusal_of(rule);
    assert!(reported.starts_with("the list of operations is empty; leave `operations` out"), "{reported}");
}

#[test]
fn a_row_with_a_member_that_the_model_does_not_have_is_refused() {
    let rule = r#"{"output": {"operations": ["ListShards"], "member": "Shards[].Id", "change": "drop"}}"#;
    assert_eq!(refusal_of(rule), "the output of ListShards has no member `Shards[].Id`");
    let rule = r#"{"output": {"operations": ["ListShards"], "member": "Shards.ShardId", "change": "drop"}}"#;
    assert_eq!(refusal_of(rule), "the output of ListShards has no member `Shards.ShardId`");
    let rule = r#"{"input": {"member": "StreamNam", "change": "ignore"}}"#;
    assert_eq!(refusal_of(rule), "the input of no operation has a member `StreamNam`");
    let rule = r#"{"output": {"member": "Shards[]", "change": "drop"}}"#;
    assert!(refusal_of(rule).starts_with("`Shards[]` is no path to a member"));
}

#[test]
fn a_row_with_a_name_that_is_there_already_is_refused() {
    let line = row("skip-updating", r#"{"hook": "steps-back"}"#);
    assert_eq!(refusal(&line), "the fault `skip-updating` is on an earlier line too");
    let line = row("Skip Updating", r#"{"hook": "steps-back"}"#);
    assert!(refusal(&line).starts_with("`Skip Updating` is no name of a fault"));
}

#[test]
fn a_row_with_an_unknown_rule_is_refused() {
    let reported = refusal_of(r#"{"outptu": {}}"#);
    assert!(
        reported.starts_with("unknown variant `outptu`, expected one of `accept-signature`"),
        "{reported}"
    );
    let reported = refusal_of(r#"{"hook": "walks-back"}"#);
    assert!(reported.starts_with("unknown variant `walks-back`, expected one of "), "{reported}");
    let reported = refusal_of(r#"{"refusal": {"off": {}, "change": {"status": 404}}}"#);
    assert!(reported.starts_with("unknown field `off`, expected `of` or `change`"), "{reported}");
    assert_eq!(refusal_of(""), "the fault `one-more` has no rule");
}

#[test]
fn a_row_that_could_never_do_anything_is_refused() {
    let rule = r#"{"output": {"operations": ["ListShards"], "member": "NextToken", "change": "reverse"}}"#;
    assert_eq!(refusal_of(rule), "`NextToken` is no list, so that the rule could never change it");
    let rule = r#"{"refusal": {"of": {"classes": ["ResourceNotFound"]}, "change": {"status": 404}}}"#;
    assert!(refusal_of(rule).starts_with("the reference has no error of class `ResourceNotFound`"));
    let rule = r#"{"reply": {"change": {"header": {"drop": "etag"}}}}"#;
    assert!(refusal_of(rule).starts_with("no answer of the reference has the header `etag`"));
    let rule = r#"{"reply": {"change": {"form": {"encoding": "json", "form": "base64"}}}}"#;
    assert!(refusal_of(rule).starts_with("JSON has no other form"));
}
