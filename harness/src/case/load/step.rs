//! Steps of a case: calls and observations. The other kinds are read in [`compound`].

mod compound;

use indexmap::IndexMap;

use crate::case::ast::{
    Body, Call, CallAddress, Deadline, DeadlineFrom, DuringCalls, Expectation, ExpectedState, Node,
    ObserveStep, Reference, Step, StepKind, Tree, Until, When, Wire, Within,
};
use crate::case::former;
use crate::case::mapping::Mapping;
use crate::case::reader::{Fields, Reader};
use crate::case::span::{Span, Spanned};
use crate::case::variants::{UntilName, WhenName};
use crate::case::yaml::{Entry, Scalar, Yaml, YamlNode};
use crate::facts::FactId;
use crate::model::Value;

use super::context::Context;
use super::expect::expectation;
use super::tree::{self, Place, tree};
use super::wire::wire;

/// A list of steps, or one step as a mapping.
pub(super) fn steps(reader: &mut Reader, yaml: &Yaml, context: Context<'_>) -> Vec<Step> {
    match &yaml.node {
        YamlNode::Map(_) => step(reader, yaml, context).into_iter().collect(),
        YamlNode::List(elements) => {
            if elements.is_empty() {
                reader.error(yaml.span, "a list of steps without a step", "no step");
            }
            elements.iter().filter_map(|element| step(reader, element, context)).collect()
        }
        YamlNode::Scalar(_) => {
            reader.wrong_kind(yaml, "`steps`", "a step or a list of steps");
            Vec::new()
        }
    }
}

fn step(reader: &mut Reader, yaml: &Yaml, context: Context<'_>) -> Option<Step> {
    let entries = reader.entries(yaml, "a step")?;
    let form = StepForm::of(entries);
    let fields = reader.fields(yaml, form.mapping())?;
    let because = match fields.get("because") {
        Some(yaml) => because(reader, yaml, context),
        None => Vec::new(),
    };
    let about_form = match fields.get("form") {
        Some(yaml) => context.speaking(facts(reader, yaml, "`form`")),
        None => Vec::new(),
    };
    let level = fields.get("level").and_then(|yaml| reader.variant(yaml, "`level`"));
    let kind = match form {
        StepForm::Call => StepKind::Call(call(reader, &fields, context)?),
        StepForm::Observe => StepKind::Observe(observe(reader, &fields, context)?),
        StepForm::Race => StepKind::Race(compound::race(reader, &fields, context)?),
        StepForm::Repeat => StepKind::Repeat(compound::repeat(reader, &fields, context)?),
        StepForm::Clock => StepKind::Clock(compound::clock(reader, &fields)?),
        StepForm::Read => StepKind::Read(compound::read(reader, &fields)?),
    };
    Some(Step { span: yaml.span, because, form: about_form, level: level.map(|level| level.value), kind })
}

/// The kinds of step, before one is read.
#[derive(Clone, Copy)]
enum StepForm {
    Call,
    Observe,
    Race,
    Repeat,
    Clock,
    Read,
}

impl StepForm {
    /// The kind, by the key that only it has.
    fn of(entries: &[Entry]) -> Self {
        let has = |key: &str| entries.iter().any(|entry| entry.key.value == key);
        let is_former = |entry: &Entry| former::present_key(Mapping::Observe, &entry.key.value).is_some();
        if has("observe") || has("states") || entries.iter().any(is_former) {
            Self::Observe
        } else if has("race") {
            Self::Race
        } else if has("repeat") {
            Self::Repeat
        } else if has("clock") {
            Self::Clock
        } else if has("read") {
            Self::Read
        } else {
            Self::Call
        }
    }

    const fn mapping(self) -> Mapping {
        match self {
            Self::Call => Mapping::Call,
            Self::Observe => Mapping::Observe,
            Self::Race => Mapping::Race,
            Self::Repeat => Mapping::Repeat,
            Self::Clock => Mapping::Clock,
            Self::Read => Mapping::Read,
        }
    }
}

