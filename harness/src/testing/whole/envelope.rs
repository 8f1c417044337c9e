//! A gateway that wraps every answer of the API in an envelope of its own.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers};

use super::*;
use crate::case::{Profile, Source};
use crate::log::Outcome;
use crate::wire::raw::AnswerParser;

/// The trials of the first milestone.
const SKELETON: [&str; 10] = [
    "start-stream-encryption/transition/active-updating-active",
    "start-stream-encryption/identification/name-only",
    "start-stream-encryption/identification/arn-only",
    "start-stream-encryption/identification/both-agree",
    "start-stream-encryption/identification/both-disagree",
    "start-stream-encryption/identification/neither",
    "start-stream-encryption/encryption-type/none",
    "start-stream-encryption/encryption-type/lower-case",
    "protocol/target/unknown-operation",
    "protocol/auth/unsigned",
];

/// What the gateway's operator would write.
const PROFILE: &str = "\
format: 1
name: gateway
about: A gateway that wraps the API in an envelope
dialect: envelope
shortest-transition-ms: 60
transition-deadline-ms: 2000
codes:
  NOT_FOUND: ResourceNotFoundException
  IN_USE: ResourceInUseException
  BAD_ARGUMENT: InvalidArgumentException
  NO_SUCH_OPERATION: UnknownOperationException
  NO_TOKEN: MissingAuthenticationTokenException
";

/// Passes requests on to the API and wraps its answers.
struct Gateway {
    behind: SocketAddr,
}

impl Respond for Gateway {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let (status, body) = forward(self.behind, request);
        let answer: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let wrapped = if status < 300 {
            json!({"success": true, "data": answer})
        } else {
            let code = match answer["__type"].as_str().unwrap_or_default() {
                "ValidationException" => "VALIDATION_ERROR",
                "ResourceNotFoundException" => "NOT_FOUND",
                "ResourceInUseException" => "IN_USE",
                "InvalidArgumentException" => "BAD_ARGUMENT",
                "UnknownOperationException" => "NO_SUCH_OPERATION",
                "MissingAuthenticationTokenException" => "NO_TOKEN",
                other => other,
            };
            let mut error = json!({"code": code});
            if let Some(message) = answer.get("message") {
                error["message"] = message.clone();
            }
            json!({"success": false, "error": error})
        };
        ResponseTemplate::new(status).set_body_json(wrapped)
    }
}

/// One request on a connection of its own; the host stays the gateway's, which is what is signed.
pub(super) fn forward(behind: SocketAddr, request: &Request) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(behind).expect("the API listens");
    let mut head = format!("{} / HTTP/1.1\r\n", request.method);
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().expect("text")));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).expect("written");
    stream.write_all(&request.body).expect("written");
    let mut parser = AnswerParser::new("POST");
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).expect("the API answers");
        if count == 0 || parser.push(&buffer[..count]).expect("HTTP") {
            let (answer, _) = parser.end().expect("a whole answer");
            return (answer.head.status, answer.body);
        }
    }
}

async fn gateway() -> (MockServer, crate::reference::Running) {
    let running = crate::reference::start(crate::plan::reference_settings()).expect("it starts");
    let server = MockServer::start().await;
    let gateway = Gateway { behind: running.address() };
    Mock::given(matchers::any()).respond_with(gateway).mount(&server).await;
    (server, running)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_skeleton_holds_through_a_gateway_whose_profile_names_the_dialect() {
    let (server, running) = gateway().await;
    let source = Source { path: "profile.yaml".to_owned(), text: PROFILE.to_owned() };
    let profile = Profile::from_source(&Arc::new(source)).expect("it is right");
    let target = Target::of_profile(&profile, &server.uri(), client(&server.uri()));
    let ids = SKELETON.iter().map(|id| (*id).to_owned()).collect();
    let (ended, emitted) = emitted(target, &manifest(), &Select { ids, ..Select::default() }).await;
    running.shutdown().await;
    ended.expect("it answers");
    let mut outcomes: Vec<(&str, Outcome)> =
        emitted.trials.iter().map(|trial| (trial.id.as_str(), trial.outcome)).collect();
    outcomes.sort_unstable();
    let open = ["both-disagree"];
    let mut expected: Vec<(&str, Outcome)> = SKELETON
        .iter()
        .map(|id| {
            let is_open = open.iter().any(|name| id.ends_with(&format!("/{name}")));
            (*id, if is_open { Outcome::Open } else { Outcome::Pass })
        })
        .collect();
    expected.sort_unstable();
    assert_eq!(
        outcomes,
        expected,
        "{:#?}",
        emitted.trials.iter().map(|trial| &trial.reason).collect::<Vec<_>>()
    );
    let opened = emitted.exchanges.iter().filter(|exchange| match &exchange.response {
        crate::log::ResponseText::Answer { as_it_came: Some(came), .. } => came.body.is_some(),
        crate::log::ResponseText::Answer { .. } | crate::log::ResponseText::None(_) => false,
    });
    assert!(opened.count() > 10, "the log keeps the bodies as they came");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_gateway_of_which_nobody_said_so_is_one_error_and_no_trial() {
    let (server, running) = gateway().await;
    let target = Target::bare("endpoint", &server.uri(), client(&server.uri()));
    let (ended, emitted) = emitted(target, &manifest(), &Select::default()).await;
    running.shutdown().await;
    assert_eq!(ended.unwrap_err(), TargetError::Envelope { endpoint: server.uri() });
    assert!(emitted.trials.is_empty());
}
