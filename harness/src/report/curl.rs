//! A request as a `curl` command line, for people who have neither this program nor Rust.

use super::text::size;
use crate::log::{BodyText, OverrideText, RequestText, is_unsafe};
use crate::wire::{Credentials, Endpoint};

#[cfg(test)]
mod tests;

/// The longest body that is put on a command line, in characters.
const LONGEST_BODY: usize = 2_000;

/// The arguments of a command line that sends the request again, to be joined by spaces or broken
/// between. `Err` says, as a sentence, why there is none.
///
/// The endpoint and the request may come from a log of somebody else, so that nothing in them may name a
/// file or an option of curl, or lead to another host.
pub(super) fn curl(endpoint: &str, request: &RequestText) -> Result<Vec<String>, String> {
    // curl would make several hosts of one with braces.
    if Endpoint::of_target(endpoint).is_err() || endpoint.contains('{') {
        return Err("the log names no endpoint that a request may go to".to_owned());
    }
    if let Some(overrides) = &request.overrides {
        return with_overrides(endpoint, request, overrides);
    }
    let (before, data) = body(&request.body)?;
    let mut arguments: Vec<String> = before.into_iter().collect();
    arguments.push(format!("curl -sS -i {}", quoted(endpoint)));
    if request.signed {
        arguments.extend(signing());
    }
    if let Some(target) = &request.target {
        arguments.push(format!("-H {}", quoted(&format!("X-Amz-Target: {target}"))));
    }
    arguments.push(format!("-H {}", quoted(format!("Content-Type: {}", request.content_type).trim_end())));
    arguments.push(data);
    Ok(arguments)
}

/// The same for a request with overrides: curl signs it anew, or it has no signature.
fn with_overrides(
    endpoint: &str,
    request: &RequestText,
    overrides: &OverrideText,
) -> Result<Vec<String>, String> {
    if let Some(place) = overrides.corrupted.as_deref().filter(|_| request.signed) {
        return Err(format!("curl can't make this signature ({place}); use replay"));
    }
    let mut lines = overrides.head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, path) = (first.next().unwrap_or("POST"), first.next().unwrap_or("/"));
    if !path.starts_with('/') {
        return Err("the path of the request does not begin with `/`".to_owned());
    }
    let (before, data) = body(&request.body)?;
    let mut arguments: Vec<String> = before.into_iter().collect();
    // Without `-g`, curl makes several URLs of one that has braces or brackets.
    arguments.push(format!("curl -sS -i -g -X {}", quoted_if_needed(method)));
    arguments.push(quoted(&format!("{}{path}", endpoint.trim_end_matches('/'))));
    if request.signed {
        arguments.extend(signing());
    }
    // Headers that curl would add by itself are taken out, so that it sends no others.
    for name in ["Content-Type", "Accept"] {
        let there = overrides.head.lines().any(|line| {
            line.get(..name.len() + 1).is_some_and(|start| start.eq_ignore_ascii_case(&format!("{name}:")))
        });
        if !there {
            arguments.push(format!("-H '{name}:'"));
        }
    }
    for line in lines.filter(|line| !line.is_empty()) {
        // curl reads a file where the argument of `-H` begins with `@`.
        let Some(name) = line.split_once(':').map(|(name, _)| name).filter(|name| is_token(name)) else {
            return Err("a line of the request's head is no header".to_owned());
        };
        let name = name.to_ascii_lowercase();
        let own = matches!(name.as_str(), "host" | "content-length" | "authorization" | "x-amz-date");
        if !own || (name == "authorization" && !request.signed) {
            arguments.push(format!("-H {}", quoted(line)));
        }
    }
    arguments.push(data);
    Ok(arguments)
}

/// True for what RFC 9110 calls a token, as the name of a header is.
fn is_token(name: &str) -> bool {
    let others = b"!#$%&'*+-.^_`|~";
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
}

fn signing() -> [String; 2] {
    let dummy = Credentials::dummy();
    [
        "--aws-sigv4 'aws:amz:us-east-1:kinesis'".to_owned(),
        format!("--user {}", quoted(&format!("{}:{}", dummy.access_key, dummy.secret_key))),
    ]
}

/// What goes before `curl` for a body, and the arguments that send it.
fn body(body: &BodyText) -> Result<(Option<String>, String), String> {
    Ok(match body {
        BodyText::Text(text) | BodyText::Base64(text) if text.len() > LONGEST_BODY => {
            return Err(format!("a body of {} is too long for a command line", size(text.len())));
        }
        // A shell passes these on, but a terminal would obey them.
        BodyText::Text(text) if text.chars().any(is_unsafe) => {
            use base64::Engine as _;
            let encoded = base64::engine::general_purpose::STANDARD.encode(text);
            (decoded(&encoded), "--data-binary @-".to_owned())
        }
        BodyText::Text(text) => (None, format!("--data-raw {}", quoted(text))),
        BodyText::Base64(text) => (decoded(text), "--data-binary @-".to_owned()),
        BodyText::Cut(_) => {
            let bytes = usize::try_from(body.size()).unwrap_or(usize::MAX);
            return Err(format!("a body of {} is too long for a command line", size(bytes)));
        }
    })
}

fn decoded(base64: &str) -> Option<String> {
    Some(format!("printf %s {} | base64 -d |", quoted(base64)))
}

/// A word that a shell takes as it is.
pub(super) fn quoted(text: &str) -> String {
    if !text.chars().any(is_unsafe) {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    // Bytes by number, since a terminal would obey the characters themselves.
    let mut word = "$'".to_owned();
    for character in text.chars() {
        match character {
            '\'' | '\\' => word.extend(['\\', character]),
            character if is_unsafe(character) => {
                let mut bytes = [0; 4];
                for byte in character.encode_utf8(&mut bytes).bytes() {
                    word.push_str(&format!("\\{byte:03o}"));
                }
            }
            character => word.push(character),
        }
    }
    word.push('\'');
    word
}

/// A word, quoted only if a shell would not take it as it is.
pub(super) fn quoted_if_needed(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./:=@%+,".contains(character);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { quoted(text) }
}
