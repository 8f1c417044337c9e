//! The canonical request: what a signature is over.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::fault::QueryPart;
use super::{Incoming, key};

/// A query, decoded.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(raw: &str) -> Self {
        Self(
            raw.split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
        )
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Encoded, sorted, and without the signature itself.
    fn canonical(&self) -> String {
        let mut pairs: Vec<_> = self
            .0
            .iter()
            .filter(|(name, _)| name != QueryPart::Signature.name())
            .map(|(name, value)| (encode(name.as_bytes(), false), encode(value.as_bytes(), false)))
            .collect();
        pairs.sort();
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }
}

/// The canonical request of `request`, over the headers that `signed_headers` lists.
///
/// A listed header that the request lacks counts as empty; the signature then is another one.
pub(super) fn request(request: &Incoming<'_>, query: &Query, signed_headers: &str) -> String {
    let mut text = format!("{}\n{}\n{}\n", request.method, path(request.path), query.canonical());
    for name in signed_headers.split(';') {
        text.push_str(name);
        text.push(':');
        let values = request.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name));
        for (index, (_, value)) in values.enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(&one_blank(value));
        }
        text.push('\n');
    }
    text.push('\n');
    text.push_str(signed_headers);
    text.push('\n');
    text.push_str(&key::hash_hex(request.body));
    text
}

/// The path without dot segments and doubled slashes, encoded once more than on the wire (all
/// services but S3 want that).
fn path(raw: &str) -> Cow<'_, str> {
    if raw.is_empty() || raw == "/" {
        return Cow::Borrowed("/");
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in raw.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            kept => segments.push(kept),
        }
    }
    let mut path = String::from("/");
    path.push_str(&segments.join("/"));
    let ends_open = ["/", "/.", "/.."].iter().any(|end| raw.ends_with(end));
    if ends_open && !path.ends_with('/') {
        path.push('/');
    }
    Cow::Owned(encode(path.as_bytes(), true))
}

/// Trimmed, and runs of blanks made one.
fn one_blank(value: &str) -> Cow<'_, str> {
    let trimmed = value.trim_matches(' ');
    if !trimmed.contains("  ") {
        return Cow::Borrowed(trimmed);
    }
    Cow::Owned(trimmed.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

/// Percent-encodes all but the unreserved characters, in a path all but slashes too.
fn encode(bytes: &[u8], in_path: bool) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len()), |mut text, &byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || (in_path && byte == b'/') {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("a String takes all that is written");
        }
        text
    })
}

/// Percent-decodes; `+` is a blank, and what is no escape stays as it is.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        let escaped = match (first, after) {
            (b'%', [high, low, ..]) => hex_digit(*high).zip(hex_digit(*low)),
            (..) => None,
        };
        match escaped {
            Some((high, low)) => {
                decoded.push(high << 4 | low);
                rest = &after[2..];
            }
            None => {
                decoded.push(if first == b'+' { b' ' } else { first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
