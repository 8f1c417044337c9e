//! Races, repetitions, the clock, reading back.

use crate::case::ast::{Clock, Race, Read, Repeat};
use crate::case::mapping::Mapping;
use crate::case::reader::{Fields, Reader};
use crate::case::span::{Span, Spanned};
use crate::case::variants::UntilName;
use crate::case::yaml::{Yaml, YamlNode};

use super::super::context::Context;
use super::super::expect::expectation;
use super::super::tree::{Place, tree};
use super::{millis, request, steps};

/// How often calls are repeated, at most.
const MOST_TIMES: u64 = 1_000;
/// How long a read waits for its records where it does not say, in milliseconds.
const READ_WITHIN: u64 = 10_000;

/// `race:`, `exactly-one:`, `others:`.
pub(super) fn race(reader: &mut Reader, fields: &Fields<'_>, context: Context<'_>) -> Option<Race> {
    let one =
        reader.required(fields, Mapping::Race, "exactly-one").and_then(|yaml| expectation(reader, yaml));
    let others = reader.required(fields, Mapping::Race, "others").and_then(|yaml| expectation(reader, yaml));
    let racers = reader.required(fields, Mapping::Race, "race")?;
    let elements = reader.list(racers, "`race`")?;
    if elements.len() < 2 {
        reader.error(racers.span, "a race of fewer than two calls", "nobody to race with");
        return None;
    }
    let mut requests = Vec::new();
    for element in elements {
        let fields = reader.fields(element, Mapping::Racer)?;
        requests.push(request(reader, &fields, context)?);
    }
    let one = one?;
    Some(Race { calls: requests.iter().map(|request| request(one.clone())).collect(), others: others? })
}

/// `repeat:`, `steps:`.
pub(super) fn repeat(reader: &mut Reader, fields: &Fields<'_>, context: Context<'_>) -> Option<Repeat> {
    let times = reader
        .required(fields, Mapping::Repeat, "repeat")
        .and_then(|yaml| reader.number(yaml, "`repeat`", 1, MOST_TIMES));
    let yaml = reader.required(fields, Mapping::Repeat, "steps")?;
    let steps = steps(reader, yaml, context);
    for step in &steps {
        let plain = step
            .call()
            .is_some_and(|call| call.by.is_none() && call.when.is_none() && call.capture.is_empty());
        if !plain {
            reader.error(
                step.span,
                "a repeated step is a call without `by`, `when` and `capture`",
                "only plain calls stand here",
            );
        }
    }
    let until = fields.get("until").and_then(|yaml| goes_on_until(reader, yaml));
    let times = times?;
    Some(Repeat {
        until,
        times: Spanned::new(u32::try_from(times.value).unwrap_or(u32::MAX), times.span),
        steps,
    })
}

/// `until: as-expected`. Members would have to hold for every step of the repetition, whatever its
/// operation, and a repetition goes on while its condition holds, not until it does.
fn goes_on_until(reader: &mut Reader, yaml: &Yaml) -> Option<Span> {
    match &yaml.node {
        YamlNode::Map(_) => {
            reader.error_with_help(
                yaml.span,
                "`until` of a repetition has members",
                "write `as-expected`",
                "what a response has to be like stands below `expect` of each of the `steps`",
            );
            None
        }
        YamlNode::Scalar(_) | YamlNode::List(_) => {
            reader.variant::<UntilName>(yaml, "`until` of a repetition").map(|until| until.span)
        }
    }
}

/// `clock: 24h`.
pub(super) fn clock(reader: &mut Reader, fields: &Fields<'_>) -> Option<Clock> {
    let yaml = reader.required(fields, Mapping::Clock, "clock")?;
    let millis = duration(reader, yaml, "`clock`")?;
    Some(Clock { advance: Spanned::new(millis, yaml.span) })
}

/// `read:`, `records:`, `within:`.
pub(super) fn read(reader: &mut Reader, fields: &Fields<'_>) -> Option<Read> {
    let fixture =
        reader.required(fields, Mapping::Read, "read").and_then(|yaml| reader.variant(yaml, "`read`"));
    let within = match fields.get("within") {
        Some(yaml) => duration(reader, yaml, "`within`"),
        None => Some(READ_WITHIN),
    };
    let records = reader.required(fields, Mapping::Read, "records")?;
    let mut trees = Vec::new();
    for element in reader.list(records, "`records`")? {
        let entries = reader.entries(element, "a record")?;
        if !entries.iter().any(|entry| entry.key.value == "Data") {
            reader.error(element.span, "a record without `Data`", "by what is it known again?");
        }
        trees.extend(tree(reader, element, Place::Expectation));
    }
    Some(Read { fixture: fixture?, within: within?, records: trees })
}

fn duration(reader: &mut Reader, yaml: &Yaml, what: &str) -> Option<u64> {
    let text = reader.text(yaml, what)?;
    let read = millis(&text.value);
    if read.is_none() {
        reader.error(text.span, format!("{what} is a time"), "write `500ms`, `5s`, `2min` or `24h`");
    }
    read
}
