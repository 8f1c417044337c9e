#!/usr/bin/env bash
# The life of a stream by real clients against `serve`: bash harness/tests/clients/run.sh [PROGRAM]
# The clients get the endpoint, the region and the credentials that `serve` prints, and nothing else. What they need is
# installed below target/clients from the npm registry, PyPI and crates.io, once for each change of the lists.
set -euo pipefail
cd "$(dirname "$0")/../../.."

program=${1:-target/debug/kinesis-conformance}
here=harness/tests/clients
installed=$PWD/target/clients
scratch=$(mktemp -d)
server=
declare -A clients=()
clean_up() {
  local status=$?
  kill "${!clients[@]}" $server 2>/dev/null || true
  wait
  rm -rf "$scratch"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Installs what a list names, unless that is there already.
up_to_date() { cmp -s "$1" "$2"; }
node_client() {
  mkdir -p "$installed/node"
  up_to_date $here/node/package-lock.json "$installed/node/installed" && return
  cp $here/node/package.json $here/node/package-lock.json "$installed/node/"
  npm ci --prefix "$installed/node" --silent --no-audit --no-fund --ignore-scripts
  cp $here/node/package-lock.json "$installed/node/installed"
}
python_clients() {
  mkdir -p "$installed/python"
  up_to_date $here/python/requirements.txt "$installed/python/installed" && return
  python3 -m venv --clear "$installed/python/venv"
  "$installed/python/venv/bin/pip" install --quiet --disable-pip-version-check -r $here/python/requirements.txt
  cp $here/python/requirements.txt "$installed/python/installed"
}
rust_client() {
  cargo build --quiet --locked --manifest-path $here/rust/Cargo.toml --target-dir "$installed/rust"
}
node_client
python_clients
rust_client

# Transitions last long enough for a command that takes a second to start.
"$program" serve --listen 127.0.0.1:0 --transition 5s >"$scratch/address" 2>"$scratch/banner" &
server=$!
for _ in $(seq 100); do
  grep -q '^boto3$' "$scratch/banner" && break
  kill -0 "$server" 2>/dev/null || { cat "$scratch/banner"; exit 1; }
  sleep 0.1
done
# The variables as `serve` prints them for boto3: credentials, region, endpoint.
line=$(sed -n '/^boto3$/{n;p;}' "$scratch/banner")
read -r -a words <<<"$line"
environment=()
for word in "${words[@]}"; do
  case $word in AWS_*=*) environment+=("$word") ;; *) break ;; esac
done
[ ${#environment[@]} -eq 4 ] || { echo "serve printed no four variables: $line"; exit 1; }
# @aws-sdk has a name of its own for the region.
environment+=("AWS_REGION=us-east-1")

cp $here/node/session.mjs "$installed/node/"
client() {
  local name=$1
  shift
  # No file of settings and no variable of the caller reaches the client.
  env -i PATH="$PATH" HOME="$scratch" "${environment[@]}" timeout 120 "$@" >"$scratch/$name.txt" 2>&1 </dev/null
}
client node node "$installed/node/session.mjs" & clients[$!]="@aws-sdk/client-kinesis"
client boto3 "$installed/python/venv/bin/python" $here/python/session.py & clients[$!]=boto3
client rust "$installed/rust/debug/rust-client" & clients[$!]="aws-sdk-kinesis"
client cli env PATH="$installed/python/venv/bin:$PATH" bash $here/cli/session.sh & clients[$!]="AWS CLI"
failed=0
for process in "${!clients[@]}"; do
  if wait "$process"; then
    echo "${clients[$process]}: the whole life of a stream"
  else
    echo "${clients[$process]}: FAILED"
    failed=1
  fi
done
[ "$failed" -eq 0 ] || tail -n 30 "$scratch"/*.txt
[ "$failed" -eq 0 ]
