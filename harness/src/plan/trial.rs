//! The executable trial: one case, row and set of axis values, lowered to what is sent, what is
//! observed, when a step ends, and what is expected. Everything after the plan sees only this.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::case::ast::{
    Address, Answer, Audience, Body, Call, Case, Clock, Cost, ExpectedState, Fixture, FixtureName, Level,
    Library, Question, Race, Read, Reference, Resource, Resources, Setup, Suite, Tree,
};
use crate::case::{Source, Span, Spanned};
use crate::facts::FactId;
use crate::log::{Change, Claim, StopCondition};
use crate::wire::Encoding;

use super::bind::references;
use super::change;

/// One trial as it will be carried out.
#[derive(Clone, Debug)]
pub struct PlannedTrial {
    /// Its permanent id.
    pub id: String,
    /// The id of its case: suite and case or row.
    pub case_id: String,
    /// Where it comes from.
    pub provenance: Provenance,
    /// The operation that it is about.
    pub operation: String,
    /// The sentence that says which rule is held.
    pub title: String,
    /// How much a violation matters.
    pub level: Level,
    /// The clients that a violation affects.
    pub affects: Vec<Audience>,
    /// What it costs to carry out.
    pub cost: Cost,
    /// The encoding of its requests.
    pub encoding: Encoding,
    /// How its requests name their stream.
    pub address: Address,
    /// The kinds of resources, and the setups.
    pub resources: Arc<Resources>,
    /// The state that is reached before the first step.
    pub given: IndexMap<FixtureName, Fixture>,
    /// The steps, in order.
    pub steps: Vec<PlannedStep>,
    /// Digest of everything that is sent.
    pub question_digest: String,
    /// When each step ends, in the order of the steps.
    pub stops: Vec<StopCondition>,
}

/// Where a trial comes from.
#[derive(Clone, Debug)]
pub enum Provenance {
    /// A case of a YAML file.
    Yaml {
        /// All cases and questions.
        library: Arc<Library>,
        /// Index of the suite.
        suite: usize,
        /// Index of the case in its suite.
        case: usize,
    },
    /// A rule that made it, without a file.
    Generated {
        /// The rule.
        rule: String,
        /// The request and the expectation as text, for pictures.
        source: Arc<Source>,
    },
}

/// One step.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    /// Where it stands.
    pub span: Span,
    /// The facts that support what its expectation claims.
    pub because: Vec<Spanned<FactId>>,
    /// The facts that only describe the form of the response.
    pub form: Vec<Spanned<FactId>>,
    /// The level of its expectation, where it is not the trial's.
    pub level: Option<Level>,
    /// What is done.
    pub kind: PlannedStepKind,
}

/// What a step does.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all steps are calls, and there are few of either")]
pub enum PlannedStepKind {
    /// Sends one call, and observes a stream from before it until a stop condition holds.
    Call {
        /// The call.
        call: Call,
        /// What is observed.
        observe: Option<Observe>,
    },
    /// Sends calls at the same time.
    Race(Race),
    /// Sends calls again and again.
    Repeat {
        /// How often all of them are sent.
        times: u32,
        /// The calls of one repetition, which goes on while each response is as expected.
        steps: Vec<PlannedStep>,
    },
    /// Moves the target's clock.
    Clock(Clock),
    /// Reads records back.
    Read(Read),
}

/// What is observed around a call, and the states that are expected.
#[derive(Clone, Debug)]
pub struct Observe {
    /// Where it stands.
    pub span: Span,
    /// The facts that support the expected states.
    pub because: Vec<Spanned<FactId>>,
    /// The facts that only describe the form of the descriptions.
    pub form: Vec<Spanned<FactId>>,
    /// The level of the expected states, where it is not the trial's.
    pub level: Option<Level>,
    /// The stream.
    pub fixture: Spanned<FixtureName>,
    /// The states that are expected, in order.
    pub states: Vec<ExpectedState>,
    /// Calls to send while the stream shows a status.
    pub during: Vec<During>,
}

