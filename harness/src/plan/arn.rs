//! ARNs made from a stream's own, as the target's Describe shows it: with one part changed, or for
//! keys of the same account. Pure.

use crate::case::ast::ArnChange;

/// The ARN with one part changed; `None` if it is no ARN.
pub(crate) fn changed(arn: &str, change: ArnChange) -> Option<String> {
    let mut parts: Vec<&str> = arn.splitn(6, ':').collect();
    if parts.len() < 6 {
        return None;
    }
    match change {
        ArnChange::Account => parts[4] = other_than(parts[4], "210987654321", "123456789012"),
        ArnChange::Region => parts[3] = other_than(parts[3], "eu-central-1", "us-west-2"),
        ArnChange::Partition => parts[1] = other_than(parts[1], "aws-cn", "aws"),
        ArnChange::Consumer => return Some(format!("{arn}/consumer/conformance:1700000000")),
    }
    Some(parts.join(":"))
}

fn other_than<'a>(own: &str, first: &'a str, second: &'a str) -> &'a str {
    if own == first { second } else { first }
}

/// The ARN of a key or alias in the account and region of a stream; an ARN stays as it is.
pub(crate) fn of_key(stream_arn: &str, key: &str) -> Option<String> {
    if key.starts_with("arn:") {
        return Some(key.to_owned());
    }
    let parts: Vec<&str> = stream_arn.splitn(6, ':').collect();
    let [_, partition, _, region, account, _] = parts.as_slice() else { return None };
    let kind = if key.starts_with("alias/") { "" } else { "key/" };
    Some(format!("arn:{partition}:kms:{region}:{account}:{kind}{key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:kinesis:us-east-1:123456789012:stream/a";

    #[test]
    fn each_change_changes_its_own_part_alone() {
        for (change, expected) in [
            (ArnChange::Account, "arn:aws:kinesis:us-east-1:210987654321:stream/a"),
            (ArnChange::Region, "arn:aws:kinesis:eu-central-1:123456789012:stream/a"),
            (ArnChange::Partition, "arn:aws-cn:kinesis:us-east-1:123456789012:stream/a"),
            (
                ArnChange::Consumer,
                "arn:aws:kinesis:us-east-1:123456789012:stream/a/consumer/conformance:1700000000",
            ),
        ] {
            assert_eq!(changed(ARN, change).as_deref(), Some(expected));
        }
        assert_eq!(changed("no arn", ArnChange::Region), None);
    }

    #[test]
    fn a_part_that_has_the_other_value_already_gets_a_third() {
        let foreign = changed(ARN, ArnChange::Account).expect("an ARN");
        assert_eq!(changed(&foreign, ArnChange::Account).as_deref(), Some(ARN));
    }

    #[test]
    fn keys_and_aliases_get_the_account_of_the_stream() {
        assert_eq!(of_key(ARN, "k").as_deref(), Some("arn:aws:kms:us-east-1:123456789012:key/k"));
        assert_eq!(of_key(ARN, "alias/a").as_deref(), Some("arn:aws:kms:us-east-1:123456789012:alias/a"));
        assert_eq!(of_key(ARN, "arn:aws:kms:x").as_deref(), Some("arn:aws:kms:x"));
    }
}
