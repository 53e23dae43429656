#!/usr/bin/env python3
"""`etui sync` with a file and with a git repository, killed at one system call after the other.

Usage: .ci/with_killed_syncs.py PATH_OF_ETUI [STRIDE] [KIND ...]
Both ends were changed; the sync is killed in every STRIDEth of its calls (default: in every one) that change a file,
begin a program or wait for one, each time from the same state. Kinds: `file`; `git`; `git-all`, where every process of
a sync is killed at its own call, git's own at either end among them. After each kill both ends hold a whole vault, the
other end the one before or the one that is here; the next sync ends well, and then both ends hold every value that
either stored, with nothing beside the files. Says so and succeeds where there is no strace or no git.
"""

import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import time

from killing import Saved, calls_of, killed_at
from machines import Machine
from scratch import skip_without

skip_without("strace")
ETUI = sys.argv[1]
STRIDE = int(sys.argv[2]) if len(sys.argv) > 2 else 1
KINDS = sys.argv[3:] or ["file", "git", "git-all"]
BRANCH = "main"
folder = pathlib.Path(tempfile.mkdtemp(prefix="etui-with-kills-"))


class File:
    """A vault file in a folder that both machines see."""

    def __init__(self):
        self.there = folder / "there"
        self.there.mkdir()
        self.path = self.there / "copy.etui"
        self.url = f"file:{self.path}"

    def fetch(self, copy):
        shutil.copy(self.path, copy)

    def check(self, is_at_rest):
        mode = stat.S_IMODE(self.path.stat().st_mode)
        assert mode == 0o600, oct(mode)
        names = sorted(path.name for path in self.there.iterdir())
        assert not is_at_rest or names == [self.path.name], names

    def mend(self):
        """A user has nothing to mend."""


class Git:
    """A vault file in a bare repository."""

    def __init__(self):
        self.path = folder / "bare.git"
        subprocess.run(["git", "init", "-q", "--bare", f"--initial-branch={BRANCH}", str(self.path)], check=True)
        self.url = f"git:{self.path}"

    def fetch(self, copy):
        with open(copy, "wb") as out:
            subprocess.run(["git", "-C", str(self.path), "cat-file", "blob", f"{BRANCH}:vault.etui"], stdout=out, check=True)

    def check(self, is_at_rest):
        subprocess.run(["git", "-C", str(self.path), "fsck", "--no-dangling", "--no-progress"], check=True, capture_output=True)
        names = subprocess.run(["git", "-C", str(self.path), "ls-tree", "--name-only", BRANCH], check=True, capture_output=True)
        assert names.stdout == b"vault.etui\n", names.stdout

    def mend(self):
        """git leaves its locks where it is killed, and says in a push which one is to be deleted."""
        for lock in self.path.rglob("*.lock"):
            lock.unlink()


def store(machine, text, stored):
    machine.etui("put", f"secret-{len(stored) % 7}", "--create", stdin=text.encode())
    stored.append(text)


def sync(machine, codes=(0,)):
    return machine.run("etui", "sync", "--keep-purged", "--json", codes=codes)


def state_there(remote):
    """The state of a whole vault: copies that hold the same may differ in bytes."""
    copy = folder / "copy.etui"
    copy.unlink(missing_ok=True)
    remote.fetch(copy)
    state = json.loads(watcher.etui("verify", str(copy), "--json"))["VaultState"]
    copy.unlink()
    return state


def state_here(machine):
    return json.loads(machine.etui("verify", "--json"))["VaultState"]


def age(remote):
    """An hour and more passes for what a killed sync left."""
    old = time.time() - 7200
    for path in list(remote.path.parent.rglob("*")) if isinstance(remote, File) else []:
        if path != remote.path:
            os.utime(path, (old, old))


def check_rest(remote, machine, stored):
    """All is there, and nothing lies beside the files."""
    remote.check(is_at_rest=True)
    held = machine.values()
    missing = [text for text in stored if text not in held]
    assert not missing, missing
    beside = sorted(path.name for path in machine.vault.parent.iterdir() if path.name.startswith("vault"))
    assert beside == ["vault.etui"], beside
    left = [path.name for path in (machine.home / ".local/state/etui").iterdir() if path.name.startswith("etui-sync-")]
    assert not left, left


def killed(remote, machines, stored, follow):
    """One machine is killed at its call after call, the other end being ahead. Answers how often that was."""
    one, two = machines
    for machine in machines:
        store(machine, f"{machine.name}-{follow}", stored)
    sync(two)
    saved = Saved(one, remote.path)
    old = state_there(remote)
    steps = calls_of(one, follow)
    kills = 0
    for call in steps[::STRIDE]:
        saved.restore()
        where = f"killed in {call[0]} {call[1]}"
        kills += killed_at(one, call, follow) != 0
        settle()
        remote.check(is_at_rest=False)
        here, there = state_here(one), state_there(remote)
        assert there in (old, here), f"{where}: the other end is neither the one before nor the one here"
        age(remote)
        remote.mend()
        sync(one)
        assert state_there(remote) == state_here(one), f"{where}: the next sync did not end well"
        check_rest(remote, one, stored)
    saved.remove()
    sync(two)
    check_rest(remote, two, stored)
    return kills, len(steps)


def settle():
    """What a killed etui had begun goes on to its end without it."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if subprocess.run(["pgrep", "-f", f"git.*{folder}"], capture_output=True).returncode != 0:
            return
        time.sleep(0.02)


running = []
try:
    for kind in KINDS:
        if kind != "file" and not shutil.which("git"):
            print("skipped: kills of a sync with git, since git is missing")
            continue
        remote = File() if kind == "file" else Git()
        machines = [Machine(folder, f"{kind}-{name}", ETUI) for name in ["one", "two"]]
        watcher = Machine(folder, f"{kind}-watcher", ETUI)
        running += [*machines, watcher]
        machines[0].init()
        machines[0].unlock()
        for machine in machines:
            machine.etui("remote", "add", "there", remote.url)
        stored = []
        store(machines[0], "the first", stored)
        sync(machines[0])
        for machine in [machines[1], watcher]:
            remote.fetch(machine.vault)
            machine.vault.chmod(0o600)
            machine.unlock()
        begun = time.monotonic()
        kills, calls = killed(remote, machines, stored, follow=kind == "git-all")
        which = "each process of a sync" if kind == "git-all" else "etui"
        print(f"ok: {kind}: {which} was killed in {kills} of {calls} calls: a whole vault at either end, the next sync ends "
              f"well, 0 values lost ({time.monotonic() - begun:.0f} s)", flush=True)
        shutil.rmtree(remote.path.parent if kind == "file" else remote.path)
finally:
    for machine in running:
        machine.lock()
    shutil.rmtree(folder, ignore_errors=True)
