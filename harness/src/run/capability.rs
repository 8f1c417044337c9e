//! Asked, not believed: what a target can do, before anything is planned.
//!
//! The target gets an operation that nobody has, then every modelled operation with an empty
//! input. An operation whose answer equals the answer to the made-up one is not there; likewise
//! an encoding. HTTP/2 is there if its preface is answered by one, behind TLS if the server picks
//! it. A 5xx says nothing of what is there: a server that breaks at a made-up name may break in the
//! same words at an empty input. Nothing that is sent here can create or change anything: no
//! operation that does has an empty valid input.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::log::Redactor;
use crate::model::Value;
use crate::wire::{Encoding, NoAnswer, dialect, encode};

use crate::log::{Capabilities, Exchange, ResponseText, Role, Transport};
use crate::observe::reading::Reading;
use crate::plan::Outgoing;
use crate::run::session::{Session, Tag};

/// An operation that no version of the API has.
const MADE_UP: &str = "ConformanceProbeOfNoOperation";

/// Why a target could not be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
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
        /// The answer to everything, in a few words.
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
    /// The run was asked to end before it began.
    #[error("begin: the run was stopped")]
    Stopped,
}

impl AskError {
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

/// Asks the target what it can do.
///
/// # Errors
/// If it never answers, or answers every operation alike.
pub(crate) async fn ask(session: &Arc<Session>) -> Result<Capabilities, AskError> {
    let endpoint = session.target.endpoint.clone();
    if session.target.client.takes_any_certificate() {
        session.notice(None, format!("the certificate of {endpoint} was not looked at: any is taken"));
    }
    let made_up = probe(session, MADE_UP).await;
    if let ResponseText::None(none) = &made_up.response {
        return Err(AskError::NoAnswer { endpoint, why: none.clone() });
    }
    // Every trial would fail for this one reason.
    if is_in_envelope(&made_up) {
        return Err(AskError::Envelope { endpoint });
    }
    let alike = likeness(&made_up, MADE_UP);

    let mut probes = JoinSet::new();
    for operation in session.model.operations.keys().cloned() {
        let session = Arc::clone(session);
        probes.spawn(async move {
            let exchange = probe(&session, &operation).await;
            (operation, exchange)
        });
    }
    let mut same = 0;
    let mut unsupported = session.target.lacks_operations.clone();
    while let Some(joined) = probes.join_next().await {
        let Ok((operation, exchange)) = joined else { continue };
        let answer = likeness(&exchange, &operation);
        same += usize::from(answer == alike);
        if is_missing(answer.as_ref(), alike.as_ref()) && !unsupported.contains(&operation) {
            unsupported.push(operation);
        }
    }
    unsupported.sort();
    if same == session.model.operations.len() {
        let answer = first_words(&made_up);
        return Err(AskError::NotKinesis { endpoint, answer, response: Box::new(made_up.response) });
    }

    let mut encodings = vec![Encoding::Json];
    if !session.target.lacks_encodings.contains(&Encoding::Cbor) && speaks_cbor(session).await {
        encodings.push(Encoding::Cbor);
    }
    let shortest = session.target.shortest_transition;
    let mut transports = vec![Transport::H1];
    if session.target.client.speaks_http2().await {
        transports.push(Transport::H2);
    }
    Ok(Capabilities {
        encodings,
        transports,
        unsupported,
        shortest_transition_ms: u64::try_from(shortest.as_millis()).unwrap_or(u64::MAX),
        shortest_transition_stated: session.target.shortest_transition_stated,
    })
}

async fn probe(session: &Session, operation: &str) -> Exchange {
    let outgoing = Outgoing::call(session.model, operation, &Value::empty());
    session.exchange(Tag::of_run(Role::Capability), &outgoing).await
}

/// True for an envelope that no dialect has opened.
fn is_in_envelope(exchange: &Exchange) -> bool {
    match &exchange.response {
        ResponseText::Answer { body, .. } => dialect::is_envelope(&body.bytes()),
        ResponseText::None(_) => false,
    }
}

/// A list call in CBOR is accepted and answered in CBOR.
async fn speaks_cbor(session: &Session) -> bool {
    let body = encode(Encoding::Cbor, &Value::empty());
    let outgoing = Outgoing::encoded(session.model, "ListStreams", Encoding::Cbor, body);
    // On a connection of its own: one that was just closed would look like an encoding that is not there.
    let exchange = session.exchange_fresh(Tag::of_run(Role::Capability), &outgoing).await;
    let says_cbor = match &exchange.response {
        ResponseText::Answer { headers, .. } => headers
            .iter()
            .any(|(name, value)| name == "content-type" && value.starts_with("application/x-amz-cbor")),
        ResponseText::None(_) => false,
    };
    says_cbor && Reading::of(session.model, &exchange).output().is_some()
}

/// What makes two answers alike: status and body, with the operation's own name taken out.
type Likeness = (u16, String);

/// True if an operation's answer says that it is not there, as the made-up one's does.
fn is_missing(answer: Option<&Likeness>, made_up: Option<&Likeness>) -> bool {
    answer == made_up && made_up.is_some_and(|(status, _)| *status < 500)
}

fn likeness(exchange: &Exchange, operation: &str) -> Option<Likeness> {
    match &exchange.response {
        ResponseText::Answer { status, body, .. } => {
            let text = String::from_utf8_lossy(&body.bytes()).into_owned();
            Some((*status, text.replace(operation, "<operation>")))
        }
        ResponseText::None(_) => None,
    }
}

fn first_words(exchange: &Exchange) -> String {
    match likeness(exchange, MADE_UP) {
        Some((status, body)) => {
            let line: String = body.chars().filter(|letter| !letter.is_control()).take(60).collect();
            format!("{status} {line}")
        }
        None => "no answer".to_owned(),
    }
}

#[cfg(test)]
mod tests;
