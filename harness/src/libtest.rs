//! The suite as a test target of `cargo test`, for those who write an emulator in Rust.
//!
//! ```no_run
//! // tests/conformance.rs, with `harness = false` in its [[test]] section
//! # fn start_my_server() -> String { String::new() }
//! fn main() -> std::process::ExitCode {
//!     kinesis_conformance::libtest::main(|| start_my_server())
//! }
//! ```
//!
//! Every trial is a test by its id. The first that runs starts the server and *one* run of the
//! run over all that are selected; the others wait for their verdicts, so that transitions
//! overlap. Listing starts nothing. A trial that fails says so in a line; the report of the run, with each
//! cause once, stands at the end. If the run can't begin, one test fails and the others are ignored.
//!
//! cargo-nextest starts a process for each test. Under it each suite file is one test instead, which
//! carries out its trials as one run on a server of its own, prints how many ended in which way, and
//! fails as a run of the program would; it also fails if none of its trials got a verdict, unless the
//! profile says what is lacking. `KINESIS_TRIALS=each` makes a test of every trial there too.
//!
//! Variables point the same trials elsewhere: `KINESIS_ENDPOINT` is a URL, `KINESIS_TARGET` a
//! built-in profile's name or the path of a profile. Whatever is no verdict about the target
//! (skipped, open, unsupported, unobserved, known) shows as ignored, with the reason; libtest has
//! no better name for it.
//!
//! A server in the test's own process may end that process. The requests under way stand in a file beside
//! the test's executable, and the next start names the trials that they belong to.
//!
//! Not here: logs, JUnit, records and signals, for which there is the program. A test process that
//! is killed leaves its streams on the target; `kinesis-conformance sweep` finds them.

mod background;
mod interrupted;
mod not_begun;
mod outcome;
mod setup;
mod suites;

use std::fmt::{self, Display};
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, ColorSetting, Completion, Failed, Trial};

use crate::case::ast::Library;
use crate::case::{Diagnostic, Lacks, draw};
use crate::plan::Manifest;
use crate::report::terminal::{Again, Options, Style};
use crate::run::Journal;

pub use crate::case::ast::Level;

use background::{Background, Job};
use outcome::Showing;
use setup::{Place, Setup, StartError};
use suites::{Test, Unit};

/// Runs the suite against the server that `start` starts, and returns what `main` returns.
///
/// `start` is called once, when the first trial runs, in the context of a tokio runtime (so that
/// it may spawn) but not as a task of it (so that it may block). It returns the URL of the server,
/// or anything that shows as one; that value is dropped after the last request. See [`serving`]
/// for a server that ends when its handle is dropped.
pub fn main<S: Display + 'static>(start: impl FnOnce() -> S + Send + 'static) -> ExitCode {
    Suite::new().main(start)
}

/// Runs the suite against the built-in reference.
#[cfg(feature = "serve")]
pub fn reference() -> ExitCode {
    Suite::new().reference()
}

/// A URL together with what keeps the server behind it alive.
#[derive(Debug)]
pub struct Serving<K> {
    endpoint: String,
    _kept: K,
}

/// A URL together with what keeps the server behind it alive: a handle, a runtime, a child process.
pub fn serving<K>(endpoint: impl Display, kept: K) -> Serving<K> {
    Serving { endpoint: endpoint.to_string(), _kept: kept }
}

impl<K> Display for Serving<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.endpoint)
    }
}

/// The suite with more said than where the server is.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing runs before `main` is called"]
pub struct Suite {
    profile: Option<PathBuf>,
    known: Option<PathBuf>,
    level: Option<Level>,
}

impl Suite {
    /// Nothing said: the managed key only, no known failures, [`Level::Extended`].
    pub fn new() -> Self {
        Self::default()
    }

    /// A profile: what the environment of the server holds, how long its transitions take. Relative
    /// paths start at the package's root, where cargo runs tests.
    pub fn profile(mut self, path: impl Into<PathBuf>) -> Self {
        self.profile = Some(path.into());
        self
    }

    /// A list of known failures.
    pub fn known(mut self, path: impl Into<PathBuf>) -> Self {
        self.known = Some(path.into());
        self
    }

