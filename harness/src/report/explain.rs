//! What stands behind an id: of a trial, a case, a fact, an open question, an operation, a fault, a suite
//! or a family. Reports print these ids.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::summary::Summary;
use super::text::clean_lines;
use crate::case::ast::{Answer, Candidate, Question, Suite};
use crate::case::{Source, nearest};
use crate::facts::{Fact, FactId, Operations, Registry};
use crate::log::{BodyText, Evidence, ResponseText};
use crate::model::Model;
use crate::plan::{Manifest, PlannedTrial, TextCache, case_text, is_pattern};
#[cfg(feature = "serve")]
use crate::reference::Fault;

/// So many cases are named where there may be hundreds.
const NAMED: usize = 20;

/// What an id stands for, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The text.
    pub text: String,
    /// The trial that can be run for an example of a right response, if the id is of a trial or a case.
    pub example: Option<String>,
}

/// The text for an id.
///
/// # Errors
///
/// Ids that may have been meant, if nothing has this one.
pub fn explain(id: &str, manifest: &Manifest, registry: &Registry) -> Result<Explained, Vec<String>> {
    let mut explained = Explained { text: String::new(), example: None };
    let text = &mut explained.text;
    let trials = if is_pattern(id) { Vec::new() } else { manifest.named(id) };
    if let Some(first) = trials.first() {
        case(text, first, &trials);
        explained.example = Some(first.id.clone());
    }
    if let Some(found) = registry.get(&FactId(id.to_ascii_uppercase())) {
        fact(text, found, manifest);
    }
    if let Some(found) = manifest.library.questions.get(id) {
        question(text, id, found, manifest, registry);
    }
    if Model::embedded().operation(id).is_some() {
        operation(text, id, manifest, registry);
    }
    #[cfg(feature = "serve")]
    if let Some(found) = Fault::parse(id) {
        fault(text, &found, manifest);
    }
    let suites: Vec<&Suite> =
        manifest.library.suites.iter().filter(|suite| suite.name == id || is_family(suite, id)).collect();
    if trials.is_empty() && !suites.is_empty() {
        self::suites(text, id, &suites);
    }
    if text.is_empty() { Err(near(id, manifest, registry)) } else { Ok(explained) }
}

/// The calls of a trial and their responses, from the run of it against the reference.
pub fn example(summary: &Summary, trial: &str) -> String {
    let mut text = String::new();
    for exchange in summary.exchanges(trial).iter().filter(|exchange| exchange.role.is_request()) {
        let _ = writeln!(text, "  {}", exchange.request.operation);
        push_body(&mut text, &exchange.request.body);
        match &exchange.response {
            ResponseText::Answer { status, body, .. } => {
                let _ = writeln!(text, "  -> {status}");
                push_body(&mut text, body);
            }
            ResponseText::None(_) => text.push_str("  -> no response\n"),
        }
    }
    text
}

fn push_body(text: &mut String, body: &BodyText) {
    const LONGEST: usize = 600;
    let shown = match body {
        BodyText::Text(body) => body.clone(),
        BodyText::Base64(body) => format!("(bytes, in base64) {body}"),
        BodyText::Cut(_) => "(a long body)".to_owned(),
    };
    let cut: String = shown.chars().take(LONGEST).collect();
    let more = if cut.len() < shown.len() { " …" } else { "" };
    for line in clean_lines(&format!("{cut}{more}")) {
        let _ = writeln!(text, "     {line}");
    }
}

fn case(text: &mut String, first: &PlannedTrial, trials: &[&Arc<PlannedTrial>]) {
    let case = case_text(first, &mut TextCache::default());
    let _ = writeln!(text, "{}\n{}\n", case.id, case.title);
    let _ = writeln!(text, "{}:{}", case.file, case.first_line);
    for (offset, line) in case.source.lines().enumerate() {
        let _ = writeln!(text, "{:>4} | {line}", case.first_line as usize + offset);
    }
    let supports = |fact: &&Evidence| case.claims.iter().any(|claim| claim.facts.contains(&fact.id));
    let (because, form): (Vec<_>, Vec<_>) = case.facts.iter().partition(supports);
    facts(text, "because", &because);
    facts(text, "form, which does not lift a level", &form);
    if !case.questions.is_empty() {
        let _ = writeln!(text, "\nopen questions:");
        for (id, question) in &case.questions {
            let candidates = question.candidates.join(", ");
            let _ = writeln!(text, "  {id}: {}\n      candidates: {candidates}", question.question);
        }
    }
    let kills: Vec<&str> = first.kills().collect();
    if !kills.is_empty() {
        let _ = writeln!(text, "\nfaults that it has to kill: {}", kills.join(", "));
    }
    let _ = writeln!(text, "\ntrials:");
    for trial in trials {
        let _ = writeln!(text, "  {}  (question {})", trial.id, trial.question_digest);
    }
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
        let (id, strength) = (&fact.id, fact.strength);
        let _ = writeln!(text, "  {id} ({strength}{date}{old}) {}\n      {}", fact.fact, fact.source);
    }
}

