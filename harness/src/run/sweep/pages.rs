//! Lists that come in pages. Pure.

use crate::case::ast::{NextPage, Pages, Resource};
use crate::model::Value;
use crate::observe::describe::at_path;
use crate::plan::bind::Bindings;

/// The input of the first page. A name that stands for nothing leaves the input empty.
pub(super) fn first_page(list: &Pages, names: &Bindings) -> Value {
    names.value(&list.call.with).ok().flatten().unwrap_or_else(Value::empty)
}

/// What identifies each element of a page: the text itself, the member that the list names, or else the
/// name that an element shows of itself.
pub(super) fn items(kind: &Resource, list: &Pages, output: &Value) -> Vec<String> {
    let member = list.key.as_ref().unwrap_or(&kind.shows_name);
    let elements = at_path(output, &list.items.value).and_then(Value::as_list).unwrap_or_default();
    let text = |element: &Value| element.as_str().or_else(|| element.get(&member.value)?.as_str()).map(str::to_owned);
    elements.iter().filter_map(text).collect()
}

/// The input of the next page; `None` if there is none. `last` = what identifies the last element.
pub(super) fn next_page(list: &Pages, input: Value, output: &Value, last: Option<&str>) -> Option<Value> {
    let (member, value) = match &list.next {
        NextPage::AfterLast { more, after } => {
            let more = output.get(&more.value) == Some(&Value::Bool(true));
            (after, Value::from(last.filter(|_| more)?))
        }
        NextPage::Token { token } => (token, output.get(&token.value).filter(|token| token.as_str().is_some())?.clone()),
    };
    let Value::Map(mut members) = input else { return None };
    members.insert(member.value.clone(), value);
    Some(Value::Map(members))
}
