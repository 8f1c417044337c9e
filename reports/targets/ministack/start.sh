#!/usr/bin/env bash
# Starts ministack on loopback. Usage: start.sh PORT
# Installs it from PyPI the first time, below target/ or $TARGETS_DIR; with INSTALL_ONLY=1 no more than that.
set -euo pipefail
port=${1:?usage: start.sh PORT}
version=1.5.33
home=${TARGETS_DIR:-$(dirname "$0")/../../../target/targets}/ministack-$version
if [ ! -e "$home/installed" ]; then
  python3 -m venv "$home"
  # Its CBOR decoder needs cbor2 without saying so.
  "$home/bin/pip" install -q "ministack==$version" cbor2==6.3.0 >&2
  touch "$home/installed"
fi
[ -z "${INSTALL_ONLY:-}" ] || exit 0
cd "$home"
export GATEWAY_PORT="$port" BIND_HOST=127.0.0.1 SFTP_ENABLED=false IOT_MTLS_ENABLED=false
export SERVICES=kinesis,kms S3_DATA_DIR="$PWD/data" LOG_LEVEL=WARNING
exec "$PWD/bin/ministack"
