//! JSON Schemas of the seven files that people write, for their editors.
//!
//! Built from the same tables of keys and values as the loader, so that they can't disagree on
//! those. A schema says less than the loader: what YAML itself leaves unclear, and all that the
//! lint checks, is not in it. The committed copies are in `harness/schema/`; a test compares.

mod resources;

use serde_json::{Map, Value, json};

use crate::model::Model;

use super::ast::{
    Address, Audience, BodyForm, Cost, EncodingAxis, FixtureName, FixtureStatus, HttpForm, Level, Motion,
    OperationEffect, Resources, Returns, Rule, Spelling, StatesEnd, WireAuth,
};
use super::dialect::DialectName;
use super::mapping::Mapping;
use super::profile::ENVIRONMENT_KEYS;
use super::transport::Transport;
use super::variants::{Named, UntilName, WhenName, names};

/// A file format that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// A suite file below `cases/`.
    Suite,
    /// `cases/questions.yaml`.
    Questions,
    /// `cases/operations.yaml`.
    Operations,
    /// `cases/resources.yaml`.
    Resources,
    /// `cases/moved.yaml`.
    Moved,
    /// A file below `cases/releases/`.
    Release,
    /// `reports/targets/<name>/profile.yaml`.
    Profile,
    /// `reports/targets/<name>/known.yaml`.
    Known,
}

impl Schema {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Suite,
        Self::Questions,
        Self::Operations,
        Self::Resources,
        Self::Moved,
        Self::Release,
        Self::Profile,
        Self::Known,
    ];

    /// The name of the committed file in `harness/schema/`.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Suite => "suite.schema.json",
            Self::Questions => "questions.schema.json",
            Self::Operations => "operations.schema.json",
            Self::Resources => "resources.schema.json",
            Self::Moved => "moved.schema.json",
            Self::Release => "release.schema.json",
            Self::Profile => "profile.schema.json",
            Self::Known => "known.schema.json",
        }
    }

    /// The schema as text, keys sorted, with a line break at the end.
    pub fn text(self) -> String {
        let mut schema = match self {
            Self::Suite => suite(),
            Self::Questions => questions(),
            Self::Operations => operations(),
            Self::Resources => resources::resources(),
            Self::Moved => moved(),
            Self::Release => release(),
            Self::Profile => profile(),
            Self::Known => known(),
        };
        schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        format!("{:#}\n", sorted(schema))
    }
}

/// A mapping with the keys of a mapping. A key without a schema of its own doesn't compile away: it
/// is caught by the test that every key is described.
fn object(mapping: Mapping, required: &[&str], properties: Value) -> Value {
    let mut all = Map::new();
    for key in mapping.keys() {
        all.insert((*key).to_owned(), properties.get(key).cloned().unwrap_or(Value::Bool(true)));
    }
    json!({
        "type": "object",
        "description": mapping.name(),
        "properties": all,
        "required": required,
        "additionalProperties": false,
    })
}

fn one_of<T: Named>() -> Value {
    json!({"enum": names::<T>().collect::<Vec<_>>()})
}

