//! The keys that the reference offers, by the names that profiles use.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::spec::{Account, KeyState, Kms, Limits};

/// The account that owns everything in the reference.
pub const ACCOUNT: &str = "123456789012";
/// The region that the reference plays.
pub const REGION: &str = "us-east-1";

const ALIAS: &str = "alias/conformance";
const ENABLED_A: &str = "11111111-aaaa-4aaa-8aaa-000000000001";
const ENABLED_B: &str = "11111111-aaaa-4aaa-8aaa-000000000002";
const DISABLED: &str = "11111111-aaaa-4aaa-8aaa-000000000003";
const PENDING_DELETION: &str = "11111111-aaaa-4aaa-8aaa-000000000004";
const DENIED: &str = "11111111-aaaa-4aaa-8aaa-000000000005";
const THROTTLED: &str = "11111111-aaaa-4aaa-8aaa-000000000006";
const NOT_OPTED_IN: &str = "11111111-aaaa-4aaa-8aaa-000000000007";
const FOREIGN_REGION: &str = "arn:aws:kms:eu-west-1:123456789012:key/11111111-aaaa-4aaa-8aaa-000000000008";
const FOREIGN_ACCOUNT: &str = "arn:aws:kms:us-east-1:210987654321:key/11111111-aaaa-4aaa-8aaa-000000000009";

/// The keys of the reference: name in profiles → what a call gives as `KeyId`.
///
/// The key of another account may be used (SSE-009); the key of another region may not.
pub fn keys() -> BTreeMap<&'static str, String> {
    [
        ("managed", "alias/aws/kinesis"),
        ("enabled-a", ENABLED_A),
        ("enabled-b", ENABLED_B),
        ("alias", ALIAS),
        ("disabled", DISABLED),
        ("pending-deletion", PENDING_DELETION),
        ("denied", DENIED),
        ("throttled", THROTTLED),
        ("not-opted-in", NOT_OPTED_IN),
        ("foreign-region", FOREIGN_REGION),
        ("foreign-account", FOREIGN_ACCOUNT),
    ]
    .into_iter()
    .map(|(name, key)| (name, key.to_owned()))
    .collect()
}

/// The account that a server starts with: no streams, the keys of [`keys`].
pub(super) fn start_account(limits: Limits) -> Account {
    let mut start = Account::new("aws", REGION, ACCOUNT);
    let mut kms = Kms::new("aws", REGION, ACCOUNT);
    for (key, state) in [
        (ENABLED_A, KeyState::Enabled),
        (ENABLED_B, KeyState::Enabled),
        (DISABLED, KeyState::Disabled),
        (PENDING_DELETION, KeyState::PendingDeletion),
        (DENIED, KeyState::Denied),
        (THROTTLED, KeyState::Throttled),
        (NOT_OPTED_IN, KeyState::NotOptedIn),
        (FOREIGN_ACCOUNT, KeyState::Enabled),
    ] {
        kms.add_key(key, state);
    }
    kms.add_alias(ALIAS, ENABLED_A);
    start.kms = Arc::new(kms);
    start.limits = limits;
    start
}
