//! Names of the API as parts of ids.

/// `AddTagsToStream` as `add-tags-to-stream`, `StreamARN` as `stream-arn`.
pub fn kebab_case(name: &str) -> String {
    let mut kebab = String::new();
    let mut after_capital = true;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !after_capital {
            kebab.push('-');
        }
        after_capital = letter.is_ascii_uppercase();
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::kebab_case;

    #[test]
    fn capitals_that_follow_each_other_are_one_word() {
        assert_eq!(kebab_case("AddTagsToStream"), "add-tags-to-stream");
        assert_eq!(kebab_case("StreamARN"), "stream-arn");
    }
}
