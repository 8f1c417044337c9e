//! An answer's bytes held to what a case says of them: headers, the body as a whole, the encoding,
//! how values are spelled.

use std::collections::BTreeSet;

use crate::case::Span;
use crate::case::ast::{BodyForm, EncodingAxis, Form, HttpForm, Spelling, WHOLE};
use crate::model::Value;
use crate::wire::cbor::{Argument, Item, Major};
use crate::wire::{Encoding, Response, cbor, json};

use crate::judge::answer::One;
use crate::judge::{Facet, Judge};
use crate::log::MismatchKind;
use crate::observe::matching;
use crate::observe::matching::{Members, without_names};

impl<'run> Judge<'run> {
    /// Holds the answer's bytes to the case.
    pub(crate) fn form(&mut self, one: &One<'run>, form: &'run Form) {
        let Some(response) = one.exchange.response.response() else { return };
        self.headers(one, form, &response);
        if let Some(body) = &form.body {
            let BodyForm::Empty = body.value;
            if !response.body.is_empty() {
                let actual = format!("a body of {} bytes", response.body.len());
                self.add(one.found(MismatchKind::Body, Facet::Shape, body.span, "no body", actual));
            }
        }
        if let Some(http) = &form.http {
            let HttpForm::WellFormed = http.value;
            // The byte at which it stands depends on what comes before, and would split groups of one cause.
            let reason = |fault: &'run String| fault.split_once(": ").map_or(&**fault, |(_, reason)| reason);
            let faults: BTreeSet<&str> = one.exchange.response.faults().iter().map(reason).collect();
            for fault in faults {
                let expected = "a message that is well-formed by RFC 9112";
                self.add(one.found(
                    MismatchKind::Header,
                    Facet::Shape,
                    http.span,
                    expected,
                    fault.to_owned(),
                ));
            }
        }
        if let Some(encoding) = &form.encoding {
            self.encoding(one, encoding.value, encoding.span, &response);
        }
        for (path, spelling) in &form.spelling {
            let actual = spelled(&response, path);
            if !actual.as_ref().is_ok_and(|found| found.contains(&spelling.value)) {
                let expected = format!("{} {}", path_text(path), spelling_text(spelling.value));
                let actual = format!("{} {}", path_text(path), actual_text(&actual, &response, path));
                self.add(one.found(MismatchKind::Encoding, Facet::Shape, spelling.span, expected, actual));
            }
        }
    }

    fn headers(&mut self, one: &One<'run>, form: &'run Form, response: &Response) {
        for (name, tree) in &form.headers {
            let values: Vec<&str> = response
                .headers
                .iter()
                .filter(|(found, _)| found.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.as_str())
                .collect();
            let value = (!values.is_empty()).then(|| Value::from(values.join(", ")));
            let found = matching::compare(tree, value.as_ref(), Members::Exactly, self.bindings());
            for difference in found.differences {
                let expected = format!("{name}: {}", difference.expected);
                let actual = format!("{name}: {}", without_names(&difference.actual, self.bindings()));
                self.add(one.found(MismatchKind::Header, Facet::Shape, difference.span, expected, actual));
            }
        }
    }

    fn encoding(&mut self, one: &One<'run>, wanted: EncodingAxis, span: Span, response: &Response) {
        let wanted = match wanted {
            EncodingAxis::Json => Encoding::Json,
            EncodingAxis::Cbor => Encoding::Cbor,
        };
        let named = response.header("content-type").and_then(Encoding::named_by);
        let reads = match wanted {
            Encoding::Json => json::parse(&response.body).err(),
            Encoding::Cbor => cbor::parse(&response.body).err(),
        };
        let actual = match (named, reads) {
            (named, _) if named != Some(wanted) => {
                format!("content-type `{}`", response.header("content-type").unwrap_or_default())
            }
            (_, Some(error)) => format!("a body that does not decode: {error}"),
            (_, None) => return,
        };
        let expected = wanted.content_type();
        self.add(one.found(MismatchKind::Encoding, Facet::Shape, span, expected, actual));
    }
}

