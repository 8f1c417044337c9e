//! AWS CBOR 1.1 to plain values, with the places of errors.

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::head::{Argument, Head, Major, Width};
use super::outline::OutlineError;
use super::token::{Start, Token, Tokens};
use crate::model::Value;
use crate::wire::document::{DecodeError, Document, note_duplicate, prefix_paths};

/// The tag of a time.
const EPOCH: u64 = 1;

/// Reads one CBOR item that takes all the bytes.
///
/// Lengths may be definite or not, heads longer than they need be, floats of any width. Tag 1
/// over a whole number is [`Value::Time`] in milliseconds (WIRE-032); over a float it stays
/// [`Value::Float`], and [`super::outline()`] shows that there was a tag. Other tags are passed over.
/// Whole numbers beyond an `i64` are [`Value::Float`], `undefined` is [`Value::Null`].
///
/// # Errors
///
/// Anything but one item: nothing at all, bytes behind it, bytes that end too early or declare
/// lengths that they cannot have, nesting beyond [`crate::wire::MAX_DEPTH`] (tags and strings in
/// chunks count too), more items than [`super::MAX_ITEMS`]. Besides, what no value of the API can
/// be: a key that is not text, text that is not UTF-8 (each chunk on its own), tag 1 over
/// anything but a number, simple values other than `false`, `true`, `null` and `undefined`.
pub fn parse(bytes: &[u8]) -> Result<Document, DecodeError> {
    let mut reader = Reader { tokens: Tokens::new(bytes), duplicates: Vec::new() };
    reader
        .document()
        .map(|value| Document { value, duplicates: reader.duplicates })
        .map_err(|OutlineError { offset, reason }| DecodeError { offset, text: None, reason })
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    /// Paths of repeated members, relative to the value that is being read for those added since.
    duplicates: Vec<String>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Value, OutlineError> {
        let Some(start) = self.start()? else {
            return Err(OutlineError { offset: 0, reason: "there is no item".to_owned() });
        };
        let value = self.value(&start)?;
        // Bytes behind the value are an error of the tokens.
        self.tokens.next().map(|_| value)
    }

    /// The next item inside the innermost open one, `None` at its end.
    fn start(&mut self) -> Result<Option<Start<'a>>, OutlineError> {
        match self.tokens.next()? {
            Some(Token::Item(start)) => Ok(Some(start)),
            Some(Token::End) | None => Ok(None),
        }
    }

    fn value(&mut self, start: &Start<'a>) -> Result<Value, OutlineError> {
        match start.head.major {
            Major::Unsigned | Major::Negative => Ok(whole_number(&start.head)),
            Major::Simple => match start.head.float() {
                Some((float, _)) => Ok(Value::Float(float)),
                None => simple(start),
            },
            Major::Bytes => self.bytes(start).map(Value::Blob),
            Major::Text => self.text(start).map(Value::String),
            Major::Array => self.list(),
            Major::Map => self.map(),
            Major::Tag => self.tagged(start),
        }
    }

    fn bytes(&mut self, start: &Start<'a>) -> Result<Vec<u8>, OutlineError> {
        let mut whole = start.payload.to_vec();
        if start.holds_others() {
            while let Some(chunk) = self.start()? {
                whole.extend_from_slice(chunk.payload);
            }
        }
        Ok(whole)
    }

    fn text(&mut self, start: &Start<'a>) -> Result<String, OutlineError> {
        let mut whole = utf8(start)?.to_owned();
        if start.holds_others() {
            while let Some(chunk) = self.start()? {
                whole.push_str(utf8(&chunk)?);
            }
        }
        Ok(whole)
    }

    fn list(&mut self) -> Result<Value, OutlineError> {
        let mut elements = Vec::new();
        while let Some(start) = self.start()? {
            let from = self.duplicates.len();
            let element = self.value(&start)?;
            prefix_paths(&mut self.duplicates, from, &elements.len());
            elements.push(element);
        }
        Ok(Value::List(elements))
    }

    fn map(&mut self) -> Result<Value, OutlineError> {
        let mut members = IndexMap::new();
        while let Some(key) = self.start()? {
            if key.head.major != Major::Text {
                let reason = format!("a key is {}, not text", key.head.major.name());
                return Err(OutlineError { offset: key.offset, reason });
            }
            let name = self.text(&key)?;
            let from = self.duplicates.len();
            // The tokens refuse a break behind a key, so there is a value.
            let Some(start) = self.start()? else { break };
            let value = self.value(&start)?;
            prefix_paths(&mut self.duplicates, from, &name);
            match members.entry(name) {
                Entry::Occupied(mut earlier) => {
                    note_duplicate(&mut self.duplicates, earlier.key());
                    earlier.insert(value);
                }
                Entry::Vacant(place) => {
                    place.insert(value);
                }
            }
        }
        Ok(Value::Map(members))
    }

    fn tagged(&mut self, tag: &Start<'a>) -> Result<Value, OutlineError> {
        // The tokens end a tag only after the item under it, so there is one.
        let Some(start) = self.start()? else { return Ok(Value::Null) };
        let value = self.value(&start)?;
        // And this is that end.
        self.tokens.next()?;
        if !matches!(tag.head.argument, Argument::Definite { value: EPOCH, .. }) {
            return Ok(value);
        }
        match value {
            Value::Integer(milliseconds) => Ok(Value::Time(milliseconds)),
            Value::Float(_) => Ok(value),
            Value::Null
            | Value::Bool(_)
            | Value::String(_)
            | Value::Blob(_)
            | Value::Time(_)
            | Value::List(_)
            | Value::Map(_) => {
                let reason = format!("tag 1 stands over {}, not over a number", start.head.major.name());
                Err(OutlineError { offset: start.offset, reason })
            }
        }
    }
}

fn whole_number(head: &Head) -> Value {
    // The tokens refuse numbers of indefinite length.
    let Argument::Definite { value: argument, .. } = head.argument else { return Value::Null };
    let negative = head.major == Major::Negative;
    match i64::try_from(argument) {
        Ok(number) => Value::Integer(if negative { -1 - number } else { number }),
        Err(_) => {
            #[expect(
                clippy::cast_precision_loss,
                reason = "what an i64 cannot hold is a float by definition"
            )]
            let magnitude = argument as f64;
            Value::Float(if negative { -1.0 - magnitude } else { magnitude })
        }
    }
}

fn simple(start: &Start<'_>) -> Result<Value, OutlineError> {
    match start.head.argument {
        Argument::Definite { value: 20, width: Width::Immediate } => Ok(Value::Bool(false)),
        Argument::Definite { value: 21, width: Width::Immediate } => Ok(Value::Bool(true)),
        Argument::Definite { value: 22 | 23, width: Width::Immediate } => Ok(Value::Null),
        Argument::Definite { value, .. } => {
            let reason = format!("simple value {value} stands for nothing in the API");
            Err(OutlineError { offset: start.offset, reason })
        }
        // The tokens make an end of a break.
        Argument::Indefinite => Ok(Value::Null),
    }
}

fn utf8<'a>(start: &Start<'a>) -> Result<&'a str, OutlineError> {
    std::str::from_utf8(start.payload)
        .map_err(|_| OutlineError { offset: start.offset, reason: "text that is not UTF-8".to_owned() })
}
