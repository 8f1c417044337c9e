//! The operations that a row of the table names.

use serde::Deserialize;

use crate::spec::Action;

/// Operations by name; every operation of the reference if the row names none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Operations(Vec<Action>);

/// Why a list is no list of operations.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperationsError {
    /// The list has no element. A row that means every operation leaves the list out.
    #[error("the list of operations is empty; leave `operations` out to mean every operation")]
    Empty,
    /// The reference does not have the operation.
    #[error("the reference has no operation `{0}`")]
    Unknown(String),
}

impl Operations {
    /// The operations that the row names; empty for every operation.
    pub fn named(&self) -> &[Action] {
        &self.0
    }

    /// True if the row is about the operation.
    pub(in crate::reference) fn include(&self, action: Action) -> bool {
        self.0.is_empty() || self.0.contains(&action)
    }
}

impl TryFrom<Vec<String>> for Operations {
    type Error = OperationsError;

    fn try_from(names: Vec<String>) -> Result<Self, Self::Error> {
        if names.is_empty() {
            return Err(OperationsError::Empty);
        }
        let action = |name: String| Action::parse(&name).ok_or(OperationsError::Unknown(name));
        names.into_iter().map(action).collect::<Result<_, _>>().map(Self)
    }
}
