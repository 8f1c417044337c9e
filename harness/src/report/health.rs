//! When nearly everything goes wrong alike, or nothing is answered any more from some request on, it
//! is the setup and not the target's behaviour: said once, with numbers, and with what to try.

use std::collections::BTreeMap;

use super::summary::Summary;
use super::tally::{AnswerKind, FEWEST, Tally};
use super::text::{counted, enumerated, shortened};
use crate::log::Outcome;
use crate::run::TargetError;
use crate::wire::NoAnswerKind;

#[cfg(test)]
mod tests;

/// Trials that a diagnosis names, at most.
const MOST_NAMED: usize = 20;

/// What to try where a certificate is not trusted.
const TRUST: &str = "trust it with --cacert FILE (in PEM: the target's own certificate or its \
                     authority's), name a host that it is for, or take any certificate with --insecure";

/// What to try where TLS fails.
const SPEAK_TLS: &str = "check that https is spoken at this port, or name the endpoint with http://";

/// What is wrong with the setup, and what to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Diagnosis {
    /// What was seen, with numbers.
    pub(super) seen: String,
    /// What to try.
    pub(super) attempt: String,
}

impl Diagnosis {
    /// What is wrong with the setup, if something is.
    pub(super) fn of(summary: &Summary) -> Option<Self> {
        let judged = summary.trials.values().filter(|trial| match trial.outcome {
            Outcome::Pass
            | Outcome::Tolerated
            | Outcome::Fail
            | Outcome::Blocked
            | Outcome::Error
            | Outcome::Known
            | Outcome::Open
            | Outcome::Unobserved => true,
            Outcome::Unsupported | Outcome::Skipped => false,
        });
        // An accepted answer in an envelope decodes, so that some trials pass.
        if let Some((kind @ AnswerKind::Envelope, count)) = summary.tally.commonest() {
            return diagnose(kind, count, summary);
        }
        if let Some(diagnosis) = fell_silent(&summary.tally) {
            return Some(diagnosis);
        }
        let passed = summary.with_outcome(Outcome::Pass).count();
        // A target that passes more than one trial in ten is set up, whatever else it does.
        if passed * 10 > judged.count() {
            return None;
        }
        let of_answers = summary.tally.commonest().and_then(|(kind, count)| diagnose(kind, count, summary));
        of_answers.or_else(|| same_obstacle(summary))
    }
}

/// What to try when the target could not be probed.
pub fn advice(error: &TargetError) -> String {
    match error {
        TargetError::NoAnswer { why, .. } => match why.kind {
            NoAnswerKind::Untrusted => TRUST.to_owned(),
            NoAnswerKind::Tls => SPEAK_TLS.to_owned(),
            NoAnswerKind::Refused
            | NoAnswerKind::TimedOut
            | NoAnswerKind::Closed
            | NoAnswerKind::NotHttp
            | NoAnswerKind::TooLong => {
                "check that it is up and that scheme, host and port are right; `--spawn` starts one"
                    .to_owned()
            }
        },
        TargetError::NotKinesis { endpoint, response, .. } => attempt(&AnswerKind::of(response), endpoint)
            .unwrap_or_else(|| {
                "check the port: this looks like another service, a proxy or a web page".to_owned()
            }),
        TargetError::Envelope { endpoint } => attempt(&AnswerKind::Envelope, endpoint).unwrap_or_default(),
        TargetError::Stopped => "run it again".to_owned(),
    }
}

fn diagnose(kind: &AnswerKind, count: usize, summary: &Summary) -> Option<Diagnosis> {
    let endpoint = summary.header.as_ref().map_or("the endpoint", |header| header.target.endpoint.as_str());
    let share = format!("{count} of {} requests", summary.tally.total);
    let of_total = format!("{count} of {} answers", summary.tally.total);
    let attempt = attempt(kind, endpoint)?;
    let seen = match kind {
        AnswerKind::Refused => format!("{share} found no connection: nothing listens at {endpoint}"),
        AnswerKind::TimedOut => format!("{share} got no answer in time from {endpoint}"),
        AnswerKind::Closed => format!("{share} had their connection closed before the answer came"),
        AnswerKind::NotHttp => format!("{share} got an answer that is not HTTP"),
        AnswerKind::Tls => format!("{share} failed in TLS"),
        AnswerKind::Untrusted => format!("{share} met a certificate that is not trusted"),
        AnswerKind::TooLong => format!("{share} got an answer that is longer than any of Kinesis"),
        AnswerKind::WebPage { status } => {
            format!("{of_total} were web pages ({status}): {endpoint} does not look like Kinesis")
        }
        AnswerKind::Envelope => {
            format!("{of_total} stood in a gateway's envelope of `success`, `data` and `error`")
        }
        AnswerKind::Answer { status, class } => {
            let name =
                class.as_deref().map_or_else(String::new, |class| format!(" {}", shortened(class, 60)));
            format!("{of_total} were {status}{name}")
        }
    };
    Some(Diagnosis { seen, attempt })
}

