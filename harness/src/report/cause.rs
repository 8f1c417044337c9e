//! Many failures, few causes: trials gathered by what has to be mended.
//!
//! A cause is a place in the target: an operation and the member, or the rule, that is wrong there, and in
//! what way. A rule that a family of cases states for many operations is one cause, since one mend
//! usually serves all of them. The texts of what was expected and what came are not part of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::summary::Summary;
use crate::case::ast::{Audience, Level};
use crate::case::kebab_case;
use crate::log::{CaseText, Mismatch, MismatchKind, Outcome, TrialVerdict};

/// In what way a response differs, in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cause {
    /// In what way the response differs.
    pub kind: MismatchKind,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub actual: String,
}

/// Where something is wrong, and in what way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CauseSubject {
    /// The operation; `None` for a rule that is stated once for many operations.
    pub operation: Option<String>,
    /// The member of the response, or the rule: the name of the suite that states it.
    pub rule: String,
    /// In what way the response differs.
    pub kind: MismatchKind,
}

/// Trials with one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Where something is wrong.
    pub subject: CauseSubject,
    /// The words of most of its trials.
    pub cause: Cause,
    /// How many other pairs of words its trials have.
    pub other_words: usize,
    /// The trial that shows it best: of the gravest level, and short.
    pub example: String,
    /// The ids of its trials, sorted.
    pub trials: Vec<String>,
    /// The cases of these trials.
    pub cases: BTreeSet<String>,
    /// The operations whose cases they are.
    pub operations: BTreeSet<String>,
    /// The level of the expectation, the gravest among them.
    pub level: Level,
    /// The clients that it affects.
    pub affects: BTreeSet<Audience>,
}

impl Cause {
    /// The words of a mismatch.
    pub fn of(mismatch: &Mismatch) -> Self {
        Self { kind: mismatch.kind, expected: mismatch.expected.clone(), actual: mismatch.actual.clone() }
    }
}

impl CauseSubject {
    /// What a mismatch of a trial is about.
    pub fn of(trial: &TrialVerdict, case: Option<&CaseText>, mismatch: &Mismatch) -> Self {
        let file = case.map_or(mismatch.at.file.as_str(), |case| case.file.as_str());
        let stated_for_many = file.contains("/families/") || file.starts_with("families/");
        let rule = member(mismatch).or_else(|| suite(&trial.case)).unwrap_or_else(|| trial.case.clone());
        let first = trial.case.split('/').next().unwrap_or_default();
        // What is stated about the protocol and not about an operation.
        let of_none =
            !stated_for_many && trial.case.matches('/').count() > 1 && first != kebab_case(&trial.operation);
        let rule = if of_none && member(mismatch).is_none() { format!("{first}/{rule}") } else { rule };
        let operation = (!stated_for_many).then(|| trial.operation.clone());
        Self { operation, rule, kind: mismatch.kind }
    }
}

/// The member of the response that a mismatch names, its elements without their numbers.
fn member(mismatch: &Mismatch) -> Option<String> {
    let about_a_member = match mismatch.kind {
        MismatchKind::Body | MismatchKind::Encoding => true,
        MismatchKind::Status
        | MismatchKind::ErrorClass
        | MismatchKind::ErrorShape
        | MismatchKind::ErrorText
        | MismatchKind::Header
        | MismatchKind::States
        | MismatchKind::Timing
        | MismatchKind::Records
        | MismatchKind::StateChanged
        | MismatchKind::NoAnswer
        | MismatchKind::ServerError => false,
    };
    let path = mismatch.expected.split([' ', ':']).next().filter(|_| about_a_member)?;
    let is_path = path.starts_with(|first: char| first.is_ascii_uppercase())
        && path.chars().all(|character| character.is_ascii_alphanumeric() || ".[]*".contains(character));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = path.split('.').map(|part| if is_number(part) { "*" } else { part });
    is_path.then(|| parts.collect::<Vec<_>>().join("."))
}

/// The suite in a case's id, the part after the operation.
fn suite(case: &str) -> Option<String> {
    let mut parts = case.split('/').skip(1);
    let suite = parts.next()?;
    parts.next().map(|_| suite.to_owned())
}

/// One trial with the mismatch that names its cause.
struct Member<'a> {
    trial: &'a TrialVerdict,
    case: Option<&'a CaseText>,
    mismatch: &'a Mismatch,
}

