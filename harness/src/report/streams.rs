//! The streams of a run in the bodies of its requests.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::log::BodyText;
use crate::run::PREFIX;
use crate::wire::cbor;

/// A stream of a run, by its name.
static STREAM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!("{PREFIX}[0-9A-Za-z]{{1,64}}-[0-9]{{4,8}}"))
        .expect("the pattern is a constant, and tested")
});

/// The streams of a run that a body names, in order.
pub(super) fn streams_in(body: &BodyText) -> Vec<String> {
    STREAM.find_iter(&notation(body)).map(|found| found.as_str().to_owned()).collect()
}

/// A body as text; CBOR in its diagnostic notation.
pub(super) fn notation(body: &BodyText) -> Cow<'_, str> {
    match body {
        BodyText::Text(text) => Cow::Borrowed(text),
        BodyText::Base64(_) => Cow::Owned(cbor::diagnostic(&body.bytes())),
        BodyText::Cut(cut) => Cow::Borrowed(&cut.begins),
    }
}
