#!/usr/bin/env python3
"""Two clones of a repository with a vault in it, changed at random, merged by git with etui as the merge driver.

Usage: .ci/with_git_merge.py PATH_OF_ETUI [ROUNDS]
After the rounds both clones hold every value that either stored; on the way `etui verify` finds nothing, the file is
private once etui has opened it, and no journal lies beside it. While an agent is locked our version stays, and what the
hint says merges it. Says so and succeeds where there is no git.
"""

import pathlib
import random
import shutil
import stat
import subprocess
import sys
import tempfile
import time

from machines import Machine
from scratch import skip_without

skip_without("git")
ETUI = sys.argv[1]
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 10
SEED = 19
# After how many rounds everything is checked.
CHECKED = 10
folder = pathlib.Path(tempfile.mkdtemp(prefix="etui-with-git-merge-"))
bare = folder / "bare.git"


class Clone(Machine):
    def __init__(self, name):
        super().__init__(folder, name, ETUI, vault="clone/vault.etui")
        self.clone = self.home / "clone"

    def git(self, *words, codes=(0,)):
        return self.run("git", *words, where=self.clone, codes=codes)

    def prepare(self):
        self.run("git", "clone", "-q", str(bare), "clone")
        self.run("etui", "git-setup", where=self.clone)

    def store(self, turn):
        for _ in range(chance.randint(1, 3)):
            value = f"value-{turn}-{chance.getrandbits(32):08x}"
            # Made here, or put as a version: both machines may do either at the same time.
            self.etui("put", f"secret-{chance.randint(1, 12)}", "--create", stdin=value.encode())
            stored.append(value)
        self.git("commit", "-qam", f"round {turn}")

    def exchange(self):
        self.git("pull", "-q", "--no-rebase", "--no-edit")
        self.git("push", "-q", "origin", "HEAD")


def check():
    for machine in machines:
        machine.etui("verify")
        names = sorted(path.name for path in machine.clone.iterdir() if path.name != ".git")
        assert names == [".gitattributes", "vault.etui"], names
        mode = stat.S_IMODE(machine.vault.stat().st_mode)
        assert mode == 0o600, oct(mode)
        held = machine.values()
        missing = [value for value in stored if value not in held]
        assert not missing, (machine.name, missing)


def locked():
    """git names a conflict and our version stays; unlocked, the hint merges it."""
    for machine in machines:
        machine.store("locked")
    two.exchange()
    one.lock()
    before = one.vault.read_bytes()
    pulled = one.git("pull", "-q", "--no-rebase", "--no-edit", codes=(1,))
    said = (pulled.stdout + pulled.stderr).decode()
    assert one.vault.read_bytes() == before, "another version is in the place of ours"
    assert "etui unlock" in said and "git checkout -m -- vault.etui" in said, said
    one.unlock()
    one.git("checkout", "-q", "-m", "--", "vault.etui")
    one.git("commit", "-qam", "merged")
    one.exchange()
    two.exchange()
    check()
    print("ok: with a locked agent our version stays, and the hint merges it")


subprocess.run(["git", "init", "-q", "--bare", str(bare)], check=True)
machines = one, two = [Clone("one"), Clone("two")]
stored = []
chance = random.Random(SEED)
try:
    one.prepare()
    one.init()
    one.git("add", "-A")
    one.git("commit", "-qm", "a vault")
    one.git("push", "-q", "origin", "HEAD")
    two.prepare()
    for machine in machines:
        machine.unlock()
    begun = time.monotonic()
    for turn in range(1, ROUNDS + 1):
        for machine in chance.sample(machines, chance.choice([1, 2])):
            machine.store(turn)
        for machine in [one, two, one]:
            machine.exchange()
        if turn % CHECKED == 0 or turn == ROUNDS:
            check()
            print(f"round {turn}: {len(stored)} values, {time.monotonic() - begun:.0f} s", flush=True)
    locked()
    print(f"ok: {ROUNDS} rounds, {len(stored)} values: none is missing in either clone (seed {SEED})")
finally:
    for machine in machines:
        machine.lock()
    shutil.rmtree(folder, ignore_errors=True)
