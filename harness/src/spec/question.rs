//! Open questions: what no source settles, and the answers that are possible.

use std::fmt;

use strum::{IntoStaticStr, VariantArray};

/// A question about the service that no source settles.
///
/// Its [`name`](Self::name) is the id in `cases/questions.yaml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum OpenQuestion {
    /// A call that names its stream in no way (ARN-005, ARN-006).
    NeitherNameNorArn,
    /// `StreamName` and the name in `StreamARN` differ (ARN-017).
    NameAndArnDisagree,
    /// Which stream is meant where they differ and the call is accepted (ARN-017).
    WhichStreamWins,
    /// The ARN is of another account (ARN-017, ARN-018).
    ForeignAccountArn,
    /// The ARN is of another region (ARN-017).
    ForeignRegionArn,
    /// The ARN is of another partition (ARN-017).
    ForeignPartitionArn,
    /// A `StreamId` is given though it is not implemented (ARN-004).
    StreamIdSupplied,
    /// `StreamARN` is the ARN of a stream's consumer (ARN-017).
    ConsumerArnGiven,
    /// `StartStreamEncryption` with `EncryptionType` NONE (SSE-007).
    StartWithNone,
    /// `StartStreamEncryption` with the key that is in force (SSE-033).
    StartWithKeyInForce,
    /// Which form is shown after `StartStreamEncryption` with the key that is in force, in another form
    /// (SSE-049).
    StartWithSameKeyInAnotherForm,
    /// `StopStreamEncryption` on a stream that is not encrypted (SSE-032).
    StopWhenNotEncrypted,
    /// `StopStreamEncryption` with a key other than the one in force (SSE-034).
    StopWithOtherKey,
    /// `StopStreamEncryption` with the key that is in force, in another form (SSE-034).
    StopWithSameKeyInAnotherForm,
    /// `StopStreamEncryption` with a `KeyId` that is none of the four forms (SSE-034, SSE-044).
    StopWithMalformedKey,
    /// A `KeyId` that is none of the four forms (KMS-012).
    MalformedKeyId,
    /// The ARN of a key in another region. No fact speaks of it.
    ForeignRegionKey,
    /// A key whose deletion is scheduled (KMS-016).
    KeyPendingDeletion,
    /// What `EncryptionType` shows while UPDATING (SSE-030).
    TypeWhileUpdating,
    /// What `KeyId` shows while UPDATING (SSE-030).
    KeyWhileUpdating,
    /// Whether puts show `EncryptionType` NONE or nothing once a stop has settled.
    TypeInPutsAfterStop,
    /// A record without `PartitionKey` (PUT-012).
    PartitionKeyMissing,
    /// `DeleteStream` while UPDATING (LIFE-008, SSE-024).
    DeleteWhileUpdating,
    /// `DeleteStream` while DELETING (LIFE-010).
    DeleteWhileDeleting,
    /// `PutRecord` and `PutRecords` while DELETING (LIFE-012).
    PutWhileDeleting,
    /// A `ShardFilter` that lacks what its type needs, or has what goes with another type (GETR-015).
    ShardFilterOutOfOrder,
    /// Which fault of a start or stop is reported if both the stream and the request are at fault
    /// (ORD-011).
    OrderOfEncryptionChecks,
    /// How records are written in the first 5 seconds after ACTIVE. Both are right by the
    /// documentation (SSE-013, SSE-014), so that this is freedom rather than ignorance.
    PutsSoonAfterActive,
    /// Whether a partition key counts by its letters or by its bytes (PUT-013).
    SizeOfPartitionKey,
    /// A record whose data fits and whose partition key makes it too large (PUT-013).
    RecordTooLargeByItsKey,
    /// `CreateStream` with more than 50 tags (TAG-006).
    TooManyTagsAtCreation,
    /// The class in which a change of tags is refused while CREATING.
    TagsWhileCreating,
    /// Whether the summary of a stream that was created without `MaxRecordSizeInKiB` shows one
    /// (LIFE-031).
    RecordSizeNotStated,
    /// Whether `IncreaseStreamRetentionPeriod` to the period in force shows UPDATING (RET-005).
    IncreaseToThePeriodInForce,
    /// `DecreaseStreamRetentionPeriod` to the period in force (RET-008).
    DecreaseToThePeriodInForce,
    /// The class in which a retention period above 8760 hours is refused (RET-002, RET-006).
    RetentionAboveTheMaximum,
    /// The class in which a retention period of less than one hour is refused (KT-092).
    RetentionBelowOne,
    /// Which fault of a change of retention is reported if both the stream and the period are at fault
    /// (ORD-007).
    OrderOfRetentionChecks,
    /// What `RetentionPeriodHours` shows while UPDATING. No fact speaks of it.
    RetentionWhileUpdating,
    /// What `EnhancedMonitoring` shows while UPDATING. No fact speaks of it.
    MetricsWhileUpdating,
    /// A call that would leave the metrics as they are (MON-002).
    MetricsInForce,
    /// The class in which `TagResource` refuses characters that are not documented (TAG-013).
    OddCharactersInResourceTags,
    /// The class in which `TagResource` refuses more than 50 tags (TAG-012).
    TooManyTagsOfAResource,
    /// `UntagResource` with a key that the resource does not have (TAG-014).
    AbsentTagOfAResource,
    /// `TagResource` and `UntagResource` on a stream that is not ACTIVE (TAG-016).
    ResourceTagsWhileNotActive,
}

