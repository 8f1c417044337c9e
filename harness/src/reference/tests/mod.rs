//! The server as a client meets it.

mod cbor;
mod faults;
mod http2;
mod life;
mod protocol;
mod stand_ins;
mod table;

use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::model::Value;
use crate::testing::against::fault;
use crate::wire::{
    Auth, Client, ClientSettings, Credentials, Endpoint, ErrorAnswer, Request, Response, json,
};

/// A server and a client that talks to it.
struct Pair {
    running: Running,
    client: Client,
}

impl Pair {
    fn start(settings: Settings) -> Self {
        let running = start(settings).expect("a free port can be bound");
        let endpoint =
            Endpoint::parse(&format!("http://{}", running.address())).expect("an address is an endpoint");
        let client = Client::new(ClientSettings {
            endpoint,
            credentials: Credentials::dummy(),
            region: REGION.to_owned(),
            timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(5),
        });
        Self { running, client: client.expect("http needs no setup") }
    }

    /// With an ACTIVE stream `s`.
    async fn with_stream(settings: Settings) -> Self {
        let pair = Self::start(settings);
        pair.accept("CreateStream", r#"{"StreamName":"s","ShardCount":1}"#).await;
        pair.running.advance_clock(Duration::from_secs(1));
        pair
    }

    async fn raw(&self, target: &str, body: &str, auth: Auth) -> Response {
        let request = Request {
            target: Some(target.to_owned()),
            content_type: "application/x-amz-json-1.1".to_owned(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            auth,
        };
        self.client.send(&request).await.outcome.expect("the server answers")
    }

    async fn call(&self, operation: &str, body: &str) -> Response {
        self.raw(&format!("Kinesis_20131202.{operation}"), body, Auth::Signed).await
    }

    async fn accept(&self, operation: &str, body: &str) -> Value {
        let response = self.call(operation, body).await;
        assert_eq!(response.status, 200, "{operation} {body}: {}", shown(&response));
        if response.body.is_empty() {
            return Value::empty();
        }
        json::parse(&response.body).expect("the body is JSON").value
    }

    async fn refuse(&self, operation: &str, body: &str) -> String {
        let response = self.call(operation, body).await;
        assert_eq!(response.status, 400, "{operation} {body}: {}", shown(&response));
        ErrorAnswer::read(&response).class.expect("an error has a class")
    }

    /// Status, type and key of the stream `s`.
    async fn state(&self) -> (String, String, Option<String>) {
        let output = self.accept("DescribeStreamSummary", r#"{"StreamName":"s"}"#).await;
        let summary = output.get("StreamDescriptionSummary").expect("it is required");
        let text = |member| summary.get(member).and_then(Value::as_str).map(str::to_owned);
        let required = |member| text(member).expect("it is there");
        (required("StreamStatus"), required("EncryptionType"), text("KeyId"))
    }
}

fn shown(response: &Response) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}

/// Transitions that only the clock's advance ends.
fn slow() -> Settings {
    let transition = Durations { update: Duration::from_millis(100_000), ..Durations::default() };
    Settings { transition, ..Settings::default() }
}

/// `slow`, and wrong in one way.
fn wrong(name: &str) -> Settings {
    Settings { faults: Faults::from([fault(name)]), ..slow() }
}

const START: &str = r#"{"StreamName":"s","EncryptionType":"KMS","KeyId":"alias/aws/kinesis"}"#;

#[test]
fn a_policy_takes_candidates_of_the_question_only() {
    use crate::spec::{Candidate, OpenQuestion};
    let mut policy = Policy::default();
    assert_eq!(policy.answer(OpenQuestion::TypeWhileUpdating), Candidate::After);
    policy.set(OpenQuestion::TypeWhileUpdating, Candidate::Before).expect("it is a candidate");
    assert_eq!(policy.answer(OpenQuestion::TypeWhileUpdating), Candidate::Before);
    let error = policy.set(OpenQuestion::TypeWhileUpdating, Candidate::NoOp).expect_err("it is none");
    assert_eq!(
        error.to_string(),
        "answer the open question `type-while-updating` by `no-op`: it is none of the candidates"
    );
}

#[test]
fn without_a_runtime_no_server_starts() {
    assert!(start(Settings::default()).is_err());
}
