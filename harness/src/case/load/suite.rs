//! Suite files: cases, the states that they start from, rows of tables.

use std::sync::Arc;

use indexmap::IndexMap;
use strum::VariantArray as _;

use crate::case::ast::{
    Address, Axes, Case, Cost, EncodingAxis, Fixture, FixtureName, FixtureStatus, Level, Node, Operations,
    Reference, Resources, Row, Suite,
};
use crate::case::diagnostic::Diagnostic;
use crate::case::mapping::Mapping;
use crate::case::reader::{Fields, Reader};
use crate::case::span::{Source, Spanned};
use crate::case::variants::{FixtureKind, Named};
use crate::case::yaml::{Entry, Scalar, Yaml, YamlNode};

use super::context::Context;
use super::family;
use super::step::steps;
use super::tree::{Place, tree};

/// Reads a suite file, which makes several suites if it is a family over operations; none where nothing
/// of it can be reported.
pub(super) fn suites(
    name: &str,
    source: &Arc<Source>,
    (operations, resources): (&Operations, &Resources),
) -> (Vec<Suite>, Vec<Diagnostic>) {
    let (mut reader, tree) = Reader::open(source);
    let suites = tree.and_then(|tree| {
        let fields = reader.fields(&tree, Mapping::Suite)?;
        reader.format(&fields, Mapping::Suite);
        if fields.entry("for").is_some() {
            return family::suites(&mut reader, name, &fields, (operations, resources));
        }
        for key in ["operations", "without"] {
            if let Some(entry) = fields.entry(key) {
                reader.error(entry.key.span, format!("`{key}` without `for`"), "only a family has it");
            }
        }
        let operation = fields.get("operation").and_then(|yaml| reader.text(yaml, "`operation`"));
        let cases = reader.required(&fields, Mapping::Suite, "cases")?;
        let entries = reader.entries(cases, "`cases`")?;
        let context = Context { operation: operation.as_ref(), resources, minimal: None };
        let cases = entries.iter().filter_map(|entry| case(&mut reader, entry, context)).collect();
        let source = Arc::clone(source);
        Some(vec![Suite {
            name: name.to_owned(),
            file: name.to_owned(),
            source,
            operation,
            cases,
            without: Vec::new(),
        }])
    });
    (suites.unwrap_or_default(), reader.problems)
}

/// Reads a case.
pub(super) fn case(reader: &mut Reader, entry: &Entry, context: Context<'_>) -> Option<Case> {
    id(reader, &entry.key);
    let fields = reader.fields(&entry.value, Mapping::Case)?;
    let title =
        reader.required(&fields, Mapping::Case, "title").and_then(|yaml| reader.text(yaml, "`title`"));
    let level = fields.get("level").and_then(|yaml| reader.variant(yaml, "`level`"));
    let cost = fields.get("cost").and_then(|yaml| reader.variant(yaml, "`cost`"));
    let affects = match fields.get("affects") {
        Some(yaml) => reader.variants(yaml, "`affects`"),
        None => Vec::new(),
    };
    let (kills, kills_nothing) = kills(reader, &fields);
    let over = axes(reader, &fields);
    let given = match fields.get("given") {
        Some(yaml) => given(reader, yaml),
        None => IndexMap::new(),
    };
    let each = match fields.get("each") {
        Some(yaml) => rows(reader, yaml),
        None => Vec::new(),
    };
    if let (Some(entry), None) = (fields.entry("without"), context.minimal) {
        reader.error(entry.key.span, "`without` in a case of no family", "only a family has it");
    }
    let steps = reader.required(&fields, Mapping::Case, "steps").map(|yaml| steps(reader, yaml, context));
    Some(Case {
        id: entry.key.clone(),
        span: entry.span(),
        title: title?,
        level: level.map_or(Level::Core, |level| level.value),
        cost: cost.map_or(Cost::Small, |cost| cost.value),
        affects,
        kills,
        kills_nothing,
        over,
        given,
        each,
        steps: steps?,
    })
}

/// Ids are permanent and stand in command lines: lower case, digits and single hyphens.
pub(super) fn id(reader: &mut Reader, id: &Spanned<String>) {
    let well_formed = id
        .value
        .split('-')
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    if !well_formed {
        let title = format!("`{}` is no id", id.value);
        reader.error(id.span, title, "letters and digits in lower case, joined by hyphens");
    }
}

fn kills(reader: &mut Reader, fields: &Fields<'_>) -> (Vec<Spanned<String>>, Option<Spanned<String>>) {
    let kills = match fields.get("kills") {
        Some(yaml) => reader.texts(yaml, "`kills`"),
        None => Vec::new(),
    };
    let nothing = fields.get("kills-nothing").and_then(|yaml| reader.text(yaml, "`kills-nothing`"));
    match (fields.entry("kills"), fields.entry("kills-nothing")) {
        (Some(_), Some(entry)) => {
            reader.error(entry.key.span, "a case that kills and kills nothing", "one of both");
        }
        (None, None) => reader.missing(fields, Mapping::Case, "kills"),
        (Some(_), None) | (None, Some(_)) => {}
    }
    (kills, nothing)
}

