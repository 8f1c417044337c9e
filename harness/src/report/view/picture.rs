//! One trial in full: where it differs, why that is a rule, what was sent, what came, and what would be
//! right.

use crate::facts::FactId;
use crate::log::{Evidence, Exchange, Mismatch, MismatchKind, Outcome, Role, StepIndex, Trace, TrialVerdict};
use crate::report::cause::Cause;
use crate::report::curl::curl;
use crate::report::links::links;
use crate::report::options::Options;
use crate::report::script::{Source, script};
use crate::report::streams::streams_in;
use crate::report::summary::Summary;

use super::commands::{self, Command};

/// Beside the exchange that differs, this many are shown, the last ones.
const EXCHANGES_SHOWN: usize = 2;

/// Of the mismatches beside the leading one, this many are shown; the others are counted.
const OTHERS_SHOWN: usize = 5;

/// One trial in full.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The trial's id.
    pub trial: String,
    /// What the case is called.
    pub title: Option<String>,
    /// The case's lines: the file, the number of the first line, the lines.
    pub source: Option<(String, u32, std::sync::Arc<str>)>,
    /// The mismatch that leads.
    pub leading: Option<Mismatch>,
    /// Others, a few of them, those about the same member of several elements once.
    pub others: Vec<(Mismatch, usize)>,
    /// How many mismatches are not among the others.
    pub more_others: usize,
    /// Why it ended as it did, where that needs a reason.
    pub reason: Option<String>,
    /// The facts that the expectation rests on.
    pub because: Vec<Cited>,
    /// What samples showed.
    pub traces: Vec<Trace>,
    /// The exchanges that matter.
    pub exchanges: Vec<Exchange>,
    /// The step that differs.
    pub step: Option<StepIndex>,
    /// How the reference carries the trial out.
    pub right: Option<Right>,
    /// Command lines, each with its label.
    pub commands: Vec<Command>,
    /// A shell script that reaches the state and sends the requests, or why there is none.
    pub script: Result<String, String>,
}

/// How the reference answers the request that the target answers otherwise.
#[derive(Clone, Debug)]
pub struct Right {
    /// The exchange.
    pub exchange: Option<Exchange>,
    /// What samples of its stream show.
    pub traces: Vec<Trace>,
}

/// A fact that an expectation rests on.
#[derive(Clone, Debug)]
pub struct Cited {
    /// Its id.
    pub id: FactId,
    /// What is known, if the log has it.
    pub evidence: Option<Evidence>,
    /// Links to its sources.
    pub links: Vec<String>,
}

impl Picture {
    /// The picture of a trial. `cause` is the number of its group and what that is about; without one its first mismatch leads.
    pub(super) fn of(
        summary: &Summary,
        trial: &TrialVerdict,
        cause: Option<(usize, &Cause)>,
        options: &Options,
    ) -> Self {
        let leads = |mismatch: &&Mismatch| cause.is_none_or(|(_, cause)| *cause == Cause::of(mismatch));
        let leading = trial.mismatches.iter().position(|mismatch| leads(&mismatch));
        let leading = leading.or(if trial.mismatches.is_empty() { None } else { Some(0) });
        let others = trial.mismatches.iter().enumerate().filter(|(index, _)| Some(*index) != leading);
        let (others, more_others) = gathered(others.map(|(_, mismatch)| mismatch));
        let leading = leading.and_then(|index| trial.mismatches.get(index)).cloned();
        let case = summary.case(trial);
        let step = leading.as_ref().map(|leading| leading.step);
        let exchanges = exchanges(summary, trial, step);
        let about = step.and_then(|step| exchange_of(&exchanges, step)).cloned();
        let (label, arguments) = commands::again(summary, trial, options);
        let mut commands = vec![Command { label, arguments: Ok(arguments) }];
        let endpoint = summary.header.as_ref().map_or("", |header| header.target.endpoint.as_str());
        if let Some(exchange) = &about {
            // The streams of the run are deleted by now, so that one request alone is of no use.
            let needs_a_stream = !streams_in(&exchange.request.body).is_empty();
            let script = needs_a_stream
                .then(|| commands::script(summary, trial, cause.map(|(number, _)| number), options));
            commands.push(
                script.flatten().unwrap_or_else(|| Command {
                    label: "curl",
                    arguments: curl(endpoint, &exchange.request),
                }),
            );
        }
        let title = case.map(|case| case.title.clone());
        let script = script(&Source {
            endpoint,
            about: (&trial.id, title.as_deref().unwrap_or_default()),
            exchanges: summary.exchanges(&trial.id),
            shared: summary.shared_streams(),
            last: step,
        });
        let right = options.right.get(&trial.id).map(|right| Right {
            exchange: step.and_then(|step| exchange_of(&right.exchanges, step)).cloned(),
            traces: right.traces.clone(),
        });
        Self {
            trial: trial.id.clone(),
            title,
            source: case.map(|case| (case.file.clone(), case.first_line, case.source.clone())),
            because: because(summary, leading.as_ref(), trial),
            leading,
            others,
            more_others,
            reason: trial.reason.clone(),
            traces: trial.traces.clone(),
            step,
            exchanges,
            right,
            commands,
            script,
        }
    }

