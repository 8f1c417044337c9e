//! One table of spellings, one of refusals, and what holds for any value and any bytes.

mod oracle;
mod spellings;

use proptest::prelude::*;

use super::*;
use crate::model::Value;
use crate::wire::{DecodeError, MAX_DEPTH};

/// Bytes from pairs of hexadecimal digits, blanks between them left out.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> =
        text.chars().filter(|next| !next.is_whitespace()).map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

fn value_of(text: &str) -> Value {
    parse(&hex(text)).unwrap_or_else(|error| panic!("{text}: {error}")).value
}

fn refusal(bytes: &[u8]) -> (usize, String) {
    let DecodeError { offset, text, reason } = parse(bytes).unwrap_err();
    assert_eq!(text, None);
    (offset, reason)
}

/// Any value whose parts survive the way there and back.
pub(super) fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        (-30_i64..300).prop_map(Value::Integer),
        // Not-a-number is equal to nothing.
        any::<f64>().prop_filter("a number", |float| !float.is_nan()).prop_map(Value::Float),
        any::<i64>().prop_map(Value::Time),
        any::<String>().prop_map(Value::String),
        any::<Vec<u8>>().prop_map(Value::Blob),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..30).prop_map(Value::List),
            prop::collection::vec((".{0,4}", inner), 0..30)
                .prop_map(|members| Value::Map(members.into_iter().collect())),
        ]
    })
}

#[test]
fn heads_are_as_short_as_they_can_be() {
    for (number, bytes) in [
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (255, "18ff"),
        (256, "190100"),
        (65_535, "19ffff"),
        (65_536, "1a00010000"),
        (4_294_967_295, "1affffffff"),
        (4_294_967_296, "1b0000000100000000"),
        (i64::MAX, "1b7fffffffffffffff"),
        (-1, "20"),
        (-24, "37"),
        (-25, "3818"),
        (-256, "38ff"),
        (-257, "390100"),
        (i64::MIN, "3b7fffffffffffffff"),
    ] {
        assert_eq!(encode(&Value::Integer(number)), hex(bytes), "{number}");
        assert_eq!(value_of(bytes), Value::Integer(number), "{bytes}");
    }
}

