//! What a run says before its first trial: its header, its cases, the times that it holds steps to.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Settings;
use crate::log::{Capabilities, Event, Header, Length, Lengths, Selection, TargetText, Timing};
use crate::plan::{Manifest, PlannedTrial, Select, Target, TextCache, case_text};
use crate::run::QUIET;
use crate::run::session::Session;

/// The times that steps and samples are held to on this target.
pub(super) fn timing_of(target: &Target, lengths: Lengths) -> Timing {
    let us = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let lag_us = us(target.describe_lag);
    Timing {
        settle_us: us(target.settle),
        quiet_us: us(QUIET).max(lengths.longest_us().saturating_mul(3)).max(lag_us.saturating_mul(3)),
        deadline_us: us(target.transition_deadline),
        deadline_stated: target.deadline_stated,
        patience_us: us(target.patience),
        describe_lag_us: lag_us,
        lengths,
    }
}

/// Reports if no change that was measured showed a transient state.
pub(super) fn report_unseen_transitions(session: &Session, lengths: &Lengths) {
    let unseen: Vec<&Length> =
        lengths.measured.values().filter(|length| length.at_least_us.is_none()).collect();
    if !unseen.is_empty() && unseen.len() == lengths.measured.len() {
        let tightest = unseen.iter().map(|length| length.longest_gap_us).min().unwrap_or_default();
        let text = format!(
            "none of the measured changes showed a transient state: {}; in the tightest of them the samples \
             were at most {}.{} ms apart",
            lengths.measured.keys().map(|change| change.as_str()).collect::<Vec<_>>().join(", "),
            tightest / 1000,
            tightest % 1000 / 100
        );
        session.notice(None, text);
    }
}

pub(super) fn header(
    session: &Session,
    manifest: &Manifest,
    select: &Select,
    settings: &Settings,
    capabilities: &Capabilities,
    trials: usize,
) -> Header {
    let target = &session.target;
    Header {
        suite_version: env!("CARGO_PKG_VERSION").to_owned(),
        manifest_digest: manifest.digest(),
        started_at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        target: TargetText {
            name: target.name.clone(),
            version: target.version.clone(),
            endpoint: target.endpoint.clone(),
        },
        capabilities: capabilities.clone(),
        requires: target.requires.clone(),
        selection: Selection {
            filters: select.filter_texts(),
            operations: select.operations.clone(),
            trials,
            of: manifest.trials.len(),
        },
        level: settings.level,
        seed: settings.seed,
        jobs: settings.jobs,
        target_arguments: target.arguments.clone(),
    }
}

/// Emits every case of the selection once, so that a log explains itself.
pub(super) fn emit_cases(session: &Session, selected: &[Arc<PlannedTrial>]) {
    let mut reported = HashSet::new();
    let mut cache = TextCache::default();
    for trial in selected {
        if reported.insert(trial.case_id.as_str()) {
            session.emit(Event::Case(Box::new(case_text(trial, &mut cache))));
        }
    }
}

/// Eight hex digits that differ from run to run: of the seed and the time.
pub(super) fn run_id(seed: u64) -> String {
    let now =
        u64::try_from(Timestamp::now().as_nanosecond().rem_euclid(i128::from(u64::MAX))).unwrap_or_default();
    let mixed = (now ^ seed.rotate_left(17)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    format!("{:08x}", mixed >> 32)
}
