//! What the samples showed, as one line with times.

use crate::log::{Sample, Trace};
use crate::model::Value;
use crate::report::text::{clean, millis};

/// The origin of the times: the sending of the call, or of the first sample.
pub(in crate::report) fn start(trace: &Trace) -> u64 {
    let first = || trace.samples.first().map(|sample| sample.sent_us);
    trace.call_us.map(|(sent, _)| sent).or_else(first).unwrap_or_default()
}

/// Microseconds from one time to another, negative if it came before.
pub(in crate::report) fn since(start: u64, time: u64) -> i64 {
    let distance = i64::try_from(time.abs_diff(start)).unwrap_or(i64::MAX);
    if time < start { -distance } else { distance }
}

/// What happened, in order of time, as `1.2 ms UPDATING KMS`: the samples when they came, and the
/// call's answer among them.
pub(super) fn steps(trace: &Trace) -> Vec<String> {
    let start = start(trace);
    let answered = trace.call_us.map(|(_, answered)| (since(start, answered), "(call answered)".to_owned()));
    let samples = trace.samples.iter().map(|sample| (since(start, sample.received_us), state(sample)));
    let mut times: Vec<(i64, String)> = samples.chain(answered).collect();
    times.sort_by_key(|(time, _)| *time);
    times.into_iter().map(|(time, text)| format!("{} {text}", millis(time))).collect()
}

fn state(sample: &Sample) -> String {
    // The status leads and needs no name; the type follows likewise.
    const LEADING: [&str; 2] = ["StreamStatus", "EncryptionType"];
    let leading = LEADING.iter().filter_map(|name| sample.state.get(*name)).map(scalar);
    let others = sample.state.iter().filter(|(name, _)| !LEADING.contains(&name.as_str()));
    let others = others.map(|(name, value)| format!("{}={}", clean(name), scalar(value)));
    let words: Vec<String> = leading.chain(others).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(" ") }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::String(text) => clean(text),
        Value::Time(ms) => format!("@{ms}"),
        Value::Blob(bytes) => format!("<{} bytes>", bytes.len()),
        Value::List(elements) => format!("<{} elements>", elements.len()),
        Value::Map(members) => format!("<{} members>", members.len()),
    }
}
