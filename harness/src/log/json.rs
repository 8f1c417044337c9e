//! JSON that people may look at with any tool: what steers a terminal, hides text or reorders it is
//! spelled out (`\u009b`), so that `git diff` and `less` show a log or a record as it is.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

/// True for characters that steer a terminal, hide text or reorder it, or that no XML may hold.
pub(crate) const fn is_unsafe(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        | '\u{e0000}'..='\u{e007f}')
}

/// The value as one line of JSON, without its end. A reader gets back the same value.
///
/// # Errors
///
/// If the value has no JSON form.
pub(crate) fn to_line(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut line = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut line, SpelledOut))?;
    Ok(line)
}

/// Writes what is unsafe as an escape, and all else as it is.
struct SpelledOut;

impl Formatter for SpelledOut {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut written = 0;
        // ASCII but for DEL is safe here: quotes, backslashes and C0 are escaped elsewhere.
        for (at, character) in fragment.char_indices().filter(|(_, character)| is_unsafe(*character)) {
            writer.write_all(&fragment.as_bytes()[written..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            written = at + character.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }
}

#[cfg(test)]
mod tests {
    use super::{is_unsafe, to_line};

    #[test]
    fn what_steers_or_reorders_is_spelled_out_and_reads_back_as_it_was() {
        let text = "a\u{9b}31m\u{202e}b\u{7f}\u{e0001}\u{200b}\"\\\n größe 日本";
        let line = String::from_utf8(to_line(&text).expect("JSON")).expect("text");
        assert!(line.starts_with(r#""a\u009b31m\u202eb\u007f\udb40\udc01\u200b\"\\\n größe"#), "{line}");
        assert!(!line.chars().any(is_unsafe), "{line}");
        assert_eq!(serde_json::from_str::<String>(&line).expect("JSON"), text);
    }

    #[test]
    fn what_is_safe_is_written_as_serde_json_writes_it() {
        let value = serde_json::json!({"a": [1, 2.5, null, "größe"], "ü": {}});
        assert_eq!(to_line(&value).expect("JSON"), serde_json::to_vec(&value).expect("JSON"));
    }
}
