//! Ids that cases had before.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::case::span::{Source, Spanned};

/// `moved.yaml`: what has become of the ids that cases had before.
#[derive(Clone, Debug, Default)]
pub struct Moved {
    /// The file; `None` if there is none.
    pub source: Option<Arc<Source>>,
    /// By the former id, in the file's order.
    pub ids: IndexMap<String, MovedCase>,
}

/// What has become of a case's former id.
#[derive(Clone, Debug)]
pub struct MovedCase {
    /// The former id.
    pub id: Spanned<String>,
    /// What has become of it.
    pub fate: Fate,
}

/// What has become of a case's former id.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// The case has this id now.
    Renamed(Spanned<String>),
    /// No case asks this any more, for this reason.
    Gone(String),
}

impl Moved {
    /// The id that a trial or a case has now: its own if the case was never renamed, `Err` with the
    /// reason if the case is gone.
    ///
    /// # Errors
    ///
    /// Why the case is gone.
    pub fn present_id(&self, id: &str) -> Result<String, &str> {
        let (case, axes) = id.find('[').map_or((id, ""), |at| id.split_at(at));
        match self.ids.get(case).map(|moved| &moved.fate) {
            None => Ok(id.to_owned()),
            Some(Fate::Renamed(to)) => Ok(format!("{}{axes}", to.value)),
            Some(Fate::Gone(reason)) => Err(reason),
        }
    }
}
