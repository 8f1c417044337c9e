//! Hostile endpoints: what each does, and what the design says of it: outcome, deadline, and bytes that may be taken.

use std::time::Duration;

use kinesis_conformance::log::{MismatchKind, Outcome};

use super::answer::{cbor, json, page, whole};
use super::server::{Manner, Then};

/// One hostile endpoint.
#[derive(Clone)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) manner: Manner,
    /// What its answers come to.
    pub(crate) verdict: Verdict,
    /// What is reported, once, if it is hostile to everybody; `None` where it does no harm or strikes by
    /// chance.
    pub(crate) reported: Option<&'static str>,
    /// A run of the row ends within this time.
    pub(crate) within: Duration,
    /// Bytes of one answer that the client takes at most.
    pub(crate) memory: u64,
}

impl Row {
    /// The row with another bound of the bytes of one answer.
    pub(crate) const fn holds(self, memory: u64) -> Self {
        Self { memory, ..self }
    }
}

/// Bytes of one answer that may have been written before it is given up: the limit of a body, and
/// what sockets hold.
pub(crate) const LARGEST_BODY: u64 = 16 * 1024 * 1024 + 8 * 1024 * 1024;
/// Bytes of an answer that is not long.
const SMALL: u64 = 64 * 1024;

/// The outcome of each kind of hostility, by the trial and by whom it hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No whole answer: a failure if only the question is hit, an error if everybody is.
    NoAnswer,
    /// A body that does not decode, or not to what is expected: a failure.
    BadBody,
    /// A body that decodes to something else than the operation's output. An answer that needs no body
    /// is right all the same: its body is asserted by the case that asks for it.
    OtherBody,
    /// A refusal where nothing is to be refused: a failure.
    Refusal,
    /// 5xx: a failure, as a health request is answered, however badly.
    ServerError,
    /// The target throttles the call for ever: an error.
    NoPatience,
    /// No client minds: a pass.
    RidesOver,
    /// Strikes by the turn: whoever is hit fails, is blocked or in error, and a repeated call may
    /// ride over it. So a pass is no mistake, and an answer to the wrong question is none either.
    ByChance,
}

/// Whom a verdict is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hit {
    /// The call of the question alone.
    Question,
    /// The samples of an observation alone.
    Samples,
    /// Everybody, from the question on.
    Everybody,
}

impl Verdict {
    /// The outcomes that the design allows.
    pub(crate) const fn outcomes(self, hit: Hit, needs_body: bool) -> &'static [Outcome] {
        match (self, hit) {
            (Self::OtherBody, Hit::Question) if !needs_body => &[Outcome::Pass],
            (Self::NoAnswer, Hit::Question) => &[Outcome::Fail],
            (Self::NoAnswer, Hit::Samples | Hit::Everybody)
            | (Self::NoPatience, Hit::Question | Hit::Samples) => &[Outcome::Error],
            // The first start is that of the measurement before the suite: an observation that comes after
            // it finds its stream refused.
            (Self::NoPatience, Hit::Everybody) => &[Outcome::Error, Outcome::Blocked],
            (
                Self::BadBody | Self::OtherBody | Self::Refusal | Self::ServerError,
                Hit::Question | Hit::Samples,
            ) => &[Outcome::Fail],
            // What fails on a shared stream is sent again on one of its own, which can't be made.
            (Self::BadBody | Self::OtherBody | Self::Refusal | Self::ServerError, Hit::Everybody) => {
                &[Outcome::Fail, Outcome::Blocked]
            }
            (Self::RidesOver, _) => &[Outcome::Pass],
            (Self::ByChance, _) => &[Outcome::Pass, Outcome::Fail, Outcome::Blocked, Outcome::Error],
        }
    }

    /// The deadline of a run.
    pub(crate) const fn within(self) -> Duration {
        match self {
            Self::NoAnswer | Self::NoPatience | Self::ByChance => Duration::from_millis(21_000),
            Self::BadBody | Self::OtherBody | Self::Refusal | Self::ServerError => {
                Duration::from_millis(15_000)
            }
            Self::RidesOver => Duration::from_millis(10_000),
        }
    }

    /// The kinds of the mismatches of a failure; empty where any will do.
    pub(crate) const fn kinds(self, hit: Hit) -> &'static [MismatchKind] {
        match (self, hit) {
            (_, Hit::Samples) => &[MismatchKind::States],
            (Self::NoAnswer, _) => &[MismatchKind::NoAnswer],
            (Self::BadBody | Self::OtherBody, Hit::Question) => &[MismatchKind::Body],
            // The observation goes on, and its samples meet the same.
            (Self::BadBody | Self::OtherBody, Hit::Everybody) => &[MismatchKind::Body, MismatchKind::States],
            (Self::Refusal, _) => &[MismatchKind::Status],
            (Self::ServerError, _) => &[MismatchKind::ServerError],
            (Self::NoPatience | Self::RidesOver | Self::ByChance, _) => &[],
        }
    }
}

pub(crate) const fn row(
    name: &'static str,
    manner: Manner,
    verdict: Verdict,
    reported: Option<&'static str>,
) -> Row {
    Row { name, manner, verdict, reported, within: verdict.within(), memory: SMALL }
}

