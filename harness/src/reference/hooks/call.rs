//! Before the step: what the specification is given in place of the call.

use indexmap::IndexMap;

use super::{Asked, Hooks};
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
    pub(in crate::reference) fn call(&self, asked: Asked<'_>) -> (Value, Millis) {
        let mut input = asked.input.clone();
        if let Value::Map(members) = &mut input {
            self.address(asked, members);
            if asked.is_start() {
                self.encryption_type(members);
                self.key(asked, members);
            }
            self.partition_key(asked, members);
            let none = Value::from("NONE");
            if asked.is_stop()
                && self.has(Fault::StopTypeIgnored)
                && members.get("EncryptionType") == Some(&none)
            {
                members.insert("EncryptionType".to_owned(), "KMS".into());
            }
        }
        (input, self.time(asked))
    }

    /// A later time, at which the transition that forbids the call is over.
    fn time(&self, asked: Asked<'_>) -> Millis {
        let Some(stream) = asked.stream() else { return asked.now };
        let overlooked = match stream.status(asked.now) {
            Status::Updating => {
                (asked.is_start() && self.has(Fault::SecondStartAccepted))
                    || (asked.is_stop() && self.has(Fault::StopInUpdatingAccepted))
            }
            Status::Creating => asked.is_start() && self.has(Fault::StartInCreatingAccepted),
            Status::Active | Status::Deleting => false,
        };
        if overlooked { asked.now + LATER } else { asked.now }
    }

    fn address(&self, asked: Asked<'_>, members: &mut IndexMap<String, Value>) {
        if self.has(Fault::ArnIgnored) {
            members.shift_remove("StreamARN");
        }
        let changes_encryption = asked.is_start() || asked.is_stop();
        let Some(arn) = asked.text("StreamARN") else {
            if self.has(Fault::ArnRequired) && changes_encryption {
                members.shift_remove("StreamName");
            }
            return;
        };
        let last = arn.rsplit('/').next().unwrap_or_default();
        let disagrees = asked.text("StreamName").is_some_and(|name| name != last);
        if self.has(Fault::NameWins) && disagrees {
            members.shift_remove("StreamARN");
        }
        let is_arn = arn.starts_with("arn:") && arn.contains(":stream/");
        if (self.has(Fault::ForeignArnAccepted) && is_arn)
            || (self.has(Fault::MalformedArnAccepted) && !is_arn)
        {
            members.insert("StreamARN".to_owned(), asked.world.stream_arn(last).into());
        }
    }

    fn partition_key(&self, asked: Asked<'_>, members: &mut IndexMap<String, Value>) {
        if !self.has(Fault::PartitionKeyMissingAccepted) {
            return;
        }
        let taken = |record: &mut IndexMap<String, Value>| {
            record.entry("PartitionKey".to_owned()).or_insert_with(|| STAND_IN_PARTITION.into());
        };
        if asked.action == Action::PutRecord {
            taken(members);
        } else if asked.action == Action::PutRecords
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

    fn key(&self, asked: Asked<'_>, members: &mut IndexMap<String, Value>) {
        let taken = match asked.text("KeyId") {
            None => self.has(Fault::KeyIdDefaulted) && !members.contains_key("KeyId"),
            Some("") => self.has(Fault::KeyEmptyAccepted),
            Some(key) if key.chars().count() > LONGEST_KEY => self.has(Fault::KeyTooLongAccepted),
            Some(key) => match asked.world.kms.find(key) {
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
        let alias = asked.text("KeyId").is_some_and(|key| key.contains("alias/") && key != STAND_IN);
        if self.has(Fault::AliasNotResolved) && alias {
            members.insert("KeyId".to_owned(), "00000000-0000-4000-8000-000000000000".into());
        }
    }
}