/// The facts that support an expectation. In a family these are the ones that speak of the operation.
fn because(reader: &mut Reader, yaml: &Yaml, context: Context<'_>) -> Vec<Spanned<FactId>> {
    let stated = facts(reader, yaml, "`because`");
    let any = !stated.is_empty();
    let speaking = context.speaking(stated);
    if let (true, true, Some(operation)) = (any, speaking.is_empty(), context.operation) {
        reader.error_with_context(
            yaml.span,
            format!("no fact of these speaks of {}", operation.value),
            "an expectation without evidence",
            (operation.span, "the family makes a case for it"),
            format!("write `without: {{{}: <the reason>}}` in the case", operation.value),
        );
    }
    speaking
}

/// A list of fact ids.
pub(super) fn facts(reader: &mut Reader, yaml: &Yaml, what: &str) -> Vec<Spanned<FactId>> {
    let texts = reader.texts(yaml, what);
    texts.into_iter().map(|text| Spanned::new(FactId(text.value), text.span)).collect()
}

fn call(reader: &mut Reader, fields: &Fields<'_>, context: Context<'_>) -> Option<Call> {
    let expect = reader.required(fields, Mapping::Call, "expect").and_then(|yaml| expectation(reader, yaml));
    let by = fields.get("by").and_then(|yaml| deadline(reader, yaml));
    let until = fields.get("until").and_then(|yaml| until(reader, yaml));
    let returns = fields.get("returns").and_then(|yaml| reader.variant(yaml, "`returns`"));
    let when = fields.get("when").and_then(|yaml| when(reader, yaml));
    let capture = match fields.get("capture") {
        Some(yaml) => capture(reader, yaml),
        None => IndexMap::new(),
    };
    let request = request(reader, fields, context);
    Some(Call { by, until, returns, when, capture, ..request?(expect?) })
}

/// What a call sends; the call is made once it is known what is expected of it.
fn request(
    reader: &mut Reader,
    fields: &Fields<'_>,
    context: Context<'_>,
) -> Option<impl Fn(Expectation) -> Call + use<>> {
    let named = match fields.get("call") {
        Some(yaml) => reader.text(yaml, "`call`"),
        None => {
            if context.operation.is_none() {
                reader.missing(fields, Mapping::Call, "call");
            }
            context.operation.cloned()
        }
    };
    let address = match fields.get("address") {
        Some(yaml) => address(reader, yaml),
        None => Some(CallAddress::Axis),
    };
    let with = body(reader, fields);
    let wire = match fields.get("wire") {
        Some(yaml) => wire(reader, yaml),
        None => Wire::default(),
    };
    let (operation, address, with) = (named?, address?, with?);
    let with = if fields.get("call").is_none() { context.completed(with) } else { with };
    Some(move |expect| Call {
        operation: operation.clone(),
        address,
        with: with.clone(),
        wire: wire.clone(),
        expect,
        by: None,
        until: None,
        returns: None,
        when: None,
        capture: IndexMap::new(),
    })
}

/// `accepted`, `refused` or `$got.<name>`.
fn when(reader: &mut Reader, yaml: &Yaml) -> Option<Spanned<When>> {
    let text = reader.text(yaml, "`when`")?;
    let read = match text.value.strip_prefix("$got.") {
        Some(name) => When::Captured(name.to_owned()),
        None => match reader.variant_of(&text, "`when` (or `$got.<name>`)")? {
            WhenName::Accepted => When::Accepted,
            WhenName::Refused => When::Refused,
        },
    };
    Some(Spanned::new(read, text.span))
}

fn address(reader: &mut Reader, yaml: &Yaml) -> Option<CallAddress> {
    let text = reader.text(yaml, "`address`")?;
    match text.value.as_str() {
        "axis" => Some(CallAddress::Axis),
        "none" => Some(CallAddress::None),
        _ => reader.variant_of(&text, "`address` (or `axis`, `none`)").map(CallAddress::Fixed),
    }
}

