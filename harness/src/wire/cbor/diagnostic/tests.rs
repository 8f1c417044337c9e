use super::*;

#[test]
fn spellings_are_printed_as_the_rfc_has_them() {
    for (bytes, text) in [
        (&[0x00][..], "0"),
        (&[0x18, 0x00], "0_0"),
        (&[0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "-18446744073709551616"),
        (&[0x39, 0x00, 0x00], "-1_1"),
        (&[0xf4], "false"),
        (&[0xf7], "undefined"),
        (&[0xf0], "simple(16)"),
        (&[0xf8, 0xff], "simple(255)"),
        (&[0xf9, 0x3e, 0x00], "1.5_1"),
        (&[0xfa, 0x7f, 0x80, 0x00, 0x00], "Infinity_2"),
        (&[0xfb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], "1.5"),
        (&[0xf9, 0x7e, 0x00], "NaN_1"),
        (&[0xc1, 0x1a, 0x51, 0x4b, 0x67, 0xb0], "1(1363896240)"),
        (&[0x42, 0x01, 0xab], "h'01ab'"),
        (&[0x64, b'"', b'\\', b'\n', 0x01], r#""\"\\\n\u0001""#),
        (&[0x58, 0x01, 0x01], "h'01'_0"),
        (&[0x80], "[]"),
        (&[0x9f, 0xff], "[_ ]"),
        (&[0x98, 0x01, 0x02], "[_0 2]"),
        (&[0x83, 0x01, 0x82, 0x02, 0x03, 0x80], "[1, [2, 3], []]"),
        (&[0xbf, 0x61, b'a', 0x01, 0x61, b'b', 0xa0, 0xff], r#"{_ "a": 1, "b": {}}"#),
        (&[0x5f, 0x41, 0x01, 0x40, 0xff], "(_ h'01', h'')"),
        (&[0x5f, 0xff], "''_"),
        (&[0x81, 0x7f, 0xff], r#"[""_]"#),
    ] {
        assert_eq!(diagnostic(bytes), text);
    }
}

#[test]
fn what_is_broken_is_printed_up_to_the_fault() {
    assert_eq!(diagnostic(&[0x82, 0x01, 0x19]), "[1 / byte 2: the bytes end within the head of an item /");
    assert_eq!(diagnostic(&[0x01, 0x02]), "1 / byte 1: bytes behind the value: 1 /");
    assert_eq!(diagnostic(&[0x61, 0xc3]), "\"\u{fffd}\"");
}

#[test]
fn a_long_body_is_cut_between_characters() {
    let text = "é".repeat(5000);
    let mut bytes = vec![0x79];
    bytes.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
    bytes.extend(text.as_bytes());
    let printed = diagnostic(&bytes);
    assert!(printed.starts_with("\"éé") && printed.ends_with("é…"), "{}", printed.len());
    assert!(printed.len() <= DIAGNOSTIC_LIMIT + '…'.len_utf8());
}
