//! What `wire:` of a call makes of its request.

use bytes::Bytes;

use crate::case::ast::{Body, Tree, Wire, WireAuth};
use crate::model::Value;
use crate::wire::{Auth, Corruption, Overrides, Request};

use super::bind::{Bindings, Unbound};

/// What a call overrides of the plain request; `None` where there is none.
///
/// # Errors
/// If a name is unbound, or stands for something else than text.
pub(crate) fn of_call(
    wire: &Wire,
    plain: &Request,
    bindings: &Bindings,
) -> Result<Option<Overrides>, Unbound> {
    if wire.is_plain() {
        return Ok(None);
    }
    let texts = |tree: &Tree| texts(tree, bindings);
    let one = |tree: &Option<Tree>, plain: &str| match tree {
        Some(tree) => Ok(texts(tree)?.into_iter().next()),
        None => Ok(Some(plain.to_owned())),
    };
    let mut headers = Vec::new();
    for (name, tree) in &wire.headers {
        headers.extend(texts(tree)?.into_iter().map(|value| (name.clone(), value)));
    }
    Ok(Some(Overrides {
        method: one(&wire.method, "POST")?.unwrap_or_default(),
        path: one(&wire.path, "/")?.unwrap_or_default(),
        targets: match &wire.target {
            Some(tree) => texts(tree)?,
            None => plain.target.iter().cloned().collect(),
        },
        content_type: one(&wire.content_type, &plain.content_type)?,
        headers,
        auth: corruption(wire.auth),
    }))
}

/// What the log says of a request with overrides, in the members of a plain one.
pub(crate) fn as_plain(request: &mut Request, overrides: &Overrides) {
    request.target = (!overrides.targets.is_empty()).then(|| overrides.targets.join(", "));
    request.content_type = overrides.content_type.clone().unwrap_or_default();
    request.auth = if overrides.auth.is_signed() { Auth::Signed } else { Auth::Unsigned };
}

/// The bytes of a body that is written in the case; `None` for one that is encoded.
///
/// # Errors
/// If a row's column is missing, or holds something else than text or bytes.
pub(crate) fn exact_body(body: &Body, bindings: &Bindings) -> Result<Option<Bytes>, Unbound> {
    let tree = match body {
        Body::Tree(_) => return Ok(None),
        Body::Json(tree) | Body::Bytes(tree) => tree,
    };
    match bindings.value(tree)? {
        Some(Value::String(text)) => Ok(Some(Bytes::from(text))),
        Some(Value::Blob(bytes)) => Ok(Some(Bytes::from(bytes))),
        Some(_) | None => Err(Unbound("a body that is text or bytes".to_owned())),
    }
}

fn texts(tree: &Tree, bindings: &Bindings) -> Result<Vec<String>, Unbound> {
    let text = |value: Value| match value {
        Value::String(text) => Ok(text),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Blob(_)
        | Value::Time(_)
        | Value::List(_)
        | Value::Map(_) => Err(Unbound("text of a request".to_owned())),
    };
    match bindings.value(tree)? {
        None => Ok(Vec::new()),
        Some(Value::List(elements)) => elements.into_iter().map(text).collect(),
        Some(value) => Ok(vec![text(value)?]),
    }
}

const fn corruption(auth: WireAuth) -> Corruption {
    match auth {
        WireAuth::Signed => Corruption::Nothing,
        WireAuth::Unsigned => Corruption::Unsigned,
        WireAuth::CorruptSignature => Corruption::Signature,
        WireAuth::CorruptBodyHash => Corruption::BodyHash,
        WireAuth::MissingCredential => Corruption::NoCredential,
        WireAuth::MissingSignature => Corruption::NoSignature,
        WireAuth::MissingSignedHeaders => Corruption::NoSignedHeaders,
        WireAuth::MissingDate => Corruption::NoDate,
        WireAuth::Expired => Corruption::Expired,
        WireAuth::Future => Corruption::Future,
        WireAuth::OtherRegion => Corruption::OtherRegion,
        WireAuth::OtherService => Corruption::OtherService,
        WireAuth::UnknownKey => Corruption::UnknownKey,
        WireAuth::BadSessionToken => Corruption::SessionToken,
        WireAuth::HeaderAndQuery => Corruption::HeaderAndQuery,
        WireAuth::Presigned => Corruption::Presigned,
        WireAuth::SignedThenChangedHeader => Corruption::ChangedHeader,
        WireAuth::SignedThenAddedHeader => Corruption::AddedHeader,
        WireAuth::SignedThenAddedPlainHeader => Corruption::AddedPlainHeader,
    }
}
