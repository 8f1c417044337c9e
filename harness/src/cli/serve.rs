//! `serve`.

use kinesis_conformance::plan::reference_settings;
use kinesis_conformance::reference::{self, Fault};
use kinesis_conformance::spec::OpenQuestion;

use super::args::ServeArgs;
use super::block_on;
use super::exit::Exit;
use super::output::say;
use super::problem::Problem;
use super::signals::Signals;

pub(super) fn serve(args: &ServeArgs) -> Result<Exit, Problem> {
    let mut settings = reference_settings();
    settings.listen = args.listen;
    settings.transition.create = args.transition;
    settings.transition.update = args.transition;
    settings.transition.delete = args.transition;
    for name in &args.faults {
        settings.faults.insert(fault(name)?);
    }
    for text in &args.policies {
        let (question, candidate) = text.split_once('=').ok_or_else(|| {
            Problem::usage(format!("read the policy `{text}`")).with_help("write QUESTION=CANDIDATE")
        })?;
        let known: Vec<&str> = OpenQuestion::ALL.into_iter().map(OpenQuestion::name).collect();
        let question = OpenQuestion::parse(question).ok_or_else(|| {
            Problem::usage(format!("set the policy: there is no open question `{question}`"))
                .with_help(format!("one of {}", known.join(", ")))
        })?;
        let candidate =
            question.candidates().iter().copied().find(|known| known.name() == candidate).ok_or_else(
                || {
                    let all: Vec<&str> = question.candidates().iter().map(|known| known.name()).collect();
                    Problem::usage(format!(
                        "set the policy: `{candidate}` is no candidate of `{}`",
                        question.name()
                    ))
                    .with_help(format!("one of {}", all.join(", ")))
                },
            )?;
        settings.policy.set(question, candidate).map_err(Problem::usage)?;
    }
    block_on(async {
        let running = reference::start(settings).map_err(|error| {
            Problem::usage(format!("listen on {}: {error}", args.listen))
                .with_help("choose another port, or port 0 for a free one")
        })?;
        // Before the line: who reads it may send a signal at once.
        let mut signals = Signals::new()?;
        // One line, flushed: scripts wait for it.
        let said = say(format_args!("http://{}", running.address()));
        if said.is_ok() {
            signals.next().await;
        }
        running.shutdown().await;
        said.map(|()| Exit::Fine)
    })?
}

/// The fault of that name.
pub(super) fn fault(name: &str) -> Result<Fault, Problem> {
    Fault::parse(name).ok_or_else(|| {
        let names: Vec<&str> = Fault::ALL.into_iter().map(Fault::name).collect();
        Problem::usage(format!("find the fault `{name}`")).with_help(format!("one of {}", names.join(", ")))
    })
}
