use super::*;

fn planted() -> Credentials {
    Credentials {
        access_key: "AKIAPLANTED".to_owned(),
        secret_key: "planted/secret+key".to_owned(),
        session_token: Some("planted-token==".to_owned()),
    }
}

#[test]
fn every_part_of_a_pair_is_replaced_however_it_is_spelled() {
    let redactor = Redactor::of(&planted());
    let text = "AKIAPLANTED akiaplanted planted/secret+key planted\\/secret+key planted%2Fsecret%2Bkey planted-token== planted-token%3D%3D";
    assert_eq!(
        redactor.text(text),
        "[access key] [access key] [secret key] [secret key] [secret key] [session token] [session token]"
    );
    assert_eq!(Redactor::of(&Credentials::dummy()).text(text), text);
}

#[test]
fn a_signature_is_replaced_wherever_it_stands_and_other_hex_is_not() {
    let signature = "0af9".repeat(16);
    let redactor = Redactor::of(&planted());
    assert_eq!(redactor.text(&format!("Signature={signature}\r\nX: y")), "Signature=[signature]\r\nX: y");
    for other in ["0af9".repeat(17), "a".repeat(64), "0".repeat(64)] {
        assert_eq!(redactor.text(&other), other);
    }
}

#[test]
fn an_account_has_the_same_stand_in_everywhere_and_shards_keep_their_ids() {
    let redactor = Redactor::of(&planted());
    let arn = |account: &str| format!("arn:aws:kinesis:us-east-1:{account}:stream/a");
    assert_eq!(redactor.text(&arn("111122223333")), arn("900000000001"));
    assert_eq!(redactor.text("444455556666, 111122223333"), "900000000002, 900000000001");
    assert_eq!(redactor.clone().text("111122223333"), "900000000001");
    for kept in
        ["shardId-000000000000", "1732449600000", "49590338271490256608559692538361571095921575989136588898"]
    {
        assert_eq!(redactor.text(kept), kept);
    }
}

#[test]
fn bytes_keep_their_length() {
    let redactor = Redactor::of(&planted());
    let bytes = b"\xbfkAKIAPLANTED\xff111122223333\xff";
    assert_eq!(redactor.bytes(bytes), b"\xbfk***********\xff900000000001\xff");
}

#[test]
fn a_word_that_is_no_secret_is_left_alone() {
    let redactor = Redactor::of(&Credentials {
        access_key: "test".to_owned(),
        secret_key: "test".to_owned(),
        session_token: None,
    });
    assert_eq!(redactor.text("a test"), "a test");
}
