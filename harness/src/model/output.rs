//! What an output lacks, or has outside of the bounds that the model states.
//!
//! Types are not checked here: the decoder reports a value that does not fit its shape's type. Facts
//! outrank the model, so that a caller has to leave out what a fact contradicts.

use indexmap::IndexMap;

use super::constraint::Constraint;
use super::shape::{Model, Operation, Shape};
use super::value::Value;
use super::violations::broken;

/// A member of an output that breaks a constraint of the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputViolation {
    /// Dotted path, list elements counted from 0: `StreamDescription.Shards.0.ShardId`.
    pub path: String,
    /// What it breaks; [`Constraint::NotNull`] for a required member that is absent.
    pub constraint: Constraint,
}

/// Everything that `output`, decoded, breaks of the constraints of `operation`'s output, in the model's
/// order. Empty if the operation has no output.
pub fn output_violations(model: &Model, operation: &Operation, output: &Value) -> Vec<OutputViolation> {
    let mut check = Check { model, found: Vec::new() };
    if let Some(shape) = &operation.output {
        check.value(shape, output, "");
    }
    check.found
}

struct Check<'model> {
    model: &'model Model,
    found: Vec<OutputViolation>,
}

impl Check<'_> {
    fn value(&mut self, shape: &str, value: &Value, path: &str) {
        let model = self.model;
        let Some(shape) = model.shape(shape) else { return };
        for constraint in broken(shape, value) {
            self.found.push(OutputViolation { path: path.to_owned(), constraint });
        }
        match (shape, value) {
            (Shape::Structure { members, .. }, Value::Map(given)) => {
                for (name, member) in members {
                    let path = join(path, name);
                    match given.get(name) {
                        None | Some(Value::Null) if member.required => {
                            self.found.push(OutputViolation { path, constraint: Constraint::NotNull });
                        }
                        None | Some(Value::Null) => {}
                        Some(value) => self.value(&member.shape, value, &path),
                    }
                }
            }
            (Shape::List { member, .. }, Value::List(elements)) => {
                for (index, element) in elements.iter().enumerate() {
                    self.value(member, element, &join(path, &index.to_string()));
                }
            }
            (Shape::Map { value: shape, .. }, Value::Map(entries)) => self.entries(shape, entries, path),
            (
                Shape::Structure { .. }
                | Shape::List { .. }
                | Shape::Map { .. }
                | Shape::String { .. }
                | Shape::Integer { .. }
                | Shape::Long { .. }
                | Shape::Boolean
                | Shape::Blob { .. }
                | Shape::Timestamp,
                _,
            ) => {}
        }
    }

    fn entries(&mut self, shape: &str, entries: &IndexMap<String, Value>, path: &str) {
        for (name, value) in entries {
            self.value(shape, value, &join(path, name));
        }
    }
}

fn join(path: &str, part: &str) -> String {
    if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violations(operation: &str, output: &Value) -> Vec<(String, Constraint)> {
        let model = Model::embedded();
        let operation = model.operation(operation).expect("the model has it");
        let found = output_violations(model, operation, output);
        found.into_iter().map(|violation| (violation.path, violation.constraint)).collect()
    }

    #[test]
    fn required_members_ranges_patterns_and_enums_are_held_at_any_depth() {
        let shard = Value::from([("ShardId", Value::from("shard 0"))]);
        let output = Value::from([(
            "StreamDescription",
            Value::from([
                ("StreamStatus", Value::from("Active")),
                ("Shards", Value::List(vec![shard])),
                ("KeyId", Value::Null),
            ]),
        )]);
        let found = violations("DescribeStream", &output);
        let has = |path: &str, constraint: &Constraint| {
            found.contains(&(format!("StreamDescription.{path}"), constraint.clone()))
        };
        assert!(has("StreamName", &Constraint::NotNull), "{found:?}");
        assert!(has("Shards.0.HashKeyRange", &Constraint::NotNull), "{found:?}");
        assert!(has("Shards.0.ShardId", &Constraint::Pattern("[a-zA-Z0-9_.-]+".to_owned())), "{found:?}");
        let is_enum = |(path, constraint): &(String, Constraint)| {
            path == "StreamDescription.StreamStatus" && matches!(constraint, Constraint::Enum(_))
        };
        assert!(found.iter().any(is_enum), "{found:?}");
        assert!(!found.iter().any(|(path, _)| path.ends_with("KeyId")), "{found:?}");

        let limits = Value::from([("ShardLimit", Value::from(-1))]);
        assert!(
            violations("DescribeLimits", &limits)
                .contains(&("ShardLimit".to_owned(), Constraint::MinValue(0)))
        );
    }

    #[test]
    fn a_value_of_another_type_and_an_operation_without_output_break_nothing() {
        let tags = Value::from([("Tags", Value::from("none")), ("HasMoreTags", Value::from(false))]);
        assert_eq!(violations("ListTagsForStream", &tags), []);
        assert_eq!(violations("DeleteStream", &tags), []);
    }
}
