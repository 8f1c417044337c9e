#!/usr/bin/env bash
# Runs the suite against targets, keeps the records, and puts their figures, what the cases cover and
# the kill rate into the README.
# Usage: bash reports/renew.sh [TARGET…]; all targets and the reference where none is named.
set -euo pipefail
cd "$(dirname "$0")/.."

field() { sed -n "s/^$1 *[:=] *\"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p" "$2" | head -n 1; }

bin=${KINESIS_CONFORMANCE:-target/release/kinesis-conformance}
[ -n "${KINESIS_CONFORMANCE:-}" ] || cargo build --quiet --release
suite=$(field version Cargo.toml)

if [ $# -eq 0 ]; then
  set -- reference
  for profile in reports/targets/*/profile.yaml; do set -- "$@" "$(basename "$(dirname "$profile")")"; done
fi

failed=0
for target in "$@"; do
  if [ "$target" = reference ]; then
    version=$suite
    from=()
    # The kill rate; what is wrong with the table of faults is for `check` to say.
    killed=$("$bin" faults 2>/dev/null | grep -o '[0-9]* of [0-9]* faults killed') || true
    [ -z "$killed" ] || sed -i "s/[0-9]* of [0-9]* faults killed/$killed/" README.md
  else
    profile=reports/targets/$target/profile.yaml
    version=$(field version "$profile")
    from=(--target "$profile" --start --ready-timeout 1800)
  fi
  record=reports/runs/$suite/$target/$version.jsonl
  mkdir -p "$(dirname "$record")"
  echo "$target $version"
  # Failures are what a record is for; anything worse is not.
  code=0
  "$bin" run ${from[@]+"${from[@]}"} --quiet --record "$record.new" >"target/$target.txt" || code=$?
  if [ "$code" -le 1 ]; then
    # What the new record changes, for the one who commits it.
    [ ! -e "$record" ] || "$bin" compare "$record" "$record.new" || true
    mv "$record.new" "$record"
  else
    echo "$target: the run ended with $code, and its record stays as it was" >&2
    rm -f "$record.new"
    failed=1
  fi
done
"$bin" table --into README.md reports/runs/"$suite"/*/*.jsonl
"$bin" coverage --into README.md
exit "$failed"
