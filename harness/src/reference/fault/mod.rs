//! Named faults: the ways in which the reference can be made to be wrong.
//!
//! Faults are data: each is a row of `faults.jsonl`, with the rules that it is made of. What a rule does
//! at which place is in the hooks. The specification knows no fault.

mod check;
mod hook;
mod names;
mod operations;
mod path;
mod rule;
mod scope;
mod table;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

pub use operations::Operations;
pub use scope::Scope;

pub(super) use hook::Hook;
pub(super) use names::{Class, FurtherHeader, Header};
pub(super) use path::Path;
pub(super) use rule::{
    Cause, EndingStatus, Form, Given, HeaderChange, InputChange, InputRule, KeyDefect, OutcomeChange,
    OutputChange, Page, RefusalChange, Refusals, Refused, ReplyChange, Rule, SignatureDefect,
    TransitionChange, WrongFraming,
};
#[cfg(test)]
pub(super) use table::{EMBEDDED, parse};

/// One way in which the reference can be made to be wrong.
#[derive(Clone)]
pub struct Fault(Arc<Row>);

/// A row of the table.
#[derive(Debug)]
struct Row {
    /// Its number in the table.
    place: usize,
    name: String,
    about: String,
    scope: Scope,
    rules: Vec<Rule>,
}

impl Fault {
    /// All faults of the committed table, in its order. Parsed once.
    pub fn all() -> &'static [Self] {
        static TABLE: OnceLock<Vec<Fault>> = OnceLock::new();
        TABLE.get_or_init(|| {
            table::parse(table::EMBEDDED).expect("the committed table is checked by this crate's own tests")
        })
    }

    /// Its name, in kebab-case.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What it does, in one line.
    pub fn about(&self) -> &str {
        &self.0.about
    }

    /// What it can affect.
    pub fn scope(&self) -> &Scope {
        &self.0.scope
    }

    /// What it is made of.
    pub(super) fn rules(&self) -> &[Rule] {
        &self.0.rules
    }

    /// The fault of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().iter().find(|fault| fault.name() == name).cloned()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fault {}

impl PartialOrd for Fault {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Faults have the order of the table.
impl Ord for Fault {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.place, &self.0.name).cmp(&(other.0.place, &other.0.name))
    }
}

/// The faults of one server.
pub type Faults = BTreeSet<Fault>;
