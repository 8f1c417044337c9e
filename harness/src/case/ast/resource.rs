//! What is known of each kind of resource, and the states that trials start from.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Fixture, FixtureStatus, Node, Reference, Tree};
use crate::case::span::{Source, Spanned};

/// `resources.yaml`: the kinds of resources, and the named setups that bring one into a state.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    /// The file; `None` only for a library that has none.
    pub source: Option<Arc<Source>>,
    /// The kind of the streams that trials start from.
    pub stream: Arc<Resource>,
    /// The kinds by name, in the file's order.
    pub kinds: IndexMap<String, Arc<Resource>>,
    /// The setups by name, in the file's order.
    pub setups: IndexMap<String, Arc<Setup>>,
}

/// A kind of resource: how one is created, described, listed and deleted, and what its states are called.
#[derive(Clone, Debug, Default)]
pub struct Resource {
    /// Its name in the file.
    pub name: Spanned<String>,
    /// The operations that describe one, in order of preference: the first that a target has is used.
    pub describe: Vec<Description>,
    /// The input by which these operations name one: a map.
    pub address: Tree,
    /// The member of the description that shows the status.
    pub status: Spanned<String>,
    /// The statuses that pass by themselves.
    pub transient: Vec<Spanned<String>>,
    /// The statuses that stay until somebody changes the resource.
    pub settled: Vec<Spanned<String>>,
    /// The class of the error that says that there is no such resource.
    pub gone: Spanned<String>,
    /// The member of the description that shows the name.
    pub shows_name: Spanned<String>,
    /// The member of the description that shows the ARN.
    pub shows_arn: Spanned<String>,
    /// The member of the description that shows when it was created.
    pub shows_creation: Spanned<String>,
    /// The members of the description that a refused call leaves unchanged.
    pub unchanged: Vec<Spanned<String>>,
    /// The call that creates one.
    pub create: ResourceCall,
    /// The call that deletes one.
    pub delete: ResourceCall,
    /// The classes of refusals of `delete` that pass by themselves.
    pub delete_again_after: Vec<Spanned<String>>,
    /// How all of them are listed, for `sweep`; `None` if they are not.
    pub list: Option<Pages>,
    /// How one is marked for `sweep`; `None` if it is a part of another resource that is.
    pub tags: Option<TagCalls>,
}

/// An operation that describes a resource.
#[derive(Clone, Debug, Default)]
pub struct Description {
    /// The operation.
    pub operation: Spanned<String>,
    /// The path of the description in its output.
    pub output: Spanned<String>,
}

/// A call that the run makes for itself.
#[derive(Clone, Debug, Default)]
pub struct ResourceCall {
    /// The operation.
    pub operation: Spanned<String>,
    /// The input: a map.
    pub with: Tree,
}

/// A list that comes in pages.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The call for the first page.
    pub call: ResourceCall,
    /// The path of the list in the output.
    pub items: Spanned<String>,
    /// The member of an element that identifies it; `None` if the elements are texts.
    pub key: Option<Spanned<String>>,
    /// Where the next page comes from.
    pub next: NextPage,
}

/// Where the next page of a list comes from.
#[derive(Clone, Debug)]
pub enum NextPage {
    /// It begins behind the last element, if the output says that there are more.
    AfterLast {
        /// The member of the output that says so.
        more: Spanned<String>,
        /// The member of the input that names the last element.
        after: Spanned<String>,
    },
    /// A token of the output is sent back.
    Token {
        /// The member of the output and of the input.
        token: Spanned<String>,
    },
}

/// How a resource is marked with the tags of the run.
#[derive(Clone, Debug)]
pub struct TagCalls {
    /// Lists the tags of one.
    pub list: Pages,
    /// The member of a listed tag that holds its value.
    pub value: Spanned<String>,
    /// Adds the tags to one that was created without.
    pub add: ResourceCall,
}