pub(crate) const UNREACHED: Option<&str> = Some("failed to reach the target");
pub(crate) const NOT_KINESIS: Option<&str> = Some("failed to recognise Kinesis");
pub(crate) const CREDENTIALS: Option<&str> = Some("check credentials");
const CLOCKS: Option<&str> = Some("compare the clocks");

/// A body in which lists stand in lists.
fn deep(open: &str, close: &str) -> String {
    format!("{{\"Shards\":{}{}}}", open.repeat(10_000), close.repeat(10_000))
}

fn throttled() -> Vec<u8> {
    json("400 Bad Request", r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#)
}

/// The table. `elsewhere` is an endpoint that nobody may ever be led to.
pub(crate) fn rows() -> Vec<Row> {
    // The patient ones stand last.
    [super::framing::rows(), super::bodies::rows(), first_rows()].concat()
}

fn first_rows() -> Vec<Row> {
    use Manner::{Drips, Endless, Every, HangsUp, Resets, Swaps, Vanishes, Writes};
    use Then::{Closes, GoesOn, Waits};
    use Verdict::{BadBody, ByChance, NoAnswer, NoPatience, Refusal, RidesOver, ServerError};
    vec![
        // Connections.
        row("refuses", Vanishes, NoAnswer, UNREACHED),
        row("resets", Resets, NoAnswer, UNREACHED),
        row("accepts and never answers", Writes(|_| Vec::new(), Waits), NoAnswer, UNREACHED),
        row("closes before the answer", Writes(|_| Vec::new(), Closes), NoAnswer, UNREACHED),
        row("closes in the head", Writes(|right| right.whole[..20].to_vec(), Closes), NoAnswer, UNREACHED),
        row(
            "closes in the body",
            Writes(
                |right| {
                    whole("200 OK", right.media(), right.body())[..].split_last().expect("bytes").1.to_vec()
                },
                Closes,
            ),
            NoAnswer,
            UNREACHED,
        ),
        row("hangs up when idle", HangsUp(Duration::from_millis(3)), RidesOver, None),
        row("hangs up at once", HangsUp(Duration::ZERO), RidesOver, None),
        row("swaps answers between connections", Swaps, ByChance, None),
        // Lengths and ends.
        row(
            "states too short a length",
            Writes(|right| [right.head(right.body().len() - 1).as_bytes(), right.body()].concat(), GoesOn),
            BadBody,
            Some("could not send their requests, for one reason"),
        ),
        row(
            "states too long a length",
            Writes(|right| [right.head(right.body().len() + 9).as_bytes(), right.body()].concat(), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "states two lengths",
            Writes(
                |right| {
                    let head =
                        right.head(right.body().len()).replace("\r\n\r\n", "\r\nContent-Length: 3\r\n\r\n");
                    [head.as_bytes(), right.body()].concat()
                },
                Waits,
            ),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends a body without end",
            Endless(|right| right.head(1 << 40).into_bytes(), &[b' '; 64 * 1024]),
            NoAnswer,
            UNREACHED,
        )
        .holds(LARGEST_BODY),
        row(
            "sends chunks without end",
            Endless(
                |_| b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(),
                b"10\r\n{\"a\":\"aaaaaaaaaa\r\n",
            ),
            NoAnswer,
            UNREACHED,
        )
        .holds(LARGEST_BODY),
        row(
            "sends a head without end",
            Endless(|_| b"HTTP/1.1 200 OK\r\n".to_vec(), b"X-More: and more and more\r\n"),
            NoAnswer,
            UNREACHED,
        )
        .holds(LARGEST_BODY),
        row("drips", Drips, NoAnswer, UNREACHED),
        row(
            "sends the answer twice",
            Writes(|right| [right.whole.as_slice(), &right.whole].concat(), GoesOn),
            RidesOver,
            None,
        ),
        // Heads.
        row(
            "sends a huge header",
            Writes(
                |right| {
                    let huge = format!("200 OK\r\nX-Huge: {}", "h".repeat(1 << 20));
                    whole(&huge, right.media(), right.body())
                },
                Waits,
            ),
            NoAnswer,
            UNREACHED,
        )
        .holds(2 << 20),
        row(
            "sends a thousand headers",
            Writes(
                |right| {
                    let many = format!("200 OK{}", "\r\nX-One: of many".repeat(1_000));
                    whole(&many, right.media(), right.body())
                },
                Waits,
            ),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "says 100 first",
            Writes(|right| [b"HTTP/1.1 100 Continue\r\n\r\n", right.whole.as_slice()].concat(), GoesOn),
            RidesOver,
            None,
        ),
        row(
            "says 103 first",
            Writes(
                |right| [b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", right.whole.as_slice()].concat(),
                GoesOn,
            ),
            RidesOver,
            None,
        ),
        row(
            "switches protocols",
            Writes(
                |_| {
                    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"
                        .to_vec()
                },
                Waits,
            ),
            Refusal,
            NOT_KINESIS,
        ),
        row(
            "redirects",
            Writes(|_| super::redirect::redirect("307 Temporary Redirect"), GoesOn),
            Refusal,
            Some("redirects are not followed"),
        ),
        row(
            "redirects for good",
            Writes(|_| super::redirect::redirect("301 Moved Permanently"), GoesOn),
            Refusal,
            Some("redirects are not followed"),
        ),
        row("speaks as HTTP/0.9 did", Writes(|right| right.body().to_vec(), Closes), NoAnswer, UNREACHED),
        row("speaks TLS", Writes(|_| b"\x15\x03\x01\x00\x02\x02\x0a".to_vec(), Closes), NoAnswer, UNREACHED),
        // Bodies.
        row(
            "sends what is not UTF-8",
            Writes(|_| json("200 OK", b"{\"Shards\":[\"\xff\xfe\"]}"), GoesOn),
            BadBody,
            NOT_KINESIS,
        ),
        row("nests JSON deeply", Writes(|_| json("200 OK", deep("[", "]")), GoesOn), BadBody, NOT_KINESIS),
        row(
            "never closes what it nests",
            Writes(|_| json("200 OK", deep("[", "")), GoesOn),
            BadBody,
            NOT_KINESIS,
        ),
        row(
            "sends a member twice",
            Writes(|_| json("200 OK", r#"{"Shards":[],"Shards":[{"ShardId":"a"}]}"#), GoesOn),
            BadBody,
            NOT_KINESIS,
        ),
        row("cuts CBOR", Writes(|_| cbor(b"\xbf\x66Shards\x9f"), GoesOn), BadBody, NOT_KINESIS),
        row(
            "states 2^63 bytes in CBOR",
            Writes(|_| cbor(b"\xa1\x66Shards\x5b\x80\x00\x00\x00\x00\x00\x00\x00"), GoesOn),
            BadBody,
            NOT_KINESIS,
        ),
        row(
            "states 2^63 elements in CBOR",
            Writes(|_| cbor(b"\xa1\x66Shards\x9b\x80\x00\x00\x00\x00\x00\x00\x00"), GoesOn),
            BadBody,
            NOT_KINESIS,
        ),
        row(
            "nests CBOR deeply",
            Writes(|_| cbor([b"\xa1\x66Shards".as_slice(), &[0x81; 10_000], b"\x00"].concat()), GoesOn),
            BadBody,
            NOT_KINESIS,
        ),
        row(
            "opens lists in CBOR and never ends one",
            Writes(|_| cbor([b"\xa1\x66Shards".as_slice(), &[0x9f; 10_000]].concat()), GoesOn),
            BadBody,
            NOT_KINESIS,
        ),
        row(
            "packs unasked",
            Writes(
                |right| {
                    let packed = format!("{}\r\nContent-Encoding: gzip", right.media());
                    whole(
                        "200 OK",
                        &packed,
                        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0",
                    )
                },
                GoesOn,
            ),
            BadBody,
            NOT_KINESIS,
        ),
        // Somebody else.
        row("shows a web page", Writes(|_| page("200 OK"), GoesOn), BadBody, NOT_KINESIS),
        row("shows a web page of a proxy", Writes(|_| page("403 Forbidden"), GoesOn), Refusal, NOT_KINESIS),
        row(
            "shows a web page of a gateway",
            Writes(|_| page("502 Bad Gateway"), GoesOn),
            ServerError,
            NOT_KINESIS,
        ),
        row(
            "is another service",
            Writes(
                |_| {
                    json(
                        "400 Bad Request",
                        r#"{"__type":"com.amazon.coral.service#UnknownOperationException","Message":"DynamoDB"}"#,
                    )
                },
                GoesOn,
            ),
            Refusal,
            NOT_KINESIS,
        ),
        row(
            "denies access",
            Writes(
                |_| json("403 Forbidden", r#"{"__type":"AccessDeniedException","Message":"not authorized"}"#),
                GoesOn,
            ),
            Refusal,
            CREDENTIALS,
        ),
        row(
            "has another time",
            Writes(
                |_| {
                    let body = r#"{"__type":"InvalidSignatureException","message":"Signature expired: 20200101T000000Z"}"#;
                    json("400 Bad Request\r\nDate: Wed, 01 Jan 2020 00:00:00 GMT", body)
                },
                GoesOn,
            ),
            Refusal,
            CLOCKS,
        ),
        row(
            "has another time and minds none",
            Writes(
                |right| {
                    let mut whole = b"HTTP/1.1 200 OK\r\nDate: Wed, 01 Jan 2020 00:00:00 GMT".to_vec();
                    whole.extend_from_slice(right.whole.get(15..).unwrap_or_default());
                    if right.whole.starts_with(b"HTTP/1.1 200 OK\r\n") { whole } else { right.whole.clone() }
                },
                GoesOn,
            ),
            RidesOver,
            None,
        ),
        // Now and then.
        row("throttles for ever", Writes(|_| throttled(), GoesOn), NoPatience, Some("try fewer at once")),
        row("throttles every second call", Every(2, throttled), RidesOver, None),
        row(
            "breaks now and then",
            Every(7, || json("500 Internal Server Error", r#"{"__type":"InternalFailure"}"#)),
            ByChance,
            None,
        ),
    ]
}
