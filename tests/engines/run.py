#!/usr/bin/env python3
"""`etui push` and `etui pull` with a real OpenBao of three Raft nodes on 127.0.0.1.

Usage: tests/engines/run.py PATH_OF_ETUI [FOLDER_FOR_THE_SERVER]
Says so and succeeds where there is no openssl, or no bao and no PyPI.
"""

import base64
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from cluster import Cluster, find_bao  # noqa: E402

SECRETS = int(os.environ.get("SECRETS", "200"))
VERSIONS = 30
VALUE = "this-value-must-not-be-told"

if not shutil.which("openssl"):
    print("skipped: there is no openssl")
    sys.exit(0)
ETUI = os.path.abspath(sys.argv[1])
CACHE = sys.argv[2] if len(sys.argv) > 2 else os.path.join(tempfile.gettempdir(), "etui-openbao-server")
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="etui-engines-"))


def check(what, holds, *more):
    if not holds:
        sys.exit(f"failed: {what}\n" + "\n".join(str(one) for one in more))
    print(f"ok: {what}", flush=True)


class Machine:
    """A machine with a vault of its own, and the remotes `team` (its node) and `other` (another one)."""

    def __init__(self, name, cluster, token):
        self.home = FOLDER / name
        self.home.mkdir()
        (self.home / "run").mkdir(mode=0o700)
        (self.home / "password").write_text("correct horse battery staple")
        (self.home / "password").chmod(0o600)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "ETUI_VAULT": str(self.home / "vault.etui"),
            "XDG_RUNTIME_DIR": str(self.home / "run"), "BAO_TOKEN": token, "BAO_CACERT": str(cluster.authority),
            "ETUI_PASSWORD_FILE": str(self.home / "password"), "LANG": "C.UTF-8",
        }
        self.etui("init", "--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1")
        for node in range(3):
            self.etui("remote", "add", f"node{node}", f"openbao:{cluster.url(node)}/secret/app")

    def start(self, *words, **more):
        environment = {**self.environment, **more}
        return subprocess.Popen([ETUI, *words], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def run(self, *words, stdin="", **more):
        process = self.start(*words, **more)
        out, err = process.communicate(stdin, timeout=300)
        if VALUE in err:
            sys.exit(f"{words}: a value is told\n{err}")
        return process.returncode, out, err

    def etui(self, *words, stdin="", code=0, **more):
        found, out, err = self.run(*words, stdin=stdin, **more)
        if found != code:
            sys.exit(f"{words}: exit {found} instead of {code}\n{out}\n{err}")
        return out

    def refused(self, what, words, sentence, code, **more):
        found, out, err = self.run(*words, **more)
        check(what, found == code and sentence in out + err, found, out, err)
        print(f"    {next(line for line in (out + err).splitlines() if sentence in line)}")

    def content(self):
        """Every secret with what travels."""
        told = json.loads(self.etui("export", "json", "--plaintext"))
        content = {}
        for secret in told["Secrets"]:
            versions = {one["VersionId"]: (one["SecretDataType"], one["SecretData"]) for one in secret["Versions"]}
            stages = {one["VersionStage"]: one["VersionId"] for one in secret["Stages"]}
            content[secret["SecretName"]] = (versions, stages, secret.get("Description"), secret.get("Tags"))
        return content


def requests(rng):
    """The API's own requests, for a vault full of secrets."""
    for number in range(SECRETS):
        name, first = f"shop/s{number:03}", VALUE + str(number)
        yield {"Action": "CreateSecret", "SecretName": name, "VersionId": "v1", "SecretData": first,
               "Description": f"the {number}th, with ünïcode\nand \\ lines", "Tags": json.dumps([{"TagKey": "env", "TagValue": "prod"}])}
        if number % 3 == 0:
            data = base64.b64encode(rng.randbytes(rng.randrange(1, 3000))).decode()
            yield {"Action": "PutSecretValue", "SecretName": name, "VersionId": "v2", "SecretData": data,
                   "SecretDataType": "binary", "VersionStages": '["ACSCurrent","canary"]'}
        elif number % 3 == 1:
            yield {"Action": "PutSecretValue", "SecretName": name, "VersionId": "v2", "SecretData": f"{VALUE} \"{number}\"\n"}
    for version in range(2, VERSIONS + 1):
        yield {"Action": "PutSecretValue", "SecretName": "shop/s002", "VersionId": f"v{version}", "SecretData": f"{VALUE} {version}"}


def fill(machine, all_requests):
    lines = "".join(json.dumps(one) + "\n" for one in all_requests)
    machine.etui("api", stdin=lines)


def there(cluster, node):
    """Every secret there: its versions by number with what they hold, and what is written beside them."""
    found = {}
    names = cluster.ask(node, "GET", "secret/metadata/app/shop?list=true")["data"]["keys"]
    for name in names:
        told = cluster.ask(node, "GET", f"secret/metadata/app/shop/{name}")["data"]
        numbers = sorted(int(number) for number in told["versions"])
        data = {number: cluster.ask(node, "GET", f"secret/data/app/shop/{name}?version={number}")["data"]["data"] for number in numbers}
        found[name] = (data, told["custom_metadata"])
    return found


def main():
    bao = find_bao(CACHE)
    rng = random.Random(22)
    with Cluster(bao) as cluster:
        print(f"three nodes of {bao}", flush=True)
        cluster.ask(0, "POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
        cluster.until(lambda: configured(cluster, {"max_versions": 50, "cas_required": True}), "the mount is ready")
        # A follower says 400 until it has heard of the mount.
        for node in range(3):
            cluster.until(lambda: cluster.status(node, "secret/metadata/none") == 404, f"node {node} has the mount")
        machine = Machine("one", cluster, cluster.root)
        fill(machine, requests(rng))
        push_while_the_leader_is_killed(cluster, machine)
        pull_into_an_empty_vault(cluster, machine)
        two_at_once(cluster)
        limits(cluster, machine)
        a_role_logs_in(cluster, machine)
        namespaces_are_apart(cluster, machine)
        a_busy_engine(cluster, machine)
        certificates(cluster, machine)
        refusals(cluster, machine)


def configured(cluster, settings):
    try:
        cluster.ask(0, "POST", "secret/config", settings)
        return True
    except OSError:
        return False


def push_while_the_leader_is_killed(cluster, machine):
    leader = cluster.leader()
    follower = next(node for node in range(3) if node != leader)
    planned = json.loads(machine.etui("push", f"node{follower}", "--all-versions", "--dry-run", "--json"))
    check("a dry run plans everything", {one["Outcome"] for one in planned["Secrets"]} == {"New"} and len(planned["Secrets"]) == SECRETS)
    process = machine.start("push", f"node{follower}", "--all-versions", "--yes", "--wait", "60s")
    told = {}
    reader = threading.Thread(target=lambda: told.update(zip(("out", "err"), process.communicate(timeout=300))))
    reader.start()
    cluster.until(lambda: stored(cluster, leader) > SECRETS // 10, "some secrets are there")
    cluster.kill(leader)
    print(f"    node {leader} was killed while it led", flush=True)
    cluster.until(lambda: cluster.leader() is not None, "another node leads")
    print(f"    node {cluster.leader()} leads", flush=True)
    cluster.start(leader)
    cluster.until(lambda: cluster.joined(leader), "the killed node comes back")
    reader.join()
    check("the push went on with the new leader", process.returncode == 0, "\n".join(line for line in told.get("out", "").splitlines() if line.startswith("failed")), told.get("err", "")[-500:])
    for node in (follower, leader):
        again = json.loads(machine.etui("push", f"node{node}", "--all-versions", "--yes", "--json"))
        check(f"a push that is repeated at node {node} changes nothing", {one["Outcome"] for one in again["Secrets"]} == {"Same"},
              [one for one in again["Secrets"] if one["Outcome"] != "Same"][:3])
    found, expected = there(cluster, follower), machine.content()
    lost = doubled = 0
    for name, (versions, *_) in expected.items():
        data, marks = found[name.removeprefix("shop/")]
        ids = dict(pair.split(":") for key in marks if key.startswith("etui.versions") for pair in marks[key].split())
        lost += len(set(versions) - set(ids.values()))
        doubled += len(data) - len(versions)
    check("0 lost, 0 doubled", (lost, doubled) == (0, 0), lost, doubled)
    marked = found["s002"][1]
    check("30 versions have their labels there",
          (marked["etui.label.ACSCurrent"], marked["etui.label.ACSPrevious"]) == (f"v{VERSIONS}", f"v{VERSIONS - 1}"), marked)


def stored(cluster, node):
    try:
        return len(cluster.ask(node, "GET", "secret/metadata/app/shop?list=true")["data"]["keys"])
    except OSError:
        return 0


def pull_into_an_empty_vault(cluster, machine):
    other = Machine("two", cluster, cluster.root)
    node = cluster.leader()
    other.etui("pull", f"node{node}")
    ours, theirs = machine.content(), other.content()
    check("an empty vault pulls equal values, ids, labels, descriptions and tags", ours == theirs,
          *[(name, ours[name], theirs.get(name)) for name in ours if ours[name] != theirs.get(name)][:2])
    again = json.loads(other.etui("pull", f"node{node}", "--json"))
    check("a pull that is repeated changes nothing", {one["Outcome"] for one in again["Secrets"]} == {"Same"})


def two_at_once(cluster):
    one, other = Machine("three", cluster, cluster.root), Machine("four", cluster, cluster.root)
    names = [f"both/x{number}" for number in range(10)]
    node = cluster.leader()
    for machine, value in ((one, "first"), (other, "second")):
        for name in names:
            machine.etui("new", name, "--version-id", "v1", stdin=f"{value} {name}")
    processes = [machine.start("push", f"node{node}", "--yes", "--json") for machine in (one, other)]
    answers = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
    outcomes = [{row["SecretName"]: row["Outcome"] for row in answer["Secrets"]} for answer in answers]
    check("of two pushes at once each secret takes one, and the other is refused",
          all(sorted((outcomes[0][name], outcomes[1][name])) == ["New", "Refused"] for name in names), outcomes)
    for name in names:
        told = cluster.ask(node, "GET", f"secret/data/app/{name}")["data"]
        winner = "first" if outcomes[0][name] == "New" else "second"
        check(f"'{name}' is the one that was stored first", (told["data"]["value"], told["metadata"]["version"]) == (f"{winner} {name}", 1), told)


def limits(cluster, machine):
    node = f"node{cluster.leader()}"
    configured(cluster, {"max_versions": 3, "cas_required": True})
    machine.etui("new", "few", "--version-id", "v1", stdin="1")
    for version in range(2, 7):
        machine.etui("put", "few", "--version-id", f"v{version}", stdin=str(version))
    answer = json.loads(machine.etui("push", node, "few", "--all-versions", "--yes", "--json"))
    row = answer["Secrets"][0]
    check("max_versions is named, and the newest travel", row["VersionIds"] == ["v4", "v5", "v6"] and "left out" in row["Remarks"][0], row)
    configured(cluster, {"max_versions": 50, "cas_required": True})


def a_role_logs_in(cluster, machine):
    leader = cluster.leader()
    node = f"node{leader}"
    cluster.ask(leader, "POST", "sys/auth/approle", {"type": "approle"})
    cluster.ask(leader, "POST", "sys/policies/acl/app", {"policy": """
path "secret/data/app/*"     { capabilities = ["create", "update", "read"] }
path "secret/metadata/app/*" { capabilities = ["create", "update", "read", "list"] }
path "secret/metadata/app"   { capabilities = ["list"] }
path "secret/config"         { capabilities = ["read"] }
"""})
    cluster.ask(leader, "POST", "auth/approle/role/app", {"token_policies": ["app"], "secret_id_num_uses": 1})
    role = cluster.ask(leader, "GET", "auth/approle/role/app/role-id")["data"]["role_id"]
    secret = cluster.ask(leader, "POST", "auth/approle/role/app/secret-id", {})["data"]["secret_id"]
    file = machine.home / "secret-id"
    file.write_text(secret + "\n")
    file.chmod(0o600)
    login = ("--role-id", role, "--secret-id-file", str(file))
    machine.etui("new", "by-role", "--version-id", "v1", stdin=VALUE)
    machine.etui("push", node, "by-role", "--yes", *login, BAO_TOKEN="")
    check("a role of AppRole pushes", cluster.ask(leader, "GET", "secret/data/app/by-role")["data"]["data"]["value"] == VALUE)
    machine.refused("a secret id that is used up is named", ("push", node, "by-role", "--dry-run", *login),
                    "does not accept the role id or the secret id", 4, BAO_TOKEN="")


def namespaces_are_apart(cluster, machine):
    leader = cluster.leader()
    cluster.ask(leader, "POST", "sys/namespaces/team-a", {})
    cluster.ask(leader, "POST", "team-a/sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
    node = f"node{leader}"
    machine.etui("new", "apart", "--version-id", "v1", stdin=VALUE)
    pushed = json.loads(machine.etui("push", node, "apart", "--yes", "--json", "--wait", "60s", BAO_NAMESPACE="team-a"))
    check("a namespace is another place", [row["Outcome"] for row in pushed["Secrets"]] == ["New"], pushed)
    found = cluster.ask(leader, "GET", "team-a/secret/data/app/apart")["data"]["data"]["value"]
    check("the secret is in its namespace", found == VALUE)
    planned = json.loads(machine.etui("push", node, "apart", "--dry-run", "--json"))
    check("and not in the root", [row["Outcome"] for row in planned["Secrets"]] == ["New"], planned)
    machine.refused("an unknown namespace is named", ("push", node, "apart", "--dry-run", "--namespace", "nosuch"), "there is no namespace 'nosuch'", 3)


def a_busy_engine(cluster, machine):
    leader = cluster.leader()
    node = f"node{leader}"
    cluster.ask(leader, "POST", "sys/quotas/config", {"enable_rate_limit_response_headers": True})
    cluster.ask(leader, "POST", "sys/quotas/rate-limit/slow", {"path": "secret", "rate": 5, "interval": "2s"})
    started = time.monotonic()
    again = json.loads(machine.etui("push", node, "shop/s00*", "--all-versions", "--yes", "--json", "--wait", "60s"))
    took = time.monotonic() - started
    check("a limit of requests is waited for", {row["Outcome"] for row in again["Secrets"]} == {"Same"} and took > 2, took, again)
    cluster.ask(leader, "DELETE", "sys/quotas/rate-limit/slow")


def certificates(cluster, machine):
    """The leader behind other certificates: one that has expired, and one for another host."""
    leader = cluster.leader()
    for name, sentence in (("expired", "it has expired"), ("stranger", "it is for another host")):
        with cluster.front(leader, name) as port:
            machine.etui("remote", "add", name, f"openbao:https://127.0.0.1:{port}/secret/app")
            machine.refused(f"a certificate of the kind '{name}' is named", ("push", name, "shop/s000", "--dry-run"), sentence, 1)
    with cluster.front(leader, "node") as port:
        machine.etui("remote", "add", "front", f"openbao:https://127.0.0.1:{port}/secret/app")
        machine.etui("push", "front", "shop/s000", "--dry-run", "--ca-file", str(cluster.authority), BAO_CACERT="")
        check("the authority of --ca-file is taken", True)


def refusals(cluster, machine):
    leader = cluster.leader()
    node = f"node{leader}"
    push = ("push", node, "shop/s000", "--dry-run", "--wait", "2s")
    cluster.ask(leader, "POST", "sys/policies/acl/reader", {"policy": 'path "secret/metadata/app/*" { capabilities = ["read", "list"] }\npath "secret/data/app/*" { capabilities = ["read"] }'})
    token = cluster.ask(leader, "POST", "auth/token/create", {"policies": ["reader"]})["auth"]["client_token"]
    machine.etui("new", "forbidden", stdin=VALUE)
    machine.etui("put", "shop/s001", stdin=VALUE)
    machine.refused("a policy that forbids is named", ("push", node, "forbidden", "--yes"), "may not write", 4, BAO_TOKEN=token)
    cluster.ask(leader, "POST", "auth/token/revoke", {"token": token})
    machine.refused("a revoked token is named", push, "does not accept the token", 4, BAO_TOKEN=token)
    machine.refused("no token is named", push, "no token for", 2, BAO_TOKEN="")
    machine.refused("a certificate of an unknown authority is named", push, "no authority that is trusted here", 1, BAO_CACERT="")
    machine.etui("remote", "add", "plain", f"openbao:http://127.0.0.1:{cluster.port(leader)}/secret/app")
    machine.etui("remote", "add", "far", "openbao:http://bao.example:8200/secret/app")
    machine.refused("plain HTTP to another machine is refused", ("push", "far", "--dry-run"), "plain HTTP", 2)
    sealed = next(node for node in range(3) if node != leader)
    cluster.kill(sealed)
    cluster.start(sealed)
    cluster.wait_for(sealed, lambda health: health == 503)
    machine.refused("a sealed node is named", ("push", f"node{sealed}", "shop/s000", "--dry-run", "--wait", "1s"), "is sealed", 1)
    cluster.until(lambda: cluster.joined(sealed), "the sealed node comes back")
    changed = machine.etui("diff", node, "shop/s001", "--json")
    check("a diff with what is there is masked", VALUE not in changed and not json.loads(changed)["Same"], changed)


if __name__ == "__main__":
    started = time.monotonic()
    try:
        main()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    print(f"all of it in {time.monotonic() - started:.0f} seconds")