impl Group {
    /// The groups of the trials of one outcome: by level, the gravest first, then by the first client
    /// that is affected, then by the number of cases.
    ///
    /// A trial with several mismatches counts once: with its earliest step, since what comes
    /// after a wrong step proves little, and there with the subject that most trials share.
    pub fn of(summary: &Summary, outcome: Outcome) -> Vec<Self> {
        let trials: Vec<&TrialVerdict> = summary.with_outcome(outcome).collect();
        let mut shared: BTreeMap<CauseSubject, usize> = BTreeMap::new();
        for trial in &trials {
            let case = summary.case(trial);
            let subjects: BTreeSet<CauseSubject> =
                candidates(trial).map(|mismatch| CauseSubject::of(trial, case, mismatch)).collect();
            for subject in subjects {
                *shared.entry(subject).or_default() += 1;
            }
        }
        let mut groups: BTreeMap<CauseSubject, Vec<Member<'_>>> = BTreeMap::new();
        for trial in trials {
            let case = summary.case(trial);
            let chosen = candidates(trial).min_by_key(|mismatch| {
                let subject = CauseSubject::of(trial, case, mismatch);
                let many = Reverse(shared.get(&subject).copied().unwrap_or_default());
                (many, mismatch.level, subject, Cause::of(mismatch))
            });
            let Some(mismatch) = chosen else { continue };
            let subject = CauseSubject::of(trial, case, mismatch);
            groups.entry(subject).or_default().push(Member { trial, case, mismatch });
        }
        let mut groups: Vec<Self> = groups
            .into_iter()
            .filter_map(|(subject, members)| Self::gathered(summary, subject, &members))
            .collect();
        groups.sort_by_key(|group| {
            let first = group.affects.first().copied();
            // A cause that names no client comes after those that do.
            (group.level, first.is_none(), first, Reverse(group.cases.len()), Reverse(group.trials.len()))
        });
        groups
    }

    fn gathered(summary: &Summary, subject: CauseSubject, members: &[Member<'_>]) -> Option<Self> {
        let mut words: BTreeMap<Cause, usize> = BTreeMap::new();
        for member in members {
            *words.entry(Cause::of(member.mismatch)).or_default() += 1;
        }
        let level = members.iter().map(|member| member.mismatch.level).min()?;
        // Of the words at the gravest level the most frequent.
        let gravest = |cause: &Cause| {
            members
                .iter()
                .any(|member| member.mismatch.level == level && Cause::of(member.mismatch) == *cause)
        };
        let cause = words
            .iter()
            .filter(|(cause, _)| gravest(cause))
            .max_by_key(|(cause, count)| (**count, Reverse(*cause)))
            .map(|(cause, _)| cause.clone())?;
        let example = members
            .iter()
            .filter(|member| member.mismatch.level == level && Cause::of(member.mismatch) == cause)
            .min_by_key(|member| {
                let sent = summary.exchanges(&member.trial.id);
                let length: u64 =
                    sent.iter().map(|exchange| exchange.request.body.size()).max().unwrap_or(u64::MAX);
                (length > 400, member.trial.id.contains('['), &member.trial.id)
            })
            .map(|member| member.trial.id.clone())?;
        let affects = members.iter().filter_map(|member| member.case).flat_map(|case| &case.affects);
        Some(Self {
            subject,
            other_words: words.len() - 1,
            cause,
            example,
            cases: members.iter().map(|member| member.trial.case.clone()).collect(),
            operations: members.iter().map(|member| member.trial.operation.clone()).collect(),
            level,
            affects: affects.copied().collect(),
            trials: members.iter().map(|member| member.trial.id.clone()).collect(),
        })
    }
}

/// The mismatches that may name a trial's cause: those of its earliest wrong step, and of these
/// the ones that fail it, if there are any.
fn candidates(trial: &TrialVerdict) -> impl Iterator<Item = &Mismatch> {
    let failing = trial.mismatches.iter().any(|mismatch| !mismatch.tolerated);
    let counts = move |mismatch: &&Mismatch| !(failing && mismatch.tolerated);
    let earliest = trial.mismatches.iter().filter(counts).map(|mismatch| mismatch.step).min();
    trial.mismatches.iter().filter(counts).filter(move |mismatch| Some(mismatch.step) == earliest)
}

#[cfg(test)]
mod tests {
    use super::Group;
    use crate::case::ast::{Audience, Level};
    use crate::log::{CaseText, Event, Mismatch, MismatchKind, Outcome, TrialVerdict};
    use crate::report::summary::Summary;
    use crate::testing::samples::{mismatch, refusal_case, step, trial};

    fn wrong(kind: MismatchKind, expected: &str, at_step: usize) -> Mismatch {
        Mismatch { step: step(at_step), ..mismatch(kind, expected, "other", ("cases/a.yaml", 1, 1, 1)) }
    }

    fn groups(trials: &[(&str, Vec<Mismatch>)]) -> Vec<(String, usize)> {
        let events: Vec<Event> = trials
            .iter()
            .map(|(id, mismatches)| {
                let failed = trial(id, id, Outcome::Fail);
                Event::Trial(Box::new(TrialVerdict { mismatches: mismatches.clone(), ..failed }))
            })
            .collect();
        let groups = Group::of(&Summary::of_events(&events), Outcome::Fail);
        groups.into_iter().map(|group| (group.cause.expected, group.trials.len())).collect()
    }

