//! Records read back, held to those that were put: none lost, none twice, in order, as stated.
//! Pure.

use crate::case::Span;
use crate::case::ast::{Node, Tree};
use crate::model::Value;

use crate::observe::matching;
use crate::observe::matching::{Members, OpenValue, value_text};
use crate::plan::bind::Bindings;

/// A record that was put.
#[derive(Clone, Debug)]
pub(crate) struct Put<'case> {
    /// What is stated of it, `Data` at least.
    pub stated: &'case Tree,
    /// How often it was put, at least once.
    pub times: usize,
    /// False if it may have been written in another state of the stream than the case means, so
    /// that only its being there counts.
    pub confirmed: bool,
}

/// A mismatch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flaw {
    /// Where the expectation stands.
    pub span: Span,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub actual: String,
}

/// What a comparison of records found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RecordsFound {
    /// Mismatches, in the order of the puts.
    pub flaws: Vec<Flaw>,
    /// Open questions that were met.
    pub open_values: Vec<OpenValue>,
}

/// Holds the records of each shard to those that were put, in the order of their puts. `whole` is
/// where a record that nobody put is reported.
pub(crate) fn compare(
    puts: &[Put<'_>],
    shards: &[Vec<Value>],
    whole: Span,
    bindings: &Bindings,
) -> RecordsFound {
    let mut found = RecordsFound::default();
    let known: Vec<Option<Value>> = puts.iter().map(|put| data_of(put.stated, bindings)).collect();
    let position = |record: &Value| {
        let data = record.get("Data");
        known.iter().position(|known| known.is_some() && known.as_ref() == data)
    };
    for (index, put) in puts.iter().enumerate() {
        let name = name_of(known[index].as_ref(), bindings);
        let all: Vec<&Value> =
            shards.iter().flatten().filter(|record| position(record) == Some(index)).collect();
        let flaw = |expected: String, actual: String| Flaw { span: put.stated.span, expected, actual };
        match all.as_slice() {
            several if several.len() < put.times => {
                found.flaws.push(flaw(format!("{name} as often as it was put"), "lost".to_owned()));
            }
            several if several.len() > put.times => {
                found.flaws.push(flaw(format!("{name} as often as it was put"), "doubled".to_owned()));
            }
            [record] if put.confirmed => {
                let compared = matching::compare(put.stated, Some(record), Members::AtLeast, bindings);
                for difference in compared.differences {
                    found.flaws.push(Flaw {
                        span: difference.span,
                        expected: format!("{name}: {} {}", difference.path, difference.expected),
                        actual: format!("{} {}", difference.path, difference.actual),
                    });
                }
                found.open_values.extend(compared.open_values);
            }
            _ => {}
        }
    }
    for shard in shards {
        for pair in shard.windows(2) {
            if let (Some(first), Some(second)) = (position(&pair[0]), position(&pair[1]))
                && first > second
            {
                let name = |index: usize| name_of(known[index].as_ref(), bindings);
                found.flaws.push(Flaw {
                    span: puts[second].stated.span,
                    expected: format!("{} before {}", name(second), name(first)),
                    actual: format!("{} before {}", name(first), name(second)),
                });
            }
        }
    }
    if let Some(stranger) = shards.iter().flatten().find(|record| position(record).is_none()) {
        let actual = name_of(stranger.get("Data"), bindings);
        found.flaws.push(Flaw { span: whole, expected: "no other records".to_owned(), actual });
    }
    found
}

/// The `Data` that is stated of a record.
pub(crate) fn data_of(stated: &Tree, bindings: &Bindings) -> Option<Value> {
    match &stated.node {
        Node::Map(members) => members.get("Data").and_then(|tree| bindings.value(tree).ok().flatten()),
        Node::Literal(_)
        | Node::Reference(_)
        | Node::List(_)
        | Node::OneOf(_)
        | Node::Matches(_)
        | Node::Above(_) => None,
    }
}

fn name_of(data: Option<&Value>, bindings: &Bindings) -> String {
    data.map_or_else(|| "a record without data".to_owned(), |data| value_text(data, bindings))
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;

    const SPAN: Span = Span { line: 1, column: 1, offset: 0, len: 1 };

    fn tree(node: Node) -> Tree {
        Tree { span: SPAN, node }
    }

    fn stated(data: &str, kind: &str) -> Tree {
        let members = [("Data", blob(data)), ("EncryptionType", Value::from(kind))];
        let members = members.into_iter().map(|(name, value)| (name.to_owned(), tree(Node::Literal(value))));
        tree(Node::Map(IndexMap::from_iter(members)))
    }

    fn blob(data: &str) -> Value {
        Value::Blob(data.as_bytes().to_vec())
    }

    fn record(data: &str, kind: &str) -> Value {
        Value::from([("Data", blob(data)), ("EncryptionType", Value::from(kind))])
    }

    fn actual(shards: &[Vec<Value>], confirmed: bool) -> Vec<String> {
        let trees = [stated("a", "KMS"), stated("b", "KMS")];
        let puts: Vec<Put<'_>> = trees.iter().map(|stated| Put { stated, times: 1, confirmed }).collect();
        let found = compare(&puts, shards, SPAN, &Bindings::default());
        found.flaws.into_iter().map(|flaw| flaw.actual).collect()
    }

    #[test]
    fn all_once_in_order_and_as_stated_is_right_on_one_shard_and_on_two() {
        let (a, b) = (record("a", "KMS"), record("b", "KMS"));
        assert_eq!(actual(&[vec![a.clone(), b.clone()]], true), [""; 0]);
        assert_eq!(actual(&[vec![b], vec![a]], true), [""; 0]);
    }

    #[test]
    fn lost_doubled_reordered_strange_and_wrongly_marked_records_are_reported() {
        let (a, b) = (record("a", "KMS"), record("b", "KMS"));
        assert_eq!(actual(&[vec![a.clone()]], true), ["lost"]);
        assert_eq!(actual(&[vec![a.clone(), b.clone(), b.clone()]], true), ["doubled"]);
        assert_eq!(actual(&[vec![b.clone(), a.clone()]], true), ["the bytes of `b` before the bytes of `a`"]);
        let strange = record("c", "KMS");
        assert_eq!(actual(&[vec![a, b.clone(), strange]], true), ["the bytes of `c`"]);
        let plain = record("a", "NONE");
        assert_eq!(actual(&[vec![plain, b]], true), ["EncryptionType `NONE`"]);
    }

    #[test]
    fn a_record_that_is_not_confirmed_need_only_be_there() {
        let (a, b) = (record("a", "NONE"), record("b", "NONE"));
        assert_eq!(actual(&[vec![a, b]], false), [""; 0]);
    }
}
