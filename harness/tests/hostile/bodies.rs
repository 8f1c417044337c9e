//! Hostile endpoints whose bodies are wrong, and endpoints that are no Kinesis.

use super::answer::{Right, cbor, json, whole};
use super::redirect::redirect;
use super::server::{Manner, Then};
use super::table::{CREDENTIALS, NOT_KINESIS, Row, Verdict, row};

/// A row that answers with this body in AWS JSON.
fn in_json(name: &'static str, body: fn(&Right) -> Vec<u8>) -> Row {
    row(name, Manner::Writes(body, Then::GoesOn), Verdict::BadBody, NOT_KINESIS)
}

/// A row whose body decodes to something else.
fn other_json(name: &'static str, body: fn(&Right) -> Vec<u8>) -> Row {
    row(name, Manner::Writes(body, Then::GoesOn), Verdict::OtherBody, NOT_KINESIS)
}

pub(crate) fn rows() -> Vec<Row> {
    [json_bodies(), cbor_bodies(), others()].concat()
}

fn json_bodies() -> Vec<Row> {
    const MIB: u64 = 1 << 20;
    vec![
        in_json("sends a byte order mark first", |_| json("200 OK", "\u{feff}{\"Shards\":[]}")),
        other_json("sends null", |_| json("200 OK", "null")),
        other_json("sends a list", |_| json("200 OK", "[]")),
        other_json("sends a text", |_| json("200 OK", "\"Shards\"")),
        in_json("sends not a number", |_| json("200 OK", "{\"Shards\":NaN}")),
        in_json("sends a number beyond all", |_| json("200 OK", "{\"Shards\":1e999999}")),
        in_json("sends half of a surrogate pair", |_| json("200 OK", r#"{"Shards":"\ud800"}"#)),
        in_json("sends a raw control character", |_| json("200 OK", "{\"Shards\":\"\u{1b}[31m\"}")),
        in_json("sends more after the body", |_| json("200 OK", "{\"Shards\":[]}}")),
        in_json("sends single quotes", |_| json("200 OK", "{'Shards':[]}")),
        in_json("sends only spaces", |_| json("200 OK", " ".repeat(1_000))),
        in_json("sends a number of 100,000 digits", |_| {
            json("200 OK", format!("{{\"Shards\":{}}}", "1".repeat(100_000)))
        })
        .holds(2 * MIB),
        other_json("sends a text of 900 kB", |_| {
            json("200 OK", format!("{{\"Shards\":\"{}\"}}", "x".repeat(900_000)))
        })
        .holds(MIB),
        other_json("sends two thousand members", |_| {
            let members: Vec<String> = (0..2_000).map(|number| format!("\"m{number}\":0")).collect();
            json("200 OK", format!("{{{},\"Shards\":0}}", members.join(",")))
        })
        .holds(2 * MIB),
        in_json("nests objects deeply", |_| {
            let nested = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
            json("200 OK", format!("{{\"Shards\":{nested}}}"))
        }),
    ]
}

fn cbor_bodies() -> Vec<Row> {
    vec![
        in_json("sends a reserved byte in CBOR", |_| cbor(b"\xa1\x66Shards\x1c")),
        in_json("sends a break alone in CBOR", |_| cbor(b"\xff")),
        in_json("sends CBOR whose text is not UTF-8", |_| cbor(b"\xa1\x66Shards\x62\xff\xfe")),
        in_json("mixes bytes into a text in CBOR", |_| cbor(b"\xa1\x66Shards\x7f\x61a\x41b\xff")),
        in_json("states 2^63 pairs in CBOR", |_| cbor(b"\xbb\x80\x00\x00\x00\x00\x00\x00\x00")),
        in_json("tags a tag ten thousand times in CBOR", |_| {
            cbor([b"\xa1\x66Shards".as_slice(), &[0xc1; 10_000], b"\x00"].concat())
        }),
        in_json("sends more after the CBOR", |_| cbor(b"\xa1\x66Shards\x80\x00")),
        in_json("sends a member twice in CBOR", |_| cbor(b"\xa2\x66Shards\x80\x66Shards\x80")),
    ]
}

fn others() -> Vec<Row> {
    use Manner::{Every, Writes};
    use Then::GoesOn;
    use Verdict::{ByChance, NoPatience, Refusal, RidesOver, ServerError};
    const REDIRECTED: Option<&str> = Some("redirects are not followed");
    vec![
        row("redirects by 302", Writes(|_| redirect("302 Found"), GoesOn), Refusal, REDIRECTED),
        row("redirects by 303", Writes(|_| redirect("303 See Other"), GoesOn), Refusal, REDIRECTED),
        row("redirects by 308", Writes(|_| redirect("308 Permanent Redirect"), GoesOn), Refusal, REDIRECTED),
        row(
            "requests a password",
            Writes(
                |_| whole("401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"a\"", "text/plain", "no"),
                GoesOn,
            ),
            Refusal,
            NOT_KINESIS,
        ),
        row(
            "is a proxy that requests a password",
            Writes(|_| whole("407 Proxy Authentication Required", "text/plain", "no"), GoesOn),
            Refusal,
            NOT_KINESIS,
        ),
        row(
            "is not there yet",
            Writes(|_| whole("503 Service Unavailable\r\nRetry-After: 86400", "text/plain", "soon"), GoesOn),
            ServerError,
            NOT_KINESIS,
        ),
        row(
            "throttles for a day",
            Writes(
                |_| json("400 Bad Request\r\nRetry-After: 86400", r#"{"__type":"ThrottlingException"}"#),
                GoesOn,
            ),
            NoPatience,
            Some("try fewer at once"),
        ),
        row(
            "answers as S3 does",
            Writes(
                |_| whole("403 Forbidden", "application/xml", "<Error><Code>AccessDenied</Code></Error>"),
                GoesOn,
            ),
            Refusal,
            NOT_KINESIS,
        ),
        row(
            "names a class of 100 kB",
            Writes(
                |_| json("400 Bad Request", format!("{{\"__type\":\"{}\"}}", "A".repeat(100_000))),
                GoesOn,
            ),
            Refusal,
            NOT_KINESIS,
        )
        .holds(128 << 10),
        row(
            "steers the terminal by its message",
            Writes(
                |_| {
                    json(
                        "400 Bad Request",
                        r#"{"__type":"\u001b]0;owned\u0007","message":"\u001b[2J\u202e\u009b31m"}"#,
                    )
                },
                GoesOn,
            ),
            Refusal,
            NOT_KINESIS,
        ),
        row(
            "does not know the access key",
            Writes(
                |_| {
                    json("400 Bad Request", r#"{"__type":"UnrecognizedClientException","message":"invalid"}"#)
                },
                GoesOn,
            ),
            Refusal,
            CREDENTIALS,
        ),
        row(
            "throttles every third call",
            Every(3, || json("400 Bad Request", r#"{"__type":"ThrottlingException"}"#)),
            RidesOver,
            None,
        ),
        row(
            "is not there now and then",
            Every(5, || whole("503 Service Unavailable\r\nRetry-After: 86400", "text/plain", "soon")),
            ByChance,
            None,
        ),
    ]
}
