//! What the HTTP library's errors mean.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::wire::message::{NoAnswer, NoAnswerKind};

/// Words of the layers between us and the cause. They say nothing that the kind does not.
const NOISE: [&str; 6] = [
    "error sending request",
    "client error (Connect)",
    "client error (SendRequest)",
    "request or response body error",
    "error decoding response body",
    "error reading a body from connection",
];

/// The kind and the cause of a request that got no whole answer.
pub(super) fn no_answer(error: &reqwest::Error, timeout: Duration, connect_timeout: Duration) -> NoAnswer {
    let kind = kind(error);
    let text = match kind {
        NoAnswerKind::TimedOut if error.is_connect() => format!("no connection within {connect_timeout:?}"),
        NoAnswerKind::TimedOut => format!("no whole answer within {timeout:?}"),
        NoAnswerKind::Refused
        | NoAnswerKind::Closed
        | NoAnswerKind::NotHttp
        | NoAnswerKind::Tls
        | NoAnswerKind::TooLong => chain(error),
    };
    NoAnswer { kind, text }
}

fn kind(error: &reqwest::Error) -> NoAnswerKind {
    if error.is_timeout() {
        return NoAnswerKind::TimedOut;
    }
    if sources(error).any(is_tls) {
        return NoAnswerKind::Tls;
    }
    if error.is_connect() {
        return NoAnswerKind::Refused;
    }
    // The innermost cause knows best: a bad chunk length is an I/O error of an odd kind.
    if let Some(io) = sources(error).filter_map(|source| source.downcast_ref::<io::Error>()).last() {
        let unreadable = matches!(io.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData);
        // Else a reset, a broken pipe, an early end, or whatever else ends a connection.
        return if unreadable { NoAnswerKind::NotHttp } else { NoAnswerKind::Closed };
    }
    // The rest has no type of its own that a crate without the HTTP library's parts could name.
    // These are its words for a head that it cannot read; the tests hold them.
    let cause = sources(error).last().map(ToString::to_string).unwrap_or_default();
    let unreadable = cause.contains(" parsed")
        || cause == "message head is too large"
        || cause == "received unexpected message from connection"
        || cause.starts_with("invalid ");
    if unreadable { NoAnswerKind::NotHttp } else { NoAnswerKind::Closed }
}

/// The error's sources from the outside in, itself first.
fn sources(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(Some(error as &(dyn Error + 'static)), |&error| error.source())
}

#[cfg(feature = "tls")]
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    // rustls reports through `io::Error`, nested at times, which leaves what it wraps out of `source`.
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>() || wrapped.is_some_and(|inner| is_tls(inner))
}

#[cfg(not(feature = "tls"))]
fn is_tls(_: &(dyn Error + 'static)) -> bool {
    false
}

/// The causes from the outside in, in lower case, without the URL and without repetition.
pub(super) fn chain(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for source in sources(error) {
        let text = source.to_string();
        // Only the outermost error knows the URL, and it says it last.
        let text = text.split(" for url (").next().unwrap_or_default();
        if NOISE.contains(&text) || parts.last().is_some_and(|last| last.ends_with(&lower(text))) {
            continue;
        }
        parts.push(lower(text));
    }
    if parts.is_empty() { "the HTTP library gives no cause".to_owned() } else { parts.join(": ") }
}

/// With a small first letter, unless the word is in capitals.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
            format!("{}{}", first.to_lowercase(), &text[first.len_utf8()..])
        }
        (..) => text.to_owned(),
    }
}
