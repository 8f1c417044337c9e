//! The keys that exist, and what becomes of a call that names one.
//!
//! Key material, grants and policies are not here: a key has one state that says it all.

use std::collections::BTreeMap;

/// All keys and aliases that the service can see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kms {
    partition: String,
    region: String,
    account: String,
    /// Keys by ARN.
    keys: BTreeMap<String, KeyState>,
    /// Key ARNs by the alias's ARN.
    aliases: BTreeMap<String, String>,
}

/// The state of a key, as far as a call of Kinesis shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyState {
    /// It can be used.
    Enabled,
    /// It is disabled (KMS-002).
    Disabled,
    /// Its deletion is scheduled (KMS-003).
    PendingDeletion,
    /// The caller may not use it (KMS-001).
    Denied,
    /// KMS refuses calls for it by rate (KMS-006).
    Throttled,
    /// The account is not subscribed to KMS (KMS-005).
    NotOptedIn,
}

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KmsFault {
    /// KMS-001.
    AccessDenied,
    /// KMS-002.
    Disabled,
    /// KMS-003.
    InvalidState,
    /// KMS-004.
    NotFound,
    /// KMS-005.
    OptInRequired,
    /// KMS-006.
    Throttling,
}

/// What a `KeyId` leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyLookup {
    /// A key that can be used.
    Usable {
        /// Its ARN.
        arn: String,
    },
    /// No key that can be used.
    Fault(KmsFault),
    /// The ARN of a key in another region.
    ForeignRegion,
    /// A text that is none of the four forms (SSE-008).
    Malformed,
}

impl KmsFault {
    /// The class of the refusal. One has no suffix (KMS-005).
    pub const fn class(self) -> &'static str {
        match self {
            Self::AccessDenied => "KMSAccessDeniedException",
            Self::Disabled => "KMSDisabledException",
            Self::InvalidState => "KMSInvalidStateException",
            Self::NotFound => "KMSNotFoundException",
            Self::OptInRequired => "KMSOptInRequired",
            Self::Throttling => "KMSThrottlingException",
        }
    }
}

impl KeyState {
    const fn fault(self) -> Option<KmsFault> {
        match self {
            Self::Enabled => None,
            Self::Disabled => Some(KmsFault::Disabled),
            Self::PendingDeletion => Some(KmsFault::InvalidState),
            Self::Denied => Some(KmsFault::AccessDenied),
            Self::Throttled => Some(KmsFault::Throttling),
            Self::NotOptedIn => Some(KmsFault::OptInRequired),
        }
    }
}

impl Kms {
    /// The key behind `alias/aws/kinesis`.
    const MANAGED: &str = "00000000-aaaa-4aaa-8aaa-000000000000";

    /// KMS as seen from one account and region, with the managed key alone (SSE-039).
    pub fn new(partition: &str, region: &str, account: &str) -> Self {
        let mut kms = Self {
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            keys: BTreeMap::new(),
            aliases: BTreeMap::new(),
        };
        kms.add_key(Self::MANAGED, KeyState::Enabled);
        kms.add_alias("alias/aws/kinesis", Self::MANAGED);
        kms
    }

    /// Adds a key, by UUID (then it is the account's own) or by ARN, or changes its state.
    pub fn add_key(&mut self, key: &str, state: KeyState) {
        self.keys.insert(self.full_arn(key, "key/"), state);
    }

    /// Adds an alias (`alias/…`) of one of the account's keys.
    pub fn add_alias(&mut self, alias: &str, key: &str) {
        self.aliases.insert(self.full_arn(alias, ""), self.full_arn(key, "key/"));
    }

    /// What a `KeyId` leads to: a key's UUID, a key's ARN, an alias or an alias's ARN (SSE-008).
    pub fn find(&self, key_id: &str) -> KeyLookup {
        match Form::of(key_id) {
            Form::Uuid => self.state_of(&self.full_arn(key_id, "key/")),
            Form::Alias => self.behind_alias(&self.full_arn(key_id, "")),
            Form::Arn { region, .. } if region != self.region => KeyLookup::ForeignRegion,
            Form::Arn { resource: Resource::Key, .. } => self.state_of(key_id),
            Form::Arn { resource: Resource::Alias, .. } => self.behind_alias(key_id),
            Form::Malformed => KeyLookup::Malformed,
        }
    }

    /// True if both lead to one key that can be used, or are one text.
    pub fn same_key(&self, left: &str, right: &str) -> bool {
        left == right
            || match (self.find(left), self.find(right)) {
                (KeyLookup::Usable { arn: left }, KeyLookup::Usable { arn: right }) => left == right,
                (
                    KeyLookup::Usable { .. }
                    | KeyLookup::Fault(_)
                    | KeyLookup::ForeignRegion
                    | KeyLookup::Malformed,
                    _,
                ) => false,
            }
    }

    fn behind_alias(&self, arn: &str) -> KeyLookup {
        self.aliases.get(arn).map_or(KeyLookup::Fault(KmsFault::NotFound), |key| self.state_of(key))
    }

