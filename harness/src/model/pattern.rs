//! The model's regular expressions, matched as the service matches them.
//!
//! The service is written in Java: `\d`, `\w` and `\s` mean ASCII there, and a pattern is held
//! against the whole value. Matching over bytes without Unicode classes gives the same answers
//! for every pattern of this model, as none of them names a character beyond ASCII or counts
//! wildcards.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use regex::bytes::{Regex, RegexBuilder};

/// A pattern ready to be held against whole values.
///
/// # Errors
///
/// The text is no regular expression.
pub(super) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!(r"\A(?:{pattern})\z")).unicode(false).build()
}

/// True if the whole value matches. A pattern that is no regular expression matches everything:
/// [`super::Model::check`] refuses such a model long before.
pub(super) fn matches(pattern: &str, value: &str) -> bool {
    // Compiling takes a thousand times longer than matching; a model has some thirty patterns.
    static COMPILED: OnceLock<Mutex<BTreeMap<String, Option<Arc<Regex>>>>> = OnceLock::new();
    let cache = COMPILED.get_or_init(Mutex::default);
    let regex = {
        let mut compiled = cache.lock().unwrap_or_else(PoisonError::into_inner);
        match compiled.get(pattern) {
            Some(regex) => regex.clone(),
            None => {
                let regex = compile(pattern).ok().map(Arc::new);
                compiled.insert(pattern.to_owned(), regex.clone());
                regex
            }
        }
    };
    regex.is_none_or(|regex| regex.is_match(value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_pattern_is_held_against_the_whole_value() {
        assert!(matches("[a-z]+", "abc"));
        assert!(!matches("[a-z]+", "abc1"));
        assert!(!matches("0|([1-9][0-9]*)", "01"));
        assert!(!matches(r"^(0|([1-9]\d{0,38}))$", "0\n"));
    }

    #[test]
    fn digits_are_ascii_digits() {
        assert!(matches(r"\d+", "19"));
        assert!(!matches(r"\d+", "١٩"));
    }

    #[test]
    fn a_wildcard_takes_characters_beyond_ascii() {
        assert!(matches(r"arn:.*:\S+", "arn:ä:ö"));
        assert!(matches("[^:*]*", "grün"));
        assert!(!matches(r"\S+", "a\nb"));
    }
}
