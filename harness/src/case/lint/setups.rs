//! The setups, held to the model, to the resources and to each other.

use std::sync::Arc;

use strum::VariantArray as _;

use super::Lint;
use crate::case::ast::{
    Case, Fixture, FixtureName, FixtureStatus, Node, OperationEffect, Reaches, Reference, Resource,
    Resources, Setup, Suite, Tree,
};
use crate::case::diagnostic::Diagnostic;
use crate::case::mapping::nearest;
use crate::case::span::{Source, Span, Spanned};
use crate::model::{Operation, Value};

impl<'l> Lint<'l> {
    pub(super) fn setups(&mut self) {
        let library = self.library;
        let Some(source) = &library.resources.source else { return };
        for setup in library.resources.setups.values() {
            self.setup(source, setup);
        }
        let words = FixtureStatus::VARIANTS.iter().map(|status| <&str>::from(*status));
        for word in words.chain([Resources::ENCRYPTED]) {
            match library.resources.setups.get(word) {
                None => {
                    let title =
                        format!("the file of resources has no setup `{word}`, which `given` may name");
                    self.problems.push(Diagnostic::of_file(source, title));
                }
                Some(setup) if setup.resource.value != Resources::STREAM => {
                    let title = format!("the setup `{word}` is about a stream");
                    self.problems.push(Diagnostic::error(
                        source,
                        setup.resource.span,
                        title,
                        "another resource",
                    ));
                }
                Some(_) => {}
            }
        }
    }

    fn setup(&mut self, source: &Arc<Source>, setup: &Setup) {
        let resources = &self.library.resources;
        let Some(resource) = resources.kinds.get(&setup.resource.value) else {
            let known = resources.kinds.keys().map(String::as_str);
            self.unknown(source, &setup.resource, "resource", known.collect());
            return;
        };
        let resource = Arc::clone(resource);
        self.from(source, setup);
        for call in &setup.calls {
            let Some(operation) = self.known_operation(source, &call.operation) else { continue };
            self.inputs(source, operation, &call.with);
            let effect = self.library.operations.traits.get(&operation.name).map(|traits| traits.effect);
            if matches!(effect, Some(OperationEffect::Reads | OperationEffect::ChangesAccount)) {
                let title = format!("{} changes no resource", operation.name);
                let label = "a setup brings a resource into a state";
                self.push_once(Diagnostic::error(source, call.operation.span, title, label));
            }
        }
        match &setup.reaches {
            Reaches::Gone(span) => {
                if setup.from.is_none() {
                    let title = "a setup that awaits `gone` begins with `create`";
                    self.push_once(Diagnostic::error(source, *span, title, "write `from: active`"));
                }
            }
            Reaches::Begins(status) => self.begins(source, &resource, status),
            Reaches::Shows(tree) => self.awaited(source, &resource, tree),
        }
    }

    fn from(&mut self, source: &Arc<Source>, setup: &Setup) {
        let resources = &self.library.resources;
        let Some(from) = &setup.from else { return };
        let Some(earlier) = resources.setups.get(&from.value) else {
            let known = resources.setups.keys().map(String::as_str);
            self.unknown(source, from, "setup", known.collect());
            return;
        };
        if earlier.resource.value != setup.resource.value {
            let title = format!("`{}` is a setup of another resource", from.value);
            let label = format!("of a {}", earlier.resource.value);
            self.push_once(Diagnostic::error(source, from.span, title, label));
        }
        if let Reaches::Gone(_) = earlier.reaches {
            let title = format!("`{}` leaves no resource to go on with", from.value);
            self.push_once(Diagnostic::error(source, from.span, title, "it awaits `gone`"));
        }
        let mut at = Some(earlier);
        for _ in 0..=resources.setups.len() {
            let Some(earlier) = at else { return };
            at = earlier.from.as_ref().and_then(|from| resources.setups.get(&from.value));
        }
        let title = format!("the setup `{}` comes before itself", setup.name.value);
        self.push_once(Diagnostic::error(source, from.span, title, "`from` leads round in a circle"));
    }

    fn begins(&mut self, source: &Arc<Source>, resource: &Resource, status: &Spanned<String>) {
        if !resource.is_transient(&status.value) {
            let title = format!("`{}` is no transient status of a {}", status.value, resource.name.value);
            let label = format!("one of: {}", texts(&resource.transient));
            self.push_once(Diagnostic::error(source, status.span, title, label));
        }
    }

