use proptest::prelude::*;

use super::*;

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> ErrorAnswer {
    ErrorAnswer::read(&Response {
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.to_owned().into(),
    })
}

#[test]
fn a_modelled_error_is_read_from_the_body() {
    let read = answer(400, &[], r#"{"__type":"ResourceInUseException","message":"busy"}"#);
    assert_eq!(
        read,
        ErrorAnswer {
            class: Some("ResourceInUseException".to_owned()),
            message: Some("busy".to_owned()),
            places: vec![ErrorPlace::BodyType],
            contradictions: vec![],
            message_key: Some(MessageKey::Lower),
        }
    );
}

#[test]
fn a_capital_message_is_distinguished() {
    let read = answer(400, &[], r#"{"__type":"SerializationException","Message":"no"}"#);
    assert_eq!((read.message.as_deref(), read.message_key), (Some("no"), Some(MessageKey::Upper)));
}

#[test]
fn namespaces_and_addresses_are_stripped() {
    for text in [
        "com.amazonaws.kinesis.v20131202#FooException",
        "FooException:http://internal.amazon.com/coral/com.amazon.coral.validate/",
        "a.b#FooException:http://internal.amazon.com/x#y",
        " FooException ",
    ] {
        let read = answer(400, &[("x-amzn-errortype", text)], "");
        assert_eq!(read.class.as_deref(), Some("FooException"), "{text}");
        assert_eq!(read.places, [ErrorPlace::Header]);
    }
    assert_eq!(answer(400, &[("x-amzn-errortype", "a#")], "").class, None);
}

#[test]
fn the_body_comes_before_the_header_and_a_contradiction_is_reported() {
    let read = answer(
        400,
        &[("x-amzn-errortype", "BException")],
        r#"{"code":"AException","__type":"ns#AException"}"#,
    );
    assert_eq!(read.class.as_deref(), Some("AException"));
    assert_eq!(read.places, [ErrorPlace::BodyType, ErrorPlace::BodyCode, ErrorPlace::Header]);
    assert_eq!(read.contradictions, [(ErrorPlace::Header, "BException".to_owned())]);
}

#[test]
fn a_coral_envelope_is_an_error_whatever_the_status() {
    let body = r#"{"Output":{"__type":"com.amazon.coral.service#SerializationException","message":"m"}}"#;
    for status in [200, 400, 404] {
        let read = answer(status, &[], body);
        assert_eq!(read.class.as_deref(), Some("SerializationException"));
        assert_eq!(read.places, [ErrorPlace::Envelope]);
        assert_eq!(read.message.as_deref(), Some("m"));
    }
}

#[test]
fn an_accepted_answer_carries_no_error() {
    for body in ["", "{}", r#"{"__type":"X","message":"y"}"#, r#"{"Output":{"message":"m"}}"#] {
        assert_eq!(
            answer(200, &[("x-amzn-errortype", "XException")], body),
            ErrorAnswer::default(),
            "{body}"
        );
    }
}

#[test]
fn xml_errors_of_the_service_are_read() {
    let read = answer(
        403,
        &[],
        "<AccessDeniedException>\n  <Message>Unable &amp; &lt;so&gt;</Message>\n</AccessDeniedException>\n",
    );
    assert_eq!(read.class.as_deref(), Some("AccessDeniedException"));
    assert_eq!(read.message.as_deref(), Some("Unable & <so>"));
    assert_eq!((read.places, read.message_key), (vec![ErrorPlace::Xml], Some(MessageKey::Upper)));
    let bare = answer(404, &[], "<UnknownOperationException/>\n");
    assert_eq!((bare.class.as_deref(), bare.message), (Some("UnknownOperationException"), None));
}

#[test]
fn xml_errors_of_the_query_protocol_are_read() {
    let read = answer(
        400,
        &[],
        "<?xml version=\"1.0\"?>\n<!-- x -->\n<ErrorResponse xmlns=\"http://x\"><Error><Type>Sender</Type>\
         <Code>InvalidAction</Code><Message>m</Message></Error></ErrorResponse>",
    );
    assert_eq!(read.class.as_deref(), Some("InvalidAction"));
    assert_eq!(answer(500, &[], "<ErrorResponse/>").class, None);
}

#[test]
fn a_web_page_names_no_class() {
    for page in
        ["<!DOCTYPE html><html><title>502</title></html>", "<HTML></HTML>", "<!doctype html><title>No"]
    {
        assert_eq!(answer(502, &[], page), ErrorAnswer::default());
    }
}

#[test]
fn odd_types_are_passed_over() {
    let read = answer(500, &[], r#"{"__type":5,"code":null,"message":["x"],"Message":"reported"}"#);
    assert_eq!((read.class, read.message.as_deref()), (None, Some("reported")));
    assert_eq!(answer(500, &[], "[1]"), ErrorAnswer::default());
}

fn cbor_answer(status: u16, body: &[u8]) -> ErrorAnswer {
    let content_type = ("content-type".to_owned(), "application/x-amz-cbor-1.1".to_owned());
    ErrorAnswer::read(&Response { status, headers: vec![content_type], body: body.to_vec().into() })
}

#[test]
fn the_services_own_error_in_cbor_is_read() {
    // The bytes of WIRE-018.
    for (class, head) in
        [("UnknownOperationException", &[0x78, 0x19][..]), ("SerializationException", &[0x76])]
    {
        let body = [b"\xbf\x66__type", head, class.as_bytes(), b"\xff"].concat();
        let read = cbor_answer(400, &body);
        assert_eq!((read.class.as_deref(), read.message), (Some(class), None));
        assert_eq!(read.places, [ErrorPlace::BodyType]);
    }
}

#[test]
fn a_modelled_error_in_cbor_is_read() {
    // The form of WIRE-031.
    let body = Value::from([("__type", "ResourceNotFoundException".into()), ("message", "gone".into())]);
    let read = cbor_answer(400, &crate::wire::cbor::encode(&body));
    assert_eq!(read.class.as_deref(), Some("ResourceNotFoundException"));
    assert_eq!((read.message.as_deref(), read.message_key), (Some("gone"), Some(MessageKey::Lower)));
}

#[test]
fn a_body_is_read_in_the_encoding_that_its_content_type_names_alone() {
    let body = Value::from([("__type", "XException".into())]);
    let cbor = crate::wire::cbor::encode(&body);
    let read = ErrorAnswer::read(&Response { status: 400, headers: vec![], body: cbor.into() });
    assert_eq!(read.class, None);
    assert_eq!(cbor_answer(400, br#"{"__type":"XException"}"#).class, None);
}

proptest! {
    #[test]
    fn any_body_can_be_read(
        status in 100_u16..600,
        body in prop_oneof![any::<Vec<u8>>(), "[<>?!/ a-zA-Z&;-]{0,40}".prop_map(String::into_bytes)],
    ) {
        cbor_answer(status, &body);
        ErrorAnswer::read(&Response { status, headers: vec![], body: body.into() });
    }
}
