//! Judging a stored run again, without the target.
//!
//! Every trial whose question is unchanged gets the verdict that today's expectations give to what
//! was observed then. A trial whose question has changed, or that is gone, keeps nothing: an old
//! answer says nothing about a new question.

use std::collections::{BTreeMap, HashMap};

use crate::case::ast::Level;
use crate::model::Model;

use crate::judge::KnownList;
use crate::observe::Observation;

use super::conduct::verdict;
use super::{Measure, judge};
use crate::log::{Event, Exchange, Footer, Header, Notice, Outcome, Trial};
use crate::plan::bind::Bindings;
use crate::plan::{Manifest, PlannedTrial, TextCache, case_text};

/// A stored run under today's expectations.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejudged {
    /// The same run: header, cases of today, exchanges, new verdicts, footer.
    pub events: Vec<Event>,
    /// Trials whose outcome is another now: id, before, after.
    pub changed: Vec<(String, Outcome, Outcome)>,
    /// Trials that could not be judged again, and why.
    pub left_out: Vec<(String, LeftOut)>,
}

/// Why a stored trial could not be judged again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// No case asks it any more.
    Gone,
    /// The question is another now.
    QuestionChanged,
}

/// Judges a stored run again. `level` = the log's own where `None`.
pub fn rejudge(
    header: &Header,
    events: &[Event],
    footer: Option<&Footer>,
    manifest: &Manifest,
    level: Option<Level>,
    known: &KnownList,
) -> Rejudged {
    let measure = Measure {
        model: Model::embedded(),
        level: level.unwrap_or(header.level),
        shortest_us: header.capabilities.shortest_transition_ms * 1000,
    };
    let planned: HashMap<&str, &PlannedTrial> =
        manifest.trials.iter().map(|trial| (trial.id.as_str(), trial)).collect();
    let mut exchanges: HashMap<&str, Vec<&Exchange>> = HashMap::new();
    for event in events {
        if let Event::Exchange(exchange) = event
            && let Some(trial) = &exchange.trial
        {
            exchanges.entry(trial).or_default().push(exchange);
        }
    }
    let mut again = Rejudged {
        events: vec![Event::Header(Box::new(Header {
            level: measure.level,
            manifest_digest: manifest.digest(),
            ..header.clone()
        }))],
        changed: Vec::new(),
        left_out: Vec::new(),
    };
    let mut cache = TextCache::default();
    let mut told = std::collections::HashSet::new();
    let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
    for event in events {
        match event {
            Event::Trial(stored) => {
                let Some(trial) = planned.get(stored.id.as_str()) else {
                    again.left_out.push((stored.id.clone(), LeftOut::Gone));
                    continue;
                };
                if trial.question_digest != stored.question_digest {
                    again.left_out.push((stored.id.clone(), LeftOut::QuestionChanged));
                    continue;
                }
                if told.insert(trial.case_id.clone()) {
                    again.events.push(Event::Case(Box::new(case_text(trial, &mut cache))));
                }
                let sent = exchanges.get(stored.id.as_str()).map(Vec::as_slice).unwrap_or_default();
                let judged = known.apply(one(trial, stored, sent, measure));
                if judged.outcome != stored.outcome {
                    again.changed.push((judged.id.clone(), stored.outcome, judged.outcome));
                }
                *counts.entry(judged.outcome).or_default() += 1;
                again.events.push(Event::Trial(Box::new(judged)));
            }
            Event::Exchange(_) | Event::Notice(_) => again.events.push(event.clone()),
            Event::Header(_) | Event::Case(_) | Event::Footer(_) => {}
        }
    }
    for (id, why) in &again.left_out {
        let why = match why {
            LeftOut::Gone => "no case asks it any more",
            LeftOut::QuestionChanged => "its question has changed; run it again",
        };
        let text = format!("not judged again: {why}");
        again.events.push(Event::Notice(Notice { at_us: 0, trial: Some(id.clone()), text }));
    }
    if let Some(footer) = footer {
        again.events.push(Event::Footer(Box::new(Footer {
            counts,
            complete: footer.complete && again.left_out.is_empty(),
            ..footer.clone()
        })));
    }
    again
}

fn one(trial: &PlannedTrial, stored: &Trial, exchanges: &[&Exchange], measure: Measure<'_>) -> Trial {
    let stopped_by = match stored.outcome {
        // What kept a question from being put is no matter of expectations.
        Outcome::Blocked | Outcome::Skipped | Outcome::Unsupported => {
            Some((stored.outcome, stored.reason.clone().unwrap_or_default()))
        }
        Outcome::Pass
        | Outcome::Tolerated
        | Outcome::Fail
        | Outcome::Unobserved
        | Outcome::Error
        | Outcome::Known
        | Outcome::Open => None,
    };
    let observation = Observation {
        bindings: Bindings(stored.bindings.clone()),
        exchanges: exchanges
            .iter()
            .filter(|exchange| exchange.round == stored.round)
            .map(|exchange| (*exchange).clone())
            .collect(),
        stopped_by,
        setup_cut_short: false,
    };
    let judgement = judge(trial, &observation, measure);
    let ended_us = stored.started_us + stored.ms * 1000;
    verdict(trial, stored.round, (stored.started_us, ended_us), observation, judgement)
}

#[cfg(all(test, feature = "serve"))]
mod tests;
