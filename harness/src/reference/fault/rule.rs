//! The closed set of rules that a fault is made of.
//!
//! A rule is what a row of the table says; `hooks` carries it out.

use serde::Deserialize;

use super::hook::Hook;
use super::names::{Class, FurtherHeader, Header};
use super::operations::Operations;
use super::path::Path;
use crate::spec::Status;
use crate::wire::Encoding;

/// One wrong thing that the reference does.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum Rule {
    /// A signature with one of these defects is accepted.
    AcceptSignature(Vec<SignatureDefect>),
    /// The specification is given another input than the call has.
    Input(InputRule),
    /// A call that is refused in a transient state is carried out in it.
    AcceptWhile(AcceptWhile),
    /// A call comes to something else than the specification says.
    Outcome(OutcomeRule),
    /// A transition has another length, or its call is answered at another time.
    Transition(TransitionRule),
    /// A member of an output is another one.
    Output(OutputRule),
    /// A refusal is another one.
    Refusal(RefusalRule),
    /// Headers, framing or form of a reply are others.
    Reply(ReplyRule),
    /// The mistake is code.
    Hook(Hook),
}

/// What may be wrong with a signature, as [`AuthFault`](crate::wire::AuthFault) has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum SignatureDefect {
    Missing,
    Incomplete,
    Twice,
    MalformedCredential,
    MalformedDate,
    Expired,
    NotYetCurrent,
    WrongRegion,
    WrongService,
    WrongTerminator,
    WrongScopeDate,
    UnknownKey,
    HostNotSigned,
    WrongSignature,
}

/// Where `member` is as `given`, the specification is given something else.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::reference) struct InputRule {
    #[serde(default)]
    pub(in crate::reference) operations: Operations,
    pub(in crate::reference) member: Path,
    /// Without it: whatever the call gives.
    #[serde(default)]
    pub(in crate::reference) given: Given,
    /// The rule holds only for calls that give all of these members.
    #[serde(default)]
    pub(in crate::reference) gives: Vec<Path>,
    /// The rule holds only for calls without this member.
    pub(in crate::reference) without: Option<Path>,
    pub(in crate::reference) change: InputChange,
}

/// What a call gives as a member.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum Given {
    /// Anything or nothing.
    #[default]
    Anything,
    /// The member is not there.
    Nothing,
    /// This text, or the number that it is.
    Text(String),
    /// A text that is none of the model's enum.
    OutsideEnum,
    /// A text that is longer than the model allows.
    TooLong,
    /// A key, of a length that the model allows, that may not be used for one of these reasons.
    Key(Vec<KeyDefect>),
    /// An alias other than that of the managed key.
    Alias,
}

/// Why a key may not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum KeyDefect {
    Malformed,
    ForeignRegion,
    NotFound,
    Disabled,
    InvalidState,
    AccessDenied,
    Throttling,
    OptInRequired,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum InputChange {
    /// The member counts as absent.
    Ignore,
    /// The member counts as this text, or as the number that the text is where the member is a number.
    TakeFor(String),
}

/// A call of these operations is carried out though its stream is in that state.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::reference) struct AcceptWhile {
    #[serde(default)]
    pub(in crate::reference) operations: Operations,
    pub(in crate::reference) status: EndingStatus,
}

/// A transient state after which the stream is ACTIVE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(in crate::reference) enum EndingStatus {
    Creating,
    Updating,
}

/// A call of these operations, on a stream in that state, comes to something else.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::reference) struct OutcomeRule {
    #[serde(default)]
    pub(in crate::reference) operations: Operations,
    /// Without it: in whatever state.
    pub(in crate::reference) status: Option<Status>,
    /// Only a call that gives all of these members.
    #[serde(default)]
    pub(in crate::reference) gives: Vec<Path>,
    pub(in crate::reference) change: OutcomeChange,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum OutcomeChange {
    /// A refusal becomes an acceptance that changes nothing.
    Accept(Refused),
    /// The call is accepted and changes nothing.
    DoNothing,
    /// The call is refused with this class.
    Refuse(Class),
}

/// A refusal, by its class, by what the call gave or by its text.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::reference) struct Refused {
    pub(in crate::reference) class: Option<Class>,
    pub(in crate::reference) given: Option<GivenText>,
    /// A part of the text.
    pub(in crate::reference) text: Option<String>,
}