fn body(reader: &mut Reader, fields: &Fields<'_>) -> Option<Body> {
    let forms: Vec<&Entry> = ["with", "json", "bytes"].iter().filter_map(|key| fields.entry(key)).collect();
    if let [_, second, ..] = forms.as_slice() {
        reader.error(second.key.span, "a call with two bodies", "one of `with`, `json`, `bytes`");
        return None;
    }
    let Some(Entry { key, value }) = forms.first() else {
        return Some(Body::Tree(Tree { span: fields.span, node: Node::Map(IndexMap::new()) }));
    };
    match key.value.as_str() {
        "json" => exact_text(reader, value).map(Body::Json),
        "bytes" => exact_bytes(reader, value).map(Body::Bytes),
        _ => {
            reader.entries(value, "`with`")?;
            tree(reader, value, Place::Request).map(Body::Tree)
        }
    }
}

/// A row's column where `$each.<column>` is all there is; a body of that text would be no JSON.
fn column(yaml: &Yaml) -> Option<Tree> {
    let YamlNode::Scalar(Scalar::Text(text)) = &yaml.node else { return None };
    let column = text.strip_prefix("$each.")?;
    Some(Tree { span: yaml.span, node: Node::Reference(Reference::Each(column.to_owned())) })
}

fn exact_text(reader: &mut Reader, yaml: &Yaml) -> Option<Tree> {
    if let Some(tree) = column(yaml) {
        return Some(tree);
    }
    let text = reader.text(yaml, "`json`")?;
    Some(Tree { span: text.span, node: Node::Literal(Value::String(text.value)) })
}

fn exact_bytes(reader: &mut Reader, yaml: &Yaml) -> Option<Tree> {
    if let Some(tree) = column(yaml) {
        return Some(tree);
    }
    let bytes = tree::bytes(reader, yaml, "`bytes`")?;
    Some(Tree { span: yaml.span, node: Node::Literal(Value::Blob(bytes)) })
}

/// `5s after ACTIVE`, `500ms after ACTIVE`, `2min after ACTIVE`.
fn deadline(reader: &mut Reader, yaml: &Yaml) -> Option<Spanned<Deadline>> {
    let text = reader.text(yaml, "`by`")?;
    let read = text.value.split_once(" after ").and_then(|(time, after)| {
        let within = if time == "transition" { Within::Transition } else { Within::Millis(millis(time)?) };
        if after == "answer" {
            return Some(Deadline { within, from: DeadlineFrom::Answer });
        }
        let status = !after.is_empty() && after.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
        status.then(|| Deadline { within, from: DeadlineFrom::Status(after.to_owned()) })
    });
    if read.is_none() {
        reader.error_with_help(
            text.span,
            "`by` is a time after a status",
            "can't be read",
            "write `5s after ACTIVE`, `5s after answer` (ms, s, min) or `transition after answer`",
        );
    }
    read.map(|deadline| Spanned::new(deadline, text.span))
}

/// `as-expected`, or the members of an accepted response.
fn until(reader: &mut Reader, yaml: &Yaml) -> Option<Spanned<Until>> {
    match &yaml.node {
        YamlNode::Scalar(Scalar::Text(_)) => {
            let until = reader.variant::<UntilName>(yaml, "`until`")?;
            Some(Spanned::new(Until::AsExpected, until.span))
        }
        YamlNode::Map(_) => {
            let members = tree(reader, yaml, Place::Expectation)?;
            Some(Spanned::new(Until::Members(members), yaml.span))
        }
        YamlNode::Scalar(Scalar::Null | Scalar::Bool(_) | Scalar::Integer(_) | Scalar::Float(_))
        | YamlNode::List(_) => {
            reader.wrong_kind(yaml, "`until`", "`as-expected` or members of an accepted response");
            None
        }
    }
}

