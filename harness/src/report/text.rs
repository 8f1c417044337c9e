//! Text from anywhere, made safe and fitting for people.

use std::fmt::Write as _;

use crate::case::ast::{Audience, Level};
use crate::log::is_unsafe;

#[cfg(test)]
mod tests;

/// The text on one line, with every unsafe character spelled out (`\n`, `\u{1b}`): for whatever a target
/// or a file has said, before it is shown on a terminal.
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => cleaned.push_str("\\n"),
            '\r' => cleaned.push_str("\\r"),
            '\t' => cleaned.push_str("\\t"),
            character if is_unsafe(character) => {
                // Writing to a string can't fail.
                let _ = write!(cleaned, "\\u{{{:x}}}", u32::from(character));
            }
            character => cleaned.push(character),
        }
    }
    cleaned
}

/// The lines of a text, each made safe; a tab becomes two spaces.
pub(super) fn clean_lines(text: &str) -> Vec<String> {
    text.lines().map(|line| clean(&line.replace('\t', "  "))).collect()
}

/// The first `most` characters, and whether there were more.
pub(super) fn cut(text: &str, most: usize) -> (&str, bool) {
    text.char_indices().nth(most).map_or((text, false), |(end, _)| (&text[..end], true))
}

/// The text cut to `most` characters, with an ellipsis where something was cut.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let (kept, was_cut) = cut(text, most);
    if was_cut { format!("{}…", cut(kept, most.saturating_sub(1)).0) } else { kept.to_owned() }
}

/// The text in lines of at most `width` characters, broken at spaces, and inside words that are
/// longer than a line, there after a comma, a slash or a tag if one is near. Blanks at the start stay, as the first line's indent.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let words = text.trim_start_matches(' ');
    let indent = (text.len() - words.len()).min(width / 2);
    let mut lines = Vec::new();
    let mut line = " ".repeat(indent);
    let mut length = indent;
    let mut fresh = true;
    for word in words.split(' ') {
        let mut word = word;
        let mut word_length = word.chars().count();
        if !fresh && length + 1 + word_length > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        } else if !fresh {
            line.push(' ');
            length += 1;
        }
        while length + word_length > width {
            let head = head(word, width - length);
            line.push_str(head);
            lines.push(std::mem::take(&mut line));
            word_length -= head.chars().count();
            word = &word[head.len()..];
            length = 0;
        }
        line.push_str(word);
        length += word_length;
        fresh = false;
    }
    lines.push(line);
    lines
}

/// The beginning of a word, as much of it as fits.
fn head(word: &str, width: usize) -> &str {
    let (full, _) = cut(word, width);
    let breaks = |(at, character): &(usize, char)| match character {
        ',' | '>' => true,
        '/' => !full[..*at].ends_with('<'),
        _ => false,
    };
    let near = full.char_indices().rev().find(breaks).map(|(at, _)| &full[..=at]);
    near.filter(|near| near.len() * 4 > full.len()).unwrap_or(full)
}

/// A count and its noun: `1 trial`, `2 trials`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Microseconds as milliseconds with one digit: `1.2 ms`.
pub(super) fn millis(micros: i64) -> String {
    let tenths = (micros.unsigned_abs() + 50) / 100;
    let sign = if micros < 0 && tenths > 0 { "-" } else { "" };
    format!("{sign}{}.{} ms", tenths / 10, tenths % 10)
}

/// Milliseconds as a time that people say: `340 ms`, `3.2 s`, `4 min 07 s`.
pub(super) fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {:02} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// Bytes as a size that people say: `97 B`, `1.5 KiB`.
pub(super) fn size(bytes: usize) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{}.{} KiB", bytes / 1_024, bytes % 1_024 * 10 / 1_024),
        _ => format!("{}.{} MiB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

/// Names in a sentence: `a`, `a and b`, `a, b and c`.
pub(super) fn enumerated<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// An audience as text.
pub(super) const fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Producers => "producers",
        Audience::Consumers => "consumers",
        Audience::InfrastructureTools => "infrastructure tools",
        Audience::SdkAuthors => "SDK authors",
        Audience::Security => "security",
    }
}

/// A level as text.
pub(super) fn level(level: Level) -> &'static str {
    level.into()
}
