//! What a run came to: events gathered so that any rendering can be made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::streams::streams_in;
use super::tally::Tally;
use crate::facts::FactId;
use crate::log::Log;
use crate::log::{
    CaseText, Event, Evidence, Exchange, Flag, Footer, Header, Listener, Notice, Outcome, ReportError, Role,
    TrialVerdict,
};

/// What a run came to. Exchanges are kept only of trials whose pictures may be drawn.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The header, once it came.
    pub header: Option<Header>,
    /// Cases by id.
    pub cases: BTreeMap<String, CaseText>,
    /// Verdicts by trial id; of a trial that ran again, the last.
    pub trials: BTreeMap<String, TrialVerdict>,
    /// What a reader should know, in order.
    pub notices: Vec<Notice>,
    /// The footer, once it came.
    pub footer: Option<Footer>,
    /// What the target answered with, over the whole run.
    pub(super) tally: Tally,
    /// Streams that the run made for no trial in particular.
    shared_streams: BTreeSet<String>,
    facts: BTreeMap<FactId, Evidence>,
    exchanges: BTreeMap<String, Vec<Arc<Exchange>>>,
}

impl Summary {
    /// Gathers the events of a stored log.
    pub fn of_log(log: &Log) -> Self {
        let mut summary = Self { header: Some(log.header.clone()), ..Self::default() };
        for event in &log.events {
            summary.add(event.clone());
        }
        summary.footer.clone_from(&log.footer);
        if log.torn.is_some() {
            summary.footer = None;
        }
        summary
    }

    /// Gathers events.
    pub fn of_events<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut summary = Self::default();
        for event in events {
            summary.add(event.clone());
        }
        summary
    }

    /// The same with the exchanges of the trials that pass, for a few trials of which they are to be shown.
    pub fn of_events_with_passes<'a>(events: impl IntoIterator<Item = &'a Event> + Clone) -> Self {
        let mut summary = Self::of_events(events.clone());
        summary.exchanges.clear();
        for event in events {
            if let Event::Exchange(exchange) = event {
                let counts = |trial: &TrialVerdict| trial.attempt == exchange.attempt;
                if exchange.trial.as_ref().and_then(|id| summary.trials.get(id)).is_some_and(counts) {
                    summary.keep(Arc::clone(exchange));
                }
            }
        }
        summary
    }

    /// Gathers one more event. What no report shows is dropped, so that a summary grows with the trials
    /// and not with the requests.
    pub fn add(&mut self, event: Event) {
        match event {
            Event::Header(header) => self.header = Some(*header),
            Event::Case(mut case) => {
                // Many cases cite the same facts.
                for evidence in case.facts.drain(..) {
                    self.facts.insert(evidence.id.clone(), evidence);
                }
                case.facts = Vec::new();
                self.cases.insert(case.id.clone(), *case);
            }
            Event::Exchange(exchange) => {
                self.tally.add(&exchange);
                if exchange.trial.is_none() && exchange.request.operation == "CreateStream" {
                    self.shared_streams.extend(streams_in(&exchange.request.body));
                }
                self.keep(exchange);
            }
            Event::Trial(mut trial) => {
                if !may_be_drawn(&trial) {
                    self.exchanges.remove(&trial.id);
                } else if let Some(exchanges) = self.exchanges.get_mut(&trial.id) {
                    // Earlier attempts used a stream that somebody else had changed.
                    exchanges.retain(|exchange| exchange.attempt == trial.attempt);
                }
                for attempt in &mut trial.attempts {
                    attempt.bindings.clear();
                }
                self.trials.insert(trial.id.clone(), *trial);
            }
            Event::Timing(_) => {}
            Event::Notice(notice) => self.notices.push(notice),
            Event::Footer(footer) => self.footer = Some(*footer),
        }
    }

    fn keep(&mut self, exchange: Arc<Exchange>) {
        match exchange.role {
            Role::Setup
            | Role::Request(_)
            | Role::During(_)
            | Role::Unchanged(_)
            | Role::ConfirmTransient
            | Role::Read(_)
            | Role::Health => {
                let Some(trial) = exchange.trial.as_deref() else { return };
                match self.exchanges.get_mut(trial) {
                    Some(exchanges) => exchanges.push(exchange),
                    None => {
                        self.exchanges.insert(trial.to_owned(), vec![exchange]);
                    }
                }
            }
            // Samples are reported by the trace; the others are about no trial in particular.
            Role::Sample { .. } | Role::Capability | Role::Calibration | Role::Cleanup => {}
        }
    }

    /// The same run with these trials alone.
    pub(crate) fn only(&self, ids: &[String]) -> Self {
        let mut summary = self.clone();
        summary.trials.retain(|id, _| ids.contains(id));
        summary.exchanges.retain(|id, _| ids.contains(id));
        summary.notices.retain(|notice| notice.trial.as_ref().is_none_or(|id| ids.contains(id)));
        summary
    }

    /// True if every selected trial has its verdict.
    pub fn is_complete(&self) -> bool {
        self.footer.as_ref().is_some_and(|footer| footer.complete)
    }

    /// The exchanges of a trial that may be drawn, in order, samples left out.
    pub fn exchanges(&self, trial: &str) -> &[Arc<Exchange>] {
        self.exchanges.get(trial).map_or(&[], Vec::as_slice)
    }

    /// The streams that the run made for no trial in particular.
    pub(super) const fn shared_streams(&self) -> &BTreeSet<String> {
        &self.shared_streams
    }

    /// The case of a trial.
    pub fn case(&self, trial: &TrialVerdict) -> Option<&CaseText> {
        self.cases.get(&trial.case)
    }

    /// A fact that some case cites.
    pub fn fact(&self, id: &FactId) -> Option<&Evidence> {
        self.facts.get(id)
    }

    /// Trials by outcome, all outcomes there.
    pub fn counts(&self) -> BTreeMap<Outcome, usize> {
        let mut counts: BTreeMap<_, _> = Outcome::ALL.into_iter().map(|outcome| (outcome, 0)).collect();
        for trial in self.trials.values() {
            *counts.entry(trial.outcome).or_default() += 1;
        }
        counts
    }

    /// The trials of one outcome, by id.
    pub fn with_outcome(&self, outcome: Outcome) -> impl Iterator<Item = &TrialVerdict> {
        self.trials.values().filter(move |trial| trial.outcome == outcome)
    }

    /// The trials with a flag, by id.
    pub fn with_flag(&self, flag: Flag) -> impl Iterator<Item = &TrialVerdict> {
        self.trials.values().filter(move |trial| trial.flags.contains(&flag))
    }
}

