#!/usr/bin/env python3
"""Codes of `etui code` beside those of oathtool, for random URIs.

Usage: .ci/with_oathtool.py PATH_OF_ETUI [HOW_MANY]
Says so and succeeds where there is no oathtool.
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

if not shutil.which("oathtool"):
    print("skipped: there is no oathtool")
    sys.exit(0)
ETUI = os.path.abspath(sys.argv[1])
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
folder = pathlib.Path(tempfile.mkdtemp(prefix="etui-with-oathtool-"))
(folder / "password").write_text("correct horse battery staple")
environment = {
    "PATH": os.environ["PATH"], "HOME": str(folder), "ETUI_VAULT": str(folder / "vault.etui"),
    "XDG_RUNTIME_DIR": str(folder / "run"), "XDG_STATE_HOME": str(folder / "state"),
}
(folder / "run").mkdir(mode=0o700)


def etui(*words, stdin=""):
    flags = ["--password-file", str(folder / "password")] if words[0] in ("init", "unlock") else []
    done = subprocess.run([ETUI, *words, *flags], input=stdin, capture_output=True, text=True, env=environment, timeout=120)
    if done.returncode:
        sys.exit(f"{words}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


etui("init", "--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1")
etui("unlock")
seed = random.randrange(1 << 32)
print(f"seed {seed}")
rng = random.Random(seed)
cases = []
for number in range(COUNT):
    secret = rng.randbytes(rng.randrange(1, 80))
    algorithm, digits = rng.choice(["SHA1", "SHA256", "SHA512"]), rng.choice([6, 7, 8])
    period = rng.choice([30, 60, 15, 45, rng.randrange(5, 3600)])
    text = base64.b32encode(secret).decode().rstrip("=")
    if rng.random() < 0.3:
        text = text.lower()
    parameters = [f"secret={text}", f"algorithm={algorithm}", f"digits={digits}", f"period={period}", "issuer=A%20B"]
    rng.shuffle(parameters)
    cases.append((f"otpauth://totp/A%20B:me?{'&'.join(parameters)}", secret, algorithm, digits, period))
entries = {f"c{number}": case[0] for number, case in enumerate(cases)}
etui("new", "codes", stdin=json.dumps(entries))
try:
    for number, (uri, secret, algorithm, digits, period) in enumerate(cases):
        def theirs():
            words = ["oathtool", f"--totp={algorithm.lower()}", "-d", str(digits), "-s", f"{period}s", "-"]
            return subprocess.run(words, input=secret.hex(), capture_output=True, text=True, check=True, timeout=120).stdout.strip()
        # Between two readings of theirs that agree ours must be the same.
        while True:
            before = theirs()
            ours = etui("code", f"codes::c{number}").strip()
            if before == theirs():
                break
        if ours != before:
            sys.exit(f"{uri}: {ours} instead of {before}")
finally:
    etui("lock")
    shutil.rmtree(folder)
print(f"ok: {COUNT} random URIs make the codes that oathtool makes")
