#!/usr/bin/env bash
# A stream's life by the AWS CLI. Endpoint, region and credentials come from the environment; nothing else is set.
set -euo pipefail

name=client-cli
kinesis() { aws kinesis "$@"; }
same() {
  [ "$1" = "$2" ] && return
  printf 'expected %s, got %s\n' "$1" "$2" >&2
  exit 1
}
# Waits until the stream is ACTIVE; `updating` counts how often it was not.
active() {
  local state
  updating=0
  for _ in $(seq 60); do
    state=$(kinesis describe-stream-summary --stream-arn "$arn" --query StreamDescriptionSummary.StreamStatus --output text)
    [ "$state" = ACTIVE ] && return
    same UPDATING "$state"
    updating=$((updating + 1))
  done
  echo "the stream is not ACTIVE after 60 descriptions" >&2
  exit 1
}

kinesis create-stream --stream-name $name --shard-count 2
kinesis wait stream-exists --stream-name $name
arn=$(kinesis describe-stream --stream-name $name --query StreamDescription.StreamARN --output text)
same $name "$(kinesis describe-stream --stream-arn "$arn" --query StreamDescription.StreamName --output text)"

kinesis start-stream-encryption --stream-arn "$arn" --encryption-type KMS --key-id alias/aws/kinesis
active
[ "$updating" -gt 0 ] || { echo "UPDATING was never seen" >&2; exit 1; }
same "KMS alias/aws/kinesis" "$(kinesis describe-stream-summary --stream-arn "$arn" \
  --query 'StreamDescriptionSummary.[EncryptionType, KeyId]' --output text | tr '\t' ' ')"

# Version 1 of the CLI takes data as it is and prints base64.
read -r shard number type < <(kinesis put-record --stream-arn "$arn" --partition-key a --data text \
  --query '[ShardId, SequenceNumber, EncryptionType]' --output text)
same KMS "$type"
iterator=$(kinesis get-shard-iterator --stream-arn "$arn" --shard-id "$shard" --shard-iterator-type TRIM_HORIZON \
  --query ShardIterator --output text)
same "$number dGV4dA==" "$(kinesis get-records --shard-iterator "$iterator" \
  --query 'Records[0].[SequenceNumber, Data]' --output text | tr '\t' ' ')"

kinesis add-tags-to-stream --stream-arn "$arn" --tags purpose=test
same "purpose test" "$(kinesis list-tags-for-stream --stream-arn "$arn" --query 'Tags[].[Key, Value]' --output text | tr '\t' ' ')"

kinesis stop-stream-encryption --stream-arn "$arn" --encryption-type KMS --key-id alias/aws/kinesis
active
same NONE "$(kinesis describe-stream-summary --stream-arn "$arn" --query StreamDescriptionSummary.EncryptionType --output text)"
kinesis delete-stream --stream-arn "$arn"
kinesis wait stream-not-exists --stream-name $name
if output=$(kinesis describe-stream --stream-name $name 2>&1); then
  echo "the stream is still there" >&2
  exit 1
fi
grep -q ResourceNotFoundException <<<"$output"
