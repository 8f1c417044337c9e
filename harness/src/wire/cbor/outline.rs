//! How a body is spelled, item by item: what the values of [`super::parse`] no longer show.

#[cfg(test)]
mod tests;

use super::head::{Argument, Head, Major};
use super::token::{Place, Start, Token, Tokens};

/// One item of a body, as written. Breaks are no items.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item<'a> {
    /// Where its first byte stands.
    pub offset: usize,
    /// Its major type, and the length, count or number with the width in which it is written.
    pub head: Head,
    /// The bytes of a string of definite length; else nothing.
    pub payload: &'a [u8],
    /// The index, in the outline, of the item around it. A tag is around what it stands over, and a
    /// string of indefinite length around its chunks.
    pub parent: Option<usize>,
    /// What it is to that item.
    pub place: Place,
    /// The index of the key, if this is the value of an entry.
    pub key: Option<usize>,
    /// The tag, if it stands right under one.
    pub tag: Option<u64>,
}

/// Why bytes are no CBOR, or more than the harness is willing to read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("outline CBOR at byte {offset}: {reason}")]
pub struct OutlineError {
    /// Where the item at fault starts.
    pub offset: usize,
    /// What is wrong, in lower case.
    pub reason: String,
}

/// All items in the order in which they start.
///
/// Any well-formed item has an outline: with keys of any type, any simple value, and text that is not
/// UTF-8.
///
/// # Errors
///
/// Bytes that are not one well-formed item, nesting beyond [`crate::wire::MAX_DEPTH`], more items
/// than [`super::MAX_ITEMS`].
pub fn outline(bytes: &[u8]) -> Result<Vec<Item<'_>>, OutlineError> {
    let mut tokens = Tokens::new(bytes);
    let mut items: Vec<Item<'_>> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    while let Some(token) = tokens.next()? {
        let Token::Item(start) = token else {
            open.pop();
            continue;
        };
        let index = items.len();
        let around = open.last_mut();
        let parent = around.as_ref().map(|around| around.item);
        let (mut key, mut tag) = (None, None);
        match start.place {
            Place::Key(_) => {
                if let Some(around) = around {
                    around.key = Some(index);
                }
            }
            Place::Value(_) => key = around.and_then(|around| around.key),
            Place::Tagged => tag = parent.and_then(|tag| items[tag].argument()),
            Place::Root | Place::Element(_) | Place::Chunk(_) => {}
        }
        if start.holds_others() {
            open.push(Open { item: index, key: None });
        }
        let Start { head, offset, place, payload } = start;
        items.push(Item { offset, head, payload, parent, place, key, tag });
    }
    Ok(items)
}

/// An item that is not complete.
struct Open {
    item: usize,
    /// The key that was read last.
    key: Option<usize>,
}

/// The dotted path of an item: `Records.0.Data`, empty for the whole. What stands under a tag has
/// the path of the tag, chunks that of their string, and a key that of its map.
pub fn path(items: &[Item<'_>], index: usize) -> String {
    let mut steps = Vec::new();
    let mut at = Some(index);
    while let Some(item) = at.and_then(|index| items.get(index)) {
        match item.place {
            Place::Element(element) => steps.push(element.to_string()),
            Place::Value(_) => steps.push(item.key.map_or_else(String::new, |key| key_text(items, key))),
            Place::Root | Place::Key(_) | Place::Tagged | Place::Chunk(_) => {}
        }
        at = item.parent;
    }
    steps.reverse();
    steps.join(".")
}

/// The item at that path: of an entry its value, tags passed over. Of entries with the same key it
/// is the last one, as in `super::parse`.
pub fn item_at<'a, 'b>(items: &'b [Item<'a>], wanted: &str) -> Option<&'b Item<'a>> {
    items.iter().enumerate().rev().find_map(|(index, item)| {
        let shown = match item.place {
            Place::Root | Place::Element(_) | Place::Value(_) | Place::Tagged => {
                item.head.major != Major::Tag
            }
            Place::Key(_) | Place::Chunk(_) => false,
        };
        (shown && !in_key(items, item) && path(items, index) == wanted).then_some(item)
    })
}

/// True if it stands inside a key.
fn in_key(items: &[Item<'_>], item: &Item<'_>) -> bool {
    let mut at = item.parent;
    while let Some(around) = at.and_then(|index| items.get(index)) {
        if matches!(around.place, Place::Key(_)) {
            return true;
        }
        at = around.parent;
    }
    false
}

/// The text of a key, `?` for a key that is not text.
fn key_text(items: &[Item<'_>], key: usize) -> String {
    let Some(item) = items.get(key).filter(|item| item.head.major == Major::Text) else {
        return "?".to_owned();
    };
    let chunks = items[key + 1..].iter().take_while(|chunk| chunk.parent == Some(key));
    let bytes: Vec<u8> = item.payload.iter().chain(chunks.flat_map(|chunk| chunk.payload)).copied().collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Item<'_> {
    /// The number, length or count that the head states; `None` for an indefinite length.
    pub const fn argument(&self) -> Option<u64> {
        match self.head.argument {
            Argument::Definite { value, .. } => Some(value),
            Argument::Indefinite => None,
        }
    }
}
