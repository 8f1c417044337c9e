//! Tests of profiles and known lists, which are read in the same way.

use super::*;
use crate::case::Known;
use crate::case::diagnostic::{Style, draw};

const PROFILE: &str = "\
format: 1
name: some-target
about: An emulator for tests
version: \"1.10\"
endpoint: http://127.0.0.1:4567
world:
  keys: {managed: alias/aws/kinesis, enabled-a: 1234abcd-12ab-34cd-56ef-1234567890ab}
clock: true
shortest-transition-ms: 500
shard-budget: 50
lacks: {operations: [SubscribeToShard], encodings: [cbor]}
";

#[test]
fn a_profile_reads_as_it_is_written() {
    let profile = Profile::from_source(&Source::new("profile.yaml", PROFILE)).expect("it is well-formed");
    assert_eq!(profile.version.as_deref(), Some("1.10"));
    assert_eq!(profile.world.keys["managed"], "alias/aws/kinesis");
    assert!(profile.clock && !profile.disposable);
    assert_eq!((profile.shortest_transition_ms, profile.settle_ms), (Some(500), None));
    assert_eq!(profile.lacks.encodings, [EncodingAxis::Cbor]);
}

#[test]
fn an_unquoted_version_and_an_unknown_key_of_the_world_are_refused_together() {
    let text = PROFILE.replace("\"1.10\"", "1.10").replace("enabled-a", "enabld-a").replace("http://", "");
    let problems = Profile::from_source(&Source::new("profile.yaml", text)).expect_err("three mistakes");
    let titles: Vec<_> = problems.iter().map(|problem| problem.title.as_str()).collect();
    assert_eq!(
        titles,
        ["`1.10` is unclear without quotes", "no case asks for a key `enabld-a`", "`endpoint` is a URL"]
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let problems = Profile::read(Path::new("no/such/profile.yaml")).expect_err("not there");
    assert!(draw(&problems[0], Style::default()).contains("no/such/profile.yaml"));
}

#[test]
fn a_known_list_keeps_the_lines_of_each_entry_and_its_kinds_are_checked() {
    let text = "\
format: 1
known:
  a/b/lower-case:
    fails: [error-class, stauts]
    why: accepts any text
    link: https://example.org/1
  a/c:
    fails: [status]
    why: not there yet
";
    let known = Known::from_source(&Source::new("known.yaml", text)).expect("well-formed");
    assert_eq!(known.entries.len(), 2);
    let span = known.entries[0].span;
    let start = usize::try_from(span.offset).expect("fits");
    let end = start + usize::try_from(span.len).expect("fits");
    assert!(text[start..end].starts_with("a/b/lower-case:") && text[start..end].ends_with("example.org/1"));
    let problems = known.check_kinds(&["status", "error-class"]);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `status`?"));
}

#[test]
fn an_entry_without_a_reason_is_refused() {
    let text = "format: 1\nknown:\n  a/b: {fails: []}\n";
    let problems = Known::from_source(&Source::new("known.yaml", text)).expect_err("two mistakes");
    assert_eq!(problems.len(), 2);
}
