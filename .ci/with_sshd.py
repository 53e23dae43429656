#!/usr/bin/env python3
"""Two machines sync with a file behind a real sshd on 127.0.0.1, both at once; then one of them is killed at every step.

Usage: .ci/with_sshd.py PATH_OF_ETUI [ROUNDS]
After the rounds both machines and the file there hold every value that either stored, the file is private, and nothing
lies beside it. A sync that is killed here or there, or loses its connection, leaves the old file or the new one there.
Says so and succeeds where there is no sshd.
"""

import hashlib
import json
import os
import pathlib
import random
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time

from killing import Saved, calls_of, killed_at
from machines import Machine

SSHD = shutil.which("sshd") or next((path for path in ["/usr/sbin/sshd"] if os.access(path, os.X_OK)), None)
if not (SSHD and shutil.which("ssh") and shutil.which("ssh-keygen")):
    print("skipped: there is no sshd")
    sys.exit(0)
ETUI = sys.argv[1]
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 10
SEED = 19
# A short run tries every fifth step at which a sync can be killed, a long one tries all.
STRIDE = 1 if ROUNDS >= 100 else 5
folder = pathlib.Path(tempfile.mkdtemp(prefix="etui-with-sshd-"))
there = folder / "there"
remote = there / "it's the vault.etui"
# The programs that the remote command may call, each of them a step at which it may be killed.
STEPS = ["find", "mktemp", "cat", "sync", "sha256sum", "cut", "mkdir", "rm", "mv", "rmdir"]


class Sshd:
    def __init__(self):
        self.folder = folder / "sshd"
        self.steps = self.folder / "steps"
        self.steps.mkdir(parents=True)
        there.mkdir()
        if os.getuid() == 0:
            # Where sshd of the system was never started, the folder that it wants is not there.
            pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        for name in ["host", "user"]:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name)], check=True)
        shutil.copy(self.folder / "user.pub", self.folder / "authorized")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        for step in STEPS:
            (self.steps / step).write_text(STEP.format(real=shutil.which(step), step=step, folder=self.folder))
            (self.steps / step).chmod(0o755)
        (self.folder / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder}/host\n"
            f"AuthorizedKeysFile {self.folder}/authorized\nStrictModes no\nUsePAM no\nPidFile none\n"
            f"PasswordAuthentication no\nKbdInteractiveAuthentication no\nMaxStartups 100\nPrintMotd no\n"
            # The shell there reads nobody's settings, which may take seconds.
            f"SetEnv PATH={self.steps}:{os.environ['PATH']} HOME={there}\n")
        key = (self.folder / "host.pub").read_text().split()[:2]
        (self.folder / "known").write_text(f"[127.0.0.1]:{self.port} {' '.join(key)}\n")
        (self.folder / "client").write_text(
            f"IdentityFile {self.folder}/user\nIdentitiesOnly yes\nIdentityAgent none\n"
            f"UserKnownHostsFile {self.folder}/known\nGlobalKnownHostsFile none\n")
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(self.folder / "config")], stderr=self.log)
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > until:
                    print(f"skipped: sshd does not start: {(self.folder / 'log').read_text().strip()}")
                    sys.exit(0)
                time.sleep(0.05)

    def kill_at(self, step):
        """The n-th program of the next remote command is its last one: it is killed before it, or after it."""
        (self.folder / "count").unlink(missing_ok=True)
        (self.folder / "kill").unlink(missing_ok=True)
        if step is not None:
            (self.folder / "kill").write_text(f"{step[0]} {step[1]}\n")

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


# The remote command is a process group of its own. Where nothing is to be killed this costs a look at one file.
STEP = """#!/bin/sh
[ -e '{folder}/kill' ] || exec {real} "$@"
echo {step} >> '{folder}/count'
read -r at when < '{folder}/kill'
[ "$(wc -l < '{folder}/count')" = "$at" ] || exec {real} "$@"
: > '{folder}/killed'
[ "$when" = after ] || kill -9 0
{real} "$@"
kill -9 0
"""

