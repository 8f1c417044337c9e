//! Answers as bytes: status, headers, body.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use super::ids::Ids;
use crate::model::{Operation, Value};
use crate::spec::{Answer, Message};
use crate::wire::{Encoding, json};

/// What stands in for a text that no source has.
const UNTOLD: &str = "The service refuses this, in words that no source has.";
/// WIRE-021.
const NOTHING_TO_AUTHORIZE: &str = "<AccessDeniedException>\n  <Message>Unable to determine \
    service/operation name to be authorized</Message>\n</AccessDeniedException>\n";

/// An answer on its way to the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// `None` = no such header.
    pub(super) content_type: Option<&'static str>,
    /// Headers beside those that every answer has.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    /// False for the one answer without `x-amz-id-2` (WIRE-003).
    pub(super) extended_id: bool,
}

impl Reply {
    fn json(status: u16, body: Vec<u8>) -> Self {
        Self {
            status,
            content_type: Some(Encoding::Json.content_type()),
            headers: Vec::new(),
            body,
            extended_id: true,
        }
    }

    /// An answer of the specification.
    pub(super) fn answer(operation: &Operation, answer: &Answer) -> Self {
        match answer {
            // An operation without output has an empty body (WIRE-007).
            Answer::Accepted(_) if operation.output.is_none() => Self::json(200, Vec::new()),
            Answer::Accepted(output) => Self::json(200, json::encode(output)),
            Answer::Refused { class, message } => {
                // WIRE-011, WIRE-012.
                let status = if *class == "InternalFailure" { 500 } else { 400 };
                match message {
                    Message::Known(text) => Self::error(status, class, text),
                    Message::Unknown => Self::error(status, class, UNTOLD),
                    Message::None => Self::bare(status, class),
                }
            }
        }
    }

    /// An error with a text (WIRE-008).
    pub(super) fn error(status: u16, class: &str, message: &str) -> Self {
        let body = Value::from([("__type", class.into()), ("message", message.into())]);
        Self::json(status, json::encode(&body))
    }

    /// An error without a text (WIRE-010, WIRE-011).
    pub(super) fn bare(status: u16, class: &str) -> Self {
        Self::json(status, json::encode(&Value::from([("__type", class.into())])))
    }

    /// A member of the wrong type: the key has a capital letter (WIRE-009).
    pub(super) fn wrong_type(message: &str) -> Self {
        if message.is_empty() {
            return Self::bare(400, "SerializationException");
        }
        let body = Value::from([("__type", "SerializationException".into()), ("Message", message.into())]);
        Self::json(400, json::encode(&body))
    }

    /// An error before the body is looked at, in CBOR: a map of indefinite length (WIRE-018).
    pub(super) fn bare_cbor(class: &str) -> Self {
        let mut body = vec![0xbf, 0x66];
        body.extend_from_slice(b"__type");
        match u8::try_from(class.len()) {
            Ok(length) if length < 24 => body.push(0x60 + length),
            Ok(length) => body.extend([0x78, length]),
            Err(_) => {}
        }
        body.extend_from_slice(class.as_bytes());
        body.push(0xff);
        Self { content_type: Some(Encoding::Cbor.content_type()), ..Self::json(400, body) }
    }

    /// The envelope of `application/json` (WIRE-023, WIRE-024).
    pub(super) fn envelope(status: u16, class: &str) -> Self {
        let output = Value::from([("__type", format!("com.amazon.coral.service#{class}").into())]);
        let body = Value::from([("Output", output), ("Version", "1.0".into())]);
        Self { content_type: Some("application/json"), ..Self::json(status, json::encode(&body)) }
    }

    /// WIRE-019, WIRE-021.
    pub(super) fn nothing_to_authorize() -> Self {
        Self { content_type: None, ..Self::json(403, NOTHING_TO_AUTHORIZE.into()) }
    }

    /// WIRE-020.
    pub(super) fn unknown_in_xml() -> Self {
        Self { content_type: None, ..Self::json(404, b"<UnknownOperationException/>\n".to_vec()) }
    }

    /// WIRE-027, by the status alone: what else such an answer has today is not known.
    pub(super) fn too_large() -> Self {
        Self { content_type: None, ..Self::json(413, Vec::new()) }
    }

    /// The answer to a preflight (WIRE-025).
    pub(super) fn preflight(asked_headers: Option<&str>, asked_method: Option<&str>) -> Self {
        let mut reply = Self { content_type: None, extended_id: false, ..Self::json(200, Vec::new()) };
        reply.headers.push(("access-control-allow-origin", "*".to_owned()));
        reply.headers.push(("access-control-max-age", "172800".to_owned()));
        for (name, asked) in
            [("access-control-allow-headers", asked_headers), ("access-control-allow-methods", asked_method)]
        {
            if let Some(asked) = asked {
                reply.headers.push((name, asked.to_owned()));
            }
        }
        reply
    }

    /// Adds what a browser needs to see (WIRE-026).
    pub(super) fn exposed(mut self) -> Self {
        self.headers.push(("access-control-allow-origin", "*".to_owned()));
        self.headers.push((
            "access-control-expose-headers",
            "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date"
                .to_owned(),
        ));
        self
    }

    /// The answer for the connection, which adds date and length.
    pub(super) fn into_response(self, ids: &Ids) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(Bytes::from(self.body)));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        let mut set = |name: &'static str, value: &str| {
            // A value that came from the caller was a header before, so that it is one now.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("x-amzn-requestid", &ids.request());
        if self.extended_id {
            set("x-amz-id-2", &ids.extended());
        }
        if let Some(content_type) = self.content_type {
            set("content-type", content_type);
        }
        for (name, value) in &self.headers {
            set(name, value);
        }
        response
    }
}
