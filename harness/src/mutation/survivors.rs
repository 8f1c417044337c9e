//! Faults that no case can kill, and why: a closed list, so that none is hidden.
//!
//! A reason that no longer holds is an error: `check` fails on a survivor that some trial kills.

use crate::case::ast::Library;
use crate::facts::{FactId, Registry};
use crate::reference::Fault;

/// A fault that no case can kill.
#[derive(Clone, Copy, Debug)]
pub(super) struct Survivor {
    pub(super) fault: &'static str,
    /// Why no case kills the fault.
    pub(super) reason: &'static str,
    pub(super) rests_on: Evidence,
}

/// What a reason rests on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Evidence {
    /// A fact of the registry, by its id.
    Fact(&'static str),
    /// An open question of the cases, by its name.
    Question(&'static str),
}

/// The fault as one that no case can kill; `None` if some case should.
pub(super) fn survivor(fault: &Fault) -> Option<&'static Survivor> {
    SURVIVORS.iter().find(|survivor| survivor.fault == fault.name())
}

impl Survivor {
    /// What is wrong with the reason: that the facts or the cases do not have what it rests on.
    pub(super) fn unfounded(&self, library: &Library) -> Option<String> {
        let (what, is_there) = match self.rests_on {
            Evidence::Fact(id) => (format!("fact {id}"), is_fact(id)),
            Evidence::Question(name) => (format!("question `{name}`"), library.questions.contains_key(name)),
        };
        let fault = self.fault;
        (!is_there)
            .then(|| format!("the reason why {fault} survives rests on the {what}, which is not there"))
    }
}

fn is_fact(id: &str) -> bool {
    Registry::embedded().get(&FactId(id.to_owned())).is_some()
}

const NO_FACT: &str =
    "no source says that connections stay open after an error; a print of 2023 shows one closed (WIRE-041)";
const OPEN: &str = "what the service does is an open question: answers are recorded, not judged";

const fn open(fault: &'static str, question: &'static str) -> Survivor {
    Survivor { fault, reason: OPEN, rests_on: Evidence::Question(question) }
}

pub(super) const SURVIVORS: [Survivor; 5] = [
    open("kms-invalid-state-as-disabled", "key-pending-deletion"),
    open("null-refused", "null-member"),
    open("scalar-body-accepted", "scalar-body"),
    open("types-before-auth", "authentication-before-types"),
    Survivor { fault: "error-breaks-connection", reason: NO_FACT, rests_on: Evidence::Fact("WIRE-041") },
];
