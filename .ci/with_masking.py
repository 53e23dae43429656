#!/usr/bin/env python3
"""`etui run --mask` beside an unmasked run in which the forms were replaced afterwards, by Python's own encoders.

Usage: .ci/with_masking.py PATH_OF_ETUI [MEGABYTES]
Text and binary output in pieces of any size, byte by byte the same; and on a terminal every byte as without masking.
"""

import base64
import json
import os
import pty
import random
import re
import subprocess
import sys
import urllib.parse

from scratch import Scratch, expect

MEGABYTES = int(sys.argv[2]) if len(sys.argv) > 2 else 100
MASK = "••••".encode()
seed = random.randrange(1 << 32)
print(f"seed {seed}")
rng = random.Random(seed)
# Writes what is in a file in pieces of any size, each as it is.
WRITER = """
import os, random, sys
content, rng, at = open(sys.argv[1], "rb").read(), random.Random(int(sys.argv[2])), 0
while at < len(content):
    piece = rng.choice([1, 7, rng.randrange(1, 300), rng.randrange(1, 200_000)])
    at += os.write(1, content[at:at + piece])
"""


def random_bytes(length):
    return bytes(rng.choice([byte for byte in range(1, 256)]) for _ in range(length))


def go_json(text):
    encoded = json.dumps(text, ensure_ascii=False)[1:-1]
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", encoded)


def forms_of(value):
    forms = [line for line in re.split(b"\r?\n", value) if len(line) >= 12 and not line.startswith(b"-----")]
    forms.append(value)
    try:
        text = value.decode()
        forms += [json.dumps(text)[1:-1].encode(), json.dumps(text, ensure_ascii=False)[1:-1].encode(), go_json(text).encode()]
    except UnicodeDecodeError:
        pass
    for safe in ["", "/", "!'()*"]:
        upper = urllib.parse.quote(value, safe=safe)
        forms += [upper.encode(), re.sub("%..", lambda found: found[0].lower(), upper).encode()]
    forms.append(urllib.parse.quote_plus(value, safe="*").replace("~", "%7E").encode())
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + value)
        # Without the characters that what stands before and behind it decides.
        inner = encoded[-(-8 * offset // 6):8 * (offset + len(value)) // 6]
        forms += [inner, inner.translate(bytes.maketrans(b"+/", b"-_"))]
    return forms


pem = "-----BEGIN PRIVATE KEY-----\n" + "\n".join(
    base64.b64encode(rng.randbytes(48)).decode() for _ in range(8)) + "\n-----END PRIVATE KEY-----\n"
VALUES = {
    "PLAIN": b"correct horse battery", "SHORT": b"hunter22", "QUOTES": "p\u00e4ss \"word\"/<&>\\ 1+2=3? ~(x)*'!\u2028".encode(),
    "PEM": pem.encode(), "BINARY": random_bytes(40), "TOKEN": base64.urlsafe_b64encode(rng.randbytes(30)),
}
forms = set()
for value in VALUES.values():
    for ends in {value, value.rstrip(b"\r\n")}:
        forms.update(forms_of(ends))
forms = sorted(forms, key=len, reverse=True)

pieces, length = [], 0
while length < MEGABYTES * 1_000_000:
    form = rng.choice(forms)
    pieces.append(rng.choice([
        form, form[:rng.randrange(len(form))], form[rng.randrange(len(form)):], rng.randbytes(rng.randrange(5000)),
        b"INFO the request took 31 ms, status 200, path /api/v1/items?page=3\n" * rng.randrange(1, 100),
    ]))
    length += len(pieces[-1])
content = b"".join(pieces)
expected = re.sub(b"|".join(re.escape(form) for form in forms), MASK, content)

with Scratch(sys.argv[1]) as scratch:
    (scratch.folder / "content").write_bytes(content)
    (scratch.folder / "writer.py").write_text(WRITER)
    words = []
    for name, value in VALUES.items():
        file = scratch.folder / name
        file.write_bytes(value)
        scratch.etui("new", name, "--file", str(file), *(["--type", "binary"] if name == "BINARY" else []))
        words += ["--env", f"{name}={name}"]
    writer = [sys.executable, str(scratch.folder / "writer.py"), str(scratch.folder / "content"), str(seed)]

    def run(*flags):
        return subprocess.run([scratch.etui_path, "run", *flags, *words, "--", *writer], capture_output=True,
                              env=scratch.environment, check=True, timeout=600).stdout

    expect("without masking the output is as it was written", run() == content, True)
    masked = run("--mask")
    expect("and there is something to mask", content != expected, True)
    expect(f"{len(content) // 1_000_000} MB and {len(forms)} forms are masked as if replaced afterwards", masked == expected, True)

    def on_a_terminal(*flags):
        ours, terminal = pty.openpty()
        head = ["head", "-c", "1000000", str(scratch.folder / "content")]
        child = subprocess.Popen([scratch.etui_path, "run", *flags, *words, "--", *head], stdin=terminal,
                                 stdout=terminal, stderr=terminal, env=scratch.environment)
        os.close(terminal)
        shown = []
        while True:
            try:
                shown.append(os.read(ours, 65536))
            except OSError:  # so Linux tells the end of a terminal
                break
        os.close(ours)
        child.wait()
        return b"".join(shown)

    unmasked = on_a_terminal()
    expect("a terminal shows all of it", len(unmasked) >= 1_000_000, True)
    expect("a terminal gets every byte", on_a_terminal("--mask") == unmasked, True)
