//! `resources.yaml`: the kinds of resources, and the setups that bring one into a state.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::case::ast::{
    Description, NextPage, Node, Pages, Reaches, Resource, ResourceCall, Resources, Setup, TagCalls, Tree,
};
use crate::case::diagnostic::Diagnostic;
use crate::case::mapping::Mapping;
use crate::case::reader::{Fields, Reader};
use crate::case::span::{Source, Spanned};
use crate::case::yaml::{Entry, Scalar, Yaml, YamlNode};

use super::suite::id;
use super::tree::{Place, tree};

/// Reads the file of resources.
pub(super) fn resources(source: &Arc<Source>) -> (Resources, Vec<Diagnostic>) {
    let (mut reader, tree) = Reader::open(source);
    let mut read = Resources { source: Some(Arc::clone(source)), ..Resources::default() };
    if let Some(fields) = tree.as_ref().and_then(|tree| reader.fields(tree, Mapping::Resources)) {
        reader.format(&fields, Mapping::Resources);
        for entry in named(&mut reader, &fields, "resources") {
            if let Some(resource) = resource(&mut reader, entry) {
                read.kinds.insert(entry.key.value.clone(), Arc::new(resource));
            }
        }
        for entry in named(&mut reader, &fields, "setups") {
            if let Some(setup) = setup(&mut reader, entry) {
                read.setups.insert(entry.key.value.clone(), Arc::new(setup));
            }
        }
        match read.kinds.get(Resources::STREAM) {
            Some(stream) => read.stream = Arc::clone(stream),
            None if reader.problems.is_empty() => {
                let title = format!("the file of resources has no `{}`", Resources::STREAM);
                reader.problems.push(Diagnostic::of_file(source, title));
            }
            None => {}
        }
    }
    (read, reader.problems)
}

/// The entries below a key, whose names are ids.
fn named<'y>(reader: &mut Reader, fields: &Fields<'y>, key: &str) -> &'y [Entry] {
    let entries = reader
        .required(fields, Mapping::Resources, key)
        .and_then(|yaml| reader.entries(yaml, &format!("`{key}`")))
        .unwrap_or_default();
    for entry in entries {
        id(reader, &entry.key);
    }
    entries
}

fn resource(reader: &mut Reader, entry: &Entry) -> Option<Resource> {
    const OF: Mapping = Mapping::Resource;
    let fields = reader.fields(&entry.value, OF)?;
    let describe = describe(reader, &fields);
    let address = reader.required(&fields, OF, "address").and_then(|yaml| input(reader, yaml, "`address`"));
    let names = reader.required(&fields, OF, "names").and_then(|yaml| reader.fields(yaml, Mapping::Names));
    let name = names.as_ref().and_then(|names| text(reader, names, Mapping::Names, "name"));
    let arn = names.as_ref().and_then(|names| text(reader, names, Mapping::Names, "arn"));
    let status = text(reader, &fields, OF, "status");
    let transient = texts(reader, &fields, OF, "transient");
    let settled = texts(reader, &fields, OF, "settled");
    let gone = text(reader, &fields, OF, "gone");
    let created = text(reader, &fields, OF, "created");
    let unchanged = texts(reader, &fields, OF, "unchanged");
    let create = reader.required(&fields, OF, "create").and_then(|yaml| {
        let fields = reader.fields(yaml, Mapping::ResourceCall)?;
        call(reader, &fields, Mapping::ResourceCall)
    });
    let delete = reader.required(&fields, OF, "delete").and_then(|yaml| {
        let fields = reader.fields(yaml, Mapping::DeleteCall)?;
        Some((call(reader, &fields, Mapping::DeleteCall)?, optional_texts(reader, &fields, "again-after")))
    });
    let list = fields.get("list").and_then(|yaml| {
        let fields = reader.fields(yaml, Mapping::List)?;
        pages(reader, &fields, Mapping::List)
    });
    let tags = fields.get("tags").and_then(|yaml| tags(reader, yaml));
    let (delete, delete_again_after) = delete?;
    Some(Resource {
        name: entry.key.clone(),
        describe: describe?,
        address: address?,
        status: status?,
        transient,
        settled,
        gone: gone?,
        shows_name: name?,
        shows_arn: arn?,
        shows_creation: created?,
        unchanged,
        create: create?,
        delete,
        delete_again_after,
        list,
        tags,
    })
}

fn describe(reader: &mut Reader, fields: &Fields<'_>) -> Option<Vec<Description>> {
    let yaml = reader.required(fields, Mapping::Resource, "describe")?;
    let elements = reader.list(yaml, "`describe`")?;
    if elements.is_empty() {
        reader.error(yaml.span, "`describe` without an operation", "how is the resource observed?");
        return None;
    }
    let one = |reader: &mut Reader, yaml: &Yaml| {
        let fields = reader.fields(yaml, Mapping::Describe)?;
        let operation = text(reader, &fields, Mapping::Describe, "call");
        let output = text(reader, &fields, Mapping::Describe, "output");
        Some(Description { operation: operation?, output: output? })
    };
    Some(elements.iter().filter_map(|element| one(reader, element)).collect())
}