    #[test]
    fn a_trial_counts_once_with_the_cause_that_most_share() {
        let common = || wrong(MismatchKind::Body, "Common 1", 0);
        let rare = || wrong(MismatchKind::Status, "rare", 0);
        let found = groups(&[("a", vec![rare(), common()]), ("b", vec![common()]), ("c", vec![common()])]);
        assert_eq!(found, [("Common 1".to_owned(), 3)]);
    }

    #[test]
    fn what_follows_a_wrong_step_is_not_its_cause() {
        let first = || wrong(MismatchKind::Body, "First 1", 0);
        let later = || wrong(MismatchKind::Body, "Later 1", 1);
        let found = groups(&[("a", vec![later(), first()]), ("b", vec![later()]), ("c", vec![later()])]);
        assert_eq!(found, [("Later 1".to_owned(), 2), ("First 1".to_owned(), 1)]);
    }

    #[test]
    fn what_is_tolerated_does_not_name_a_failure() {
        let tolerated = Mismatch { tolerated: true, ..wrong(MismatchKind::ErrorText, "text", 0) };
        let found = groups(&[("a", vec![tolerated, wrong(MismatchKind::Body, "body", 1)])]);
        assert_eq!(found, [("body".to_owned(), 1)]);
    }

    #[test]
    fn elements_of_a_list_and_other_words_are_one_cause() {
        let first = wrong(MismatchKind::Body, "Records.0.Data: byte string", 0);
        let second = wrong(MismatchKind::Body, "Records.17.Data absent", 0);
        let found = groups(&[("a", vec![first]), ("b", vec![second.clone()]), ("c", vec![second])]);
        assert_eq!(found, [("Records.17.Data absent".to_owned(), 3)]);
    }

    /// The groups of refusals by the id of their case, which stands in that file and affects these.
    fn refusals(cases: &[(&str, &str, &str, &[Audience])]) -> Vec<(Option<String>, String, usize)> {
        let events: Vec<Event> = cases
            .iter()
            .flat_map(|(id, operation, file, affects)| {
                let text = CaseText {
                    id: (*id).to_owned(),
                    file: (*file).to_owned(),
                    affects: affects.to_vec(),
                    ..refusal_case()
                };
                let mismatches = vec![wrong(MismatchKind::Status, "refused", 0)];
                let operation = (*operation).to_owned();
                let failed = TrialVerdict { mismatches, operation, ..trial(id, id, Outcome::Fail) };
                [Event::Case(Box::new(text)), Event::Trial(Box::new(failed))]
            })
            .collect();
        let groups = Group::of(&Summary::of_events(&events), Outcome::Fail).into_iter();
        groups.map(|group| (group.subject.operation, group.subject.rule, group.trials.len())).collect()
    }

    #[test]
    fn a_rule_of_a_family_is_one_cause_and_other_rules_are_one_for_each_operation() {
        let found = refusals(&[
            ("put-record/types/a", "PutRecord", "cases/families/types.yaml", &[]),
            ("put-records/types/a", "PutRecords", "cases/families/types.yaml", &[]),
            ("put-record/size/a", "PutRecord", "cases/put-record/size.yaml", &[]),
            ("put-records/size/a", "PutRecords", "cases/put-records/size.yaml", &[]),
            ("protocol/auth/a", "ListStreams", "cases/protocol/auth.yaml", &[]),
        ]);
        let text = |name: &str| Some(name.to_owned());
        assert_eq!(
            found,
            [
                (None, "types".to_owned(), 2),
                (text("ListStreams"), "protocol/auth".to_owned(), 1),
                (text("PutRecord"), "size".to_owned(), 1),
                (text("PutRecords"), "size".to_owned(), 1),
            ]
        );
    }

    #[test]
    fn the_clients_that_are_affected_rank_before_the_number_of_cases() {
        let sdk: &[Audience] = &[Audience::SdkAuthors];
        let found = refusals(&[
            ("put-record/size/a", "PutRecord", "cases/put-record/size.yaml", sdk),
            ("put-record/size/b", "PutRecord", "cases/put-record/size.yaml", sdk),
            ("put-record/key/a", "PutRecord", "cases/put-record/key.yaml", &[Audience::Producers]),
            ("put-record/none/a", "PutRecord", "cases/put-record/none.yaml", &[]),
        ]);
        let rules: Vec<&str> = found.iter().map(|(_, rule, _)| rule.as_str()).collect();
        assert_eq!(rules, ["key", "size", "none"]);
    }

    #[test]
    fn of_equal_groups_the_graver_comes_first() {
        let strict = Mismatch { level: Level::Strict, ..wrong(MismatchKind::Status, "strict", 0) };
        let found = groups(&[("a", vec![strict]), ("b", vec![wrong(MismatchKind::NoAnswer, "core", 0)])]);
        assert_eq!(found, [("core".to_owned(), 1), ("strict".to_owned(), 1)]);
    }
}
