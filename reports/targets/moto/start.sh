#!/usr/bin/env bash
# Starts moto's server on loopback. Usage: start.sh PORT
# Installs it from PyPI the first time, below target/ or $TARGETS_DIR; with INSTALL_ONLY=1 no more than that.
set -euo pipefail
port=${1:?usage: start.sh PORT}
version=5.2.5
home=${TARGETS_DIR:-$(dirname "$0")/../../../target/targets}/moto-$version
if [ ! -e "$home/installed" ]; then
  python3 -m venv "$home"
  "$home/bin/pip" install -q "moto[server]==$version" >&2
  touch "$home/installed"
fi
[ -z "${INSTALL_ONLY:-}" ] || exit 0
exec "$home/bin/moto_server" -H 127.0.0.1 -p "$port"
