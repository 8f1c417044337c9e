// A stream's life by @aws-sdk/client-kinesis with its default handler, which speaks HTTP/2. Endpoint, region and
// credentials come from the environment; nothing else is set.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import * as kinesis from "@aws-sdk/client-kinesis";

const StreamName = "client-node";
const client = new kinesis.KinesisClient({});
const send = (name, input) => client.send(new kinesis[`${name}Command`](input));

async function active(StreamARN) {
  for (const end = Date.now() + 30_000; Date.now() < end; await pause(100)) {
    const { StreamDescriptionSummary: summary } = await send("DescribeStreamSummary", { StreamARN });
    if (summary.StreamStatus === "ACTIVE") return summary;
    assert.equal(summary.StreamStatus, "UPDATING");
    updating += 1;
  }
  throw new Error("the stream is not ACTIVE after 30 s");
}
let updating = 0;

await send("CreateStream", { StreamName, ShardCount: 2 });
await kinesis.waitUntilStreamExists({ client, maxWaitTime: 60 }, { StreamName });
const { StreamDescription: { StreamARN } } = await send("DescribeStream", { StreamName });
const described = await send("DescribeStream", { StreamARN });
assert.equal(described.StreamDescription.StreamName, StreamName);
assert.equal(described.StreamDescription.Shards.length, 2);

await send("StartStreamEncryption", { StreamARN, EncryptionType: "KMS", KeyId: "alias/aws/kinesis" });
const encrypted = await active(StreamARN);
assert.deepEqual([encrypted.EncryptionType, encrypted.KeyId], ["KMS", "alias/aws/kinesis"]);
assert.ok(updating > 0, "UPDATING was never seen");

const text = "\u{e9} \u{1f600}";
const put = await send("PutRecord", { StreamARN, PartitionKey: "a", Data: new TextEncoder().encode(text) });
assert.equal(put.EncryptionType, "KMS");
const many = await send("PutRecords", {
  StreamARN,
  Records: ["a", "b", "a"].map((PartitionKey) => ({ PartitionKey, Data: new Uint8Array([1, 2, 3]) })),
});
assert.equal(many.FailedRecordCount, 0);
const { ShardIterator } = await send("GetShardIterator", {
  StreamARN, ShardId: put.ShardId, ShardIteratorType: "TRIM_HORIZON",
});
const { Records } = await send("GetRecords", { ShardIterator, StreamARN });
assert.equal(Records[0].SequenceNumber, put.SequenceNumber);
assert.equal(new TextDecoder().decode(Records[0].Data), text);
assert.ok(Records[0].ApproximateArrivalTimestamp instanceof Date);

await send("AddTagsToStream", { StreamARN, Tags: { purpose: "test" } });
const { Tags } = await send("ListTagsForStream", { StreamARN });
assert.deepEqual(Tags, [{ Key: "purpose", Value: "test" }]);

await send("StopStreamEncryption", { StreamARN, EncryptionType: "KMS", KeyId: "alias/aws/kinesis" });
assert.equal((await active(StreamARN)).EncryptionType, "NONE");
await send("DeleteStream", { StreamARN });
await kinesis.waitUntilStreamNotExists({ client, maxWaitTime: 60 }, { StreamName });
await assert.rejects(send("DescribeStream", { StreamName }), kinesis.ResourceNotFoundException);
assert.equal(client.config.requestHandler.metadata.handlerProtocol, "h2");
client.destroy();
