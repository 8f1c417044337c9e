//! Records: what is stored and what is read.

use super::{Asked, Hooks};
use crate::model::Value;
use crate::reference::fault::Hook;
use crate::spec::{Action, Answer, Branch, Effect, Status, iterator_stream};

impl Hooks {
    pub(super) fn put(&self, asked: Asked<'_>, branch: &mut Branch) {
        let Effect::Put { stream, records } = &mut branch.effect else { return };
        let status = asked.world.stream(stream, asked.now).map(|stream| stream.status(asked.now));
        if status == Some(Status::Updating) && self.has(Hook::RecordDoubledInUpdating) {
            *records = records.iter().flat_map(|record| [record.clone(), record.clone()]).collect();
        }
    }

    pub(super) fn read(&self, asked: Asked<'_>, branch: &mut Branch) {
        let Answer::Accepted(Value::Map(output)) = &mut branch.answer else { return };
        if asked.action != Action::GetRecords || !self.has(Hook::MarkAtReadTime) {
            return;
        }
        let Some(Value::List(records)) = output.get_mut("Records") else { return };
        let in_force = asked
            .text("ShardIterator")
            .and_then(iterator_stream)
            .and_then(|name| asked.world.stream(&name, asked.now))
            .map(|stream| stream.encryption(asked.now).word());
        for record in records {
            let Value::Map(record) = record else { continue };
            match in_force {
                Some("KMS") => record.insert("EncryptionType".to_owned(), "KMS".into()),
                Some(_) | None => record.shift_remove("EncryptionType"),
            };
        }
    }
}
