//! Records: what is stored and what is read.

use super::{HookCall, Hooks};
use crate::model::Value;
use crate::reference::fault::Hook;
use crate::spec::{
    Action, Answer, Branch, Effect, Encryption, Mark, Millis, Status, Stream, iterator_stream,
};

/// How long after ACTIVE records are not yet encrypted: longer than SSE-013 allows.
const LATE: Millis = 8_000;

impl Hooks {
    pub(super) fn put(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        let Effect::Put { stream, records } = &mut branch.effect else { return };
        let Some(stream) = hook_call.account.stream(stream, hook_call.now) else { return };
        if stream.status(hook_call.now) == Status::Updating && self.has(Hook::RecordDoubledInUpdating) {
            *records = records.iter().flat_map(|record| [record.clone(), record.clone()]).collect();
        }
        if let Some(mark) = self.wrong_mark(stream, hook_call.now) {
            for new in records {
                new.record.mark = mark;
            }
            let Answer::Accepted(Value::Map(output)) = &mut branch.answer else { return };
            match mark.as_str() {
                Some(text) => output.insert("EncryptionType".to_owned(), text.into()),
                None => output.shift_remove("EncryptionType"),
            };
        }
    }

    /// The mark of a record that is encrypted too early or too late.
    fn wrong_mark(&self, stream: &Stream, now: Millis) -> Option<Mark> {
        if self.has(Hook::MarkedInUpdating)
            && matches!(stream.encryption_to_be(now), Some(Encryption::Key(_)))
        {
            return Some(Mark::Kms);
        }
        let late = self.has(Hook::EncryptedLate)
            && matches!(stream.encryption(now), Encryption::Key(_))
            && matches!(stream.encryption_before(now), Some((Encryption::None, settled)) if now - settled < LATE);
        late.then_some(Mark::Absent)
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
