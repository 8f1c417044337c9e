//! What the service says of base64 text that it cannot decode (SER-015 to SER-017).

/// A final group may be filled up with this many `=`.
const MOST_PADS: usize = 2;

/// What is wrong with base64 text, as the service writes it; `None` if nothing is.
///
/// Recorded are a length that is no multiple of four, a `=` that is no padding and a last
/// character with bits that do not belong to any byte; that they are looked for in this order is
/// inferred from the recorded rows.
pub(super) fn complaint(text: &str) -> Option<String> {
    if !text.len().is_multiple_of(4) {
        let length = text.len();
        return Some(format!("Base64 encoded length is expected a multiple of 4 bytes but found: {length}"));
    }
    let pads = text.bytes().rev().take(MOST_PADS).take_while(|byte| *byte == b'=').count();
    let digits = &text[..text.len() - pads];
    if let Some(stranger) = digits.chars().find(|digit| sextet(*digit).is_none()) {
        return Some(format!("Invalid Base64 character: '{stranger}'"));
    }
    // One pad leaves two bits of the last digit unused, two pads leave four.
    let unused = (1 << (2 * pads)) - 1;
    let last = digits.chars().next_back().and_then(sextet).unwrap_or(0);
    (last & unused != 0).then(|| "Invalid last non-pad Base64 character dectected".to_owned())
}

/// The six bits of a digit.
fn sextet(digit: char) -> Option<u32> {
    let letter = |first: char| u32::from(digit) - u32::from(first);
    match digit {
        'A'..='Z' => Some(letter('A')),
        'a'..='z' => Some(letter('a') + 26),
        '0'..='9' => Some(letter('0') + 52),
        '+' => Some(62),
        '/' => Some(63),
        _ => None,
    }
}
