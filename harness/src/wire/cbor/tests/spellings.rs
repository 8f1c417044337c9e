//! Values spelled in every way that CBOR has, held against a second decoder.

use proptest::prelude::*;

use super::{any_value, diagnostic, outline, parse};
use crate::model::Value;

/// Decisions about spelling, drawn beforehand and used one after the other.
struct Choices<'a> {
    drawn: &'a [u8],
    next: usize,
}

impl Choices<'_> {
    fn below(&mut self, bound: u8) -> u8 {
        let choice = self.drawn[self.next % self.drawn.len()];
        self.next += 1;
        choice % bound
    }
}

/// A head in one of the widths that hold the argument.
fn head(major: u8, argument: u64, choices: &mut Choices<'_>, out: &mut Vec<u8>) {
    let whole = argument.to_be_bytes();
    let narrowest = match argument {
        0..=23 => 0,
        24..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 3,
        _ => 4,
    };
    match narrowest + choices.below(5 - narrowest) {
        0 => out.push(major | whole[7]),
        1 => out.extend([major | 24, whole[7]]),
        2 => out.extend([&[major | 25], &whole[6..]].concat()),
        3 => out.extend([&[major | 26], &whole[4..]].concat()),
        _ => out.extend([&[major | 27], &whole[..]].concat()),
    }
}

/// A string whole or in chunks; text is cut between characters.
fn string(major: u8, pieces: &[&[u8]], choices: &mut Choices<'_>, out: &mut Vec<u8>) {
    if choices.below(2) == 0 {
        let whole = pieces.concat();
        head(major, whole.len() as u64, choices, out);
        out.extend(whole);
        return;
    }
    out.push(major | 31);
    for piece in pieces {
        head(major, piece.len() as u64, choices, out);
        out.extend_from_slice(piece);
    }
    out.push(0xff);
}

fn text(text: &str, choices: &mut Choices<'_>, out: &mut Vec<u8>) {
    let middle = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
    let (before, behind) = text.split_at(middle);
    string(0x60, &[before.as_bytes(), behind.as_bytes()], choices, out);
}

fn integer(number: i64, choices: &mut Choices<'_>, out: &mut Vec<u8>) {
    match u64::try_from(number) {
        Ok(number) => head(0x00, number, choices, out),
        Err(_) => head(0x20, number.unsigned_abs() - 1, choices, out),
    }
}

/// Opens an array or map and says whether it is to be closed.
fn container(major: u8, count: usize, choices: &mut Choices<'_>, out: &mut Vec<u8>) -> bool {
    let indefinite = choices.below(2) == 1;
    if indefinite {
        out.push(major | 31);
    } else {
        head(major, count as u64, choices, out);
    }
    indefinite
}

fn spell(value: &Value, choices: &mut Choices<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(0xf6 + choices.below(2)),
        Value::Bool(truth) => out.push(0xf4 + u8::from(*truth)),
        Value::Integer(number) => integer(*number, choices, out),
        Value::Float(float) => {
            // The narrowing is tried, not assumed.
            let single = *float as f32;
            if choices.below(2) == 1 && f64::from(single) == *float {
                out.push(0xfa);
                out.extend(single.to_be_bytes());
            } else {
                out.push(0xfb);
                out.extend(float.to_be_bytes());
            }
        }
        Value::String(string) => text(string, choices, out),
        Value::Blob(bytes) => {
            let (before, behind) = bytes.split_at(bytes.len() / 2);
            string(0x40, &[before, behind], choices, out);
        }
        Value::Time(milliseconds) => {
            head(0xc0, 1, choices, out);
            integer(*milliseconds, choices, out);
        }
        Value::List(elements) => {
            let indefinite = container(0x80, elements.len(), choices, out);
            elements.iter().for_each(|element| spell(element, choices, out));
            out.extend(indefinite.then_some(0xff));
        }
        Value::Map(members) => {
            let indefinite = container(0xa0, members.len(), choices, out);
            for (name, member) in members {
                text(name, choices, out);
                spell(member, choices, out);
            }
            out.extend(indefinite.then_some(0xff));
        }
    }
}

/// What the second decoder's value is in ours.
#[expect(clippy::wildcard_enum_match_arm, reason = "their enum is non-exhaustive")]
fn ours(theirs: ciborium::Value) -> Value {
    use ciborium::Value as Theirs;
    match theirs {
        Theirs::Null => Value::Null,
        Theirs::Bool(truth) => Value::Bool(truth),
        Theirs::Integer(number) => Value::Integer(number.try_into().unwrap()),
        Theirs::Float(float) => Value::Float(float),
        Theirs::Text(text) => Value::String(text),
        Theirs::Bytes(bytes) => Value::Blob(bytes),
        Theirs::Tag(1, tagged) => Value::Time(tagged.into_integer().unwrap().try_into().unwrap()),
        Theirs::Array(elements) => Value::List(elements.into_iter().map(ours).collect()),
        Theirs::Map(entries) => Value::Map(
            entries.into_iter().map(|(key, value)| (key.into_text().unwrap(), ours(value))).collect(),
        ),
        other => panic!("{other:?} was not spelled"),
    }
}

/// Items in a value as the outline counts them, at least: chunks depend on the spelling.
fn items(value: &Value) -> usize {
    match value {
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Blob(_) => 1,
        Value::Time(_) => 2,
        Value::List(elements) => 1 + elements.iter().map(items).sum::<usize>(),
        Value::Map(members) => 1 + members.values().map(|member| 1 + items(member)).sum::<usize>(),
    }
}

proptest! {
    #[test]
    fn a_value_is_the_same_however_it_is_spelled(
        value in any_value(),
        drawn in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let mut bytes = Vec::new();
        spell(&value, &mut Choices { drawn: &drawn, next: 0 }, &mut bytes);
        let read = parse(&bytes).unwrap().value;
        prop_assert_eq!(&read, &value);
        prop_assert_eq!(&ours(ciborium::from_reader(&bytes[..]).unwrap()), &value);
        prop_assert!(outline(&bytes).unwrap().len() >= items(&value));
        prop_assert!(!diagnostic(&bytes).contains(" / byte "), "no fault is reported");
    }
}
