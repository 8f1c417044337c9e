//! Before the answer is sent: members of an output that are others.

use indexmap::IndexMap;

use super::Hooks;
use super::values::spell;
use crate::model::Value;
use crate::reference::fault::{OutputChange, Rule};
use crate::spec::Action;

impl Hooks {
    pub(super) fn output(&self, action: Action, output: &mut Value) {
        for rule in &self.rules {
            let Rule::Output(rule) = rule else { continue };
            if rule.operations.include(action) {
                rule.member.in_structures(output, &mut |members, name| change(&rule.change, members, name));
            }
        }
    }
}

fn change(change: &OutputChange, members: &mut IndexMap<String, Value>, name: &str) {
    match change {
        OutputChange::Drop => {
            members.shift_remove(name);
        }
        OutputChange::DropText(text) => {
            if members.get(name).and_then(Value::as_str) == Some(text) {
                members.shift_remove(name);
            }
        }
        OutputChange::Set(text) => {
            members.insert(name.to_owned(), text.as_str().into());
        }
        OutputChange::SetNumber(number) => {
            members.insert(name.to_owned(), Value::Integer(*number));
        }
        OutputChange::SetMissing(text) => {
            members.entry(name.to_owned()).or_insert_with(|| text.as_str().into());
        }
        OutputChange::NullMissing => {
            members.entry(name.to_owned()).or_insert(Value::Null);
        }
        OutputChange::Rename(to) => {
            if let Some(value) = members.shift_remove(name) {
                members.insert(to.clone(), value);
            }
        }
        OutputChange::Reverse => {
            if let Some(Value::List(elements)) = members.get_mut(name) {
                elements.reverse();
            }
        }
        OutputChange::Form(form) => {
            if let Some(value) = members.get_mut(name) {
                spell(value, *form);
            }
        }
    }
}