/// `500ms`, `5s`, `2min`, `24h`.
fn millis(time: &str) -> Option<u64> {
    let digits = time.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = time.split_at(digits);
    let unit: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

fn capture(reader: &mut Reader, yaml: &Yaml) -> IndexMap<String, Spanned<String>> {
    let entries = reader.entries(yaml, "`capture`").unwrap_or_default();
    let mut captured = IndexMap::new();
    for Entry { key, value } in entries {
        let Some(path) = reader.text(value, "a captured member's path") else { continue };
        if path.value.split('.').any(str::is_empty) {
            reader.error(path.span, "a captured member's path has an empty part", "write `Shards.0.ShardId`");
        }
        captured.insert(key.value.clone(), path);
    }
    captured
}

fn observe(reader: &mut Reader, fields: &Fields<'_>, context: Context<'_>) -> Option<ObserveStep> {
    let fixture = reader
        .required(fields, Mapping::Observe, "observe")
        .and_then(|yaml| reader.variant(yaml, "`observe`"));
    let states =
        reader.required(fields, Mapping::Observe, "states").and_then(|yaml| states(reader, yaml, context));
    let during = match fields.get("during") {
        Some(yaml) => during(reader, yaml, context),
        None => Vec::new(),
    };
    Some(ObserveStep { fixture: fixture?, states: states?, during })
}

fn states(reader: &mut Reader, yaml: &Yaml, context: Context<'_>) -> Option<Vec<ExpectedState>> {
    let elements = reader.list(yaml, "`states`")?;
    if elements.is_empty() {
        reader.error(yaml.span, "`states` without a state", "no state is expected");
        return None;
    }
    Some(elements.iter().filter_map(|element| state(reader, element, context)).collect())
}

fn state(reader: &mut Reader, yaml: &Yaml, context: Context<'_>) -> Option<ExpectedState> {
    let entries = reader.entries(yaml, "a state of `states`")?;
    let (seen, present) = former::SEEN;
    if let Some(entry) = entries.iter().find(|entry| entry.key.value == seen) {
        let title = format!("unknown key `{seen}` in a state of `states`");
        reader.error(entry.key.span, title, format!("`{seen}: maybe` is called `{present}: true` now"));
    }
    let optional = entries.iter().find(|entry| entry.key.value == present);
    let optional = optional.and_then(|entry| reader.truth(&entry.value, "`optional`")).unwrap_or_default();
    let is_member = |entry: &&Entry| entry.key.value != seen && entry.key.value != present;
    let members: Vec<Entry> = entries.iter().filter(is_member).cloned().collect();
    let members = tree::members(reader, &members, Place::Expectation);
    // Of which kind the observed resource is, the lint knows.
    if !context.resources.kinds.values().any(|kind| members.contains_key(&kind.status.value)) {
        let at = entries.first().map_or(yaml.span, |entry| entry.key.span);
        let status = &context.resources.stream.status.value;
        reader.error(at, format!("a state without `{status}`"), "which status does the stream show?");
    }
    Some(ExpectedState { span: yaml.span, members, optional })
}

fn during(reader: &mut Reader, yaml: &Yaml, context: Context<'_>) -> Vec<DuringCalls> {
    let entries = reader.entries(yaml, "`during`").unwrap_or_default();
    let mut read = Vec::new();
    for Entry { key, value } in entries {
        let steps = steps(reader, value, context);
        for step in &steps {
            match &step.kind {
                StepKind::Call(call) => {
                    let misplaced = call.by.as_ref().map(|by| by.span);
                    refuse_by(reader, misplaced);
                }
                StepKind::Observe(_)
                | StepKind::Race(_)
                | StepKind::Repeat(_)
                | StepKind::Clock(_)
                | StepKind::Read(_) => {
                    reader.error(step.span, "a step of another kind in `during`", "only calls stand here");
                }
            }
        }
        read.push(DuringCalls { status: key.clone(), steps });
    }
    read
}

fn refuse_by(reader: &mut Reader, by: Option<Span>) {
    if let Some(span) = by {
        reader.error(span, "`by` on a call that is sent during a status", "only after an observation");
    }
}
