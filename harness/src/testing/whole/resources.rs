//! Another kind of resource, which only a made-up server has, through whole runs.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Instant;

use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers};

use super::envelope::forward;
use super::*;
use crate::case::ast::Resources;
use crate::case::{Profile, Source};
use crate::log::{MismatchKind, Outcome, Redactor};
use crate::run::sweep;

/// How long a consumer is CREATING and DELETING.
const TRANSITION: Duration = Duration::from_millis(400);

const PROFILE: &str = "\
format: 1
name: consumers
about: A server that has consumers
transition-deadline-ms: 2000
";

const SETUP: &str = "  registered: {resource: consumer, await: {ConsumerStatus: ACTIVE}}\n";

const CASES: &str = "format: 1
operation: DeregisterStreamConsumer
cases:
  deregistered:
    title: A consumer that is deregistered is DELETING, and then gone
    level: core
    kills-nothing: a test
    given: {stream: {encryption: none}, other: {setup: registered}}
    steps:
      - address: none
        with: {StreamARN: $stream.arn, ConsumerName: $other.name}
        expect: accepted
        because: [LIFE-008]
      - observe: other
        states:
          - {ConsumerStatus: ACTIVE, optional: true}
          - {ConsumerStatus: DELETING}
          - {ConsumerStatus: $absent}
        because: [LIFE-008]
";

/// What a consumer goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    NeverActive,
    NeverGone,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Created(Instant),
    Deleted(Instant),
}

#[derive(Clone, Debug)]
struct Consumer {
    stream: String,
    name: String,
    state: State,
}

/// Streams are those of the API behind it; consumers are its own.
#[derive(Clone)]
struct Server {
    behind: SocketAddr,
    fault: Fault,
    consumers: Arc<Mutex<Vec<Consumer>>>,
}

impl Server {
    fn status(&self, consumer: &Consumer) -> Option<&'static str> {
        match consumer.state {
            State::Created(at) if at.elapsed() < TRANSITION || self.fault == Fault::NeverActive => {
                Some("CREATING")
            }
            State::Created(_) => Some("ACTIVE"),
            State::Deleted(at) if at.elapsed() < TRANSITION || self.fault == Fault::NeverGone => {
                Some("DELETING")
            }
            State::Deleted(_) => None,
        }
    }

    fn shown(&self, consumer: &Consumer) -> Option<Value> {
        let (stream, name) = (&consumer.stream, &consumer.name);
        let status = self.status(consumer)?;
        Some(json!({
            "ConsumerName": name,
            "ConsumerARN": format!("{stream}/consumer/{name}:1764320000"),
            "ConsumerStatus": status,
            "ConsumerCreationTimestamp": 1_764_320_000.0,
            "StreamARN": stream,
        }))
    }

    /// The answer to a call about consumers; `None` for all others.
    fn answer(&self, operation: &str, input: &Value) -> Option<(u16, Value)> {
        let mut consumers = self.consumers.lock().expect("nobody panicked");
        let given = |member: &str| input[member].as_str().unwrap_or_default().to_owned();
        let (stream, name) = (given("StreamARN"), given("ConsumerName"));
        let index = consumers
            .iter()
            .position(|known| known.stream == stream && known.name == name && self.status(known).is_some());
        let refused = |class: &str| (400, json!({"__type": class, "message": "made up"}));
        let consumer_calls = ["RegisterStreamConsumer", "DescribeStreamConsumer", "DeregisterStreamConsumer"];
        if consumer_calls.contains(&operation) && (stream.is_empty() || name.is_empty()) {
            return Some(refused("ValidationException"));
        }
        Some(match (operation, index) {
            ("RegisterStreamConsumer", None) => {
                consumers.push(Consumer { stream, name, state: State::Created(Instant::now()) });
                (200, json!({"Consumer": self.shown(&consumers[consumers.len() - 1])}))
            }
            ("RegisterStreamConsumer", Some(_)) => refused("ResourceInUseException"),
            ("DescribeStreamConsumer", Some(index)) => {
                (200, json!({"ConsumerDescription": self.shown(&consumers[index])}))
            }
            ("DeregisterStreamConsumer", Some(index)) => {
                if matches!(consumers[index].state, State::Created(_)) {
                    consumers[index].state = State::Deleted(Instant::now());
                }
                (200, json!({}))
            }
            ("DescribeStreamConsumer" | "DeregisterStreamConsumer", None) => {
                refused("ResourceNotFoundException")
            }
            ("ListStreamConsumers", _) if stream.is_empty() => refused("ValidationException"),
            ("ListStreamConsumers", _) => {
                // Pages of one.
                let from: usize = given("NextToken").parse().unwrap_or_default();
                let of_stream = consumers.iter().filter(|known| known.stream == stream);
                let all: Vec<Value> = of_stream.filter_map(|known| self.shown(known)).collect();
                let mut output = json!({"Consumers": all.get(from..=from).unwrap_or_default()});
                if from + 1 < all.len() {
                    output["NextToken"] = json!((from + 1).to_string());
                }
                (200, output)
            }
            ("DeleteStream", _) => {
                let name = given("StreamName");
                let is_of = |known: &&Consumer| known.stream.ends_with(&format!("/{name}"));
                let kept = !name.is_empty()
                    && consumers.iter().filter(is_of).any(|known| self.status(known).is_some());
                return kept.then(|| refused("ResourceInUseException"));
            }
            (_, _) => return None,
        })
    }
}

