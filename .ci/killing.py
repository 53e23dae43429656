"""A sync that is killed at one of its system calls after the other, by strace, each time from the same state."""

import os
import shutil

# What changes a file, begins a program or waits for one.
CALLS = ["openat", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir",
         "chmod", "fchmod", "fsync", "fdatasync", "pwrite64", "write", "ftruncate", "copy_file_range", "sendfile", "execve",
         "wait4", "vfork", "clone", "clone3"]


def traced(machine, options, follow):
    """A sync below strace; the return code is that of etui."""
    command = ["strace", *(["-f"] if follow else []), "-qq", *options, "etui", "sync", "--keep-purged"]
    process = machine.start(*command)
    process.communicate(timeout=600)
    return process.returncode


def calls_of(machine, follow=False):
    """Each call of a sync that is not killed, as its name and how often it was made before."""
    log = machine.home / "calls"
    assert traced(machine, ["-o", str(log), "-e", f"trace={','.join(CALLS)}"], follow) == 0
    most, counts = {}, {}
    for line in log.read_text(errors="replace").splitlines():
        who, call = line.split(None, 1) if follow else ("", line)
        name = call.split("(")[0]
        if name in CALLS:
            counts[who, name] = counts.get((who, name), 0) + 1
            most[name] = max(most.get(name, 0), counts[who, name])
    log.unlink()
    return [(name, number) for name in CALLS for number in range(1, most.get(name, 0) + 1)]


def killed_at(machine, call, follow=False):
    """A sync that is killed in this call. Answers the return code: 0 where it did not make the call this time."""
    name, number = call
    options = ["-o", os.devnull, "-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={number}"]
    return traced(machine, options, follow)


class Saved:
    """A machine and the file or folder at the other end as they were."""

    def __init__(self, machine, remote):
        self.files = [(machine.vault.parent, machine.vault.name), (machine.home / ".local/state", "etui"),
                      (remote.parent, remote.name)]
        self.kept = machine.home / "saved"
        self.kept.mkdir()
        for at, (parent, name) in enumerate(self.files):
            self.copy(parent / name, self.kept / str(at))

    def restore(self):
        for at, (parent, name) in enumerate(self.files):
            for path in parent.glob(f"*{name}*") if at != 1 else [parent / name]:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            self.copy(self.kept / str(at), parent / name)

    def remove(self):
        shutil.rmtree(self.kept)

    @staticmethod
    def copy(one, other):
        shutil.copytree(one, other, symlinks=True) if one.is_dir() else shutil.copy2(one, other)
