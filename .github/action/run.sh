#!/usr/bin/env bash
# Runs the suite for action.yml. The inputs of the action come as variables, so that no shell reads them as code.
set -euo pipefail

results=${INPUT_RESULTS:?the input "results" is empty}
mkdir -p "$results"
echo "results=$results" >>"$GITHUB_OUTPUT"

arguments=()
add() { if [ -n "$2" ]; then arguments+=("$1" "$2"); fi; }
add --endpoint "${INPUT_ENDPOINT:-}"
if [ -n "${INPUT_SPAWN:-}" ]; then
  add --spawn "$INPUT_SPAWN"
  add --ready "${INPUT_READY:-}"
  add --ready-timeout "${INPUT_READY_TIMEOUT:-}"
fi
add --target "${INPUT_PROFILE:-}"
add --known "${INPUT_KNOWN:-}"
add --level "${INPUT_LEVEL:-}"
add --budget "${INPUT_BUDGET:-}"
# The run would use the built-in reference, and a passing job would say nothing about the emulator.
if [ -z "${INPUT_ENDPOINT:-}${INPUT_SPAWN:-}${INPUT_PROFILE:-}" ]; then
  echo "::error title=kinesis-conformance::give the input \"endpoint\", \"spawn\" with \"ready\", or \"profile\""
  echo "exit-code=2" >>"$GITHUB_OUTPUT"
  exit 2
fi
while IFS= read -r line; do add --require "$line"; done <<<"${INPUT_REQUIRE:-}"
# What begins with a hyphen is a filter here, too, and not a flag.
arguments+=(--quiet --junit "$results/junit.xml" --record "$results/record.jsonl" --log "$results/log.jsonl.zst" --)
while IFS= read -r line; do if [ -n "$line" ]; then arguments+=("$line"); fi; done <<<"${INPUT_FILTERS:-}"

code=0
"${PROGRAM:?}" run "${arguments[@]}" 2>&1 | tee "$results/report.txt" || code=${PIPESTATUS[0]}
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
exit "$code"
