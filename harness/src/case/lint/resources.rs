//! The kinds of resources, held to the model and to the file of operations.

use std::sync::Arc;

use super::Lint;
use super::operations::{place_in, value};
use crate::case::ast::{NextPage, OperationEffect, Pages, Resource, ResourceCall, Tree};
use crate::case::diagnostic::Diagnostic;
use crate::case::mapping::nearest;
use crate::case::span::{Source, Spanned};
use crate::model::{Operation, Shape, violations};

impl<'l> Lint<'l> {
    pub(super) fn resources(&mut self) {
        let library = self.library;
        let Some(source) = &library.resources.source else { return };
        for resource in library.resources.kinds.values() {
            self.resource(source, resource);
        }
        let stream = &library.resources.stream;
        if stream.list.is_none() || stream.tags.is_none() {
            let title = "a stream without `list` or without `tags`";
            let label = "by these, `sweep` finds what a killed run has left";
            self.problems.push(Diagnostic::error(source, stream.name.span, title, label));
        }
    }

    fn resource(&mut self, source: &Arc<Source>, resource: &Resource) {
        for description in &resource.describe {
            let Some(operation) =
                self.operation_with_effect(source, &description.operation, OperationEffect::Reads)
            else {
                continue;
            };
            self.inputs(source, operation, &resource.address);
            if !operation.errors.contains(&resource.gone.value) {
                let title = format!("{} is not refused with `{}`", operation.name, resource.gone.value);
                let label = format!("one of: {}", operation.errors.join(", "));
                self.problems.push(Diagnostic::error(source, resource.gone.span, title, label));
            }
            let Some(shape) = self.at_path(operation.output.as_deref(), &description.output.value) else {
                let title = format!("the output of {} has no `{}`", operation.name, description.output.value);
                let at = description.output.span;
                self.problems.push(Diagnostic::error(source, at, title, "not in the model"));
                continue;
            };
            self.shown(source, resource, operation, shape);
        }
        // A member that no description shows is never compared.
        for member in &resource.unchanged {
            if !self.shown_members(resource).contains(&member.value.as_str()) {
                let title = format!("no description of a {} has `{}`", resource.name.value, member.value);
                self.problems.push(Diagnostic::error(source, member.span, title, "not in the model"));
            }
        }
        self.resource_call(source, &resource.create, OperationEffect::Creates);
        self.resource_call(source, &resource.delete, OperationEffect::Deletes);
        if let Some(list) = &resource.list {
            self.pages(source, list, None);
        }
        if let Some(tags) = &resource.tags {
            self.pages(source, &tags.list, Some(&tags.value));
            self.resource_call(source, &tags.add, OperationEffect::Changes);
        }
    }

