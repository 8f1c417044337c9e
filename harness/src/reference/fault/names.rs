//! Error classes and header names that a row of the table may use.

use serde::Deserialize;

use crate::model::{Model, Shape};

/// Classes that the service answers with and that the model does not declare.
const UNDECLARED: [&str; 7] = [
    "IncompleteSignatureException",
    "InternalFailure",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "SerializationException",
    "UnknownOperationException",
    "UnrecognizedClientException",
];

/// Headers that an answer of the reference may have.
const HEADERS: [&str; 5] = [
    "access-control-allow-origin",
    "access-control-expose-headers",
    "content-type",
    "x-amz-id-2",
    "x-amzn-requestid",
];

/// Headers that other services of AWS send and that no right answer of Kinesis has (fact WIRE-006).
const FURTHER_HEADERS: [&str; 1] = ["x-amz-crc32"];

/// A name that outlives the row. Named so that the derived reader does not take it for a part of the row.
type Name = &'static str;

/// The class of an error that the reference may answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(in crate::reference) struct Class(pub(in crate::reference) Name);

/// The header of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(in crate::reference) struct Header(pub(in crate::reference) Name);

/// A header that a fault may add to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(in crate::reference) struct FurtherHeader(pub(in crate::reference) Name);

/// Why a text is no class or no header.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::reference) enum NameError {
    /// The reference never answers with the class.
    #[error("the reference has no error of class `{0}`")]
    Class(String),
    /// No answer of the reference has the header.
    #[error("no answer of the reference has the header `{0}`")]
    Header(String),
    /// The header is none of those that a fault may add.
    #[error("no fault may add the header `{0}`")]
    FurtherHeader(String),
}

impl TryFrom<String> for Class {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let declared = Model::embedded().shapes.iter().filter_map(|(name, shape)| {
            matches!(shape, Shape::Structure { exception: true, .. }).then_some(name.as_str())
        });
        let known = declared.chain(UNDECLARED).find(|known| *known == text);
        known.map(Self).ok_or(NameError::Class(text))
    }
}

impl TryFrom<String> for Header {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        HEADERS.into_iter().find(|known| *known == text).map(Self).ok_or(NameError::Header(text))
    }
}

impl TryFrom<String> for FurtherHeader {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let known = FURTHER_HEADERS.into_iter().find(|known| *known == text);
        known.map(Self).ok_or(NameError::FurtherHeader(text))
    }
}
