//! The spellings in which a server may send a secret back: each character as it is, in the other
//! case, or escaped (`\u003d`, `\/`, `%3D`, `&#61;`), several times over too, and the whole in base64,
//! wherever it begins, or in hex.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Escapes within escapes that are followed, such as `%25253D`. More would be a text made to keep a
/// reader busy.
const DEEPEST: usize = 8;

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
    bytes: Vec<u8>,
    /// True if letters count in either case.
    any_case: bool,
    /// Bits of the secret in the characters before and after, which base64 shares with its neighbours.
    shared: (bool, bool),
    /// What is put in its place.
    pub(super) stand_in: &'static str,
}

impl Needle {
    /// All that one secret may look like.
    pub(super) fn all_of(secret: &str, stand_in: &'static str) -> Vec<Self> {
        let whole = |bytes: Vec<u8>| Self { bytes, any_case: true, shared: (false, false), stand_in };
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut all = vec![whole(hex.into_bytes())];
        for before in 0..3 {
            let mut bytes = vec![0; before];
            bytes.extend(secret.bytes());
            let bits = bytes.len() * 8;
            // The characters that hold nothing but bits of the secret.
            let pure = (before * 8).div_ceil(6)..bits / 6;
            for coded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
                let bytes = coded.as_bytes()[pure.clone()].to_vec();
                let shared = (before != 0, !bits.is_multiple_of(6));
                if !all.iter().any(|other: &Self| other.bytes == bytes) {
                    all.push(Self { bytes, any_case: false, shared, stand_in });
                }
            }
        }
        all.push(whole(secret.as_bytes().to_vec()));
        all
    }

    /// Bytes of the plain spelling.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Where it stands, from left to right.
    pub(super) fn places(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        let mut at = 0;
        // Most bytes can't begin it, and are left behind quickly.
        while let Some(skipped) = text[at..].iter().position(|byte| self.may_begin_with(*byte)) {
            at += skipped;
            let Some(end) = self.end_of(text, at) else {
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
        self.bytes.first().is_some_and(|first| first.eq_ignore_ascii_case(&byte)) || b"\\%&".contains(&byte)
    }

    /// Where the needle that begins here ends, if one does.
    fn end_of(&self, text: &[u8], at: usize) -> Option<usize> {
        let (first, rest) = self.bytes.split_first()?;
        // A character may be taken for itself or for the beginning of an escape.
        let mut ends = self.after(text, at, *first);
        for wanted in rest {
            if ends == [None, None] {
                return None;
            }
            let [one, other] = ends;
            let mut next = [None, None];
            let found = [one, other].into_iter().flatten().flat_map(|at| self.after(text, at, *wanted));
            for end in found.flatten() {
                if next[0].is_none_or(|there| there == end) {
                    next[0] = Some(end);
                } else {
                    next[1] = Some(end);
                }
            }
            ends = next;
        }
        ends.into_iter().flatten().max()
    }

    /// Where the text goes on behind a wanted character: taken as it is, and taken as an escape.
    fn after(&self, text: &[u8], at: usize, wanted: u8) -> [Option<usize>; 2] {
        let Some(byte) = text.get(at) else { return [None, None] };
        let is_wanted = |byte: u8| {
            if self.any_case { byte.eq_ignore_ascii_case(&wanted) } else { byte == wanted }
        };
        let literal = is_wanted(*byte).then_some(at + 1);
        let escaped = match byte {
            b'\\' | b'%' | b'&' => {
                unescaped(&text[at..]).filter(|(byte, _)| is_wanted(*byte)).map(|(_, length)| at + length)
            }
            _ => None,
        };
        [literal, escaped]
    }
}

/// The character for which an escape stands, and the length of the escape.
fn unescaped(text: &[u8]) -> Option<(u8, usize)> {
    match text.first()? {
        b'\\' => backslashed(text),
        b'%' => percent(text),
        b'&' => reference(text),
        _ => None,
    }
}

/// `\/`, `\u003d`, `\u{3d}`, `\x3d`, `\075`, with as many backslashes as there were quotings.
fn backslashed(text: &[u8]) -> Option<(u8, usize)> {
    let slashes = text.iter().take(DEEPEST).take_while(|byte| **byte == b'\\').count();
    let rest = &text[slashes..];
    let (byte, length) = match rest.first()? {
        b'u' if rest.get(1) == Some(&b'{') => {
            let digits = rest[2..].iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
            (rest.get(2 + digits) == Some(&b'}'))
                .then(|| number(&rest[2..2 + digits], 16))?
                .map(|byte| (byte, digits + 3))
        }
        b'u' => number(rest.get(1..5)?, 16).map(|byte| (byte, 5)),
        b'x' => number(rest.get(1..3)?, 16).map(|byte| (byte, 3)),
        b'0'..=b'7' => number(rest.get(..3)?, 8).map(|byte| (byte, 3)),
        byte if byte.is_ascii_punctuation() => Some((*byte, 1)),
        _ => None,
    }?;
    Some((byte, slashes + length))
}

/// `%3D`, `%253D`, `%u003D`.
fn percent(text: &[u8]) -> Option<(u8, usize)> {
    let again = text[1..].chunks_exact(2).take(DEEPEST).take_while(|two| *two == b"25").count() * 2;
    let rest = &text[1 + again..];
    if rest.first().is_some_and(|byte| matches!(byte, b'u' | b'U')) {
        return number(rest.get(1..5)?, 16).map(|byte| (byte, again + 6));
    }
    number(rest.get(..2)?, 16).map(|byte| (byte, again + 3))
}

/// `&#61;`, `&#x3d;`, `&equals;`, `&amp;#61;`.
fn reference(text: &[u8]) -> Option<(u8, usize)> {
    let again = text[1..].chunks_exact(4).take(DEEPEST).take_while(|four| *four == b"amp;").count() * 4;
    let rest = &text[1 + again..];
    let end = rest.iter().take(DEEPEST + 2).position(|byte| *byte == b';')?;
    let name = &rest[..end];
    let byte = match name {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        [] => return None,
        name => NAMED.iter().find(|(known, _)| *known == name).map(|(_, byte)| *byte)?,
    };
    Some((byte, again + end + 2))
}

/// A character of ASCII by its number.
fn number(digits: &[u8], radix: u32) -> Option<u8> {
    // A sign would be read too.
    let digits =
        std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|d| d.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, radix).ok().and_then(|number| u8::try_from(number).ok()).filter(u8::is_ascii)
}
