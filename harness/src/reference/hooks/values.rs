//! Values of a body that are spelled wrongly.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::Value;
use crate::reference::fault::Form;

/// Gives a wrong form to every value of a body.
pub(super) fn spell(value: &mut Value, form: Form) {
    match value {
        Value::Time(milliseconds) => match form {
            Form::Milliseconds => *value = Value::Integer(*milliseconds),
            Form::Text => {
                let time = jiff::Timestamp::from_millisecond(*milliseconds).unwrap_or_default();
                *value = time.to_string().into();
            }
            Form::Thousandth => *milliseconds /= 1000,
            // A fraction is made of the encoded bytes.
            Form::Fraction | Form::Base64 => {}
        },
        Value::Blob(bytes) => {
            if form == Form::Base64 {
                *value = STANDARD.encode(bytes).into();
            }
        }
        Value::List(elements) => elements.iter_mut().for_each(|element| spell(element, form)),
        Value::Map(members) => members.values_mut().for_each(|member| spell(member, form)),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) => {}
    }
}

/// Turns tagged whole milliseconds into tagged seconds with a fraction, in place: both take eight
/// bytes, and the key before them ends in the same text for all times of the API.
pub(super) fn times_as_floats(body: &mut [u8]) {
    const WHOLE: &[u8] = b"Timestamp\xc1\x1b";
    let mut at = 0;
    while let Some(found) = body[at..].windows(WHOLE.len()).position(|window| window == WHOLE) {
        at += found + WHOLE.len();
        let Some((number, _)) = body[at..].split_first_chunk::<8>() else { return };
        let seconds = u64::from_be_bytes(*number) as f64 / 1000.0;
        body[at - 1] = 0xfb;
        body[at..at + 8].copy_from_slice(&seconds.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::cbor;

    #[test]
    fn tagged_milliseconds_become_tagged_seconds() {
        let mut body =
            cbor::encode(&Value::from([("StreamCreationTimestamp", Value::Time(1_700_000_000_500))]));
        times_as_floats(&mut body);
        assert_eq!(cbor::diagnostic(&body), r#"{"StreamCreationTimestamp": 1(1700000000.5)}"#);
    }
}