    fn state_of(&self, arn: &str) -> KeyLookup {
        match self.keys.get(arn).map(|state| state.fault()) {
            Some(None) => KeyLookup::Usable { arn: arn.to_owned() },
            Some(Some(fault)) => KeyLookup::Fault(fault),
            None => KeyLookup::Fault(KmsFault::NotFound),
        }
    }

    fn full_arn(&self, id: &str, kind: &str) -> String {
        if id.starts_with("arn:") {
            return id.to_owned();
        }
        format!("arn:{}:kms:{}:{}:{kind}{id}", self.partition, self.region, self.account)
    }
}

/// The four forms of a `KeyId` (SSE-008).
enum Form<'a> {
    Uuid,
    Alias,
    Arn { region: &'a str, resource: Resource },
    Malformed,
}

/// What an ARN of KMS is about.
enum Resource {
    Key,
    Alias,
}

impl<'a> Form<'a> {
    fn of(key_id: &'a str) -> Self {
        if is_uuid(key_id) {
            return Self::Uuid;
        }
        if is_alias(key_id) {
            return Self::Alias;
        }
        let mut parts = key_id.splitn(6, ':');
        let mut next = || parts.next().unwrap_or_default();
        let [arn, partition, service, region, account, resource] =
            [next(), next(), next(), next(), next(), next()];
        let well_formed = arn == "arn"
            && partition.starts_with("aws")
            && service == "kms"
            && !region.is_empty()
            && account.len() == 12
            && account.bytes().all(|byte| byte.is_ascii_digit());
        match resource.strip_prefix("key/") {
            Some(uuid) if well_formed && is_uuid(uuid) => Self::Arn { region, resource: Resource::Key },
            None if well_formed && is_alias(resource) => Self::Arn { region, resource: Resource::Alias },
            Some(_) | None => Self::Malformed,
        }
    }
}

fn is_alias(text: &str) -> bool {
    text.strip_prefix("alias/").is_some_and(|name| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-'))
    })
}

/// Also the ids of multi-Region keys, which are `mrk-` and 32 digits.
fn is_uuid(text: &str) -> bool {
    let hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text.strip_prefix("mrk-") {
        Some(digits) => digits.len() == 32 && hexadecimal(digits),
        None => {
            let lengths = text.split('-').map(str::len);
            lengths.eq([8, 4, 4, 4, 12]) && text.split('-').all(hexadecimal)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "11111111-aaaa-4aaa-8aaa-000000000001";

    fn kms() -> Kms {
        let mut kms = Kms::new("aws", "us-east-1", "123456789012");
        kms.add_key(KEY, KeyState::Enabled);
        kms.add_alias("alias/mine", KEY);
        kms
    }

    #[test]
    fn all_four_forms_lead_to_the_same_key() {
        let arn = format!("arn:aws:kms:us-east-1:123456789012:key/{KEY}");
        for form in [KEY, &arn, "alias/mine", "arn:aws:kms:us-east-1:123456789012:alias/mine"] {
            assert_eq!(kms().find(form), KeyLookup::Usable { arn: arn.clone() }, "{form}");
            assert!(kms().same_key(KEY, form), "{form}");
        }
        assert!(!kms().same_key(KEY, "alias/aws/kinesis"));
    }

    #[test]
    fn each_state_has_its_own_class() {
        for (state, class) in [
            (KeyState::Disabled, "KMSDisabledException"),
            (KeyState::PendingDeletion, "KMSInvalidStateException"),
            (KeyState::Denied, "KMSAccessDeniedException"),
            (KeyState::Throttled, "KMSThrottlingException"),
            (KeyState::NotOptedIn, "KMSOptInRequired"),
        ] {
            let mut kms = kms();
            kms.add_key(KEY, state);
            let KeyLookup::Fault(fault) = kms.find("alias/mine") else { panic!("{state:?} can be used") };
            assert_eq!(fault.class(), class);
        }
    }

    #[test]
    fn well_formed_ids_of_no_key_are_not_found() {
        for unknown in [
            "99999999-aaaa-4aaa-8aaa-000000000001",
            "alias/none",
            "arn:aws:kms:us-east-1:123456789012:alias/none",
        ] {
            assert_eq!(kms().find(unknown), KeyLookup::Fault(KmsFault::NotFound), "{unknown}");
        }
    }

    #[test]
    fn anything_else_is_malformed() {
        for malformed in [
            "",
            "not a key",
            "alias/",
            "aliases/x",
            "11111111aaaa4aaa8aaa000000000001",
            "arn:aws:kms:us-east-1:12345678901:key/x",
            "arn:aws:kinesis:us-east-1:123456789012:key/11111111-aaaa-4aaa-8aaa-000000000001",
            "arn:aws:kms:us-east-1:123456789012:key/short",
        ] {
            assert_eq!(kms().find(malformed), KeyLookup::Malformed, "{malformed}");
        }
    }

    #[test]
    fn a_key_in_another_region_is_distinguished() {
        let arn = format!("arn:aws:kms:eu-west-1:123456789012:key/{KEY}");
        assert_eq!(kms().find(&arn), KeyLookup::ForeignRegion);
    }
}
