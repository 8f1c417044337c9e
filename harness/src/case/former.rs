//! The former names of keys and values, so that a file with an old name is refused with the new one.

use super::mapping::Mapping;

/// A mapping, the former name of one of its keys, and the present name.
const KEYS: [(Mapping, &str, &str); 8] = [
    (Mapping::Case, "ask", "steps"),
    (Mapping::Case, "hurts", "affects"),
    (Mapping::Observe, "watch", "observe"),
    (Mapping::Observe, "ladder", "states"),
    (Mapping::Observe, "meanwhile", "during"),
    (Mapping::Question, "hurts", "affects"),
    (Mapping::Candidate, "rung", "state"),
    (Mapping::Profile, "world", "environment"),
];

/// The former name of a value, and the present name.
const VALUES: [(&str, &str); 2] =
    [("spoiled-signature", "corrupt-signature"), ("spoiled-body-hash", "corrupt-body-hash")];

/// The key that replaced `seen: maybe` in an expected state.
pub(super) const SEEN: (&str, &str) = ("seen", "optional");

/// The present name of a key that the mapping had under another name.
pub(super) fn present_key(mapping: Mapping, key: &str) -> Option<&'static str> {
    KEYS.into_iter().find(|(of, former, _)| *of == mapping && *former == key).map(|(_, _, present)| present)
}

/// The present name of a value that had another name.
pub(super) fn present_value(value: &str) -> Option<&'static str> {
    VALUES.into_iter().find(|(former, _)| *former == value).map(|(_, present)| present)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Profile, Source};

    #[test]
    fn a_present_name_is_a_key_and_a_former_name_is_none() {
        for (mapping, former, present) in KEYS {
            assert!(mapping.keys().contains(&present), "{present}");
            assert!(!mapping.keys().contains(&former), "{former}");
        }
    }

    #[test]
    fn a_profile_with_a_former_key_is_refused_with_the_present_one() {
        let text = "format: 1\nname: mine\nabout: An emulator\nworld:\n  keys: {managed: a}\n";
        let problems = Profile::from_source(&Source::new("profile.yaml", text)).expect_err("an old key");
        assert_eq!(problems[0].title, "unknown key `world` in a profile");
        assert_eq!(problems[0].labels[0].text, "is called `environment:` now");
    }
}
