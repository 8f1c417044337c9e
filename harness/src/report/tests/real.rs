//! What people read of real runs: against the reference, with and without faults.
//!
//! The suite is a fixture of its own, so that these texts change only when the wording does. What
//! differs from run to run (times, ports, names of streams) is replaced.

use std::sync::Arc;

use regex::Regex;

use crate::case::ast::{Level, Library};
use crate::case::{Known, Source};
use crate::judge::{KnownList, RunSettings};
use crate::log::Event;
use crate::plan::{Manifest, Select};
use crate::report::Summary;
use crate::report::terminal::{Options, Sections, Style, render};
use crate::report::view::View;
use crate::testing::against::run_against;
use crate::testing::samples::{events_of, lines, snapshot};

fn manifest() -> Manifest {
    let file = |name: &str, text: &str| Source::new(format!("cases/{name}"), text);
    let sources = vec![
        file("start.yaml", include_str!("../../../tests/fixtures/real/start.yaml")),
        file("questions.yaml", include_str!("../../../tests/fixtures/real/questions.yaml")),
    ];
    Manifest::of(Arc::new(Library::from_sources(sources).expect("the fixture is sound")), false)
}

fn run(faults: &[&str], settings: RunSettings) -> Vec<Event> {
    let events = run_against(faults, &manifest(), &Select::default(), settings);
    // Names are replaced before lines are broken, by others of the same length.
    let name = Regex::new(r"kinesis-conformance-[0-9a-f]{8}-\d{4}").expect("a pattern");
    events_of(&name.replace_all(&lines(&events), "kinesis-conformance-00000000-0000"))
}

/// The text without what differs from run to run, in this order.
const RULES: [(&str, &str); 10] = [
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    // Samples fall where they fall; how a trace is drawn is tested elsewhere.
    (r"(?m)^  trace     .*\n(?:   .*\n)*", "  trace     SAMPLES\n"),
    (r"\d+(?:\.\d+)? (?:µs|ms|s|min)\b", "TIME"),
    (r"(request|response)(<|>|&lt;|&gt;) +\+?TIME", "$1$2 TIME"),
    (r"\d+ requests in", "MANY requests in"),
    (r#"time="[0-9.]+""#, r#"time="TIME""#),
    (r#"(manifest-digest" value=)"[0-9a-f]+""#, r#"$1"DIGEST""#),
    (r#"timestamp="[^"]*""#, r#"timestamp="TIME""#),
    (r"\d{4}-\d\d-\d\dT[0-9:]+Z", "DATE"),
    // How many trials had borrowed it by then depends on the machine.
    (
        r"(?:( +retired the shared stream kinesis-conformance-00000000-0000: a call on it[^:]*\n +expected\n))+",
        "$1",
    ),
];

fn steady(text: &str) -> String {
    RULES.into_iter().fold(text.to_owned(), |text, (pattern, stand_in)| {
        Regex::new(pattern).expect("a pattern").replace_all(&text, stand_in).into_owned()
    })
}

fn reported(name: &str, faults: &[&str], settings: RunSettings) {
    let summary = Summary::of_events(&run(faults, settings));
    let sections = Sections { questions: true, notices: true, notes: true, others: true };
    let options = Options { sections, ..Options::default() };
    snapshot(&format!("real-{name}"), &steady(&render(&summary, Style::default(), &options)));
}

#[test]
fn a_run_without_any_fault() {
    reported("good", &[], RunSettings::default());
}

#[test]
fn a_run_at_the_strictest_level() {
    reported("strict", &[], RunSettings { level: Level::Strict, ..RunSettings::default() });
}

#[test]
fn a_run_against_each_fault() {
    for fault in [
        "skip-updating",
        "settles-to-old-key",
        "arn-ignored",
        "encryption-type-kms-accepted",
        "unsigned-accepted",
    ] {
        reported(fault, &[fault], RunSettings::default());
    }
}

/// Faults that do not hide one another.
const MANY: [&str; 3] = ["skip-updating", "encryption-type-kms-accepted", "unsigned-accepted"];

#[test]
fn a_run_against_many_faults_with_a_list_of_known_failures() {
    let text = "\
format: 1
known:
  start/lower-case: {fails: [status], why: the enum is compared without case}
  start/active-updating-active: {fails: [timing], why: listed in another way than it fails}
  start/made-up-text: {fails: [error-class], why: has been fixed since}
";
    let known = Known::from_source(&Source::new("known.yaml", text)).expect("a list");
    let (known, found) = KnownList::of(&known, &manifest());
    assert_eq!(found, vec![]);
    reported("known", &MANY, RunSettings { known, ..RunSettings::default() });
}

#[cfg(feature = "cli")]
#[test]
fn a_run_against_many_faults_as_junit() {
    let summary = Summary::of_events(&run(&MANY, RunSettings::default()));
    let xml = crate::report::junit::to_junit(&View::of(&summary, &Options::default())).expect("XML");
    snapshot("real-junit", &steady(&xml));
}
