#!/usr/bin/env bash
# environment.sh NAME: makes `.venv-conformance/NAME` in the checkout from requirements/NAME.txt, unless it is there and
# that list has not changed. PYTHON names the interpreter (python3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
list=$here/requirements/${1:?environment.sh NAME}.txt
venv=$(cd "$here/../.." && pwd)/.venv-conformance/$1

cmp -s "$list" "$venv/installed.txt" && exit 0
rm -rf "$venv"
"${PYTHON:-python3}" -m venv "$venv"
# The lists are complete: looking for dependencies would only find that an index is older than what a package asks for.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$list"
cp "$list" "$venv/installed.txt"
