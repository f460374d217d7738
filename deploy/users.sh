#!/bin/bash
# Runs inside the network of docker-compose.yml, once Elasticsearch is healthy. Doing it again changes nothing.
set -euo pipefail
server=http://elasticsearch:9200

for name in ELASTIC_PASSWORD KIBANA_PASSWORD YUQING_PASSWORD; do
    if ! [[ ${!name} =~ ^[A-Za-z0-9_-]{12,}$ ]]; then
        echo "$name: 12 characters or more, of letters, digits, - and _" >&2
        exit 2
    fi
done

# Passwords go through descriptors, not arguments: arguments are there for every process to read.
put() {
    curl --fail-with-body --silent --show-error --request "$1" --header "Content-Type: application/json" \
        --config <(echo "user = \"elastic:$ELASTIC_PASSWORD\"") --data @- "$server$2"
    echo
}

put POST /_security/user/kibana_system/_password <<< "{\"password\": \"$KIBANA_PASSWORD\"}"
put PUT /_security/role/yuqing <<< '{
    "cluster": ["monitor", "manage_index_templates"],
    "indices": [{"names": ["yuqing-*"], "privileges": ["all"]}]
}'
put PUT /_security/user/yuqing <<< "{\"password\": \"$YUQING_PASSWORD\", \"roles\": [\"yuqing\"]}"
