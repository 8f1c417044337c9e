use std::process::Command;

use super::{curl, quoted, quoted_if_needed};
use crate::log::{BodyText, OverrideText, RequestText};
use crate::testing::samples::request;

/// The arguments that a shell makes of a line. `$'…'` is bash's.
fn shell_words(line: &str) -> Vec<String> {
    let script = format!("printf '%s\\0' {line}");
    let output = Command::new("bash").args(["-c", &script]).output().expect("bash runs");
    let text = String::from_utf8(output.stdout).expect("the arguments are text");
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn a_shell_reads_a_quoted_word_as_it_was() {
    for text in
        ["", "it's", "a b", "$HOME `id` \"x\" \\n", "\u{1b}[31m\n'\\x\u{7}", "é\u{202e}ü", "!x *", "1\u{1b}7"]
    {
        let word = quoted(text);
        assert_eq!(shell_words(&word), [text], "{word}");
        assert_eq!(shell_words(&quoted_if_needed(text)), [text], "{word}");
    }
}

#[test]
fn a_signed_request_is_signed_with_the_dummy_pair() {
    let line = curl("http://127.0.0.1:4567/", &request("{}")).expect("a line").join(" ");
    assert!(line.contains("--aws-sigv4 'aws:amz:us-east-1:kinesis' --user 'AKIDCONFORMANCE00000:"), "{line}");
    assert!(line.ends_with("--data-raw '{}'"), "{line}");
}

#[test]
fn an_unsigned_request_has_no_credentials() {
    let unsigned = RequestText { signed: false, target: None, ..request("@/etc/passwd") };
    let line = curl("http://127.0.0.1:4567/", &unsigned).expect("a line").join(" ");
    assert!(!line.contains("--user") && !line.contains("sigv4") && !line.contains("X-Amz-Target"), "{line}");
    // `--data` would read the file of that name.
    assert!(line.ends_with("--data-raw '@/etc/passwd'"), "{line}");
}

#[test]
fn bytes_go_through_base64() {
    let cbor = RequestText { body: BodyText::Base64("v/8=".to_owned()), ..request("") };
    let arguments = curl("http://127.0.0.1:4567/", &cbor).expect("a line");
    assert_eq!(arguments.first().map(String::as_str), Some("printf %s 'v/8=' | base64 -d |"));
    assert_eq!(arguments.last().map(String::as_str), Some("--data-binary @-"));
}

#[test]
fn a_body_that_steers_a_terminal_goes_through_base64() {
    let line = curl("http://127.0.0.1:4567/", &request("{\"a\":\"\u{1b}\"}")).expect("a line").join(" ");
    assert!(line.starts_with("printf %s 'eyJhIjoiGyJ9' | base64 -d | curl"), "{line}");
}

#[test]
fn a_body_too_long_for_a_command_line_gets_none() {
    let reason = curl("http://127.0.0.1:4567/", &request(&"a".repeat(1 << 20))).expect_err("too long");
    assert_eq!(reason, "a body of 1.0 MiB is too long for a command line");
}

#[test]
fn an_overridden_request_is_sent_as_it_went_and_one_with_a_corrupt_signature_is_not() {
    let overrides = |head: &str, corrupted: Option<&str>| {
        Some(OverrideText { head: head.to_owned(), corrupted: corrupted.map(str::to_owned) })
    };
    let unsigned = RequestText {
        signed: false,
        overrides: overrides(
            "PUT /x?y HTTP/1.1\r\nHost: h\r\naccept: z\r\nContent-Length: 2",
            Some("no signature"),
        ),
        ..request("{}")
    };
    assert_eq!(
        curl("http://h:1", &unsigned).unwrap().join(" "),
        "curl -sS -i -g -X PUT 'http://h:1/x?y' -H 'Content-Type:' -H 'accept: z' --data-raw '{}'"
    );
    let corrupted =
        RequestText { signed: true, overrides: overrides("POST / HTTP/1.1", Some("here")), ..request("{}") };
    assert_eq!(
        curl("http://h:1", &corrupted).unwrap_err(),
        "curl can't make this signature (here); use replay"
    );
}

#[test]
fn nothing_in_a_log_names_a_file_an_option_or_another_host() {
    let none = |endpoint: &str, head: &str| {
        let overrides = Some(OverrideText { head: head.to_owned(), corrupted: None });
        curl(endpoint, &RequestText { overrides, ..request("{}") }).expect_err("no command line")
    };
    let (here, post) = ("http://127.0.0.1:4567", "POST / HTTP/1.1");
    for endpoint in [
        "",
        "-K/tmp/config",
        "-o/etc/profile",
        "file:///etc/shadow",
        "http://user:password@127.0.0.1:4567",
        "http://{a,b}",
        "https://kinesis.us-east-1.amazonaws.com",
    ] {
        assert_eq!(none(endpoint, post), "the log names no endpoint that a request may go to", "{endpoint}");
        assert!(curl(endpoint, &request("{}")).is_err(), "{endpoint}");
    }
    for line in ["@/etc/passwd", "no colon", ": no name", "a b: c", "@a: b"] {
        let head = format!("{post}\r\nHost: h\r\n{line}");
        assert_eq!(none(here, &head), "a line of the request's head is no header", "{line}");
    }
    for path in ["@elsewhere/", "x", "http://elsewhere/"] {
        let head = format!("POST {path} HTTP/1.1");
        assert_eq!(none(here, &head), "the path of the request does not begin with `/`", "{path}");
    }
    // curl makes several URLs of this without `-g`.
    let overrides = Some(OverrideText { head: "POST /{a,b}[1-9] HTTP/1.1".to_owned(), corrupted: None });
    let line = curl(here, &RequestText { overrides, ..request("{}") }).expect("a line").join(" ");
    assert!(line.starts_with("curl -sS -i -g -X POST 'http://127.0.0.1:4567/{a,b}[1-9]'"), "{line}");
}
