//! What `DescribeStream` and `DescribeStreamSummary` show.

use indexmap::IndexMap;

use super::memory::Counted;
use super::{HookCall, Hooks};
use crate::model::Value;
use crate::reference::fault::Hook;
use crate::spec::{Action, Answer, Branch, Encryption, KeyLookup, Status, Stream};

/// How many samples see a stream step back: more than a client needs to take it for settled.
const STEPS_BACK: std::ops::RangeInclusive<u32> = 1..=3;
/// Samples that show the new state before UPDATING. The first of them may have been under way when the change
/// was hook_call for, and proves nothing then.
const EARLY_SAMPLES: u32 = 2;
/// How many samples after the change still show the state from before.
const LATE_SAMPLES: u32 = 2;

impl Hooks {
    pub(super) fn show(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        let Some(member) = described_in(hook_call.action) else { return };
        let Answer::Accepted(Value::Map(output)) = &mut branch.answer else { return };
        let Some(Value::Map(shown)) = output.get_mut(member) else { return };
        let named = shown.get("StreamName").and_then(Value::as_str);
        let Some(stream) = named.and_then(|name| hook_call.account.stream(name, hook_call.now)) else {
            return;
        };
        self.steps(hook_call, stream, shown);
        if self.has(Hook::ShardsAlwaysShown)
            && hook_call.action == Action::DescribeStream
            && stream.status(hook_call.now) != Status::Active
        {
            let shard = Value::from([("ShardId", "shardId-000000000000".into())]);
            shown.insert("Shards".to_owned(), Value::List(vec![shard]));
        }
        self.key_shown(hook_call, stream, shown);
    }

    /// Wrong edges of a transition. Samples are counted, so that it does not depend on the pace of
    /// whoever looks.
    fn steps(&self, hook_call: HookCall<'_>, stream: &Stream, shown: &mut IndexMap<String, Value>) {
        let status = stream.status(hook_call.now);
        if status == Status::Updating
            && self.has(Hook::ActiveBeforeUpdating)
            && let Some(to) = stream.encryption_to_be(hook_call.now)
        {
            // The number of changes so far distinguishes one change from the next.
            let changes = stream.applied.count();
            if self.memory.count(stream, Counted::SamplesBefore(changes)) < EARLY_SAMPLES {
                shown.insert("StreamStatus".to_owned(), "ACTIVE".into());
                show_encryption(shown, to);
            }
        }
        if status == Status::Active
            && let Some((before, settled)) = stream.encryption_before(hook_call.now)
            && (self.has(Hook::StepsBack) || self.has(Hook::TypeShownLate))
        {
            let samples = self.memory.count(stream, Counted::SamplesAfter(settled));
            if self.has(Hook::StepsBack) && STEPS_BACK.contains(&samples) {
                shown.insert("StreamStatus".to_owned(), "UPDATING".into());
            } else if self.has(Hook::TypeShownLate) && samples < LATE_SAMPLES {
                show_encryption(shown, before);
            }
        }
    }

    fn key_shown(&self, hook_call: HookCall<'_>, stream: &Stream, shown: &mut IndexMap<String, Value>) {
        if let Some(Value::String(key)) = shown.get_mut("KeyId") {
            if self.has(Hook::KeyShownAsArn)
                && let KeyLookup::Usable { arn } = hook_call.account.kms.find(key)
            {
                *key = arn;
            } else if self.has(Hook::KeyArnShownAsId)
                && key.starts_with("arn:")
                && let Some((_, id)) = key.split_once('/')
            {
                *key = id.to_owned();
            }
        }
        if self.has(Hook::KeyKeptAfterStop)
            && stream.status(hook_call.now) == Status::Active
            && *stream.encryption(hook_call.now) == Encryption::None
            && let Some((Encryption::Key(key), _)) = stream.encryption_before(hook_call.now)
        {
            shown.insert("KeyId".to_owned(), key.as_str().into());
        }
    }
}

/// The member of the output that describes a stream.
const fn described_in(action: Action) -> Option<&'static str> {
    match action {
        Action::DescribeStream => Some("StreamDescription"),
        Action::DescribeStreamSummary => Some("StreamDescriptionSummary"),
        Action::AddTagsToStream
        | Action::CreateStream
        | Action::DecreaseStreamRetentionPeriod
        | Action::DeleteStream
        | Action::DescribeLimits
        | Action::DisableEnhancedMonitoring
        | Action::EnableEnhancedMonitoring
        | Action::GetRecords
        | Action::GetShardIterator
        | Action::IncreaseStreamRetentionPeriod
        | Action::ListShards
        | Action::ListStreams
        | Action::ListTagsForResource
        | Action::ListTagsForStream
        | Action::PutRecord
        | Action::PutRecords
        | Action::RemoveTagsFromStream
        | Action::StartStreamEncryption
        | Action::StopStreamEncryption
        | Action::TagResource
        | Action::UntagResource => None,
    }
}

fn show_encryption(shown: &mut IndexMap<String, Value>, encryption: &Encryption) {
    shown.insert("EncryptionType".to_owned(), encryption.as_str().into());
    match encryption.key() {
        Some(key) => shown.insert("KeyId".to_owned(), key.into()),
        None => shown.shift_remove("KeyId"),
    };
}
