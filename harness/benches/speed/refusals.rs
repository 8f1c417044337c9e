//! A suite that keeps both sides busy: refusals on a shared stream, which wait for nothing.
//!
//! The suite's own cases spend most of a run waiting for transitions, which says nothing of how
//! fast the engine is.

use std::fmt::Write as _;
use std::sync::Arc;

use kinesis_conformance::case::Source;
use kinesis_conformance::case::ast::Library;
use kinesis_conformance::plan::Manifest;

const HEAD: &str = "\
format: 1
operation: StartStreamEncryption
cases:
  refused:
    title: An encryption type outside the enum is refused
    level: core
    hurts: [security]
    kills-nothing: measures the engine
    given: {stream: shared}
    each:
";

// Its first line is indented, which a continued literal would take away.
const TAIL: &str = "    ask:
      with: {EncryptionType: $each.type, KeyId: $key.managed}
      expect: {error: ValidationException, clauses: [[encryptionType, enum]]}
      because: [VAL-025, SSE-005]
";

/// So many trials of one request each, and of the look whether anything has changed.
pub(crate) fn manifest(trials: usize) -> Manifest {
    let mut text = HEAD.to_owned();
    for row in 0..trials {
        let _ = writeln!(text, "      row-{row:04}: {{type: kms-{row:04}}}");
    }
    text.push_str(TAIL);
    let source = Source::new("cases/measure/refusals.yaml", text);
    let library = match Library::from_sources(vec![source]) {
        Ok(library) => library,
        Err(found) => panic!("the measured suite is wrong: {found:?}"),
    };
    Manifest::of(Arc::new(library), false)
}
