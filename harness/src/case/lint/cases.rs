//! Cases: titles, kills, rows, the streams that are given.

use std::collections::BTreeSet;

use super::{Lint, calls, trees};
use crate::case::ast::{Answer, Body};
use crate::case::ast::{
    Call, CallAddress, Case, Fixture, FixtureName, Reference, Step, StepKind, Suite, Tree,
};
use crate::case::mapping::nearest;
use crate::case::profile::ENVIRONMENT_KEYS;
use crate::case::span::Spanned;

/// Faults that one case may be there for, at most; more means that the case tests too much.
const MAX_KILLS: usize = 5;

impl<'l> Lint<'l> {
    pub(super) fn case(&mut self, suite: &'l Suite, case: &'l Case) {
        self.title(suite, &case.title);
        for title in case.each.iter().filter_map(|row| row.title.as_ref()) {
            self.title(suite, title);
        }
        self.kills(suite, case);
        self.rows(suite, case);
        self.fixtures(suite, case);
        self.given_setups(suite, case);
        self.steps(suite, case);
    }

    fn title(&mut self, suite: &Suite, title: &Spanned<String>) {
        if title.value.chars().next().is_none_or(char::is_lowercase) {
            self.error(suite, title.span, "a title is a sentence", "starts with a capital letter");
        }
        if title.value.ends_with('.') {
            self.error(suite, title.span, "a title ends without a full stop", "drop the full stop");
        }
    }

    fn kills(&mut self, suite: &Suite, case: &Case) {
        if case.kills.is_empty() && case.kills_nothing.is_none() {
            let label = "name the faults that it is there for, or say why there are none in `kills-nothing`";
            self.error(suite, case.id.span, "a case that kills nothing", label);
        }
        if let Some(sixth) = case.kills.get(MAX_KILLS) {
            let title = format!("a case is there for at most {MAX_KILLS} faults");
            self.error(suite, sixth.span, title, "one too many");
        }
        for (index, kill) in case.kills.iter().enumerate() {
            if case.kills[..index].iter().any(|earlier| earlier.value == kill.value) {
                self.error(
                    suite,
                    kill.span,
                    format!("`{}` stands twice in `kills`", kill.value),
                    "again here",
                );
            }
        }
    }

    fn rows(&mut self, suite: &Suite, case: &Case) {
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let columns: Vec<&str> =
            case.each.first().map(|row| row.columns.keys().map(String::as_str).collect()).unwrap_or_default();
        for tree in trees(case) {
            let mut unknown = Vec::new();
            trees::references(tree, &mut |at, reference| {
                if let Reference::Each(column) = reference {
                    used.insert(column);
                    if !columns.contains(&column.as_str()) {
                        unknown.push((at.span, column));
                    }
                }
            });
            for (span, column) in unknown {
                let label = nearest(column, columns.iter().copied())
                    .map_or_else(|| "no row has it".to_owned(), |meant| format!("did you mean `{meant}`?"));
                self.error(suite, span, format!("`$each.{column}` without such a column"), label);
            }
        }
        for row in case.each.iter().skip(1) {
            let missing = columns.iter().find(|column| !row.columns.contains_key(**column));
            let surplus = row.columns.keys().find(|column| !columns.contains(&column.as_str()));
            if let Some(column) = missing {
                let title = format!("the rows of `{}` differ in their columns", case.id.value);
                self.error(suite, row.id.span, title, format!("`{column}` is missing here"));
            }
            if let Some(column) = surplus {
                let title = format!("the rows of `{}` differ in their columns", case.id.value);
                self.error(
                    suite,
                    row.columns[column].span,
                    title,
                    format!("the first row has no `{column}`"),
                );
            }
        }
        if let Some(first) = case.each.first() {
            for (column, tree) in first.columns.iter().filter(|(column, _)| !used.contains(column.as_str())) {
                self.error(suite, tree.span, format!("the column `{column}` is never used"), "by no `$each`");
            }
        }
    }

