//! Patterns of trial ids.

use serde::{Deserialize, Serialize};

/// A pattern of trial ids. `*` stands for any characters but `/`, `**` for any characters, `?` for
/// one character but `/`. Every other character stands for itself, brackets too, since ids hold
/// them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Glob(String);

/// The longest pattern, in bytes.
const LONGEST: usize = 256;

impl Glob {
    /// The pattern of that text; `None` if the text is empty or longer than any id. The time that a match
    /// takes grows with the length.
    pub fn new(text: &str) -> Option<Self> {
        (1..=LONGEST).contains(&text.len()).then(|| Self(text.to_owned()))
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if the pattern describes the whole id.
    pub fn matches(&self, id: &str) -> bool {
        let parts = parts(&self.0);
        // Which parts may come next, so that the time grows with both lengths and no faster.
        let mut next = vec![false; parts.len() + 1];
        next[0] = true;
        skip_empty(&parts, &mut next);
        for letter in id.chars() {
            let mut then = vec![false; parts.len() + 1];
            for (index, part) in parts.iter().enumerate().filter(|(index, _)| next[*index]) {
                match part {
                    Part::Letter(own) => then[index + 1] |= *own == letter,
                    Part::One => then[index + 1] |= letter != '/',
                    Part::Some => then[index] |= letter != '/',
                    Part::All => then[index] = true,
                }
            }
            skip_empty(&parts, &mut then);
            next = then;
        }
        next[parts.len()]
    }
}

/// A part of a pattern.
enum Part {
    /// This character.
    Letter(char),
    /// One character but `/`.
    One,
    /// Any number of characters but `/`.
    Some,
    /// Any number of characters.
    All,
}

fn parts(text: &str) -> Vec<Part> {
    let mut letters = text.chars().peekable();
    let mut parts = Vec::new();
    while let Some(letter) = letters.next() {
        parts.push(match letter {
            '*' if letters.next_if_eq(&'*').is_some() => Part::All,
            '*' => Part::Some,
            '?' => Part::One,
            _ => Part::Letter(letter),
        });
    }
    parts
}

/// Parts that may stand for nothing may also be passed over.
fn skip_empty(parts: &[Part], next: &mut [bool]) {
    for (index, part) in parts.iter().enumerate() {
        if next[index] {
            match part {
                Part::Some | Part::All => next[index + 1] = true,
                Part::Letter(_) | Part::One => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, id: &str) -> bool {
        Glob::new(pattern).expect("not empty").matches(id)
    }

    #[test]
    fn a_star_ends_at_a_slash_and_two_do_not() {
        assert!(matches("put-record/*/plain", "put-record/answer/plain"));
        assert!(!matches("put-record/*", "put-record/answer/plain"));
        assert!(matches("put-record/**", "put-record/answer/plain"));
        assert!(matches("**/plain", "put-record/answer/plain"));
        assert!(!matches("**/plain", "put-record/answer/plainer"));
    }

    #[test]
    fn brackets_and_commas_of_an_id_stand_for_themselves() {
        assert!(matches("a/b[cbor,arn]", "a/b[cbor,arn]"));
        assert!(!matches("a/b[cbor,arn]", "a/bc"));
        assert!(matches("a/b*", "a/b[cbor,arn]"));
        assert!(!matches("a/b", "a/b[cbor,arn]"), "an id without its axis values is another trial");
    }

    #[test]
    fn a_question_mark_is_one_letter() {
        assert!(matches("a/?", "a/b") && !matches("a/?", "a/") && !matches("a?b", "a/b"));
    }

    #[test]
    fn many_stars_take_no_more_time_than_few() {
        let pattern = "*a".repeat(128);
        assert!(!matches(&pattern, &"a".repeat(127)));
        assert!(Glob::new("").is_none());
        assert!(Glob::new(&"*a".repeat(128)).is_some());
        assert!(Glob::new(&"*a".repeat(129)).is_none());
    }
}
