//! JUnit XML, for build servers: a suite per case file, a test per trial.
//!
//! JUnit knows four ends. Mismatches are failures, what could not be sent is an error, what needs
//! no answer is skipped with its reason; what is tolerated or known has passed and says so.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::terminal::{Style, render_picture};
use super::text::{clean, level};
use super::view::{TrialResult, TrialView, View};
use super::whole_file::write_whole;
use crate::log::ReportError;

#[cfg(test)]
mod tests;

/// The run as JUnit XML.
///
/// # Errors
///
/// If the XML can't be made.
pub fn to_junit(view: &View) -> Result<String, ReportError> {
    let mut suites: BTreeMap<&str, Vec<&TrialView>> = BTreeMap::new();
    for trial in &view.trials {
        suites.entry(suite(&trial.case)).or_default().push(trial);
    }
    // A run that ended before its first verdict states that it is incomplete too.
    if suites.is_empty() {
        suites.insert("no-verdict", Vec::new());
    }
    let mut report = Report::new("kinesis-conformance");
    if let Some((_, ms)) = view.run.cost {
        report.set_time(Duration::from_millis(ms));
    }
    for (name, trials) in suites {
        let mut suite = TestSuite::new(clean(name));
        add_properties(&mut suite, view);
        suite.set_time(Duration::from_millis(
            trials.iter().fold(0, |sum, trial| sum.saturating_add(trial.ms)),
        ));
        suite.add_test_cases(trials.into_iter().map(test_case));
        report.add_test_suite(suite);
    }
    report.to_string().map_err(|error| ReportError::Xml(error.to_string()))
}

/// Writes the run as JUnit XML, all of it or nothing.
///
/// # Errors
///
/// If the XML can't be made or written.
pub fn write_junit(view: &View, path: &Path) -> Result<(), ReportError> {
    let text = to_junit(view)?;
    write_whole("report", path, &text)
}

fn add_properties(suite: &mut TestSuite, view: &View) {
    let run = &view.run;
    let Some((name, version, endpoint)) = &run.target else { return };
    let complete = if run.is_complete { "true" } else { "false" };
    let (suite_version, manifest) = &run.suite;
    let properties = [
        ("target", name.as_str()),
        ("target-version", version.as_deref().unwrap_or("")),
        ("endpoint", endpoint),
        ("suite-version", suite_version),
        ("manifest-digest", manifest),
        ("level", run.level.map_or("", level)),
        ("complete", complete),
    ];
    suite.add_properties(properties.into_iter().map(|(name, value)| Property::new(name, clean(value))));
}

fn test_case(trial: &TrialView) -> TestCase {
    let name = trial.outcome.as_str();
    let status = match &trial.result {
        TrialResult::Fixed => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type("fixed").set_message("listed as known, but passes: delete its entry");
            status
        }
        TrialResult::Passed => TestCaseStatus::success(),
        TrialResult::Failed { kind, differs } => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            if let Some(kind) = kind {
                status.set_type(kind.as_str());
            }
            if let Some((expected, actual)) = differs {
                status.set_message(format!("expected {}, got {}", clean(expected), clean(actual)));
            }
            status.set_description(picture(trial));
            status
        }
        TrialResult::Stopped { reason } => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type(name).set_message(format!("{name}: {}", clean(reason)));
            status.set_description(picture(trial));
            status
        }
        TrialResult::Missing { reason } => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let why = format!("a verdict is required, and there is none: {name}: {}", clean(reason));
            status.set_type("required").set_message(why);
            status
        }
        TrialResult::NotJudged { reason } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("{name}: {}", clean(reason)));
            status
        }
    };
    let mut test = TestCase::new(clean(&trial.id), status);
    test.set_classname(clean(suite(&trial.case)));
    test.set_time(Duration::from_millis(trial.ms));
    if let Some((file, line)) = &trial.place {
        test.extra.insert("file".into(), clean(file).into());
        test.extra.insert("line".into(), line.to_string().into());
    }
    if !trial.reported.is_empty() {
        let reported = trial.reported.iter().map(|(kind, expected, actual)| {
            format!("{name}: {}: expected {}, got {}", kind.as_str(), clean(expected), clean(actual))
        });
        test.set_system_out(reported.collect::<Vec<_>>().join("\n"));
    }
    test
}

fn picture(trial: &TrialView) -> String {
    trial.picture.as_ref().map_or_else(String::new, |picture| render_picture(picture, Style::default()))
}

/// The suite's name: the path of its file, and for generated trials their operation.
fn suite(case: &str) -> &str {
    if let Some(generated) = case.strip_prefix("model/") {
        let operation = generated.find('/').unwrap_or(generated.len());
        return &case[.."model/".len() + operation];
    }
    case.rsplit_once('/').map_or(case, |(suite, _)| suite)
}