    fn fixtures(&mut self, suite: &Suite, case: &Case) {
        for tree in trees(case).chain(case.each.iter().flat_map(|row| row.columns.values())) {
            let mut wrong = Vec::new();
            trees::references(tree, &mut |at, reference| match reference {
                Reference::StreamName(name) | Reference::StreamArn(name) | Reference::ChangedArn(name, _) => {
                    if !case.given.contains_key(name) {
                        wrong.push((
                            at.span,
                            "a stream that is not given".to_owned(),
                            "see `given`".to_owned(),
                        ));
                    }
                }
                Reference::Key(key) | Reference::KeyArn(key) => {
                    if matches!(reference, Reference::KeyArn(_))
                        && !case.given.contains_key(&FixtureName::Stream)
                    {
                        wrong.push((
                            at.span,
                            "the ARN of a key without a stream to learn the account from".to_owned(),
                            "see `given`".to_owned(),
                        ));
                    }
                    if !ENVIRONMENT_KEYS.contains(&key.as_str()) {
                        let title = format!("no environment has a key `{key}`");
                        let help = format!("one of: {}", ENVIRONMENT_KEYS.join(", "));
                        wrong.push((
                            at.span,
                            title,
                            nearest(key, ENVIRONMENT_KEYS)
                                .map_or(help, |meant| format!("did you mean `{meant}`?")),
                        ));
                    }
                }
                Reference::RunTags
                | Reference::ResourceName
                | Reference::GivenShards
                | Reference::GivenEncryption
                | Reference::Each(_)
                | Reference::Open(_)
                | Reference::Got(_)
                | Reference::Absent
                | Reference::Present => {}
            });
            for (span, title, label) in wrong {
                self.error(suite, span, title, label);
            }
        }
        let shared = case.given.get(&FixtureName::Stream).filter(|given| given.value == Fixture::Shared);
        for (step, call) in calls(&case.steps) {
            if let Some(shared) = shared
                && self.changes(call)
            {
                let problem = crate::case::Diagnostic::error(
                    &suite.source,
                    first_line(step),
                    "steps that change a shared stream",
                    "accepted, and changes the stream",
                )
                .with_context(shared.span, "lent to other cases at the same time")
                .with_help("write `given: {stream: {encryption: none}}` for a stream of the case's own");
                self.problems.push(problem);
            }
            if self.needs_stream(call) && !case.given.contains_key(&FixtureName::Stream) {
                self.error(
                    suite,
                    call.expect.span,
                    format!("{} names a stream, but none is given", call.operation.value),
                    "write `given: {stream: …}`, or `address: none` in the step",
                );
            }
        }
    }

    /// True if the plan will write the stream's address into the body.
    fn needs_stream(&self, call: &Call) -> bool {
        let Some(operation) = self.model.operation(&call.operation.value) else { return false };
        let takes =
            |name: &str| self.model.members(operation.input.as_deref()).any(|(member, _)| member == name);
        let set = |name: &str| match trees::of_body(&call.with).map(|tree| &tree.node) {
            Some(crate::case::ast::Node::Map(members)) => members.contains_key(name),
            Some(_) | None => true,
        };
        match call.address {
            CallAddress::None => false,
            CallAddress::Axis | CallAddress::Fixed(_) => {
                (takes("StreamName") || takes("StreamARN")) && !set("StreamName") && !set("StreamARN")
            }
        }
    }

    /// True if the call, accepted as expected, changes the stream that it names.
    fn changes(&self, call: &Call) -> bool {
        let reads = self.library.operations.only_reads(&call.operation.value);
        let mut names_stream = call.address != CallAddress::None;
        if let Body::Tree(tree) = &call.with {
            trees::references(tree, &mut |_, reference| {
                names_stream |= matches!(
                    reference,
                    Reference::StreamName(FixtureName::Stream) | Reference::StreamArn(FixtureName::Stream)
                );
            });
        }
        !reads && names_stream && matches!(call.expect.answer, Answer::Accepted { .. })
    }
}

/// Every tree of a case but its rows'.
fn trees(case: &Case) -> impl Iterator<Item = &Tree> {
    let given = case.given.values().filter_map(|given| match &given.value {
        Fixture::Own { encryption, .. } => encryption.as_ref(),
        Fixture::Shared | Fixture::Missing => None,
    });
    let stated = case.steps.iter().flat_map(|step| match &step.kind {
        StepKind::Observe(observation) => {
            observation.states.iter().flat_map(|state| state.members.values()).collect()
        }
        StepKind::Read(read) => read.records.iter().collect(),
        StepKind::Race(race) => trees::of_expectation(&race.others).collect(),
        StepKind::Call(_) | StepKind::Repeat(_) | StepKind::Clock(_) => Vec::new(),
    });
    given.chain(stated).chain(calls(&case.steps).flat_map(|(_, call)| trees::of_call(call)))
}

/// The step's place without its length, which may be many lines.
pub(super) fn first_line(step: &Step) -> crate::case::Span {
    match &step.kind {
        StepKind::Call(call) => call.expect.span,
        StepKind::Observe(observation) => observation.fixture.span,
        StepKind::Race(race) => race.others.span,
        StepKind::Repeat(repeat) => repeat.times.span,
        StepKind::Clock(clock) => clock.advance.span,
        StepKind::Read(read) => read.fixture.span,
    }
}
