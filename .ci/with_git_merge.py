#!/usr/bin/env python3
"""Two clones of a repository with a vault in it, changed at random, merged by git with etui as the merge driver.

Usage: .ci/with_git_merge.py PATH_OF_ETUI [ROUNDS]
After each round both clones hold every value that either stored, `etui verify` finds nothing, the file is private once
etui has opened it, and no journal is beside it. Says so and succeeds where there is no git.
"""

import os
import pathlib
import random
import shutil
import stat
import subprocess
import sys
import tempfile

if not shutil.which("git"):
    print("skipped: there is no git")
    sys.exit(0)
ETUI = pathlib.Path(sys.argv[1]).resolve()
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 10
SEED = 19
folder = pathlib.Path(tempfile.mkdtemp(prefix="etui-with-git-merge-"))
bare = folder / "bare.git"


class Machine:
    """A home of its own, so that nothing is remembered in common."""

    def __init__(self, name):
        self.home = folder / name
        self.clone = self.home / "clone"
        self.home.mkdir()
        (self.home / "run").mkdir(mode=0o700)
        (self.home / "password").write_text("correct unruly anvil parade\n")
        (self.home / "password").chmod(0o600)
        os.symlink(ETUI, self.home / "etui")
        self.environment = {
            "HOME": str(self.home), "PATH": f"{self.home}:{os.environ['PATH']}", "XDG_RUNTIME_DIR": str(self.home / "run"),
            "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": f"{name}@here", "GIT_COMMITTER_NAME": name,
            "GIT_COMMITTER_EMAIL": f"{name}@here", "GIT_CONFIG_NOSYSTEM": "1",
        }

    def run(self, *words, stdin=b"", cwd=None):
        cwd = cwd or (self.clone if self.clone.is_dir() else self.home)
        done = subprocess.run(words, input=stdin, capture_output=True, env=self.environment, cwd=cwd)
        if done.returncode != 0:
            raise SystemExit(f"{words} ended with {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}")
        return done.stdout

    def etui(self, *words, stdin=b""):
        return self.run("etui", "--vault", "vault.etui", *words, stdin=stdin)

    def prepare(self):
        self.run("git", "clone", "-q", str(bare), "clone", cwd=self.home)
        self.run("etui", "git-setup")

    def unlock(self):
        self.etui("unlock", "--max", "1h", "--for", "1h", "--password-file", str(self.home / "password"))


subprocess.run(["git", "init", "-q", "--bare", str(bare)], check=True)
machines = [Machine("one"), Machine("two")]
one, two = machines
one.prepare()
one.run("etui", "--vault", "vault.etui", "init", "--kdf-memory", "19", "--kdf-passes", "2", "--password-file", str(one.home / "password"))
one.run("git", "add", "-A")
one.run("git", "commit", "-qm", "a vault")
one.run("git", "push", "-q", "origin", "HEAD")
two.prepare()
try:
    for machine in machines:
        machine.unlock()
    chance = random.Random(SEED)
    stored = {}
    for turn in range(ROUNDS):
        for machine in chance.sample(machines, chance.choice([1, 2])):
            for _ in range(chance.randint(1, 3)):
                value = f"value-{turn}-{chance.getrandbits(32):08x}"
                name = f"secret-{chance.randint(1, 12)}"
                # Made here, or put as a version: both machines may do either at the same time.
                machine.etui("put", name, "--create", stdin=value.encode())
                stored[value] = name
            machine.run("git", "commit", "-qam", f"round {turn}")
        for machine in [one, two, one]:
            machine.run("git", "pull", "-q", "--no-rebase", "--no-edit")
            machine.run("git", "push", "-q", "origin", "HEAD")
        for machine in machines:
            machine.etui("verify")
            names = sorted(path.name for path in machine.clone.iterdir() if path.name != ".git")
            assert names == [".gitattributes", "vault.etui"], names
            mode = stat.S_IMODE((machine.clone / "vault.etui").stat().st_mode)
            assert mode == 0o600, oct(mode)
    for machine in machines:
        held = machine.etui("export", "json", "--plaintext").decode()
        missing = [value for value in stored if value not in held]
        assert not missing, (machine.home.name, missing)
    print(f"{ROUNDS} rounds, {len(stored)} values: none is missing in either clone (seed {SEED})")
finally:
    for machine in machines:
        subprocess.run(["etui", "--vault", "vault.etui", "lock"], env=machine.environment, cwd=machine.clone, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)
