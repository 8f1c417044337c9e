//! Mistakes that no rule describes: each is code in the hooks.

use serde::Deserialize;

/// A mistake that is code. The faults of these names say what each hook does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::reference) enum Hook {
    ActiveBeforeUpdating,
    AuthBeforeOperation,
    AuthBeforeParsing,
    CapIgnored,
    CborBareErrorDefinite,
    ContentTypeParameterRefused,
    EmptyBodyAccepted,
    FirstViolationOnly,
    ForeignArnAccepted,
    KeyArnShownAsId,
    KeyKeptAfterStop,
    KeyShownAsArn,
    LimitCountsRefusals,
    LimitMissing,
    LimitOneEarly,
    MalformedArnAccepted,
    MarkAtReadTime,
    NameWins,
    NotFoundByArn,
    NullRefused,
    PlainJsonAccepted,
    PreflightRefused,
    RecordDoubledInUpdating,
    RefusedAndDone,
    RekeyIgnored,
    RekeySkipsUpdating,
    ScalarBodyAccepted,
    SettlesToOldKey,
    StepsBack,
    StopLimitMissing,
    TargetCaseIgnored,
    TargetVersionIgnored,
    TypeInHeaderOnly,
    TypeShownLate,
    TypesBeforeAuth,
    UnknownMemberRefused,
    ValidationAfterLookup,
    WindowNeverRolls,
    WrongTypeCoerced,
}
