//! Before the step: what the specification is given in place of the call.

use indexmap::IndexMap;

use super::{HookCall, Hooks};
use crate::model::{Model, Shape, Value};
use crate::reference::fault::{EndingStatus, Given, Hook, InputChange, InputRule, KeyDefect, Path, Rule};
use crate::spec::{Action, KeyLookup, KmsFault, Millis, Status};

/// The alias of the managed key.
const MANAGED: &str = "alias/aws/kinesis";
/// Beyond the end of any transition.
const LATER: Millis = 60 * 60 * 1000;

impl Hooks {
    /// The input and the time that the specification is given.
    pub(in crate::reference) fn call(&self, hook_call: HookCall<'_>) -> (Value, Millis) {
        let mut input = hook_call.input.clone();
        if let Value::Map(members) = &mut input {
            self.address(hook_call, members);
            self.position(hook_call, members);
        }
        for rule in &self.rules {
            if let Rule::Input(rule) = rule
                && rule.operations.include(hook_call.action)
                && !rule.without.as_ref().is_some_and(|member| has(member, &mut input))
                && rule.gives.iter().all(|member| has(member, &mut input))
            {
                change(rule, hook_call, &mut input);
            }
        }
        (input, self.time(hook_call))
    }

    /// An iterator at a time that has passed is one behind the latest record.
    fn position(&self, hook_call: HookCall<'_>, members: &mut IndexMap<String, Value>) {
        let has_passed =
            matches!(members.get("Timestamp"), Some(Value::Time(time)) if *time <= hook_call.now);
        if self.has(Hook::TimeTakenForLatest)
            && hook_call.action == Action::GetShardIterator
            && hook_call.text("ShardIteratorType") == Some("AT_TIMESTAMP")
            && has_passed
        {
            members.insert("ShardIteratorType".to_owned(), "LATEST".into());
        }
    }

    /// A later time, at which the transition that forbids the call is over.
    fn time(&self, hook_call: HookCall<'_>) -> Millis {
        let Some(stream) = hook_call.stream() else { return hook_call.now };
        let status = match stream.status(hook_call.now) {
            Status::Updating => EndingStatus::Updating,
            Status::Creating => EndingStatus::Creating,
            Status::Active | Status::Deleting => return hook_call.now,
        };
        let overlooked = self.rules.iter().any(|rule| {
            matches!(rule, Rule::AcceptWhile(rule)
                if rule.status == status && rule.operations.include(hook_call.action))
        });
        if overlooked { hook_call.now + LATER } else { hook_call.now }
    }

    fn address(&self, hook_call: HookCall<'_>, members: &mut IndexMap<String, Value>) {
        let Some(arn) = hook_call.text("StreamARN") else { return };
        let last = arn.rsplit('/').next().unwrap_or_default();
        let disagrees = hook_call.text("StreamName").is_some_and(|name| name != last);
        if self.has(Hook::NameWins) && disagrees {
            members.shift_remove("StreamARN");
        }
        let is_arn = arn.starts_with("arn:") && arn.contains(":stream/");
        if (self.has(Hook::ForeignArnAccepted) && is_arn) || (self.has(Hook::MalformedArnAccepted) && !is_arn)
        {
            members.insert("StreamARN".to_owned(), hook_call.account.stream_arn(last).into());
        }
    }
}

fn has(member: &Path, input: &mut Value) -> bool {
    let mut found = false;
    member.in_structures(input, &mut |members, name| found |= members.contains_key(name));
    found
}

fn change(rule: &InputRule, hook_call: HookCall<'_>, input: &mut Value) {
    let model = Model::embedded();
    let operation = model.operation(hook_call.action.name());
    let shape = operation.and_then(|operation| rule.member.shape(model, operation.input.as_deref()));
    rule.member.in_structures(input, &mut |members, name| {
        if !is_given(&rule.given, members.get(name), shape, hook_call) {
            return;
        }
        match &rule.change {
            InputChange::Ignore => {
                members.shift_remove(name);
            }
            InputChange::TakeFor(text) => {
                let number = match shape {
                    Some(Shape::Integer { .. } | Shape::Long { .. }) => text.parse().ok(),
                    Some(
                        Shape::Structure { .. }
                        | Shape::List { .. }
                        | Shape::Map { .. }
                        | Shape::String { .. }
                        | Shape::Boolean
                        | Shape::Blob { .. }
                        | Shape::Timestamp,
                    )
                    | None => None,
                };
                let value = number.map_or_else(|| text.as_str().into(), Value::Integer);
                members.insert(name.to_owned(), value);
            }
        }
    });
}

fn is_given(given: &Given, value: Option<&Value>, shape: Option<&Shape>, hook_call: HookCall<'_>) -> bool {
    let text = value.and_then(Value::as_str);
    let (values, longest) = match shape {
        Some(Shape::String { values, max, .. }) => (values.as_slice(), *max),
        Some(
            Shape::Structure { .. }
            | Shape::List { .. }
            | Shape::Map { .. }
            | Shape::Integer { .. }
            | Shape::Long { .. }
            | Shape::Boolean
            | Shape::Blob { .. }
            | Shape::Timestamp,
        )
        | None => (&[][..], None),
    };
    let is_too_long = |text: &str| longest.is_some_and(|longest| text.chars().count() as u64 > longest);
    match given {
        Given::Anything => true,
        Given::Nothing => value.is_none(),
        Given::Text(given) => {
            let number = value.and_then(Value::as_integer).map(|number| number.to_string());
            text.or(number.as_deref()) == Some(given)
        }
        Given::OutsideEnum => text.is_some_and(|text| !values.iter().any(|value| value == text)),
        Given::TooLong => text.is_some_and(is_too_long),
        Given::Key(defects) => text.is_some_and(|key| {
            let of_length = !key.is_empty() && !is_too_long(key);
            of_length
                && defect(&hook_call.account.kms.find(key)).is_some_and(|defect| defects.contains(&defect))
        }),
        Given::Alias => text.is_some_and(|key| key.contains("alias/") && key != MANAGED),
    }
}

fn defect(found: &KeyLookup) -> Option<KeyDefect> {
    Some(match found {
        KeyLookup::Usable { .. } => return None,
        KeyLookup::Malformed => KeyDefect::Malformed,
        KeyLookup::ForeignRegion => KeyDefect::ForeignRegion,
        KeyLookup::Fault(KmsFault::NotFound) => KeyDefect::NotFound,
        KeyLookup::Fault(KmsFault::Disabled) => KeyDefect::Disabled,
        KeyLookup::Fault(KmsFault::InvalidState) => KeyDefect::InvalidState,
        KeyLookup::Fault(KmsFault::AccessDenied) => KeyDefect::AccessDenied,
        KeyLookup::Fault(KmsFault::Throttling) => KeyDefect::Throttling,
        KeyLookup::Fault(KmsFault::OptInRequired) => KeyDefect::OptInRequired,
    })
}
