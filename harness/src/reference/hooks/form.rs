//! Before the answer is sent: its status, headers and bytes.

use super::Hooks;
use super::values::{Spelling, spell, times_as_floats};
use crate::model::Value;
use crate::reference::fault::Fault;
use crate::reference::reply::{Body, Framing, Reply, RequestId};
use crate::wire::{Encoding, Incoming, encode};

impl Hooks {
    /// The reply as it is sent.
    pub(in crate::reference) fn reply(&self, request: &Incoming<'_>, reply: Reply) -> Reply {
        let mut reply = self.routed(request, reply);
        if reply.status >= 400 {
            self.error(&mut reply);
        } else if self.has(Fault::EmptyOutputAsObject)
            && reply.content_type.is_some()
            && reply.body == Body::Bytes(Vec::new())
        {
            let cbor = reply.content_type == Some(Encoding::Cbor.content_type());
            let encoding = if cbor { Encoding::Cbor } else { Encoding::Json };
            reply.body = Body::Value(encoding, Value::empty());
        } else if self.has(Fault::EmptyOutputInEnvelope)
            && reply.content_type == Some(Encoding::Json.content_type())
            && reply.body == Body::Bytes(Vec::new())
        {
            let envelope = Value::from([("success", Value::Bool(true)), ("data", Value::empty())]);
            reply.body = Body::Value(Encoding::Json, envelope);
        }
        self.values(&mut reply);
        if self.has(Fault::RequestIdMissing) {
            reply.request_id = RequestId::Missing;
        } else if self.has(Fault::RequestIdMalformed) {
            reply.request_id = RequestId::Malformed;
        }
        reply.extended_id &= !self.has(Fault::ExtendedIdMissing);
        if self.has(Fault::AnswersChunked) {
            reply.framing = Framing::Chunked;
        }
        if self.has(Fault::ContentTypeTwice)
            && let Some(content_type) = reply.content_type
        {
            reply.headers.push(("content-type", content_type.to_owned()));
        }
        reply
    }

    /// True if a request with an `Origin` gets its headers.
    pub(in crate::reference) fn exposes(&self) -> bool {
        !self.has(Fault::CorsHeadersMissing)
    }

    /// True if preflights are known.
    pub(in crate::reference) fn knows_preflights(&self) -> bool {
        !self.has(Fault::PreflightRefused)
    }

    fn routed(&self, request: &Incoming<'_>, reply: Reply) -> Reply {
        let other_method = request.method != "POST" && reply.status == 403;
        if self.has(Fault::OtherMethods405) && other_method {
            return Reply::plain(405, "");
        }
        reply
    }

    fn error(&self, reply: &mut Reply) {
        self.class(reply);
        self.text(reply);
        if self.has(Fault::CborErrorsInJson) {
            in_json(reply);
        }
        if self.has(Fault::CborBareErrorDefinite)
            && let Body::BareCbor(class) = &reply.body
        {
            let body = encode(Encoding::Cbor, &Value::from([("__type", class.as_str().into())]));
            reply.body = Body::Bytes(body);
        }
        if self.has(Fault::ErrorsAsPlainJson) && reply.content_type.is_some() {
            reply.content_type = Some("application/json");
        }
        // Of one class only: whoever cannot read that a stream is gone waits for it for ever.
        let of_validation = reply.class() == Some("ValidationException");
        if self.has(Fault::ErrorLengthWrong) && of_validation {
            reply.framing = Framing::TooLong;
        } else if self.has(Fault::ErrorBreaksConnection) {
            reply.framing = Framing::ThenClosed;
        }
        if self.has(Fault::ErrorsAre200) && reply.class() != Some("ResourceNotFoundException") {
            reply.status = 200;
        }
    }

    fn class(&self, reply: &mut Reply) {
        let Some(class) = reply.class().map(str::to_owned) else { return };
        let is_type_error = reply.member("Message").is_some();
        if class == "ResourceNotFoundException" && self.has(Fault::NotFound404) {
            reply.status = 404;
        }
        if class == "UnknownOperationException" {
            if self.has(Fault::UnknownOperation404) {
                reply.status = 404;
            }
            if self.has(Fault::UnknownOperationAsValidation) {
                reply.set_class("ValidationException");
            }
        }
        if is_type_error {
            if self.has(Fault::WrongTypeAsValidation) {
                reply.set_class("ValidationException");
            }
            if self.has(Fault::WrongTypeBreaksConnection) {
                reply.framing = Framing::Broken;
            }
        }
        if self.has(Fault::TypeNamespaced) {
            reply.set_class(&format!("com.amazonaws.kinesis.v20131202#{class}"));
        }
        if self.has(Fault::TypeInHeaderOnly) {
            reply.headers.push(("x-amzn-errortype", class));
            match &mut reply.body {
                Body::Value(_, Value::Map(members)) => {
                    members.shift_remove("__type");
                }
                Body::Value(_, _) | Body::Bytes(_) => {}
                Body::BareCbor(_) => reply.body = Body::Value(Encoding::Cbor, Value::empty()),
            }
        }
    }

    fn text(&self, reply: &mut Reply) {
        if self.has(Fault::MessageCapitalised) {
            rename(reply, "message", "Message");
        } else if self.has(Fault::TypeErrorMessageLower) {
            rename(reply, "Message", "message");
        }
    }

    fn values(&self, reply: &mut Reply) {
        let Body::Value(encoding, value) = &mut reply.body else { return };
        let spellings: &[(Fault, Spelling)] = match encoding {
            Encoding::Json => &[
                (Fault::TimesInMilliseconds, Spelling::TimesInMilliseconds),
                (Fault::TimesAsText, Spelling::TimesAsText),
            ],
            Encoding::Cbor => &[
                (Fault::CborTimesInSeconds, Spelling::TaggedSeconds),
                (Fault::CborBytesAsText, Spelling::BytesAsText),
            ],
        };
        for (fault, spelling) in spellings {
            if self.has(*fault) {
                spell(value, *spelling);
            }
        }
        if *encoding == Encoding::Cbor && self.has(Fault::CborTimesAsFloats) {
            let mut bytes = encode(Encoding::Cbor, value);
            times_as_floats(&mut bytes);
            reply.body = Body::Bytes(bytes);
        }
    }
}

fn rename(reply: &mut Reply, from: &str, to: &str) {
    if let Body::Value(_, Value::Map(members)) = &mut reply.body
        && let Some(text) = members.shift_remove(from)
    {
        members.insert(to.to_owned(), text);
    }
}

fn in_json(reply: &mut Reply) {
    let body = match &reply.body {
        Body::Value(Encoding::Cbor, value) => value.clone(),
        Body::BareCbor(class) => Value::from([("__type", class.as_str().into())]),
        Body::Value(Encoding::Json, _) | Body::Bytes(_) => return,
    };
    reply.body = Body::Value(Encoding::Json, body);
    reply.content_type = Some(Encoding::Json.content_type());
}
