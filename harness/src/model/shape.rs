//! Shapes and operations, and the committed file that holds them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// The whole API: 57 operations and the shapes they use.
///
/// The committed form is `harness/model/kinesis.json`, written by `import-model`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Version of this file's form; 1.
    pub format: u32,
    /// Where the data came from, as given to `import-model`.
    pub source: String,
    /// The prefix of `X-Amz-Target`: `Kinesis_20131202`.
    pub target_prefix: String,
    /// Operations by name.
    pub operations: BTreeMap<String, Operation>,
    /// Shapes by name. Errors are structures too.
    pub shapes: BTreeMap<String, Shape>,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Its name, as in `X-Amz-Target`.
    pub name: String,
    /// The input structure's shape name, if it takes input.
    pub input: Option<String>,
    /// The output structure's shape name, if it answers with a body.
    pub output: Option<String>,
    /// The classes of the errors that the model declares, bare.
    pub errors: Vec<String>,
    /// True if the output is an event stream (`SubscribeToShard`).
    pub event_stream: bool,
}

/// One shape. Bounds are inclusive; `pattern` is to be matched against the whole value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "`min`, `max`, `member`, `key` and `value` are the model's own words")]
pub enum Shape {
    /// A structure, an error or an event-stream union.
    Structure {
        /// Members in the model's order.
        members: IndexMap<String, Member>,
        /// True for an error class.
        exception: bool,
    },
    /// A list.
    List { member: String, min: Option<u64>, max: Option<u64> },
    /// A map with string keys.
    Map { key: String, value: String, min: Option<u64>, max: Option<u64> },
    /// Text. `values` is the enum, empty where there is none.
    String { min: Option<u64>, max: Option<u64>, pattern: Option<String>, values: Vec<String> },
    /// A 32-bit whole number.
    Integer { min: Option<i64>, max: Option<i64> },
    /// A 64-bit whole number.
    Long { min: Option<i64>, max: Option<i64> },
    /// A boolean.
    Boolean,
    /// Bytes; bounds count bytes before base64.
    Blob { min: Option<u64>, max: Option<u64> },
    /// A point in time.
    Timestamp,
}

/// A member of a structure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The shape's name.
    pub shape: String,
    /// True if the structure requires it.
    pub required: bool,
}

/// Why a model could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The text is not JSON or not of the form that is expected.
    #[error("read the model at line {line}, column {column}: {reason}")]
    Form {
        /// 1-based line.
        line: usize,
        /// 1-based column.
        column: usize,
        /// What is wrong, in lower case.
        reason: String,
    },
    /// A shape or an operation refers to a shape that is not there.
    #[error("resolve shape `{shape}`, which `{user}` uses: the model does not hold it")]
    MissingShape {
        /// The name that is not there.
        shape: String,
        /// Who names it.
        user: String,
    },
    /// A shape contradicts itself or is of a type that this crate does not know.
    #[error("read shape `{shape}`: {reason}")]
    Shape {
        /// The shape's name.
        shape: String,
        /// What is wrong, in lower case.
        reason: String,
    },
    /// The committed form is of another version.
    #[error("read the model: its form is version {found}, this build reads version {known}")]
    Version {
        /// The version that the text states.
        found: u32,
        /// The version that is read.
        known: u32,
    },
}

impl Model {
    /// The model that this crate was built with. Parsed once.
    pub fn embedded() -> &'static Self {
        static MODEL: OnceLock<Model> = OnceLock::new();
        MODEL.get_or_init(|| {
            Self::parse(include_str!("../../model/kinesis.json"))
                .expect("the committed model is checked by this crate's own tests")
        })
    }

    /// The operation of that exact name (names are case-sensitive, WIRE-014).
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    /// The shape of that name.
    pub fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.get(name)
    }

    /// The members of a structure, empty for `None` and for shapes that are no structure.
    pub fn members(&self, shape: Option<&str>) -> impl Iterator<Item = (&str, &Member)> {
        let members = match shape.and_then(|name| self.shape(name)) {
            Some(Shape::Structure { members, .. }) => Some(members),
            Some(
                Shape::List { .. }
                | Shape::Map { .. }
                | Shape::String { .. }
                | Shape::Integer { .. }
                | Shape::Long { .. }
                | Shape::Boolean
                | Shape::Blob { .. }
                | Shape::Timestamp,
            )
            | None => None,
        };
        members.into_iter().flatten().map(|(name, member)| (name.as_str(), member))
    }
}
