//! Wrong resources and setups are refused, each with its place in the file.

use std::sync::Arc;

use crate::case::ast::{Library, Resources};
use crate::case::diagnostic::{Diagnostic, Style, draw};
use crate::case::lint::lint;
use crate::case::span::Source;
use crate::facts::Registry;
use crate::model::Model;

const CASE: &str = "format: 1
operation: StartStreamEncryption
cases:
  a-case:
    title: A title
    kills: [skip-updating]
    given: GIVEN
    steps: {with: {EncryptionType: KMS, KeyId: $key.managed}, expect: accepted, because: [SSE-010]}
";

fn own() -> String {
    Resources::embedded().source.as_ref().expect("a file").text.clone()
}

/// What is wrong with this file of resources, and with a case that starts from `given`.
fn drawn(resources: &str, given: &str) -> Vec<String> {
    let sources: Vec<Arc<Source>> = vec![
        Source::new("cases/resources.yaml", resources),
        Source::new("cases/a/b.yaml", CASE.replace("GIVEN", given)),
    ];
    let problems = match Library::from_sources(sources) {
        Ok(library) => lint(&library, Model::embedded(), Registry::embedded()),
        Err(problems) => problems,
    };
    problems.iter().map(|problem: &Diagnostic| draw(problem, Style::default())).collect()
}

const GIVEN: &str = "{stream: {encryption: none}}";

#[test]
fn the_resources_of_this_crate_agree_with_the_model() {
    assert_eq!(drawn(&own(), GIVEN), [""; 0]);
}

#[test]
fn what_the_model_or_the_file_of_operations_contradicts_is_refused_with_its_place() {
    for (from, to, title) in [
        ("settled: [ACTIVE]", "settled: [ACTIV]", "a stream has no status `ACTIV`"),
        ("settled: [ACTIVE]", "settled: [ACTIV]", "the status `ACTIVE` is neither transient nor settled"),
        (
            "settled: [ACTIVE]",
            "settled: [ACTIVE, UPDATING]",
            "the status `UPDATING` is transient and settled",
        ),
        (
            "status: StreamStatus",
            "status: StreamStat",
            "the description of DescribeStreamSummary has no `StreamStat`",
        ),
        (
            "arn: ConsumerARN",
            "arn: ConsumerId",
            "the description of DescribeStreamConsumer has no `ConsumerId`",
        ),
        ("{name: StreamName", "{name: Name", "the description of DescribeStream has no `Name`"),
        (
            "created: StreamCreationTimestamp",
            "created: CreatedAt",
            "the description of DescribeStream has no `CreatedAt`",
        ),
        (
            "output: ConsumerDescription",
            "output: Consumer",
            "the output of DescribeStreamConsumer has no `Consumer`",
        ),
        (
            "{call: DescribeStream, ",
            "{call: DeleteStream, ",
            "DeleteStream has the effect `deletes` in the file of operations",
        ),
        (
            "call: DescribeStreamSummary",
            "call: DescribeStreamSumary",
            "unknown operation `DescribeStreamSumary`",
        ),
        (
            "create: {call: CreateStream",
            "create: {call: AddTagsToStream",
            "AddTagsToStream has the effect `changes` in the file of operations",
        ),
        (
            "ShardCount: $given.shards",
            "Shards: $given.shards",
            "`Shards` is no member of the input of CreateStream",
        ),
        (
            "address: {StreamName: $resource.name}",
            "address: {StreamName: a b}",
            "the input of DescribeStream breaks a constraint of the model",
        ),
        (
            "gone: ResourceNotFoundException",
            "gone: NotFoundException",
            "DescribeStream is not refused with `NotFoundException`",
        ),
        (
            "unchanged: [StreamStatus, EncryptionType, KeyId]",
            "unchanged: [StreamStatus, Key]",
            "no description of a stream has `Key`",
        ),
        ("items: StreamNames", "items: Streams", "the output of ListStreams has no `Streams`"),
        ("more: HasMoreTags", "more: HasMore", "the output of ListTagsForStream has no `HasMore`"),
        ("token: NextToken", "token: Token", "the input of ListStreamConsumers has no `Token`"),
        ("value: Value", "value: Text", "an element of `Tags` has no `Text`"),
        ("token: NextToken", "more: a", "a list that does not say where its next page comes from"),
        ("    list: {call: ListStreams,", "    lst: {call: ListStreams,", "unknown key `lst` in a resource"),
        ("{StreamName: $resource.name}", "{StreamName: $each.name}", "`$each.name` in the file of resources"),
        ("  stream:\n", "  a-stream:\n", "the file of resources has no `stream`"),
    ] {
        refused(from, to, title);
    }
}