    /// What is awaited is a settled status, and members that a description has.
    fn awaited(&mut self, source: &Arc<Source>, resource: &Resource, tree: &Tree) {
        let Node::Map(members) = &tree.node else { return };
        for (name, member) in members {
            if !self.shown_members(resource).contains(&name.as_str()) {
                let title = format!("no description of a {} has `{name}`", resource.name.value);
                self.push_once(Diagnostic::error(source, member.span, title, "never shown"));
            }
        }
        match members.get(&resource.status.value) {
            Some(Tree { node: Node::Literal(Value::String(status)), span })
                if !resource.is_settled(status) =>
            {
                let title = format!("`{status}` is no settled status of a {}", resource.name.value);
                let label = format!("one of: {}", texts(&resource.settled));
                self.push_once(Diagnostic::error(source, *span, title, label));
            }
            Some(_) => {}
            None => {
                let title = format!("a setup that awaits no `{}`", resource.status.value);
                let label = "a resource that still changes would be taken for settled";
                self.push_once(Diagnostic::error(source, tree.span, title, label));
            }
        }
    }

    /// Holds the setups that a case names to be known, and to follow each other.
    pub(super) fn given_setups(&mut self, suite: &'l Suite, case: &'l Case) {
        let resources = &self.library.resources;
        for (name, given) in &case.given {
            let Fixture::Own { encryption, setups, .. } = &given.value else { continue };
            for setup in setups.iter().filter(|setup| !resources.setups.contains_key(&setup.value)) {
                let known = resources.setups.keys().map(String::as_str).collect();
                self.unknown(&suite.source, setup, "setup", known);
            }
            let chain = resources.chain(&given.value);
            if let Some(last) = chain.len().checked_sub(1) {
                for (index, setup) in chain.iter().enumerate() {
                    self.link(suite, given.span, chain[0], (setup, index, last), chain.get(index + 1));
                }
            }
            self.needs_stream_of(suite, case, (*name, given.span), resources.kind(Some(&given.value)));
            let needs_key = chain.iter().flat_map(|setup| &setup.calls).any(|call| {
                let mut needs = false;
                super::trees::references(&call.with, &mut |_, reference| {
                    needs |= *reference == Reference::GivenEncryption;
                });
                needs
            });
            if needs_key && encryption.is_none() {
                let title = "a setup that needs the key of `encryption`";
                self.error(suite, given.span, title, "write `encryption: $key.<name>` here");
            }
        }
    }

    /// A resource that belongs to the trial's `stream` needs one, beside itself.
    fn needs_stream_of(
        &mut self,
        suite: &Suite,
        case: &Case,
        (name, at): (FixtureName, Span),
        resource: &Resource,
    ) {
        let mut missing = None;
        super::trees::references(&resource.address, &mut |_, reference| {
            if let Reference::StreamArn(of) | Reference::StreamName(of) = reference
                && (*of >= name || !case.given.contains_key(of))
            {
                missing = Some(*of);
            }
        });
        if let Some(of) = missing {
            let title = format!("a {} belongs to `{}`", resource.name.value, of.as_str());
            self.error(suite, at, title, format!("write `{}: …` before it", of.as_str()));
        }
    }

    /// One setup of a chain: it goes on with what the one before it has left.
    fn link(
        &mut self,
        suite: &Suite,
        at: Span,
        first: &Setup,
        (setup, index, last): (&Setup, usize, usize),
        next: Option<&&Arc<Setup>>,
    ) {
        let name = &setup.name.value;
        if setup.resource.value != first.resource.value {
            let title = format!("`{}` and `{name}` are setups of two resources", first.name.value);
            self.error(suite, at, title, "each resource has a state of its own");
        }
        if index > 0 && setup.from.is_none() {
            let title =
                format!("`{name}` begins with the creation, and `{}` comes before it", first.name.value);
            self.error(suite, at, title, "one of both");
        }
        let goes_on = next.is_some_and(|next| next.from.as_ref().is_some_and(|from| from.value == *name));
        if index < last && !goes_on && !matches!(setup.reaches, Reaches::Shows(_)) {
            let title = format!("`{name}` does not wait for a state that another setup could go on with");
            self.error(suite, at, title, "it can only be the last");
        }
    }

    /// The operation of that name in the model.
    pub(super) fn known_operation(
        &mut self,
        source: &Arc<Source>,
        name: &Spanned<String>,
    ) -> Option<&'l Operation> {
        let operation = self.model.operation(&name.value);
        if operation.is_none() {
            let known = self.model.operations.keys().map(String::as_str);
            self.unknown(source, name, "operation", known.collect());
        }
        operation
    }

    fn unknown(&mut self, source: &Arc<Source>, name: &Spanned<String>, what: &str, known: Vec<&str>) {
        let title = format!("unknown {what} `{}`", name.value);
        let mut problem = Diagnostic::error(source, name.span, title, "not known");
        problem.help =
            nearest(&name.value, known.iter().copied()).map(|meant| format!("did you mean `{meant}`?"));
        self.push_once(problem);
    }
}

fn texts(of: &[Spanned<String>]) -> String {
    of.iter().map(|text| text.value.as_str()).collect::<Vec<_>>().join(", ")
}
