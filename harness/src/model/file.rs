//! The committed form of the model: reading it, checking it, writing it.

use super::pattern;
use super::shape::{Member, Model, ModelError, Operation, Shape};

/// The version of the committed form.
pub(super) const MODEL_FORMAT: u32 = 1;

impl Model {
    /// Reads the committed form and checks that it holds together.
    ///
    /// # Errors
    ///
    /// [`ModelError::Form`] where the text is not of the form; otherwise what [`Model::check`]
    /// finds.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let model: Self = serde_json::from_str(text).map_err(|error| form(&error))?;
        model.check()?;
        Ok(model)
    }

    /// The committed form: JSON with one space of indent, operations and shapes sorted by name,
    /// members in the model's order, a line feed at the end. The same model gives the same text.
    pub fn to_text(&self) -> String {
        let mut bytes = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
        serde::Serialize::serialize(self, &mut serializer)
            .expect("a model has text keys only, and memory takes every write");
        let mut text = String::from_utf8(bytes).expect("JSON is UTF-8");
        text.push('\n');
        text
    }

    /// Checks that the model holds together: every name resolves, every pattern can be matched.
    ///
    /// # Errors
    ///
    /// [`ModelError::MissingShape`] for the first name that does not resolve,
    /// [`ModelError::Shape`] for the first pattern that is no regular expression,
    /// [`ModelError::Version`] for a form of another version.
    pub fn check(&self) -> Result<(), ModelError> {
        if self.format != MODEL_FORMAT {
            return Err(ModelError::Version { found: self.format, known: MODEL_FORMAT });
        }
        self.operations.values().try_for_each(|operation| self.check_operation(operation))?;
        self.shapes.iter().try_for_each(|(name, shape)| self.check_shape(name, shape))
    }

    fn check_operation(&self, operation: &Operation) -> Result<(), ModelError> {
        operation
            .input
            .iter()
            .chain(&operation.output)
            .chain(&operation.errors)
            .try_for_each(|shape| self.resolve(shape, &operation.name))
    }

    fn check_shape(&self, name: &str, shape: &Shape) -> Result<(), ModelError> {
        match shape {
            Shape::Structure { members, .. } => {
                members.values().try_for_each(|Member { shape, .. }| self.resolve(shape, name))
            }
            Shape::List { member, .. } => self.resolve(member, name),
            Shape::Map { key, value, .. } => {
                self.resolve(key, name)?;
                self.resolve(value, name)
            }
            Shape::String { pattern: Some(text), .. } => match pattern::compile(text) {
                Ok(_) => Ok(()),
                Err(error) => {
                    let reason = format!("its pattern is no regular expression: {error}");
                    Err(ModelError::Shape { shape: name.to_owned(), reason })
                }
            },
            Shape::String { pattern: None, .. }
            | Shape::Integer { .. }
            | Shape::Long { .. }
            | Shape::Boolean
            | Shape::Blob { .. }
            | Shape::Timestamp => Ok(()),
        }
    }

    fn resolve(&self, shape: &str, user: &str) -> Result<(), ModelError> {
        if self.shapes.contains_key(shape) {
            Ok(())
        } else {
            Err(ModelError::MissingShape { shape: shape.to_owned(), user: user.to_owned() })
        }
    }
}

/// A JSON error with its place apart from its text.
pub(super) fn form(error: &serde_json::Error) -> ModelError {
    let text = error.to_string();
    // The place stands in fields of its own; serde_json repeats it at the end of its text.
    let place = format!(" at line {} column {}", error.line(), error.column());
    let reason = text.strip_suffix(&place).unwrap_or(&text).to_owned();
    ModelError::Form { line: error.line().max(1), column: error.column().max(1), reason }
}

#[cfg(test)]
mod tests;
