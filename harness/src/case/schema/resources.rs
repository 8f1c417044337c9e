//! The schema of `resources.yaml`.

use serde_json::{Value, json};

use super::{Mapping, format_1, id, list_of, named, object, operation, text};

/// A call that the run makes for itself, with these members besides, all of them required but `again-after`
/// and those that say where the next page comes from.
fn resource_call(of: Mapping, required: &[&str]) -> Value {
    let mut members = json!({"call": operation(), "with": {"type": "object"}});
    for key in of.keys().iter().filter(|key| !["call", "with"].contains(key)) {
        members[*key] = if *key == "again-after" { list_of(text()) } else { text() };
    }
    let mut call = object(of, required, members);
    if of.keys().contains(&"token") {
        call["oneOf"] = json!([{"required": ["token"]}, {"required": ["more", "after"]}]);
    }
    call
}

pub(super) fn resources() -> Value {
    let call = || resource_call(Mapping::ResourceCall, &["call"]);
    let resource = object(
        Mapping::Resource,
        &[
            "describe",
            "address",
            "names",
            "status",
            "transient",
            "settled",
            "gone",
            "created",
            "unchanged",
            "create",
            "delete",
        ],
        json!({
            "describe": {
                "type": "array",
                "items": object(Mapping::Describe, &["call", "output"], json!({"call": operation(), "output": text()})),
                "minItems": 1,
            },
            "address": {"type": "object"},
            "names": object(Mapping::Names, &["name", "arn"], json!({"name": text(), "arn": text()})),
            "status": text(),
            "transient": list_of(text()),
            "settled": list_of(text()),
            "gone": text(),
            "created": text(),
            "unchanged": list_of(text()),
            "create": call(),
            "delete": resource_call(Mapping::DeleteCall, &["call"]),
            "list": resource_call(Mapping::List, &["call", "items"]),
            "tags": object(Mapping::Tags, &["list", "add"], json!({
                "list": resource_call(Mapping::TagList, &["call", "items", "key", "value"]),
                "add": call(),
            })),
        }),
    );
    let mut setup = object(
        Mapping::Setup,
        &["resource"],
        json!({
            "resource": id(),
            "from": id(),
            "calls": list_of(call()),
            "await": {"anyOf": [{"const": "gone"}, {"type": "object"}]},
            "begins": text(),
        }),
    );
    setup["oneOf"] = json!([{"required": ["await"]}, {"required": ["begins"]}]);
    object(
        Mapping::Resources,
        &["format", "resources", "setups"],
        json!({
            "format": format_1(),
            "resources": named(id(), resource),
            "setups": named(id(), setup),
        }),
    )
}
