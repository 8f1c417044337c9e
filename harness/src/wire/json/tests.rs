use proptest::prelude::*;

use super::*;
use crate::model::{Model, Value};
use crate::wire::MAX_DEPTH;

fn text_of(value: &Value) -> String {
    String::from_utf8(encode(value)).unwrap()
}

fn place(text: &[u8]) -> (usize, usize, usize, String) {
    let error = parse(text).unwrap_err();
    let place = error.text.unwrap();
    (error.offset, place.line, place.column, error.reason)
}

#[test]
fn a_body_holds_no_more_items_than_one_in_cbor() {
    use crate::wire::cbor::MAX_ITEMS;
    let list = |items: usize| format!("[{}0]", "0,".repeat(items - 1));
    parse(list(MAX_ITEMS - 1).as_bytes()).unwrap();
    let refused = place(list(MAX_ITEMS).as_bytes()).3;
    assert_eq!(refused, format!("more than {MAX_ITEMS} items"));
    let members = format!("{{{}\"a\":0}}", "\"a\":0,".repeat(MAX_ITEMS / 2));
    assert_eq!(place(members.as_bytes()).3, format!("more than {MAX_ITEMS} items"));
}

#[test]
fn members_keep_their_order_and_text_is_compact() {
    let value = Value::from([
        ("B", Value::List(vec![Value::Null, Value::Bool(true), Value::Integer(-7)])),
        ("A", Value::from("a \"quote\"\n")),
    ]);
    assert_eq!(text_of(&value), r#"{"B":[null,true,-7],"A":"a \"quote\"\n"}"#);
}

#[test]
fn a_blob_is_padded_base64() {
    assert_eq!(text_of(&Value::Blob(b"a?>~".to_vec())), r#""YT8+fg==""#);
    assert_eq!(text_of(&Value::Blob(Vec::new())), r#""""#);
}

#[test]
fn a_time_is_seconds_with_as_many_decimals_as_it_needs() {
    for (milliseconds, text) in [
        (0, "0"),
        (1_700_000_000_000, "1700000000"),
        (1_700_000_000_120, "1700000000.12"),
        (1_700_000_000_007, "1700000000.007"),
        (-1, "-0.001"),
        (-1_500, "-1.5"),
        (i64::MIN, "-9223372036854775.808"),
    ] {
        assert_eq!(text_of(&Value::Time(milliseconds)), text);
    }
}

#[test]
fn a_float_that_json_cannot_spell_is_null() {
    assert_eq!(text_of(&Value::Float(f64::NAN)), "null");
    assert_eq!(text_of(&Value::Float(2.0)), "2.0");
}

#[test]
fn whole_numbers_are_integers_and_all_others_floats() {
    let parsed = parse(b"[1, 1.0, 1e3, 9223372036854775807, 9223372036854775808]").unwrap().value;
    assert_eq!(
        parsed,
        Value::List(vec![
            Value::Integer(1),
            Value::Float(1.0),
            Value::Float(1000.0),
            Value::Integer(i64::MAX),
            Value::Float(9_223_372_036_854_775_808.0),
        ])
    );
}

#[test]
fn of_repeated_members_the_last_is_kept_and_each_repetition_is_reported() {
    let document = parse(br#"{"A":1,"R":[{},{"D":1,"D":2,"D":3}],"A":{"x":1,"x":2}}"#).unwrap();
    assert_eq!(document.duplicates, ["R.1.D", "R.1.D", "A.x", "A"]);
    assert_eq!(document.value.get("A").and_then(|a| a.get("x")), Some(&Value::Integer(2)));
}

#[test]
fn errors_name_byte_line_and_column() {
    let (offset, line, column, reason) = place(b"{\n \"\xc3\xa9\": 1,\n \"a\" 2}");
    assert_eq!((offset, line, column), (17, 3, 6));
    assert!(reason.contains("expected `:`"), "{reason}");
    let error = parse(b"[1] x").unwrap_err();
    assert_eq!(error.to_string(), "read JSON at line 1, column 5 (byte 4): trailing characters");
}

#[test]
fn the_place_of_an_early_end_is_the_end() {
    assert_eq!(place(b""), (0, 1, 1, "EOF while parsing a value".to_owned()));
    assert_eq!(place(b"{\"a\":\n"), (6, 2, 1, "EOF while parsing a value".to_owned()));
}

#[test]
fn a_byte_order_mark_is_refused() {
    assert_eq!(
        place("\u{feff}{}".as_bytes()),
        (0, 1, 1, "a byte order mark stands before the value".to_owned())
    );
}

#[test]
fn text_that_is_not_utf8_is_refused_where_it_starts() {
    assert_eq!(place(b"{\"a\":\"\xff\"}"), (6, 1, 7, "not UTF-8".to_owned()));
}

#[test]
fn lone_surrogates_are_refused() {
    for text in [r#""\ud800""#, r#""\udc00""#, r#""\ud800\u0041""#] {
        let (offset, line, _, reason) = place(text.as_bytes());
        assert!(offset > 0 && offset < text.len() && line == 1, "{offset}: {reason}");
    }
    assert_eq!(parse(br#""\ud83d\ude00""#).unwrap().value, Value::from("😀"));
}

#[test]
fn nesting_is_bounded_and_the_error_names_the_bound() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    let (offset, .., reason) = place(nested(MAX_DEPTH + 1).as_bytes());
    assert_eq!(reason, "nested deeper than 100 levels");
    assert_eq!(offset, MAX_DEPTH + 1, "right behind the bracket that is too much");
    assert!(parse("[{\"a\":".repeat(100_000).as_bytes()).is_err());
}

#[test]
fn no_body_is_an_empty_structure_in_answers_only() {
    assert_eq!(parse_answer(b"").unwrap().value, Value::empty());
    assert!(parse_answer(b" ").is_err());
    assert!(parse(b"").is_err());
}

fn decoded(shape: &str, text: &str) -> Decoded {
    decode(Model::embedded(), Some(shape), &parse(text.as_bytes()).unwrap().value)
}

#[test]
fn blobs_and_times_are_decoded_where_the_shape_has_them() {
    let answer = decoded(
        "GetRecordsOutput",
        r#"{"Records":[{"Data":"aGk=","ApproximateArrivalTimestamp":1.7000000001e9,"PartitionKey":"aGk="}]}"#,
    );
    assert_eq!(answer.misfits, []);
    assert_eq!(
        answer.value,
        Value::from([(
            "Records",
            Value::List(vec![Value::from([
                ("Data", Value::Blob(b"hi".to_vec())),
                ("ApproximateArrivalTimestamp", Value::Time(1_700_000_000_100)),
                ("PartitionKey", Value::from("aGk=")),
            ])])
        )])
    );
}

#[test]
fn misfits_are_listed_and_kept_raw() {
    let answer = decoded(
        "GetRecordsOutput",
        r#"{"MillisBehindLatest":"0","Records":[{"Data":"?"},7,{"ApproximateArrivalTimestamp":"now"}]}"#,
    );
    let reported: Vec<_> = answer.misfits.iter().map(|m| (m.path.as_str(), m.expected, m.found)).collect();
    assert_eq!(
        reported,
        [
            ("MillisBehindLatest", "64-bit integer", "string"),
            ("Records.0.Data", "base64 text", "string"),
            ("Records.1", "structure", "integer"),
            ("Records.2.ApproximateArrivalTimestamp", "epoch seconds", "string"),
        ]
    );
    assert_eq!(answer.value.get("MillisBehindLatest"), Some(&Value::from("0")));
}

#[test]
fn an_integer_beyond_32_bits_does_not_fit_an_integer_shape() {
    let input = decoded("GetRecordsInput", r#"{"Limit":2147483648}"#);
    assert_eq!(input.misfits.len(), 1);
    assert_eq!(decoded("GetRecordsInput", r#"{"Limit":2147483647}"#).misfits, []);
}

#[test]
fn unknown_members_are_kept_and_null_fits_below_the_top() {
    let answer = decoded("GetRecordsOutput", r#"{"New":{"a":1},"NextShardIterator":null}"#);
    assert_eq!(answer.misfits, []);
    assert!(answer.value.get("New").is_some());
    assert_eq!(decoded("GetRecordsOutput", "null").misfits[0].path, "");
}

#[test]
fn a_value_without_a_shape_stays_as_it_is() {
    let plain = parse(br#"{"Data":"aGk="}"#).unwrap().value;
    assert_eq!(decode(Model::embedded(), None, &plain).value, plain);
    assert_eq!(decode(Model::embedded(), Some("NoSuchShape"), &plain).value, plain);
}

fn plain() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        // Halves survive the reading exactly, which other fractions need not.
        (-1_000_000_i32..1_000_000).prop_map(|halves| Value::Float(f64::from(halves) + 0.5)),
        any::<String>().prop_map(Value::String),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Map(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_encoded_parses_to_the_same(value in plain()) {
        let document = parse(&encode(&value)).unwrap();
        prop_assert_eq!(document.value, value);
        prop_assert_eq!(document.duplicates, Vec::<String>::new());
    }

    #[test]
    fn blobs_and_times_survive_when_their_shape_is_known(
        data in any::<Vec<u8>>(),
        time in -4_000_000_000_000_i64..4_000_000_000_000,
    ) {
        let record = Value::from([
            ("Data", Value::Blob(data)),
            ("ApproximateArrivalTimestamp", Value::Time(time)),
        ]);
        let read = decode(Model::embedded(), Some("Record"), &parse(&encode(&record)).unwrap().value);
        prop_assert_eq!(read.value, record);
        prop_assert_eq!(read.misfits, vec![]);
    }

    #[test]
    fn any_bytes_parse_or_are_refused_at_a_place_inside(bytes in any::<Vec<u8>>()) {
        if let Err(error) = parse(&bytes) {
            prop_assert!(error.offset <= bytes.len());
            prop_assert!(error.text.is_some_and(|place| place.line >= 1 && place.column >= 1));
        }
    }

    #[test]
    fn any_cut_text_is_refused_at_its_end_or_before(value in plain(), cut in any::<prop::sample::Index>()) {
        let text = encode(&Value::List(vec![value]));
        let cut = cut.index(text.len());
        let error = parse(&text[..cut]).unwrap_err();
        prop_assert!(error.offset <= cut);
    }
}
