//! Hostile endpoints whose connections, heads and lengths are wrong.

use std::time::Duration;

use super::answer::{Right, json};
use super::server::{Manner, Then};
use super::table::{LARGEST_BODY, NOT_KINESIS, Row, UNREACHED, Verdict, row};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// The right body behind this status line and these headers, which end with no empty line.
fn behind(right: &Right, head: &str) -> Vec<u8> {
    let media = right.media();
    [format!("{head}\r\nContent-Type: {media}\r\n\r\n").as_bytes(), right.body()].concat()
}

/// The right answer behind another status line.
fn with_status(right: &Right, status_line: &str) -> Vec<u8> {
    behind(right, &format!("{status_line}\r\nContent-Length: {}", right.body().len()))
}

/// The right answer with one line more in its head.
fn with_line(right: &Right, line: &str) -> Vec<u8> {
    with_status(right, &format!("HTTP/1.1 200 OK\r\n{line}"))
}

/// The right answer as the reference sent it, with its first line end replaced by this text.
fn as_sent(right: &Right, text: &str) -> Vec<u8> {
    let at = right.whole.windows(2).position(|two| two == b"\r\n").unwrap_or_default();
    [&right.whole[..at], text.as_bytes(), &right.whole[at + 2..]].concat()
}

/// The right answer with bare line feeds in its head.
pub(crate) fn bare_line_feeds(right: &Right) -> Vec<u8> {
    let head = right.head(right.body().len()).replace("\r\n", "\n");
    [head.as_bytes(), right.body()].concat()
}

/// The right answer in one chunk, with a length beside it.
pub(crate) fn length_beside_chunks(right: &Right) -> Vec<u8> {
    let (media, length) = (right.media(), right.body().len());
    let head = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: {length}\r\nContent-Type: {media}\r\n\r\n\
         {length:x}\r\n"
    );
    [head.as_bytes(), right.body(), b"\r\n0\r\n\r\n"].concat()
}

/// The right answer, and the same again.
pub(crate) fn twice(right: &Right) -> Vec<u8> {
    [right.whole.as_slice(), &right.whole].concat()
}

pub(crate) fn rows() -> Vec<Row> {
    [connections(), lengths(), chunks(), heads()].concat()
}

