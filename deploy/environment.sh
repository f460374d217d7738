#!/bin/sh
# Makes or updates the project's own environment from what is locked, in .venv and node_modules:
# `deploy/environment.sh runtime|dev`.
set -eu
cd "$(dirname "$0")/.."
lock="requirements/$1.txt"
stamp=".venv/.installed-$1"
wanted=$(cat "$lock" requirements/uv.txt pyproject.toml | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then exec deploy/browser.sh "$1"; fi

if [ ! -x .venv/bin/python ]; then
    for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$python; break; fi
    done
    if [ -z "${found:-}" ]; then
        echo "yuqing needs Python 3.11 or newer with its venv module (on Debian: apt-get install python3 python3-venv)." >&2
        exit 1
    fi
    echo "==> making an environment in .venv with $("$found" --version)"
    "$found" -m venv .venv
fi
echo "==> installing the locked packages ($lock)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
rm -f .venv/.installed-*
echo "$wanted" > "$stamp"
exec deploy/browser.sh "$1"
