//! As much XML as AWS's error bodies need: names of elements and the text of one.

use super::{MessageKey, bare};

/// What an XML body says.
pub(super) struct Found {
    pub(super) class: Option<String>,
    pub(super) message: Option<(MessageKey, String)>,
}

/// Reads `<Class><Message>…</Message></Class>` (WIRE-019, WIRE-020) and the form of the query
/// protocol, `…<Error><Code>Class</Code><Message>…</Message></Error>…`. `None` if the body is no
/// XML, or a web page.
pub(super) fn read(body: &[u8]) -> Option<Found> {
    let text = std::str::from_utf8(body).ok()?;
    let root = root(text)?;
    // The names of classes are in camel case, those of a web page's elements are in one case.
    let is_class = root.starts_with(|first: char| first.is_ascii_uppercase())
        && root.contains(|letter: char| letter.is_ascii_lowercase());
    if !is_class {
        return None;
    }
    let class = match element(text, "Code") {
        Some(code) => bare(&code),
        None if matches!(root, "Error" | "ErrorResponse" | "Response") => None,
        None => bare(root),
    };
    let message = [(MessageKey::Lower, "message"), (MessageKey::Upper, "Message")]
        .into_iter()
        .find_map(|(key, name)| Some((key, element(text, name)?)));
    Some(Found { class, message })
}

/// The name of the first element, declarations and comments passed over.
fn root(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    loop {
        rest = rest.strip_prefix('<')?;
        let end = if rest.starts_with("?") {
            "?>"
        } else if rest.starts_with("!--") {
            "-->"
        } else if rest.starts_with('!') {
            ">"
        } else {
            let name = rest.split(|next: char| next.is_whitespace() || matches!(next, '/' | '>')).next()?;
            return name.starts_with(|first: char| first.is_ascii_alphabetic()).then_some(name);
        };
        rest = rest[rest.find(end)? + end.len()..].trim_start();
    }
}

/// The text of the first element of that name, entities resolved.
fn element(text: &str, name: &str) -> Option<String> {
    let open = format!("<{name}>");
    let start = text.find(&open)? + open.len();
    let end = start + text[start..].find(&format!("</{name}>"))?;
    Some(unescape(&text[start..end]))
}

/// `&amp;` comes last, so that what it yields is not resolved again.
fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}
