#!/usr/bin/env bash
# A hash of everything that the program is built from, for the key of action.yml's cache.
set -euo pipefail
cd "$(dirname "$0")/../.."
hash() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }
export -f hash
sources=$(find Cargo.toml Cargo.lock cases harness reports/targets snapshots -type f -print0 | LC_ALL=C sort -z |
  xargs -0 bash -c 'hash "$@"' - | hash - | cut -d ' ' -f 1)
echo "sources=$sources"
