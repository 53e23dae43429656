#!/usr/bin/env python3
"""Real direnv, in bash, zsh and fish, with the `.envrc` of docs/recipes.md.

Usage: .ci/with_direnv.py PATH_OF_ETUI
Values come and go with the folder; a locked vault is told, and sets nothing. Says so and succeeds without direnv.
"""

import shutil
import sys

from scratch import Scratch, expect, skip_without

skip_without("direnv")
VALUES = {"PLAIN": "one two", "QUOTES": "a'b\"c\\d$(echo no)`echo no`$HOME!", "TEXT": "first\nsecond\n\tthird", "ACCENTS": "pässwörd 🔑"}
SHOW = {
    "bash": 'eval "$(direnv export bash)"; printf %s "$NAME"',
    "zsh": 'eval "$(direnv export zsh)"; printf %s "$NAME"',
    "fish": "direnv export fish | source; printf %s $NAME",
}
with Scratch(sys.argv[1]) as scratch:
    (scratch.folder / "bin" / "etui").symlink_to(scratch.etui_path)
    for name, value in VALUES.items():
        scratch.etui("new", f"shop/{name.lower()}", stdin=value)
    project = scratch.folder / "project"
    project.mkdir()
    (project / ".envrc").write_text('eval "$(etui env --prefix shop)"\n')
    scratch.run("direnv", "allow", where=project)
    shells = [shell for shell in SHOW if shutil.which(shell)]
    for shell in shells:
        for name, value in VALUES.items():
            shown = scratch.run(shell, "-c", SHOW[shell].replace("NAME", name), where=project).stdout
            expect(f"{shell} has {name}", shown, value)
    leave = 'eval "$(direnv export bash)"; cd ..; eval "$(direnv export bash)"; printf %s "${PLAIN-none}"'
    expect("outside of the folder it is gone", scratch.run("bash", "-c", leave, where=project).stdout, "none")
    scratch.etui("put", "shop/plain", stdin="rotated")
    scratch.etui("lock")
    locked = scratch.run("bash", "-c", 'eval "$(direnv export bash)"; printf %s "${PLAIN-none}"', where=project)
    expect("a locked vault sets nothing", locked.stdout, "none")
    expect("and is told", "etui unlock" in locked.stderr, True)
    scratch.unlock()
    shown = scratch.run("bash", "-c", SHOW["bash"].replace("NAME", "PLAIN"), where=project).stdout
    expect("once it is unlocked the new value comes", shown, "rotated")
