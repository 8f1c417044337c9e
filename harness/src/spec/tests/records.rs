//! Records go in and come out.

use super::*;

fn iterator(lab: &mut Lab, kind: &str) -> String {
    let input = format!(r#"{{"StreamName":"s","ShardId":"shardId-0","ShardIteratorType":{kind}}}"#);
    text(&lab.accept("GetShardIterator", &input), "ShardIterator")
}

fn get(lab: &mut Lab, iterator: &str) -> Value {
    lab.accept("GetRecords", &format!(r#"{{"ShardIterator":"{iterator}"}}"#))
}

fn data(output: &Value) -> Vec<String> {
    let records = output.get("Records").and_then(Value::as_list).expect("a list");
    let data = records.iter().map(|record| match record.get("Data") {
        Some(Value::Blob(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        other => panic!("{other:?} is no data"),
    });
    data.collect()
}

#[test]
fn partition_keys_lead_to_the_recorded_shards() {
    let mut lab = Lab::with_stream("s", 3);
    // PUT-008.
    for (key, shard) in [("a", 0), ("b", 1), ("e", 2), ("f", 1)] {
        let put =
            lab.accept("PutRecord", &format!(r#"{{"StreamName":"s","Data":"","PartitionKey":"{key}"}}"#));
        assert_eq!(text(&put, "ShardId"), format!("shardId-{shard:012}"), "{key}");
        assert_eq!(text(&put, "SequenceNumber").len(), 56);
        assert_eq!(put.get("EncryptionType"), None);
    }
    let last = r#"{"StreamName":"s","Data":"","PartitionKey":"a","ExplicitHashKey":"340282366920938463463374607431768211455"}"#;
    assert_eq!(text(&lab.accept("PutRecord", last), "ShardId"), "shardId-000000000002");
}

#[test]
fn records_come_back_in_order_from_every_kind_of_place() {
    let mut lab = Lab::with_stream("s", 1);
    let latest = iterator(&mut lab, r#""LATEST""#);
    let puts = r#"{"StreamName":"s","Records":[{"Data":"MQ==","PartitionKey":"a"},{"Data":"Mg==","PartitionKey":"b"}]}"#;
    let put = lab.accept("PutRecords", puts);
    assert_eq!(put.get("FailedRecordCount"), Some(&Value::Integer(0)));
    lab.pass(2_000);
    let third = lab.accept("PutRecord", r#"{"StreamName":"s","Data":"Mw==","PartitionKey":"c"}"#);
    let third = text(&third, "SequenceNumber");
    let seconds = lab.now / 1000;
    for (kind, expected) in [
        (r#""TRIM_HORIZON""#.to_owned(), vec!["1", "2", "3"]),
        (r#""LATEST""#.to_owned(), vec![]),
        (format!(r#""AT_SEQUENCE_NUMBER","StartingSequenceNumber":"{third}""#), vec!["3"]),
        (format!(r#""AFTER_SEQUENCE_NUMBER","StartingSequenceNumber":"{third}""#), vec![]),
        (format!(r#""AT_TIMESTAMP","Timestamp":{seconds}"#), vec!["3"]),
        (r#""AT_TIMESTAMP","Timestamp":0"#.to_owned(), vec!["1", "2", "3"]),
    ] {
        let place = iterator(&mut lab, &kind);
        assert_eq!(data(&get(&mut lab, &place)), expected, "{kind}");
    }
    let all = get(&mut lab, &latest);
    assert_eq!(data(&all), ["1", "2", "3"]);
    assert_eq!(all.get("MillisBehindLatest"), Some(&Value::Integer(0)));
    let next = text(&all, "NextShardIterator");
    assert!(data(&get(&mut lab, &next)).is_empty());
    let first = lab.accept("GetRecords", &format!(r#"{{"ShardIterator":"{latest}","Limit":1}}"#));
    assert_eq!(data(&first), ["1"]);
    assert_eq!(first.get("MillisBehindLatest"), Some(&Value::Integer(2_000)));
    let quoted = lab.accept("GetRecords", &format!(r#"{{"ShardIterator":"\"{latest}\""}}"#));
    assert_eq!(data(&quoted).len(), 3);
}

#[test]
fn an_iterator_expires_after_five_minutes_with_the_recorded_text() {
    let mut lab = Lab::new();
    lab.now = 1_583_283_759_000;
    lab.accept("CreateStream", r#"{"StreamName":"s","ShardCount":1}"#);
    lab.pass(1_000);
    let place = iterator(&mut lab, r#""LATEST""#);
    lab.pass(300_000);
    get(&mut lab, &place);
    lab.pass(60_000);
    let (class, message) = lab.refuse("GetRecords", &format!(r#"{{"ShardIterator":"{place}"}}"#));
    assert_eq!(class, "ExpiredIteratorException");
    let expected = "Iterator expired. The iterator was created at time Wed Mar 04 01:02:40 UTC 2020 while \
                    right now it is Wed Mar 04 01:08:40 UTC 2020 which is further in the future than the \
                    tolerated delay of 300000 milliseconds.";
    assert_eq!(message, Message::Known(expected.to_owned()));
}

#[test]
fn an_iterator_does_not_outlive_its_stream() {
    let mut lab = Lab::with_stream("s", 1);
    let place = format!(r#"{{"ShardIterator":"{}"}}"#, iterator(&mut lab, r#""LATEST""#));
    lab.accept("DeleteStream", r#"{"StreamName":"s"}"#);
    lab.pass(100);
    assert_eq!(lab.refuse("GetRecords", &place).0, "ResourceNotFoundException");
    lab.accept("CreateStream", r#"{"StreamName":"s","ShardCount":1}"#);
    lab.pass(100);
    assert_eq!(lab.refuse("GetRecords", &place), ("InternalFailure", Message::None));
}

#[test]
fn a_stream_in_creating_has_neither_records_nor_shards() {
    let mut lab = Lab::new();
    lab.accept("CreateStream", r#"{"StreamName":"s","ShardCount":1}"#);
    let put = lab.refuse("PutRecord", r#"{"StreamName":"s","Data":"","PartitionKey":"a"}"#);
    let text = "Stream s under account 123456789012 not found.".to_owned();
    assert_eq!(put, ("ResourceNotFoundException", Message::Known(text)));
    let place = r#"{"StreamName":"s","ShardId":"shardId-000000000000","ShardIteratorType":"LATEST"}"#;
    let text = "Shard shardId-000000000000 in stream s under account 123456789012 does not exist".to_owned();
    assert_eq!(lab.refuse("GetShardIterator", place), ("ResourceNotFoundException", Message::Known(text)));
}

#[test]
fn a_record_beyond_the_streams_bound_is_refused_without_its_value() {
    use base64::Engine as _;
    let mut lab = Lab::with_stream("s", 1);
    let data = base64::engine::general_purpose::STANDARD.encode(vec![0; 1024 * 1024 + 1]);
    let (class, message) =
        lab.refuse("PutRecord", &format!(r#"{{"StreamName":"s","PartitionKey":"a","Data":"{data}"}}"#));
    assert_eq!(class, "ValidationException");
    let expected = "1 validation error detected: Value at 'data' failed to satisfy constraint: Member must \
                    have length less than or equal to 1048576";
    assert_eq!(message, Message::Known(expected.to_owned()));
}

#[test]
fn a_record_without_a_partition_key_is_open() {
    let lab = Lab::with_stream("s", 1);
    let branches = lab.step("PutRecord", r#"{"StreamName":"s","Data":""}"#);
    assert_eq!(classes(&branches), ["ValidationException", "InvalidArgumentException"]);
}

#[test]
fn a_sequence_number_of_another_stream_is_refused() {
    let mut lab = Lab::with_stream("other", 1);
    let put = lab.accept("PutRecord", r#"{"StreamName":"other","Data":"","PartitionKey":"a"}"#);
    let number = text(&put, "SequenceNumber");
    lab.pass(5_000);
    lab.accept("CreateStream", r#"{"StreamName":"s","ShardCount":1}"#);
    lab.pass(100);
    let input = format!(
        r#"{{"StreamName":"s","ShardId":"0","ShardIteratorType":"AT_SEQUENCE_NUMBER","StartingSequenceNumber":"{number}"}}"#
    );
    let (_, message) = lab.refuse("GetShardIterator", &input);
    let expected = format!(
        "StartingSequenceNumber {number} used in GetShardIterator on shard shardId-000000000000 in stream s \
         under account 123456789012 is invalid because it did not come from this stream."
    );
    assert_eq!(message, Message::Known(expected));
}

/// A `PutRecord` whose data has so many bytes.
fn put(data: usize, key: &str) -> String {
    format!(r#"{{"StreamName":"s","PartitionKey":"{key}","Data":"{}"}}"#, base64(data))
}

fn base64(bytes: usize) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(vec![0; bytes])
}

#[test]
fn a_partition_key_counts_towards_the_size_of_its_record() {
    const MIB: usize = 1024 * 1024;
    let lab = Lab::with_stream("s", 1);
    let key = "k".repeat(256);
    assert_eq!(classes(&lab.step("PutRecord", &put(MIB - 256, &key))), ["accepted"]);
    // PUT-013: that it is refused is documented, the class is open.
    let classes_beyond = ["ValidationException", "InvalidArgumentException"];
    assert_eq!(classes(&lab.step("PutRecord", &put(MIB - 255, &key))), classes_beyond);
    assert_eq!(classes(&lab.step("PutRecord", &put(MIB, &key))), classes_beyond);
    // Two bytes a letter: whether it fits is open too.
    let key = "\u{e9}".repeat(128);
    assert_eq!(classes(&lab.step("PutRecord", &put(MIB - 256, &key))), ["accepted"]);
    let branches = lab.step("PutRecord", &put(MIB - 255, &key));
    assert_eq!(classes(&branches), ["ValidationException", "InvalidArgumentException", "accepted"]);
    assert_eq!(branches[2].choices[0], (OpenQuestion::SizeOfPartitionKey, Candidate::Letters));
    assert_eq!(classes(&lab.step("PutRecord", &put(MIB - 127, &key))), classes_beyond);
}

#[test]
fn a_request_of_more_than_ten_mib_is_refused() {
    let lab = Lab::with_stream("s", 1);
    let puts = |sizes: &[usize]| {
        let records: Vec<_> = sizes
            .iter()
            .map(|size| format!(r#"{{"PartitionKey":"key","Data":"{}"}}"#, base64(*size)))
            .collect();
        format!(r#"{{"StreamName":"s","Records":[{}]}}"#, records.join(","))
    };
    // PUT-001, PUT-013: keys are part of the ten.
    let largest = 1024 * 1024 - 3;
    assert_eq!(classes(&lab.step("PutRecords", &puts(&[largest; 10]))), ["accepted"]);
    let one_more = [[largest; 10].as_slice(), &[0]].concat();
    let branches = lab.step("PutRecords", &puts(&one_more));
    assert_eq!(classes(&branches), ["InvalidArgumentException"]);
    let Answer::Refused { message, .. } = &branches[0].answer else { panic!("it is refused") };
    assert_eq!(*message, Message::Unknown);
}

#[test]
fn the_records_of_a_call_are_numbered_shard_by_shard() {
    let mut lab = Lab::with_stream("s", 3);
    // PUT-008: a goes to shard 0, b and f to 1, e to 2.
    let keys = ["e", "b", "a", "f", "a", "e", "b"];
    let records: Vec<_> = keys.iter().map(|key| format!(r#"{{"Data":"","PartitionKey":"{key}"}}"#)).collect();
    let put = lab.accept("PutRecords", &format!(r#"{{"StreamName":"s","Records":[{}]}}"#, records.join(",")));
    let results = put.get("Records").and_then(Value::as_list).expect("a list");
    let indices: Vec<_> = results
        .iter()
        .map(|result| match SequenceNumber::read(&text(result, "SequenceNumber")) {
            ParsedSequence::Modern(number) => (number.shard, number.index),
            ParsedSequence::Zero | ParsedSequence::Legacy { .. } | ParsedSequence::Invalid => {
                panic!("{result:?}")
            }
        })
        .collect();
    // PUT-014: consecutive within each shard, in the order of the records.
    assert_eq!(indices, [(2, 6), (1, 3), (0, 1), (1, 4), (0, 2), (2, 7), (1, 5)]);
    let next = lab.accept("PutRecord", r#"{"StreamName":"s","Data":"","PartitionKey":"a"}"#);
    let ParsedSequence::Modern(next) = SequenceNumber::read(&text(&next, "SequenceNumber")) else {
        panic!("{next:?}")
    };
    assert_eq!(next.index, 8, "shards share a counter");
}
