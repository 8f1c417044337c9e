//! The API as data: operations, members, constraints and errors of `Kinesis_20131202`.
//!
//! Everything here is pure. What the *service* is known to do lives in [`crate::facts`], which
//! outranks the model wherever the two disagree; how a value looks on the wire lives in
//! [`crate::wire`].

mod shape;
mod value;

pub use shape::{Member, Model, ModelError, Operation, Shape};
pub use value::Value;