/// Calls that bring a resource into a state that trials start from.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Its name in the file.
    pub name: Spanned<String>,
    /// The kind of resource.
    pub resource: Spanned<String>,
    /// The setup that comes first; `None` if this one begins with the creation of the resource.
    pub from: Option<Spanned<String>>,
    /// The calls, each sent once the one before it was accepted.
    pub calls: Vec<ResourceCall>,
    /// The state in which the calls leave the resource.
    pub reaches: Reaches,
}

/// The state in which a setup leaves a resource.
#[derive(Clone, Debug)]
pub enum Reaches {
    /// Awaited: a description with at least these members.
    Shows(Tree),
    /// Awaited: no such resource.
    Gone(crate::case::Span),
    /// Not awaited: this status has just begun, and passes by itself.
    Begins(Spanned<String>),
}

impl Resources {
    /// The name of the kind of the streams that trials start from.
    pub const STREAM: &str = "stream";
    /// The name of the setup that `encryption` stands for.
    pub const ENCRYPTED: &str = "encrypted";

    /// The setups that bring a resource into the state that a fixture states, in order: the setups that
    /// its members name, each behind those that come before it, none twice. Empty for a fixture that is
    /// shared or missing.
    pub fn chain(&self, fixture: &Fixture) -> Vec<&Arc<Setup>> {
        let Fixture::Own { status, encryption, setups, .. } = fixture else { return Vec::new() };
        let mut chain: Vec<&Arc<Setup>> = Vec::new();
        if encryption.is_some() {
            self.append(Self::ENCRYPTED, &mut chain);
        }
        for name in setups {
            self.append(&name.value, &mut chain);
        }
        // A setup of another kind of resource may have been named, which is settled by it.
        if *status != FixtureStatus::Active || chain.is_empty() {
            self.append((*status).into(), &mut chain);
        }
        chain
    }

    /// Appends a setup behind those that come before it.
    fn append<'r>(&'r self, name: &str, chain: &mut Vec<&'r Arc<Setup>>) {
        let mut missing = Vec::new();
        let mut next = self.setups.get(name);
        while let Some(setup) = next {
            // A circle is reported by the lint.
            if chain.iter().chain(&missing).any(|known| known.name.value == setup.name.value) {
                break;
            }
            missing.push(setup);
            next = setup.from.as_ref().and_then(|from| self.setups.get(&from.value));
        }
        chain.extend(missing.into_iter().rev());
    }

    /// The kind of resource that a fixture is: a stream, unless its setups are of another kind.
    pub fn kind(&self, fixture: Option<&Fixture>) -> &Arc<Resource> {
        let chain = fixture.map(|fixture| self.chain(fixture)).unwrap_or_default();
        chain.first().and_then(|setup| self.kinds.get(&setup.resource.value)).unwrap_or(&self.stream)
    }
}

impl Resource {
    /// True for a status that passes by itself.
    pub fn is_transient(&self, status: &str) -> bool {
        self.transient.iter().any(|known| known.value == status)
    }

    /// True for a status that stays.
    pub fn is_settled(&self, status: &str) -> bool {
        self.settled.iter().any(|known| known.value == status)
    }

    /// True if one opens shards, which the budget of a target limits.
    pub fn opens_shards(&self) -> bool {
        mentions(&self.create.with, &Reference::GivenShards)
    }
}

impl Setup {
    /// The status that has just begun when the setup is over, and that passes by itself.
    pub fn begins(&self) -> Option<&str> {
        match &self.reaches {
            Reaches::Begins(status) => Some(&status.value),
            Reaches::Shows(_) | Reaches::Gone(_) => None,
        }
    }
}

fn mentions(tree: &Tree, wanted: &Reference) -> bool {
    match &tree.node {
        Node::Reference(reference) => reference == wanted,
        Node::List(trees) | Node::OneOf(trees) => trees.iter().any(|tree| mentions(tree, wanted)),
        Node::Map(members) => members.values().any(|tree| mentions(tree, wanted)),
        Node::Above(bound) => mentions(bound, wanted),
        Node::Literal(_) | Node::Matches(_) => false,
    }
}