/// The target answered, and then no more.
fn fell_silent(tally: &Tally) -> Option<Diagnosis> {
    let silence = &tally.silence;
    if tally.answered == 0 || silence.requests < FEWEST {
        return None;
    }
    let named: Vec<&str> = silence.under_way.iter().map(String::as_str).take(MOST_NAMED).collect();
    let more = silence.under_way.len() - named.len();
    let rest = (more > 0).then(|| format!("{more} more"));
    let under_way = enumerated(named.into_iter().chain(rest.as_deref()));
    Some(Diagnosis {
        seen: format!(
            "the target stopped answering: the last {} of {} requests got no answer; under way when it \
             fell silent: {under_way}",
            silence.requests, tally.total
        ),
        attempt: "look in the target's own log for why it ended; if it is not plain which request ended \
                  it, run those trials with --jobs 1: it is the last that a request named"
            .to_owned(),
    })
}

/// What to try when everything is answered like this; `None` if it may well be the target's own
/// behaviour.
fn attempt(kind: &AnswerKind, endpoint: &str) -> Option<String> {
    Some(match kind {
        AnswerKind::Refused => "start the target, or check the host and the port".to_owned(),
        AnswerKind::TimedOut => {
            "check that the target is not stopped or starved; try fewer at once: --jobs 1".to_owned()
        }
        AnswerKind::Closed => {
            "check the target's own log: it may crash, or expect https where http is spoken".to_owned()
        }
        AnswerKind::NotHttp => format!("check the port of {endpoint}, and whether it wants https"),
        AnswerKind::Tls => SPEAK_TLS.to_owned(),
        AnswerKind::Untrusted => TRUST.to_owned(),
        AnswerKind::TooLong => format!("check that {endpoint} is the right place"),
        AnswerKind::WebPage { .. } => {
            "check the port; a proxy or a console may answer in the target's place".to_owned()
        }
        AnswerKind::Envelope => {
            "name a profile with `dialect: envelope`, and under `codes` the class of each error code"
                .to_owned()
        }
        AnswerKind::Answer { status, class } => attempt_at(*status, class.as_deref())?.to_owned(),
    })
}

/// What to try when every answer has this status and class.
fn attempt_at(status: u16, class: Option<&str>) -> Option<&'static str> {
    const FEWER: &str = "the target limits the rate of calls: try fewer at once with --jobs 1";
    const CREDENTIALS: &str = "check credentials: requests are signed with a documented dummy pair; \
                               register that pair with the target, or use --credentials env";
    match class {
        Some(
            "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "SignatureDoesNotMatchException"
            | "RequestExpired"
            | "RequestTimeTooSkewed",
        ) => {
            return Some(
                "compare the clocks of this machine and of the target; then check the region, and the \
                 credentials: requests are signed with a documented dummy pair, or use --credentials env",
            );
        }
        Some(
            "AccessDeniedException"
            | "AccessDenied"
            | "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "MissingAuthenticationTokenException"
            | "IncompleteSignatureException"
            | "ExpiredTokenException",
        ) => return Some(CREDENTIALS),
        Some(_) | None => {}
    }
    match status {
        401 | 403 => Some(CREDENTIALS),
        404 if class.is_none() => Some("check the path of the endpoint: Kinesis answers at /"),
        429 => Some(FEWER),
        301 | 302 | 303 | 307 | 308 => Some("redirects are not followed: name the place that they lead to"),
        500..=599 => Some("check the target's own log: it fails before it reads the request"),
        _ if is_throttling(class) => Some(FEWER),
        _ => None,
    }
}

/// Nearly all trials were stopped by one and the same thing before they sent anything.
fn same_obstacle(summary: &Summary) -> Option<Diagnosis> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for trial in summary.with_outcome(Outcome::Blocked).chain(summary.with_outcome(Outcome::Error)) {
        *reasons.entry(trial.reason.as_deref().unwrap_or("no reason given")).or_default() += 1;
    }
    let (reason, count) = reasons.into_iter().max_by_key(|(_, count)| *count)?;
    let apart = [Outcome::Unsupported, Outcome::Skipped].map(|outcome| summary.with_outcome(outcome).count());
    let total = summary.trials.len() - apart.iter().sum::<usize>();
    (total >= FEWEST && count * 10 >= total * 9).then(|| Diagnosis {
        seen: format!(
            "{} could not send their requests, for one reason: {}",
            counted(count, "trial", "trials"),
            shortened(reason, 200)
        ),
        attempt: "put this right first; every other figure rests on it".to_owned(),
    })
}

fn is_throttling(class: Option<&str>) -> bool {
    class.is_some_and(|class| {
        matches!(
            class,
            "LimitExceededException" | "ThrottlingException" | "ProvisionedThroughputExceededException"
        )
    })
}
