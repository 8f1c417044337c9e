//! The API as data: operations, members, constraints and errors of `Kinesis_20131202`.
//!
//! Everything here is pure. What the *service* is known to do lives in [`crate::facts`], which
//! outranks the model wherever the two disagree; how a value looks on the wire lives in
//! [`crate::wire`].

mod base64_text;
mod clause;
mod constraint;
mod file;
mod float_form;
mod import;
mod message;
mod number;
mod output;
mod pattern;
mod print;
mod shape;
mod types;
mod value;
mod violations;

pub use clause::{Clause, parse_message};
pub use constraint::Constraint;
pub use import::import;
pub use message::{message, prints_a_structure};
pub use output::{OutputViolation, output_violations};
pub use shape::{Member, Model, ModelError, Operation, Shape};
pub use types::{BlobForm, TypeError, type_error};
pub use value::Value;
pub use violations::{Violation, constraints, violations};
