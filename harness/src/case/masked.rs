//! Passwords in URLs, which people write into profiles and command lines, covered before anything is
//! shown.

use std::borrow::Cow;

/// The text with asterisks over the user information and the query of every URL in it, as many as
/// there were bytes, so that places in the text stay right.
pub fn masked(text: &str) -> Cow<'_, str> {
    let mut shown = Cow::Borrowed(text);
    let mut at = 0;
    for word in text.split_inclusive(|letter: char| letter.is_whitespace() || "\"'`<>".contains(letter)) {
        for (from, to) in secret_parts(word).into_iter().flatten() {
            let covered = |letter: char| if letter.is_whitespace() { ' ' } else { '*' };
            let cover: String = word[from..to]
                .chars()
                .flat_map(|letter| std::iter::repeat_n(covered(letter), letter.len_utf8()))
                .collect();
            shown.to_mut().replace_range(at + from..at + to, &cover);
        }
        at += word.len();
    }
    shown
}

/// Where user information and query of a word stand that looks like a URL.
fn secret_parts(word: &str) -> [Option<(usize, usize)>; 2] {
    let scheme = word.find("://").map(|at| at + 3);
    let host =
        word.rfind('@').filter(|at| scheme.is_some_and(|scheme| scheme <= *at) || word[..*at].contains(':'));
    let start = scheme.filter(|scheme| host.is_none_or(|host| *scheme <= host)).unwrap_or(0);
    let query = scheme.and_then(|scheme| {
        let after = host.unwrap_or(scheme);
        word[after..].find('?').map(|at| after + at + 1)
    });
    let end = word.trim_end_matches(|letter: char| letter.is_whitespace() || "\"'`<>".contains(letter)).len();
    [host.map(|host| (start, host)), query.filter(|query| *query < end).map(|query| (query, end))]
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn user_information_and_queries_are_covered_and_nothing_else() {
        for (text, shown) in [
            ("http://me:geheim@h:1/a", "http://*********@h:1/a"),
            ("postgres://me:p@ss/w?rd@h and more", "postgres://************@h and more"),
            ("me:geheim@127.0.0.1", "*********@127.0.0.1"),
            ("\"http://h/?token=a&b\" more", "\"http://h/?*********\" more"),
            ("http://ü:ß@h", "http://*****@h"),
            ("http://h:4567/a", "http://h:4567/a"),
            (
                "arn:aws:kms:eu-west-1:111122223333:key/a what? a@b",
                "arn:aws:kms:eu-west-1:111122223333:key/a what? a@b",
            ),
        ] {
            assert_eq!(masked(text), shown);
            assert_eq!(masked(text).len(), text.len());
        }
    }
}