/// A call that gives this text as that member.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::reference) struct GivenText {
    pub(in crate::reference) member: Path,
    pub(in crate::reference) text: String,
}

/// A transition that a call of these operations begins.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::reference) struct TransitionRule {
    #[serde(default)]
    pub(in crate::reference) operations: Operations,
    pub(in crate::reference) change: TransitionChange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum TransitionChange {
    /// The transition takes no time.
    Skip,
    /// The transition never ends.
    NeverEnd,
    /// The call is answered only after the end of the transition.
    AnswerAfterwards,
}

/// A member in the outputs of these operations is another one.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::reference) struct OutputRule {
    #[serde(default)]
    pub(in crate::reference) operations: Operations,
    pub(in crate::reference) member: Path,
    pub(in crate::reference) change: OutputChange,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum OutputChange {
    /// The member is left out.
    Drop,
    /// The member is left out where it has this text.
    DropText(String),
    /// The member always has this text.
    Set(String),
    /// The member always is this number.
    SetNumber(i64),
    /// The member has this text where it would be left out.
    SetMissing(String),
    /// The member is null where it would be left out.
    NullMissing,
    /// The member stands under another name.
    Rename(String),
    /// The elements of the list come in reverse.
    Reverse,
    /// The value is spelled in a wrong form.
    Form(Form),
}

/// A wrong form of times or bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum Form {
    /// Times as whole milliseconds, in CBOR without their tag.
    Milliseconds,
    /// Times as text.
    Text,
    /// Times as if they were a thousandth of what they are; in CBOR that is tagged seconds.
    Thousandth,
    /// Times as tagged seconds with a fraction, in CBOR.
    Fraction,
    /// Bytes as base64 text, in CBOR.
    Base64,
}

/// Refusals of this kind are other ones.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::reference) struct RefusalRule {
    #[serde(default)]
    pub(in crate::reference) of: Refusals,
    pub(in crate::reference) change: RefusalChange,
}

/// Which refusals are meant: all of them, but for what the row states.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::reference) struct Refusals {
    pub(in crate::reference) operations: Operations,
    /// Of one of these classes; empty for any class or none.
    pub(in crate::reference) classes: Vec<Class>,
    /// Of none of these classes.
    pub(in crate::reference) except: Vec<Class>,
    /// For this reason.
    pub(in crate::reference) cause: Option<Cause>,
}

/// Why a request is refused before the specification sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum Cause {
    /// The method is not POST.
    Method,
    /// The content type is not known.
    ContentType,
    /// There is no body.
    NoBody,
    /// The body is no JSON.
    BrokenJson,
    /// The signature has a defect.
    Signature,
    /// A member has the wrong type.
    WrongType,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum RefusalChange {
    /// Another class; `{class}` stands for the right one.
    Class(String),
    /// Another status.
    Status(u16),
    /// Another text, at the first place where it has `from`.
    Text { from: String, to: String },
    /// A member of the body stands under another name.
    Rename { member: String, to: String },
    /// The body is JSON, whatever the request was in.
    InJson,
    /// Another reply.
    Replace(Page),
}

/// A reply that is no answer of the protocol.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::reference) struct Page {
    pub(in crate::reference) status: u16,
    #[serde(default)]
    pub(in crate::reference) html: String,
}

/// Replies are others: all of them, or refusals of that kind.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::reference) struct ReplyRule {
    pub(in crate::reference) of: Option<Refusals>,
    pub(in crate::reference) change: ReplyChange,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum ReplyChange {
    /// A header.
    Header(HeaderChange),
    /// The way in which the reply goes over the connection.
    Frame(WrongFraming),
    /// The form of all values in this encoding.
    Form { encoding: Encoding, form: Form },
    /// The body of an operation without output, as JSON text.
    EmptyOutput { encodings: Vec<Encoding>, body: String },
}

/// A change of one header.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum HeaderChange {
    /// The header is left out.
    Drop(Header),
    /// The header is sent twice, if the reply has it.
    Repeat(Header),
    /// The header has this value, if the reply has it.
    Replace { name: Header, value: String },
    /// A header that no right reply has is sent.
    Add { name: FurtherHeader, value: String },
}

/// A wrong way over the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum WrongFraming {
    /// In chunks, without a length.
    Chunked,
    /// With a length that is too high.
    TooLong,
    /// The connection is closed after the reply.
    ThenClosed,
    /// The connection breaks in place of a reply.
    Broken,
}
