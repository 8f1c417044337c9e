//! CBOR 1.1, as a client of that encoding meets it.

use super::*;
use crate::model::Model;
use crate::wire::{Encoding, cbor, decode, encode};

impl Pair {
    async fn raw_cbor(&self, target: &str, body: Vec<u8>, auth: Auth) -> Response {
        let request = Request {
            target: Some(target.to_owned()),
            content_type: "application/x-amz-cbor-1.1".to_owned(),
            body: body.into(),
            auth,
        };
        self.client.send(&request).await.outcome.expect("the server answers")
    }

    async fn call_cbor(&self, operation: &str, input: &Value) -> Response {
        let target = format!("Kinesis_20131202.{operation}");
        self.raw_cbor(&target, encode(Encoding::Cbor, input), Auth::Signed).await
    }

    /// The output, undirected by shapes.
    async fn accept_cbor(&self, operation: &str, input: &Value) -> Value {
        let response = self.call_cbor(operation, input).await;
        let reported = cbor::diagnostic(&response.body);
        assert_eq!(response.status, 200, "{operation}: {reported}");
        assert_eq!(response.header("content-type"), Some("application/x-amz-cbor-1.1"));
        cbor::parse(&response.body).expect("the body is CBOR").value
    }

    async fn refuse_cbor(&self, operation: &str, input: &Value) -> Value {
        let response = self.call_cbor(operation, input).await;
        assert_eq!(response.status, 400, "{operation}: {}", cbor::diagnostic(&response.body));
        assert_eq!(response.header("content-type"), Some("application/x-amz-cbor-1.1"));
        cbor::parse(&response.body).expect("the body is CBOR").value
    }
}

fn stream() -> Value {
    Value::from([("StreamName", "s".into())])
}

#[tokio::test]
async fn times_are_tagged_whole_milliseconds() {
    let pair = Pair::with_stream(slow()).await;
    let response = pair.call_cbor("DescribeStreamSummary", &stream()).await;
    // WIRE-032: tag 1 over an integer of 64 bits; text of 23 characters comes before it.
    let at = b"StreamCreationTimestamp".as_slice();
    let found = response.body.windows(at.len()).position(|window| window == at).expect("it is required");
    assert_eq!(response.body[found + at.len()..][..2], [0xc1, 0x1b]);
    let json = pair.accept("DescribeStreamSummary", r#"{"StreamName":"s"}"#).await;
    let model = Model::embedded();
    let output = model.operation("DescribeStreamSummary").expect("it is modelled").output.as_deref();
    let cbor = cbor::parse(&response.body).expect("the body is CBOR").value;
    assert_eq!(
        decode(model, Encoding::Cbor, output, &cbor).value,
        decode(model, Encoding::Json, output, &json).value,
    );
}

#[tokio::test]
async fn bytes_are_written_and_read_as_byte_strings() {
    let pair = Pair::with_stream(slow()).await;
    let data = Value::Blob(vec![0, 0xff, b'=']);
    let input = [("StreamName", "s".into()), ("Data", data.clone()), ("PartitionKey", "p".into())];
    pair.accept_cbor("PutRecord", &Value::from(input)).await;
    let of_shard = [
        ("StreamName", "s".into()),
        ("ShardId", "shardId-000000000000".into()),
        ("ShardIteratorType", "AT_TIMESTAMP".into()),
        ("Timestamp", Value::Time(0)),
    ];
    let iterator = pair.accept_cbor("GetShardIterator", &Value::from(of_shard)).await;
    let iterator = iterator.get("ShardIterator").expect("it is required").clone();
    let records = pair.accept_cbor("GetRecords", &Value::from([("ShardIterator", iterator)])).await;
    let record = &records.get("Records").and_then(Value::as_list).expect("it is required")[0];
    assert_eq!(record.get("Data"), Some(&data));
    assert!(matches!(record.get("ApproximateArrivalTimestamp"), Some(Value::Time(_))), "{record:?}");
}

#[tokio::test]
async fn an_operation_without_output_has_an_empty_body() {
    let pair = Pair::with_stream(slow()).await;
    let mut input = stream();
    if let Value::Map(members) = &mut input {
        members.insert("EncryptionType".to_owned(), "KMS".into());
        members.insert("KeyId".to_owned(), "alias/aws/kinesis".into());
    }
    let response = pair.call_cbor("StartStreamEncryption", &input).await;
    assert_eq!((response.status, response.body.len()), (200, 0));
    assert_eq!(response.header("content-type"), Some("application/x-amz-cbor-1.1"));
}

#[tokio::test]
async fn a_refusal_is_a_map_of_class_and_text() {
    let pair = Pair::start(slow());
    let refusal = pair.refuse_cbor("DescribeStream", &stream()).await;
    let text = format!("Stream s under account {ACCOUNT} not found.");
    let wanted = [("__type", "ResourceNotFoundException".into()), ("message", text.into())];
    assert_eq!(refusal, Value::from(wanted));
}

#[tokio::test]
async fn what_is_refused_before_a_call_exists_has_the_literal_bytes() {
    let pair = Pair::start(slow());
    let garbage = pair.raw_cbor("Kinesis_20131202.ListStreams", vec![0xbf, 0x61], Auth::Unsigned).await;
    assert_eq!(
        (garbage.status, &*garbage.body),
        (400, b"\xbf\x66__type\x76SerializationException\xff".as_slice())
    );
    for body in [encode(Encoding::Cbor, &Value::Integer(1)), vec![0xf6]] {
        let scalar = pair.raw_cbor("Kinesis_20131202.Nothing", body, Auth::Signed).await;
        assert_eq!(scalar.body, garbage.body);
    }
    let unknown = pair.raw_cbor("Kinesis_20131202.Nothing", vec![0xa0], Auth::Unsigned).await;
    assert_eq!(
        (unknown.status, &*unknown.body),
        (400, b"\xbf\x66__type\x78\x19UnknownOperationException\xff".as_slice())
    );
    let unsigned = pair.raw_cbor("Kinesis_20131202.ListStreams", vec![0xa0], Auth::Unsigned).await;
    let refusal = cbor::parse(&unsigned.body).expect("the body is CBOR").value;
    assert_eq!(refusal.get("__type"), Some(&"MissingAuthenticationTokenException".into()));
}

#[tokio::test]
async fn a_request_of_indefinite_lengths_is_read() {
    let pair = Pair::start(slow());
    let body = b"\xbf\x65Limit\x05\xff".to_vec();
    let response = pair.raw_cbor("Kinesis_20131202.ListStreams", body, Auth::Signed).await;
    assert_eq!(response.status, 200, "{}", cbor::diagnostic(&response.body));
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_refused_before_constraints() {
    let pair = Pair::start(slow());
    let boolean = Value::from([("EncryptionType", true.into())]);
    let refusal = pair.refuse_cbor("StartStreamEncryption", &boolean).await;
    assert_eq!(refusal.get("__type"), Some(&"SerializationException".into()));
    for (operation, member, value) in [
        ("PutRecord", "Data", "AAAA".into()),
        ("PutRecord", "Data", Value::Time(0)),
        ("StartStreamEncryption", "KeyId", Value::Blob(Vec::new())),
        ("GetShardIterator", "Timestamp", Value::Blob(Vec::new())),
    ] {
        let refusal = pair.refuse_cbor(operation, &Value::from([(member, value)])).await;
        assert_eq!(refusal.get("__type"), Some(&"SerializationException".into()), "{member}");
    }
}
