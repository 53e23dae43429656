#!/usr/bin/env bash
# Runs the official clients of KMS against `etui serve`, over HTTP and TLS. Their packages are installed into a
# folder outside of the sources; where the registries cannot be reached, the clients are skipped with a word.
# usage: tests/clients/run.sh ETUI [FOLDER]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
etui=$(realpath "$1")
folder=${2:-$(mktemp -d)}
mkdir -p "$folder/home"

skip() { echo "skipped: $1"; }
serve() { # sets endpoint, protocol, credentials; the server's process id is in $server
    rm -f "$folder/exports"
    env -i PATH="$PATH" HOME="$folder/home" "$etui" serve --demo "$@" >"$folder/exports" 2>"$folder/log" &
    server=$!
    for _ in $(seq 300); do
        [ -s "$folder/exports" ] && break
        kill -0 "$server" 2>/dev/null || { cat "$folder/log"; exit 1; }
        sleep 0.1
    done
    set -a; . "$folder/exports"; set +a
}
stop() { kill "$server"; wait "$server" || true; }
failed=0
client() { "$@" || failed=1; }

if command -v python3 >/dev/null && { [ -x "$folder/python/bin/python" ] || python3 -m venv "$folder/python"; } 2>/dev/null \
    && "$folder/python/bin/pip" install -q --disable-pip-version-check alibabacloud_kms20160120==3.3.1 \
        aliyun-python-sdk-kms==2.16.5 aliyun-secret-manager-client==0.1.5 >"$folder/pip.log" 2>&1; then
    python=$folder/python/bin/python
else
    python=; skip "the clients for Python: no Python with venv, or PyPI cannot be reached"
fi
if command -v npm >/dev/null && (cd "$folder" && { [ -d node_modules/@alicloud/kms20160120 ] \
    || npm install --silent --no-save --prefix "$folder" @alicloud/kms20160120; }) >"$folder/npm.log" 2>&1; then
    node=node
else
    node=; skip "the client for Node.js: no npm, or its registry cannot be reached"
fi
[ -n "$python$node" ] || exit 0

for tls in "" --tls; do
    # shellcheck disable=SC2086
    serve $tls
    echo "== $ETUI_SERVE_PROTOCOL"
    if [ -n "$python" ]; then
        for name in new-v3 new-v1 old; do
            [ "$name$tls" = "old--tls" ] && continue # it does not let an authority be named
            client "$python" "$here/python_clients.py" "$ETUI_SERVE_ENDPOINT" "$ETUI_SERVE_PROTOCOL" $name
        done
        [ -z "$tls" ] || client "$python" "$here/python_clients.py" "$ETUI_SERVE_ENDPOINT" https cache
    fi
    [ -z "$node" ] || NODE_PATH="$folder/node_modules" client node "$here/node_client.js" "$ETUI_SERVE_ENDPOINT" "$ETUI_SERVE_PROTOCOL"
    stop
done
exit $failed
