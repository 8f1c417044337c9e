//! What a reference server is started with.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::fault::Faults;
use crate::spec::{Candidate, Limits, OpenQuestion};
use crate::wire::Credentials;

/// What a reference server is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; port 0 picks a free one. Default `127.0.0.1:0`.
    pub listen: SocketAddr,
    /// How long transitions last in served time.
    pub transition: Durations,
    /// The answers to open questions.
    pub policy: Policy,
    /// The ways in which the server is wrong. Default none.
    pub faults: Faults,
    /// Whose signatures are accepted. Default the documented dummy pair.
    pub credentials: Vec<Credentials>,
    /// The account's limits. Default as documented, but as many streams in CREATING at once as one
    /// likes, so that a harness need not wait.
    pub limits: Limits,
    /// How long a connection may take for a request: for its head, counted from the end of the request before,
    /// and once more for its body. A connection that takes longer is closed. Default one minute.
    pub read_timeout: Duration,
    /// Connections that are open at once, at most; others wait to be accepted. Default 1,000.
    pub connections: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            transition: Durations::default(),
            policy: Policy::default(),
            faults: Faults::new(),
            credentials: vec![Credentials::dummy()],
            limits: Limits { creating: None, ..Limits::DOCUMENTED },
            read_timeout: Duration::from_secs(60),
            connections: 1_000,
        }
    }
}

/// How long transitions last. Zero counts as one millisecond, so that a transition can always be
/// reported from none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Durations {
    /// CREATING. Default 5 ms.
    pub create: Duration,
    /// DELETING. Default 5 ms.
    pub delete: Duration,
    /// UPDATING. Default 30 ms.
    pub update: Duration,
}

impl Default for Durations {
    fn default() -> Self {
        Self {
            create: Duration::from_millis(5),
            delete: Duration::from_millis(5),
            update: Duration::from_millis(30),
        }
    }
}

/// The answers that a server gives to open questions.
///
/// A question that is not set is answered by the first of its
/// [`candidates`](OpenQuestion::candidates).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    chosen: BTreeMap<OpenQuestion, Candidate>,
}

/// Why a policy could not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("answer the open question `{question}` by `{candidate}`: it is none of the candidates")]
pub struct PolicyError {
    /// The question.
    pub question: OpenQuestion,
    /// What was offered.
    pub candidate: Candidate,
}

impl Policy {
    /// Sets one answer.
    ///
    /// # Errors
    /// If the candidate is none of the question's.
    pub fn set(&mut self, question: OpenQuestion, candidate: Candidate) -> Result<(), PolicyError> {
        if question.candidates().contains(&candidate) {
            self.chosen.insert(question, candidate);
            Ok(())
        } else {
            Err(PolicyError { question, candidate })
        }
    }

    /// The answer to a question.
    pub fn answer(&self, question: OpenQuestion) -> Candidate {
        self.chosen.get(&question).copied().unwrap_or(question.candidates()[0])
    }
}
