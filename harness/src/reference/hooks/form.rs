//! Before the answer is sent: its class, status, headers and bytes.

use super::Hooks;
use super::values::{spell, times_as_floats};
use crate::model::Value;
use crate::reference::fault::{Cause, Class, Form, Hook, Page, RefusalChange, Refusals, ReplyChange, Rule};
use crate::reference::reply::{Body, Reply};
use crate::spec::Action;
use crate::wire::{Encoding, encode, json};

/// What a reply was before any fault changed it.
struct Right {
    is_refusal: bool,
    operation: Option<Action>,
    class: Option<String>,
    cause: Option<Cause>,
}

impl Right {
    /// True if the reply is one of these refusals.
    fn is_of(&self, refusals: &Refusals) -> bool {
        let Refusals { operations, classes, except, cause } = refusals;
        let is_class = |class: &Class| self.class.as_deref() == Some(class.0);
        self.is_refusal
            && (operations.named().is_empty()
                || self.operation.is_some_and(|operation| operations.include(operation)))
            && (classes.is_empty() || classes.iter().any(is_class))
            && !except.iter().any(is_class)
            && cause.is_none_or(|cause| self.cause == Some(cause))
    }
}

impl Hooks {
    /// The reply as it is sent.
    pub(in crate::reference) fn reply(&self, mut reply: Reply) -> Reply {
        let right = Right {
            is_refusal: reply.status >= 400,
            operation: reply.operation,
            class: reply.class().map(str::to_owned),
            cause: reply.cause,
        };
        if let (false, Some(action), Body::Value(_, output)) =
            (right.is_refusal, right.operation, &mut reply.body)
        {
            self.output(action, output);
        }
        for rule in &self.rules {
            match rule {
                Rule::Refusal(rule) if right.is_of(&rule.of) => refusal(&rule.change, &mut reply),
                Rule::Reply(rule) if rule.of.as_ref().is_none_or(|of| right.is_of(of)) => {
                    changed(&rule.change, &right, &mut reply);
                }
                Rule::Hook(hook) if right.is_refusal => hooked(*hook, &mut reply),
                Rule::Refusal(_)
                | Rule::Reply(_)
                | Rule::Hook(_)
                | Rule::AcceptSignature(_)
                | Rule::Input(_)
                | Rule::AcceptWhile(_)
                | Rule::Outcome(_)
                | Rule::Transition(_)
                | Rule::Output(_) => {}
            }
        }
        reply
    }

    /// True if preflights are known.
    pub(in crate::reference) fn knows_preflights(&self) -> bool {
        !self.has(Hook::PreflightRefused)
    }
}

fn refusal(change: &RefusalChange, reply: &mut Reply) {
    match change {
        RefusalChange::Class(class) => {
            let right = reply.class().unwrap_or_default();
            reply.set_class(&class.replace("{class}", right));
        }
        RefusalChange::Status(status) => reply.status = *status,
        RefusalChange::Text { from, to } => {
            if let Body::Value(_, Value::Map(members)) = &mut reply.body
                && let Some(Value::String(text)) = members.get_mut("message")
            {
                *text = text.replacen(from, to, 1);
            }
        }
        RefusalChange::Rename { member, to } => {
            if let Body::Value(_, Value::Map(members)) = &mut reply.body
                && let Some(text) = members.shift_remove(member)
            {
                members.insert(to.clone(), text);
            }
        }
        RefusalChange::InJson => in_json(reply),
        RefusalChange::Replace(Page { status, html }) => {
            *reply = Reply::plain(*status, html);
            if !html.is_empty() {
                reply.content_type = Some("text/html");
            }
        }
    }
}

fn changed(change: &ReplyChange, right: &Right, reply: &mut Reply) {
    match change {
        ReplyChange::Header(change) => reply.header_changes.push(change.clone()),
        ReplyChange::Frame(framing) => reply.framing = Some(*framing),
        ReplyChange::Form { encoding, form } => {
            if let Body::Value(used, value) = &mut reply.body
                && used == encoding
            {
                spell(value, *form);
                if *form == Form::Fraction {
                    let mut bytes = encode(*encoding, value);
                    times_as_floats(&mut bytes);
                    reply.body = Body::Bytes(bytes);
                }
            }
        }
        ReplyChange::EmptyOutput { encodings, body } => {
            let used = encodings.iter().find(|used| reply.content_type == Some(used.content_type()));
            if let Some(encoding) = used
                && !right.is_refusal
                && reply.body == Body::Bytes(Vec::new())
                && let Ok(body) = json::parse(body.as_bytes())
            {
                reply.body = Body::Value(*encoding, body.value);
            }
        }
    }
}

/// The hooks that change a refusal.
fn hooked(hook: Hook, reply: &mut Reply) {
    if hook == Hook::TypeInHeaderOnly {
        in_header_only(reply);
    } else if hook == Hook::CborBareErrorDefinite
        && let Body::BareCbor(class) = &reply.body
    {
        let body = encode(Encoding::Cbor, &Value::from([("__type", class.as_str().into())]));
        reply.body = Body::Bytes(body);
    }
}

fn in_header_only(reply: &mut Reply) {
    let Some(class) = reply.class().map(str::to_owned) else { return };
    reply.headers.push(("x-amzn-errortype", class));
    match &mut reply.body {
        Body::Value(_, Value::Map(members)) => {
            members.shift_remove("__type");
        }
        Body::Value(_, _) | Body::Bytes(_) => {}
        Body::BareCbor(_) => reply.body = Body::Value(Encoding::Cbor, Value::empty()),
    }
}

fn in_json(reply: &mut Reply) {
    let body = match &reply.body {
        Body::Value(Encoding::Cbor, value) => value.clone(),
        Body::BareCbor(class) => Value::from([("__type", class.as_str().into())]),
        Body::Value(Encoding::Json, _) | Body::Bytes(_) => return,
    };
    reply.body = Body::Value(Encoding::Json, body);
    reply.content_type = Some(Encoding::Json.content_type());
}