fn axes(reader: &mut Reader, fields: &Fields<'_>) -> Axes {
    let mut axes = Axes { encoding: vec![EncodingAxis::Json], address: vec![Address::Name] };
    let Some(fields) = fields.get("over").and_then(|yaml| reader.fields(yaml, Mapping::Over)) else {
        return axes;
    };
    if let Some(yaml) = fields.get("encoding") {
        axes.encoding = axis(reader, yaml, "`encoding`");
    }
    if let Some(yaml) = fields.get("address") {
        axes.address = axis(reader, yaml, "`address`");
    }
    axes
}

fn axis<T: Named>(reader: &mut Reader, yaml: &Yaml, what: &str) -> Vec<T> {
    let values = reader.variants::<T>(yaml, what);
    if matches!(&yaml.node, YamlNode::List(elements) if elements.is_empty()) {
        reader.error(yaml.span, format!("{what} without a value"), "the case would make no trial");
    }
    values.into_iter().map(|value| value.value).collect()
}

fn given(reader: &mut Reader, yaml: &Yaml) -> IndexMap<FixtureName, Spanned<Fixture>> {
    let mut given = IndexMap::new();
    let Some(fields) = reader.fields(yaml, Mapping::Given) else { return given };
    for name in FixtureName::VARIANTS {
        if let Some(yaml) = fields.get(name.as_str())
            && let Some(fixture) = fixture(reader, yaml)
        {
            given.insert(*name, Spanned::new(fixture, yaml.span));
        }
    }
    given
}

fn fixture(reader: &mut Reader, yaml: &Yaml) -> Option<Fixture> {
    if let YamlNode::Scalar(Scalar::Text(_)) = yaml.node {
        let kind = reader.variant::<FixtureKind>(yaml, "a stream of `given`")?;
        return Some(match kind.value {
            FixtureKind::Shared => Fixture::Shared,
            FixtureKind::Missing => Fixture::Missing,
        });
    }
    let fields = reader.fields(yaml, Mapping::Fixture)?;
    let encryption = fields.get("encryption").and_then(|yaml| encryption(reader, yaml));
    let status = fields.get("status").and_then(|yaml| reader.variant(yaml, "`status`"));
    let setups = match fields.get("setup") {
        Some(yaml @ Yaml { node: YamlNode::Scalar(_), .. }) => {
            reader.text(yaml, "`setup`").into_iter().collect()
        }
        Some(yaml) => reader.texts(yaml, "`setup`"),
        None => Vec::new(),
    };
    let shards = fields.get("shards").and_then(|yaml| reader.number(yaml, "`shards`", 1, 10));
    Some(Fixture::Own {
        status: status.map_or(FixtureStatus::Active, |status| status.value),
        encryption,
        setups,
        shards: shards.and_then(|shards| u32::try_from(shards.value).ok()).unwrap_or(1),
    })
}

/// `none` or a key; `None` for `none` and where the value is wrong, which is reported.
fn encryption(reader: &mut Reader, yaml: &Yaml) -> Option<crate::case::ast::Tree> {
    if matches!(&yaml.node, YamlNode::Scalar(Scalar::Text(text)) if text == "none") {
        return None;
    }
    let key = tree(reader, yaml, Place::Request)?;
    if matches!(key.node, Node::Reference(Reference::Key(_) | Reference::Each(_))) {
        return Some(key);
    }
    reader.error(
        yaml.span,
        "`encryption` is `none` or a key of the environment",
        "write `none` or `$key.<name>`",
    );
    None
}

fn rows(reader: &mut Reader, yaml: &Yaml) -> Vec<Row> {
    let entries = reader.entries(yaml, "`each`").unwrap_or_default();
    if matches!(&yaml.node, YamlNode::Map(entries) if entries.is_empty()) {
        reader.error(yaml.span, "`each` without a row", "the table would make no case");
    }
    entries.iter().filter_map(|entry| row(reader, entry)).collect()
}

fn row(reader: &mut Reader, entry: &Entry) -> Option<Row> {
    id(reader, &entry.key);
    let entries = reader.entries(&entry.value, "a row of `each`")?;
    let mut title = None;
    let mut columns = IndexMap::new();
    for Entry { key, value } in entries {
        if key.value == "title" {
            title = reader.text(value, "`title`");
        } else if let Some(tree) = tree(reader, value, Place::Row) {
            columns.insert(key.value.clone(), tree);
        }
    }
    Some(Row { id: entry.key.clone(), title, columns })
}