/// A possible answer to an [`OpenQuestion`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Candidate {
    /// Accepted, without any change to be seen.
    NoOp,
    /// Accepted; the stream goes through UPDATING.
    Updating,
    /// Accepted.
    Accepted,
    /// The member is ignored.
    Ignored,
    /// `StreamName` decides.
    NameWins,
    /// `StreamARN` decides.
    ArnWins,
    /// Refused with InvalidArgumentException.
    InvalidArgument,
    /// Refused with ValidationException.
    Validation,
    /// Refused with ResourceNotFoundException.
    #[strum(serialize = "resource-not-found")]
    NotFound,
    /// Refused with ResourceInUseException.
    InUse,
    /// Refused with AccessDeniedException.
    AccessDenied,
    /// Refused with LimitExceededException.
    LimitExceeded,
    /// Refused with InvalidOperationException.
    InvalidOperation,
    /// Refused with KMSNotFoundException.
    KmsNotFound,
    /// Refused with KMSInvalidStateException.
    KmsInvalidState,
    /// Refused with KMSDisabledException.
    KmsDisabled,
    /// What was in force before the call.
    Before,
    /// What will be in force once the change has settled.
    After,
    /// The member is not there.
    Absent,
    /// The member says NONE.
    None,
    /// The member is there, with the default.
    Shown,
    /// By its letters.
    Letters,
    /// By its bytes in UTF-8.
    Bytes,
    /// The stream is checked before the rest of the request.
    StreamFirst,
    /// The request is checked before the stream.
    RequestFirst,
}

