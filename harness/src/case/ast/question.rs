//! Open questions and their possible answers.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use super::{Audience, Expectation, Tree};
use crate::case::span::{Source, Spanned};
use crate::facts::FactId;

/// A question that no source settles.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its id.
    pub id: Spanned<String>,
    /// The file.
    pub source: Arc<Source>,
    /// The question, as a sentence.
    pub question: String,
    /// The clients that each possible answer affects.
    pub affects: Vec<Spanned<Audience>>,
    /// What is known around it.
    pub facts: Vec<Spanned<FactId>>,
    /// Possible answers by name, in the file's order.
    pub candidates: IndexMap<String, Candidate>,
}

/// A possible answer to an open question.
#[derive(Clone, Debug)]
pub enum Candidate {
    /// `answer: accepted` or `answer: {error: X}`, or a list of such: an answer of a call.
    Answer {
        /// Any of these.
        any: Vec<Expectation>,
        /// `stream: moves` or `stream: stays`: what the observation after the call sees, too.
        stream: Option<Motion>,
    },
    /// `value: V`: a value of a member; `$absent` for none.
    Value(Tree),
    /// `state: first` or `state: last`: the value that the first or last expected state states for
    /// the same member.
    State(StatesEnd),
}

/// Whether a stream leaves ACTIVE after an accepted call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Motion {
    /// Another status is shown.
    Moves,
    /// ACTIVE is shown all the time.
    Stays,
}

/// An end of the expected states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum StatesEnd {
    /// The first state.
    First,
    /// The last state.
    Last,
}
