//! How a float is written where JSON is the form: JSON has no form for what is not finite, and
//! `null` could not be read back.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserializer, Serializer};

/// The texts for what is not finite.
const NOT_FINITE: [(&str, f64); 3] =
    [("NaN", f64::NAN), ("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY)];

/// A number, or one of the texts `NaN`, `Infinity` and `-Infinity`.
pub(super) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    let same = |other: f64| other.total_cmp(number).is_eq() || (other.is_nan() && number.is_nan());
    match NOT_FINITE.into_iter().find(|(_, other)| same(*other)) {
        Some((name, _)) => serializer.serialize_str(name),
        None => serializer.serialize_f64(*number),
    }
}

/// Reads what [`serialize`] writes.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    deserializer.deserialize_any(Reader)
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = f64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number, `NaN`, `Infinity` or `-Infinity`")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<f64, E> {
        Ok(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<f64, E> {
        #[expect(clippy::cast_precision_loss, reason = "a float was written, as another program writes it")]
        let number = number as f64;
        Ok(number)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<f64, E> {
        #[expect(clippy::cast_precision_loss, reason = "a float was written, as another program writes it")]
        let number = number as f64;
        Ok(number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
        let found = NOT_FINITE.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, number)| number).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Value;

    fn back(value: &Value) -> Value {
        let text = serde_json::to_string(value).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn every_float_comes_back_from_json_as_it_was() {
        let finite = [0.0, -0.0, 1.0, -1.5, 1e300, f64::MIN_POSITIVE, f64::MAX, f64::EPSILON];
        for number in finite.into_iter().chain([f64::INFINITY, f64::NEG_INFINITY]) {
            let Value::Float(read) = back(&Value::Float(number)) else { panic!("{number} is no float") };
            assert_eq!(read.to_bits(), number.to_bits(), "{number}");
        }
        assert!(matches!(back(&Value::Float(f64::NAN)), Value::Float(number) if number.is_nan()));
        assert!(matches!(back(&Value::Float(-f64::NAN)), Value::Float(number) if number.is_nan()));
    }

    #[test]
    fn a_float_inside_of_a_list_comes_back_whatever_the_order_of_the_members() {
        let list = Value::List(vec![Value::Float(f64::INFINITY), Value::Null, Value::Float(2.0)]);
        assert_eq!(back(&list), list);
        let turned = r#"{"value": "-Infinity", "type": "float"}"#;
        assert_eq!(serde_json::from_str::<Value>(turned).unwrap(), Value::Float(f64::NEG_INFINITY));
        let whole = r#"{"type": "float", "value": 3}"#;
        assert_eq!(serde_json::from_str::<Value>(whole).unwrap(), Value::Float(3.0));
    }

    #[test]
    fn other_texts_are_no_float() {
        for text in [r#"{"type":"float","value":"inf"}"#, r#"{"type":"float","value":null}"#] {
            serde_json::from_str::<Value>(text).unwrap_err();
        }
    }
}