/// How the value at a path is spelled: all that is true of it, or why there is none.
fn spelled(response: &Response, path: &str) -> Result<Vec<Spelling>, String> {
    let path = if path == WHOLE { "" } else { path };
    match response.encoding() {
        Encoding::Json => {
            let document = json::parse(&response.body).map_err(|error| error.to_string())?.value;
            let value =
                path.split('.').filter(|part| !part.is_empty()).try_fold(&document, |value, part| match part
                    .parse::<usize>(
                ) {
                    Ok(index) => value.as_list().and_then(|list| list.get(index)),
                    Err(_) => value.get(part),
                });
            Ok(match value {
                None => vec![Spelling::Absent],
                Some(Value::Integer(number)) => of_number(*number < SECONDS_BELOW),
                Some(Value::Float(number)) => of_number(*number < SECONDS_BELOW as f64),
                Some(Value::String(_)) => vec![Spelling::Text],
                Some(
                    Value::Null
                    | Value::Bool(_)
                    | Value::Blob(_)
                    | Value::Time(_)
                    | Value::List(_)
                    | Value::Map(_),
                ) => Vec::new(),
            })
        }
        Encoding::Cbor => {
            let items = cbor::outline(&response.body).map_err(|error| error.to_string())?;
            Ok(cbor::item_at(&items, path).map_or_else(|| vec![Spelling::Absent], of_item))
        }
    }
}

/// Of times since 1970, counts of seconds lie below this until the year 5138, counts of milliseconds
/// at or above it since March 1973.
const SECONDS_BELOW: i64 = 100_000_000_000;

fn of_number(small: bool) -> Vec<Spelling> {
    if small { vec![Spelling::Number, Spelling::Seconds] } else { vec![Spelling::Number] }
}

/// True for an integer that as a time would be one of seconds.
fn is_small(item: &Item<'_>) -> bool {
    match item.head.argument {
        Argument::Definite { value, .. } => value < SECONDS_BELOW.unsigned_abs(),
        Argument::Indefinite => false,
    }
}

fn of_item(item: &Item<'_>) -> Vec<Spelling> {
    let mut spellings = Vec::new();
    let indefinite = item.head.argument == Argument::Indefinite;
    match item.head.major {
        Major::Map if indefinite => spellings.push(Spelling::IndefiniteMap),
        Major::Bytes => spellings.push(Spelling::ByteString),
        Major::Unsigned | Major::Negative => {
            if item.tag == Some(1) {
                spellings.extend([Spelling::TaggedInteger, Spelling::TaggedNotFloat]);
                if !is_small(item) {
                    spellings.push(Spelling::TaggedMilliseconds);
                }
            }
        }
        Major::Simple | Major::Text | Major::Array | Major::Map | Major::Tag => {
            if item.tag == Some(1) && item.head.float().is_none() {
                spellings.push(Spelling::TaggedNotFloat);
            }
        }
    }
    spellings
}

fn path_text(path: &str) -> &str {
    if path == WHOLE { "the body" } else { path }
}

const fn spelling_text(spelling: Spelling) -> &'static str {
    match spelling {
        Spelling::IndefiniteMap => "a map of indefinite length",
        Spelling::ByteString => "a byte string",
        Spelling::TaggedInteger => "tag 1 over an integer",
        Spelling::TaggedNotFloat => "tag 1 over anything but a float",
        Spelling::TaggedMilliseconds => "tag 1 over milliseconds",
        Spelling::Number => "a JSON number",
        Spelling::Seconds => "a JSON number of seconds",
        Spelling::Text => "JSON text",
        Spelling::Absent => "absent",
    }
}

