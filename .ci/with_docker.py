#!/usr/bin/env python3
"""The real docker client with a link docker-credential-etui as its credsStore.

Usage: .ci/with_docker.py PATH_OF_ETUI
In the place of an engine stands a socket that keeps what the client sends: the password it has from the helper.
Says so and succeeds without the client.
"""

import base64
import http.server
import json
import socketserver
import sys
import threading

from scratch import Scratch, expect, skip_without

skip_without("docker")
HOST = "registry.example.com"
NAME = f"docker/{HOST}"
PASSWORDS = {"me": 'p\u00e4ss "word"\\'}
sent = []


class Engine(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def address_string(self):
        return "client"

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"API-Version": "1.43", "Content-Type": "application/json", "Content-Length": len(text)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(text if self.command != "HEAD" else b"")

    def do_GET(self):
        self.answer(200, {})

    do_HEAD = do_GET

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        header = self.headers.get("X-Registry-Auth")
        account = json.loads(base64.urlsafe_b64decode(header) if header else body or b"{}")
        sent.append((account.get("username"), account.get("password")))
        # Asked for an image it says nothing about the password: the client would ask for another one, on a terminal.
        is_known = sent[-1] in PASSWORDS.items() or not self.path.endswith("/auth")
        self.answer(200 if is_known else 401, {"Status": "Login Succeeded"} if is_known else {"message": "unauthorized"})


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that has left without reading is not a failure."""


with Scratch(sys.argv[1]) as scratch:
    (scratch.folder / "bin" / "docker-credential-etui").symlink_to(scratch.etui_path)
    settings = scratch.folder / "home" / ".docker" / "config.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"credsStore": "etui"}))
    engine = Server(str(scratch.folder / "engine.sock"), Engine)
    threading.Thread(target=engine.serve_forever, daemon=True).start()
    scratch.environment["DOCKER_HOST"] = f"unix://{scratch.folder}/engine.sock"

    def docker(*words, stdin=""):
        sent.clear()
        scratch.run("docker", *words, stdin=stdin)

    def versions():
        return [line.split("\t")[:2] for line in scratch.etui("log", NAME, "--all").splitlines()]

    docker("login", "-u", "me", "--password-stdin", HOST, stdin=PASSWORDS["me"])
    expect("docker login stores the password in the vault", scratch.etui("get", NAME), PASSWORDS["me"])
    expect("and nowhere else", json.loads(settings.read_text())["auths"], {HOST: {}})
    docker("pull", f"{HOST}/image")
    expect("docker pull takes it from the vault", sent, [("me", PASSWORDS["me"])])
    docker("login", HOST)
    expect("so does the next login", sent, [("me", PASSWORDS["me"])])
    expect("and writes nothing", versions(), [["v1", "ACSCurrent"]])
    PASSWORDS["me"] = "rotated"
    scratch.etui("put", NAME, stdin="rotated")
    docker("pull", f"{HOST}/image")
    expect("a password rotated in the vault is used at once", sent, [("me", "rotated")])
    docker("logout", HOST)
    expect("docker logout marks it", versions()[0], ["v2", "ACSCurrent,rejected"])
    docker("pull", f"{HOST}/image")
    expect("and no password is sent any more", sent, [(None, None)])
    docker("login", "-u", "me", "--password-stdin", HOST, stdin="rotated")
    expect("the next login gives it again", json.loads(scratch.etui("docker-credential", "list")), {HOST: "me"})
    scratch.etui("lock")
    docker("pull", f"{HOST}/image")
    expect("of a locked vault no password is sent", sent, [(None, None)])
    scratch.unlock()
    docker("pull", f"{HOST}/image")
    expect("and again once it is unlocked", sent, [("me", "rotated")])
    engine.shutdown()
