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
    let text = |element: &Value| {
        element.as_str().or_else(|| element.get(&member.value)?.as_str()).map(str::to_owned)
    };
    elements.iter().filter_map(text).collect()
}

/// The input of the next page; `None` if there is none. `last` = what identifies the last element.
pub(super) fn next_page(list: &Pages, input: Value, output: &Value, last: Option<&str>) -> Option<Value> {
    let (member, value) = match &list.next {
        NextPage::AfterLast { more, after } => {
            let more = output.get(&more.value) == Some(&Value::Bool(true));
            (after, Value::from(last.filter(|_| more)?))
        }
        NextPage::Token { token } => {
            (token, output.get(&token.value).filter(|token| token.as_str().is_some())?.clone())
        }
    };
    let Value::Map(mut members) = input else { return None };
    members.insert(member.value.clone(), value);
    Some(Value::Map(members))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::ast::Resources;

    fn texts(texts: &[&str]) -> Value {
        Value::List(texts.iter().map(|text| Value::from(*text)).collect())
    }

    #[test]
    fn a_list_goes_on_behind_its_last_element_as_long_as_there_are_more() {
        let stream = &Resources::embedded().stream;
        let list = stream.list.as_ref().expect("streams are listed");
        let output = |more: bool| {
            Value::from([("StreamNames", texts(&["a", "b"])), ("HasMoreStreams", Value::from(more))])
        };
        assert_eq!(items(stream, list, &output(true)), ["a", "b"]);
        let input = first_page(list, &Bindings::default());
        let next = next_page(list, input.clone(), &output(true), Some("b"));
        assert_eq!(next, Some(Value::from([("ExclusiveStartStreamName", Value::from("b"))])));
        assert_eq!(next_page(list, input, &output(false), Some("b")), None);
    }

    #[test]
    fn a_list_with_a_token_goes_on_with_the_token_and_its_elements_show_their_names() {
        let consumer = &Resources::embedded().kinds["consumer"];
        let list = consumer.list.as_ref().expect("consumers are listed");
        let shown = Value::List(vec![Value::from([("ConsumerName", Value::from("a"))])]);
        let output = Value::from([("Consumers", shown), ("NextToken", Value::from("t"))]);
        assert_eq!(items(consumer, list, &output), ["a"]);
        let input = Value::from([("StreamARN", Value::from("arn"))]);
        let next = next_page(list, input.clone(), &output, Some("a"));
        assert_eq!(
            next,
            Some(Value::from([("StreamARN", Value::from("arn")), ("NextToken", Value::from("t"))]))
        );
        assert_eq!(next_page(list, input, &Value::from([("Consumers", texts(&[]))]), None), None);
    }
}
