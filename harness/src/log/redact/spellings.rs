//! The spellings in which a server may send a secret back: each character as it is, in the other
//! case, or escaped (`\u003d`, `\/`, `\t`, `%3D`, `&#61;`), several times over too, and the whole in base64,
//! wherever it begins, or in hex. A character beyond ASCII may be escaped by its number, by the two halves
//! that UTF-16 has of it, or byte by byte.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Escapes within escapes that are followed, such as `%25253D`. More would be a text made to keep a
/// reader busy.
const DEEPEST: usize = 8;

/// Bytes between two groups or lines that are followed.
const LONGEST_GAP: usize = 64;

/// Bytes of a character reference up to its semicolon, leading zeros among them.
const LONGEST_REFERENCE: usize = 24;

/// Named character references of what may stand in a secret.
const NAMED: [(&[u8], u8); 8] = [
    (b"lt", b'<'),
    (b"gt", b'>'),
    (b"quot", b'"'),
    (b"apos", b'\''),
    (b"sol", b'/'),
    (b"plus", b'+'),
    (b"equals", b'='),
    (b"percnt", b'%'),
];

/// What is looked for.
pub(super) struct Needle {
    characters: Vec<char>,
    length: usize,
    /// True if letters count in either case.
    any_case: bool,
    /// True for base64 and hex, whose characters may be written in groups and lines.
    in_groups: bool,
    /// Bits of the secret in the characters before and after, which base64 shares with its neighbours.
    shared: (bool, bool),
    /// What is put in its place.
    pub(super) stand_in: &'static str,
}

impl Needle {
    /// All that one secret may look like.
    pub(super) fn all_of(secret: &str, stand_in: &'static str) -> Vec<Self> {
        let needle = |text: &str, any_case, in_groups, shared| Self {
            characters: text.chars().collect(),
            length: text.len(),
            any_case,
            in_groups,
            shared,
            stand_in,
        };
        let hex = hex::encode(secret);
        let mut all = vec![needle(&hex, true, true, (false, false))];
        for before in 0..3 {
            let mut bytes = vec![0; before];
            bytes.extend(secret.bytes());
            let bits = bytes.len() * 8;
            // The characters that hold nothing but bits of the secret.
            let pure = (before * 8).div_ceil(6)..bits / 6;
            for coded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
                let shared = (before != 0, !bits.is_multiple_of(6));
                let needle = needle(&coded[pure.clone()], false, true, shared);
                if !all.iter().any(|other: &Self| other.characters == needle.characters) {
                    all.push(needle);
                }
            }
        }
        all.push(needle(secret, true, false, (false, false)));
        all
    }

    /// Bytes of the plain spelling.
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    /// Where it stands, from left to right.
    pub(super) fn places(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        let mut ends = Ends::default();
        let mut at = 0;
        // Most bytes can't begin it, and are left behind quickly.
        while let Some(skipped) = text[at..].iter().position(|byte| self.may_begin_with(*byte)) {
            at += skipped;
            let Some(end) = self.end_of(text, at, &mut ends) else {
                at += 1;
                continue;
            };
            let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
            // One that is escaped itself stays: half an escape would damage the text around it.
            let before = text[..at].last().filter(|byte| is_base64(byte) && !text[..at - 1].ends_with(b"\\"));
            let from = at - usize::from(self.shared.0 && before.is_some());
            let to = end + usize::from(self.shared.1 && text.get(end).is_some_and(is_base64));
            let after_last = places.last().map_or(0, |last: &Range<usize>| last.end);
            places.push(from.max(after_last)..to);
            at = to;
        }
        places
    }

    fn may_begin_with(&self, byte: u8) -> bool {
        let mut utf8 = [0; 4];
        let first = self.characters.first().map(|first| first.encode_utf8(&mut utf8).as_bytes()[0]);
        first.is_some_and(|first| first.eq_ignore_ascii_case(&byte)) || b"\\%&".contains(&byte)
    }

    /// Where the needle that begins here ends, if one does.
    fn end_of(&self, text: &[u8], at: usize, ends: &mut Ends) -> Option<usize> {
        ends.now.clear();
        ends.now.push(at);
        for (index, wanted) in self.characters.iter().enumerate() {
            ends.next.clear();
            for at in &ends.now {
                self.after(text, *at, *wanted, &mut ends.next);
                let gap = if index == 0 { 0 } else { self.gap(&text[*at..]) };
                if gap > 0 {
                    self.after(text, *at + gap, *wanted, &mut ends.next);
                }
            }
            std::mem::swap(&mut ends.now, &mut ends.next);
            if ends.now.is_empty() {
                return None;
            }
            ends.now.sort_unstable();
            ends.now.dedup();
        }
        ends.now.last().copied()
    }

    /// Bytes that may stand between two characters: what parts groups and lines, or a soft line break.
    fn gap(&self, text: &[u8]) -> usize {
        if !self.in_groups {
            let breaks: [&[u8]; 4] = [b"=\n", b"=\r\n", b"=\\n", b"=\\r\\n"];
            return breaks.iter().find(|found| text.starts_with(found)).map_or(0, |found| found.len());
        }
        let mut length = 0;
        while length < LONGEST_GAP {
            length += match text.get(length) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => 1,
                Some(b':' | b'-') if self.any_case => 1,
                Some(b'\\' | b'%' | b'&') => match unescaped(&text[length..]) {
                    Some((0x09 | 0x0a | 0x0d | 0x20, escape)) => escape,
                    _ => break,
                },
                _ => break,
            };
        }
        length
    }

    /// Adds where the text goes on behind a wanted character: taken as it is, and taken as an escape.
    fn after(&self, text: &[u8], at: usize, wanted: char, ends: &mut Vec<usize>) {
        let Some(byte) = text.get(at) else { return };
        let is_wanted = |found: char| {
            if self.any_case { found.eq_ignore_ascii_case(&wanted) } else { found == wanted }
        };
        if byte.is_ascii() {
            if is_wanted(char::from(*byte)) {
                ends.push(at + 1);
            }
        } else if text[at..].starts_with(wanted.encode_utf8(&mut [0; 4]).as_bytes()) {
            ends.push(at + wanted.len_utf8());
        }
        if !b"\\%&".contains(byte) {
            return;
        }
        if wanted == '\\' {
            // As many as there are after one quoting, two, and so on.
            let slashes = text[at..].iter().take(1 << DEEPEST).take_while(|byte| **byte == b'\\').count();
            let quotings = (1..=DEEPEST).map(|quotings| 1_usize << quotings);
            ends.extend(quotings.take_while(|length| *length <= slashes).map(|length| at + length));
        }
        let Some((number, length)) = unescaped(&text[at..]) else { return };
        if char::from_u32(number).is_some_and(is_wanted) {
            ends.push(at + length);
        } else if !wanted.is_ascii() {
            let (mut utf16, mut utf8) = ([0; 2], [0; 4]);
            let halves = wanted.encode_utf16(&mut utf16).iter().copied().map(u32::from);
            let bytes = wanted.encode_utf8(&mut utf8).bytes().map(u32::from);
            ends.extend(behind_escapes(text, at, halves));
            ends.extend(behind_escapes(text, at, bytes));
        }
    }
}

