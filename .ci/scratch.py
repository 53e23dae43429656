"""A vault in a folder of its own, unlocked by the agent, for checks with other programs."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


def skip_without(program):
    """Says so and succeeds where a program is missing."""
    if not shutil.which(program):
        print(f"skipped: there is no {program}")
        sys.exit(0)


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found!r} instead of {wanted!r}")
    print(f"ok: {what}")


class Scratch:
    """Removed at the end of `with`, its agent ended."""

    def __init__(self, etui):
        self.etui_path = os.path.abspath(etui)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="etui-scratch-"))
        (self.folder / "password").write_text("correct horse battery staple")
        for inner in ("home", "bin"):
            (self.folder / inner).mkdir()
        (self.folder / "run").mkdir(mode=0o700)
        self.environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(self.folder / "home"),
            "ETUI_VAULT": str(self.folder / "vault.etui"), "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "XDG_STATE_HOME": str(self.folder / "state"), "LANG": "C.UTF-8",
        }

    def __enter__(self):
        self.etui("init", "--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1", *self.password())
        self.unlock()
        return self

    def __exit__(self, *_):
        self.etui("lock")
        shutil.rmtree(self.folder)

    def password(self):
        return ["--password-file", str(self.folder / "password")]

    def unlock(self):
        self.etui("unlock", *self.password())

    def etui(self, *words, stdin=""):
        return self.run(self.etui_path, *words, stdin=stdin).stdout

    def run(self, *words, stdin="", where=None, code=0):
        done = subprocess.run(words, cwd=where or self.folder, input=stdin, capture_output=True, text=True,
                              env=self.environment, timeout=120)
        if done.returncode != code:
            sys.exit(f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done
