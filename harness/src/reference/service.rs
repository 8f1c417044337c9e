//! From a request to a reply: the order of the checks, then one step of the specification.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::hooks::Hooks;
use super::ids::Ids;
use super::reply::Reply;
use super::settings::{Policy, Settings};
use super::world::{REGION, start_world};
use crate::model::{BlobForm, Model, Operation, Value, type_error};
use crate::spec::{Action, Call, Millis, TransitionTimes, World, walk};
use crate::wire::{Encoding, Incoming, Verifier, decode, json, parse};

/// The state and the settings of one server.
#[derive(Debug)]
pub(super) struct Service {
    world: Mutex<World>,
    times: TransitionTimes,
    policy: Policy,
    hooks: Hooks,
    verifier: Verifier,
    pub(super) ids: Ids,
    /// Milliseconds by which served time is ahead of wall time.
    ahead: AtomicI64,
}

/// What the content type of a request with a body comes to.
enum Spoken {
    /// AWS JSON 1.1 or AWS CBOR 1.1.
    Encoded(Encoding),
    /// `application/json`, which another dispatcher answers (WIRE-023).
    Envelope,
    /// Anything else.
    Unknown,
}

impl Service {
    pub(super) fn new(settings: Settings) -> Self {
        let times = TransitionTimes {
            create: millis(settings.transition.create),
            delete: millis(settings.transition.delete),
            update: millis(settings.transition.update),
        };
        Self {
            world: Mutex::new(start_world()),
            times,
            policy: settings.policy,
            hooks: Hooks::new(settings.faults),
            verifier: Verifier::new(REGION, settings.credentials),
            ids: Ids::new(),
            ahead: AtomicI64::new(0),
        }
    }

    /// Moves served time forward.
    pub(super) fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        // Whoever else moves it at the same time is not lost: the closure runs again.
        let _before = self
            .ahead
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |ahead| Some(ahead.saturating_add(by)));
    }

    fn now(&self) -> Millis {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wall = i64::try_from(wall.as_millis()).unwrap_or(i64::MAX);
        wall.saturating_add(self.ahead.load(Ordering::Relaxed))
    }

    /// The reply to a request, in the order of ORD-001 to ORD-005.
    pub(super) fn respond(&self, request: &Incoming<'_>) -> Reply {
        let origin = header(request, "origin");
        if request.method == "OPTIONS" && origin.is_some() {
            return Reply::preflight(
                header(request, "access-control-request-headers"),
                header(request, "access-control-request-method"),
            );
        }
        let reply = if request.method == "POST" { self.post(request) } else { Reply::nothing_to_authorize() };
        let reply = self.hooks.reply(reply);
        if origin.is_some() { reply.exposed() } else { reply }
    }

    fn post(&self, request: &Incoming<'_>) -> Reply {
        let target = header(request, "x-amz-target");
        let operation = target.and_then(operation);
        let content_type = media_type(request);
        if request.body.is_empty() {
            return empty_body(operation, content_type);
        }
        match spoken(content_type) {
            Spoken::Encoded(encoding) => self.encoded(encoding, request, operation),
            Spoken::Envelope => match json::parse(request.body) {
                Ok(_) => Reply::envelope(404, "UnknownOperationException"),
                Err(_) => Reply::envelope(400, "SerializationException"),
            },
            // WIRE-019, WIRE-020: what the target names decides.
            Spoken::Unknown if operation.is_some() => Reply::unknown_in_xml(),
            Spoken::Unknown => Reply::nothing_to_authorize(),
        }
    }

    fn encoded(
        &self,
        encoding: Encoding,
        request: &Incoming<'_>,
        operation: Option<&'static Operation>,
    ) -> Reply {
        // WIRE-016, WIRE-037: garbage and scalars are refused before anything else is looked at.
        let mut input = match parse(encoding, request.body) {
            Ok(document) if document.value.as_map().is_some() => document.value,
            Ok(_) | Err(_) => return Reply::bare(encoding, 400, "SerializationException"),
        };
        let Some(operation) = operation else {
            return Reply::bare(encoding, 400, "UnknownOperationException");
        };
        if self.hooks.signature_needed()
            && let Err(fault) = self.verifier.verify(request, SystemTime::now())
        {
            return Reply::error(encoding, 400, fault.class(), &fault.to_string());
        }
        self.hooks.input(operation, &mut input);
        // ORD-004.
        if let Some(error) = type_error(Model::embedded(), operation, blob_form(encoding), &input) {
            return Reply::wrong_type(encoding, error.message.as_deref());
        }
        self.step(encoding, operation, &input)
    }

    fn step(&self, encoding: Encoding, operation: &'static Operation, plain: &Value) -> Reply {
        let input = decode(Model::embedded(), encoding, operation.input.as_deref(), plain).value;
        let call = Call { operation, input };
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock, so that time does not run backwards between two calls.
        let now = self.now();
        let Some(mut branch) = walk(&world, &call, now, &mut |question| self.policy.answer(question)) else {
            return Reply::bare(encoding, 400, "UnknownOperationException");
        };
        self.hooks.branch(&world, &mut branch, now);
        let times = self.hooks.times(&branch.effect, self.times);
        world.apply(branch.effect, now, times);
        drop(world);
        Reply::answer(encoding, operation, branch.answer)
    }
}

/// At least one millisecond.
pub(super) fn millis(duration: Duration) -> Millis {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).max(1)
}

/// WIRE-015, WIRE-017: the reply is CBOR unless the request said JSON.
fn empty_body(operation: Option<&Operation>, content_type: &str) -> Reply {
    let json = content_type == Encoding::Json.content_type();
    // WIRE-038: one content type gets the other class, whatever the target.
    let known = operation.is_some() && content_type != "application/x-amz-json-1.0";
    let class = if known { "SerializationException" } else { "UnknownOperationException" };
    Reply::bare(if json { Encoding::Json } else { Encoding::Cbor }, 400, class)
}

/// The operation that a target names, if it is specified. A modelled operation that is not
/// specified is answered as if it did not exist, so that nobody takes the reference for more than
/// it is.
fn operation(target: &str) -> Option<&'static Operation> {
    let model = Model::embedded();
    let (prefix, name) = target.split_once('.')?;
    if prefix != model.target_prefix || Action::parse(name).is_none() {
        return None;
    }
    model.operation(name)
}

/// The content type up to the first `;` (WIRE-022); empty without one.
fn media_type<'a>(request: &Incoming<'a>) -> &'a str {
    let content_type = header(request, "content-type").unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim()
}

const fn blob_form(encoding: Encoding) -> BlobForm {
    match encoding {
        Encoding::Json => BlobForm::Base64,
        Encoding::Cbor => BlobForm::Bytes,
    }
}

fn spoken(content_type: &str) -> Spoken {
    if content_type == Encoding::Json.content_type() {
        Spoken::Encoded(Encoding::Json)
    } else if content_type == Encoding::Cbor.content_type() {
        Spoken::Encoded(Encoding::Cbor)
    } else if content_type == "application/json" {
        Spoken::Envelope
    } else {
        Spoken::Unknown
    }
}

fn header<'a>(request: &Incoming<'a>, name: &str) -> Option<&'a str> {
    let found = request.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
    found.map(|(_, value)| *value)
}