/// Calls to send while the stream shows a status.
#[derive(Clone, Debug)]
pub struct During {
    /// The status.
    pub status: Spanned<String>,
    /// The calls, each a step of its own.
    pub steps: Vec<PlannedStep>,
}

impl PlannedStep {
    /// Every call of the step, with the step whose facts its expectation rests on.
    pub fn calls(&self) -> Vec<(&Call, &Self)> {
        match &self.kind {
            PlannedStepKind::Call { call, observe } => {
                let during = observe.iter().flat_map(|observe| &observe.during);
                let inner = during.flat_map(|during| &during.steps).flat_map(Self::calls);
                std::iter::once((call, self)).chain(inner).collect()
            }
            PlannedStepKind::Race(race) => race.calls.iter().map(|call| (call, self)).collect(),
            PlannedStepKind::Repeat { steps, .. } => steps.iter().flat_map(Self::calls).collect(),
            PlannedStepKind::Clock(_) | PlannedStepKind::Read(_) => Vec::new(),
        }
    }

    /// The call, if the step sends one itself.
    pub const fn call(&self) -> Option<&Call> {
        match &self.kind {
            PlannedStepKind::Call { call, .. } => Some(call),
            PlannedStepKind::Race(_)
            | PlannedStepKind::Repeat { .. }
            | PlannedStepKind::Clock(_)
            | PlannedStepKind::Read(_) => None,
        }
    }

    /// What the step claims, where its trial has this level.
    fn claims(&self, level: Level, claims: &mut Vec<Claim>) {
        let claim = |because: &[Spanned<FactId>], own: Option<Level>| Claim {
            level: own.unwrap_or(level),
            facts: because.iter().map(|id| id.value.clone()).collect(),
        };
        match &self.kind {
            PlannedStepKind::Call { call, observe } => {
                if call.expect.answer.is_judged() {
                    claims.push(claim(&self.because, self.level));
                }
                if let Some(observe) = observe {
                    claims.push(claim(&observe.because, observe.level));
                    for step in observe.during.iter().flat_map(|during| &during.steps) {
                        step.claims(level, claims);
                    }
                }
            }
            PlannedStepKind::Race(_) | PlannedStepKind::Read(_) => {
                claims.push(claim(&self.because, self.level));
            }
            PlannedStepKind::Repeat { steps, .. } => {
                for step in steps {
                    step.claims(level, claims);
                }
            }
            PlannedStepKind::Clock(_) => {}
        }
    }

    /// What the step observes.
    pub const fn observe(&self) -> Option<&Observe> {
        match &self.kind {
            PlannedStepKind::Call { observe, .. } => observe.as_ref(),
            PlannedStepKind::Race(_)
            | PlannedStepKind::Repeat { .. }
            | PlannedStepKind::Clock(_)
            | PlannedStepKind::Read(_) => None,
        }
    }

    /// The trees that the step states besides those of its calls.
    fn stated(&self) -> Vec<&Tree> {
        match &self.kind {
            PlannedStepKind::Call { observe, .. } => observe
                .iter()
                .flat_map(|observe| &observe.states)
                .flat_map(|state| state.members.values())
                .collect(),
            PlannedStepKind::Read(read) => read.records.iter().collect(),
            PlannedStepKind::Race(_) | PlannedStepKind::Repeat { .. } | PlannedStepKind::Clock(_) => {
                Vec::new()
            }
        }
    }
}

/// A case as it is written: the name of its file and its id.
pub(crate) fn written_case(suite: &Suite, case: &Case) -> String {
    format!("{}/{}", suite.file, case.id.value)
}

impl PlannedTrial {
    /// The suite and the case that it comes from, if it comes from a file.
    pub fn yaml(&self) -> Option<(&Suite, &Case)> {
        match &self.provenance {
            Provenance::Yaml { library, suite, case } => {
                let suite = library.suites.get(*suite)?;
                suite.cases.get(*case).map(|case| (suite, case))
            }
            Provenance::Generated { .. } => None,
        }
    }

    /// The cases that it is one of, if it comes from a file.
    pub fn library(&self) -> Option<&Library> {
        match &self.provenance {
            Provenance::Yaml { library, .. } => Some(library),
            Provenance::Generated { .. } => None,
        }
    }

