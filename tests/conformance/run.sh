#!/usr/bin/env bash
# run.sh [CLIENT [DATABASE]] [pytest arguments]: runs the unmodified `prefect` client of version CLIENT (3.9.1) against our
# server on DATABASE (sqlite; or postgres, in a cluster named by MILLIWAYS_TEST_POSTGRES_URL).
#
# The client's environment, `.venv-conformance/CLIENT` in the checkout, is made where it is missing or its list has
# changed. MILLIWAYS_BIN names the server's executable; without it the debug build is taken. Exit code and last line are
# pytest's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
client=3.9.1
database=sqlite
if [[ ${1:-} =~ ^[0-9.]+$ ]]; then client=$1; shift; fi
case ${1:-} in sqlite | postgres) database=$1; shift ;; esac

list=$here/requirements/$client.txt
if [ ! -f "$list" ]; then
  echo "error: there is no list of packages for the client $client" >&2
  echo "hint: the clients are those of $here/requirements" >&2
  exit 2
fi
export MILLIWAYS_BIN=${MILLIWAYS_BIN:-$root/target/debug/milliways}
if [ ! -x "$MILLIWAYS_BIN" ]; then
  echo "error: there is no executable at $MILLIWAYS_BIN" >&2
  echo "hint: \`cargo build -p milliways-cli\` builds it, or set MILLIWAYS_BIN" >&2
  exit 2
fi

"$here/environment.sh" "$client"
export CONFORMANCE_CLIENT=$client CONFORMANCE_DATABASE=$database
cd "$here/client"
exec "$root/.venv-conformance/$client/bin/python" -m pytest -q --color=no -p no:cacheprovider "$@"
