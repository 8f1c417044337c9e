//! Random sequences of calls: nothing panics, and every account stays in order.

use proptest::prelude::*;

use super::*;

fn operation() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(Action::ALL.iter().map(|action| action.name()).collect::<Vec<_>>())
}

fn value(member: &'static str) -> BoxedStrategy<Value> {
    let texts =
        |texts: &'static [&'static str]| proptest::sample::select(texts).prop_map(Value::from).boxed();
    match member {
        "StreamName" | "ExclusiveStartStreamName" => texts(&["a", "b", "", "not a name"]),
        "StreamARN" => texts(&[
            "arn:aws:kinesis:us-east-1:123456789012:stream/a",
            "arn:aws:kinesis:us-east-1:210987654321:stream/a",
            "arn:aws:kinesis:us-east-1:123456789012:stream/\u{e9}",
            "arn",
        ]),
        "EncryptionType" => texts(&["KMS", "KMS", "KMS", "NONE", "kms"]),
        "KeyId" => texts(&["alias/aws/kinesis", UUID_KEY, OTHER_KEY, "alias/none", "no key", ""]),
        "ShardId" => texts(&["0", "shardId-000000000001", "x", "-"]),
        "ShardIteratorType" => texts(&["LATEST", "TRIM_HORIZON", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER"]),
        "Data" => Just(Value::Blob(vec![1, 2, 3])).boxed(),
        "PartitionKey" => texts(&["a", "b", "e"]),
        "ShardCount" | "Limit" | "MaxResults" => (-1_i64..5).prop_map(Value::Integer).boxed(),
        "Timestamp" => (-5_000_i64..5_000).prop_map(|off| Value::Time(1_700_000_000_000 + off)).boxed(),
        "Tags" => Just(Value::from([("k", "v".into())])).boxed(),
        "TagKeys" => Just(Value::List(vec!["k".into()])).boxed(),
        "Records" => Just(Value::List(vec![
            Value::from([("Data", Value::Blob(vec![])), ("PartitionKey", "a".into())]),
            Value::from([("Data", Value::Blob(vec![])), ("PartitionKey", "e".into())]),
        ]))
        .boxed(),
        _ => prop_oneof![Just(Value::Null), "[0-9a-z]{0,9}".prop_map(Value::from)].boxed(),
    }
}

/// A call with the members that its operation has, each there or not.
fn drawn_call() -> impl Strategy<Value = Call> {
    operation().prop_flat_map(|name| {
        let model = Model::embedded();
        let operation = model.operation(name).expect("it is modelled");
        let members: Vec<_> = model
            .members(operation.input.as_deref())
            .map(|(member, shape)| {
                let weight = if shape.required || member == "StreamName" { 0.95 } else { 0.1 };
                (Just(member), proptest::option::weighted(weight, value(member)))
            })
            .collect();
        members.prop_map(move |members| {
            let present = members.into_iter().filter_map(|(member, value)| Some((member.to_owned(), value?)));
            Call { operation, input: Value::Map(present.collect()) }
        })
    })
}

/// What must hold of every description, whatever questions it rests on.
fn check(account: &Account, now: Millis) -> Result<(), TestCaseError> {
    for stream in account.streams(now) {
        prop_assert_eq!(&account.stream_arn(&stream.name), &stream.arn);
        let settled = stream.status(now) != Status::Updating;
        let input = Value::from([("StreamName", stream.name.as_str().into())]);
        let operation = Model::embedded().operation("DescribeStream").expect("it is modelled");
        let branches = step(account, &Call { operation, input }, now);
        prop_assert!(!settled || branches.len() == 1, "a settled stream leaves nothing open");
        for branch in branches {
            let Answer::Accepted(output) = branch.answer else {
                return Err(TestCaseError::fail("a stream that is there cannot be described"));
            };
            let description = output.get("StreamDescription").expect("it is required");
            if settled {
                let encrypted = text(description, "EncryptionType") == "KMS";
                prop_assert_eq!(encrypted, description.get("KeyId").is_some());
            }
        }
        let mut last = None;
        for shard in stream.shards(now) {
            prop_assert_eq!(shard.first_hash, last.map_or(0, |hash: u128| hash + 1));
            last = Some(shard.last_hash);
            let numbers: Vec<_> = shard.records.iter().map(|record| record.sequence).collect();
            prop_assert!(numbers.is_sorted_by(|left, right| left < right));
        }
        prop_assert!(last.is_none_or(|hash| hash == u128::MAX));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_calls_keeps_the_account_in_order(
        steps in proptest::collection::vec((drawn_call(), any::<proptest::sample::Index>(), 0_i64..120), 1..40),
    ) {
        let mut lab = Lab::new();
        for (call, index, pause) in steps {
            let before = lab.account.clone();
            let mut branches = step(&lab.account, &call, lab.now);
            prop_assert!(!branches.is_empty());
            let branch = branches.swap_remove(index.index(branches.len()));
            let refused = matches!(branch.answer, Answer::Refused { .. });
            prop_assert!(!refused || branch.effect == Effect::Nothing, "refused means unchanged");
            for (question, candidate) in &branch.choices {
                prop_assert!(question.candidates().contains(candidate));
            }
            lab.account.apply(branch.effect, lab.now, TIMES);
            prop_assert!(!refused || lab.account == before);
            check(&lab.account, lab.now)?;
            lab.pass(pause);
            check(&lab.account, lab.now)?;
        }
    }

    #[test]
    fn a_walk_by_fixed_answers_is_one_of_the_allowed_results(
        calls in proptest::collection::vec(drawn_call(), 1..20),
    ) {
        let mut lab = Lab::new();
        for call in calls {
            let result = step_with(&lab.account, &call, lab.now, &mut |question| question.candidates()[0]);
            let result = result.expect("the operation is specified");
            let all = step(&lab.account, &call, lab.now);
            prop_assert_eq!(&result, &all[0]);
            lab.account.apply(result.effect, lab.now, TIMES);
            lab.pass(60);
        }
    }
}