impl OpenQuestion {
    /// All of them.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its id, in kebab-case.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The answers that are possible, the likeliest first: that one is the reference's default.
    pub const fn candidates(self) -> &'static [Candidate] {
        match self {
            // The class is what a caller of 2022 saw, by indirect evidence (ARN-006).
            Self::NeitherNameNorArn => {
                &[Candidate::InvalidArgument, Candidate::Validation, Candidate::NotFound]
            }
            Self::NameAndArnDisagree => {
                &[Candidate::InvalidArgument, Candidate::Validation, Candidate::NotFound, Candidate::Accepted]
            }
            Self::WhichStreamWins => &[Candidate::ArnWins, Candidate::NameWins],
            // Without a resource policy that lets the caller in, IAM answers first (ORD-012).
            Self::ForeignAccountArn | Self::ForeignRegionArn | Self::ForeignPartitionArn => {
                &[Candidate::AccessDenied, Candidate::NotFound, Candidate::InvalidArgument]
            }
            Self::StreamIdSupplied => &[Candidate::Ignored, Candidate::NotFound, Candidate::InvalidArgument],
            Self::ConsumerArnGiven => {
                &[Candidate::NotFound, Candidate::InvalidArgument, Candidate::Validation]
            }
            // Stop is known to refuse NONE so (SSE-006).
            Self::StartWithNone => {
                &[Candidate::InvalidArgument, Candidate::Validation, Candidate::InvalidOperation]
            }
            Self::StartWithKeyInForce => &[Candidate::Updating, Candidate::NoOp],
            Self::StartWithSameKeyInAnotherForm => &[Candidate::After, Candidate::Before],
            Self::StopWhenNotEncrypted => &[Candidate::InvalidArgument, Candidate::NoOp, Candidate::Updating],
            Self::StopWithOtherKey | Self::StopWithSameKeyInAnotherForm | Self::StopWithMalformedKey => {
                &[Candidate::InvalidArgument, Candidate::Accepted]
            }
            Self::MalformedKeyId => &[Candidate::InvalidArgument, Candidate::KmsNotFound],
            Self::ForeignRegionKey => &[Candidate::KmsNotFound, Candidate::InvalidArgument],
            Self::KeyPendingDeletion => &[Candidate::KmsInvalidState, Candidate::KmsDisabled],
            Self::TypeWhileUpdating | Self::KeyWhileUpdating => {
                &[Candidate::After, Candidate::Before, Candidate::Absent]
            }
            Self::PutsSoonAfterActive => &[Candidate::After, Candidate::Before],
            Self::OrderOfEncryptionChecks => &[Candidate::StreamFirst, Candidate::RequestFirst],
            Self::TypeInPutsAfterStop => &[Candidate::Absent, Candidate::None],
            Self::PartitionKeyMissing => &[Candidate::Validation, Candidate::InvalidArgument],
            Self::DeleteWhileUpdating => &[Candidate::Accepted, Candidate::InUse],
            Self::DeleteWhileDeleting => &[Candidate::InUse, Candidate::Accepted],
            Self::PutWhileDeleting => &[Candidate::Accepted, Candidate::NotFound],
            Self::ShardFilterOutOfOrder => {
                &[Candidate::InvalidArgument, Candidate::Validation, Candidate::Accepted]
            }
            Self::SizeOfPartitionKey => &[Candidate::Bytes, Candidate::Letters],
            // Data that is too large by itself is refused so (VAL-003).
            Self::RecordTooLargeByItsKey => &[Candidate::Validation, Candidate::InvalidArgument],
            Self::TagsWhileCreating => &[Candidate::InUse, Candidate::NotFound, Candidate::InvalidArgument],
            // AddTagsToStream refuses too many so (TAG-001).
            Self::TooManyTagsAtCreation | Self::TooManyTagsOfAResource => {
                &[Candidate::InvalidArgument, Candidate::Validation, Candidate::LimitExceeded]
            }
            Self::RecordSizeNotStated => &[Candidate::Absent, Candidate::Shown],
            Self::IncreaseToThePeriodInForce => &[Candidate::NoOp, Candidate::Updating],
            // Terraform's provider called it so in every update, until 2016 (RET-008).
            Self::DecreaseToThePeriodInForce | Self::MetricsInForce => {
                &[Candidate::NoOp, Candidate::Updating, Candidate::InvalidArgument]
            }
            Self::RetentionAboveTheMaximum | Self::RetentionBelowOne | Self::OddCharactersInResourceTags => {
                &[Candidate::InvalidArgument, Candidate::Validation]
            }
            // RemoveTagsFromStream ignores such a key (TAG-010).
            Self::AbsentTagOfAResource => &[Candidate::Accepted, Candidate::InvalidArgument],
            Self::ResourceTagsWhileNotActive => &[Candidate::InUse, Candidate::Accepted],
            Self::OrderOfRetentionChecks => &[Candidate::StreamFirst, Candidate::RequestFirst],
            Self::RetentionWhileUpdating | Self::MetricsWhileUpdating => {
                &[Candidate::Before, Candidate::After]
            }
        }
    }

    /// The question of that id.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|question| question.name() == name)
    }
}

impl Candidate {
    /// Its name, in kebab-case.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl fmt::Display for OpenQuestion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