#[test]
fn a_setup_that_leads_nowhere_is_refused_with_its_place() {
    const ACTIVE: &str = "active: {resource: stream, await: {StreamStatus: ACTIVE}}";
    for (from, to, title) in [
        (ACTIVE, &*ACTIVE.replace("ACTIVE", "READY"), "`READY` is no settled status of a stream"),
        (ACTIVE, &*ACTIVE.replace("ACTIVE", "UPDATING"), "`UPDATING` is no settled status of a stream"),
        (ACTIVE, &*ACTIVE.replace("StreamStatus", "Status"), "no description of a stream has `Status`"),
        (ACTIVE, "active: {resource: stream, await: {KeyId: a}}", "a setup that awaits no `StreamStatus`"),
        (
            ACTIVE,
            "active: {resource: stream, await: gone}",
            "a setup that awaits `gone` begins with `create`",
        ),
        (ACTIVE, "active: {resource: stream}", "a setup says which state it reaches"),
        (ACTIVE, &*ACTIVE.replace("resource: stream", "resource: steam"), "unknown resource `steam`"),
        (
            ACTIVE,
            &*ACTIVE.replace("stream,", "stream, from: gone,"),
            "`gone` leaves no resource to go on with",
        ),
        (
            ACTIVE,
            &*ACTIVE.replace("stream,", "stream, from: encrypted,"),
            "the setup `active` comes before itself",
        ),
        ("begins: CREATING", "begins: ACTIVE", "`ACTIVE` is no transient status of a stream"),
        (
            "  deleting:\n",
            "  deletin:\n",
            "the file of resources has no setup `deleting`, which `given` may name",
        ),
        (
            "call: StartStreamEncryption",
            "call: StartStreamEncription",
            "unknown operation `StartStreamEncription`",
        ),
        ("from: active", "from: activ", "unknown setup `activ`"),
        (
            "KeyId: alias/aws/kinesis",
            "Key: alias/aws/kinesis",
            "`Key` is no member of the input of StartStreamEncryption",
        ),
        (
            "      - {call: DeleteStream, with: {StreamName: $resource.name}}",
            "      - {call: DescribeStream, with: {StreamName: $resource.name}}",
            "DescribeStream changes no resource",
        ),
    ] {
        refused(from, to, title);
    }
}

fn refused(from: &str, to: &str, title: &str) {
    let own = own();
    assert!(own.contains(from), "{from}");
    let all = drawn(&own.replace(from, to), GIVEN);
    let found = all.iter().find(|drawn| drawn.contains(title));
    let found = found.unwrap_or_else(|| panic!("{to}: {title}\n{}", all.join("\n")));
    assert!(found.contains("cases/resources.yaml"), "{found}");
}

#[test]
fn a_case_names_setups_that_follow_each_other() {
    let more = "  registered: {resource: consumer, await: {ConsumerStatus: ACTIVE}}
  tagged:
    resource: stream
    from: active
    calls: [{call: AddTagsToStream, with: {StreamName: $resource.name, Tags: {team: a}}}]
    await: {StreamStatus: ACTIVE}
";
    let resources = own() + more;
    let wrong = |given: &str| drawn(&resources, given);
    assert_eq!(wrong("{stream: {setup: tagged}}"), [""; 0]);
    assert_eq!(wrong("{stream: {encryption: $key.managed, setup: [tagged], status: updating}}"), [""; 0]);
    assert_eq!(wrong("{stream: {encryption: none}, other: {setup: registered}}"), [""; 0]);
    for (given, title) in [
        ("{stream: {setup: taged}}", "unknown setup `taged`"),
        ("{stream: {setup: encrypted}}", "a setup that needs the key of `encryption`"),
        (
            "{stream: {encryption: $key.managed, status: creating}}",
            "`creating` begins with the creation, and `active` comes before it",
        ),
        (
            "{stream: {setup: [deleting, tagged]}}",
            "`deleting` does not wait for a state that another setup could",
        ),
        (
            "{stream: {encryption: none}, other: {setup: [registered, tagged]}}",
            "`registered` and `tagged` are setups of two resources",
        ),
        ("{stream: {setup: registered}}", "a consumer belongs to `stream`"),
    ] {
        let all = wrong(given);
        let found = all.iter().find(|drawn| drawn.contains(title));
        let found = found.unwrap_or_else(|| panic!("{given}: {title}\n{}", all.join("\n")));
        assert!(found.contains("cases/a/b.yaml:7"), "{found}");
    }
}
