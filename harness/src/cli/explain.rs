//! `explain`.

use std::path::Path;

use std::fmt::Write as _;

use kinesis_conformance::log::Evidence;
use kinesis_conformance::plan::{Manifest, TextCache, case_text};

use super::args::ExplainArgs;
use super::exit::Exit;
use super::library;
use super::output::print;
use super::problem::Problem;

pub(super) fn explain(cases: Option<&Path>, args: &ExplainArgs) -> Result<Exit, Problem> {
    let manifest = Manifest::of(library::read(cases)?, false);
    let trials: Vec<_> =
        manifest.trials.iter().filter(|trial| trial.id == args.id || trial.case_id == args.id).collect();
    let Some(first) = trials.first() else {
        let near: Vec<&str> = manifest
            .trials
            .iter()
            .filter(|trial| trial.id.contains(&args.id))
            .map(|trial| trial.id.as_str())
            .take(5)
            .collect();
        let help = if near.is_empty() {
            "`kinesis-conformance list` prints every id".to_owned()
        } else {
            format!("did you mean {}", near.join(", "))
        };
        return Err(Problem::new(Exit::NothingJudged, format!("find a trial or a case `{}`", args.id))
            .with_help(help));
    };
    let case = case_text(first, &mut TextCache::default());
    // Writing to a string can't fail.
    let mut text = String::new();
    let _ = writeln!(text, "{}\n{}\n", case.id, case.title);
    let _ = writeln!(text, "{}:{}", case.file, case.first_line);
    for (offset, line) in case.source.lines().enumerate() {
        let _ = writeln!(text, "{:>4} | {line}", case.first_line as usize + offset);
    }
    let supports = |fact: &&Evidence| case.claims.iter().any(|claim| claim.facts.contains(&fact.id));
    let (because, form): (Vec<_>, Vec<_>) = case.facts.iter().partition(supports);
    facts(&mut text, "because", &because);
    facts(&mut text, "form, which does not lift a level", &form);
    if !case.questions.is_empty() {
        let _ = writeln!(text, "\nopen questions:");
        for (id, question) in &case.questions {
            let _ = writeln!(
                text,
                "  {id}: {}\n      candidates: {}",
                question.question,
                question.candidates.join(", ")
            );
        }
    }
    let _ = write!(text, "\ntrials:");
    for trial in trials {
        let _ = write!(text, "\n  {}  (question {})", trial.id, trial.question_digest);
    }
    let _ = writeln!(text);
    print(text)?;
    Ok(Exit::Fine)
}

/// Facts under a heading.
fn facts(text: &mut String, heading: &str, facts: &[&Evidence]) {
    if facts.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{heading}:");
    for fact in facts {
        let date = fact.as_of.as_ref().map(|date| format!(", {date}")).unwrap_or_default();
        let old = if fact.old { ", old recording" } else { "" };
        let _ = writeln!(
            text,
            "  {} ({}{date}{old}) {}\n      {}",
            fact.id, fact.strength, fact.fact, fact.source
        );
    }
}
