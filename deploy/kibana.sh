#!/bin/sh
# Tries the dashboards in a real Kibana: starts the one of docker-compose.yml with an Elasticsearch, in a Compose project of its own
# with made-up passwords, installs them, installs them again, reads them back and compares. Ends with 0 only where all of that was done.
set -u
cd "$(dirname "$0")/.."
project=yuqing-kibana-check
address=http://127.0.0.1:5601

if ! docker compose version >/dev/null 2>&1; then
    echo "NOT RUN: there is no Docker with Compose here. The dashboards were not tried in a real Kibana." >&2
    exit 3
fi
[ -x .venv/bin/python ] || deploy/environment.sh runtime || exit 1

folder=$(mktemp -d) || exit 1
compose() { docker compose --project-name "$project" --env-file "$folder/env" "$@"; }
finish() {
    compose down --volumes --timeout 10 >/dev/null 2>&1
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Every line of .env.example with a value made up for this run.
secret() { .venv/bin/python -c 'import secrets; print(secrets.token_hex(24))'; }
umask 077
while IFS='=' read -r name _; do
    case $name in
        "" | "#"*) ;;
        YUQING_OFFICE_FOLDER) echo "$name=./config" ;;
        *) echo "$name=$(secret)" ;;
    esac
done <.env.example >"$folder/env"

echo "==> starting Elasticsearch and Kibana (some minutes the first time)"
compose up --detach kibana || exit 1
ready() { .venv/bin/python -c "import urllib.request; urllib.request.urlopen('$address/api/status', timeout=5)" 2>/dev/null; }
waited=0
until ready; do
    waited=$((waited + 5))
    if [ "$waited" -gt 600 ]; then
        echo "Kibana did not become ready in 10 minutes; its last words:" >&2
        compose logs --tail 30 kibana >&2
        exit 1
    fi
    sleep 5
done

YUQING_KIBANA__URL=$address YUQING_KIBANA__USER=elastic
YUQING_KIBANA__PASSWORD=$(sed -n 's/^ELASTIC_PASSWORD=//p' "$folder/env")
export YUQING_KIBANA__URL YUQING_KIBANA__USER YUQING_KIBANA__PASSWORD
for language in en zh; do
    for time in first second; do
        echo "==> installing in $language, the $time time"
        .venv/bin/python -m cli dashboards install --language "$language" || exit 1
    done
    echo "==> reading back and comparing"
    .venv/bin/python -m cli dashboards compare --language "$language" || exit 1
done
echo "==> the dashboards stand in a real Kibana as they were sent"
