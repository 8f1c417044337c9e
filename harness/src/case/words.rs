//! The closed words of the formats: one table per enum, for the loader and for the schemas.

use super::ast::{
    Address, ArnChange, Audience, BodyForm, Cost, Effect, EncodingAxis, FixtureName, FixtureStatus,
    LadderEnd, Level, Motion, Returns, Rule, Spelling, When, WireAuth,
};

use super::dialect::DialectName;
use super::transport::Transport;

/// A word and what it stands for.
pub(super) type Words<T> = &'static [(&'static str, T)];

pub(super) const RETURNS: Words<Returns> = &[("at-once", Returns::AtOnce)];

pub(super) const LEVEL: Words<Level> =
    &[("core", Level::Core), ("extended", Level::Extended), ("strict", Level::Strict)];

pub(super) const COST: Words<Cost> = &[("small", Cost::Small), ("long", Cost::Long)];

pub(super) const AUDIENCE: Words<Audience> = &[
    ("producers", Audience::Producers),
    ("consumers", Audience::Consumers),
    ("infrastructure-tools", Audience::InfrastructureTools),
    ("sdk-authors", Audience::SdkAuthors),
    ("security", Audience::Security),
];

pub(super) const ENCODING: Words<EncodingAxis> =
    &[("json", EncodingAxis::Json), ("cbor", EncodingAxis::Cbor)];

pub(super) const TRANSPORT: Words<Transport> = &[("h1", Transport::H1), ("h2", Transport::H2)];

pub(super) const ADDRESS: Words<Address> =
    &[("name", Address::Name), ("arn", Address::Arn), ("both", Address::Both)];

pub(super) const EFFECT: Words<Effect> = &[
    ("reads", Effect::Reads),
    ("writes-records", Effect::WritesRecords),
    ("changes", Effect::Changes),
    ("creates", Effect::Creates),
    ("deletes", Effect::Deletes),
    ("changes-account", Effect::ChangesAccount),
];

pub(super) const FIXTURE: Words<FixtureName> =
    &[("stream", FixtureName::Stream), ("other", FixtureName::Other)];

pub(super) const STATUS: Words<FixtureStatus> = &[
    ("active", FixtureStatus::Active),
    ("creating", FixtureStatus::Creating),
    ("updating", FixtureStatus::Updating),
    ("deleting", FixtureStatus::Deleting),
    ("gone", FixtureStatus::Gone),
];

pub(super) const AUTH: Words<WireAuth> = &[
    ("signed", WireAuth::Signed),
    ("unsigned", WireAuth::Unsigned),
    ("spoiled-signature", WireAuth::SpoiledSignature),
    ("spoiled-body-hash", WireAuth::SpoiledBodyHash),
    ("missing-credential", WireAuth::MissingCredential),
    ("missing-signature", WireAuth::MissingSignature),
    ("missing-signed-headers", WireAuth::MissingSignedHeaders),
    ("missing-date", WireAuth::MissingDate),
    ("expired", WireAuth::Expired),
    ("future", WireAuth::Future),
    ("other-region", WireAuth::OtherRegion),
    ("other-service", WireAuth::OtherService),
    ("unknown-key", WireAuth::UnknownKey),
    ("bad-session-token", WireAuth::BadSessionToken),
    ("header-and-query", WireAuth::HeaderAndQuery),
    ("presigned", WireAuth::Presigned),
    ("signed-then-changed-header", WireAuth::SignedThenChangedHeader),
    ("signed-then-added-header", WireAuth::SignedThenAddedHeader),
];

pub(super) const DIALECT: Words<DialectName> =
    &[("plain", DialectName::Plain), ("envelope", DialectName::Envelope)];

pub(super) const BODY: Words<BodyForm> = &[("empty", BodyForm::Empty)];

pub(super) const SPELLING: Words<Spelling> = &[
    ("indefinite-map", Spelling::IndefiniteMap),
    ("byte-string", Spelling::ByteString),
    ("tagged-integer", Spelling::TaggedInteger),
    ("tagged-not-float", Spelling::TaggedNotFloat),
    ("tagged-milliseconds", Spelling::TaggedMilliseconds),
    ("seconds", Spelling::Seconds),
    ("number", Spelling::Number),
    ("text", Spelling::Text),
];

pub(super) const WHEN: Words<When> = &[("accepted", When::Accepted), ("refused", When::Refused)];

/// The one word of `until`; elsewhere than at a repetition members may stand in its place.
pub(super) const UNTIL: Words<()> = &[("as-expected", ())];

pub(super) const RUNG: Words<LadderEnd> = &[("first", LadderEnd::First), ("last", LadderEnd::Last)];

pub(super) const MOTION: Words<Motion> = &[("moves", Motion::Moves), ("stays", Motion::Stays)];

pub(super) const ARN_CHANGE: Words<ArnChange> = &[
    ("arn-in-account", ArnChange::Account),
    ("arn-in-region", ArnChange::Region),
    ("arn-in-partition", ArnChange::Partition),
    ("consumer-arn", ArnChange::Consumer),
];

pub(super) const RULE: Words<Rule> = &[
    ("not-null", Rule::NotNull),
    ("min-length", Rule::MinLength),
    ("max-length", Rule::MaxLength),
    ("min-value", Rule::MinValue),
    ("max-value", Rule::MaxValue),
    ("pattern", Rule::Pattern),
    ("enum", Rule::Enum),
    ("map-keys", Rule::MapKeys),
    ("map-value", Rule::MapValue),
    ("elements", Rule::Elements),
];

/// The words alone.
pub(super) fn spelled<T>(words: Words<T>) -> impl Iterator<Item = &'static str> {
    words.iter().map(|(word, _)| *word)
}
