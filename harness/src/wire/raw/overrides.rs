//! A request that differs from what a client would send, in named ways.

use std::time::{Instant, SystemTime};

use bytes::Bytes;

use super::answer::{Fault, RawAnswer};
use super::request::{Cut, RawRequest, RequestFraming};
use super::{RawExchange, RawTransport};
use crate::wire::client::Client;
use crate::wire::message::{NoAnswer, NoAnswerKind, Sent};
use crate::wire::sign::{Corruption, Parts, SignError};

/// A request with overrides. What is not said is as a client would have it: the endpoint's host,
/// the true length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overrides {
    /// The method.
    pub method: String,
    /// Path and query as written; a fragment never leaves the client.
    pub path: String,
    /// `X-Amz-Target`, once for each.
    pub targets: Vec<String>,
    /// `Content-Type`; `None` = the header is not sent.
    pub content_type: Option<String>,
    /// Further headers, in this order; a signature covers them.
    pub headers: Vec<(String, String)>,
    /// How it is authenticated.
    pub auth: Corruption,
}

/// What an overridden request was, and what came of it.
#[derive(Clone, Debug)]
pub struct RawSent {
    /// The exchange as the pooled client would return it.
    pub sent: Sent,
    /// Request line and headers as they went.
    pub request_head: String,
    /// Status line and headers as they came, if any came.
    pub answer_head: Option<String>,
    /// What is wrong with the bytes of the answer and was passed over.
    pub faults: Vec<Fault>,
}

impl Client {
    /// Signs as the overrides say (with the wall clock's time) and sends by the raw transport, on a
    /// connection of its own.
    pub async fn send_raw(&self, overrides: &Overrides, body: &Bytes) -> RawSent {
        let request = match overrides.request(self, body) {
            Ok(request) => request,
            Err(error) => {
                let now = Instant::now();
                let text = format!("not sent: failed to {error}");
                let outcome = Err(NoAnswer { kind: NoAnswerKind::Refused, text });
                return RawSent {
                    sent: Sent { sent: now, received: now, outcome },
                    request_head: String::new(),
                    answer_head: None,
                    faults: Vec::new(),
                };
            }
        };
        let RawExchange { sent, received, outcome } = RawTransport::of(self).send(&request).await;
        let answer = outcome.as_ref().ok();
        RawSent {
            request_head: request.head().trim_end().to_owned(),
            answer_head: answer.map(RawAnswer::head_text),
            faults: answer.map(|answer| answer.faults.clone()).unwrap_or_default(),
            sent: Sent { sent, received, outcome: outcome.map(|answer| answer.response()) },
        }
    }
}

impl Overrides {
    /// The request, signed.
    ///
    /// # Errors
    /// If the signer cannot take the path or a header.
    fn request(&self, client: &Client, body: &Bytes) -> Result<RawRequest, SignError> {
        let settings = client.settings();
        let path = self.path.split('#').next().unwrap_or_default();
        let mut headers: Vec<(String, String)> = Vec::new();
        if let Some(content_type) = &self.content_type {
            headers.push(("Content-Type".to_owned(), content_type.clone()));
        }
        headers.extend(self.targets.iter().map(|target| ("X-Amz-Target".to_owned(), target.clone())));
        headers.extend(self.headers.iter().cloned());

        let url = format!("{}{path}", settings.endpoint.as_str().trim_end_matches('/'));
        let covered: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let parts = Parts { method: &self.method, url: &url, headers: &covered, body };
        let signed = self.auth.sign(&parts, &settings.credentials, &settings.region, SystemTime::now())?;

        let path = match &signed.query {
            Some(query) => format!("{}?{query}", path.split('?').next().unwrap_or_default()),
            None => path.to_owned(),
        };
        headers.insert(0, ("Host".to_owned(), settings.endpoint.authority()));
        headers.extend(signed.headers);
        // A length belongs to every request that may have a body; others go without if they have none.
        let framing = if body.is_empty() && matches!(self.method.as_str(), "GET" | "OPTIONS" | "HEAD") {
            RequestFraming::None
        } else {
            RequestFraming::Length
        };
        Ok(RawRequest {
            method: self.method.clone(),
            path,
            headers,
            framing,
            body: body.clone(),
            cut: Cut::Whole,
        })
    }
}