# ssh is told of our sshd, and may be made to lose what it uploads after some bytes.
SSH = """#!/bin/sh
if [ -n "$BEFORE_PUT" ]; then
  case $* in *mktemp*) sh -c "$BEFORE_PUT" > /dev/null 2>&1 < /dev/null ;; esac
fi
if [ -n "$LOSE_AFTER" ]; then
  case $* in *mktemp*) head -c "$LOSE_AFTER" | {real} -F '{config}' "$@"; exit 255 ;; esac
fi
exec {real} -F '{config}' "$@"
"""


def hash_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def names_there():
    return sorted(path.name for path in there.iterdir())


def age():
    """An hour and more passes there, for what a killed sync left."""
    old = time.time() - 7200
    for path in list(there.rglob("*")):
        if path != remote and path.exists():
            os.utime(path, (old, old))


def store(machine, chance, turn, stored):
    for _ in range(chance.randint(1, 2)):
        value = f"value-{turn}-{chance.getrandbits(32):08x}"
        name = f"secret-{chance.randint(1, 20)}"
        machine.etui("put", name, "--create", stdin=value.encode())
        stored[value] = name


def sync(machine, *words, **more):
    return machine.start("etui", "sync", "--keep-purged", "--json", *words, more=more)


def finish(machine, process, codes=(0,)):
    out, err = process.communicate(timeout=600)
    if process.returncode not in codes:
        raise SystemExit(f"{machine.name}: sync ended with {process.returncode}\n{out.decode()}{err.decode()}")
    return json.loads(out) if process.returncode == 0 else None


def state_of(path):
    """The state of a whole vault file: copies that hold the same may differ in bytes."""
    copy = folder / "copy.etui"
    shutil.copy(path, copy)
    state = json.loads(watcher.etui("verify", str(copy), "--json"))["VaultState"]
    copy.unlink()
    return state


def state_here(machine):
    """Of a vault that may have a journal beside it."""
    return json.loads(machine.etui("verify", "--json"))["VaultState"]


def check_file_there():
    mode = stat.S_IMODE(remote.stat().st_mode)
    assert mode == 0o600, oct(mode)
    return state_of(remote)


def check_all(machines, stored):
    """Nobody lost anything, and nothing lies beside the files."""
    for machine in machines + machines[:1]:
        finish(machine, sync(machine))
    check_file_there()
    assert names_there() == [remote.name], names_there()
    for machine in machines:
        machine.etui("verify")
        held = machine.values()
        missing = [value for value in stored if value not in held]
        assert not missing, (machine.name, missing)
        beside = sorted(path.name for path in machine.vault.parent.iterdir() if path.name.startswith("vault"))
        assert beside == ["vault.etui"], beside
        mode = stat.S_IMODE(machine.vault.stat().st_mode)
        assert mode == 0o600, oct(mode)
        state = machine.home / ".local/state/etui"
        left = [path.name for path in state.iterdir() if path.name.startswith("etui-sync-")]
        assert not left, left


def at_once(machines, stored, chance):
    """Both store and sync at the same time, `ROUNDS` times."""
    races, gave_up, begun = 0, 0, time.monotonic()
    for turn in range(ROUNDS):
        for machine in machines:
            store(machine, chance, turn, stored)
        running = [(machine, sync(machine)) for machine in machines]
        for machine, process in running:
            done = finish(machine, process, codes=(0, 7))
            races += len(done["Merges"]) - 1 if done else 0
            gave_up += done is None
        if (turn + 1) % 20 == 0 or turn + 1 == ROUNDS:
            check_all(machines, stored)
            print(f"round {turn + 1}: {len(stored)} values, {races} lost races, {time.monotonic() - begun:.0f} s", flush=True)
    print(f"ok: {ROUNDS} rounds of two clients at once, {len(stored)} values, 0 lost; {races} races were lost and run "
          f"again, {gave_up} syncs gave up after five tries (seed {SEED})")


def a_lost_race(machines, stored, chance):
    """The other machine syncs between fetch and put: the first begins again, and both have all."""
    one, two = machines
    store(one, chance, "race", stored)
    store(two, chance, "race", stored)
    inner = f"[ -e '{folder}/raced' ] || {{ : > '{folder}/raced'; env -i " + " ".join(
        f"'{name}={value}'" for name, value in two.environment.items()) + " etui sync --keep-purged; }"
    done = finish(one, sync(one, BEFORE_PUT=inner))
    assert len(done["Merges"]) == 2 and done["Put"], done
    check_all(machines, stored)
    print("ok: a lost race begins again")


