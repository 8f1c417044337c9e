//! Reading by shape in CBOR; what JSON has of it is tested with JSON.

use super::*;

fn in_cbor(shape: &str, plain: &Value) -> Decoded {
    decode(Model::embedded(), Encoding::Cbor, Some(shape), plain)
}

fn record(data: Value, arrival: Value) -> Value {
    Value::from([("Data", data), ("ApproximateArrivalTimestamp", arrival)])
}

fn misfit(path: &str, expected: &'static str, found: &'static str) -> Misfit {
    Misfit { path: path.to_owned(), expected, found }
}

#[test]
fn blobs_and_times_of_the_reader_fit_as_they_are() {
    let plain = record(Value::Blob(vec![1]), Value::Time(7));
    assert_eq!(in_cbor("Record", &plain), Decoded { value: plain, misfits: vec![] });
}

#[test]
fn base64_text_is_no_blob_in_cbor() {
    let plain = record("AQ==".into(), Value::Time(7));
    let read = in_cbor("Record", &plain);
    assert_eq!(read.misfits, [misfit("Data", "byte string", "string")]);
    assert_eq!(read.value, plain);
    assert_eq!(decode(Model::embedded(), Encoding::Json, Some("Record"), &plain).misfits, []);
}

#[test]
fn a_time_without_its_tag_is_milliseconds_and_a_float_is_seconds() {
    for (plain, milliseconds) in [
        (Value::Integer(1_700_000_000_123), 1_700_000_000_123),
        (Value::Integer(i64::MIN), i64::MIN),
        (Value::Float(1_700_000_000.123), 1_700_000_000_123),
    ] {
        let read = in_cbor("Timestamp", &plain);
        assert_eq!(read, Decoded { value: Value::Time(milliseconds), misfits: vec![] });
    }
}

#[test]
fn what_is_no_time_is_a_misfit() {
    for (plain, found) in [
        (Value::Float(f64::NAN), "float"),
        (Value::Float(1e300), "float"),
        (Value::from("2023-11-14T22:13:20Z"), "string"),
    ] {
        assert_eq!(in_cbor("Timestamp", &plain).misfits, [misfit("", "epoch milliseconds", found)]);
    }
}

#[test]
fn a_time_or_bytes_where_the_shape_has_text_are_misfits() {
    let plain = Value::from([("StreamName", Value::Blob(vec![b's']))]);
    assert_eq!(in_cbor("DescribeStreamInput", &plain).misfits, [misfit("StreamName", "string", "blob")]);
    let plain = Value::from([("Limit", Value::Time(1))]);
    assert_eq!(in_cbor("DescribeStreamInput", &plain).misfits, [misfit("Limit", "32-bit integer", "time")]);
}
