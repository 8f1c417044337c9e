use super::*;

fn planted() -> Credentials {
    Credentials {
        access_key: "AKIAPLANTED".to_owned(),
        secret_key: "planted/secret+key".to_owned(),
        session_token: Some("planted-token==".to_owned()),
    }
}

#[test]
fn every_part_of_a_pair_is_replaced_however_it_is_spelled() {
    let redactor = Redactor::of(&planted());
    let text = "AKIAPLANTED akiaplanted planted/secret+key planted\\/secret+key planted%2Fsecret%2Bkey planted-token== planted-token%3D%3D";
    assert_eq!(
        redactor.text(text),
        "[access key] [access key] [secret key] [secret key] [secret key] [session token] [session token]"
    );
    assert_eq!(Redactor::of(&Credentials::dummy()).text(text), text);
}

/// A secret with all that servers escape, as long as AWS makes them.
const SECRET: &str = "planted/secret+key/that/nobody/may/read=0";

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02X}")).collect()
}

#[test]
fn a_secret_is_found_in_every_escape_that_servers_use() {
    let redactor = Redactor::of(&Credentials { secret_key: SECRET.to_owned(), ..planted() });
    let each = |escape: &dyn Fn(u8) -> String| SECRET.bytes().map(escape).collect::<String>();
    let some = |escape: &dyn Fn(u8) -> String| {
        each(&|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { escape(byte) })
    };
    let spellings = [
        SECRET.to_uppercase(),
        some(&|byte| format!("\\u{byte:04x}")),
        some(&|byte| format!("\\u{byte:04X}")),
        each(&|byte| format!("\\\\u{byte:04x}")),
        some(&|byte| format!("\\u{{{byte:x}}}")),
        some(&|byte| format!("\\x{byte:02x}")),
        some(&|byte| format!("\\{byte:03o}")),
        some(&|byte| format!("\\{}", char::from(byte))),
        some(&|byte| format!("\\\\\\{}", char::from(byte))),
        each(&|byte| format!("%{byte:02x}")),
        some(&|byte| format!("%25{byte:02X}")),
        some(&|byte| format!("%2525{byte:02x}")),
        some(&|byte| format!("%u{byte:04x}")),
        each(&|byte| format!("&#{byte};")),
        each(&|byte| format!("&#x{byte:X};")),
        some(&|byte| format!("&amp;#0{byte};")),
        SECRET.replace('/', "&sol;").replace('+', "&plus;").replace('=', "&equals;"),
        hex(SECRET),
        hex(SECRET).to_lowercase(),
    ];
    for spelled in spellings {
        assert_eq!(redactor.text(&format!("a {spelled} b")), "a [secret key] b", "{spelled}");
        let bytes = redactor.bytes(format!("a {spelled} b").as_bytes());
        assert_eq!(bytes, format!("a {} b", "*".repeat(spelled.len())).as_bytes(), "{spelled}");
    }
}

#[test]
fn a_secret_of_any_characters_is_found_in_what_encoders_make_of_it() {
    let secret = "a\\b\\\\c\td\u{7f}e\u{e9}f\u{2028}g\u{1f600}h/i\"j<k";
    let redactor = Redactor::of(&Credentials { secret_key: secret.to_owned(), ..planted() });
    let json = serde_json::to_string(secret).expect("text");
    let in_json = |text: &str| {
        let quoted = serde_json::to_string(text).expect("text");
        quoted[1..quoted.len() - 1].to_owned()
    };
    // As Python, Java and PHP write it.
    let ascii_json = |escape: &dyn Fn(u16) -> String| -> String {
        let json = in_json(secret);
        let units = json.encode_utf16();
        units.map(|unit| if unit < 0x7f { String::from_utf16_lossy(&[unit]) } else { escape(unit) }).collect()
    };
    let spellings = [
        secret.to_owned(),
        json[1..json.len() - 1].to_owned(),
        in_json(&in_json(secret)),
        in_json(secret).replace('/', "\\/"),
        ascii_json(&|unit| format!("\\u{unit:04x}")),
        in_json(&ascii_json(&|unit| format!("\\u{unit:04X}"))),
        secret.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        secret.bytes().map(|byte| format!("\\x{byte:02x}")).collect(),
        secret.bytes().map(|byte| format!("\\{byte:03o}")).collect(),
        secret.chars().map(|character| format!("&#{};", u32::from(character))).collect(),
        secret.chars().map(|character| format!("\\u{{{:x}}}", u32::from(character))).collect(),
    ];
    for spelled in spellings {
        assert_eq!(redactor.text(&format!("a {spelled} b")), "a [secret key] b", "{spelled}");
    }
}

