//! Diagnostic notation (RFC 8949 §8): CBOR for people.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use super::head::{Argument, Major, Width};
use super::token::{Place, Start, Token, Tokens};

/// Where the text is cut, in bytes.
pub const DIAGNOSTIC_LIMIT: usize = 4096;

/// Prints a body in diagnostic notation: `{_ "Data": h'0102', "Created": 1(1700000000000)}`.
///
/// `_` marks an indefinite length, `_0` to `_3` a head that is written wider than it need be (in
/// one, two, four or eight bytes); `1.5_1` is a half float, `1.5_2` a single, and a double has no
/// mark. What is broken is printed up to the fault, with a comment that shows it:
/// `[1 / byte 2: … /`. What is longer than [`DIAGNOSTIC_LIMIT`], such a comment included, ends in `…`.
pub fn diagnostic(bytes: &[u8]) -> String {
    let mut printer = Printer { out: String::new(), open: Vec::new() };
    let mut tokens = Tokens::new(bytes);
    loop {
        match tokens.next() {
            Ok(Some(Token::Item(start))) => printer.item(&start),
            Ok(Some(Token::End)) => printer.end(),
            Ok(None) => return printer.out,
            Err(fault) => {
                // Writing to a `String` cannot fail.
                let _ = write!(printer.out, " / byte {}: {} /", fault.offset, fault.reason);
                cut(&mut printer.out);
                return printer.out;
            }
        }
        if cut(&mut printer.out) {
            return printer.out;
        }
    }
}

/// Cuts what is longer than [`DIAGNOSTIC_LIMIT`]; true if it was.
fn cut(out: &mut String) -> bool {
    let longer = out.len() > DIAGNOSTIC_LIMIT;
    if longer {
        out.truncate(out.floor_char_boundary(DIAGNOSTIC_LIMIT));
        out.push('…');
    }
    longer
}

struct Printer {
    out: String,
    open: Vec<Open>,
}

/// What is to be closed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Array,
    Map,
    Tag,
    /// A byte string in chunks.
    Bytes,
    /// Text in chunks.
    Text,
}

/// What opens a string in chunks.
const CHUNKS: &str = "(_ ";

impl Printer {
    fn item(&mut self, start: &Start<'_>) {
        self.out.push_str(match start.place {
            Place::Root | Place::Tagged | Place::Element(0) | Place::Key(0) | Place::Chunk(0) => "",
            Place::Element(_) | Place::Key(_) | Place::Chunk(_) => ", ",
            Place::Value(_) => ": ",
        });
        match (start.head.major, start.head.argument) {
            (Major::Unsigned, Argument::Definite { value, width }) => {
                self.out.push_str(&value.to_string());
                self.wider(value, width);
            }
            (Major::Negative, Argument::Definite { value, width }) => {
                self.out.push_str(&(-1 - i128::from(value)).to_string());
                self.wider(value, width);
            }
            (Major::Bytes, Argument::Definite { value, width }) => {
                self.bytes(start.payload);
                self.wider(value, width);
            }
            (Major::Text, Argument::Definite { value, width }) => {
                self.text(start.payload);
                self.wider(value, width);
            }
            (Major::Bytes, Argument::Indefinite) => self.begin(CHUNKS, Open::Bytes),
            (Major::Text, Argument::Indefinite) => self.begin(CHUNKS, Open::Text),
            (Major::Array, argument) => self.container("[", argument, Open::Array),
            (Major::Map, argument) => self.container("{", argument, Open::Map),
            (Major::Tag, Argument::Definite { value, width }) => {
                self.out.push_str(&value.to_string());
                self.wider(value, width);
                self.begin("(", Open::Tag);
            }
            (Major::Simple, Argument::Definite { value, width }) => match start.head.float() {
                Some((float, width)) => self.float(float, width),
                None => self.simple(value, width),
            },
            // The tokens refuse these.
            (Major::Unsigned | Major::Negative | Major::Tag | Major::Simple, Argument::Indefinite) => {}
        }
    }

    fn begin(&mut self, opening: &str, open: Open) {
        self.out.push_str(opening);
        self.open.push(open);
    }

    fn end(&mut self) {
        let closing = match self.open.pop() {
            Some(Open::Array) => "]",
            Some(Open::Map) => "}",
            Some(Open::Tag) => ")",
            Some(open @ (Open::Bytes | Open::Text)) => match self.out.strip_suffix(CHUNKS) {
                // `(_ )` would not show which of the two it is.
                Some(before) => {
                    self.out.truncate(before.len());
                    if open == Open::Bytes { "''_" } else { "\"\"_" }
                }
                None => ")",
            },
            None => "",
        };
        self.out.push_str(closing);
    }

    fn container(&mut self, opening: &str, argument: Argument, open: Open) {
        self.begin(opening, open);
        match argument {
            Argument::Indefinite => self.out.push_str("_ "),
            Argument::Definite { value, width } => {
                if self.wider(value, width) {
                    self.out.push(' ');
                }
            }
        }
    }

    /// Marks a head that is wider than its argument needs; true if it did.
    fn wider(&mut self, value: u64, width: Width) -> bool {
        let needed = match value {
            0..=23 => Width::Immediate,
            24..=0xff => Width::One,
            0x100..=0xffff => Width::Two,
            0x1_0000..=0xffff_ffff => Width::Four,
            _ => Width::Eight,
        };
        let mark = match width {
            Width::Immediate => return false,
            Width::One => "_0",
            Width::Two => "_1",
            Width::Four => "_2",
            Width::Eight => "_3",
        };
        if width > needed {
            self.out.push_str(mark);
        }
        width > needed
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.out.push_str("h'");
        // More than the limit is cut anyway.
        for byte in bytes.iter().take(DIAGNOSTIC_LIMIT) {
            let _ = write!(self.out, "{byte:02x}");
        }
        self.out.push('\'');
    }

    fn text(&mut self, bytes: &[u8]) {
        // More than the limit is cut anyway.
        let shown = &bytes[..bytes.len().min(DIAGNOSTIC_LIMIT)];
        self.out.push_str(&serde_json::Value::from(String::from_utf8_lossy(shown)).to_string());
    }

    fn float(&mut self, float: f64, width: Width) {
        let text = if float.is_nan() {
            "NaN".to_owned()
        } else if float.is_infinite() {
            if float > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
        } else {
            format!("{float:?}")
        };
        self.out.push_str(&text);
        self.out.push_str(match width {
            Width::Two => "_1",
            Width::Four => "_2",
            Width::Immediate | Width::One | Width::Eight => "",
        });
    }

    fn simple(&mut self, value: u64, width: Width) {
        match (value, width) {
            (20, Width::Immediate) => self.out.push_str("false"),
            (21, Width::Immediate) => self.out.push_str("true"),
            (22, Width::Immediate) => self.out.push_str("null"),
            (23, Width::Immediate) => self.out.push_str("undefined"),
            (_, Width::Immediate | Width::One | Width::Two | Width::Four | Width::Eight) => {
                let _ = write!(self.out, "simple({value})");
            }
        }
    }
}
