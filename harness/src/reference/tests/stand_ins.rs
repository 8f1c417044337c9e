//! What stands in for something that no source has is marked by a header, and by nothing else.

use super::*;

const STAND_IN: &str = "x-kinesis-conformance-stand-in";

#[tokio::test]
async fn a_text_that_no_source_has_is_plain_and_marked() {
    let pair = Pair::start(Settings::default());
    for (operation, input) in [
        ("ListStreams", r#"{"NextToken":"made up"}"#),
        ("CreateStream", r#"{"StreamName":"s","StreamModeDetails":{"StreamMode":"PROVISIONED"}}"#),
    ] {
        let response = pair.call(operation, input).await;
        assert_eq!(
            (response.status, shown(&response).as_str()),
            (400, r#"{"__type":"InvalidArgumentException","message":"The request was refused."}"#)
        );
        assert_eq!(response.header(STAND_IN), Some("message"), "{operation}");
    }
}

#[tokio::test]
async fn the_digits_of_a_printed_structure_are_marked() {
    let pair = Pair::with_stream(slow()).await;
    let entries = vec![r#"{"PartitionKey":"","Data":""}"#; 501].join(",");
    let response = pair.call("PutRecords", &format!(r#"{{"StreamName":"s","Records":[{entries}]}}"#)).await;
    assert_eq!(response.header(STAND_IN), Some("message-digits"));
    assert!(shown(&response).contains("PutRecordsRequestEntry@"), "{}", shown(&response));
}

#[tokio::test]
async fn what_a_source_has_is_not_marked() {
    let pair = Pair::start(Settings::default());
    for (operation, input) in [
        ("ListStreams", "{}"),
        ("DescribeStream", r#"{"StreamName":"s"}"#),
        ("DescribeStream", "{"),
        ("No", "{}"),
    ] {
        assert_eq!(pair.call(operation, input).await.header(STAND_IN), None, "{operation} {input}");
    }
}
