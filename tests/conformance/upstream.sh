#!/usr/bin/env bash
# upstream.sh SUITE CHECKOUT [SUBSET] [DATABASE]: runs an external checkout of the public conformance suite against our
# server, on each database, and prints what passed and what was missed (see README.md).
#
#   SUITE     the folder with the suite's run.sh, its lists of tests and its reference.env
#   CHECKOUT  the folder with the client's environment (venv/) and the sources of the tests (upstream/)
#   SUBSET    shared, exclusive, all (default), or a path prefix such as tests/client
#   DATABASE  sqlite, postgres or both (default)
#
# Environment: MILLIWAYS_BIN (the debug build), MILLIWAYS_TEST_POSTGRES_URL (a cluster where databases may be made),
# OUT (where the results go, a folder for each database; a new temporary one), and whatever the suite's run.sh reads.
# The exit code is 0 where every listed test passed on each database.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
usage="usage: upstream.sh SUITE CHECKOUT [SUBSET] [sqlite|postgres|both]"
suite=$(cd "${1:?$usage}" && pwd)
checkout=$(cd "${2:?$usage}" && pwd)
subset=${3:-all}
database=${4:-both}
binary=${MILLIWAYS_BIN:-$here/../../target/debug/milliways}
out=${OUT:-$(mktemp -d)}

if [ ! -x "$binary" ]; then
  echo "error: there is no executable at $binary" >&2
  echo "hint: \`cargo build -p milliways-cli\` builds it, or set MILLIWAYS_BIN" >&2
  exit 2
fi

# statement NAME: makes or drops a database of the cluster, through the driver that the client brings.
statement() {
  "$checkout/venv/bin/python" - "$MILLIWAYS_TEST_POSTGRES_URL" "$1" <<'PYTHON'
import asyncio, sys
import asyncpg

async def main(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()

asyncio.run(main(*sys.argv[1:]))
PYTHON
}

# one DATABASE: the suite against a server of its own.
one() {
  local kind=$1 folder=$out/$1 home process api code=0 name=""
  home=$(mktemp -d)
  mkdir -p "$folder"
  local -a environment=(HOME="$home" MILLIWAYS_HOME="$home" PATH=/usr/bin:/bin)
  while IFS= read -r line; do
    case $line in '' | '#'*) ;; *) environment+=("$line") ;; esac
  done <"$suite/reference.env"
  if [ "$kind" = postgres ]; then
    : "${MILLIWAYS_TEST_POSTGRES_URL:?names the cluster, such as postgresql://postgres@127.0.0.1:5432/postgres}"
    name=upstream_$$_$RANDOM
    statement "CREATE DATABASE $name"
    environment+=(PREFECT_API_DATABASE_CONNECTION_URL="${MILLIWAYS_TEST_POSTGRES_URL%/*}/$name")
  fi
  env -i "${environment[@]}" "$binary" server start --port 0 --no-ui >"$folder/server.out" 2>"$folder/server.log" &
  process=$!
  for _ in $(seq 200); do
    api=$(awk '$1 == "api" { print $2; exit }' "$folder/server.out")
    [ -n "$api" ] && break
    sleep 0.1
  done
  if [ -z "$api" ]; then
    cat "$folder/server.log" >&2
    code=3
  else
    OUT=$folder bash "$suite/run.sh" "$checkout" "$api" "$subset" >"$folder/report.txt" || code=$?
  fi
  kill -TERM "$process" 2>/dev/null || code=4 # it should still be there
  wait "$process" || code=$?
  [ -z "$name" ] || statement "DROP DATABASE $name WITH (FORCE)"
  rm -rf "$home"
  sed "s/^/$kind /" "$folder/report.txt" || true
  return "$code"
}

failed=0
case $database in
  both) for each in sqlite postgres; do one "$each" || failed=1; done ;;
  sqlite | postgres) one "$database" || failed=1 ;;
  *) echo "$usage" >&2; exit 2 ;;
esac
exit "$failed"
