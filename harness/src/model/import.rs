//! From botocore's service-2 form to [`Model`].
//!
//! Only what the suite uses is read: operations, shapes, bounds, enums, patterns, errors. Endpoint
//! rules, waiters, paginators and prose are left behind, and so are keys of service-2 that carry
//! no fact of the wire (`contextParam`, `readonly`). A shape of a type that this crate does not
//! know is an error, so that a grown model is noticed.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Deserialize;

use super::file::{MODEL_FORMAT, form};
use super::shape::{Member, Model, ModelError, Operation, Shape};

/// Reads botocore's service-2 form. `source` says where the text came from, with its version.
///
/// # Errors
///
/// [`ModelError::Form`] where the text is not of that form, [`ModelError::Shape`] for a shape of
/// an unknown type or one that contradicts itself, [`ModelError::MissingShape`] for a name that
/// does not resolve.
pub fn import(service2_json: &str, source: &str) -> Result<Model, ModelError> {
    let service: Service = serde_json::from_str(service2_json).map_err(|error| form(&error))?;
    let operations = service
        .operations
        .iter()
        .map(|(name, operation)| (name.clone(), import_operation(name, operation, &service.shapes)))
        .collect();
    let shapes = service
        .shapes
        .iter()
        .map(|(name, shape)| Ok((name.clone(), import_shape(name, shape)?)))
        .collect::<Result<_, ModelError>>()?;
    let model = Model {
        format: MODEL_FORMAT,
        source: source.to_owned(),
        target_prefix: service.metadata.target_prefix,
        operations,
        shapes,
    };
    model.check()?;
    Ok(model)
}

#[derive(Deserialize)]
struct Service {
    metadata: Metadata,
    operations: BTreeMap<String, ServiceOperation>,
    shapes: BTreeMap<String, ServiceShape>,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "targetPrefix")]
    target_prefix: String,
}

#[derive(Deserialize)]
struct ServiceOperation {
    input: Option<ShapeRef>,
    output: Option<ShapeRef>,
    #[serde(default)]
    errors: Vec<ShapeRef>,
}

#[derive(Deserialize)]
struct ShapeRef {
    shape: String,
}

#[derive(Deserialize)]
struct ServiceShape {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    members: IndexMap<String, ShapeRef>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    exception: bool,
    #[serde(default)]
    eventstream: bool,
    member: Option<ShapeRef>,
    key: Option<ShapeRef>,
    value: Option<ShapeRef>,
    min: Option<i64>,
    max: Option<i64>,
    pattern: Option<String>,
    #[serde(default, rename = "enum")]
    values: Vec<String>,
}

fn import_operation(
    name: &str,
    operation: &ServiceOperation,
    shapes: &BTreeMap<String, ServiceShape>,
) -> Operation {
    let output = operation.output.as_ref().map(|output| output.shape.clone());
    let event_stream = output
        .as_ref()
        .and_then(|output| shapes.get(output))
        .into_iter()
        .flat_map(|output| output.members.values())
        .any(|member| shapes.get(&member.shape).is_some_and(|shape| shape.eventstream));
    Operation {
        name: name.to_owned(),
        input: operation.input.as_ref().map(|input| input.shape.clone()),
        output,
        errors: operation.errors.iter().map(|error| error.shape.clone()).collect(),
        event_stream,
    }
}

fn import_shape(name: &str, shape: &ServiceShape) -> Result<Shape, ModelError> {
    let reference = |part: &Option<ShapeRef>, what: &str| match part {
        Some(part) => Ok(part.shape.clone()),
        None => Err(fault(name, format!("it has no `{what}`"))),
    };
    let length = |bound: Option<i64>| {
        bound.map(u64::try_from).transpose().map_err(|_| fault(name, "a length is negative".to_owned()))
    };
    match shape.kind.as_str() {
        "structure" => structure(name, shape),
        "list" => Ok(Shape::List {
            member: reference(&shape.member, "member")?,
            min: length(shape.min)?,
            max: length(shape.max)?,
        }),
        "map" => Ok(Shape::Map {
            key: reference(&shape.key, "key")?,
            value: reference(&shape.value, "value")?,
            min: length(shape.min)?,
            max: length(shape.max)?,
        }),
        "string" => Ok(Shape::String {
            min: length(shape.min)?,
            max: length(shape.max)?,
            pattern: shape.pattern.clone(),
            values: shape.values.clone(),
        }),
        "integer" => Ok(Shape::Integer { min: shape.min, max: shape.max }),
        "long" => Ok(Shape::Long { min: shape.min, max: shape.max }),
        "boolean" => Ok(Shape::Boolean),
        "blob" => Ok(Shape::Blob { min: length(shape.min)?, max: length(shape.max)? }),
        "timestamp" => Ok(Shape::Timestamp),
        other => Err(fault(name, format!("its type `{other}` is not known"))),
    }
}

fn structure(name: &str, shape: &ServiceShape) -> Result<Shape, ModelError> {
    if let Some(stranger) = shape.required.iter().find(|member| !shape.members.contains_key(*member)) {
        return Err(fault(name, format!("it requires `{stranger}`, which is no member of it")));
    }
    let members = shape
        .members
        .iter()
        .map(|(member, reference)| {
            let required = shape.required.contains(member);
            (member.clone(), Member { shape: reference.shape.clone(), required })
        })
        .collect();
    Ok(Shape::Structure { members, exception: shape.exception })
}

fn fault(shape: &str, reason: String) -> ModelError {
    ModelError::Shape { shape: shape.to_owned(), reason }
}

#[cfg(test)]
mod tests;
