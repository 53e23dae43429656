#!/usr/bin/env bash
# What the command line of AWS prints, from the server of moto: values of every stage, one by one and in a batch,
# text and binary, and what describe-secret tells.
#
# usage: tests/exchange/real/aws.sh ETUI
. "$(dirname "$(realpath "$0")")/home.bash"
need python3
need_python awscli 'moto[server]'
make_vault

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
venv/bin/moto_server -H 127.0.0.1 -p "$port" >server.log 2>&1 &
started+=($!)
export AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x AWS_DEFAULT_REGION=eu-west-1 \
    AWS_ENDPOINT_URL="http://127.0.0.1:$port" AWS_PAGER=""
aws() {
    venv/bin/aws secretsmanager "$@"
}
for _ in $(seq 60); do
    aws list-secrets >/dev/null 2>&1 && break
    sleep 0.5
done

aws create-secret --name shop/db --secret-string 'first' --description 'The shop: database' \
    --tags Key=env,Value=prod Key=team,Value=web >/dev/null
aws put-secret-value --secret-id shop/db --secret-string 'second' >/dev/null
aws put-secret-value --secret-id shop/db --secret-string $'third\nof "three"' --version-stages canary blue >/dev/null
printf '\0\1\377' >binary
aws create-secret --name shop/cert --secret-binary fileb://binary --description 'A certificate' >/dev/null
aws create-secret --name login --secret-string '{"username":"u","password":"p"}' >/dev/null

for stage in AWSCURRENT AWSPREVIOUS canary; do
    aws get-secret-value --secret-id shop/db --version-stage "$stage"
done >values.json
aws batch-get-secret-value --secret-id-list shop/cert login no/such >batch.json
for name in shop/db shop/cert; do
    aws describe-secret --secret-id "$name"
done >described.json
cat values.json batch.json described.json >all.json

python3 - <<'PYTHON'
import base64, datetime, json

def answers(text):
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        answer, at = decoder.raw_decode(text, at)
        yield answer
        at += len(text[at:]) - len(text[at:].lstrip())

def time(seconds):
    return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

STAGES = {"AWSCURRENT": "ACSCurrent", "AWSPREVIOUS": "ACSPrevious"}
leaves = []

def walk(node, path, name):
    if isinstance(node, dict):
        name = node.get("Name", name)
        for key, value in node.items():
            # Here the keys are the leaves.
            if path.endswith("VersionIdsToStages"):
                leaves.append({"leaf": f"{path}[{key}]", "value": key})
            walk(value, f"{path}.{key}", name)
    elif isinstance(node, list):
        for at, entry in enumerate(node):
            walk(entry, f"{path}[{at}]", name)
    else:
        last = path.rsplit(".", 1)[-1]
        leaf = {"leaf": path, "value": STAGES.get(node, str(node))}
        if last == "SecretBinary":
            leaf["value"] = base64.b64decode(node).decode("latin-1")
        elif last == "CreatedDate":
            leaf["value"] = time(node)
        elif last == "LastChangedDate":
            leaf["named"] = f"'{name}' loses the time of its last change"
        elif last == "ARN":
            leaf["says"] = "where it lies there; the name is in it"
        elif ".Errors[" in path:
            leaf["named"] = "'no/such' is left out: it could not be read there"
        leaves.append(leaf)

for at, answer in enumerate(answers(open("all.json").read())):
    walk(answer, f"answer {at + 1}", None)
json.dump(leaves, open("leaves.json", "w"))
PYTHON
check_leaves aws all.json
[ "$("$etui" get shop/db:canary)" = $'third\nof "three"' ]
[ "$("$etui" get shop/db:ACSPrevious)" = first ]
"$etui" get shop/cert | cmp - binary