/// The connection ends or waits where it should not.
fn connections() -> Vec<Row> {
    use Manner::{Endless, Late, Writes};
    use Then::{Closes, GoesOn, Resets, Waits};
    use Verdict::{NoAnswer, RidesOver};
    vec![
        row("closes in the status line", Writes(|_| b"HTTP/".to_vec(), Closes), NoAnswer, UNREACHED),
        row("sends a byte and waits", Writes(|_| b"H".to_vec(), Waits), NoAnswer, UNREACHED),
        row(
            "sends the head and waits",
            Writes(|right| right.head(right.body().len()).into_bytes(), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends half of the body and waits",
            Writes(
                |right| {
                    let half = &right.body()[..right.body().len() / 2];
                    [right.head(right.body().len()).as_bytes(), half].concat()
                },
                Waits,
            ),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "resets after the head",
            Writes(|right| right.head(right.body().len()).into_bytes(), Resets),
            NoAnswer,
            UNREACHED,
        ),
        row("answers after the time-out", Late(Duration::from_millis(900)), NoAnswer, UNREACHED),
        row("sends empty lines without end", Endless(|_| Vec::new(), b"\r\n\r\n"), NoAnswer, UNREACHED)
            .holds(LARGEST_BODY),
        row(
            "says 100 without end",
            Endless(|_| Vec::new(), b"HTTP/1.1 100 Continue\r\n\r\n"),
            NoAnswer,
            UNREACHED,
        )
        // The client drops each of them as it comes; the time-out ends them.
        .holds(u64::MAX),
        row(
            "says that it keeps the connection and closes it",
            Writes(|right| with_line(right, "Connection: keep-alive"), Closes),
            RidesOver,
            None,
        ),
        row(
            "says that it closes the connection and keeps it",
            Writes(|right| as_sent(right, "\r\nConnection: close\r\n"), GoesOn),
            RidesOver,
            None,
        ),
    ]
}

/// Lengths that can't be, or that are stated in two ways.
fn lengths() -> Vec<Row> {
    use Manner::Writes;
    use Then::{Closes, GoesOn, Waits};
    use Verdict::{NoAnswer, RidesOver};
    vec![
        row(
            "states a negative length",
            Writes(|right| behind(right, "HTTP/1.1 200 OK\r\nContent-Length: -1"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "states a length that is no number",
            Writes(|right| behind(right, "HTTP/1.1 200 OK\r\nContent-Length: many"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "states a length of 2^64",
            Writes(|right| behind(right, "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "states a length of 2^62",
            Writes(|right| behind(right, "HTTP/1.1 200 OK\r\nContent-Length: 4611686018427387904"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "states no length and waits",
            Writes(|right| behind(right, "HTTP/1.1 200 OK"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "states no length and closes",
            Writes(|right| behind(right, "HTTP/1.1 200 OK\r\nConnection: close"), Closes),
            RidesOver,
            None,
        ),
        row(
            "states the same length twice",
            Writes(
                |right| {
                    let length = format!("Content-Length: {}", right.body().len());
                    with_line(right, &length)
                },
                GoesOn,
            ),
            RidesOver,
            None,
        ),
    ]
}

/// Chunks that can't be read, or that never end.
fn chunks() -> Vec<Row> {
    use Manner::{Endless, Writes};
    use Then::{Closes, Waits};
    use Verdict::NoAnswer;
    vec![
        row(
            "sends no last chunk",
            Writes(|_| format!("{CHUNKED}2\r\n{{}}\r\n").into_bytes(), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "closes in a chunk",
            Writes(|_| format!("{CHUNKED}20\r\n{{").into_bytes(), Closes),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends a chunk whose size is no number",
            Writes(|_| format!("{CHUNKED}much\r\n{{}}\r\n0\r\n\r\n").into_bytes(), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends a chunk whose size has more than 64 bits",
            Writes(|_| format!("{CHUNKED}1ffffffffffffffff\r\n{{}}\r\n0\r\n\r\n").into_bytes(), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends a chunk that is longer than its size",
            Writes(|_| format!("{CHUNKED}1\r\n{{}}\r\n0\r\n\r\n").into_bytes(), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends an extension of a chunk without end",
            Endless(|_| format!("{CHUNKED}2;").into_bytes(), b"extension=and-more;"),
            NoAnswer,
            UNREACHED,
        )
        .holds(LARGEST_BODY),
        row(
            "sends trailers without end",
            Endless(|_| format!("{CHUNKED}2\r\n{{}}\r\n0\r\n").into_bytes(), b"X-More: and more\r\n"),
            NoAnswer,
            UNREACHED,
        )
        .holds(LARGEST_BODY),
    ]
}

/// Status lines and headers that can't be.
fn heads() -> Vec<Row> {
    use Manner::Writes;
    use Then::{GoesOn, Waits};
    use Verdict::{NoAnswer, Refusal, ServerError};
    vec![
        row(
            "speaks HTTP of a version that is none",
            Writes(|right| with_status(right, "HTTP/7.3 200 OK"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends a status of four digits",
            Writes(|right| with_status(right, "HTTP/1.1 2000 OK"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends the status 000",
            Writes(|right| with_status(right, "HTTP/1.1 000 None"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends a status that is no number",
            Writes(|right| with_status(right, "HTTP/1.1 abc OK"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends a header without a colon",
            Writes(|right| with_line(right, "X-None"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends a header whose name has a space",
            Writes(|right| with_line(right, "X None: a"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends a header on two lines",
            Writes(|right| with_line(right, "X-Folded: a\r\n b"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends a header with a NUL",
            Writes(|right| with_line(right, "X-Nul: \0"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends a header with an escape",
            Writes(|right| with_line(right, "X-Escape: \u{1b}[31m"), Waits),
            NoAnswer,
            UNREACHED,
        ),
        row(
            "sends not modified",
            Writes(|_| b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec(), GoesOn),
            Refusal,
            NOT_KINESIS,
        ),
        row("sends the status 600", Writes(|_| json("600 Odd", "{}"), GoesOn), ServerError, NOT_KINESIS),
    ]
}
