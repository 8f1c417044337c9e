//! JUnit XML, for build servers: a suite per case file, a test per trial.
//!
//! JUnit knows four ends. Mismatches are failures, what could not be sent is an error, what needs
//! no answer is skipped with its reason; what is tolerated or known has passed and says so.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::summary::Summary;
use super::terminal::{Options, Style, render_trial};
use super::text::{clean, level};
use super::whole_file::write_whole;
use crate::log::{Flag, Outcome, ReportError, TrialVerdict};

#[cfg(test)]
mod tests;

/// The run as JUnit XML.
///
/// # Errors
///
/// If the XML can't be made.
pub fn to_junit(summary: &Summary, options: &Options) -> Result<String, ReportError> {
    let mut suites: BTreeMap<&str, Vec<&TrialVerdict>> = BTreeMap::new();
    for trial in summary.trials.values() {
        suites.entry(suite(&trial.case)).or_default().push(trial);
    }
    // A run that ended before its first verdict states that it is incomplete too.
    if suites.is_empty() {
        suites.insert("no-verdict", Vec::new());
    }
    let mut report = Report::new("kinesis-conformance");
    if let Some(footer) = &summary.footer {
        report.set_time(Duration::from_millis(footer.ms));
    }
    for (name, trials) in suites {
        let mut suite = TestSuite::new(clean(name));
        add_properties(&mut suite, summary);
        suite.set_time(Duration::from_millis(
            trials.iter().fold(0, |sum, trial| sum.saturating_add(trial.ms)),
        ));
        suite.add_test_cases(trials.into_iter().map(|trial| test_case(summary, trial, options)));
        report.add_test_suite(suite);
    }
    report.to_string().map_err(|error| ReportError::Xml(error.to_string()))
}

/// Writes the run as JUnit XML, all of it or nothing.
///
/// # Errors
///
/// If the XML can't be made or written.
pub fn write_junit(summary: &Summary, options: &Options, path: &Path) -> Result<(), ReportError> {
    let text = to_junit(summary, options)?;
    write_whole("report", path, &text)
}

fn add_properties(suite: &mut TestSuite, summary: &Summary) {
    let Some(header) = &summary.header else { return };
    let complete = if summary.is_complete() { "true" } else { "false" };
    let properties = [
        ("target", header.target.name.as_str()),
        ("target-version", header.target.version.as_deref().unwrap_or("")),
        ("endpoint", &header.target.endpoint),
        ("suite-version", &header.suite_version),
        ("manifest-digest", &header.manifest_digest),
        ("level", level(header.level)),
        ("complete", complete),
    ];
    suite.add_properties(properties.into_iter().map(|(name, value)| Property::new(name, clean(value))));
}

fn test_case(summary: &Summary, trial: &TrialVerdict, options: &Options) -> TestCase {
    let reason = trial.reason.as_deref().map(clean);
    let plain = |text: &str| format!("{}: {}", trial.outcome.as_str(), reason.as_deref().unwrap_or(text));
    let status = match trial.outcome {
        Outcome::Pass if trial.flags.contains(&Flag::Fixed) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type("fixed").set_message("listed as known, but passes: delete its entry");
            status
        }
        Outcome::Pass | Outcome::Tolerated | Outcome::Known => TestCaseStatus::success(),
        Outcome::Fail => {
            let leading = trial.mismatches.iter().find(|mismatch| !mismatch.tolerated);
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            if let Some(leading) = leading.or_else(|| trial.mismatches.first()) {
                status.set_type(leading.kind.as_str());
                status.set_message(format!(
                    "expected {}, got {}",
                    clean(&leading.expected),
                    clean(&leading.actual)
                ));
            }
            status.set_description(picture(summary, trial, options));
            status
        }
        Outcome::Blocked | Outcome::Error => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type(trial.outcome.as_str()).set_message(plain("no reason given"));
            status.set_description(picture(summary, trial, options));
            status
        }
        Outcome::Unobserved | Outcome::Unsupported if trial.required => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type("required").set_message(format!(
                "a verdict is required, and there is none: {}",
                plain("no reason given")
            ));
            status
        }
        Outcome::Unobserved | Outcome::Unsupported | Outcome::Skipped | Outcome::Open => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(plain(if trial.outcome == Outcome::Open {
                "the answer to an open question was noted"
            } else {
                "no reason given"
            }));
            status
        }
    };
    let mut test = TestCase::new(clean(&trial.id), status);
    test.set_classname(clean(suite(&trial.case)));
    test.set_time(Duration::from_millis(trial.ms));
    if matches!(trial.outcome, Outcome::Tolerated | Outcome::Known) {
        let reported = trial.mismatches.iter().map(|mismatch| {
            format!(
                "{}: {}: expected {}, got {}",
                trial.outcome.as_str(),
                mismatch.kind.as_str(),
                clean(&mismatch.expected),
                clean(&mismatch.actual)
            )
        });
        test.set_system_out(reported.collect::<Vec<_>>().join("\n"));
    }
    test
}

fn picture(summary: &Summary, trial: &TrialVerdict, options: &Options) -> String {
    render_trial(summary, &trial.id, Style::default(), options)
}

/// The suite's name: the path of its file, and for generated trials their operation.
fn suite(case: &str) -> &str {
    if let Some(generated) = case.strip_prefix("model/") {
        let operation = generated.find('/').unwrap_or(generated.len());
        return &case[.."model/".len() + operation];
    }
    case.rsplit_once('/').map_or(case, |(suite, _)| suite)
}