impl Listener for Summary {
    fn event(&mut self, event: &Event) -> Result<(), ReportError> {
        self.add(event.clone());
        Ok(())
    }
}

const fn may_be_drawn(trial: &TrialVerdict) -> bool {
    match trial.outcome {
        Outcome::Fail | Outcome::Blocked | Outcome::Error | Outcome::Known | Outcome::Tolerated => true,
        Outcome::Pass | Outcome::Unobserved | Outcome::Unsupported | Outcome::Skipped | Outcome::Open => {
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Summary;
    use crate::log::{Event, Outcome, TrialVerdict};
    use crate::testing::samples::{answer, exchange, trial};

    #[test]
    fn only_the_attempt_of_the_verdict_is_kept() {
        let first = exchange("a/b", crate::testing::samples::REQUEST, 1, answer(200, "{}"));
        let mut second = exchange("a/b", crate::testing::samples::REQUEST, 9_000, answer(400, "{}"));
        if let Event::Exchange(exchange) = &mut second {
            Arc::make_mut(exchange).attempt = 1;
        }
        let failed = TrialVerdict { attempt: 1, ..trial("a/b", "a/b", Outcome::Fail) };
        let summary = Summary::of_events(&[first, second, Event::Trial(Box::new(failed))]);
        let sent: Vec<u64> = summary.exchanges("a/b").iter().map(|exchange| exchange.sent_us).collect();
        assert_eq!(sent, [9_000]);
    }

    #[test]
    fn exchanges_of_a_pass_are_let_go() {
        let events = |outcome| {
            [
                exchange("a/b", crate::testing::samples::REQUEST, 1, answer(200, "{}")),
                Event::Trial(Box::new(trial("a/b", "a/b", outcome))),
            ]
        };
        assert_eq!(Summary::of_events(&events(Outcome::Pass)).exchanges("a/b").len(), 0);
        assert_eq!(Summary::of_events(&events(Outcome::Fail)).exchanges("a/b").len(), 1);
    }
}
