//! Every recorded semantic case of a specified operation gives the recorded answer.

use serde_json::Value as Json;

use super::*;

/// Cases whose recorded text depends on the time, or on limits that differ per account.
const APART: [&str; 2] = ["KT-026", "KT-088"];

#[test]
fn recorded_refusals_come_with_the_recorded_text() {
    let mut seen = 0;
    for line in include_str!("../../../facts/facts.jsonl").lines() {
        let fact: Json = serde_json::from_str(line).expect("a fact a line");
        let id = fact["id"].as_str().unwrap_or_default();
        let operation = fact["operation"].as_str().unwrap_or_default();
        if fact["topic"] != "semantic-case" || Action::parse(operation).is_none() || APART.contains(&id) {
            continue;
        }
        seen += 1;
        let expected = match fact["message"].as_str() {
            Some(text) => Message::Known(named(text)),
            None => Message::None,
        };
        let mut lab = Lab::with_stream("existing", 3);
        let (class, message) = lab.refuse(operation, &named(&fact["input"].to_string()));
        assert_eq!(Some(class), fact["error"].as_str(), "{id}");
        assert_eq!(message, expected, "{id}");
    }
    assert!(seen > 50, "only {seen} cases were read");
}

/// The stand-ins of the facts file, replaced by what the account has.
fn named(text: &str) -> String {
    text.replace("EXISTING_STREAM", "existing").replace("NAME", "missing").replace("ACCOUNT", ACCOUNT)
}

#[test]
fn a_create_beyond_the_shard_limit_gets_the_recorded_text() {
    let mut lab = Lab::with_stream("existing", 3);
    let (class, message) = lab.refuse("CreateStream", r#"{"StreamName":"more","ShardCount":1000}"#);
    assert_eq!(class, "LimitExceededException");
    assert_eq!(
        message,
        Message::Known(
            "This request would exceed the shard limit for the account 123456789012 in us-east-1. Current \
             shard count for the account: 3. Limit: 500. Number of additional shards that would have \
             resulted from this request: 1000. Refer to the AWS Service Limits page \
             (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and \
             how to request higher limits."
                .to_owned()
        )
    );
}

#[test]
fn constraints_are_reported_before_the_stream_is_looked_up() {
    let mut lab = Lab::new();
    let (class, message) = lab.refuse("PutRecord", r#"{"StreamName":"missing","PartitionKey":""}"#);
    assert_eq!(class, "ValidationException");
    let Message::Known(message) = message else { panic!("no text") };
    assert!(message.starts_with("2 validation errors detected: "), "{message}");
    assert!(message.contains("Value null at 'data' failed"), "{message}");
}

#[test]
fn a_call_that_names_no_stream_is_open() {
    let lab = Lab::new();
    let branches = lab.step("DescribeStreamSummary", "{}");
    assert_eq!(
        classes(&branches),
        ["InvalidArgumentException", "ValidationException", "ResourceNotFoundException"]
    );
    assert_eq!(branches[1].choices, [(OpenQuestion::NeitherNameNorArn, Candidate::Validation)]);
}

#[test]
fn a_missing_stream_named_by_its_arn_is_reported_by_its_name() {
    let mut lab = Lab::new();
    let arn = lab.account.stream_arn("missing");
    let (class, message) = lab.refuse("DescribeStream", &format!(r#"{{"StreamARN":"{arn}"}}"#));
    assert_eq!(class, "ResourceNotFoundException");
    assert_eq!(message, Message::Known("Stream missing under account 123456789012 not found.".to_owned()));
}

#[test]
fn a_name_and_an_arn_may_go_together_if_they_agree() {
    let mut lab = Lab::with_stream("one", 1);
    let arn = lab.account.stream_arn("one");
    lab.accept("DescribeStream", &format!(r#"{{"StreamName":"one","StreamARN":"{arn}"}}"#));
    let branches = lab.step("DescribeStream", &format!(r#"{{"StreamName":"two","StreamARN":"{arn}"}}"#));
    assert_eq!(
        classes(&branches),
        [
            "InvalidArgumentException",
            "ValidationException",
            "ResourceNotFoundException",
            // By the ARN the stream is there, by the name it is not.
            "accepted",
            "ResourceNotFoundException",
        ]
    );
}

#[test]
fn an_arn_of_another_account_or_region_is_open() {
    let lab = Lab::with_stream("one", 1);
    for arn in [
        "arn:aws:kinesis:us-east-1:210987654321:stream/one",
        "arn:aws:kinesis:eu-west-1:123456789012:stream/one",
        "arn:aws-cn:kinesis:us-east-1:123456789012:stream/one",
    ] {
        let branches = lab.step("DescribeStream", &format!(r#"{{"StreamARN":"{arn}"}}"#));
        assert_eq!(
            classes(&branches),
            ["AccessDeniedException", "ResourceNotFoundException", "InvalidArgumentException"]
        );
    }
}
