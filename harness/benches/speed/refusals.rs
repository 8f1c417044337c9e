//! A suite that keeps both sides busy: refusals on a shared stream, which wait for nothing.
//!
//! The suite's own cases spend most of a run waiting for transitions, which says nothing of how
//! fast the engine is.

use std::sync::Arc;

use indexmap::IndexMap;

use kinesis_conformance::case::ast::{
    Address, Audience, CallAddress, Fixture, FixtureName, Level, Node, Reference, Rule, Tree,
};
use kinesis_conformance::facts::FactId;
use kinesis_conformance::model::Value;
use kinesis_conformance::plan::{Expected, Generated, GeneratedCall, Manifest, bound, input};
use kinesis_conformance::wire::Encoding;

/// So many trials of one request each, and of the check whether anything has changed.
pub(crate) fn manifest(trials: usize) -> Manifest {
    let trials = (0..trials).map(|number| Arc::new(refusal(number).trial())).collect();
    Manifest { library: Arc::default(), trials }
}

fn refusal(number: usize) -> Generated {
    let with = Tree {
        node: Node::Map(IndexMap::from([
            ("EncryptionType".to_owned(), input(Value::from(format!("kms-{number:04}").as_str()))),
            ("KeyId".to_owned(), bound(Reference::Key("managed".to_owned()))),
        ])),
        ..input(Value::empty())
    };
    Generated {
        id: format!("measure/refusals/row-{number:04}"),
        rule: "enum".to_owned(),
        operation: "StartStreamEncryption".to_owned(),
        title: "An encryption type outside the enum is refused".to_owned(),
        level: Level::Core,
        affects: vec![Audience::Security],
        encoding: Encoding::Json,
        address: Address::Name,
        setup: IndexMap::from([(FixtureName::Stream, Fixture::Shared)]),
        steps: vec![GeneratedCall {
            operation: "StartStreamEncryption".to_owned(),
            address: CallAddress::Axis,
            with,
            expect: Expected::Refused {
                error: "ValidationException".to_owned(),
                clauses: vec![("encryptionType".to_owned(), Rule::Enum)],
            },
            because: ["VAL-025", "SSE-005"].map(|id| FactId(id.to_owned())).to_vec(),
        }],
    }
}