    /// Mismatches at or below this level fail.
    pub const fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// As [`main`](fn@main), with what was said.
    pub fn main<S: Display + 'static>(self, start: impl FnOnce() -> S + Send + 'static) -> ExitCode {
        self.run(Place::Started(Box::new(|| Box::new(start()))))
    }

    /// As [`reference`](fn@reference), with what was said. A profile is of no use here.
    #[cfg(feature = "serve")]
    pub fn reference(self) -> ExitCode {
        self.run(Place::Reference)
    }

    fn run(self, place: Place) -> ExitCode {
        let arguments = Arguments::from_args();
        match self.conclude(&arguments, place) {
            Ok(code) => code,
            Err(error) => {
                report(&error);
                // The code of a test process that failed.
                ExitCode::from(101)
            }
        }
    }

    fn conclude(self, arguments: &Arguments, place: Place) -> Result<ExitCode, StartError> {
        let unit = Unit::of_environment()?;
        if !arguments.list && not_begun::is_known() {
            eprintln!("the run did not begin; another test of this run says why");
            return Ok(ExitCode::from(101));
        }
        let manifest = Manifest::of(Arc::new(Library::embedded()?), false);
        let tests = unit.tests(&manifest);
        if arguments.list {
            let tests = tests.iter().map(|test| listed(test, || Ok(outcome::nothing())));
            return Ok(libtest_mimic::run(arguments, tests.collect()).exit_code());
        }
        let setup = Setup::of(&self, place, &manifest)?;
        let showing = Arc::new(Showing {
            style: Style { color: is_colored(arguments), ..Style::default() },
            options: Options {
                again: Again::CargoTest { target: test_target() },
                known_list: setup.known_path.clone(),
                ..Options::default()
            },
        });
        let lacks = setup.profile.as_ref().map_or_else(Lacks::default, |profile| profile.lacks.clone());
        let excused = Arc::new(suites::excused(&manifest, &lacks));
        let selected: Vec<&Test> = tests.iter().filter(|test| is_selected(arguments, test)).collect();
        let ids = selected.iter().flat_map(|test| test.ids.clone()).collect();
        let under_way = interrupted::path(&selected).filter(|_| setup.place.is_in_this_process());
        let left = under_way.as_deref().map(Journal::left_at).unwrap_or_default();
        if let Some(note) = interrupted::note(&left, &test_target()) {
            eprintln!("note: {}", crate::case::plain(&note));
        }
        let jobs = arguments.test_threads;
        let background = Arc::new(Background::new(Job { setup, manifest, ids, jobs, under_way }));
        let reporting = Arc::clone(&showing);
        let tests = tests.into_iter().map(|test| {
            let (background, showing) = (Arc::clone(&background), Arc::clone(&showing));
            let excused = Arc::clone(&excused);
            listed(&test.clone(), move || match (unit, test.ids.first()) {
                (Unit::Trial, Some(id)) => background
                    .verdict(id, |trial| outcome::of(trial, &showing))
                    .unwrap_or_else(outcome::without),
                (Unit::Trial | Unit::Suite, _) => background
                    .whole(|summary| suites::of(summary, &test, &excused, &showing))
                    .unwrap_or_else(outcome::without),
            })
        });
        let conclusion = libtest_mimic::run(arguments, tests.collect());
        // The server and its streams go before the process does.
        for note in background.end() {
            eprintln!("note: {note}");
        }
        if unit == Unit::Trial
            && let Some(text) = background.report(&reporting)
        {
            println!("{text}");
        }
        if background.did_not_begin() {
            not_begun::remember();
        }
        let missing = background.missing_abilities();
        for text in &missing {
            eprintln!("error: {}", crate::case::plain(text));
        }
        // The code of a test process that failed.
        Ok(if missing.is_empty() { conclusion.exit_code() } else { ExitCode::from(101) })
    }
}

fn listed(test: &Test, run: impl FnOnce() -> Result<Completion, Failed> + Send + 'static) -> Trial {
    Trial::ignorable_test(test.name.clone(), run).with_ignored_flag(test.is_ignored)
}

/// True if libtest will run the test, so that the run should carry out its trials.
fn is_selected(arguments: &Arguments, test: &Test) -> bool {
    let test = listed(test, || Ok(outcome::nothing()));
    !arguments.is_filtered_out(&test) && !arguments.is_ignored(&test)
}

fn is_colored(arguments: &Arguments) -> bool {
    match arguments.color {
        Some(ColorSetting::Always) => true,
        Some(ColorSetting::Never) => false,
        Some(ColorSetting::Auto) | None => {
            std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
        }
    }
}

/// The name of the test target, as cargo names its executable: the target's, a dash, a hash.
fn test_target() -> String {
    let name = std::env::current_exe()
        .ok()
        .and_then(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()))
        .unwrap_or_default();
    match name.rsplit_once('-') {
        Some((target, hash)) if !target.is_empty() && is_hash(hash) => target.to_owned(),
        Some(_) | None => name,
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn report(error: &StartError) {
    let drawn = |diagnostics: &[Diagnostic]| {
        for diagnostic in diagnostics {
            eprintln!("{}", draw(diagnostic, crate::case::Style::default()));
        }
    };
    match error {
        StartError::Drawn(diagnostics) => drawn(diagnostics),
        StartError::Message { message, help } => {
            eprintln!("error: failed to {message}");
            if let Some(help) = help {
                eprintln!("  try: {help}");
            }
        }
    }
}
