//! Judging a stored run again, without the target.
//!
//! Every trial whose question is unchanged gets the verdict that today's expectations give to what
//! was observed then. A trial whose question has changed, or that is gone, keeps nothing: an old
//! answer says nothing about a new question.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::case::ast::Level;
use crate::log::{Event, Exchange, Footer, Header, Notice, Outcome, Timing, TrialVerdict};
use crate::model::Model;
use crate::observe::{Observation, Observed};
use crate::plan::bind::Bindings;
use crate::plan::{Manifest, PlannedTrial, TextCache, case_text};
use crate::run::{Ruling, Settled};

use super::conduct::verdict;
use super::known::KnownList;
use super::{Measure, attempts, judge};

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
    /// No case has it any more.
    Gone,
    /// The question is another now.
    QuestionChanged,
    /// A step ends later now, or by another condition: what was observed may not hold what counts.
    StopChanged,
    /// Under the expectations of today it takes another attempt, which the log does not hold.
    NeedsAttempt,
    /// A body was too long for the log, which does not have all of it.
    BodyCut,
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
    let timing =
        events.iter().find_map(|event| if let Event::Timing(timing) = event { Some(timing) } else { None });
    let unknown = Timing::default();
    let measure = Measure {
        model: Model::embedded(),
        level: level.unwrap_or(header.level),
        timing: timing.unwrap_or(&unknown),
    };
    let planned: HashMap<&str, &PlannedTrial> =
        manifest.trials.iter().map(|trial| (trial.id.as_str(), trial.as_ref())).collect();
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
    let mut reported = std::collections::HashSet::new();
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
                if reported.insert(trial.case_id.clone()) {
                    again.events.push(Event::Case(Box::new(case_text(trial, &mut cache))));
                }
                let covered = stored.stops.len() == trial.stops.len()
                    && stored.stops.iter().zip(&trial.stops).all(|(stored, own)| stored.covers(own));
                if !covered {
                    again.left_out.push((stored.id.clone(), LeftOut::StopChanged));
                    continue;
                }
                let sent = exchanges.get(stored.id.as_str()).map(Vec::as_slice).unwrap_or_default();
                let judged = match one(trial, stored, sent, measure) {
                    Ok(judged) => known.apply(TrialVerdict { required: stored.required, ..judged }),
                    Err(why) => {
                        again.left_out.push((stored.id.clone(), why));
                        continue;
                    }
                };
                if judged.outcome != stored.outcome {
                    again.changed.push((judged.id.clone(), stored.outcome, judged.outcome));
                }
                *counts.entry(judged.outcome).or_default() += 1;
                again.events.push(Event::Trial(Box::new(judged)));
            }
            Event::Exchange(_) | Event::Timing(_) | Event::Notice(_) => again.events.push(event.clone()),
            Event::Header(_) | Event::Case(_) | Event::Footer(_) => {}
        }
    }
    for (id, why) in &again.left_out {
        let why = match why {
            LeftOut::Gone => "no case has it any more",
            LeftOut::QuestionChanged => "its question has changed; run it again",
            LeftOut::StopChanged => "a step ends later now, or by another condition; run it again",
            LeftOut::BodyCut => "the log does not have all of a long body; run it again",
            LeftOut::NeedsAttempt => {
                "what was observed needs another attempt to count, and the log holds none; run it again"
            }
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

/// The verdict of today on the attempts that are stored of a trial.
fn one(
    trial: &PlannedTrial,
    stored: &TrialVerdict,
    exchanges: &[&Exchange],
    measure: Measure<'_>,
) -> Result<TrialVerdict, LeftOut> {
    if exchanges.iter().any(|exchange| exchange.response.is_cut()) {
        return Err(LeftOut::BodyCut);
    }
    let mut rulings = Vec::new();
    for (attempt, text) in (0_u32..).zip(&stored.attempts) {
        let of_attempt = exchanges.iter().filter(|exchange| exchange.attempt == attempt);
        let observation = Observation {
            bindings: Bindings::from_log(&text.bindings),
            exchanges: of_attempt
                .map(|exchange| Observed::of(measure.model, Arc::new((*exchange).clone())))
                .collect(),
            began_us: text.began_us,
            ended_early: text.ended_early.clone(),
            process_ended: text.process_ended.clone(),
            disturbed: text.disturbed.clone(),
        };
        let judgement = judge(trial, &observation, measure);
        let void = judgement.void.clone();
        let ended_us = stored.started_us.saturating_add(stored.ms.saturating_mul(1000));
        let verdict = verdict(trial, attempt, (stored.started_us, ended_us), &observation, judgement);
        let confirmed = text.process_ended.is_some();
        let needs_confirmation = !confirmed && attempts::needs_confirmation(&verdict);
        rulings.push(Ruling { needs_confirmation, verdict, void });
    }
    match attempts::settle_trial(trial, rulings, true) {
        Settled::Verdict(verdict) => Ok(*verdict),
        Settled::Again(rulings) => match attempts::settle_trial(trial, rulings, false) {
            // The run could make no other attempt either, and came to the same.
            Settled::Verdict(verdict) if verdict.outcome == stored.outcome => Ok(*verdict),
            Settled::Verdict(_) | Settled::Again(_) => Err(LeftOut::NeedsAttempt),
        },
    }
}

#[cfg(all(test, feature = "serve"))]
mod tests;
