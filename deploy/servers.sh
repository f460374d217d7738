#!/bin/sh
# Makes ready what the tests' real servers and browser need: Maven, a Java, a Chromium with Chinese fonts, and the servers
# themselves, in the user's cache.
# System packages are installed only with CI=true and as root; elsewhere the command is printed and the tests that need
# them are skipped.
set -u
cd "$(dirname "$0")/.."
python=.venv/bin/python

java_is_there() { "$python" -c 'from services.stack.java import find_java; find_java(21)' 2>/dev/null; }

chromium_is_there() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null

wanted=""
command -v mvn >/dev/null || wanted="maven"
java_is_there || wanted="$wanted openjdk-21-jre-headless"
chromium_is_there || wanted="$wanted chromium fonts-noto-cjk"
if [ -n "$wanted" ]; then
    if [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "==> installing $wanted"
        # shellcheck disable=SC2086 - a list of names
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
    else
        echo "==> the tests on real servers and in a real browser need:$(echo " $wanted" | tr -s ' ')"
        echo "    on Debian or Ubuntu: apt-get install$(echo " $wanted" | tr -s ' ')"
    fi
fi
# A failure here is no end: pytest skips the tests that need the servers, or fails them with CI=true, and says why.
"$python" -m cli stack fetch >/dev/null || true
