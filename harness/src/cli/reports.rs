//! The files that a run or a stored log is reported in.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use kinesis_conformance::log::ReportError;
use kinesis_conformance::report::github::{annotations, without_commands};
use kinesis_conformance::report::markdown::to_markdown;
use kinesis_conformance::report::terminal::{Options, render_view};
use kinesis_conformance::report::view::View;
use kinesis_conformance::report::{Summary, clean, junit, record, write_whole};

use super::exit::Exit;
use super::output::{Losses, print, warn};
use super::problem::Problem;
use super::width::style;

/// A file that is to be written at the end, tried before the first request. If it was made for that,
/// and nothing comes to stand in it, it is deleted again.
#[derive(Debug)]
pub(super) struct Reserved {
    path: PathBuf,
    made: bool,
}

impl Reserved {
    /// Fails now rather than after the run. What is there already is left as it is.
    pub(super) fn of(path: &Path) -> Result<Self, Problem> {
        let open = |new: bool| std::fs::OpenOptions::new().append(true).create_new(new).open(path);
        let made = match open(true) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => open(false).map(|_| false),
            Err(error) => Err(error),
        };
        match made {
            Ok(made) => Ok(Self { path: path.to_owned(), made }),
            Err(error) => Err(Problem::usage(format!("write `{}`: {error}", path.display()))
                .with_help("name a file in a folder that exists and may be written")),
        }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if self.made && std::fs::metadata(&self.path).is_ok_and(|there| there.is_file() && there.len() == 0) {
            // A process that took it away in the meantime has done the same.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The files that were requested.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Files<'a> {
    pub(super) junit: Option<&'a Path>,
    pub(super) record: Option<&'a Path>,
    pub(super) markdown: Option<&'a Path>,
    pub(super) script: Option<&'a Path>,
}

/// Prints the report and writes the files that were requested, each by itself. An incomplete run makes no
/// record, which is reported and no loss: how it ended is what its exit code says.
pub(super) fn write(summary: &Summary, options: &Options, files: &Files<'_>) -> Losses {
    let mut losses = Losses::default();
    let view = View::of(summary, options);
    losses.note(print_report(&view, options));
    if let Some(path) = files.junit {
        losses.note(junit::write_junit(&view, path).map_err(lost));
    }
    if let Some(path) = files.markdown {
        losses.note(write_whole("report", path, &to_markdown(&view)).map_err(lost));
    }
    if let Some(path) = files.script {
        match script(&view) {
            Ok(text) => losses.note(write_whole("script", path, text).map_err(lost)),
            Err(reason) => warn(format_args!("warning: no script is written: {}", clean(&reason))),
        }
    }
    if let Some(path) = files.record {
        match record::write_record(summary, path) {
            Err(error @ ReportError::Incomplete(_)) => warn(format_args!("warning: failed to {error}")),
            written @ (Ok(()) | Err(_)) => losses.note(written.map_err(lost)),
        }
    }
    losses
}

/// The script of the first cause that has an example.
fn script(view: &View) -> Result<&str, String> {
    let picture = view.causes.iter().find_map(|cause| cause.example.as_ref());
    match picture.map(|picture| &picture.script) {
        Some(Ok(text)) => Ok(text),
        Some(Err(reason)) => Err(reason.clone()),
        None => Err("no trial failed".to_owned()),
    }
}

/// Prints the report. Where GitHub Actions reads the output, no line of the report is a command, the first
/// causes are annotations, and the report is added to the summary of the job.
fn print_report(view: &View, options: &Options) -> Result<(), Problem> {
    let text = render_view(view, style(), options);
    if !is_set("GITHUB_ACTIONS") {
        return print(text);
    }
    let token = uuid::Uuid::new_v4().to_string();
    print(without_commands(&text, &token))?;
    print(annotations(view))?;
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let append = || {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(&path)?;
        file.write_all(to_markdown(view).as_bytes())
    };
    append().map_err(|error| {
        let path = Path::new(&path).display();
        Problem::new(
            Exit::Unwritten,
            format!("add the report to the summary of the job in `{path}`: {error}"),
        )
    })
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// What to say when a file took no more.
pub(super) fn lost(error: ReportError) -> Problem {
    Problem::new(Exit::Unwritten, error).with_help("make room, or name a file elsewhere, and run again")
}