/// Where a needle may go on. A character may be taken for itself or for the beginning of an escape.
#[derive(Default)]
struct Ends {
    now: Vec<usize>,
    next: Vec<usize>,
}

/// Where the text goes on behind escapes of these numbers, one after the other.
fn behind_escapes(text: &[u8], at: usize, mut numbers: impl Iterator<Item = u32>) -> Option<usize> {
    numbers.try_fold(at, |at, wanted| {
        let (number, length) = unescaped(&text[at..])?;
        (number == wanted).then_some(at + length)
    })
}

/// The number for which an escape stands, of a character or of a part of one, and the length of the escape.
fn unescaped(text: &[u8]) -> Option<(u32, usize)> {
    match text.first()? {
        b'\\' => backslashed(text),
        b'%' => percent(text),
        b'&' => reference(text),
        _ => None,
    }
}

/// `\/`, `\t`, `\u003d`, `\u{3d}`, `\x3d`, `\075`, with as many backslashes as there were quotings.
fn backslashed(text: &[u8]) -> Option<(u32, usize)> {
    let slashes = text.iter().take(DEEPEST).take_while(|byte| **byte == b'\\').count();
    let rest = &text[slashes..];
    let (number, length) = match rest.first()? {
        b'u' if rest.get(1) == Some(&b'{') => {
            let digits = rest[2..].iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
            (rest.get(2 + digits) == Some(&b'}'))
                .then(|| by_digits(&rest[2..2 + digits], 16))?
                .map(|number| (number, digits + 3))
        }
        b'u' => by_digits(rest.get(1..5)?, 16).map(|number| (number, 5)),
        b'U' => by_digits(rest.get(1..9)?, 16).map(|number| (number, 9)),
        b'x' => by_digits(rest.get(1..3)?, 16).map(|number| (number, 3)),
        b'0'..=b'7' => by_digits(rest.get(..3)?, 8).map(|number| (number, 3)),
        b'a' => Some((0x07, 1)),
        b'b' => Some((0x08, 1)),
        b't' => Some((0x09, 1)),
        b'n' => Some((0x0a, 1)),
        b'v' => Some((0x0b, 1)),
        b'f' => Some((0x0c, 1)),
        b'r' => Some((0x0d, 1)),
        byte if byte.is_ascii_punctuation() => Some((u32::from(*byte), 1)),
        _ => None,
    }?;
    Some((number, slashes + length))
}

/// `%3D`, `%253D`, `%u003D`.
fn percent(text: &[u8]) -> Option<(u32, usize)> {
    let again = text[1..].chunks_exact(2).take(DEEPEST).take_while(|two| *two == b"25").count() * 2;
    let rest = &text[1 + again..];
    if rest.first().is_some_and(|byte| matches!(byte, b'u' | b'U')) {
        return by_digits(rest.get(1..5)?, 16).map(|number| (number, again + 6));
    }
    by_digits(rest.get(..2)?, 16).map(|number| (number, again + 3))
}

/// `&#61;`, `&#x3d;`, `&equals;`, `&amp;#61;`.
fn reference(text: &[u8]) -> Option<(u32, usize)> {
    let again = text[1..].chunks_exact(4).take(DEEPEST).take_while(|four| *four == b"amp;").count() * 4;
    let rest = &text[1 + again..];
    let end = rest.iter().take(LONGEST_REFERENCE).position(|byte| *byte == b';')?;
    let name = &rest[..end];
    let number = match name {
        [b'#', b'x' | b'X', digits @ ..] => by_digits(digits, 16)?,
        [b'#', digits @ ..] => by_digits(digits, 10)?,
        [] => return None,
        name => NAMED.iter().find(|(known, _)| *known == name).map(|(_, byte)| u32::from(*byte))?,
    };
    Some((number, again + end + 2))
}

/// The number that these digits make.
fn by_digits(digits: &[u8], radix: u32) -> Option<u32> {
    // A sign would be read too.
    let digits =
        std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|d| d.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, radix).ok()
}
