//! Requests: what a call of a trial sends, once names have their values. Pure.

use bytes::Bytes;
use indexmap::IndexMap;

use crate::case::ast::{Address, Body, Call, CallAddress, FixtureName, Reference};
use crate::model::{Model, Value};
use crate::wire::{Auth, Encoding, Overrides, Request, encode};

use super::PlannedTrial;
use super::bind::{Bindings, Unbound, name_of};
use super::overrides;

/// A request and the operation that is meant by it.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// The operation that is meant.
    pub operation: String,
    /// The request; of one with overrides, the body is sent and the rest is for the log.
    pub request: Request,
    /// How it differs from what a client would send.
    pub overrides: Option<Overrides>,
}

impl Outgoing {
    /// A plain, signed call in JSON.
    pub(crate) fn call(model: &Model, operation: &str, input: &Value) -> Self {
        Self::encoded(model, operation, Encoding::Json, encode(Encoding::Json, input))
    }

    /// A signed call with a body that is encoded already.
    pub(crate) fn encoded(model: &Model, operation: &str, encoding: Encoding, body: Vec<u8>) -> Self {
        Self {
            operation: operation.to_owned(),
            request: Request {
                target: Some(format!("{}.{operation}", model.target_prefix)),
                content_type: encoding.content_type().to_owned(),
                body: Bytes::from(body),
                auth: Auth::Signed,
            },
            overrides: None,
        }
    }
}

/// The request of a call in this trial.
///
/// # Errors
/// If a name is unbound.
pub(crate) fn outgoing(
    model: &Model,
    trial: &PlannedTrial,
    call: &Call,
    bindings: &Bindings,
) -> Result<Outgoing, Unbound> {
    let operation = call.operation.value.as_str();
    let body = match &call.with {
        Body::Tree(tree) => {
            let value = bindings.value(tree)?.unwrap_or_else(Value::empty);
            Bytes::from(encode(trial.encoding, &addressed(model, trial, call, bindings, value)?))
        }
        Body::Json(_) | Body::Bytes(_) => overrides::exact_body(&call.with, bindings)?.unwrap_or_default(),
    };
    let encoding = match &call.with {
        Body::Tree(_) | Body::Bytes(_) => trial.encoding,
        Body::Json(_) => Encoding::Json,
    };
    let mut outgoing = Outgoing::encoded(model, operation, encoding, Vec::new());
    outgoing.request.body = body;
    outgoing.overrides = overrides::of_call(&call.wire, &outgoing.request, bindings)?;
    if let Some(overrides) = &outgoing.overrides {
        overrides::as_plain(&mut outgoing.request, overrides);
    }
    Ok(outgoing)
}

/// Puts the stream's name, ARN or both in front of what `with` says, as the call or the axis states.
fn addressed(
    model: &Model,
    trial: &PlannedTrial,
    call: &Call,
    bindings: &Bindings,
    value: Value,
) -> Result<Value, Unbound> {
    let address = match call.address {
        CallAddress::Axis => trial.address,
        CallAddress::Fixed(address) => address,
        CallAddress::None => return Ok(value),
    };
    let Value::Map(members) = value else { return Ok(value) };
    let by_hand = ["StreamName", "StreamARN", "StreamId"].iter().any(|name| members.contains_key(*name));
    if by_hand || trial.given.is_empty() {
        return Ok(Value::Map(members));
    }
    let input = model.operation(&call.operation.value).and_then(|operation| operation.input.as_deref());
    let takes = |name: &str| model.members(input).any(|(member, _)| member == name);
    let name = ("StreamName", Reference::StreamName(FixtureName::Stream));
    let arn = ("StreamARN", Reference::StreamArn(FixtureName::Stream));
    let wanted = match address {
        Address::Name => vec![name],
        Address::Arn => vec![arn],
        Address::Both => vec![name, arn],
    };
    let mut all = IndexMap::new();
    for (member, bound) in wanted.iter().filter(|(member, _)| takes(member)) {
        let value = bindings.get(bound).ok_or_else(|| Unbound(name_of(bound)))?;
        all.insert((*member).to_owned(), value.clone());
    }
    all.extend(members);
    Ok(Value::Map(all))
}
