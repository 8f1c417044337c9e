//! Which error an answer carries, and where it says so.
//!
//! A reader for whatever a target sends: nothing here fails. Whether the place and the form are
//! those of the service is checked elsewhere. Bodies are read in the encoding that the answer's content
//! type names: CBOR where it says so (WIRE-018, WIRE-031), else JSON.

#[cfg(test)]
mod tests;
mod xml;

use crate::model::Value;
use crate::wire::codec;
use crate::wire::message::Response;

/// The error that an answer carries, as a client would make it out.
///
/// Clients differ in the order in which they look. Ours starts with what the service itself is
/// known to send: `__type` in the body (WIRE-008), then the same inside a Coral envelope
/// (WIRE-023), then `code` in the body, then the header `x-amzn-errortype` (no recording shows it
/// on the JSON path, WIRE-036, though every SDK reads it). A body in XML (WIRE-019) has none of
/// these and is read last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// The class, bare: without a namespace before `#` and anything from `:` on.
    pub class: Option<String>,
    /// The message.
    pub message: Option<String>,
    /// All places that name a class, in the order above.
    pub places: Vec<ErrorPlace>,
    /// What later places say where that is another class than [`class`](Self::class).
    pub contradictions: Vec<(ErrorPlace, String)>,
    /// How the member with the message is spelled.
    pub message_key: Option<MessageKey>,
}

/// A place where an answer may name the class of its error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorPlace {
    /// The body's `__type`.
    BodyType,
    /// `Output.__type` in the body.
    Envelope,
    /// The body's `code`.
    BodyCode,
    /// The header `x-amzn-errortype`.
    Header,
    /// A body in XML.
    Xml,
}

/// How the member (or element) that holds the message is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageKey {
    /// `message` (WIRE-008).
    Lower,
    /// `Message` (WIRE-009).
    Upper,
}

impl ErrorAnswer {
    /// Reads an answer. One with a 2xx status carries no error, unless its body is a Coral
    /// envelope: until 2019 the service sent those with 200 (WIRE-023).
    pub fn read(response: &Response) -> Self {
        let mut answer = Self::default();
        let refused = !(200..300).contains(&response.status);
        let body = codec::parse(response.encoding(), &response.body).ok().map(|document| document.value);
        let output = body.as_ref().and_then(|body| body.get("Output"));
        let envelope = output.and_then(|output| class_in(output, "__type"));

        if refused && let Some(body) = &body {
            answer.note(ErrorPlace::BodyType, class_in(body, "__type"));
        }
        answer.note(ErrorPlace::Envelope, envelope);
        if refused {
            if let Some(body) = &body {
                answer.note(ErrorPlace::BodyCode, class_in(body, "code"));
            }
            answer.note(ErrorPlace::Header, response.header("x-amzn-errortype").and_then(bare));
            if body.is_none()
                && let Some(found) = xml::read(&response.body)
            {
                answer.note(ErrorPlace::Xml, found.class);
                (answer.message_key, answer.message) = found.message.unzip();
            }
        }
        if refused || !answer.places.is_empty() {
            let found = body.as_ref().and_then(message_in).or_else(|| output.and_then(message_in));
            if let Some((key, text)) = found {
                answer.message_key = Some(key);
                answer.message = Some(text);
            }
        }
        answer
    }

    fn note(&mut self, place: ErrorPlace, class: Option<String>) {
        let Some(class) = class else { return };
        self.places.push(place);
        match &self.class {
            None => self.class = Some(class),
            Some(first) if *first == class => {}
            Some(_) => self.contradictions.push((place, class)),
        }
    }
}

/// A class without what may stand around it: `com.amazon.coral.service#` before (WIRE-023),
/// `:http://…` behind. `None` if nothing is left.
fn bare(text: &str) -> Option<String> {
    let before_colon = text.split(':').next().unwrap_or_default();
    let class = before_colon.rsplit('#').next().unwrap_or_default().trim();
    (!class.is_empty()).then(|| class.to_owned())
}

fn class_in(structure: &Value, member: &str) -> Option<String> {
    structure.get(member).and_then(Value::as_str).and_then(bare)
}

fn message_in(structure: &Value) -> Option<(MessageKey, String)> {
    [(MessageKey::Lower, "message"), (MessageKey::Upper, "Message")]
        .into_iter()
        .find_map(|(key, member)| Some((key, structure.get(member)?.as_str()?.to_owned())))
}
