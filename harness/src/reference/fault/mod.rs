//! Named faults: the ways in which the reference can be made to be wrong.
//!
//! What a fault does at which place is not here, but in the hooks.

mod reach;
mod table;

use std::collections::BTreeSet;
use std::fmt;

use table::TABLE;

pub use reach::Reach;

/// One way in which the reference can be made to be wrong.
///
/// Faults act in this module only; the specification knows none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "`Fault::about` has the line on each")]
pub enum Fault {
    SkipUpdating,
    StopSkipsUpdating,
    RekeySkipsUpdating,
    NeverSettles,
    StepsBack,
    ActiveBeforeUpdating,
    TypeShownLate,
    SettlesToOldKey,
    StartDoesNothing,
    StopDoesNothing,
    RekeyIgnored,
    AnsweredLate,
    SkipCreating,
    SkipDeleting,
    SecondStartAccepted,
    StopInUpdatingAccepted,
    StartInCreatingAccepted,
    StartInDeletingAccepted,
    MissingStreamAccepted,
    NotActiveAsInvalidArgument,
    RefusedAndDone,
    KeyNotShown,
    KeyShownAsArn,
    KeyArnShownAsId,
    KeyKeptAfterStop,
    SummaryWithoutType,
    DescribeWithoutKey,
    DescribeNeverEncrypted,
    TypeOmittedWhenNone,
    ArnIgnored,
    ArnRequired,
    NameWins,
    ForeignArnAccepted,
    MalformedArnAccepted,
    NotFoundByArn,
    NotFound404,
    EncryptionTypeKmsAccepted,
    EncryptionTypeUnknownAccepted,
    EncryptionTypeNoneAccepted,
    EncryptionTypeDefaulted,
    StopTypeIgnored,
    KeyIdDefaulted,
    KeyEmptyAccepted,
    KeyTooLongAccepted,
    KeyMalformedAccepted,
    KeyUnknownAccepted,
    KeyStateIgnored,
    ForeignRegionKeyAccepted,
    AliasNotResolved,
    KmsDisabledAsInvalidState,
    KmsInvalidStateAsDisabled,
    KmsNotFoundAsResourceNotFound,
    KmsAccessDeniedAsAccessDenied,
    KmsThrottlingAsLimitExceeded,
    KmsOptInAsAccessDenied,
    LimitOneEarly,
    LimitMissing,
    StopLimitMissing,
    LimitCountsRefusals,
    WindowNeverRolls,
    PutRefusedInUpdating,
    IteratorRefusedInUpdating,
    RecordLostInUpdating,
    RecordDoubledInUpdating,
    RecordsOutOfOrder,
    MarkAtReadTime,
    PutWithoutType,
    PutSaysNone,
    RecordWithoutType,
    RecordSaysNone,
    PartitionKeyMissingAccepted,
    ValidationAfterLookup,
    FirstViolationOnly,
    CapIgnored,
    ErrorsAlwaysPlural,
    ValidationAsInvalidArgument,
    WrongTypeCoerced,
    WrongTypeAsValidation,
    WrongTypeBreaksConnection,
    TypeErrorMessageLower,
    UnknownMemberRefused,
    NullRefused,
    BrokenJson500,
    BrokenJsonHtml,
    ScalarBodyAccepted,
    EmptyBodyAccepted,
    EmptyBodyInJson,
    TargetCaseIgnored,
    TargetVersionIgnored,
    UnknownOperation404,
    UnknownOperationAsValidation,
    OtherMethods405,
    PreflightRefused,
    CorsHeadersMissing,
    ForeignContentType500,
    ContentTypeParameterRefused,
    PlainJsonAccepted,
    UnsignedAccepted,
    HalfSignedAccepted,
    SignatureNotVerified,
    ExpiredAccepted,
    FutureAccepted,
    ForeignRegionAccepted,
    ForeignServiceAccepted,
    UnknownAccessKeyAccepted,
    AuthErrors403,
    AuthBeforeParsing,
    AuthBeforeOperation,
    TypesBeforeAuth,
    MessageCapitalised,
    TypeNamespaced,
    TypeInHeaderOnly,
    ErrorsAre200,
    RequestIdMissing,
    RequestIdMalformed,
    ExtendedIdMissing,
    ErrorsAsPlainJson,
    EmptyOutputAsObject,
    EmptyOutputInEnvelope,
    ErrorLengthWrong,
    ErrorBreaksConnection,
    ContentTypeTwice,
    AnswersChunked,
    TimesInMilliseconds,
    TimesAsText,
    CborErrorsInJson,
    CborTimesInSeconds,
    CborTimesAsFloats,
    CborBytesAsText,
    CborBareErrorDefinite,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::SkipUpdating; TABLE.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] = TABLE[at].fault;
            at += 1;
        }
        all
    };

    /// Its name, in kebab-case.
    pub const fn name(self) -> &'static str {
        TABLE[self as usize].name
    }

    /// What it does, in one line.
    pub const fn about(self) -> &'static str {
        TABLE[self as usize].about
    }

    /// What it can touch.
    pub const fn reach(self) -> Reach {
        TABLE[self as usize].reach
    }

    /// The fault of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The faults of one server.
pub type Faults = BTreeSet<Fault>;
