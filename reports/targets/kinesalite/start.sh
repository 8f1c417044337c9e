#!/usr/bin/env bash
# Starts kinesalite on loopback. Usage: start.sh PORT
# Installs it from the npm registry the first time, below target/ or $TARGETS_DIR; with INSTALL_ONLY=1 no more than that.
set -euo pipefail
port=${1:?usage: start.sh PORT}
version=3.3.3
home=${TARGETS_DIR:-$(dirname "$0")/../../../target/targets}/kinesalite-$version
if [ ! -e "$home/installed" ]; then
  mkdir -p "$home"
  npm install --prefix "$home" --no-save --no-audit --no-fund "kinesalite@$version" >&2
  touch "$home/installed"
fi
[ -z "${INSTALL_ONLY:-}" ] || exit 0
cd "$home"
# Its command line can't name a host and listens on all of them; the library can.
# A request that ends the process ends it here too: the run starts it again and names the trial.
exec node -e '
  const server = require("kinesalite")({
    createStreamMs: 500, deleteStreamMs: 500, updateStreamMs: 500, shardLimit: 1000,
  });
  server.listen(Number(process.argv[1]), "127.0.0.1");
' "$port"
