//! Answers as bytes: status, headers, body.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use super::ids::Ids;
use crate::model::{Operation, Value};
use crate::spec::{Answer, Message};
use crate::wire::{Encoding, encode};

/// What stands in for a text that no source has.
const UNTOLD: &str = "The service refuses this, in words that no source has.";
/// WIRE-021.
const NOTHING_TO_AUTHORIZE: &str = "<AccessDeniedException>\n  <Message>Unable to determine \
    service/operation name to be authorized</Message>\n</AccessDeniedException>\n";

/// An answer on its way to the wire.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// `None` = no such header.
    pub(super) content_type: Option<&'static str>,
    /// Headers beside those that every answer has.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Body,
    /// False for the one answer without `x-amz-id-2` (WIRE-003).
    pub(super) extended_id: bool,
}

/// A body that is not bytes yet.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Body {
    /// As it is.
    Bytes(Vec<u8>),
    /// A structure in an encoding.
    Value(Encoding, Value),
    /// Nothing but a class, in CBOR: a map of indefinite length (WIRE-018).
    BareCbor(String),
}

impl Body {
    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Value(encoding, value) => encode(encoding, &value),
            Self::BareCbor(class) => bare_cbor(&class),
        }
    }
}

/// The bytes of WIRE-018, which no encoder writes.
fn bare_cbor(class: &str) -> Vec<u8> {
    let mut body = vec![0xbf, 0x66];
    body.extend_from_slice(b"__type");
    match u8::try_from(class.len()) {
        Ok(length) if length < 24 => body.push(0x60 + length),
        Ok(length) => body.extend([0x78, length]),
        Err(_) => {}
    }
    body.extend_from_slice(class.as_bytes());
    body.push(0xff);
    body
}

impl Reply {
    /// In an encoding, and of its content type.
    fn encoded(encoding: Encoding, status: u16, body: Body) -> Self {
        Self {
            status,
            content_type: Some(encoding.content_type()),
            headers: Vec::new(),
            body,
            extended_id: true,
        }
    }

    /// Without a content type.
    fn plain(status: u16, body: &str) -> Self {
        Self {
            status,
            content_type: None,
            headers: Vec::new(),
            body: Body::Bytes(body.into()),
            extended_id: true,
        }
    }

    /// An answer of the specification.
    pub(super) fn answer(encoding: Encoding, operation: &Operation, answer: Answer) -> Self {
        match answer {
            // An operation without output has an empty body (WIRE-007).
            Answer::Accepted(_) if operation.output.is_none() => {
                Self::encoded(encoding, 200, Body::Bytes(Vec::new()))
            }
            Answer::Accepted(output) => Self::encoded(encoding, 200, Body::Value(encoding, output)),
            Answer::Refused { class, message } => {
                // WIRE-011, WIRE-012.
                let status = if class == "InternalFailure" { 500 } else { 400 };
                match message {
                    Message::Known(text) => Self::error(encoding, status, class, &text),
                    Message::Unknown => Self::error(encoding, status, class, UNTOLD),
                    Message::None => Self::bare(encoding, status, class),
                }
            }
        }
    }

    /// An error with a text (WIRE-008, in CBOR WIRE-031).
    pub(super) fn error(encoding: Encoding, status: u16, class: &str, message: &str) -> Self {
        let body = Value::from([("__type", class.into()), ("message", message.into())]);
        Self::encoded(encoding, status, Body::Value(encoding, body))
    }

    /// An error without a text (WIRE-010, WIRE-011, WIRE-018).
    pub(super) fn bare(encoding: Encoding, status: u16, class: &str) -> Self {
        let body = match encoding {
            Encoding::Json => Body::Value(encoding, Value::from([("__type", class.into())])),
            Encoding::Cbor => Body::BareCbor(class.to_owned()),
        };
        Self::encoded(encoding, status, body)
    }

    /// A member of the wrong type: the key has a capital letter (WIRE-009). That it has one in CBOR
    /// too is assumed.
    pub(super) fn wrong_type(encoding: Encoding, message: Option<&str>) -> Self {
        let message = message.unwrap_or(UNTOLD);
        let body = Value::from([("__type", "SerializationException".into()), ("Message", message.into())]);
        Self::encoded(encoding, 400, Body::Value(encoding, body))
    }

    /// The envelope of `application/json` (WIRE-023, WIRE-024).
    pub(super) fn envelope(status: u16, class: &str) -> Self {
        let output = Value::from([("__type", format!("com.amazon.coral.service#{class}").into())]);
        let body = Value::from([("Output", output), ("Version", "1.0".into())]);
        let reply = Self::encoded(Encoding::Json, status, Body::Value(Encoding::Json, body));
        Self { content_type: Some("application/json"), ..reply }
    }

    /// WIRE-019, WIRE-021.
    pub(super) fn nothing_to_authorize() -> Self {
        Self::plain(403, NOTHING_TO_AUTHORIZE)
    }

    /// WIRE-020.
    pub(super) fn unknown_in_xml() -> Self {
        Self::plain(404, "<UnknownOperationException/>\n")
    }

    /// WIRE-027, by the status alone: what else such an answer has today is not known.
    pub(super) fn too_large() -> Self {
        Self::plain(413, "")
    }

    /// The answer to a preflight (WIRE-025).
    pub(super) fn preflight(asked_headers: Option<&str>, asked_method: Option<&str>) -> Self {
        let mut reply = Self { extended_id: false, ..Self::plain(200, "") };
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
        let mut response = Response::new(Full::new(Bytes::from(self.body.into_bytes())));
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
