//! Tests of profiles and known lists, which are read in the same way.

use super::*;
use crate::case::ast::EncodingAxis;
use crate::case::diagnostic::{Style, draw};
use crate::case::{Known, Transport};

const PROFILE: &str = "\
format: 1
name: some-target
about: An emulator for tests
version: \"1.10\"
endpoint: http://127.0.0.1:4567
environment:
  keys: {managed: alias/aws/kinesis, enabled-a: 1234abcd-12ab-34cd-56ef-1234567890ab}
shortest-transition-ms: 500
shard-budget: 50
lacks: {operations: [SubscribeToShard], encodings: [cbor]}
";

#[test]
fn a_profile_reads_as_it_is_written() {
    let profile = Profile::from_source(&Source::new("profile.yaml", PROFILE)).expect("it is well-formed");
    assert_eq!(profile.version.as_deref(), Some("1.10"));
    assert_eq!(profile.environment.keys["managed"], "alias/aws/kinesis");
    assert_eq!((profile.shortest_transition_ms, profile.settle_ms), (Some(500), None));
    assert_eq!(profile.lacks.encodings, [EncodingAxis::Cbor]);
}

#[test]
fn an_unquoted_version_and_an_unknown_key_of_the_environment_are_refused_together() {
    let text = PROFILE.replace("\"1.10\"", "1.10").replace("enabled-a", "enabld-a").replace("http://", "");
    let problems = Profile::from_source(&Source::new("profile.yaml", text)).expect_err("three mistakes");
    let titles: Vec<_> = problems.iter().map(|problem| problem.title.as_str()).collect();
    assert_eq!(
        titles,
        ["`1.10` is unclear without quotes", "no case uses a key `enabld-a`", "`endpoint` is a URL"]
    );
}

fn problems(text: &str) -> Vec<Diagnostic> {
    Profile::from_source(&Source::new("profile.yaml", text)).expect_err("it is wrong")
}

#[test]
fn what_is_required_reads_as_it_is_written() {
    let text = PROFILE.replace(
        "lacks:",
        "describe-lag-ms: 40\nrequires: {operations: [PutRecord], encodings: [json], transports: [h1, h2], \
         trials: [\"put-record/**\"]}\nlacks:",
    );
    let profile = Profile::from_source(&Source::new("profile.yaml", text)).expect("it is well-formed");
    let requires = &profile.requires;
    assert_eq!(requires.operations, ["PutRecord"]);
    assert_eq!(requires.encodings, [EncodingAxis::Json]);
    assert_eq!(requires.transports, [Transport::H1, Transport::H2]);
    assert_eq!((requires.trials[0].as_str(), profile.describe_lag_ms), ("put-record/**", 40));
    assert!(profile.check_required_trials(["put-record/answer/plain"].into_iter()).is_empty());
    let strays = profile.check_required_trials(["start-stream-encryption/a/b"].into_iter());
    let drawn = draw(&strays[0], Style::default());
    assert!(
        drawn.contains("a required trial that there is not") && drawn.contains("put-record/**"),
        "{drawn}"
    );
}

#[test]
fn nothing_is_required_and_a_description_is_fresh_where_nothing_is_stated() {
    let profile = Profile::from_source(&Source::new("profile.yaml", PROFILE)).expect("it is well-formed");
    assert!(profile.requires.is_empty());
    assert_eq!((profile.describe_lag_ms, profile.transition_deadline_ms), (0, None));
}

#[test]
fn an_operation_that_the_api_lacks_is_refused_with_the_nearest_name() {
    for key in ["lacks", "requires"] {
        let (text, _) = PROFILE.split_once("lacks").expect("it has the key");
        let found = problems(&format!("{text}{key}: {{operations: [PutRecrod]}}\n"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].title, "the API has no operation `PutRecrod`");
        assert_eq!(found[0].help.as_deref(), Some("did you mean `PutRecord`?"));
        assert!(draw(&found[0], Style::default()).contains("profile.yaml:10:"));
    }
}

#[test]
fn what_is_required_and_lacking_at_once_is_refused_with_both_places() {
    let text =
        PROFILE.replace("lacks:", "requires: {operations: [SubscribeToShard], encodings: [cbor]}\nlacks:");
    let found = problems(&text);
    let titles: Vec<_> = found.iter().map(|problem| problem.title.as_str()).collect();
    let wanted = [
        "`SubscribeToShard` is required and said to be lacking",
        "`cbor` is required and said to be lacking",
    ];
    assert_eq!(titles, wanted);
    assert!(found.iter().all(|problem| problem.labels.len() == 2), "{found:?}");
}

#[test]
fn rates_are_those_of_operations_that_the_api_has() {
    let with = |rates: &str| PROFILE.replace("lacks:", &format!("rates: {rates}\nlacks:"));
    let read =
        Profile::from_source(&Source::new("profile.yaml", with("{CreateStream: 5/s, PutRecord: 30/min}")));
    let rates = read.expect("it is well-formed").rates;
    assert_eq!(rates["CreateStream"].to_string(), "5/s");
    assert_eq!(rates["PutRecord"].to_string(), "30/min");

    let found = problems(&with("{CreateStraem: 5/s, PutRecord: 5}"));
    let titles: Vec<_> = found.iter().map(|problem| problem.title.as_str()).collect();
    assert_eq!(titles[0], "the API has no operation `CreateStraem`");
    assert_eq!(found.len(), 2, "{titles:?}");
    let found = problems(&with("{PutRecord: 0/s}"));
    assert_eq!(found[0].title, format!("a rate is {RATE_FORM}"));
}

#[test]
fn an_empty_region_is_refused() {
    let found = problems(&PROFILE.replace("lacks:", "region: \"\"\nlacks:"));
    assert_eq!(found[0].title, format!("`region` is {REGION_FORM}"));
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