/// What stands there, as a text that does not differ from run to run.
fn actual_text(found: &Result<Vec<Spelling>, String>, response: &Response, path: &str) -> String {
    match found.as_deref() {
        Err(why) => return why.clone(),
        Ok([Spelling::Absent]) => return spelling_text(Spelling::Absent).to_owned(),
        Ok(_) => {}
    }
    if response.encoding() == Encoding::Json {
        return match found.as_deref() {
            Ok([Spelling::Number]) => "a JSON number larger than one of seconds",
            Ok([first, ..]) => spelling_text(*first),
            Ok([]) | Err(_) => "another JSON value",
        }
        .to_owned();
    }
    let path = if path == WHOLE { "" } else { path };
    let items = cbor::outline(&response.body).unwrap_or_default();
    let Some(item) = cbor::item_at(&items, path) else { return "absent".to_owned() };
    let tag = item.tag.map_or_else(String::new, |tag| format!("tag {tag} over "));
    let kind = match (item.head.major, item.head.float().is_some()) {
        (Major::Simple, true) => "a float",
        (Major::Simple, false) => "a simple value",
        (Major::Unsigned | Major::Negative, _) if item.tag == Some(1) && is_small(item) => {
            "an integer of seconds"
        }
        (Major::Unsigned | Major::Negative, _) => "an integer",
        (Major::Bytes, _) => "a byte string",
        (Major::Text, _) => "text",
        (Major::Array, _) => "an array",
        (Major::Map, _) => "a map of definite length",
        (Major::Tag, _) => "another tag",
    };
    format!("{tag}{kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(content_type: &str, body: &[u8]) -> Response {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Response { status: 200, headers, body: body.to_vec().into() }
    }

    #[test]
    fn an_outline_shows_how_a_value_in_cbor_is_spelled() {
        // {_ "t": 1(5), "u": 1(2^40), "f": 1(1.5), "b": h'00', "m": {}, "n": 7}
        let body = b"\xbf\x61t\xc1\x05\x61u\xc1\x1b\0\0\x01\0\0\0\0\0\x61f\xc1\xfb\x3f\xf8\0\0\0\0\0\0\x61b\x41\0\x61m\xa0\x61n\x07\xff";
        let response = answer("application/x-amz-cbor-1.1", body);
        for (path, found, actual) in [
            (WHOLE, vec![Spelling::IndefiniteMap], "a map of definite length"),
            (
                "t",
                vec![Spelling::TaggedInteger, Spelling::TaggedNotFloat],
                "tag 1 over an integer of seconds",
            ),
            (
                "u",
                vec![Spelling::TaggedInteger, Spelling::TaggedNotFloat, Spelling::TaggedMilliseconds],
                "tag 1 over an integer",
            ),
            ("f", vec![], "tag 1 over a float"),
            ("b", vec![Spelling::ByteString], "a byte string"),
            ("m", vec![], "a map of definite length"),
            ("n", vec![], "an integer"),
        ] {
            let spelled = spelled(&response, path);
            assert_eq!(spelled, Ok(found), "{path}");
            assert_eq!(actual_text(&spelled, &response, path), actual, "{path}");
        }
        assert_eq!(spelled(&response, "x"), Ok(vec![Spelling::Absent]));
    }

    #[test]
    fn a_value_in_json_is_a_number_or_text_or_neither() {
        let response = answer("application/x-amz-json-1.1", br#"{"a":{"t":1.5,"u":1.5e12},"l":["x",null]}"#);
        for (path, found, actual) in [
            ("a.t", vec![Spelling::Number, Spelling::Seconds], "a JSON number"),
            ("a.u", vec![Spelling::Number], "a JSON number larger than one of seconds"),
            ("l.0", vec![Spelling::Text], "JSON text"),
            ("l.1", vec![], "another JSON value"),
            ("a", vec![], "another JSON value"),
        ] {
            let spelled = spelled(&response, path);
            assert_eq!(spelled, Ok(found), "{path}");
            assert_eq!(actual_text(&spelled, &response, path), actual, "{path}");
        }
        assert_eq!(spelled(&response, "a.v"), Ok(vec![Spelling::Absent]));
    }
}
