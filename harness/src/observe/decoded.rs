//! An exchange's answer, decoded: the form that the run and the judge read.

use crate::case::ast::Operations;
use crate::model::{Model, Value};
use crate::wire::{ErrorAnswer, Misfit, NoAnswer, Response, decode, parse};

use crate::log::{Exchange, ResponseText};

/// An answer, decoded.
#[derive(Clone, Debug)]
pub(crate) enum DecodedResponse {
    /// 2xx with a body that decodes.
    Accepted {
        /// The output.
        output: Value,
        /// Members that do not have their modelled type.
        misfits: Vec<Misfit>,
        /// Members that stand more than once; dotted paths.
        duplicates: Vec<String>,
        /// Members that were null and count as absent, as clients take them; dotted paths, once
        /// each for all elements of a list.
        nulls: Vec<String>,
    },
    /// 2xx with a body that does not decode.
    Undecodable {
        /// The status.
        status: u16,
        /// Why not.
        why: String,
    },
    /// 3xx or 4xx.
    Refused {
        /// The status.
        status: u16,
        /// The error.
        error: ErrorAnswer,
    },
    /// 5xx.
    ServerError {
        /// The status.
        status: u16,
        /// The error.
        error: ErrorAnswer,
    },
    /// None.
    None(NoAnswer),
}

impl DecodedResponse {
    /// Decodes the answer of an exchange by the model's output of its operation.
    pub(crate) fn of(model: &Model, exchange: &Exchange) -> Self {
        match &exchange.response {
            ResponseText::None(none) => Self::None(none.clone()),
            ResponseText::Answer { .. } => match exchange.response.response() {
                Some(response) => Self::of_response(model, &exchange.request.operation, &response),
                None => Self::Undecodable { status: 0, why: "the log holds no answer".to_owned() },
            },
        }
    }

    /// Decodes what a request came to; the same as [`Self::of`] for the exchange that is made of it.
    pub(crate) fn of_outcome(model: &Model, operation: &str, outcome: &Result<Response, NoAnswer>) -> Self {
        match outcome {
            Ok(response) => Self::of_response(model, operation, response),
            Err(none) => Self::None(none.clone()),
        }
    }

    fn of_response(model: &Model, operation: &str, response: &Response) -> Self {
        let status = response.status;
        if status >= 500 {
            return Self::ServerError { status, error: ErrorAnswer::read(response) };
        }
        if !(200..300).contains(&status) {
            return Self::Refused { status, error: ErrorAnswer::read(response) };
        }
        if response.body.is_empty() {
            // Nothing and `{}` are the same to a client.
            return Self::Accepted {
                output: Value::empty(),
                misfits: Vec::new(),
                duplicates: Vec::new(),
                nulls: Vec::new(),
            };
        }
        let encoding = response.encoding();
        match parse(encoding, &response.body) {
            Ok(document) => {
                let output = model.operation(operation).and_then(|operation| operation.output.as_deref());
                let decoded = decode(model, encoding, output, &document.value);
                let mut output = decoded.value;
                let mut nulls = Vec::new();
                drop_nulls(&mut output, "", &mut nulls);
                let (misfits, duplicates) = (decoded.misfits, document.duplicates);
                Self::Accepted { output, misfits, duplicates, nulls }
            }
            Err(error) => Self::Undecodable { status, why: error.to_string() },
        }
    }

    /// The output, if the answer was accepted.
    pub(crate) fn output(&self) -> Option<&Value> {
        match self {
            Self::Accepted { output, .. } => Some(output),
            Self::Undecodable { .. } | Self::Refused { .. } | Self::ServerError { .. } | Self::None(_) => {
                None
            }
        }
    }

    /// The bare error class, if there is one.
    pub(crate) fn class(&self) -> Option<&str> {
        match self {
            Self::Refused { error, .. } | Self::ServerError { error, .. } => error.class.as_deref(),
            Self::Accepted { .. } | Self::Undecodable { .. } | Self::None(_) => None,
        }
    }

    /// True for 2xx, whatever the body.
    pub(crate) const fn is_success(&self) -> bool {
        match self {
            Self::Accepted { .. } | Self::Undecodable { .. } => true,
            Self::Refused { .. } | Self::ServerError { .. } | Self::None(_) => false,
        }
    }

    /// True if the target throttles a call of that operation. Besides what any call gets, a create is
    /// refused while other resources are being created, those of other trials among them (LIFE-015).
    pub(crate) fn throttles(&self, operation: &str) -> bool {
        let others =
            Operations::embedded().creates(operation) && self.class() == Some("LimitExceededException");
        others || self.is_throttled()
    }

    /// True if the target throttles the call: the call may be sent again.
    pub(crate) fn is_throttled(&self) -> bool {
        match self {
            Self::Refused { error, .. } | Self::ServerError { error, .. } => match error.class.as_deref() {
                Some("ThrottlingException" | "ProvisionedThroughputExceededException") => true,
                Some("LimitExceededException") => {
                    error.message.as_deref().is_some_and(|text| text.contains("Rate exceeded"))
                }
                Some(_) | None => false,
            },
            Self::Accepted { .. } | Self::Undecodable { .. } | Self::None(_) => false,
        }
    }

    /// What came, as a short text that does not differ from run to run:
    /// `400 ResourceInUseException`, `accepted (200)`, `no answer: connection closed`.
    pub(crate) fn as_text(&self) -> String {
        match self {
            Self::Accepted { .. } => "accepted".to_owned(),
            Self::Undecodable { status, .. } => format!("{status} with a body that does not decode"),
            Self::Refused { status, error } | Self::ServerError { status, error } => match &error.class {
                Some(class) => format!("{status} {class}"),
                None => format!("{status} without an error class"),
            },
            Self::None(none) => format!("no answer ({})", none_text(none)),
        }
    }
}

/// Takes members that are null out of structures, and names them.
fn drop_nulls(value: &mut Value, path: &str, nulls: &mut Vec<String>) {
    match value {
        Value::Map(members) => {
            for (name, member) in members.iter_mut() {
                let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                if *member == Value::Null {
                    if !nulls.contains(&inner) {
                        nulls.push(inner);
                    }
                } else {
                    drop_nulls(member, &inner, nulls);
                }
            }
            members.retain(|_, member| *member != Value::Null);
        }
        Value::List(elements) => {
            for element in elements {
                drop_nulls(element, path, nulls);
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Blob(_)
        | Value::Time(_) => {}
    }
}

fn none_text(none: &NoAnswer) -> &'static str {
    use crate::wire::NoAnswerKind;
    match none.kind {
        NoAnswerKind::Refused => "connection refused",
        NoAnswerKind::TimedOut => "timed out",
        NoAnswerKind::Closed => "connection closed",
        NoAnswerKind::NotHttp => "not HTTP",
        NoAnswerKind::Tls => "TLS failed",
        NoAnswerKind::Untrusted => "certificate not trusted",
        NoAnswerKind::TooLong => "body too long",
    }
}
