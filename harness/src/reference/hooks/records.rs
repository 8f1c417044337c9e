//! Records: what is stored, what is acknowledged, what is read.

use super::{HookCall, Hooks};
use crate::model::Value;
use crate::reference::fault::Fault;
use crate::spec::{Action, Answer, Branch, Effect, Status, iterator_stream};

impl Hooks {
    pub(super) fn put(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        let Effect::Put { stream, records } = &mut branch.effect else { return };
        let status =
            hook_call.account.stream(stream, hook_call.now).map(|stream| stream.status(hook_call.now));
        if status == Some(Status::Updating) {
            if self.has(Fault::RecordLostInUpdating) {
                branch.effect = Effect::Nothing;
            } else if self.has(Fault::RecordDoubledInUpdating) {
                *records = records.iter().flat_map(|record| [record.clone(), record.clone()]).collect();
            }
        }
        let Answer::Accepted(Value::Map(output)) = &mut branch.answer else { return };
        if self.has(Fault::PutWithoutType) {
            output.shift_remove("EncryptionType");
        } else if self.has(Fault::PutSaysNone) {
            output.entry("EncryptionType".to_owned()).or_insert_with(|| "NONE".into());
        }
    }

    pub(super) fn read(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        let Answer::Accepted(Value::Map(output)) = &mut branch.answer else { return };
        if hook_call.action != Action::GetRecords {
            return;
        }
        let Some(Value::List(records)) = output.get_mut("Records") else { return };
        if self.has(Fault::RecordsOutOfOrder) {
            records.reverse();
        }
        let in_force = hook_call
            .text("ShardIterator")
            .and_then(iterator_stream)
            .and_then(|name| hook_call.account.stream(&name, hook_call.now))
            .map(|stream| stream.encryption(hook_call.now).as_str());
        for record in records {
            let Value::Map(record) = record else { continue };
            if self.has(Fault::RecordWithoutType) {
                record.shift_remove("EncryptionType");
            } else if self.has(Fault::RecordSaysNone) {
                record.entry("EncryptionType".to_owned()).or_insert_with(|| "NONE".into());
            } else if self.has(Fault::MarkAtReadTime) {
                match in_force {
                    Some("KMS") => record.insert("EncryptionType".to_owned(), "KMS".into()),
                    Some(_) | None => record.shift_remove("EncryptionType"),
                };
            }
        }
    }
}