impl Respond for Server {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let target = request.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default();
        let input: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let (status, body) = match self.answer(operation, &input) {
            Some((status, answer)) => (status, answer.to_string().into_bytes()),
            None => forward(self.behind, request),
        };
        ResponseTemplate::new(status).set_body_raw(body, "application/x-amz-json-1.1")
    }
}

async fn server(fault: Fault) -> (MockServer, Server, crate::reference::Running) {
    let running = crate::reference::start(crate::plan::reference_settings()).expect("it starts");
    let mock = MockServer::start().await;
    let server = Server { behind: running.address(), fault, consumers: Arc::default() };
    Mock::given(matchers::any()).respond_with(server.clone()).mount(&mock).await;
    (mock, server, running)
}

fn library() -> Arc<Library> {
    let own = &Resources::embedded().source.as_ref().expect("a file").text;
    let sources = vec![
        Source::new("cases/resources.yaml", format!("{own}{SETUP}")),
        Source::new("cases/consumers.yaml", CASES),
    ];
    Arc::new(Library::from_sources(sources).expect("they load"))
}

fn target(mock: &MockServer) -> Target {
    let source = Source { path: "profile.yaml".to_owned(), text: PROFILE.to_owned() };
    let profile = Profile::from_source(&Arc::new(source)).expect("it is right");
    Target::of_profile(&profile, &mock.uri(), client(&mock.uri()))
}

/// The one trial's verdict, and the statuses that its samples show, each once.
async fn run_with(fault: Fault) -> (crate::log::TrialVerdict, Vec<String>, Footer) {
    let (mock, server, running) = server(fault).await;
    let manifest = Manifest::of(library(), false);
    let (ended, mut emitted) = emitted(target(&mock), &manifest, &Select::default()).await;
    running.shutdown().await;
    if fault == Fault::None {
        let consumers = server.consumers.lock().expect("nobody panicked");
        assert!(consumers.iter().all(|known| matches!(known.state, State::Deleted(_))), "{consumers:?}");
    }
    let trial = emitted.trials.remove(0);
    let samples = trial.traces.iter().flat_map(|trace| &trace.samples);
    let mut shown: Vec<String> = samples
        .filter_map(|sample| sample.state.get("ConsumerStatus")?.as_str().map(str::to_owned))
        .collect();
    shown.dedup();
    (trial, shown, ended.expect("it answers"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_consumer_is_created_observed_and_deleted_by_the_code_that_does_so_with_streams() {
    let (trial, shown, footer) = run_with(Fault::None).await;
    assert_eq!(trial.outcome, Outcome::Pass, "{trial:#?}");
    assert_eq!(shown, ["ACTIVE", "DELETING"]);
    assert_eq!(footer.left_behind, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_consumer_that_never_becomes_active_blocks_its_trial() {
    let (trial, _, footer) = run_with(Fault::NeverActive).await;
    assert_eq!(trial.outcome, Outcome::Blocked, "{trial:#?}");
    assert_eq!(trial.reason.as_deref(), Some("the consumer was still CREATING after 2 s"));
    assert_eq!(footer.left_behind, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_consumer_that_is_never_gone_fails_at_the_deadline() {
    let (trial, shown, _) = run_with(Fault::NeverGone).await;
    assert_eq!(trial.outcome, Outcome::Fail, "{trial:#?}");
    let found: Vec<_> =
        trial.mismatches.iter().map(|mismatch| (mismatch.kind, mismatch.actual.as_str())).collect();
    assert_eq!(found, [(MismatchKind::States, "DELETING to the end")]);
    assert_eq!(shown, ["ACTIVE", "DELETING"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sweep_deletes_the_consumers_that_keep_a_stream() {
    let (mock, server, running) = server(Fault::None).await;
    let target = target(&mock);
    let name = "kinesis-conformance-0badf00d-0000";
    let api = format!("http://{}", running.address());
    let create = json!({"StreamName": name, "ShardCount": 1}).to_string();
    let created = crate::wire::Request {
        target: Some("Kinesis_20131202.CreateStream".to_owned()),
        content_type: "application/x-amz-json-1.1".to_owned(),
        body: create.into_bytes().into(),
        auth: crate::wire::Auth::Signed,
    };
    client(&api).send(&created).await;
    let stream = format!("arn:aws:kinesis:{}:123456789012:stream/{name}", crate::reference::REGION);
    let shown = sweep::find(&target, Resources::embedded(), &Redactor::none()).await.expect("it answers");
    assert_eq!(shown.untagged, [name]);
    for name in ["a", "b"] {
        let consumer = Consumer {
            stream: stream.clone(),
            name: name.to_owned(),
            state: State::Created(Instant::now() - TRANSITION),
        };
        server.consumers.lock().expect("nobody panicked").push(consumer);
    }
    let left = sweep::delete(&target, Resources::embedded(), &Redactor::none(), &[name.to_owned()]).await;
    running.shutdown().await;
    assert_eq!(left, []);
    let consumers = server.consumers.lock().expect("nobody panicked");
    assert!(consumers.iter().all(|known| matches!(known.state, State::Deleted(_))), "{consumers:?}");
}
