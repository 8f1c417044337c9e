//! What a target can do, by its responses, before anything is planned.
//!
//! The target gets an operation that nobody has, then every modelled operation with an empty
//! input. An operation whose answer equals the answer to the made-up one is unsupported; likewise
//! an encoding. HTTP/2 is there if its preface is answered by one, behind TLS
//! if the server picks it. Nothing is known of an operation
//! if its probe or that of the made-up one got a 5xx or no answer, or was accepted: a server that
//! breaks at a made-up name may break with the same text at an empty input, and one that accepts
//! everything knows nothing. An operation whose empty input is valid may accept it all the same.
//! Nothing that is sent here can create or change anything: no operation that does has an empty
//! valid input.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::log::Redactor;
use crate::model::{Value, violations};
use crate::wire::{Encoding, NoAnswer, dialect, encode};

use crate::log::{Capabilities, ResponseText, Role, Support, Transport};
use crate::observe::Observed;
use crate::plan::Outgoing;
use crate::run::session::{Session, Tag};

/// An operation that no version of the API has.
const MADE_UP: &str = "ConformanceProbeOfNoOperation";

/// Why a target could not be probed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It did not answer at all.
    #[error("reach the target at {endpoint}: {why}")]
    NoAnswer {
        /// The endpoint.
        endpoint: String,
        /// Why.
        why: NoAnswer,
    },
    /// It answers, but not as any Kinesis would.
    #[error("recognise Kinesis at {endpoint}: every operation was answered `{answer}`")]
    NotKinesis {
        /// The endpoint.
        endpoint: String,
        /// The answer to everything, as a short text.
        answer: String,
        /// The same as it came.
        response: Box<ResponseText>,
    },
    /// It answers in an envelope, and nobody said that it would.
    #[error(
        "read the answers of {endpoint}: they stand in a gateway's envelope of `success`, `data` and `error`"
    )]
    Envelope {
        /// The endpoint.
        endpoint: String,
    },
    /// The run was ended before it began.
    #[error("begin: the run was stopped")]
    Stopped,
}

impl TargetError {
    /// The error without secrets, signatures and account ids.
    pub(crate) fn redacted(self, redactor: &Redactor) -> Self {
        match self {
            Self::NoAnswer { endpoint, why } => {
                let why = NoAnswer { text: redactor.text(&why.text), ..why };
                Self::NoAnswer { endpoint, why }
            }
            Self::NotKinesis { endpoint, answer, response } => Self::NotKinesis {
                endpoint,
                answer: redactor.text(&answer),
                response: Box::new(redactor.response(*response)),
            },
            Self::Envelope { .. } | Self::Stopped => self,
        }
    }
}

/// Probes what the target can do, with so many requests in flight at most.
///
/// # Errors
/// If it never answers, or answers every operation alike.
pub(crate) async fn probe_all(session: &Arc<Session>, jobs: usize) -> Result<Capabilities, TargetError> {
    let endpoint = session.target.endpoint.clone();
    if session.target.client.takes_any_certificate() {
        session.notice(None, format!("the certificate of {endpoint} was not checked: any is taken"));
    }
    let made_up = probe(session, MADE_UP).await;
    if let ResponseText::None(none) = &made_up.exchange.response {
        return Err(TargetError::NoAnswer { endpoint, why: none.clone() });
    }
    // Every trial would fail for this one reason.
    if is_in_envelope(&made_up) {
        return Err(TargetError::Envelope { endpoint });
    }
    let alike = likeness(&made_up.exchange.response, MADE_UP);

    let jobs = Arc::new(Semaphore::new(jobs.max(1)));
    let mut probes = JoinSet::new();
    for operation in session.model.operations.keys().cloned() {
        let (session, jobs) = (Arc::clone(session), Arc::clone(&jobs));
        probes.spawn(async move {
            let _permit = jobs.acquire().await;
            let exchange = probe(&session, &operation).await;
            (operation, exchange)
        });
    }
    let mut same = 0;
    let mut unsupported = session.target.lacks_operations.clone();
    let mut unknown = Vec::new();
    while let Some(joined) = probes.join_next().await {
        let Ok((operation, exchange)) = joined else { continue };
        let answer = likeness(&exchange.exchange.response, &operation);
        same += usize::from(answer == alike);
        if unsupported.contains(&operation) {
            continue;
        }
        match support(answer.as_ref(), alike.as_ref(), may_be_empty(session, &operation)) {
            Support::Supported => {}
            Support::Unsupported => unsupported.push(operation),
            Support::Unknown => unknown.push(operation),
        }
    }
    unsupported.sort();
    unknown.sort();
    if same == session.model.operations.len() {
        let answer = excerpt(&made_up.exchange.response);
        return Err(TargetError::NotKinesis {
            endpoint,
            answer,
            response: Box::new(made_up.exchange.response.clone()),
        });
    }

    let mut encodings = vec![Encoding::Json];
    if !session.target.lacks_encodings.contains(&Encoding::Cbor) && speaks_cbor(session).await {
        encodings.push(Encoding::Cbor);
    }
    let shortest = session.target.shortest_transition;
    let mut transports = vec![Transport::H1];
    if session.speaks_http2().await {
        transports.push(Transport::H2);
    }
    Ok(Capabilities {
        encodings,
        transports,
        unsupported,
        unknown,
        shortest_transition_ms: u64::try_from(shortest.as_millis()).unwrap_or(u64::MAX),
        shortest_transition_stated: session.target.shortest_transition_stated,
    })
}