fn fact(text: &mut String, fact: &Fact, manifest: &Manifest) {
    let date = fact.as_of.as_ref().map(|date| format!(", {date}")).unwrap_or_default();
    let about = match &fact.operations {
        Operations::All => "all operations".to_owned(),
        Operations::These(names) => names.join(", "),
    };
    let _ = writeln!(text, "{}, a fact about {about} ({}{date})\n{}\n", fact.id, fact.strength, fact.fact);
    for (name, value) in [
        ("error class", fact.error.clone()),
        ("message", fact.message.clone()),
        ("status", fact.http_status.map(|status| status.to_string())),
        ("source", Some(fact.source.clone())),
    ] {
        if let Some(value) = value {
            let _ = writeln!(text, "{name}: {value}");
        }
    }
    cases(text, "cases that cite it", manifest, |trial| trial.facts().contains(&fact.id));
    let questions: Vec<&str> = manifest
        .library
        .questions
        .iter()
        .filter(|(_, question)| question.facts.iter().any(|cited| cited.value == fact.id))
        .map(|(id, _)| id.as_str())
        .collect();
    if !questions.is_empty() {
        let _ = writeln!(text, "open questions about it: {}", questions.join(", "));
    }
}

fn question(text: &mut String, id: &str, question: &Question, manifest: &Manifest, registry: &Registry) {
    let _ = writeln!(text, "{id}, an open question: no source answers it, and no answer is judged");
    let _ = writeln!(text, "{}\n\ncandidates:", question.question);
    for (name, candidate) in &question.candidates {
        let _ = writeln!(text, "  {name}: {}", candidate_text(candidate, &question.source));
    }
    let _ = writeln!(text, "\nwhat is known around it:");
    for cited in &question.facts {
        if let Some(fact) = registry.get(&cited.value) {
            let _ = writeln!(text, "  {} ({}) {}\n      {}", fact.id, fact.strength, fact.fact, fact.source);
        }
    }
    cases(text, "cases that record the answer", manifest, |trial| {
        trial.questions().iter().any(|asked| asked == id)
    });
}

fn candidate_text(candidate: &Candidate, source: &Source) -> String {
    match candidate {
        Candidate::Answer { any, stream } => {
            let answers: Vec<String> = any
                .iter()
                .map(|expected| match &expected.answer {
                    Answer::Accepted { .. } => "accepted".to_owned(),
                    Answer::Refused(refusal) => {
                        format!("refused with {}", refusal.classes.value.join(" or "))
                    }
                    Answer::RefusedOpen(_) | Answer::Open(_) => "refused with any class".to_owned(),
                })
                .collect();
            let stream: Option<&'static str> = stream.map(Into::into);
            let stream = stream.map(|motion| format!(", and the stream {motion}")).unwrap_or_default();
            format!("{}{stream}", answers.join(" or "))
        }
        Candidate::Value(value) => {
            let start = value.span.offset as usize;
            let written = source.text.get(start..start + value.span.len as usize);
            format!("the value {}", written.unwrap_or_default())
        }
        Candidate::State(end) => {
            let end: &'static str = (*end).into();
            format!("the value that the {end} expected state has")
        }
    }
}

fn operation(text: &mut String, name: &str, manifest: &Manifest, registry: &Registry) {
    let _ = writeln!(text, "{name}, an operation");
    if let Some(traits) = manifest.library.operations.traits.get(name) {
        let effect: &'static str = traits.effect.into();
        let _ = writeln!(text, "effect of an accepted call: {effect}");
        let members: Vec<&str> = traits.addressed_by.iter().map(|member| member.value.as_str()).collect();
        if !members.is_empty() {
            let _ = writeln!(text, "names its stream by: {}", members.join(", "));
        }
    }
    let trials: Vec<&Arc<PlannedTrial>> =
        manifest.trials.iter().filter(|trial| trial.operation == name).collect();
    let suites: BTreeSet<&str> = trials.iter().map(|trial| trial.suite_name()).collect();
    if trials.is_empty() {
        let _ = writeln!(text, "no trial is about it");
    } else {
        let _ = writeln!(text, "\n{} trials are about it, in the suites", trials.len());
        for suite in suites {
            let count = trials.iter().filter(|trial| trial.suite_name() == suite).count();
            let _ = writeln!(text, "  {suite} ({count})");
        }
    }
    let facts: Vec<&str> = registry
        .iter()
        .filter(|fact| match &fact.operations {
            Operations::All => false,
            Operations::These(names) => names.iter().any(|other| other == name),
        })
        .map(|fact| fact.id.0.as_str())
        .collect();
    if !facts.is_empty() {
        let _ = writeln!(text, "\nfacts about it: {}", facts.join(", "));
    }
}

#[cfg(feature = "serve")]
fn fault(text: &mut String, fault: &Fault, manifest: &Manifest) {
    let _ = writeln!(text, "{fault}, a fault of the reference: {}", fault.about());
    cases(text, "cases that have to kill it", manifest, |trial| {
        trial.kills().any(|name| name == fault.name())
    });
    let _ = writeln!(text, "start it: kinesis-conformance serve --fault {fault}");
}

