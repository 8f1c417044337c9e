//! The one reader of CBOR bytes: item by item, bounded, without building anything.

use super::head::{Argument, Head, Major, Width};
use super::outline::OutlineError;
use crate::wire::document::MAX_DEPTH;

/// How many items a body may hold. A full `GetRecords` answer needs about 120,000.
pub const MAX_ITEMS: usize = 1 << 20;

/// What an item is to the one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The whole.
    Root,
    /// An element of an array, counted from 0.
    Element(usize),
    /// The key of a map's entry, counted from 0.
    Key(usize),
    /// The value of a map's entry, counted from 0.
    Value(usize),
    /// What a tag stands over.
    Tagged,
    /// A chunk of a string of indefinite length, counted from 0.
    Chunk(usize),
}

/// An item, or the end of one that holds others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Item(Start<'a>),
    /// All of the innermost open array, map, tag or string in chunks has been reported.
    End,
}

/// An item whose contents, if it holds others, are still to come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Start<'a> {
    pub(super) head: Head,
    pub(super) offset: usize,
    pub(super) place: Place,
    /// The bytes of a string of definite length; else nothing.
    pub(super) payload: &'a [u8],
}

impl Start<'_> {
    /// True if an [`Token::End`] belongs to it.
    pub(super) const fn holds_others(&self) -> bool {
        match self.head.major {
            Major::Array | Major::Map | Major::Tag => true,
            Major::Bytes | Major::Text => matches!(self.head.argument, Argument::Indefinite),
            Major::Unsigned | Major::Negative | Major::Simple => false,
        }
    }
}

/// Tokens, up to the end of the one item that the bytes should be, or to the first fault.
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    offset: usize,
    open: Vec<Open>,
    items: usize,
}

fn fault(offset: usize, reason: impl Into<String>) -> OutlineError {
    OutlineError { offset, reason: reason.into() }
}

/// An item that is not complete.
struct Open {
    major: Major,
    /// Items still to come, keys counted; `None` up to a break.
    left: Option<u64>,
    /// Items seen, keys counted.
    seen: usize,
}

impl<'a> Tokens<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0, open: Vec::new(), items: 0 }
    }

    /// The next token, `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, OutlineError> {
        match self.open.last() {
            None if self.items > 0 => {
                return match self.rest().len() {
                    0 => Ok(None),
                    more => Err(fault(self.offset, format!("bytes behind the value: {more}"))),
                };
            }
            Some(Open { left: Some(0), .. }) => {
                self.open.pop();
                return Ok(Some(Token::End));
            }
            None | Some(_) => {}
        }
        let offset = self.offset;
        let (head, length) = Head::read(self.rest()).map_err(|reason| fault(offset, reason))?;
        if head.major == Major::Simple && head.argument == Argument::Indefinite {
            self.end_of_indefinite()?;
            self.offset += length;
            return Ok(Some(Token::End));
        }
        self.items += 1;
        if self.items > MAX_ITEMS {
            return Err(fault(offset, format!("more than {MAX_ITEMS} items")));
        }
        let place = self.place(&head)?;
        self.offset += length;
        let payload = self.contents(&head, offset)?;
        Ok(Some(Token::Item(Start { head, offset, place, payload })))
    }

    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.offset..]
    }

    /// Takes a break.
    fn end_of_indefinite(&mut self) -> Result<(), OutlineError> {
        let reason = match self.open.last() {
            Some(Open { left: None, major: Major::Map, seen }) if seen % 2 == 1 => {
                "a break stands where the value of a key should"
            }
            Some(Open { left: None, .. }) => {
                self.open.pop();
                return Ok(());
            }
            Some(Open { left: Some(_), .. }) | None => {
                "a break stands where nothing of indefinite length is open"
            }
        };
        Err(fault(self.offset, reason))
    }

    /// Counts the item in the one around it.
    fn place(&mut self, head: &Head) -> Result<Place, OutlineError> {
        let offset = self.offset;
        let Some(around) = self.open.last_mut() else { return Ok(Place::Root) };
        let index = around.seen;
        around.seen += 1;
        around.left = around.left.map(|left| left - 1);
        match around.major {
            Major::Map if index % 2 == 0 => Ok(Place::Key(index / 2)),
            Major::Map => Ok(Place::Value(index / 2)),
            Major::Tag => Ok(Place::Tagged),
            Major::Array => Ok(Place::Element(index)),
            // Only strings of indefinite length are left: nothing else is ever open.
            major @ (Major::Bytes | Major::Text | Major::Unsigned | Major::Negative | Major::Simple) => {
                if head.major == major && head.argument != Argument::Indefinite {
                    return Ok(Place::Chunk(index));
                }
                let reason = format!("a chunk of {} is not one of definite length", major.name());
                Err(fault(offset, reason))
            }
        }
    }

    /// What stands behind the head: the bytes of a string are taken, an item that holds others is
    /// opened. Whatever length is declared must fit into the bytes that are there.
    fn contents(&mut self, head: &Head, offset: usize) -> Result<&'a [u8], OutlineError> {
        let left = self.rest().len() as u64;
        match (head.major, head.argument) {
            (Major::Unsigned | Major::Negative, Argument::Definite { .. }) => Ok(&[]),
            (Major::Simple, Argument::Definite { value, width }) => {
                if width == Width::One && value < 32 {
                    let reason = format!("simple value {value} is written in two bytes");
                    return Err(fault(offset, reason));
                }
                Ok(&[])
            }
            (Major::Unsigned | Major::Negative | Major::Tag | Major::Simple, Argument::Indefinite) => {
                let reason = format!("{} of indefinite length", head.major.name());
                Err(fault(offset, reason))
            }
            (Major::Bytes | Major::Text, Argument::Definite { value, .. }) => {
                let (payload, _) = usize::try_from(value)
                    .ok()
                    .and_then(|length| self.rest().split_at_checked(length))
                    .ok_or_else(|| {
                        fault(offset, format!("a length of {value} bytes is declared, {left} are left"))
                    })?;
                self.offset += payload.len();
                Ok(payload)
            }
            (Major::Array, Argument::Definite { value, .. }) if value <= left => {
                self.open(head.major, Some(value), offset)
            }
            (Major::Map, Argument::Definite { value, .. }) if value <= left / 2 => {
                self.open(head.major, Some(value * 2), offset)
            }
            (Major::Array | Major::Map, Argument::Definite { value, .. }) => {
                let what = if head.major == Major::Map { "entries" } else { "elements" };
                let reason = format!("{value} {what} are declared, {left} bytes are left");
                Err(fault(offset, reason))
            }
            (Major::Tag, Argument::Definite { .. }) => self.open(head.major, Some(1), offset),
            (Major::Bytes | Major::Text | Major::Array | Major::Map, Argument::Indefinite) => {
                self.open(head.major, None, offset)
            }
        }
    }

    fn open(&mut self, major: Major, left: Option<u64>, offset: usize) -> Result<&'a [u8], OutlineError> {
        if self.open.len() == MAX_DEPTH {
            return Err(fault(offset, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.open.push(Open { major, left, seen: 0 });
        Ok(&[])
    }
}