def killed_there(machines, stored, chance):
    """The remote command is killed before and after each program that it calls."""
    one, _ = machines
    kills = 0
    for when in ["before", "after"]:
        at = 1
        while True:
            store(one, chance, f"there-{when}-{at}", stored)
            old = state_of(remote)
            (folder / "sshd" / "killed").unlink(missing_ok=True)
            sshd.kill_at((at, when))
            process = sync(one)
            process.communicate(timeout=600)
            was_killed = (folder / "sshd" / "killed").exists()
            sshd.kill_at(None)
            new = state_of(one.vault)
            assert check_file_there() in (old, new), f"another state {when} step {at}"
            age()
            finish(one, sync(one))
            if not was_killed:
                break
            kills += 1
            at += STRIDE
    check_all(machines, stored)
    print(f"ok: the remote command was killed at {kills} steps: the old file or the new one, and the next sync ends well")


def connection_lost(machines, stored, chance):
    one, _ = machines
    size = remote.stat().st_size
    cuts = [0, 1, 4096, size // 2, size - 1]
    for cut in cuts:
        store(one, chance, f"lost-{cut}", stored)
        old = hash_of(remote)
        process = sync(one, LOSE_AFTER=str(cut))
        process.communicate(timeout=600)
        assert process.returncode != 0
        assert hash_of(remote) == old
        until = time.monotonic() + 60
        while any(name.startswith(".etui-sync-") for name in names_there()) and time.monotonic() < until:
            time.sleep(0.05)
        assert names_there() == [remote.name], names_there()
        finish(one, sync(one))
    check_all(machines, stored)
    print(f"ok: a connection that is lost after {cuts} bytes changes nothing there")


def killed_here(machines, stored, chance):
    """etui is killed at one of its calls after the other, each time from the same state, both ends having changed."""
    if not shutil.which("strace"):
        print("skipped: kills of the client, since strace is missing")
        return
    one, two = machines
    for machine in machines:
        store(machine, chance, "here", stored)
    finish(two, sync(two))
    saved = Saved(one, remote)
    old = state_of(remote)
    calls = calls_of(one)
    kills = 0
    for call in calls[::STRIDE]:
        saved.restore()
        kills += killed_at(one, call) != 0
        # What ssh was doing goes on to its end without etui.
        until = time.monotonic() + 60
        while ssh_runs() and time.monotonic() < until:
            time.sleep(0.02)
        assert check_file_there() in (old, state_here(one)), f"another state there, killed in {call}"
        age()
        finish(one, sync(one))
        assert check_file_there() == state_here(one), f"the next sync did not end well, killed in {call}"
        held = one.values()
        assert all(value in held for value in stored), call
    saved.remove()
    check_all(machines, stored)
    print(f"ok: etui was killed in {kills} of {len(calls)} calls: a whole vault at either end, and the next sync ends well")


def ssh_runs():
    found = subprocess.run(["pgrep", "-f", str(folder / "sshd" / "client")], capture_output=True)
    return found.returncode == 0


sshd = Sshd()
machines = [Machine(folder, name, ETUI) for name in ["one", "two"]]
watcher = Machine(folder, "watcher", ETUI)
try:
    one, two = machines
    for machine in machines:
        machine.program("ssh", SSH.format(real=shutil.which("ssh"), config=sshd.folder / "client"))
    one.init()
    one.unlock()
    for machine in machines:
        machine.etui("remote", "add", "server", f"ssh://127.0.0.1:{sshd.port}{remote}")
    one.etui("put", "secret-1", "--create", stdin=b"the first")
    finish(one, sync(one))
    for machine in [two, watcher]:
        shutil.copy(remote, machine.vault)
        machine.vault.chmod(0o600)
        machine.unlock()
    stored = {"the first": "secret-1"}
    chance = random.Random(SEED)
    at_once(machines, stored, chance)
    a_lost_race(machines, stored, chance)
    killed_there(machines, stored, chance)
    connection_lost(machines, stored, chance)
    killed_here(machines, stored, chance)
finally:
    for machine in machines + [watcher]:
        machine.lock()
    sshd.close()
    shutil.rmtree(folder, ignore_errors=True)
