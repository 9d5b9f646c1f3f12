#!/usr/bin/env bash
# Runs the unmodified `prefect` client against our server: makes `.venv-conformance` in the checkout where it is missing
# or its list has changed, then runs pytest in it. Arguments go to pytest. MILLIWAYS_BIN names the server's executable;
# without it the debug build is taken. Exit code and last line are pytest's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
venv=$root/.venv-conformance
list=$here/requirements.txt

if ! cmp -s "$list" "$venv/installed.txt"; then
  rm -rf "$venv"
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$list"
  cp "$list" "$venv/installed.txt"
fi

export MILLIWAYS_BIN=${MILLIWAYS_BIN:-$root/target/debug/milliways}
if [ ! -x "$MILLIWAYS_BIN" ]; then
  echo "error: there is no executable at $MILLIWAYS_BIN" >&2
  echo "hint: \`cargo build -p milliways-cli\` builds it, or set MILLIWAYS_BIN" >&2
  exit 2
fi
cd "$here/client"
exec "$venv/bin/python" -m pytest -q --color=no -p no:cacheprovider "$@"
