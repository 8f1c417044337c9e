//! What the harness itself costs per trial, beside what a trial takes.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use kinesis_conformance::judge::{KnownList, rejudge};
use kinesis_conformance::log::{Event, Footer, Header};
use kinesis_conformance::model::Value;
use kinesis_conformance::plan::{Manifest, Select};
use kinesis_conformance::run::DEFAULT_JOBS;
use kinesis_conformance::wire::{Auth, Client, Encoding, Request, encode, parse};

use crate::field::{Field, Ran, one_run, runtime, whole_suite};
use crate::refusals;
use crate::table::Table;
use crate::timing::{micros, timed};

/// Measures both kinds of trials: those that wait for nothing, and those of the suite.
pub(crate) fn all(criterion: &mut Criterion, table: &mut Table) {
    suite(criterion, table, "a refusal", &refusals::manifest(200));
    suite(criterion, table, "the suite", &whole_suite());
}

fn suite(criterion: &mut Criterion, table: &mut Table, name: &str, manifest: &Manifest) {
    let runtime = runtime();
    let ran = one_run(&runtime, manifest, &Select::default(), DEFAULT_JOBS);
    let trials = u32::try_from(manifest.trials.len()).unwrap_or(u32::MAX);
    let client = runtime.block_on(async { Field::start().client() });
    let sent = sent(&ran.events);
    let mut group = criterion.benchmark_group(format!("parts/{name}"));
    let encoded = timed(&mut group, "encode and sign", || spent(|| encode_and_sign(&client, &sent))) / trials;
    let judged =
        timed(&mut group, "decode and judge", || spent(|| decode_and_judge(manifest, &ran))) / trials;
    group.finish();
    let whole = ran.took / trials;
    let share = (encoded + judged).as_secs_f64() / whole.as_secs_f64() * 100.0;
    table.row(
        format!("encode + sign, then decode + judge, per trial of {name}"),
        format!("{} + {} of {}, {share:.1} %", micros(encoded), micros(judged), in_short(whole)),
        "",
    );
}

fn spent(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn in_short(duration: Duration) -> String {
    if duration < Duration::from_millis(10) {
        micros(duration)
    } else {
        format!("{} ms", duration.as_millis())
    }
}

/// A request's value, and the rest of it.
struct Sent {
    encoding: Encoding,
    value: Value,
    target: Option<String>,
}

/// All that was sent for trials, samples too.
fn sent(events: &[Event]) -> Vec<Sent> {
    events
        .iter()
        .filter_map(|event| {
            let Event::Exchange(exchange) = event else { return None };
            exchange.trial.as_ref()?;
            let encoding = Encoding::named_by(&exchange.request.content_type)?;
            let value = parse(encoding, &exchange.request.body.bytes()).ok()?.value;
            Some(Sent { encoding, value, target: exchange.request.target.clone() })
        })
        .collect()
}

fn encode_and_sign(client: &Client, sent: &[Sent]) {
    for Sent { encoding, value, target } in sent {
        let request = Request {
            target: target.clone(),
            content_type: encoding.content_type().to_owned(),
            body: encode(*encoding, value).into(),
            auth: Auth::Signed,
        };
        black_box(client.presign(&request).expect("signed before"));
    }
}

/// Judging a log again decodes and judges, and copies the log besides: the figure is an upper
/// bound.
fn decode_and_judge(manifest: &Manifest, ran: &Ran) {
    let (header, footer) = ends(&ran.events);
    black_box(rejudge(header, &ran.events, Some(footer), manifest, None, &KnownList::default()));
}

fn ends(events: &[Event]) -> (&Header, &Footer) {
    match (events.first(), events.last()) {
        (Some(Event::Header(header)), Some(Event::Footer(footer))) => (header, footer),
        ends => panic!("a run begins with its header and ends with its footer, not {ends:?}"),
    }
}
