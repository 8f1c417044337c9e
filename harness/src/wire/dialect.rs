//! Dialects: other forms of answers, made into the service's own before anybody reads them.
//!
//! One adapter so far. Requests are not changed, and an answer that is not in the dialect is left
//! as it is.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::message::Response;

/// How a target dresses its answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// As the service does.
    #[default]
    Plain,
    /// In the generic envelope of a gateway: `{"success": true, "data": {…}}` and
    /// `{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "…"}}`.
    Envelope {
        /// The class that a code stands for. VALIDATION_ERROR is known; a code that is not listed
        /// is taken for a class itself.
        codes: BTreeMap<String, String>,
    },
}

impl Dialect {
    /// The answer as the service would give it; `None` if it needs no change.
    pub fn plain(&self, response: &Response) -> Option<Response> {
        match self {
            Self::Plain => None,
            Self::Envelope { codes } => open(response, codes),
        }
    }
}

/// True if the body is an envelope.
pub fn is_envelope(body: &[u8]) -> bool {
    envelope(body).is_some()
}

/// The two forms of the envelope.
enum Envelope {
    Success(Value),
    Failure(Value),
}

fn envelope(body: &[u8]) -> Option<Envelope> {
    // All other bodies are let off cheaply.
    if !body.windows(9).any(|window| window == br#""success""#) {
        return None;
    }
    let Ok(Value::Object(mut members)) = serde_json::from_slice(body) else { return None };
    match members.get("success")? {
        Value::Bool(true) => Some(Envelope::Success(members.remove("data").unwrap_or(Value::Null))),
        Value::Bool(false) => Some(Envelope::Failure(members.remove("error").unwrap_or(Value::Null))),
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn open(response: &Response, codes: &BTreeMap<String, String>) -> Option<Response> {
    let (status, body) = match envelope(&response.body)? {
        // A success is a success, whatever the status says, and the other way round: the envelope is
        // what the gateway's clients read.
        Envelope::Success(data) => (if response.status < 300 { response.status } else { 200 }, output(data)),
        Envelope::Failure(error) => {
            (if response.status < 400 { 400 } else { response.status }, refusal(&error, codes))
        }
    };
    let mut headers = response.headers.clone();
    headers.retain(|(name, _)| name != "content-length");
    Some(Response { status, headers, body })
}

/// `data` is the output; none of it is an empty body.
fn output(data: Value) -> Bytes {
    if data.is_null() { Bytes::new() } else { Bytes::from(data.to_string()) }
}

fn refusal(error: &Value, codes: &BTreeMap<String, String>) -> Bytes {
    let code = error.get("code").and_then(Value::as_str).unwrap_or_default();
    let class = match codes.get(code) {
        Some(class) => class.as_str(),
        None if code == "VALIDATION_ERROR" => "ValidationException",
        None => code,
    };
    let mut body = Map::new();
    body.insert("__type".to_owned(), json!(class));
    if let Some(message) = error.get("message").filter(|message| message.is_string()) {
        body.insert("message".to_owned(), message.clone());
    }
    Bytes::from(Value::Object(body).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(status: u16, body: &str) -> Option<(u16, String)> {
        let codes = BTreeMap::from([("GONE".to_owned(), "ResourceNotFoundException".to_owned())]);
        let headers = vec![("content-length".to_owned(), "1".to_owned())];
        let response = Response { status, headers, body: Bytes::copy_from_slice(body.as_bytes()) };
        let plain = Dialect::Envelope { codes }.plain(&response)?;
        assert_eq!(plain.headers, [], "the length is no longer true");
        Some((plain.status, String::from_utf8_lossy(&plain.body).into_owned()))
    }

    #[test]
    fn an_envelope_is_opened_and_its_code_made_a_class() {
        for (status, body, plain) in [
            (200, r#"{"success":true,"data":{"A":1}}"#, (200, r#"{"A":1}"#)),
            (200, r#"{"success":true}"#, (200, "")),
            (
                422,
                r#"{"success":false,"error":{"code":"VALIDATION_ERROR","message":"m"}}"#,
                (422, r#"{"__type":"ValidationException","message":"m"}"#),
            ),
            (
                200,
                r#"{"success":false,"error":{"code":"GONE"}}"#,
                (400, r#"{"__type":"ResourceNotFoundException"}"#),
            ),
            (404, r#"{"success":false,"error":{"code":"ODD"}}"#, (404, r#"{"__type":"ODD"}"#)),
        ] {
            assert_eq!(opened(status, body), Some((plain.0, plain.1.to_owned())), "{body}");
        }
    }

    #[test]
    fn what_is_no_envelope_is_left_alone() {
        for body in ["", "{}", r#"{"success":"yes"}"#, r#"["success"]"#, r#"{"__type":"X"}"#] {
            assert_eq!(opened(400, body), None, "{body}");
        }
    }
}
