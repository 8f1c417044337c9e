//! From a request to a reply: the order of the checks, then one step of the specification.

#![expect(clippy::result_large_err, reason = "a refusal is a whole reply, made once a request")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::account::{REGION, start_account};
use super::fault::Cause;
use super::hooks::{HookCall, Hooks, Turn};
use super::ids::Ids;
use super::reply::Reply;
use super::settings::{Policy, Settings};
use crate::model::{BlobForm, Model, Operation, Value, type_error};
use crate::spec::{Account, Action, Call, Millis, TransitionTimes, step_with};
use crate::wire::{AuthFault, Encoding, Incoming, Verifier, decode, json, parse};

/// The state and the settings of one server.
#[derive(Debug)]
pub(super) struct Service {
    account: Mutex<Account>,
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
            account: Mutex::new(start_account(settings.limits)),
            times,
            policy: settings.policy,
            hooks: Hooks::new(&settings.faults),
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
        if request.method == "OPTIONS" && origin.is_some() && self.hooks.knows_preflights() {
            return Reply::preflight(
                header(request, "access-control-request-headers"),
                header(request, "access-control-request-method"),
            );
        }
        let reply = if request.method == "POST" {
            self.post(request)
        } else {
            Reply::nothing_to_authorize().because_of(Cause::Method)
        };
        let reply = self.hooks.reply(reply);
        if origin.is_some() { reply.exposed() } else { reply }
    }

    fn post(&self, request: &Incoming<'_>) -> Reply {
        let target = header(request, "x-amz-target");
        let operation = target.and_then(|target| self.hooks.operation(target, operation(target)));
        let given = header(request, "content-type").unwrap_or_default();
        let content_type = self.hooks.media_type(given, media_type(given));
        let spoken = spoken(content_type);
        if request.body.is_empty() && self.hooks.body(request.body, None).is_none() {
            return self.empty_body(operation, content_type);
        }
        match spoken {
            Spoken::Encoded(encoding) => {
                self.encoded(encoding, request, operation).unwrap_or_else(|refusal| refusal)
            }
            Spoken::Envelope => match json::parse(request.body) {
                Ok(_) => Reply::envelope(404, "UnknownOperationException"),
                Err(_) => Reply::envelope(400, "SerializationException"),
            },
            Spoken::Unknown => {
                // WIRE-019, WIRE-020: what the target names decides.
                let reply =
                    if operation.is_some() { Reply::unknown_in_xml() } else { Reply::nothing_to_authorize() };
                reply.because_of(Cause::ContentType)
            }
        }
    }

    /// WIRE-015, WIRE-017: the reply is CBOR unless the request said JSON.
    fn empty_body(&self, operation: Option<&Operation>, content_type: &str) -> Reply {
        let json = content_type == Encoding::Json.content_type();
        // WIRE-038: one content type gets the other class, whatever the target.
        let known = operation.is_some() && content_type != "application/x-amz-json-1.0";
        let class = if known { "SerializationException" } else { "UnknownOperationException" };
        let encoding = if json { Encoding::Json } else { Encoding::Cbor };
        Reply::bare(encoding, 400, class).because_of(Cause::NoBody)
    }

    /// # Errors
    /// The refusal of a request that is no call.
    fn encoded(
        &self,
        encoding: Encoding,
        request: &Incoming<'_>,
        operation: Option<&'static Operation>,
    ) -> Result<Reply, Reply> {
        let turn = self.hooks.turn_of_auth();
        let authenticate = |at: Turn| if at == turn { self.authenticate(encoding, request) } else { Ok(()) };
        authenticate(Turn::BeforeBody)?;
        // WIRE-016, WIRE-037: garbage and scalars are refused before anything else is checked.
        let mut input = self.body(encoding, request.body)?;
        authenticate(Turn::BeforeOperation)?;
        let operation = operation.ok_or_else(|| Reply::bare(encoding, 400, "UnknownOperationException"))?;
        authenticate(Turn::BeforeTypes)?;
        self.hooks.input(operation, &mut input);
        if let Some(refusal) = self.hooks.unreadable(encoding, operation, &input) {
            return Err(refusal);
        }
        // ORD-004.
        if let Some(error) = type_error(Model::embedded(), operation, blob_form(encoding), &input) {
            let refusal = Reply::wrong_type(encoding, error.message.as_deref()).because_of(Cause::WrongType);
            return Err(Reply { operation: Action::parse(&operation.name), ..refusal });
        }
        authenticate(Turn::AfterTypes)?;
        Ok(self.step(encoding, operation, &input))
    }

    /// # Errors
    /// The refusal of a body that is no structure.
    fn body(&self, encoding: Encoding, body: &[u8]) -> Result<Value, Reply> {
        let value = parse(encoding, body).map(|document| document.value).ok();
        if let Some(structure) = value.as_ref().filter(|value| value.as_map().is_some()) {
            return Ok(structure.clone());
        }
        if let Some(taken) = self.hooks.body(body, value.as_ref()) {
            return Ok(taken);
        }
        let refusal = Reply::bare(encoding, 400, "SerializationException");
        let is_broken = value.is_none() && encoding == Encoding::Json;
        Err(if is_broken { refusal.because_of(Cause::BrokenJson) } else { refusal })
    }

    /// # Errors
    /// The refusal of a request that is not signed as it should be.
    fn authenticate(&self, encoding: Encoding, request: &Incoming<'_>) -> Result<(), Reply> {
        match self.verifier.verify(request, SystemTime::now()) {
            Err(fault) if !self.hooks.overlooks(&fault) => {
                Err(Reply::error(encoding, 400, fault.class(), &fault.to_string())
                    .because_of(Cause::Signature))
            }
            Ok(_) if self.hooks.refuses_headers(request) => {
                let fault = AuthFault::WrongSignature;
                Err(Reply::error(encoding, 400, fault.class(), &fault.to_string())
                    .because_of(Cause::Signature))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    fn step(&self, encoding: Encoding, operation: &'static Operation, plain: &Value) -> Reply {
        let input = decode(Model::embedded(), encoding, operation.input.as_deref(), plain).value;
        let Some(action) = Action::parse(&operation.name) else {
            return Reply::bare(encoding, 400, "UnknownOperationException");
        };
        let mut account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock, so that time does not run backwards between two calls.
        let now = self.now();
        let hook_call = HookCall { account: &account, action, input: &input, now };
        let (given, at) = self.hooks.call(hook_call);
        let call = Call { operation, input: given };
        let Some(mut branch) = step_with(&account, &call, at, &mut |question| self.policy.answer(question))
        else {
            return Reply::bare(encoding, 400, "UnknownOperationException");
        };
        self.hooks.branch(hook_call, &mut branch);
        let times = self.hooks.times(hook_call, &branch.effect, self.times);
        let held_back = self.hooks.held_back(hook_call, &branch.effect, times);
        account.apply(branch.effect, now, times);
        drop(account);
        Reply { held_back, operation: Some(action), ..Reply::answer(encoding, operation, branch.answer) }
    }
}

/// At least one millisecond.
pub(super) fn millis(duration: Duration) -> Millis {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).max(1)
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
fn media_type(content_type: &str) -> &str {
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
