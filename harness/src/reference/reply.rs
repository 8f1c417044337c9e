//! Answers as bytes: status, headers, body.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Frame;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};

use super::fault::{Cause, FurtherHeader, Header, HeaderChange, WrongFraming};
use super::ids::Ids;
use crate::model::{Operation, Value};
use crate::spec::{Action, Answer, Message};
use crate::wire::{Encoding, encode};

/// What stands in for a text that no source has. [`STAND_IN`] marks it.
const PLAIN_TEXT: &str = "The request was refused.";
/// The header that marks what stands in for something that no source has; the service sends none.
const STAND_IN: &str = "x-kinesis-conformance-stand-in";
/// WIRE-021.
const NOTHING_TO_AUTHORIZE: &str = "<AccessDeniedException>\n  <Message>Unable to determine \
    service/operation name to be authorized</Message>\n</AccessDeniedException>\n";

/// By how much a wrong length is too long.
const STATED_TOO_MUCH: usize = 7;

/// The body of a response, of known length or not.
pub(super) type ReplyBody = BoxBody<Bytes, io::Error>;

/// Bytes after which the connection breaks.
#[derive(Debug)]
struct CutBody(Option<Bytes>);

impl hyper::body::Body for CutBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let cut = || io::Error::other("cut the answer short");
        Poll::Ready(Some(self.0.take().map(Frame::data).ok_or_else(cut)))
    }
}

/// An answer on its way to the wire.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// `None` = no such header.
    pub(super) content_type: Option<&'static str>,
    /// Headers beside those that every answer has.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Body,
    /// The operation that answers, if the request got so far.
    pub(super) operation: Option<Action>,
    /// Why the request did not become a call.
    pub(super) cause: Option<Cause>,
    /// False for the one answer without `x-amz-id-2` (WIRE-003).
    pub(super) extended_id: bool,
    /// `None` = with its length (WIRE-005).
    pub(super) framing: Option<WrongFraming>,
    /// What is wrong with its headers.
    pub(super) header_changes: Vec<HeaderChange>,
    /// How long it is held back before it is sent.
    pub(super) held_back: Duration,
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
            operation: None,
            cause: None,
            extended_id: true,
            framing: None,
            header_changes: Vec::new(),
            held_back: Duration::ZERO,
        }
    }

    /// Without a content type.
    pub(super) fn plain(status: u16, body: &str) -> Self {
        Self {
            status,
            content_type: None,
            headers: Vec::new(),
            body: Body::Bytes(body.into()),
            operation: None,
            cause: None,
            extended_id: true,
            framing: None,
            header_changes: Vec::new(),
            held_back: Duration::ZERO,
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
                    Message::OtherDigits(text) => {
                        Self::error(encoding, status, class, &text).standing_in("message-digits")
                    }
                    Message::Unknown => {
                        Self::error(encoding, status, class, PLAIN_TEXT).standing_in("message")
                    }
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
        let text = message.unwrap_or(PLAIN_TEXT);
        let body = Value::from([("__type", "SerializationException".into()), ("Message", text.into())]);
        let reply = Self::encoded(encoding, 400, Body::Value(encoding, body));
        if message.is_none() { reply.standing_in("message") } else { reply }
    }

    /// Says by a header what of the reply stands in for what no source has.
    fn standing_in(mut self, what: &str) -> Self {
        self.headers.push((STAND_IN, what.to_owned()));
        self
    }

    /// The envelope of `application/json` (WIRE-023, WIRE-024).
    pub(super) fn envelope(status: u16, class: &str) -> Self {
        let output = Value::from([("__type", format!("com.amazon.coral.service#{class}").into())]);
        let body = Value::from([("Output", output), ("Version", "1.0".into())]);
        let reply = Self::encoded(Encoding::Json, status, Body::Value(Encoding::Json, body));
        Self { content_type: Some("application/json"), ..reply }
    }

    /// The class of an error.
    pub(super) fn class(&self) -> Option<&str> {
        match &self.body {
            Body::Value(_, value) => value.get("__type").and_then(Value::as_str),
            Body::BareCbor(class) => Some(class),
            Body::Bytes(_) => None,
        }
    }

    /// Changes the class of an error.
    pub(super) fn set_class(&mut self, to: &str) {
        match &mut self.body {
            Body::Value(_, Value::Map(members)) => {
                members.insert("__type".to_owned(), to.into());
            }
            Body::BareCbor(class) => to.clone_into(class),
            Body::Value(_, _) | Body::Bytes(_) => {}
        }
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
        for (name, requested) in
            [("access-control-allow-headers", asked_headers), ("access-control-allow-methods", asked_method)]
        {
            if let Some(requested) = requested {
                reply.headers.push((name, requested.to_owned()));
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

    /// Says why the request did not become a call.
    pub(super) fn because_of(self, cause: Cause) -> Self {
        Self { cause: Some(cause), ..self }
    }

    /// The answer for the connection, which adds date and length.
    ///
    /// # Errors
    /// If the connection is to break in place of an answer.
    pub(super) fn into_response(self, ids: &Ids) -> io::Result<Response<ReplyBody>> {
        let body = Bytes::from(self.body.into_bytes());
        let stated = body.len() + STATED_TOO_MUCH;
        let full = Full::new(body.clone()).map_err(|never| match never {});
        let mut response = match self.framing {
            None | Some(WrongFraming::ThenClosed) => Response::new(full.boxed()),
            // A mapped body does not state its length.
            Some(WrongFraming::Chunked) => Response::new(full.map_frame(|frame| frame).boxed()),
            Some(WrongFraming::TooLong) => Response::new(CutBody(Some(body)).boxed()),
            Some(WrongFraming::Broken) => {
                return Err(io::Error::other("break the connection in place of an answer"));
            }
        };
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        match self.framing {
            Some(WrongFraming::TooLong) => {
                headers.insert(CONTENT_LENGTH, HeaderValue::from(stated));
            }
            Some(WrongFraming::ThenClosed) => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Some(WrongFraming::Chunked | WrongFraming::Broken) | None => {}
        }
        let mut set = |name: &'static str, value: &str| {
            // A value that came from the caller was a header before, so that it is one now.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.append(HeaderName::from_static(name), value);
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
        self.header_changes.iter().for_each(|wrong| change_header(wrong, headers));
        Ok(response)
    }
}

/// Changes one header.
fn change_header(change: &HeaderChange, headers: &mut HeaderMap) {
    match change {
        HeaderChange::Drop(Header(name)) => {
            headers.remove(*name);
        }
        HeaderChange::Repeat(Header(name)) => {
            if let Some(value) = headers.get(*name).cloned() {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        HeaderChange::Replace { name: Header(name), value } => {
            if let (true, Ok(value)) = (headers.contains_key(*name), HeaderValue::from_str(value)) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        HeaderChange::Add { name: FurtherHeader(name), value } => {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}
