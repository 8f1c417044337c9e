//! Before the step: what the specification is given in place of the call.

use indexmap::IndexMap;

use super::{HookCall, Hooks};
use crate::model::Value;
use crate::reference::fault::Fault;
use crate::spec::{Action, KeyLookup, KmsFault, Millis, Status};

/// The key that stands in for one that should be refused.
const STAND_IN: &str = "alias/aws/kinesis";
/// The partition key of a record that has none.
const STAND_IN_PARTITION: &str = "none";
/// Beyond the end of any transition.
const LATER: Millis = 60 * 60 * 1000;
/// The longest `KeyId`.
const LONGEST_KEY: usize = 2048;

impl Hooks {
    /// The input and the time that the specification is given.
    pub(in crate::reference) fn call(&self, hook_call: HookCall<'_>) -> (Value, Millis) {
        let mut input = hook_call.input.clone();
        if let Value::Map(members) = &mut input {
            self.address(hook_call, members);
            if hook_call.is_start() {
                self.encryption_type(members);
                self.key(hook_call, members);
            }
            self.partition_key(hook_call, members);
            let none = Value::from("NONE");
            if hook_call.is_stop()
                && self.has(Fault::StopTypeIgnored)
                && members.get("EncryptionType") == Some(&none)
            {
                members.insert("EncryptionType".to_owned(), "KMS".into());
            }
        }
        (input, self.time(hook_call))
    }

    /// A later time, at which the transition that forbids the call is over.
    fn time(&self, hook_call: HookCall<'_>) -> Millis {
        let Some(stream) = hook_call.stream() else { return hook_call.now };
        let overlooked = match stream.status(hook_call.now) {
            Status::Updating => {
                (hook_call.is_start() && self.has(Fault::SecondStartAccepted))
                    || (hook_call.is_stop() && self.has(Fault::StopInUpdatingAccepted))
            }
            Status::Creating => hook_call.is_start() && self.has(Fault::StartInCreatingAccepted),
            Status::Active | Status::Deleting => false,
        };
        if overlooked { hook_call.now + LATER } else { hook_call.now }
    }

    fn address(&self, hook_call: HookCall<'_>, members: &mut IndexMap<String, Value>) {
        if self.has(Fault::ArnIgnored) {
            members.shift_remove("StreamARN");
        }
        let changes_encryption = hook_call.is_start() || hook_call.is_stop();
        let Some(arn) = hook_call.text("StreamARN") else {
            if self.has(Fault::ArnRequired) && changes_encryption {
                members.shift_remove("StreamName");
            }
            return;
        };
        let last = arn.rsplit('/').next().unwrap_or_default();
        let disagrees = hook_call.text("StreamName").is_some_and(|name| name != last);
        if self.has(Fault::NameWins) && disagrees {
            members.shift_remove("StreamARN");
        }
        let is_arn = arn.starts_with("arn:") && arn.contains(":stream/");
        if (self.has(Fault::ForeignArnAccepted) && is_arn)
            || (self.has(Fault::MalformedArnAccepted) && !is_arn)
        {
            members.insert("StreamARN".to_owned(), hook_call.account.stream_arn(last).into());
        }
    }

    fn partition_key(&self, hook_call: HookCall<'_>, members: &mut IndexMap<String, Value>) {
        if !self.has(Fault::PartitionKeyMissingAccepted) {
            return;
        }
        let taken = |record: &mut IndexMap<String, Value>| {
            record.entry("PartitionKey".to_owned()).or_insert_with(|| STAND_IN_PARTITION.into());
        };
        if hook_call.action == Action::PutRecord {
            taken(members);
        } else if hook_call.action == Action::PutRecords
            && let Some(Value::List(records)) = members.get_mut("Records")
        {
            for record in records {
                if let Value::Map(record) = record {
                    taken(record);
                }
            }
        }
    }

    fn encryption_type(&self, members: &mut IndexMap<String, Value>) {
        let given = members.get("EncryptionType").and_then(Value::as_str);
        let taken = match given {
            None => self.has(Fault::EncryptionTypeDefaulted) && !members.contains_key("EncryptionType"),
            Some("KMS" | "NONE") => false,
            Some("kms") if self.has(Fault::EncryptionTypeKmsAccepted) => true,
            Some(_) => self.has(Fault::EncryptionTypeUnknownAccepted),
        };
        if taken {
            members.insert("EncryptionType".to_owned(), "KMS".into());
        }
    }

    fn key(&self, hook_call: HookCall<'_>, members: &mut IndexMap<String, Value>) {
        let taken = match hook_call.text("KeyId") {
            None => self.has(Fault::KeyIdDefaulted) && !members.contains_key("KeyId"),
            Some("") => self.has(Fault::KeyEmptyAccepted),
            Some(key) if key.chars().count() > LONGEST_KEY => self.has(Fault::KeyTooLongAccepted),
            Some(key) => match hook_call.account.kms.find(key) {
                KeyLookup::Usable { .. } => false,
                KeyLookup::Malformed => self.has(Fault::KeyMalformedAccepted),
                KeyLookup::ForeignRegion => self.has(Fault::ForeignRegionKeyAccepted),
                KeyLookup::Fault(KmsFault::NotFound) => self.has(Fault::KeyUnknownAccepted),
                KeyLookup::Fault(
                    KmsFault::Disabled
                    | KmsFault::InvalidState
                    | KmsFault::AccessDenied
                    | KmsFault::Throttling
                    | KmsFault::OptInRequired,
                ) => self.has(Fault::KeyStateIgnored),
            },
        };
        if taken {
            members.insert("KeyId".to_owned(), STAND_IN.into());
        }
        let alias = hook_call.text("KeyId").is_some_and(|key| key.contains("alias/") && key != STAND_IN);
        if self.has(Fault::AliasNotResolved) && alias {
            members.insert("KeyId".to_owned(), "00000000-0000-4000-8000-000000000000".into());
        }
    }
}
