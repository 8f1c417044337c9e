//! JSON text to plain values, strictly, with the places of errors.

use std::fmt;

use indexmap::IndexMap;
use indexmap::map::Entry;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use crate::model::Value;
use crate::wire::cbor::MAX_ITEMS;
use crate::wire::document::{DecodeError, Document, MAX_DEPTH, TextPlace, note_duplicate, prefix_paths};

/// Reads one JSON value that takes the whole text, white space around it aside.
///
/// Nothing is directed by types: numbers are [`Value::Integer`] where they are written as whole
/// numbers and fit, else [`Value::Float`].
///
/// # Errors
///
/// Anything but one value: nothing at all, a byte order mark, bytes after the value, text that is
/// not UTF-8, lone surrogates, nesting beyond [`MAX_DEPTH`], more than
/// [`MAX_ITEMS`] values and names, numbers beyond an `f64`.
pub fn parse(bytes: &[u8]) -> Result<Document, DecodeError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| DecodeError::at(bytes, error.valid_up_to(), "not UTF-8".to_owned()))?;
    if text.starts_with('\u{feff}') {
        return Err(DecodeError::at(bytes, 0, "a byte order mark stands before the value".to_owned()));
    }
    let (mut duplicates, mut items) = (Vec::new(), 0);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    PlainValue { depth: 0, items: &mut items, duplicates: &mut duplicates }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map(|value| Document { value, duplicates })
        .map_err(|error| DecodeError::from_serde(bytes, &error))
}

/// Reads the body of an answer: [`parse`], but no body is an empty structure (WIRE-007).
///
/// # Errors
///
/// Those of [`parse`].
pub fn parse_answer(bytes: &[u8]) -> Result<Document, DecodeError> {
    if bytes.is_empty() {
        return Ok(Document::empty());
    }
    parse(bytes)
}

impl DecodeError {
    /// An error at that offset; line and column are counted here, so that all errors count alike.
    fn at(bytes: &[u8], offset: usize, reason: String) -> Self {
        let before = &bytes[..offset.min(bytes.len())];
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        let column = 1 + before[line_start..].iter().filter(|&&byte| !is_continuation(byte)).count();
        Self { offset, text: Some(TextPlace { line, column }), reason }
    }

    fn from_serde(bytes: &[u8], error: &serde_json::Error) -> Self {
        let whole = error.to_string();
        // The crate appends the place to the text, which would be said twice and counted otherwise.
        let reason = whole.rfind(" at line ").map_or(whole.as_str(), |place| &whole[..place]).to_owned();
        if error.is_eof() {
            return Self::at(bytes, bytes.len(), reason);
        }
        let lines_before = bytes.split(|&byte| byte == b'\n').take(error.line().saturating_sub(1));
        let line_start: usize = lines_before.map(|line| line.len() + 1).sum();
        let offset = line_start + error.column().saturating_sub(1);
        Self::at(bytes, offset.min(bytes.len()), reason)
    }
}

/// True for the second and later bytes of a character.
const fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// Builds a [`Value`] from whatever stands there.
struct PlainValue<'a> {
    /// Lists and objects around it.
    depth: usize,
    /// Values and names read so far in the whole text.
    items: &'a mut usize,
    /// Paths of repeated members, relative to this value for those added while it is read.
    duplicates: &'a mut Vec<String>,
}

impl PlainValue<'_> {
    /// One more value or name: each takes many times the memory of its text.
    fn count<E: serde::de::Error>(&mut self) -> Result<(), E> {
        *self.items += 1;
        if *self.items > MAX_ITEMS {
            return Err(E::custom(format_args!("more than {MAX_ITEMS} items")));
        }
        Ok(())
    }

    /// One level deeper.
    fn deeper<E: serde::de::Error>(&self) -> Result<usize, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(self.depth + 1)
    }
}

impl<'de> DeserializeSeed<'de> for PlainValue<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(mut self, deserializer: D) -> Result<Value, D::Error> {
        self.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PlainValue<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or(Value::Float(number as f64), Value::Integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut elements = Vec::new();
        loop {
            let from = self.duplicates.len();
            let seed = PlainValue { depth, items: &mut *self.items, duplicates: &mut *self.duplicates };
            let Some(element) = access.next_element_seed(seed)? else {
                return Ok(Value::List(elements));
            };
            prefix_paths(self.duplicates, from, &elements.len());
            elements.push(element);
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        let depth = self.deeper::<A::Error>()?;
        let mut members: IndexMap<String, Value> = IndexMap::new();
        while let Some(name) = access.next_key::<String>()? {
            self.count()?;
            let from = self.duplicates.len();
            let seed = PlainValue { depth, items: &mut *self.items, duplicates: &mut *self.duplicates };
            let value = access.next_value_seed(seed)?;
            prefix_paths(self.duplicates, from, &name);
            match members.entry(name) {
                Entry::Occupied(mut earlier) => {
                    note_duplicate(self.duplicates, earlier.key());
                    earlier.insert(value);
                }
                Entry::Vacant(place) => {
                    place.insert(value);
                }
            }
        }
        Ok(Value::Map(members))
    }
}
