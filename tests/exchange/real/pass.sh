#!/usr/bin/env bash
# A store of pass, with gpg and git: revisions, a renaming, a removal, binary values, odd names, and what is no
# entry.
#
# usage: tests/exchange/real/pass.sh ETUI
. "$(dirname "$(realpath "$0")")/home.bash"
need pass gpg git python3
make_vault
mkdir -m 700 gnupg
export GNUPGHOME=$home/gnupg PASSWORD_STORE_DIR=$home/store
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
gpg --batch --quiet --passphrase '' --quick-gen-key check@example.org default default never 2>/dev/null ||
    skip "gpg makes no key here"
git config --global init.defaultBranch main
pass init check@example.org >/dev/null
pass git init >/dev/null

day=0
insert() { # ENTRY, its text on stdin; a day after the one before
    day=$((day + 1))
    export GIT_AUTHOR_DATE="2024-03-$(printf %02d "$day")T12:00:00Z"
    export GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
    pass insert --multiline --force "$1" >/dev/null
}
insert web/login < <(printf 'old-pw\nlogin: alice\nurl: https://web.example\n')
insert web/login < <(printf 'mid-pw\nlogin: alice\nurl: https://web.example\n')
insert web/login < <(printf 'old-pw\nlogin: alice\nurl: https://web.example\n')
insert 'Ünïcode/微信 konto' < <(printf 'ü-wert')
head -c 300 /dev/urandom >binary
insert keys/binary <binary
insert from < <(printf 'before-the-move')
pass mv from moved >/dev/null
insert moved < <(printf 'after-the-move')
insert again < <(printf 'gone-and-back-1')
pass rm --force again >/dev/null
insert again < <(printf 'gone-and-back-2')
insert otp < <(printf 'a\nname: with otp\notpauth://totp/x?secret=JBSWY3DPEHPK3PXP\n')
insert empty < <(printf '')
printf 'x' >store/other.age
ln -s /nowhere store/linked

# Every revision of every entry that is there, and when it was made.
git -C store log --format='%H %ct' --reverse >revisions
while read -r revision when; do
    git -C store ls-tree -r -z --name-only "$revision" | while read -r -d '' file; do
        case $file in *.gpg) ;; *) continue ;; esac
        mkdir -p "revisions.d/$revision"
        value=$(git -C store show "$revision:$file" | gpg --batch --quiet --decrypt 2>/dev/null | base64 -w0)
        echo "$when $value" >"revisions.d/$revision/$(printf %s "$file" | base64 -w0 | tr / _)"
    done
done <revisions
python3 - <<'PYTHON'
import base64, datetime, glob, json, os
there = {os.path.relpath(path, "store")[:-4] for path in glob.glob("store/**/*.gpg", recursive=True)}
leaves, seen = [], set()
for line in open("revisions"):
    revision, _ = line.split()
    for path in glob.glob(f"revisions.d/{revision}/*"):
        name = base64.b64decode(os.path.basename(path).replace("_", "/")).decode()[:-4]
        when, _, value = open(path).read().partition(" ")
        value = base64.b64decode(value)
        # What was moved is an entry by its new name.
        if (name, value) in seen or name not in there | {"from"}:
            continue
        seen.add((name, value))
        time = datetime.datetime.fromtimestamp(int(when), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        empty = f"'{name}' is left out: it has no value" if not value else None
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode("latin-1")
        # The end of a single line is the editor's; a key of several lines needs its last one.
        text = text.removesuffix("\n") if text.count("\n") == 1 else text
        leaves.append({"leaf": f"{name}, its value of {time}", "value": text or "(nothing)", "named": empty})
        leaves.append({"leaf": f"{name}, {time}", "value": time, "named": empty})
for name in sorted(there):
    named = f"'{name}' is left out" if name == "empty" else None
    leaves.append({"leaf": f"the name {name}", "value": name, "named": named})
for name in ("other.age", "linked"):
    leaves.append({"leaf": name, "value": "(no entry)", "named": name})
assert len(leaves) > 25, len(leaves)
json.dump(leaves, open("leaves.json", "w"))
PYTHON
check_leaves pass store
[ "$("$etui" get web/login --field password)" = old-pw ]
[ "$("$etui" get web/login::login)" = alice ]
"$etui" get keys/binary | cmp - binary
[ "$("$etui" get moved~1)" = before-the-move ]
gpgconf --kill all