fn tags(reader: &mut Reader, yaml: &Yaml) -> Option<TagCalls> {
    let fields = reader.fields(yaml, Mapping::Tags)?;
    let list = reader.required(&fields, Mapping::Tags, "list").and_then(|yaml| {
        let fields = reader.fields(yaml, Mapping::TagList)?;
        let value = text(reader, &fields, Mapping::TagList, "value");
        let pages = pages(reader, &fields, Mapping::TagList);
        if fields.get("key").is_none() {
            reader.missing(&fields, Mapping::TagList, "key");
        }
        Some((pages?, value?))
    });
    let add = reader.required(&fields, Mapping::Tags, "add").and_then(|yaml| {
        let fields = reader.fields(yaml, Mapping::ResourceCall)?;
        call(reader, &fields, Mapping::ResourceCall)
    });
    let (list, value) = list?;
    Some(TagCalls { list, value, add: add? })
}

fn pages(reader: &mut Reader, fields: &Fields<'_>, of: Mapping) -> Option<Pages> {
    let call = call(reader, fields, of);
    let items = text(reader, fields, of, "items");
    let key = fields.get("key").and_then(|yaml| reader.text(yaml, "`key`"));
    let next = match (fields.get("token"), fields.get("more"), fields.get("after")) {
        (Some(token), None, None) => reader.text(token, "`token`").map(|token| NextPage::Token { token }),
        (None, Some(more), Some(after)) => {
            let (more, after) = (reader.text(more, "`more`"), reader.text(after, "`after`"));
            more.zip(after).map(|(more, after)| NextPage::AfterLast { more, after })
        }
        (Some(_) | None, Some(_) | None, Some(_) | None) => {
            let label = "write `more` and `after`, or `token`";
            reader.error(fields.span, "a list that does not say where its next page comes from", label);
            None
        }
    };
    Some(Pages { call: call?, items: items?, key, next: next? })
}

fn setup(reader: &mut Reader, entry: &Entry) -> Option<Setup> {
    const OF: Mapping = Mapping::Setup;
    let fields = reader.fields(&entry.value, OF)?;
    let resource = text(reader, &fields, OF, "resource");
    let from = fields.get("from").and_then(|yaml| reader.text(yaml, "`from`"));
    let calls = match fields.get("calls") {
        Some(yaml) => {
            let elements = reader.list(yaml, "`calls`").unwrap_or_default();
            let one = |reader: &mut Reader, yaml: &Yaml| {
                let fields = reader.fields(yaml, Mapping::ResourceCall)?;
                call(reader, &fields, Mapping::ResourceCall)
            };
            elements.iter().filter_map(|element| one(reader, element)).collect()
        }
        None => Vec::new(),
    };
    let reaches = match (fields.get("await"), fields.get("begins")) {
        (Some(yaml), None) => awaited(reader, yaml),
        (None, Some(yaml)) => reader.text(yaml, "`begins`").map(Reaches::Begins),
        (Some(_), Some(_)) | (None, None) => {
            let title = "a setup says which state it reaches";
            reader.error(entry.key.span, title, "write `await: {…}`, `await: gone` or `begins: <status>`");
            None
        }
    };
    Some(Setup { name: entry.key.clone(), resource: resource?, from, calls, reaches: reaches? })
}

fn awaited(reader: &mut Reader, yaml: &Yaml) -> Option<Reaches> {
    if matches!(&yaml.node, YamlNode::Scalar(Scalar::Text(text)) if text == "gone") {
        return Some(Reaches::Gone(yaml.span));
    }
    reader.entries(yaml, "`await`")?;
    tree(reader, yaml, Place::Awaited).map(Reaches::Shows)
}

fn call(reader: &mut Reader, fields: &Fields<'_>, of: Mapping) -> Option<ResourceCall> {
    let operation = text(reader, fields, of, "call");
    let with = match fields.get("with") {
        Some(yaml) => input(reader, yaml, "`with`"),
        None => Some(Tree { span: fields.span, node: Node::Map(IndexMap::new()) }),
    };
    Some(ResourceCall { operation: operation?, with: with? })
}

/// The input of a call.
fn input(reader: &mut Reader, yaml: &Yaml, what: &str) -> Option<Tree> {
    reader.entries(yaml, what)?;
    tree(reader, yaml, Place::Resource)
}

fn text(reader: &mut Reader, fields: &Fields<'_>, of: Mapping, key: &str) -> Option<Spanned<String>> {
    let yaml = reader.required(fields, of, key)?;
    reader.text(yaml, &format!("`{key}`"))
}

/// The texts below a key; empty where the key is missing, which is reported.
fn texts(reader: &mut Reader, fields: &Fields<'_>, of: Mapping, key: &str) -> Vec<Spanned<String>> {
    let yaml = reader.required(fields, of, key);
    yaml.map(|yaml| reader.texts(yaml, &format!("`{key}`"))).unwrap_or_default()
}

fn optional_texts(reader: &mut Reader, fields: &Fields<'_>, key: &str) -> Vec<Spanned<String>> {
    fields.get(key).map(|yaml| reader.texts(yaml, &format!("`{key}`"))).unwrap_or_default()
}
