//! What the HTTP library's errors mean.

use std::error::Error;
use std::io;

use super::ClientSettings;
use crate::wire::message::{NoAnswer, NoAnswerKind};
#[cfg(feature = "tls")]
use crate::wire::tls;

/// Texts of the layers between us and the cause. They say nothing that the kind does not.
const NOISE: [&str; 6] = [
    "error sending request",
    "client error (Connect)",
    "client error (SendRequest)",
    "request or response body error",
    "error decoding response body",
    "error reading a body from connection",
];

/// The kind and the cause of a request that got no whole answer.
pub(super) fn no_answer(error: &reqwest::Error, settings: &ClientSettings) -> NoAnswer {
    let ClientSettings { timeout, connect_timeout, .. } = settings;
    if let Some(none) = of_tls(error, settings.endpoint.is_https()) {
        return none;
    }
    let kind = kind(error);
    let text = match kind {
        NoAnswerKind::TimedOut if error.is_connect() => format!("no connection within {connect_timeout:?}"),
        NoAnswerKind::TimedOut => format!("no whole answer within {timeout:?}"),
        NoAnswerKind::Refused
        | NoAnswerKind::Closed
        | NoAnswerKind::NotHttp
        | NoAnswerKind::Tls
        | NoAnswerKind::Untrusted
        | NoAnswerKind::TooLong => chain(error),
    };
    NoAnswer { kind, text }
}

fn kind(error: &reqwest::Error) -> NoAnswerKind {
    if error.is_timeout() {
        return NoAnswerKind::TimedOut;
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
    // These are its texts for a head that it cannot read; the tests hold them.
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

/// The failure of TLS that an error is, if it is one.
#[cfg(feature = "tls")]
fn of_tls(error: &reqwest::Error, https: bool) -> Option<NoAnswer> {
    if error.is_timeout() || !https {
        return None;
    }
    if let Some(reported) = sources(error).find_map(tls::reported) {
        return Some(reported);
    }
    let io = sources(error).filter_map(|source| source.downcast_ref::<io::Error>()).last().map(innermost)?;
    // Nobody is refused by these: TCP stood, and what came next was the handshake.
    let broken = matches!(
        io.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    );
    (error.is_connect() && broken).then(|| tls::broken(io))
}

/// The error that others of its kind are wrapped around, which leave it out of their sources.
#[cfg(feature = "tls")]
fn innermost(error: &io::Error) -> &io::Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>());
    inner.map_or(error, innermost)
}

#[cfg(not(feature = "tls"))]
const fn of_tls(_: &reqwest::Error, _: bool) -> Option<NoAnswer> {
    None
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
