//! Bytes exchanged with the AWS SDK for Rust's own CBOR. It speaks another dialect of times (tag 1
//! over seconds), so those are held against it on their own.

use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::{Decoder, Encoder};
use proptest::prelude::*;

use super::{any_value, encode, hex, parse};
use crate::model::{Model, Value};
use crate::wire::{Encoding, decode};

fn read(decoder: &mut Decoder<'_>) -> Value {
    match decoder.datatype().unwrap() {
        Type::Null => {
            decoder.null().unwrap();
            Value::Null
        }
        Type::Bool => Value::Bool(decoder.boolean().unwrap()),
        Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::I8
        | Type::I16
        | Type::I32
        | Type::I64
        | Type::Int => Value::Integer(decoder.long().unwrap()),
        Type::F16 | Type::F32 | Type::F64 => Value::Float(decoder.double().unwrap()),
        Type::String => Value::String(decoder.str().unwrap().into_owned()),
        Type::Bytes => Value::Blob(decoder.blob().unwrap().into_inner()),
        Type::Array => {
            let length = decoder.list().unwrap().expect("we write definite lengths");
            Value::List((0..length).map(|_| read(decoder)).collect())
        }
        Type::Map => {
            let length = decoder.map().unwrap().expect("we write definite lengths");
            Value::Map((0..length).map(|_| (decoder.str().unwrap().into_owned(), read(decoder))).collect())
        }
        other @ (Type::Undefined
        | Type::Simple
        | Type::BytesIndef
        | Type::StringIndef
        | Type::ArrayIndef
        | Type::MapIndef
        | Type::Tag
        | Type::Break
        | Type::Unknown(_)) => panic!("{other:?} is nothing that we write"),
    }
}

/// Lists with definite, maps with indefinite lengths, as the SDK's own serializers write them.
fn write(value: &Value, encoder: &mut Encoder) {
    match value {
        Value::Null => {
            encoder.null();
        }
        Value::Bool(truth) => {
            encoder.boolean(*truth);
        }
        Value::Integer(number) => {
            encoder.long(*number);
        }
        Value::Float(float) => {
            encoder.double(*float);
        }
        Value::String(text) => {
            encoder.str(text);
        }
        Value::Blob(bytes) => {
            encoder.blob_bytes(bytes);
        }
        Value::Time(_) => unreachable!("times are taken out"),
        Value::List(elements) => {
            encoder.array(elements.len());
            elements.iter().for_each(|element| write(element, encoder));
        }
        Value::Map(members) => {
            encoder.begin_map();
            for (name, member) in members {
                encoder.str(name);
                write(member, encoder);
            }
            encoder.end();
        }
    }
}

/// The value with numbers in place of times.
fn without_times(value: Value) -> Value {
    match value {
        Value::Time(milliseconds) => Value::Integer(milliseconds),
        Value::List(elements) => Value::List(elements.into_iter().map(without_times).collect()),
        Value::Map(members) => {
            Value::Map(members.into_iter().map(|(name, member)| (name, without_times(member))).collect())
        }
        value @ (Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Blob(_)) => value,
    }
}

proptest! {
    #[test]
    fn what_we_encode_the_sdk_decodes(value in any_value().prop_map(without_times)) {
        let bytes = encode(&value);
        let mut decoder = Decoder::new(&bytes);
        prop_assert_eq!(read(&mut decoder), value);
        prop_assert_eq!(decoder.position(), bytes.len());
    }

    #[test]
    fn what_the_sdk_encodes_we_parse(value in any_value().prop_map(without_times)) {
        let mut encoder = Encoder::new(Vec::new());
        write(&value, &mut encoder);
        prop_assert_eq!(parse(&encoder.into_writer()).unwrap().value, value);
    }

    #[test]
    fn the_sdk_takes_our_time_for_that_many_seconds(milliseconds in -4_000_000_000_i64..4_000_000_000) {
        let read = Decoder::new(&encode(&Value::Time(milliseconds))).timestamp().unwrap();
        prop_assert_eq!(read.secs(), milliseconds);
    }

    #[test]
    fn the_sdks_time_in_fractional_seconds_is_read_by_its_shape(milliseconds in 0_i64..4_000_000_000_000) {
        // Tag 1 over a double, read by the SDK and written again by it.
        let seconds = milliseconds as f64 / 1000.0;
        let bytes = [&hex("c1 fb")[..], &seconds.to_be_bytes()].concat();
        let mut encoder = Encoder::new(Vec::new());
        encoder.timestamp(&Decoder::new(&bytes).timestamp().unwrap());
        let plain = parse(&encoder.into_writer()).unwrap().value;
        let read = decode(Model::embedded(), Encoding::Cbor, Some("Timestamp"), &plain);
        prop_assert_eq!(read.misfits, vec![]);
        // The SDK cuts where we round.
        let Value::Time(read) = read.value else { panic!("{:?}", read.value) };
        prop_assert!((milliseconds - read).abs() <= 1, "{} {}", milliseconds, read);
    }
}
