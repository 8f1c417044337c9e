//! Records: what is stored and what is read.

use super::{HookCall, Hooks};
use crate::model::Value;
use crate::reference::fault::Hook;
use crate::spec::{Action, Answer, Branch, Effect, Status, iterator_stream};

impl Hooks {
    pub(super) fn put(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        let Effect::Put { stream, records } = &mut branch.effect else { return };
        let status =
            hook_call.account.stream(stream, hook_call.now).map(|stream| stream.status(hook_call.now));
        if status == Some(Status::Updating) && self.has(Hook::RecordDoubledInUpdating) {
            *records = records.iter().flat_map(|record| [record.clone(), record.clone()]).collect();
        }
    }

    pub(super) fn read(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        let Answer::Accepted(Value::Map(output)) = &mut branch.answer else { return };
        if hook_call.action != Action::GetRecords || !self.has(Hook::MarkAtReadTime) {
            return;
        }
        let Some(Value::List(records)) = output.get_mut("Records") else { return };
        let in_force = hook_call
            .text("ShardIterator")
            .and_then(iterator_stream)
            .and_then(|name| hook_call.account.stream(&name, hook_call.now))
            .map(|stream| stream.encryption(hook_call.now).as_str());
        for record in records {
            let Value::Map(record) = record else { continue };
            match in_force {
                Some("KMS") => record.insert("EncryptionType".to_owned(), "KMS".into()),
                Some(_) | None => record.shift_remove("EncryptionType"),
            };
        }
    }
}
