"""A stream's life by boto3. Endpoint, region and credentials come from the environment; nothing else is set."""

import time

import boto3

NAME = "client-boto3"
KEY = {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}
kinesis = boto3.client("kinesis")


def active(arn):
    """The summary once the stream is ACTIVE, and how often it was UPDATING before."""
    updating = 0
    end = time.monotonic() + 30
    while time.monotonic() < end:
        summary = kinesis.describe_stream_summary(StreamARN=arn)["StreamDescriptionSummary"]
        if summary["StreamStatus"] == "ACTIVE":
            return summary, updating
        assert summary["StreamStatus"] == "UPDATING", summary
        updating += 1
        time.sleep(0.1)
    raise AssertionError("the stream is not ACTIVE after 30 s")


kinesis.create_stream(StreamName=NAME, ShardCount=2)
kinesis.get_waiter("stream_exists").wait(StreamName=NAME)
arn = kinesis.describe_stream(StreamName=NAME)["StreamDescription"]["StreamARN"]
described = kinesis.describe_stream(StreamARN=arn)["StreamDescription"]
assert (described["StreamName"], len(described["Shards"])) == (NAME, 2), described

kinesis.start_stream_encryption(StreamARN=arn, **KEY)
summary, updating = active(arn)
assert (summary["EncryptionType"], summary["KeyId"]) == ("KMS", "alias/aws/kinesis"), summary
assert updating, "UPDATING was never seen"

text = "\u00e9 \U0001f600"
put = kinesis.put_record(StreamARN=arn, PartitionKey="a", Data=text.encode())
assert put["EncryptionType"] == "KMS", put
many = kinesis.put_records(
    StreamARN=arn, Records=[{"PartitionKey": key, "Data": b"\1\2\3"} for key in "aba"]
)
assert many["FailedRecordCount"] == 0, many
iterator = kinesis.get_shard_iterator(
    StreamARN=arn, ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON"
)["ShardIterator"]
records = kinesis.get_records(ShardIterator=iterator, StreamARN=arn)["Records"]
assert records[0]["SequenceNumber"] == put["SequenceNumber"], records
assert records[0]["Data"].decode() == text, records
assert abs(records[0]["ApproximateArrivalTimestamp"].timestamp() - time.time()) < 60, records

kinesis.add_tags_to_stream(StreamARN=arn, Tags={"purpose": "test"})
tags = kinesis.list_tags_for_stream(StreamARN=arn)["Tags"]
assert tags == [{"Key": "purpose", "Value": "test"}], tags

kinesis.stop_stream_encryption(StreamARN=arn, **KEY)
summary, _ = active(arn)
assert summary["EncryptionType"] == "NONE", summary
kinesis.delete_stream(StreamARN=arn)
kinesis.get_waiter("stream_not_exists").wait(StreamName=NAME)
try:
    kinesis.describe_stream(StreamName=NAME)
except kinesis.exceptions.ResourceNotFoundException:
    pass
else:
    raise AssertionError("the stream is still there")