#[test]
fn a_secret_is_found_in_base64_wherever_it_begins() {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    let redactor = Redactor::of(&Credentials { secret_key: SECRET.to_owned(), ..planted() });
    let (begin, end) = ("before ", " after and something more");
    for shift in 0..3 {
        for after in 0..3 {
            let text = format!("{}{SECRET}{}", &begin[shift..], &end[after..]);
            for coded in [STANDARD.encode(&text), URL_SAFE.encode(&text)] {
                for reported in [coded.clone(), coded.replace('/', "\\/"), coded.replace('+', "%2B")] {
                    let redacted = redactor.text(&reported);
                    assert!(redacted.contains("[secret key]"), "{reported}");
                    let left = redacted.len() - "[secret key]".len();
                    assert!(left <= STANDARD.encode(begin).len() + STANDARD.encode(end).len(), "{redacted}");
                }
            }
        }
    }
}

#[test]
fn what_only_looks_like_escapes_is_left_alone_and_takes_no_time() {
    let redactor = Redactor::of(&planted());
    for text in
        ["%", "\\", "&", "&#;", "&#x;", "%2", "\\u00", "\\u{", "%u12", "&amp;", "%25", "\\x4", "&nbsp;"]
    {
        for text in [text.to_owned(), format!("{text}planted"), text.repeat(20_000)] {
            assert_eq!(redactor.text(&text), text);
        }
    }
}

#[test]
fn a_signature_is_replaced_wherever_it_stands_and_other_hex_is_not() {
    let signature = "0af9".repeat(16);
    let redactor = Redactor::of(&planted());
    assert_eq!(redactor.text(&format!("Signature={signature}\r\nX: y")), "Signature=[signature]\r\nX: y");
    for other in ["0af9".repeat(17), "a".repeat(64), "0".repeat(64)] {
        assert_eq!(redactor.text(&other), other);
    }
}

#[test]
fn an_account_has_the_same_stand_in_everywhere_and_shards_keep_their_ids() {
    let redactor = Redactor::of(&planted());
    let arn = |account: &str| format!("arn:aws:kinesis:us-east-1:{account}:stream/a");
    assert_eq!(redactor.text(&arn("111122223333")), arn("900000000001"));
    assert_eq!(redactor.text("444455556666, 111122223333"), "900000000002, 900000000001");
    assert_eq!(redactor.clone().text("111122223333"), "900000000001");
    for kept in
        ["shardId-000000000000", "1732449600000", "49590338271490256608559692538361571095921575989136588898"]
    {
        assert_eq!(redactor.text(kept), kept);
    }
}

#[test]
fn bytes_keep_their_length() {
    let redactor = Redactor::of(&planted());
    let bytes = b"\xbfkAKIAPLANTED\xff111122223333\xff";
    assert_eq!(redactor.bytes(bytes), b"\xbfk***********\xff900000000001\xff");
}

#[test]
fn a_word_that_is_no_secret_is_left_alone() {
    let redactor = Redactor::of(&Credentials {
        access_key: "test".to_owned(),
        secret_key: "test".to_owned(),
        session_token: None,
    });
    assert_eq!(redactor.text("a test"), "a test");
}

#[test]
fn a_secret_is_found_in_lines_and_groups() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let redactor = Redactor::of(&Credentials { secret_key: SECRET.to_owned(), ..planted() });
    let parted = |text: &str, size: usize, by: &str| {
        let groups: Vec<_> = text.as_bytes().chunks(size).map(String::from_utf8_lossy).collect();
        groups.join(by)
    };
    let coded = STANDARD.encode(SECRET);
    let mut spellings = vec![
        SECRET.bytes().map(|byte| format!("\\U{byte:08x}")).collect(),
        SECRET.bytes().map(|byte| format!("&#{byte:010};")).collect(),
    ];
    for by in ["\n", "\r\n", "\\n", "\\r\\n", "\\\\n", " "] {
        spellings.push(parted(&coded, 19, by));
        spellings.push(parted(&hex(SECRET), 2, by));
    }
    spellings.extend([":", "-"].map(|by| parted(&hex(SECRET), 2, by)));
    spellings.extend(["=\n", "=\r\n", "=\\n"].map(|by| parted(SECRET, 13, by)));
    for spelled in spellings {
        let redacted = redactor.text(&format!("a {spelled} b"));
        assert!(redacted.starts_with("a [secret key]"), "{spelled}: {redacted}");
        assert!(redacted.len() <= "a [secret key]xx== b".len(), "{spelled}: {redacted}");
    }
}
