#!/usr/bin/env bash
# Starts kinesis-local on loopback: http on PORT, https on PORT + 1. Usage: start.sh PORT
# Installs it from the npm registry the first time, below target/ or $TARGETS_DIR; with INSTALL_ONLY=1 no more than that.
set -euo pipefail
port=${1:?usage: start.sh PORT}
version=0.6.2
home=${TARGETS_DIR:-$(dirname "$0")/../../../target/targets}/kinesis-local-$version
if [ ! -e "$home/installed" ]; then
  mkdir -p "$home"
  npm install --prefix "$home" --no-save --no-audit --no-fund "kinesis-local@$version" >&2
  touch "$home/installed"
fi
[ -z "${INSTALL_ONLY:-}" ] || exit 0
cd "$home"
# It takes no address and listens on all of them: give every listen() a host.
cat >loopback.cjs <<'J'
const server = require("net").Server.prototype;
const listen = server.listen;
server.listen = function (first, ...rest) {
  if (first && typeof first === "object" && "port" in first) first = { ...first, host: "127.0.0.1" };
  else if (typeof first === "number") rest = ["127.0.0.1", ...(typeof rest[0] === "string" ? rest.slice(1) : rest)];
  return listen.call(this, first, ...rest);
};
J
loopback=$PWD/loopback.cjs
cd node_modules/kinesis-local
export KINESIS_MOCK_PLAIN_PORT="$port" KINESIS_MOCK_TLS_PORT=$((port + 1))
export SHARD_LIMIT=1000 LOG_LEVEL=ERROR AWS_ACCOUNT_ID=000000000000 AWS_REGION=us-east-1
export START_STREAM_ENCRYPTION_DURATION=500ms STOP_STREAM_ENCRYPTION_DURATION=500ms
exec node --require "$loopback" main.js