#[test]
fn a_call_is_a_definite_map_with_byte_strings_and_times_in_milliseconds() {
    let call = Value::from([
        ("Data", Value::Blob(vec![1, 2])),
        ("At", Value::Time(1_700_000_000_123)),
        ("L", Value::List(vec![Value::Null, true.into(), false.into(), Value::Float(1.5), "é".into()])),
    ]);
    let bytes = hex("a3 64 44617461 42 0102 62 4174 c1 1b0000018bcfe5687b
                     61 4c 85 f6 f5 f4 fb3ff8000000000000 62 c3a9");
    assert_eq!(encode(&call), bytes);
    assert_eq!(parse(&bytes).unwrap().value, call);
}

#[test]
fn every_spelling_of_a_value_is_read() {
    for (bytes, value) in [
        // Wider heads than needed.
        ("1800", Value::Integer(0)),
        ("1b0000000000000007", Value::Integer(7)),
        ("3900 00", Value::Integer(-1)),
        ("5800", Value::Blob(vec![])),
        ("7a00000001 61", "a".into()),
        ("9b0000000000000001 f6", Value::List(vec![Value::Null])),
        // Indefinite lengths.
        ("5f ff", Value::Blob(vec![])),
        ("5f 4101 40 420203 ff", Value::Blob(vec![1, 2, 3])),
        ("7f 6161 7801 62 ff", "ab".into()),
        ("9f 01 9f ff ff", Value::List(vec![Value::Integer(1), Value::List(vec![])])),
        ("bf 7f 6161 ff 01 ff", Value::from([("a", Value::Integer(1))])),
        // Floats of all widths.
        ("f93e00", Value::Float(1.5)),
        ("f90001", Value::Float(5.960_464_477_539_063e-8)),
        ("f9fc00", Value::Float(f64::NEG_INFINITY)),
        ("fa47c35000", Value::Float(100_000.0)),
        ("fbc010666666666666", Value::Float(-4.1)),
        // Whole numbers beyond an `i64`.
        ("1bffffffffffffffff", Value::Float(18_446_744_073_709_551_615.0)),
        ("3bffffffffffffffff", Value::Float(-18_446_744_073_709_551_616.0)),
        // Tags.
        ("c1 1a514b67b0", Value::Time(1_363_896_240)),
        ("c1 20", Value::Time(-1)),
        ("d801 01", Value::Time(1)),
        ("c1 fb41d452d9ec200000", Value::Float(1_363_896_240.5)),
        ("d9d9f7 c1 01", Value::Time(1)),
        ("c2 42 0100", Value::Blob(vec![1, 0])),
        // What stands for nothing.
        ("f7", Value::Null),
    ] {
        assert_eq!(value_of(bytes), value, "{bytes}");
    }
    assert!(matches!(value_of("f97e00"), Value::Float(float) if float.is_nan()));
}

#[test]
fn what_is_not_one_item_is_refused_at_its_place() {
    for (bytes, offset, reason) in [
        ("", 0, "the bytes end where an item should start"),
        ("18", 0, "the bytes end within the head of an item"),
        ("82 01 1901", 2, "the bytes end within the head of an item"),
        ("82 01", 0, "2 elements are declared, 1 bytes are left"),
        ("82 8101", 3, "the bytes end where an item should start"),
        ("9f 01", 2, "the bytes end where an item should start"),
        ("01 02", 1, "bytes behind the value: 1"),
        ("80 ff 00", 1, "bytes behind the value: 2"),
        ("1c", 0, "the first byte is a reserved one"),
        ("81 fd", 1, "the first byte is a reserved one"),
        ("1f", 0, "an unsigned integer of indefinite length"),
        ("3f", 0, "a negative integer of indefinite length"),
        ("df 01", 0, "a tag of indefinite length"),
        ("ff", 0, "a break stands where nothing of indefinite length is open"),
        ("81 ff", 1, "a break stands where nothing of indefinite length is open"),
        ("9f c1 ff", 2, "a break stands where nothing of indefinite length is open"),
        ("bf 6161 ff", 3, "a break stands where the value of a key should"),
        ("5f 6161 ff", 1, "a chunk of a byte string is not one of definite length"),
        ("7f 7f ff ff", 1, "a chunk of text is not one of definite length"),
        ("f814", 0, "simple value 20 is written in two bytes"),
    ] {
        let bytes = hex(bytes);
        assert_eq!(refusal(&bytes), (offset, reason.to_owned()), "{bytes:02x?}");
        let fault = outline(&bytes).unwrap_err();
        assert_eq!((fault.offset, fault.reason.as_str()), (offset, reason), "{bytes:02x?}");
    }
}

#[test]
fn what_no_value_of_the_api_can_be_has_an_outline_and_is_not_parsed() {
    for (bytes, offset, reason) in [
        ("a1 01 02", 1, "a key is an unsigned integer, not text"),
        ("a1 c1 01 02", 1, "a key is a tag, not text"),
        ("81 62 c328", 1, "text that is not UTF-8"),
        // Each chunk on its own, even if they make up a character together.
        ("7f 61c3 61a9 ff", 1, "text that is not UTF-8"),
        ("81 c1 6131", 2, "tag 1 stands over text, not over a number"),
        ("c1 c1 01", 1, "tag 1 stands over a tag, not over a number"),
        ("f0", 0, "simple value 16 stands for nothing in the API"),
        ("f8ff", 0, "simple value 255 stands for nothing in the API"),
    ] {
        let bytes = hex(bytes);
        assert_eq!(refusal(&bytes), (offset, reason.to_owned()), "{bytes:02x?}");
        outline(&bytes).unwrap();
    }
}

#[test]
fn an_error_is_reported_with_its_byte() {
    let error = parse(&hex("01 02")).unwrap_err();
    assert_eq!(error.to_string(), "read CBOR at byte 1: bytes behind the value: 1");
}

#[test]
fn nesting_is_bounded_whatever_it_is_made_of() {
    for (opening, innermost, closing) in [
        ("81", "f6", ""),
        ("9f", "f6", "ff"),
        ("a1 6161", "f6", ""),
        ("bf 6161", "f6", "ff"),
        ("d9d9f7", "f6", ""),
    ] {
        let nested =
            |depth: usize| [hex(opening).repeat(depth), hex(innermost), hex(closing).repeat(depth)].concat();
        parse(&nested(MAX_DEPTH)).unwrap();
        for depth in [MAX_DEPTH + 1, 1_000_000] {
            let (offset, reason) = refusal(&nested(depth));
            assert_eq!(reason, format!("nested deeper than {MAX_DEPTH} levels"), "{opening}");
            assert!(offset < (MAX_DEPTH + 1) * 4);
            outline(&nested(depth)).unwrap_err();
            assert!(diagnostic(&nested(depth)).contains(&reason));
        }
    }
}

#[test]
fn a_declared_length_that_cannot_be_is_refused_before_anything_is_read() {
    for major in [0x40_u8, 0x60, 0x80, 0xa0] {
        for declared in [3, u64::from(u32::MAX), u64::MAX / 2 + 1, u64::MAX] {
            let bytes = [&[major | 27][..], &declared.to_be_bytes(), &[0x60, 0x60]].concat();
            let (offset, reason) = refusal(&bytes);
            assert_eq!(offset, 0);
            assert!(reason.contains(&declared.to_string()), "{reason}");
        }
    }
    // Two entries take at least four bytes.
    assert_eq!(refusal(&hex("a2 60 60 60")).1, "2 entries are declared, 3 bytes are left");
}

#[test]
fn the_number_of_items_is_bounded() {
    let list = |elements: usize| [hex("9f"), vec![0xf6; elements], hex("ff")].concat();
    parse(&list(MAX_ITEMS - 1)).unwrap();
    let (offset, reason) = refusal(&list(MAX_ITEMS));
    assert_eq!((offset, reason), (MAX_ITEMS, format!("more than {MAX_ITEMS} items")));
}

#[test]
fn repeated_members_are_reported_by_path_and_the_last_one_is_kept() {
    // {"A": [0, {"B": 1, "B": 2}], "C": {}, "C": 3}, the second B and C in chunks.
    let document = parse(&hex("a3 6141 82 00 a2 6142 01 7f 6142 ff 02 6143 a0 7f 6143 ff 03")).unwrap();
    assert_eq!(document.duplicates, ["A.1.B", "C"]);
    assert_eq!(document.value.get("C"), Some(&Value::Integer(3)));
}

#[test]
fn very_many_repetitions_under_a_very_long_name_make_no_longer_text() {
    let name = vec![b'n'; 100_000];
    let mut bytes = hex("a1 7a000186a0");
    bytes.extend_from_slice(&name);
    bytes.push(0xbf);
    bytes.extend(hex("6161 01").repeat(10_000));
    bytes.push(0xff);
    let document = parse(&bytes).unwrap();
    let reported: usize = document.duplicates.iter().map(String::len).sum();
    assert!(!document.duplicates.is_empty() && reported < 10_000, "{reported}");
}

/// Bytes that go further into the reader than any bytes would.
fn nearly_cbor() -> impl Strategy<Value = Vec<u8>> {
    let head =
        prop::sample::select(hex("00 17 18 1b 20 40 41 5b 5f 60 61 7f 80 82 9b 9f a1 bb bf c1 db f6 fb ff"));
    prop_oneof![
        any::<Vec<u8>>(),
        prop::collection::vec(prop_oneof![3 => head, 1 => any::<u8>()], 0..60),
        (any_value(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(value, at, byte)| {
            let mut bytes = encode(&value);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes
        }),
    ]
}

proptest! {
    #[test]
    fn what_is_encoded_parses_to_the_same(value in any_value()) {
        let bytes = encode(&value);
        let document = parse(&bytes).unwrap();
        prop_assert_eq!(&document.value, &value);
        prop_assert_eq!(document.duplicates, Vec::<String>::new());
        prop_assert_eq!(encode(&document.value), bytes);
    }

    #[test]
    fn any_bytes_are_read_or_refused_at_a_place_inside(bytes in nearly_cbor()) {
        let outlined = outline(&bytes);
        match (parse(&bytes), &outlined) {
            (Ok(_), outlined) => prop_assert!(outlined.is_ok()),
            (Err(error), Ok(_)) => prop_assert!(error.offset < bytes.len()),
            (Err(error), Err(fault)) => {
                prop_assert!(error.offset <= fault.offset && fault.offset <= bytes.len());
            }
        }
        prop_assert!(diagnostic(&bytes).len() <= DIAGNOSTIC_LIMIT + '…'.len_utf8());
        for (index, item) in outlined.iter().flatten().enumerate() {
            prop_assert!(item.offset < bytes.len());
            prop_assert!(item.parent.is_none_or(|parent| parent < index));
        }
    }

    #[test]
    fn any_cut_item_is_refused_at_its_end_or_before(value in any_value(), cut in any::<prop::sample::Index>()) {
        let bytes = encode(&value);
        let cut = cut.index(bytes.len());
        prop_assert!(parse(&bytes[..cut]).unwrap_err().offset <= cut);
    }

    #[test]
    fn any_bytes_behind_an_item_are_refused(value in any_value(), more in prop::collection::vec(any::<u8>(), 1..9)) {
        let bytes = encode(&value);
        let (offset, _) = refusal(&[&bytes[..], &more].concat());
        prop_assert_eq!(offset, bytes.len());
    }
}
