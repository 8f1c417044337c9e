//! What a plain (unquoted) scalar stands for, where all readers agree on it.

/// A scalar, resolved.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::case) enum Scalar {
    /// `null`, or nothing at all.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number in its plainest form, within 64 bits.
    Integer(i64),
    /// A number with a fraction that prints back as it was written.
    Float(f64),
    /// Everything else, and all that is quoted.
    Text(String),
}

/// Resolves a plain scalar, or says what else a reader may take it for.
pub(super) fn resolve(text: &str) -> Result<Scalar, &'static str> {
    match text {
        "" | "null" => return Ok(Scalar::Null),
        "true" => return Ok(Scalar::Bool(true)),
        "false" => return Ok(Scalar::Bool(false)),
        "~" => return Err("null"),
        _ => {}
    }
    match text.to_ascii_lowercase().as_str() {
        "yes" | "no" | "on" | "off" | "true" | "false" => return Err("a truth value"),
        "null" => return Err("null"),
        _ => {}
    }
    if !looks_like_a_number(text) {
        return Ok(Scalar::Text(text.to_owned()));
    }
    if let Some(number) = text.parse::<i64>().ok().filter(|number| number.to_string() == text) {
        return Ok(Scalar::Integer(number));
    }
    if let Some(number) = text.parse::<f64>().ok().filter(|number| number.is_finite())
        && text.contains('.')
        && (number.to_string() == text || format!("{number:.1}") == text)
    {
        return Ok(Scalar::Float(number));
    }
    Err("a number that is written in another way")
}

/// True for all that some YAML reader, of version 1.1 or 1.2, takes for a number.
fn looks_like_a_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let lower = digits.to_ascii_lowercase();
    if matches!(lower.as_str(), ".inf" | ".nan") {
        return true;
    }
    if let Some(rest) = lower.strip_prefix("0x") {
        return !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_hexdigit() || b == b'_');
    }
    if let Some(rest) = lower.strip_prefix("0o").or_else(|| lower.strip_prefix("0b")) {
        return !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    }
    let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let starts = mantissa.strip_prefix('.').unwrap_or(mantissa).starts_with(|c: char| c.is_ascii_digit());
    // A colon is for the base-60 numbers of YAML 1.1 (`1:30`).
    starts
        && mantissa.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'_' | b'.' | b':'))
        && mantissa.matches('.').count() <= 1
        && !exponent.is_empty()
        && exponent.bytes().all(|b| b.is_ascii_digit())
}
