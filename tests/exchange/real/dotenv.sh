#!/usr/bin/env bash
# `etui export dotenv` through the programs that load such files: node's dotenv and util.parseEnv,
# python-dotenv, bash. 300 generated values and 40 odd ones; each is read alike by all of them, or named.
#
# usage: tests/exchange/real/dotenv.sh ETUI [NUMBER OF GENERATED VALUES]
. "$(dirname "$(realpath "$0")")/home.bash"
generated=${2:-300}
need node npm python3
node -e 'process.exit(typeof require("util").parseEnv === "function" ? 0 : 1)' || skip "this node has no util.parseEnv"
npm install --silent --no-audit --no-fund dotenv >/dev/null 2>&1 || skip "npm cannot install dotenv"
need_python python-dotenv
make_vault

# The values, as an import of our own JSON: one process for all of them.
python3 - "$generated" "$etui" <<'PYTHON'
import json, subprocess, sys
count, etui = int(sys.argv[1]), sys.argv[2]
odd = [
    "simple", "two words", " both ends ", "#", "a #b", "a#b", "=", "a=b", "1\n2", "\n", "tab\there", "$HOME", "$(id)",
    "`id`", "${", "$", 'q"uote', "it's", "it's\nx", "back\\slash", "a\\nb", "\\a", '{"k": 1}', "ü😀", "\u2028",
    "\u00a0x\u00a0", "!!", "*", "~", "a;b", "a&b", "export B=1", "-----BEGIN KEY-----\nx\n-----END KEY-----\n",
    "a'b\nC=d", "a\r\nb", "${HOME}", "x${A:-b}y", "two\\\\", "end\\", "it's $5", 'it\'s "so"', "it's `x`", "it's\\n",
]
values = [subprocess.check_output([etui, "-q", "random"], text=True).rstrip("\n") for _ in range(count)] + odd
secrets = [
    {"SecretName": f"v/{at}", "Versions": [{"VersionId": "v1", "SecretData": value}],
     "Stages": [{"VersionStage": "ACSCurrent", "VersionId": "v1"}]}
    for at, value in enumerate(values)
]
json.dump({"Format": "etui", "FormatVersion": 1, "Secrets": secrets}, open("values.json", "w"))
PYTHON
"$etui" import json values.json >/dev/null
"$etui" export dotenv --plaintext --prefix v >.env 2>named

node -e '
const text = require("fs").readFileSync(".env", "utf8")
process.stdout.write(JSON.stringify(require("dotenv").parse(text)))' >node.json
node -e '
const text = require("fs").readFileSync(".env", "utf8")
process.stdout.write(JSON.stringify(require("util").parseEnv(text)))' >parse_env.json
venv/bin/python - >python.json <<'PYTHON'
import json
from dotenv import dotenv_values
print(json.dumps(dotenv_values(".env")))
PYTHON
env -i PATH="$PATH" bash -c 'set -a; . ./.env; exec env -0' >bash.env
python3 - <<'PYTHON'
import json, re, sys
wanted = {f"_{s['SecretName'][2:]}": s["Versions"][0]["SecretData"] for s in json.load(open("values.json"))["Secrets"]}
named = {f"_{at}" for at in re.findall(r"'v/(\d+)' is left out", open("named").read())}
bash = dict(pair.split("=", 1) for pair in open("bash.env", newline="").read().split("\0") if "=" in pair)
readers = {
    "node dotenv": json.load(open("node.json")), "node util.parseEnv": json.load(open("parse_env.json")),
    "python-dotenv": json.load(open("python.json")), "bash": bash,
}
wrong = 0
for name, read in readers.items():
    bad = [key for key in wanted if key not in named and read.get(key) != wanted[key]]
    bad += [key for key in named if key in read]
    wrong += len(bad)
    print(f"{name}: {len(wanted) - len(named)} written, {len(bad)} wrong", *bad)
print(f"{len(wanted)} values, {len(named)} named")
sys.exit(1 if wrong or not 0 < len(named) < len(wanted) else 0)
PYTHON