    /// The text in which its spans stand.
    pub fn source(&self) -> &Source {
        match &self.provenance {
            Provenance::Yaml { library, suite, .. } => &library.suites[*suite].source,
            Provenance::Generated { source, .. } => source,
        }
    }

    /// Where it stands in its source.
    pub fn span(&self) -> Span {
        match self.yaml() {
            Some((_, case)) => case.span,
            None => Span {
                line: 1,
                column: 1,
                offset: 0,
                len: u32::try_from(self.source().text.len()).unwrap_or(u32::MAX),
            },
        }
    }

    /// The open question of that id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        match &self.provenance {
            Provenance::Yaml { library, .. } => library.questions.get(id),
            Provenance::Generated { .. } => None,
        }
    }

    /// The case as it is written, with all of its rows and, in a family, all of its operations: the name
    /// of its file and its id.
    pub fn written_case(&self) -> String {
        match self.yaml() {
            Some((suite, case)) => written_case(suite, case),
            None => self.case_id.clone(),
        }
    }

    /// The names of the faults that its case is there for.
    pub fn kills(&self) -> impl Iterator<Item = &str> {
        self.yaml().into_iter().flat_map(|(_, case)| &case.kills).map(|name| name.value.as_str())
    }

    /// The name of its suite: its file's path, or the part of its case's id before the last `/`.
    pub fn suite_name(&self) -> &str {
        match self.yaml() {
            Some((suite, _)) => &suite.name,
            None => self.case_id.rsplit_once('/').map_or(self.case_id.as_str(), |(suite, _)| suite),
        }
    }

    /// Every call of the steps, with its step.
    pub fn calls(&self) -> impl Iterator<Item = (&Call, &PlannedStep)> {
        self.steps.iter().flat_map(PlannedStep::calls)
    }

    /// Every fact that an expectation of the trial cites, once, in the file's order.
    pub fn facts(&self) -> Vec<FactId> {
        let mut ids: Vec<FactId> = Vec::new();
        let mut take = |because: &[Spanned<FactId>]| {
            for id in because {
                if !ids.contains(&id.value) {
                    ids.push(id.value.clone());
                }
            }
        };
        for step in &self.steps {
            take(&step.because);
            take(&step.form);
            if let Some(observe) = step.observe() {
                take(&observe.because);
                take(&observe.form);
            }
            for (_, inner) in step.calls() {
                take(&inner.because);
                take(&inner.form);
            }
        }
        ids
    }

    /// What the trial claims, one for each expectation that is judged, in the file's order.
    pub fn claims(&self) -> Vec<Claim> {
        let mut claims = Vec::new();
        for step in &self.steps {
            step.claims(self.level, &mut claims);
        }
        claims
    }

    /// Every open question that the trial answers, once.
    pub fn questions(&self) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        let mut take = |id: &str| {
            if !ids.iter().any(|known| known == id) {
                ids.push(id.to_owned());
            }
        };
        for (call, _) in self.calls() {
            match &call.expect.answer {
                Answer::Open(question) | Answer::RefusedOpen(question) => take(&question.value),
                Answer::Accepted { members: Some(tree) } => references(tree, &mut |reference| {
                    if let Reference::Open(id) = reference {
                        take(id);
                    }
                }),
                Answer::Accepted { members: None } | Answer::Refused(_) => {}
            }
        }
        for tree in self.steps.iter().flat_map(PlannedStep::stated) {
            references(tree, &mut |reference| {
                if let Reference::Open(id) = reference {
                    take(id);
                }
            });
        }
        ids
    }

    /// The operations that the setup and the steps call; descriptions of streams aside.
    pub fn operations_needed(&self) -> Vec<String> {
        let mut names: Vec<String> = self.calls().map(|(call, _)| call.operation.value.clone()).collect();
        if self.steps.iter().any(|step| matches!(step.kind, PlannedStepKind::Read(_))) {
            names.extend(["GetShardIterator".to_owned(), "GetRecords".to_owned()]);
        }
        for fixture in self.given.values() {
            let create = &self.resources.kind(Some(fixture)).create.operation.value;
            match fixture {
                Fixture::Missing => {}
                Fixture::Shared => names.push(create.clone()),
                Fixture::Own { .. } => {
                    names.push(create.clone());
                    let calls = self.resources.chain(fixture).into_iter().flat_map(|setup| &setup.calls);
                    names.extend(calls.map(|call| call.operation.value.clone()));
                }
            }
        }
        names
    }

    /// Everything that requests, setup and expectations refer to.
    pub(crate) fn references(&self) -> Vec<&Reference> {
        let mut found = Vec::new();
        let mut visit = |reference| found.push(reference);
        for fixture in self.given.values() {
            if let Fixture::Own { encryption: Some(tree), .. } = fixture {
                references(tree, &mut visit);
            }
            for call in self.resources.chain(fixture).into_iter().flat_map(|setup| &setup.calls) {
                references(&call.with, &mut visit);
            }
        }
        for (call, _) in self.calls() {
            if let Body::Tree(tree) = &call.with {
                references(tree, &mut visit);
            }
        }
        for tree in self.steps.iter().flat_map(PlannedStep::stated) {
            references(tree, &mut visit);
        }
        found
    }

    /// True if every call is to be refused, or is open: then a refusal must have changed nothing,
    /// which an implied check observes.
    pub(crate) fn implies_unchanged(&self) -> bool {
        self.steps.iter().all(|step| {
            step.observe().is_none()
                && step.call().is_some_and(|call| match call.expect.answer {
                    Answer::Refused(_) | Answer::RefusedOpen(_) | Answer::Open(_) => true,
                    Answer::Accepted { .. } => false,
                })
        })
    }

    /// True if the trial waits for a transition.
    pub fn has_transition(&self) -> bool {
        self.steps.iter().any(|step| match &step.kind {
            PlannedStepKind::Call { observe, .. } => observe.is_some(),
            PlannedStepKind::Repeat { .. } => true,
            PlannedStepKind::Race(_) | PlannedStepKind::Clock(_) | PlannedStepKind::Read(_) => false,
        })
    }

    /// True if the trial sends calls at the same time.
    pub fn has_race(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.kind, PlannedStepKind::Race(_)))
    }

    /// The kind of resource that a name of `given` stands for.
    pub fn kind(&self, fixture: FixtureName) -> &Arc<Resource> {
        self.resources.kind(self.given.get(&fixture))
    }

    /// The transient status in which the first step finds its stream.
    pub fn transient_status(&self) -> Option<&str> {
        self.last_setup(FixtureName::Stream)?.begins()
    }

    /// The change that is under way when the first step is sent, if it is one whose length is measured.
    pub(crate) fn change_under_way(&self, fixture: FixtureName) -> Option<Change> {
        let setup = self.last_setup(fixture).filter(|setup| setup.begins().is_some())?;
        let kind = self.kind(fixture);
        let operation = setup.calls.last().map_or(&kind.create.operation, |call| &call.operation);
        change::begun(kind, &operation.value, false)
    }

    fn last_setup(&self, fixture: FixtureName) -> Option<&Setup> {
        self.resources.chain(self.given.get(&fixture)?).pop().map(AsRef::as_ref)
    }

    /// True if the trial moves the target's clock, so that no other trial may be in flight.
    pub fn moves_the_clock(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.kind, PlannedStepKind::Clock(_)))
    }

    /// True if no other trial may be in flight.
    pub(crate) fn runs_alone(&self) -> bool {
        self.moves_the_clock() || self.judges_when_a_response_comes()
    }

    /// True if it is judged when a response comes: in several starts, each of them alone.
    pub(crate) fn judges_when_a_response_comes(&self) -> bool {
        self.calls().any(|(call, _)| call.returns.is_some())
    }

    /// True if a stream of the trial's is lent to other trials at the same time.
    pub(crate) fn borrows(&self) -> bool {
        self.given.values().any(|fixture| matches!(fixture, Fixture::Shared))
    }
}
