#!/usr/bin/env python3
"""Real git with etui as its credential helper, against `git http-backend` on 127.0.0.1.

Usage: .ci/with_git.py PATH_OF_ETUI
Clone and push with a password from the vault, approve, reject, two accounts on one host, a port, rotation by
`store`, an expired password, a locked vault. Says so and succeeds where there is no git, or one without http-backend.
"""

import base64
import http.server
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

if not shutil.which("git"):
    print("skipped: there is no git")
    sys.exit(0)
ETUI = os.path.abspath(sys.argv[1])
EXEC_PATH = pathlib.Path(subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip())
BACKEND = EXEC_PATH / "git-http-backend"
if not BACKEND.exists() or not (EXEC_PATH / "git-remote-http").exists():
    print("skipped: this git has no http-backend or no http client")
    sys.exit(0)

folder = pathlib.Path(tempfile.mkdtemp(prefix="etui-with-git-"))
accounts = {"me": "first password"}
asked = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def user(self):
        kind, _, rest = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            return None
        user, _, password = base64.b64decode(rest).decode().partition(":")
        asked.append((user, password))
        return user if accounts.get(user) == password else None

    def handle_git(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        user = self.user()
        if user is None:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="test"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(folder / "served"), "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": user,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "REMOTE_ADDR": "127.0.0.1",
        }
        answer = subprocess.run([BACKEND], input=body, capture_output=True, env=environment, check=True, timeout=120).stdout
        head, _, content = answer.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = next((int(value.split()[0]) for key, value in lines if key == "Status"), 200)
        self.send_response(status)
        for key, value in lines:
            if key != "Status":
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = handle_git


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
host = f"127.0.0.1:{server.server_port}"
url = f"http://{host}/project.git"

(folder / "home").mkdir()
(folder / "password").write_text("correct horse battery staple")
environment = {
    "PATH": os.environ["PATH"], "HOME": str(folder / "home"), "ETUI_VAULT": str(folder / "vault.etui"),
    "ETUI_PASSWORD_FILE": str(folder / "password"), "XDG_STATE_HOME": str(folder / "state"),
    "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
}


def run(*words, where=folder, stdin="", answer=None, code=0, **more):
    """`answer`: what git's own question for a password is answered with."""
    env = environment | {key: value for key, value in more.items() if value is not None}
    for key in [key for key, value in more.items() if value is None]:
        env.pop(key, None)
    if answer is not None:
        script = folder / "answer"
        user, password = answer
        script.write_text(f'#!/bin/sh\ncase "$1" in Username*) echo "{user}";; *) echo "{password}";; esac\n')
        script.chmod(0o700)
        env["GIT_ASKPASS"] = str(script)
    done = subprocess.run(words, cwd=where, input=stdin, capture_output=True, text=True, env=env, timeout=120)
    if (done.returncode == 0) != (code == 0):
        sys.exit(f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def etui(*words, **more):
    return run(ETUI, *words, **more)


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found!r} instead of {wanted!r}")
    print(f"ok: {what}")


def commit_and_push(text, **more):
    (folder / "clone" / "file").write_text(text)
    run("git", "commit", "-qam", text, where=folder / "clone")
    return run("git", "push", "-q", "origin", "HEAD:main", where=folder / "clone", **more)


def versions(name):
    return [line.split("\t")[:2] for line in etui("log", name, "--all").splitlines()]


run("git", "init", "-q", "--bare", "-b", "main", str(folder / "served" / "project.git"))
run("git", "config", "http.receivepack", "true", where=folder / "served" / "project.git")
seed = folder / "seed"
run("git", "init", "-q", "-b", "main", str(seed))
(seed / "file").write_text("x")
run("git", "add", "file", where=seed)
run("git", "commit", "-qm", "x", where=seed)
run("git", "push", "-q", str(folder / "served" / "project.git"), "main", where=seed)
etui("init", "--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1")
run("git", "config", "--global", "credential.helper", f"!{ETUI} git-credential")
run("git", "config", "--global", "http.postBuffer", "100000000")

name = f"git/127.0.0.1_{server.server_port}/me"
run("git", "clone", "-q", url, "nothing", code=1)
print("ok: without a password git asks, and fails without an answer")
run("git", "clone", "-q", url, "clone", answer=("me", "first password"))
expect("an approved password is stored under host, port and user", etui("get", name), "first password")
commit_and_push("one")
expect("a push takes it from the vault", asked[-1], ("me", "first password"))
expect("the same password writes nothing", versions(name), [["v1", "ACSCurrent"]])

accounts["me"] = "second password"
run("git", "fetch", "-q", where=folder / "clone", code=1)
expect("a refused password is marked", versions(name), [["v1", "ACSCurrent,rejected"]])
asked.clear()
run("git", "fetch", "-q", where=folder / "clone", code=1)
expect("and not tried again", asked, [])
commit_and_push("two", answer=("me", "second password"))
expect("the next one replaces it", versions(name), [["v2", "ACSCurrent"], ["v1", "ACSPrevious,rejected"]])
accounts["me"] = "third password"
etui("put", name, stdin="third password")
commit_and_push("three")
expect("a password rotated in the vault is used at once", asked[-1], ("me", "third password"))
expect("and not stored again", len(versions(name)), 3)

accounts["you"] = "another password"
yours = url.replace("http://", "http://you@")
run("git", "ls-remote", yours, answer=("you", "another password"))
expect("a second account on one host", etui("get", name.replace("/me", "/you")), "another password")
for user in ["me", "you"]:
    run("git", "ls-remote", url.replace("http://", f"http://{user}@"))
    expect(f"the account that the URL names: {user}", asked[-1], (user, accounts[user]))

place = f"protocol=http\nhost={host}\nusername=me\n"
soon = int(time.time()) + 3600
etui("git-credential", "store", stdin=f"{place}password=third password\npassword_expiry_utc={soon}\n")
mine = url.replace("http://", "http://me@")
run("git", "ls-remote", mine)
print("ok: a password that expires later is used")
etui("git-credential", "store", stdin=f"{place}password=third password\npassword_expiry_utc=1000000000\n")
run("git", "ls-remote", mine, code=1)
print("ok: an expired one is not")
expect("https is never answered to http", etui("git-credential", "get", stdin=f"protocol=https\nhost={host}\n"), "")

start = time.monotonic()
locked = subprocess.run([ETUI, "git-credential", "get"], input=place, capture_output=True, text=True,
                        env={key: value for key, value in environment.items() if key != "ETUI_PASSWORD_FILE"}, timeout=120)
expect("a locked vault says nothing", (locked.returncode, locked.stdout, locked.stderr), (0, "", ""))
print(f"    in {1000 * (time.monotonic() - start):.0f} ms")

link = folder / "bin" / "git-credential-etui"
link.parent.mkdir()
link.symlink_to(ETUI)
run("git", "config", "--global", "credential.helper", "etui")
run("git", "ls-remote", yours, PATH=f"{link.parent}:{os.environ['PATH']}")
print("ok: a link named git-credential-etui")
server.shutdown()
shutil.rmtree(folder)
