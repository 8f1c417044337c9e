//! A trial that a rule makes, and the trial of a case file that says the same.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::case::Source;
use crate::case::ast::{Address, Audience, CallAddress, Fixture, FixtureName, Level, Library, Rule};
use crate::facts::FactId;
use crate::model::Value;
use crate::plan::{Expected, Generated, GeneratedCall, Manifest, PlannedTrial, input};
use crate::wire::Encoding;

/// The id of the trial here.
pub(crate) const ID: &str = "model/start-stream-encryption/key-id/above-max";

/// A key id that is one character longer than the model allows.
pub(crate) fn above_max(rule_broken: Rule) -> Generated {
    Generated {
        id: ID.to_owned(),
        rule: "above-max".to_owned(),
        operation: "StartStreamEncryption".to_owned(),
        title: "A KeyId of 2,049 characters is refused".to_owned(),
        level: Level::Extended,
        affects: vec![Audience::SdkAuthors],
        encoding: Encoding::Json,
        address: Address::Name,
        setup: IndexMap::from([(FixtureName::Stream, Fixture::Shared)]),
        steps: vec![GeneratedCall {
            operation: "StartStreamEncryption".to_owned(),
            address: CallAddress::Axis,
            with: input(Value::from([
                ("EncryptionType", Value::from("KMS")),
                ("KeyId", Value::from("k".repeat(2049))),
            ])),
            expect: Expected::Refused {
                error: "ValidationException".to_owned(),
                clauses: vec![("keyId".to_owned(), rule_broken)],
            },
            because: vec![FactId("VAL-025".to_owned()), FactId("SSE-005".to_owned())],
        }],
    }
}

/// The trial of a case file that says the same: what was written of the generated one is its case.
pub(crate) fn from_yaml(generated: &PlannedTrial) -> Arc<PlannedTrial> {
    let (suite, case) = generated.case_id.rsplit_once('/').expect("a suite and a case");
    let mut file = format!("format: 1\ncases:\n  {case}:\n    kills-nothing: a test\n");
    if generated.encoding == Encoding::Cbor {
        file.push_str("    over: {encoding: [cbor]}\n");
    }
    for line in generated.source().text.lines() {
        file.push_str(&format!("    {line}\n"));
    }
    let source = Source::new(format!("cases/{suite}.yaml"), file.clone());
    match Library::from_sources(vec![source]) {
        Ok(library) => Arc::clone(&Manifest::of(Arc::new(library), false).trials[0]),
        Err(found) => panic!("what was written is no case: {found:?}\n{file}"),
    }
}