    /// The exchange that the leading mismatch is about.
    pub fn exchange(&self) -> Option<&Exchange> {
        self.step.and_then(|step| exchange_of(&self.exchanges, step))
    }
}

/// Mismatches that say the same of several elements of a list, once with their number; the first ones, and
/// how many there are beside them.
fn gathered<'a>(mismatches: impl Iterator<Item = &'a Mismatch>) -> (Vec<(Mismatch, usize)>, usize) {
    let without_numbers = |text: &str| -> String {
        let parts = text.split('.').map(|part| {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            if digits > 0 { format!("*{}", &part[digits..]) } else { part.to_owned() }
        });
        parts.collect::<Vec<_>>().join(".")
    };
    let mut found: Vec<(Mismatch, String, usize)> = Vec::new();
    let mut all = 0;
    for mismatch in mismatches {
        all += 1;
        let what = without_numbers(&mismatch.expected);
        let about = |mismatch: &Mismatch| (mismatch.kind, mismatch.level, mismatch.tolerated);
        let is_same = |(first, other, _): &(Mismatch, String, usize)| {
            *other == what && about(first) == about(mismatch) && first.at == mismatch.at
        };
        let same = found.iter().position(is_same);
        if let Some((_, _, count)) = same.and_then(|index| found.get_mut(index)) {
            *count += 1;
        } else if found.len() < OTHERS_SHOWN {
            found.push((mismatch.clone(), what, 1));
        }
    }
    let shown: usize = found.iter().map(|(_, _, count)| count).sum();
    (found.into_iter().map(|(mismatch, _, count)| (mismatch, count)).collect(), all - shown)
}

fn because(summary: &Summary, leading: Option<&Mismatch>, trial: &TrialVerdict) -> Vec<Cited> {
    let cited = match leading {
        Some(leading) => &leading.because,
        None => &trial.evidence,
    };
    let of = |id: &FactId| {
        let evidence = summary.fact(id).cloned();
        let links = evidence.as_ref().map_or_else(Vec::new, |evidence| links(&evidence.source));
        Cited { id: id.clone(), evidence, links }
    };
    cited.iter().map(of).collect()
}

/// The exchanges worth showing: of each call the last sending; setup, and the look whether anything
/// changed, only where they were the trouble.
fn exchanges(summary: &Summary, trial: &TrialVerdict, step: Option<StepIndex>) -> Vec<Exchange> {
    let setup = matches!(trial.outcome, Outcome::Blocked | Outcome::Error);
    let changed = trial.mismatches.iter().any(|mismatch| mismatch.kind == MismatchKind::StateChanged);
    let wanted = |exchange: &&Exchange| match exchange.role {
        Role::Setup => setup,
        Role::Unchanged(_) => changed,
        Role::Request(_) | Role::During(_) | Role::ConfirmTransient | Role::Read(_) | Role::Health => true,
        Role::Capability | Role::Calibration | Role::Sample { .. } | Role::Cleanup => false,
    };
    let mut shown: Vec<&Exchange> = Vec::new();
    for exchange in summary.exchanges(&trial.id).iter().map(AsRef::as_ref).filter(wanted) {
        let same_call = |earlier: &&Exchange| {
            earlier.role == exchange.role
                && earlier.request.operation == exchange.request.operation
                && exchange.repetition > earlier.repetition
        };
        if shown.last().is_some_and(same_call) {
            shown.pop();
        }
        shown.push(exchange);
    }
    let shown: Vec<Exchange> = shown.into_iter().cloned().collect();
    let leading = step.and_then(|step| exchange_of(&shown, step)).map(|leading| leading.sent_us);
    let others = shown.iter().filter(|exchange| Some(exchange.sent_us) != leading).count();
    let mut surplus = others.saturating_sub(EXCHANGES_SHOWN);
    let keeps = |exchange: &Exchange| {
        if Some(exchange.sent_us) == leading || surplus == 0 {
            return true;
        }
        surplus -= 1;
        false
    };
    let mut keeps = keeps;
    shown.into_iter().filter(|exchange| keeps(exchange)).collect()
}

/// The exchange that a mismatch is about: of its step, or the last call before it.
fn exchange_of(shown: &[Exchange], step: StepIndex) -> Option<&Exchange> {
    let calls =
        || shown.iter().rev().filter(|exchange| matches!(exchange.role, Role::Request(_) | Role::During(_)));
    let same = calls().find(|exchange| exchange.role.step() == Some(step));
    same.or_else(|| calls().find(|exchange| exchange.role.step() <= Some(step))).or_else(|| shown.last())
}
