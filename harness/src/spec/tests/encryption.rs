//! Starting, changing and stopping encryption.

use super::*;

fn start(key: &str) -> String {
    format!(r#"{{"StreamName":"s","EncryptionType":"KMS","KeyId":"{key}"}}"#)
}

fn put(lab: &mut Lab) -> Option<String> {
    let output = lab.accept("PutRecord", r#"{"StreamName":"s","Data":"","PartitionKey":"a"}"#);
    output.get("EncryptionType").and_then(Value::as_str).map(str::to_owned)
}

/// An ACTIVE stream that has been encrypted for longer than records may lag behind.
fn encrypted(key: &str) -> Lab {
    let mut lab = Lab::with_stream("s", 1);
    lab.accept("StartStreamEncryption", &start(key));
    lab.pass(10_000);
    lab
}

#[test]
fn a_start_goes_through_updating_to_active_with_the_key_as_given() {
    for key in ["alias/aws/kinesis", UUID_KEY] {
        let mut lab = Lab::with_stream("s", 1);
        lab.accept("StartStreamEncryption", &start(key));
        assert_eq!(lab.status("s"), "UPDATING");
        lab.pass(99);
        assert_eq!(lab.status("s"), "UPDATING");
        lab.pass(1);
        let description = lab.describe("s");
        assert_eq!(text(&description, "StreamStatus"), "ACTIVE");
        assert_eq!(text(&description, "EncryptionType"), "KMS");
        assert_eq!(text(&description, "KeyId"), key);
    }
}

#[test]
fn what_shows_while_updating_is_open_for_each_member() {
    let mut lab = Lab::with_stream("s", 1);
    lab.accept("StartStreamEncryption", &start(UUID_KEY));
    let branches = lab.step("DescribeStreamSummary", r#"{"StreamName":"s"}"#);
    // Whether the summary shows a record size is a question apart.
    let apart = (OpenQuestion::RecordSizeNotStated, Candidate::Shown);
    let shown: Vec<_> = branches
        .iter()
        .filter(|branch| !branch.choices.contains(&apart))
        .map(|branch| match &branch.answer {
            Answer::Accepted(output) => {
                let summary = output.get("StreamDescriptionSummary").expect("it is required");
                (summary.get("EncryptionType").cloned(), summary.get("KeyId").is_some())
            }
            Answer::Refused { class, .. } => panic!("{class}"),
        })
        .collect();
    let kinds = [Some(Value::from("KMS")), Some("NONE".into()), None];
    let expected = kinds.into_iter().flat_map(|kind| {
        // The new key, the old one (there was none), nothing.
        [true, false, false].map(|key| (kind.clone(), key))
    });
    assert_eq!(shown, expected.collect::<Vec<_>>());
}

#[test]
fn a_change_of_key_keeps_the_type_and_is_open_in_the_key_alone() {
    let mut lab = encrypted(UUID_KEY);
    lab.accept("StartStreamEncryption", &start(OTHER_KEY));
    let branches = lab.step("DescribeStream", r#"{"StreamName":"s"}"#);
    assert_eq!(branches.len(), 3);
    assert!(branches.iter().all(|branch| branch.choices[0].0 == OpenQuestion::KeyWhileUpdating));
    lab.pass(100);
    assert_eq!(text(&lab.describe("s"), "KeyId"), OTHER_KEY);
}

#[test]
fn records_are_marked_by_what_was_in_force_when_they_were_written() {
    let mut lab = Lab::with_stream("s", 1);
    assert_eq!(put(&mut lab), None);
    lab.accept("StartStreamEncryption", &start(UUID_KEY));
    assert_eq!(put(&mut lab), None, "encryption begins once the stream is ACTIVE again");
    lab.pass(10_000);
    assert_eq!(put(&mut lab).as_deref(), Some("KMS"));
    let place = r#"{"StreamName":"s","ShardId":"0","ShardIteratorType":"TRIM_HORIZON"}"#;
    let place = text(&lab.accept("GetShardIterator", place), "ShardIterator");
    let output = lab.accept("GetRecords", &format!(r#"{{"ShardIterator":"{place}"}}"#));
    let records = output.get("Records").and_then(Value::as_list).expect("a list");
    let marks: Vec<_> = records.iter().map(|record| record.get("EncryptionType").is_some()).collect();
    assert_eq!(marks, [false, false, true]);
}

#[test]
fn for_five_seconds_after_active_puts_may_be_marked_either_way() {
    let mut lab = Lab::with_stream("s", 1);
    lab.accept("StartStreamEncryption", &start(UUID_KEY));
    lab.pass(100);
    let put = r#"{"StreamName":"s","Data":"","PartitionKey":"a"}"#;
    assert_eq!(lab.step("PutRecord", put).len(), 2);
    lab.pass(5_000);
    assert_eq!(lab.step("PutRecord", put).len(), 1);
}

#[test]
fn a_stop_repeats_type_and_key_and_leaves_no_key_behind() {
    let mut lab = encrypted(UUID_KEY);
    let none = r#"{"StreamName":"s","EncryptionType":"NONE","KeyId":"x"}"#;
    assert_eq!(
        lab.refuse("StopStreamEncryption", none),
        ("InvalidArgumentException", Message::Known("Encryption type cannot be NONE.".to_owned()))
    );
    lab.accept("StopStreamEncryption", &start(UUID_KEY));
    assert_eq!(lab.status("s"), "UPDATING");
    assert_eq!(put(&mut lab).as_deref(), Some("KMS"), "encryption ends once the stream is ACTIVE again");
    lab.pass(10_000);
    let description = lab.describe("s");
    assert_eq!(text(&description, "EncryptionType"), "NONE");
    assert_eq!(description.get("KeyId"), None);
    let branches = lab.step("PutRecord", r#"{"StreamName":"s","Data":"","PartitionKey":"a"}"#);
    assert_eq!(branches.len(), 2, "absent or NONE");
}

#[test]
fn whether_a_stop_may_name_the_key_in_another_form_is_open() {
    let lab = encrypted(UUID_KEY);
    assert_eq!(classes(&lab.step("StopStreamEncryption", &start(UUID_KEY))), ["accepted"]);
    let arn = format!("arn:aws:kms:us-east-1:123456789012:key/{UUID_KEY}");
    for key in [arn.as_str(), OTHER_KEY] {
        assert_eq!(
            classes(&lab.step("StopStreamEncryption", &start(key))),
            ["InvalidArgumentException", "accepted"],
            "{key}"
        );
    }
}

#[test]
fn which_form_is_shown_after_a_start_with_the_key_in_another_form_is_open() {
    let lab = encrypted(UUID_KEY);
    let arn = format!("arn:aws:kms:us-east-1:123456789012:key/{UUID_KEY}");
    let effects: Vec<_> =
        lab.step("StartStreamEncryption", &start(&arn)).into_iter().map(|branch| branch.effect).collect();
    let to = |key: &str| Effect::Encrypt { stream: "s".to_owned(), to: Encryption::Key(key.to_owned()) };
    assert_eq!(effects, [to(&arn), to(UUID_KEY)]);
}

#[test]
fn a_stop_of_what_is_not_encrypted_is_open() {
    let lab = Lab::with_stream("s", 1);
    let branches = lab.step("StopStreamEncryption", &start(UUID_KEY));
    assert_eq!(classes(&branches), ["InvalidArgumentException", "accepted", "accepted"]);
    assert_eq!(branches[1].effect, Effect::Nothing);
    assert_ne!(branches[2].effect, Effect::Nothing);
}

#[test]
fn a_start_with_the_key_in_force_is_open() {
    let lab = encrypted(UUID_KEY);
    let branches = lab.step("StartStreamEncryption", &start(UUID_KEY));
    assert_eq!(classes(&branches), ["accepted", "accepted"]);
    assert_ne!(branches[0].effect, Effect::Nothing);
    assert_eq!(branches[1].effect, Effect::Nothing);
}

#[test]
fn a_second_change_while_updating_is_refused() {
    let mut lab = Lab::with_stream("s", 1);
    lab.accept("StartStreamEncryption", &start(UUID_KEY));
    let text = "Stream s under account 123456789012 not ACTIVE, instead in state UPDATING".to_owned();
    for operation in ["StartStreamEncryption", "StopStreamEncryption"] {
        assert_eq!(
            lab.refuse(operation, &start(UUID_KEY)),
            ("ResourceInUseException", Message::Known(text.clone()))
        );
    }
}

#[test]
fn each_state_of_a_key_refuses_with_its_class() {
    for (state, class) in [
        (KeyState::Disabled, "KMSDisabledException"),
        (KeyState::PendingDeletion, "KMSInvalidStateException"),
        (KeyState::Denied, "KMSAccessDeniedException"),
        (KeyState::Throttled, "KMSThrottlingException"),
        (KeyState::NotOptedIn, "KMSOptInRequired"),
    ] {
        let mut lab = Lab::with_stream("s", 1);
        std::sync::Arc::make_mut(&mut lab.account.kms).add_key(UUID_KEY, state);
        assert_eq!(lab.refuse("StartStreamEncryption", &start(UUID_KEY)), (class, Message::Unknown));
    }
    let mut lab = Lab::with_stream("s", 1);
    assert_eq!(lab.refuse("StartStreamEncryption", &start("alias/none")).0, "KMSNotFoundException");
    assert_eq!(
        classes(&lab.step("StartStreamEncryption", &start("no key"))),
        ["InvalidArgumentException", "KMSNotFoundException"]
    );
}

#[test]
fn two_faults_at_once_leave_the_order_open() {
    let lab = Lab::new();
    let branches = lab.step("StartStreamEncryption", &start("alias/none"));
    assert_eq!(classes(&branches), ["ResourceNotFoundException", "KMSNotFoundException"]);
    assert_eq!(branches[1].choices, [(OpenQuestion::OrderOfEncryptionChecks, Candidate::RequestFirst)]);
}

#[test]
fn the_twenty_sixth_start_within_a_day_is_refused() {
    let mut lab = Lab::with_stream("s", 1);
    for round in 0..25 {
        lab.accept("StartStreamEncryption", &start(if round % 2 == 0 { UUID_KEY } else { OTHER_KEY }));
        lab.pass(100);
    }
    assert_eq!(
        lab.refuse("StartStreamEncryption", &start(OTHER_KEY)),
        ("LimitExceededException", Message::Unknown)
    );
    assert_eq!(lab.status("s"), "ACTIVE");
    lab.pass(24 * 60 * 60 * 1000);
    lab.accept("StartStreamEncryption", &start(OTHER_KEY));
}