async fn probe(session: &Session, operation: &str) -> Observed {
    let outgoing = Outgoing::call(session.model, operation, &Value::empty());
    session.exchange(Tag::of_run(Role::Capability), &outgoing).await.observed
}

/// True for an envelope that no dialect has opened.
fn is_in_envelope(exchange: &Observed) -> bool {
    match &exchange.exchange.response {
        ResponseText::Answer { body, .. } => dialect::is_envelope(&body.bytes()),
        ResponseText::None(_) => false,
    }
}

/// A list call in CBOR is accepted and answered in CBOR.
async fn speaks_cbor(session: &Session) -> bool {
    let body = encode(Encoding::Cbor, &Value::empty());
    let outgoing = Outgoing::encoded(session.model, "ListStreams", Encoding::Cbor, body);
    // On a connection of its own: one that was just closed would look like an encoding that is not there.
    let exchange = session.exchange_fresh(Tag::of_run(Role::Capability), &outgoing).await.observed;
    let says_cbor = match &exchange.exchange.response {
        ResponseText::Answer { headers, .. } => headers
            .iter()
            .any(|(name, value)| name == "content-type" && value.starts_with("application/x-amz-cbor")),
        ResponseText::None(_) => false,
    };
    says_cbor && exchange.decoded.output().is_some()
}

/// What makes two answers alike: status and body, with the operation's own name taken out.
type Likeness = (u16, String);

/// What the answer to an operation's probe says, beside the answer to the made-up operation.
/// `may_be_empty` = the empty input of the probe is a valid one.
fn support(answer: Option<&Likeness>, made_up: Option<&Likeness>, may_be_empty: bool) -> Support {
    let is_refused = |(status, _): &Likeness| !(200..300).contains(status) && *status < 500;
    match (answer, made_up.filter(|made_up| is_refused(made_up))) {
        (None, _) | (_, None) => Support::Unknown,
        (Some(answer), Some(made_up)) if answer == made_up => Support::Unsupported,
        (Some(answer), Some(_)) if is_refused(answer) => Support::Supported,
        (Some((status, _)), Some(_)) if *status < 500 && may_be_empty => Support::Supported,
        (Some(_), Some(_)) => Support::Unknown,
    }
}

/// True if the model allows an input without any member.
fn may_be_empty(session: &Session, operation: &str) -> bool {
    let model = session.model;
    model.operation(operation).is_some_and(|shape| violations(model, shape, &Value::empty()).is_empty())
}

fn likeness(response: &ResponseText, operation: &str) -> Option<Likeness> {
    match response {
        ResponseText::Answer { status, body, .. } => {
            let text = String::from_utf8_lossy(&body.bytes()).into_owned();
            Some((*status, text.replace(operation, "<operation>")))
        }
        ResponseText::None(_) => None,
    }
}

fn excerpt(response: &ResponseText) -> String {
    match likeness(response, MADE_UP) {
        Some((status, body)) => {
            let line: String = body.chars().filter(|letter| !letter.is_control()).take(60).collect();
            format!("{status} {line}")
        }
        None => "no answer".to_owned(),
    }
}

#[cfg(test)]
mod tests;
