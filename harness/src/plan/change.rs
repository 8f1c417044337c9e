//! The kinds of changes whose lengths are measured, and the operations that begin them.

use crate::case::ast::{Resource, Resources};
use crate::log::Change;

/// The change that an accepted call begins; `None` if its length is not measured. `encrypted` = whether the
/// stream is encrypted when the call is sent.
pub(crate) fn begun(kind: &Resource, operation: &str, encrypted: bool) -> Option<Change> {
    // What is measured on a stream says nothing of another kind of resource.
    if kind.name.value != Resources::STREAM {
        return None;
    }
    if operation == kind.create.operation.value {
        return Some(Change::Create);
    }
    if operation == kind.delete.operation.value {
        return Some(Change::Delete);
    }
    match operation {
        "StartStreamEncryption" if encrypted => Some(Change::ReKey),
        "StartStreamEncryption" => Some(Change::Start),
        "StopStreamEncryption" => Some(Change::Stop),
        _ => None,
    }
}
