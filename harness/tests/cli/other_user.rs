//! Somebody else who uses the target, and what a killed run leaves there.

use std::time::Duration;

use bytes::Bytes;
use kinesis_conformance::model::Value;
use kinesis_conformance::wire::{
    Auth, Client, ClientSettings, Credentials, Encoding, Endpoint, Request, encode,
};

/// Calls the target as anybody else would.
pub(crate) struct Other {
    runtime: tokio::runtime::Runtime,
    client: Client,
}

impl Other {
    pub(crate) fn of(endpoint: &str) -> Self {
        let client = Client::new(ClientSettings {
            endpoint: Endpoint::parse(endpoint).expect("an endpoint"),
            credentials: Credentials::dummy(),
            region: "us-east-1".to_owned(),
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(10),
        });
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        Self { runtime, client: client.expect("a client") }
    }

    pub(crate) fn call(&self, operation: &str, input: &Value) -> String {
        let (status, body) = self.request(operation, input);
        assert_eq!(status, 200, "{operation}: {body}");
        body
    }

    /// Status and body of the answer, whatever it is.
    pub(crate) fn request(&self, operation: &str, input: &Value) -> (u16, String) {
        let request = Request {
            target: Some(format!("Kinesis_20131202.{operation}")),
            content_type: Encoding::Json.content_type().to_owned(),
            body: Bytes::from(encode(Encoding::Json, input)),
            auth: Auth::Signed,
        };
        let sent = self.runtime.block_on(self.client.send(&request));
        let response = sent.outcome.expect("an answer");
        (response.status, String::from_utf8(response.body.to_vec()).expect("text"))
    }

    pub(crate) fn create(&self, name: &str) {
        self.call(
            "CreateStream",
            &Value::from([("StreamName", Value::from(name)), ("ShardCount", Value::from(1_i64))]),
        );
    }

    /// The names of all streams.
    pub(crate) fn streams(&self) -> Vec<String> {
        let answer = self.call("ListStreams", &Value::empty());
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        let names = answer["StreamNames"].as_array().expect("a list");
        names.iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
    }
}

/// A stream that carries our tag, as a killed run leaves it.
pub(crate) fn leave(other: &Other, name: &str) {
    leave_tagged(other, name, run_of(name));
}

/// A stream whose tag has this value.
pub(crate) fn leave_tagged(other: &Other, name: &str, value: &str) {
    other.call(
        "CreateStream",
        &Value::from([
            ("StreamName", Value::from(name)),
            ("ShardCount", Value::from(1_i64)),
            ("Tags", Value::from([("kinesis-conformance", Value::from(value))])),
        ]),
    );
}

/// The run in a name: `kinesis-conformance-0badf00d-0001`, and any for other names.
fn run_of(name: &str) -> &str {
    name.strip_prefix("kinesis-conformance-").and_then(|rest| rest.split('-').next()).unwrap_or("0badf00d")
}