fn list_of(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

fn named(names: Value, values: Value) -> Value {
    json!({"type": "object", "propertyNames": names, "additionalProperties": values})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

fn text() -> Value {
    json!({"type": "string"})
}

/// An operation that the model has.
fn operation() -> Value {
    json!({"enum": Model::embedded().operations.keys().collect::<Vec<_>>()})
}

fn id() -> Value {
    json!({"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"})
}

fn fact() -> Value {
    json!({"type": "string", "pattern": "^[A-Z]+-[0-9]+$"})
}

fn format_1() -> Value {
    json!({"const": 1})
}

fn suite() -> Value {
    let case = object(
        Mapping::Case,
        &["title", "steps"],
        json!({
            "title": text(),
            "level": one_of::<Level>(),
            "cost": one_of::<Cost>(),
            "affects": list_of(one_of::<Audience>()),
            "kills": {"type": "array", "items": text(), "maxItems": 5},
            "kills-nothing": text(),
            "over": object(Mapping::Over, &[], json!({
                "encoding": {"type": "array", "items": one_of::<EncodingAxis>(), "minItems": 1},
                "address": {"type": "array", "items": one_of::<Address>(), "minItems": 1},
            })),
            "given": object(Mapping::Given, &[], json!({"stream": fixture(), "other": fixture()})),
            "without": named(operation(), text()),
            "each": named(id(), named(text(), json!(true))),
            "steps": {"anyOf": [reference("step"), list_of(reference("step"))]},
        }),
    );
    let mut case = case;
    case["oneOf"] = json!([{"required": ["kills"]}, {"required": ["kills-nothing"]}]);
    let mut schema = object(
        Mapping::Suite,
        &["format", "cases"],
        json!({
            "format": format_1(),
            "operation": text(),
            "for": object(Mapping::For, &[], json!({
                "addressed-by": list_of(text()),
                "effect": list_of(one_of::<OperationEffect>()),
                "refused-in": list_of(json!({"enum": ["creating", "updating", "deleting"]})),
            })),
            "operations": list_of(operation()),
            "without": named(operation(), text()),
            "cases": named(id(), case),
        }),
    );
    // A family is about several operations.
    schema["dependentRequired"] = json!({"for": ["operations"], "operations": ["for"], "without": ["for"]});
    schema["$defs"] = json!({
        "step": {"anyOf": [reference("call"),
            reference("observe"),
            reference("race"),
            reference("repeat"),
            reference("clock"),
            reference("read"),
        ]},
        "call": call(),
        "observe": observe(),
        "race": race(),
        "repeat": repeat(),
        "clock": object(Mapping::Clock, &["clock"], json!({"clock": duration()})),
        "read": read(),
        "expect": expect(),
    });
    schema
}

fn fixture() -> Value {
    json!({"anyOf": [
        {"enum": ["shared", "missing"]},
        object(Mapping::Fixture, &[], json!({
            "encryption": {"type": "string", "pattern": r"^(none|\$key\..+|\$each\..+)$"},
            "status": one_of::<FixtureStatus>(),
            "setup": {"anyOf": [id(), list_of(id())]},
            "shards": {"type": "integer", "minimum": 1, "maximum": 10},
        })),
    ]})
}

/// What a call sends.
fn request() -> Value {
    let mut addresses = vec!["axis", "none"];
    addresses.extend(names::<Address>());
    json!({
        "call": text(),
        "address": {"enum": addresses},
        "with": {"type": "object"},
        "json": text(),
        "bytes": {"type": ["string", "integer"]},
        "wire": wire(),
    })
}

fn call() -> Value {
    let mut members = request();
    for (name, schema) in [
        ("expect", reference("expect")),
        ("because", list_of(fact())),
        ("form", list_of(fact())),
        (
            "by",
            json!({"type": "string", "pattern": "^([0-9]+(ms|s|min|h)|transition) after ([A-Z_]+|answer)$"}),
        ),
        ("until", until()),
        ("returns", one_of::<Returns>()),
        ("when", json!({"anyOf": [one_of::<WhenName>(), {"type": "string", "pattern": "^\\$got\\..+$"}]})),
        ("capture", named(text(), text())),
        ("level", one_of::<Level>()),
    ] {
        members[name] = schema;
    }
    let mut call = object(Mapping::Call, &["expect"], members);
    call["dependentRequired"] = json!({"by": ["until"], "until": ["by"]});
    call
}

fn until() -> Value {
    json!({"anyOf": [one_of::<UntilName>(), {"type": "object"}]})
}

fn wire() -> Value {
    let texts = json!({"anyOf": [text(), list_of(text())]});
    object(
        Mapping::Wire,
        &[],
        json!({
            "method": text(),
            "path": text(),
            "target": texts,
            "content-type": text(),
            "headers": named(text(), texts),
            "auth": one_of::<WireAuth>(),
        }),
    )
}

fn observe() -> Value {
    let statuses = Resources::embedded().kinds.values().map(|kind| json!({"required": [kind.status.value]}));
    let state = json!({
        "type": "object",
        "anyOf": statuses.collect::<Vec<_>>(),
        "properties": {"optional": {"type": "boolean"}},
    });
    object(
        Mapping::Observe,
        &["observe", "states"],
        json!({
            "observe": one_of::<FixtureName>(),
            "states": {"type": "array", "items": state, "minItems": 1},
            "because": list_of(fact()),
            "form": list_of(fact()),
            "during": named(text(), json!({"anyOf": [reference("call"), list_of(reference("call"))]})),
            "level": one_of::<Level>(),
        }),
    )
}

/// A time with its unit.
fn duration() -> Value {
    json!({"type": "string", "pattern": "^[0-9]+(ms|s|min|h)$"})
}

fn race() -> Value {
    let racer = object(Mapping::Racer, &[], request());
    object(
        Mapping::Race,
        &["race", "exactly-one", "others"],
        json!({
            "race": {"type": "array", "items": racer, "minItems": 2},
            "exactly-one": reference("expect"),
            "others": reference("expect"),
            "because": list_of(fact()),
            "form": list_of(fact()),
            "level": one_of::<Level>(),
        }),
    )
}

fn repeat() -> Value {
    object(
        Mapping::Repeat,
        &["repeat", "until", "steps"],
        json!({
            "repeat": {"type": "integer", "minimum": 1, "maximum": 1000},
            "until": one_of::<UntilName>(),
            "steps": {"anyOf": [reference("call"), list_of(reference("call"))]},
        }),
    )
}

fn read() -> Value {
    let record = json!({"type": "object", "required": ["Data"]});
    object(
        Mapping::Read,
        &["read", "records"],
        json!({
            "read": one_of::<FixtureName>(),
            "within": duration(),
            "records": list_of(record),
            "because": list_of(fact()),
            "form": list_of(fact()),
            "level": one_of::<Level>(),
        }),
    )
}

fn expect() -> Value {
    let clause = json!({
        "type": "array",
        "prefixItems": [text(), one_of::<Rule>()],
        "minItems": 2,
        "maxItems": 2,
    });
    let class = json!({"type": "string", "pattern": "^[A-Za-z0-9]+$"});
    let one_of_classes = json!({
        "type": "object",
        "properties": {"$one-of": {"type": "array", "items": class, "minItems": 1}},
        "required": ["$one-of"],
        "additionalProperties": false,
    });
    let mut mapping = object(
        Mapping::Expect,
        &[],
        json!({
            "accepted": {"type": "object"},
            "error": {"anyOf": [class, one_of_classes]},
            "refused": {"type": "string", "pattern": r"^\$open\..+$"},
            "clauses": list_of(clause),
            "message": true,
            "status": {"type": "integer", "minimum": 100, "maximum": 599},
            "document": true,
            "headers": named(text(), json!(true)),
            "body": one_of::<BodyForm>(),
            "encoding": one_of::<EncodingAxis>(),
            "http": one_of::<HttpForm>(),
            "spelling": named(text(), one_of::<Spelling>()),
        }),
    );
    mapping["oneOf"] =
        json!([{"required": ["accepted"]}, {"required": ["error"]}, {"required": ["refused"]}]);
    json!({"anyOf": [{"const": "accepted"}, {"type": "string", "pattern": r"^\$open\..+$"}, mapping]})
}

fn questions() -> Value {
    let mut candidate = object(
        Mapping::Candidate,
        &[],
        json!({
            "answer": {"anyOf": [reference("expect"), list_of(reference("expect"))]},
            "stream": one_of::<Motion>(),
            "value": true,
            "state": one_of::<StatesEnd>(),
        }),
    );
    candidate["oneOf"] = json!([{"required": ["answer"]}, {"required": ["value"]}, {"required": ["state"]}]);
    let question = object(
        Mapping::Question,
        &["question", "candidates"],
        json!({
            "question": text(),
            "affects": list_of(one_of::<Audience>()),
            "facts": list_of(fact()),
            "candidates": named(id(), candidate),
        }),
    );
    let mut schema = object(
        Mapping::Questions,
        &["format", "questions"],
        json!({"format": format_1(), "questions": named(id(), question)}),
    );
    schema["$defs"] = json!({"expect": expect()});
    schema
}

fn operations() -> Value {
    let traits = object(
        Mapping::Operation,
        &["effect"],
        json!({
            "effect": one_of::<OperationEffect>(),
            "addressed-by": list_of(text()),
            "refused-in": list_of(json!({"enum": ["creating", "updating", "deleting"]})),
            "with": {"type": "object"},
            "checked": {"type": "boolean"},
        }),
    );
    object(
        Mapping::Operations,
        &["format", "operations"],
        json!({"format": format_1(), "operations": named(operation(), traits)}),
    )
}

fn moved() -> Value {
    let mut case = object(Mapping::MovedCase, &[], json!({"to": text(), "gone": text()}));
    case["oneOf"] = json!([{"required": ["to"]}, {"required": ["gone"]}]);
    object(Mapping::Moved, &["format", "moved"], json!({"format": format_1(), "moved": named(text(), case)}))
}

fn profile() -> Value {
    let millis = |minimum: u64| json!({"type": "integer", "minimum": minimum, "maximum": 86_400_000});
    let budget = json!({"type": "integer", "minimum": 1, "maximum": 100_000});
    object(
        Mapping::Profile,
        &["format", "name", "about"],
        json!({
            "format": format_1(),
            "name": text(),
            "about": text(),
            "version": text(),
            "endpoint": {"type": "string", "pattern": "^https?://"},
            "spawn": text(),
            "ready": text(),
            "environment": object(Mapping::Environment, &[], json!({"keys": named(json!({"enum": ENVIRONMENT_KEYS}), text())})),
            "shortest-transition-ms": millis(0),
            "transition-deadline-ms": millis(1),
            "describe-lag-ms": millis(0),
            "settle-ms": millis(0),
            "shard-budget": budget,
            "transitional-budget": budget,
            "rates": named(operation(), json!({"type": "string", "pattern": "^[0-9]{1,6}/(s|min|h)$"})),
            "region": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,64}$"},
            "dialect": one_of::<DialectName>(),
            "codes": named(text(), text()),
            "lacks": object(Mapping::Lacks, &[], json!({
                "operations": list_of(operation()),
                "encodings": list_of(one_of::<EncodingAxis>()),
            })),
            "requires": object(Mapping::Requires, &[], json!({
                "operations": list_of(operation()),
                "encodings": list_of(one_of::<EncodingAxis>()),
                "transports": list_of(one_of::<Transport>()),
                "trials": list_of(json!({"type": "string", "minLength": 1})),
            })),
        }),
    )
}

fn release() -> Value {
    object(Mapping::Release, &["format", "trials"], json!({"format": format_1(), "trials": text()}))
}

fn known() -> Value {
    let day = || json!({"type": "string", "format": "date"});
    let entry = object(
        Mapping::KnownEntry,
        &["fails", "why"],
        json!({
            "trials": {"type": "array", "items": text(), "minItems": 1},
            "fails": {"type": "array", "items": text(), "minItems": 1},
            "why": text(),
            "link": text(),
            "since": day(),
            "until": day(),
            "flaky": {"type": "boolean"},
        }),
    );
    let version = json!({"type": ["string", "number"]});
    object(
        Mapping::KnownList,
        &["format", "known"],
        json!({"format": format_1(), "suite": version, "known": named(text(), entry)}),
    )
}

/// The same with keys in alphabetical order, whichever map the JSON crate was built with.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut entries: Vec<(String, Value)> = members.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Value::Array(elements) => Value::Array(elements.into_iter().map(sorted).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_committed_schemas_are_the_ones_that_are_built() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/schema");
        for schema in Schema::ALL {
            let path = folder.join(schema.file_name());
            if std::env::var_os("UPDATE_SCHEMAS").is_some() {
                std::fs::create_dir_all(&folder).expect("a folder");
                std::fs::write(&path, schema.text()).expect("written");
            }
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(
                committed.replace("\r\n", "\n"),
                schema.text(),
                "{} differs; write it with UPDATE_SCHEMAS=1 cargo test --lib case::schema",
                schema.file_name()
            );
        }
    }

    #[test]
    fn every_key_is_described_and_only_three_take_anything() {
        let mut anything = Vec::new();
        for schema in Schema::ALL {
            let schema: Value = serde_json::from_str(&schema.text()).expect("JSON");
            collect(&schema, &mut anything);
        }
        anything.sort();
        anything.dedup();
        // Trees of values have no form that a schema could hold them to.
        assert_eq!(anything, ["document", "message", "value"]);
    }

    fn collect(schema: &Value, anything: &mut Vec<String>) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            let open = properties.iter().filter(|(_, schema)| **schema == Value::Bool(true));
            anything.extend(open.map(|(key, _)| key.clone()));
        }
        match schema {
            Value::Object(members) => members.values().for_each(|member| collect(member, anything)),
            Value::Array(elements) => elements.iter().for_each(|element| collect(element, anything)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
