//! The report as plain data: what happened, what to do first, the causes, and every trial. The terminal,
//! JUnit, Markdown and annotations are made from it and look at no verdict by themselves.
//!
//! Texts stand in it as they are. Whoever renders them makes them safe for the medium.

mod advice;
mod commands;
mod picture;
mod sections;
mod trials;

use crate::case::ast::{Audience, Level};
use crate::log::{MismatchKind, Outcome};

use super::cause::Group;
use super::evidence::PassEvidence;
use super::options::{Options, Pictures};
use super::questions::Answers;
use super::summary::Summary;

pub(in crate::report) use advice::subject;
pub use advice::{Advice, Weight};
pub use commands::Command;
pub use picture::{Cited, Picture, Right};
pub use sections::{Reason, RunView};
pub use trials::{TrialResult, TrialView};

/// A report.
#[derive(Clone, Debug)]
pub struct View {
    /// What was run.
    pub run: RunView,
    /// What to do or to know, in order.
    pub advice: Vec<Advice>,
    /// Trials by outcome, in the order of the summary; those that occur, and always pass and fail.
    pub counts: Vec<(Outcome, usize)>,
    /// The causes of the failures, ranked.
    pub causes: Vec<CauseView>,
    /// How many trials failed by them.
    pub failures: usize,
    /// Trials without a mismatch that could show their cause, by outcome and reason.
    pub reasons: Vec<Reason>,
    /// The causes of known failures.
    pub known: Vec<CauseView>,
    /// The causes of what is tolerated.
    pub tolerated: Vec<CauseView>,
    /// Trials that are listed as known and pass.
    pub fixed: Vec<String>,
    /// The path of the list that they stand in.
    pub known_list: Option<String>,
    /// Trials whose attempts differ.
    pub flaky: Vec<String>,
    /// Open questions with their answers.
    pub questions: Vec<Answers>,
    /// Differences of form that other cases judge, with the number of trials, the most frequent first.
    pub notes: Vec<(String, usize)>,
    /// What happened during the run, with the trial where there is one.
    pub notices: Vec<(Option<String>, String)>,
    /// Streams that could not be deleted.
    pub left_behind: Vec<String>,
    /// On what evidence the passed trials rest: by all of their claims, and by those at level core.
    pub evidence: (PassEvidence, PassEvidence),
    /// Every trial, by id.
    pub trials: Vec<TrialView>,
    /// The command that shows one cause in full, without the number of the cause; `None` where a report
    /// of this kind has none.
    pub show_cause: Option<Vec<String>>,
}

/// One cause of failures.
#[derive(Clone, Debug)]
pub struct CauseView {
    /// Its rank, from 1.
    pub number: usize,
    /// The operations.
    pub operations: Vec<String>,
    /// The member of the response, or the rule.
    pub rule: String,
    /// In what way the response differs.
    pub kind: MismatchKind,
    /// The gravest level.
    pub level: Level,
    /// The clients that it affects.
    pub affects: Vec<Audience>,
    /// How many cases.
    pub cases: usize,
    /// The trials, by id.
    pub trials: Vec<String>,
    /// What was expected in most of them.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// How many other pairs of the two there are.
    pub other_words: usize,
    /// An example, where it is to be drawn.
    pub example: Option<Picture>,
}

impl View {
    /// The report of what was gathered.
    pub fn of(summary: &Summary, options: &Options) -> Self {
        let groups = Group::of(summary, Outcome::Fail);
        let (known, tolerated) = (Group::of(summary, Outcome::Known), Group::of(summary, Outcome::Tolerated));
        let listed = |groups: Vec<Group>| {
            let numbered = groups.iter().enumerate();
            numbered.map(|(index, group)| CauseView::of(summary, group, index + 1, None)).collect()
        };
        let causes: Vec<CauseView> = groups
            .iter()
            .enumerate()
            .map(|(index, group)| {
                let number = index + 1;
                CauseView::of(summary, group, number, is_drawn(options.pictures, number).then_some(options))
            })
            .collect();
        Self {
            run: RunView::of(summary),
            advice: advice::advice(summary, &causes),
            counts: sections::counts(summary),
            failures: groups.iter().map(|group| group.trials.len()).sum(),
            causes,
            reasons: sections::reasons(summary),
            known: listed(known),
            tolerated: listed(tolerated),
            fixed: sections::flagged(summary, crate::log::Flag::Fixed),
            known_list: options.known_list.clone(),
            flaky: sections::flagged(summary, crate::log::Flag::Flaky),
            questions: Answers::of(summary),
            notes: sections::notes(summary),
            notices: summary
                .notices
                .iter()
                .map(|notice| (notice.trial.clone(), notice.text.clone()))
                .collect(),
            left_behind: summary.footer.as_ref().map_or_else(Vec::new, |footer| footer.left_behind.clone()),
            evidence: (PassEvidence::of_passes(summary), PassEvidence::of_core_passes(summary)),
            trials: trials::trials(summary, options),
            show_cause: commands::show_cause(options),
        }
    }
}

impl CauseView {
    fn of(summary: &Summary, group: &Group, number: usize, drawn: Option<&Options>) -> Self {
        let example = drawn.and_then(|options| {
            let trial = summary.trials.get(&group.example)?;
            Some(Picture::of(summary, trial, Some((number, &group.cause)), options))
        });
        Self {
            number,
            operations: group.operations.iter().cloned().collect(),
            rule: group.subject.rule.clone(),
            kind: group.subject.kind,
            level: group.level,
            affects: group.affects.iter().copied().collect(),
            cases: group.cases.len(),
            trials: group.trials.clone(),
            expected: group.cause.expected.clone(),
            actual: group.cause.actual.clone(),
            other_words: group.other_words,
            example,
        }
    }
}

/// A trial in full; `None` if there is no such trial.
pub fn picture(summary: &Summary, id: &str, options: &Options) -> Option<Picture> {
    summary.trials.get(id).map(|trial| Picture::of(summary, trial, None, options))
}

/// The trials that a report shows as examples of its causes.
pub fn examples(summary: &Summary, pictures: Pictures) -> Vec<String> {
    let groups = Group::of(summary, Outcome::Fail).into_iter().enumerate();
    groups.filter(|(index, _)| is_drawn(pictures, index + 1)).map(|(_, group)| group.example).collect()
}

/// True if the cause of that number has an example.
const fn is_drawn(pictures: Pictures, number: usize) -> bool {
    match pictures {
        Pictures::AtMost(most) => number <= most,
        Pictures::All => true,
        Pictures::Only(only) => number == only,
    }
}
