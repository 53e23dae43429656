"""Machines with homes of their own, which share nothing but a remote, for checks of copies that come together."""

import os
import pathlib
import subprocess

PASSWORD = "correct unruly anvil parade\n"
# For vaults of checks: nobody guesses at their password.
CHEAP = ["--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1"]


class Machine:
    """A home, a vault at `vault`, and an agent that was unlocked once."""

    def __init__(self, folder, name, etui, vault="vault.etui"):
        self.name = name
        self.home = folder / name
        self.vault = self.home / vault
        self.bin = self.home / "bin"
        self.bin.mkdir(parents=True)
        (self.home / "run").mkdir(mode=0o700)
        (self.home / "password").write_text(PASSWORD)
        (self.home / "password").chmod(0o600)
        os.symlink(pathlib.Path(etui).resolve(), self.bin / "etui")
        self.environment = {
            "HOME": str(self.home), "PATH": f"{self.bin}:{os.environ['PATH']}", "ETUI_VAULT": str(self.vault),
            "XDG_RUNTIME_DIR": str(self.home / "run"), "GIT_CONFIG_NOSYSTEM": "1", "LANG": "C.UTF-8",
            "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": f"{name}@here", "GIT_COMMITTER_NAME": name,
            "GIT_COMMITTER_EMAIL": f"{name}@here",
        }

    def program(self, name, text):
        """A program that stands before the system's own."""
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)

    def start(self, *words, stdin=None, where=None, more=None):
        return subprocess.Popen(words, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=self.environment | (more or {}), cwd=where or self.home)

    def run(self, *words, stdin=b"", where=None, codes=(0,), more=None):
        done = subprocess.run(words, input=stdin, capture_output=True, env=self.environment | (more or {}),
                              cwd=where or self.home, timeout=600)
        if done.returncode not in codes:
            raise SystemExit(f"{self.name}: {words} ended with {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}")
        return done

    def etui(self, *words, stdin=b"", codes=(0,)):
        return self.run("etui", *words, stdin=stdin, codes=codes).stdout.decode()

    def init(self):
        self.etui("init", *CHEAP, "--password-file", str(self.home / "password"))

    def unlock(self):
        self.etui("unlock", "--for", "8h", "--max", "8h", "--password-file", str(self.home / "password"))

    def lock(self):
        subprocess.run(["etui", "lock"], env=self.environment, cwd=self.home, capture_output=True)

    def values(self):
        """All values of all versions, as `export json` shows them."""
        return self.etui("export", "json", "--plaintext")
