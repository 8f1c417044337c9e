use proptest::prelude::*;

use super::{clean, duration, enumerated, millis, shortened, size, wrapped};
use crate::log::is_unsafe;

#[test]
fn what_steers_a_terminal_is_spelled_out() {
    assert_eq!(clean("a\u{1b}[31mb\n\u{7}\u{9b}"), "a\\u{1b}[31mb\\n\\u{7}\\u{9b}");
    assert_eq!(clean("user\u{202e}txt.exe"), "user\\u{202e}txt.exe");
    assert_eq!(clean("größe 日本"), "größe 日本");
}

#[test]
fn an_indent_stays_on_the_first_line() {
    assert_eq!(wrapped("  one two three", 8), ["  one", "two", "three"]);
}

#[test]
fn a_word_longer_than_a_line_is_broken() {
    assert_eq!(wrapped("a 1234567890", 4), ["a", "1234", "5678", "90"]);
    assert_eq!(wrapped("", 4), [""]);
}

#[test]
fn a_cut_text_ends_in_an_ellipsis_within_its_length() {
    assert_eq!(shortened("abcdef", 6), "abcdef");
    assert_eq!(shortened("abcdefg", 6), "abcde…");
}

#[test]
fn a_long_word_breaks_after_a_comma_or_a_slash_that_is_near() {
    assert_eq!(wrapped("{\"a\":\"bbbb\",\"c\":\"d\"}", 14), ["{\"a\":\"bbbb\",", "\"c\":\"d\"}"]);
    assert_eq!(wrapped("stream/a-long-name", 9), ["stream/", "a-long-na", "me"]);
    assert_eq!(wrapped("a,bcdefghijkl", 9), ["a,bcdefgh", "ijkl"], "too far away");
    assert_eq!(wrapped("<a>bcdefghij</a>", 15), ["<a>bcdefghij</a", ">"], "not inside a tag");
}

#[test]
fn figures_read_as_people_say_them() {
    assert_eq!([millis(1_234), millis(-49), millis(-650)], ["1.2 ms", "0.0 ms", "-0.7 ms"]);
    assert_eq!([duration(340), duration(3_240), duration(247_000)], ["340 ms", "3.2 s", "4 min 07 s"]);
    assert_eq!([size(97), size(1_536), size(10 << 20)], ["97 B", "1.5 KiB", "10.0 MiB"]);
    assert_eq!(enumerated(["a", "b", "c"]), "a, b and c");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_unsafe_survives_cleaning(text in any::<String>()) {
        prop_assert!(!clean(&text).chars().any(is_unsafe));
    }

    #[test]
    fn wrapping_keeps_to_the_width_and_loses_only_blanks(text in "[ a-zé,/<>]{0,80}", width in 1_usize..30) {
        let lines = wrapped(&text, width);
        prop_assert!(lines.iter().all(|line| line.chars().count() <= width), "{lines:?}");
        let solid = |text: &str| text.replace(' ', "");
        prop_assert_eq!(solid(&lines.concat()), solid(&text));
    }
}