    /// The members of all descriptions of a kind of resource.
    pub(super) fn shown_members(&self, resource: &Resource) -> Vec<&'l str> {
        let model = self.model;
        let shapes = resource.describe.iter().filter_map(|description| {
            let output = model.operation(&description.operation.value)?.output.as_deref();
            self.at_path(output, &description.output.value)
        });
        shapes.flat_map(|shape| model.members(Some(shape)).map(|(name, _)| name)).collect()
    }

    /// The statuses of a kind of resource, in the order of the model.
    pub(super) fn statuses(&self, resource: &Resource) -> Vec<&'l str> {
        let model = self.model;
        let shapes = resource.describe.iter().filter_map(|description| {
            let output = model.operation(&description.operation.value)?.output.as_deref();
            let shape = self.at_path(output, &description.output.value)?;
            let mut members = model.members(Some(shape));
            members.find(|(name, _)| *name == resource.status.value)
        });
        let values = shapes.filter_map(|(_, member)| match model.shape(&member.shape) {
            Some(Shape::String { values, .. }) => Some(values),
            Some(_) | None => None,
        });
        values.take(1).flatten().map(String::as_str).collect()
    }

    /// Holds what is read from a description to the members of that description, and the statuses to those
    /// of the model, which are transient or settled, each of them.
    fn shown(&mut self, source: &Arc<Source>, resource: &Resource, operation: &Operation, shape: &str) {
        let model = self.model;
        let known: Vec<&str> = model.members(Some(shape)).map(|(name, _)| name).collect();
        for member in [&resource.status, &resource.shows_name, &resource.shows_arn, &resource.shows_creation]
        {
            if !known.contains(&member.value.as_str()) {
                let title = format!("the description of {} has no `{}`", operation.name, member.value);
                let mut problem = Diagnostic::error(source, member.span, title, "not in the model");
                problem.help = nearest(&member.value, known.iter().copied())
                    .map(|meant| format!("did you mean `{meant}`?"));
                self.push_once(problem);
            }
        }
        let status = model.members(Some(shape)).find(|(name, _)| *name == resource.status.value);
        let Some(Shape::String { values, .. }) = status.and_then(|(_, member)| model.shape(&member.shape))
        else {
            return;
        };
        for status in resource.transient.iter().chain(&resource.settled) {
            if !values.contains(&status.value) {
                let title = format!("a {} has no status `{}`", resource.name.value, status.value);
                let label = format!("one of: {}", values.join(", "));
                self.push_once(Diagnostic::error(source, status.span, title, label));
            }
        }
        for status in values {
            let (passes, stays) = (resource.is_transient(status), resource.is_settled(status));
            if passes == stays {
                let title = if passes {
                    format!("the status `{status}` is transient and settled")
                } else {
                    format!("the status `{status}` is neither transient nor settled")
                };
                let label = "each status of the model is in one of the two lists";
                self.push_once(Diagnostic::error(source, resource.name.span, title, label));
            }
        }
    }

    fn pages(&mut self, source: &Arc<Source>, pages: &Pages, value: Option<&Spanned<String>>) {
        let Some(operation) =
            self.operation_with_effect(source, &pages.call.operation, OperationEffect::Reads)
        else {
            return;
        };
        let model = self.model;
        self.inputs(source, operation, &pages.call.with);
        let output = operation.output.as_deref();
        let element = match self.at_path(output, &pages.items.value).and_then(|list| model.shape(list)) {
            Some(Shape::List { member, .. }) => Some(member.as_str()),
            Some(_) | None => {
                self.no_member(source, &format!("the output of {}", operation.name), &pages.items);
                None
            }
        };
        for member in pages.key.iter().chain(value) {
            if let Some(element) = element
                && !model.members(Some(element)).any(|(name, _)| name == member.value)
            {
                self.no_member(source, &format!("an element of `{}`", pages.items.value), member);
            }
        }
        let (shown, sent) = match &pages.next {
            NextPage::AfterLast { more, after } => (more, after),
            NextPage::Token { token } => (token, token),
        };
        if !model.members(output).any(|(name, _)| name == shown.value) {
            self.no_member(source, &format!("the output of {}", operation.name), shown);
        }
        if !model.members(operation.input.as_deref()).any(|(name, _)| name == sent.value) {
            self.no_member(source, &format!("the input of {}", operation.name), sent);
        }
    }

    fn no_member(&mut self, source: &Arc<Source>, of: &str, member: &Spanned<String>) {
        let title = format!("{of} has no `{}`", member.value);
        self.push_once(Diagnostic::error(source, member.span, title, "not in the model"));
    }

    fn resource_call(&mut self, source: &Arc<Source>, call: &ResourceCall, effect: OperationEffect) {
        if let Some(operation) = self.operation_with_effect(source, &call.operation, effect) {
            self.inputs(source, operation, &call.with);
        }
    }

    /// The operation of that name, held to what the file of operations says that it does.
    fn operation_with_effect(
        &mut self,
        source: &Arc<Source>,
        name: &Spanned<String>,
        effect: OperationEffect,
    ) -> Option<&'l Operation> {
        let operation = self.known_operation(source, name)?;
        if let Some(traits) = self.library.operations.traits.get(&name.value)
            && traits.effect != effect
        {
            let (stated, wanted): (&str, &str) = (traits.effect.into(), effect.into());
            let title = format!("{} has the effect `{stated}` in the file of operations", name.value);
            let label = format!("an operation with the effect `{wanted}` stands here");
            self.push_once(Diagnostic::error(source, name.span, title, label));
        }
        Some(operation)
    }

    /// Holds an input to the members and to the constraints of the model.
    pub(super) fn inputs(&mut self, source: &Arc<Source>, operation: &Operation, input: &Tree) {
        let before = self.problems.len();
        let what = format!("the input of {}", operation.name);
        self.against(&place_in(source), input, operation.input.as_deref(), &what);
        if self.problems.len() > before {
            return;
        }
        for violation in violations(self.model, operation, &value(input)) {
            let title = format!("the input of {} breaks a constraint of the model", operation.name);
            let label = format!("`{}`: {}", violation.path, violation.constraint);
            self.push_once(Diagnostic::error(source, input.span, title, label));
        }
    }

    /// The shape at a dotted path of members.
    fn at_path<'m>(&self, shape: Option<&'m str>, path: &str) -> Option<&'m str>
    where
        'l: 'm,
    {
        let model = self.model;
        path.split('.').try_fold(shape?, |shape, part| {
            let mut members = model.members(Some(shape));
            members.find(|(name, _)| *name == part).map(|(_, member)| member.shape.as_str())
        })
    }
}

#[cfg(test)]
mod tests;
