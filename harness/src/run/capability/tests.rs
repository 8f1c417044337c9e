use super::*;
use crate::log::BodyText;
use crate::testing::cases;
use crate::wire::{NoAnswer, NoAnswerKind};

fn answered(status: u16, body: &str) -> ResponseText {
    cases::answer(status, body)
}

#[test]
fn an_answer_that_differs_only_by_the_operations_name_is_alike() {
    let made_up = answered(400, &format!(r#"{{"message":"Operation {MADE_UP} is not supported"}}"#));
    let same = answered(400, r#"{"message":"Operation ListShards is not supported"}"#);
    let other_status = answered(404, r#"{"message":"Operation ListShards is not supported"}"#);
    let other_text = answered(400, r#"{"message":"1 validation error detected"}"#);
    let alike = likeness(&made_up, MADE_UP);
    assert_eq!(likeness(&same, "ListShards"), alike);
    assert_ne!(likeness(&other_status, "ListShards"), alike);
    assert_ne!(likeness(&other_text, "ListShards"), alike);
    assert_ne!(likeness(&same, "ListStreams"), alike, "the name of another operation says something");
}

#[test]
fn headers_do_not_make_a_difference_and_bytes_that_are_no_text_do() {
    let mut with_id = answered(400, "{}");
    if let ResponseText::Answer { headers, .. } = &mut with_id {
        headers.push(("x-amzn-requestid".to_owned(), "differs every time".to_owned()));
    }
    assert_eq!(likeness(&with_id, "ListShards"), likeness(&answered(400, "{}"), MADE_UP));
    let mut bytes = answered(400, "");
    if let ResponseText::Answer { body, .. } = &mut bytes {
        *body = BodyText::Base64("oA==".to_owned());
    }
    assert_ne!(likeness(&bytes, "ListShards"), likeness(&answered(400, "{}"), MADE_UP));
}

#[test]
fn no_answer_is_like_nothing_that_was_answered() {
    let why = NoAnswer { kind: NoAnswerKind::Closed, text: "closed".to_owned() };
    let none = ResponseText::None(why);
    assert_eq!(likeness(&none, "ListShards"), None);
    assert_eq!(excerpt(&none), "no answer");
}

#[test]
fn the_answer_to_everything_is_reported_on_one_line() {
    let page = answered(200, "<html>\r\n\u{1b}[2J<body>It works!</body>\n</html>");
    assert_eq!(excerpt(&page), "200 <html>[2J<body>It works!</body></html>");
}

fn likeness_of(status: u16, body: &str) -> Likeness {
    (status, body.to_owned())
}

#[test]
fn an_answer_like_that_to_a_made_up_operation_says_that_it_is_unsupported() {
    let unknown = likeness_of(400, "{\"__type\":\"UnknownOperationException\"}");
    let wrong = likeness_of(400, "{\"__type\":\"ValidationException\"}");
    assert_eq!(support(Some(&unknown), Some(&unknown), false), Support::Unsupported);
    assert_eq!(support(Some(&wrong), Some(&unknown), false), Support::Supported);
}

#[test]
fn a_probe_that_breaks_gets_no_answer_or_is_accepted_says_nothing() {
    let unknown = likeness_of(400, "{\"__type\":\"UnknownOperationException\"}");
    let (broken, accepted) = (likeness_of(500, "Internal Server Error"), likeness_of(200, "{}"));
    assert_eq!(support(Some(&broken), Some(&unknown), true), Support::Unknown);
    assert_eq!(support(None, Some(&unknown), true), Support::Unknown);
    assert_eq!(support(Some(&accepted), Some(&unknown), false), Support::Unknown);
    assert_eq!(support(Some(&accepted), Some(&unknown), true), Support::Supported, "as ListStreams does");
}

#[test]
fn where_a_made_up_operation_breaks_or_is_accepted_nothing_is_known() {
    let wrong = likeness_of(400, "{\"__type\":\"ValidationException\"}");
    for made_up in [Some(likeness_of(500, "Internal Server Error")), Some(likeness_of(200, "{}")), None] {
        for answer in [Some(wrong.clone()), made_up.clone()] {
            assert_eq!(support(answer.as_ref(), made_up.as_ref(), true), Support::Unknown, "{made_up:?}");
        }
    }
}