fn is_family(suite: &Suite, id: &str) -> bool {
    suite.file != suite.name && (suite.file == id || suite.file.strip_prefix("families/") == Some(id))
}

fn suites(text: &mut String, id: &str, suites: &[&Suite]) {
    let family = suites.iter().any(|suite| is_family(suite, id));
    let what = if family { "a family: its cases are made for several operations" } else { "a suite" };
    let _ = writeln!(text, "{id}, {what}");
    let mut shown = BTreeSet::new();
    for suite in suites {
        if shown.insert(suite.source.path.clone()) {
            let _ = writeln!(text, "{}", suite.source.path);
            for case in &suite.cases {
                let _ = writeln!(text, "  {}: {}", case.id.value, case.title.value);
            }
        }
    }
    if family {
        let names: Vec<&str> = suites.iter().map(|suite| suite.name.as_str()).collect();
        let _ = writeln!(text, "\nmade as: {}", names.join(", "));
        for without in suites.iter().flat_map(|suite| &suite.without) {
            let case = without.case.as_ref().map(|case| format!(" ({case})")).unwrap_or_default();
            let _ = writeln!(text, "left out: {}{case}: {}", without.operation.value, without.reason);
        }
    }
}

/// The cases of the trials that meet a condition, under a heading.
fn cases(text: &mut String, heading: &str, manifest: &Manifest, of: impl Fn(&PlannedTrial) -> bool) {
    let ids: BTreeSet<&str> =
        manifest.trials.iter().filter(|trial| of(trial)).map(|trial| trial.case_id.as_str()).collect();
    let _ = writeln!(text, "\n{heading}: {}", ids.len());
    for id in ids.iter().take(NAMED) {
        let _ = writeln!(text, "  {id}");
    }
    if ids.len() > NAMED {
        let _ = writeln!(text, "  and {} more", ids.len() - NAMED);
    }
}

/// Ids that may have been meant, at most five.
fn near(id: &str, manifest: &Manifest, registry: &Registry) -> Vec<String> {
    let mut all: BTreeSet<&str> = manifest.trials.iter().map(|trial| trial.case_id.as_str()).collect();
    all.extend(registry.iter().map(|fact| fact.id.0.as_str()));
    all.extend(manifest.library.questions.keys().map(String::as_str));
    all.extend(Model::embedded().operations.keys().map(String::as_str));
    all.extend(manifest.library.suites.iter().flat_map(|suite| [suite.name.as_str(), suite.file.as_str()]));
    #[cfg(feature = "serve")]
    all.extend(Fault::all().iter().map(Fault::name));
    let mut found: Vec<String> = nearest(id, all.iter().copied()).map(str::to_owned).into_iter().collect();
    for part in all.iter().filter(|other| other.contains(id)) {
        if found.len() < 5 && !found.iter().any(|other| other == part) {
            found.push((*part).to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::case::ast::Library;

    fn text(id: &str) -> String {
        let manifest = Manifest::of(Arc::new(Library::embedded().expect("right")), false);
        explain(id, &manifest, Registry::embedded()).unwrap_or_else(|near| panic!("{id}: {near:?}")).text
    }

    #[test]
    fn every_id_that_a_report_prints_is_explained() {
        let manifest = Manifest::of(Arc::new(Library::embedded().expect("right")), false);
        let explained = |id: &str| explain(id, &manifest, Registry::embedded()).is_ok();
        let library = &manifest.library;
        let facts = Registry::embedded().iter().map(|fact| fact.id.0.as_str());
        let questions = library.questions.keys().map(String::as_str);
        let operations = Model::embedded().operations.keys().map(String::as_str);
        let suites = library.suites.iter().flat_map(|suite| [suite.name.as_str(), suite.file.as_str()]);
        for id in facts.chain(questions).chain(operations).chain(suites) {
            assert!(explained(id), "{id}");
        }
        for trial in manifest.trials.iter().step_by(40) {
            assert!(explained(&trial.id) && explained(&trial.case_id), "{}", trial.id);
        }
    }

    #[test]
    fn each_kind_of_id_has_its_text() {
        assert!(
            text("sse-010").contains("SSE-010, a fact about")
                && text("SSE-010").contains("cases that cite it")
        );
        assert!(text("StartStreamEncryption").contains("effect of an accepted call: changes"));
        assert!(text("not-found").contains("a family: its cases are made for several operations"));
        #[cfg(feature = "serve")]
        assert!(text("unsigned-accepted").contains("serve --fault unsigned-accepted"));
    }

    #[test]
    fn what_nothing_has_is_answered_with_what_may_have_been_meant() {
        let manifest = Manifest::of(Arc::new(Library::embedded().expect("right")), false);
        let near = |id: &str| explain(id, &manifest, Registry::embedded()).expect_err("nothing has it");
        assert!(near("StartStreamEncrption").contains(&"StartStreamEncryption".to_owned()));
        assert!(near("unknown-operation").contains(&"protocol/target/unknown-operation".to_owned()));
        assert_eq!(near("nothing-like-it-at-all-anywhere"), Vec::<String>::new());
    }
}
