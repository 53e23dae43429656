#!/usr/bin/env bash
# A store as passage makes it, with age and git: revisions, a renaming, a binary value, odd names, an entry of somebody
# else, identities with a passphrase through a pipe.
#
# usage: tests/exchange/real/passage.sh ETUI
. "$(dirname "$(realpath "$0")")/home.bash"
need age age-keygen git python3
make_vault
mkdir -p .passage/store/web
cd .passage
age-keygen -o identities 2>/dev/null
age-keygen -o other 2>/dev/null
me=$(age-keygen -y identities)
git init -q -b main store
day=0
insert() { # ENTRY, its text on stdin; a day after the one before
    day=$((day + 1))
    age -r "$me" -o "store/$1.age"
    commit
}
commit() {
    export GIT_AUTHOR_DATE="2024-03-$(printf %02d "$day")T12:00:00Z"
    export GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
    git -C store add -A
    git -C store -c user.name=a -c user.email=a@example.org commit -q -m change
}
insert web/login < <(printf 'old-pw\nlogin: alice\n')
insert web/login < <(printf 'new-pw\nlogin: alice\n')
insert 'web/微信 konto' < <(printf 'ü-wert')
head -c 300 /dev/urandom >../binary
insert binary <../binary
insert from < <(printf 'before-the-move')
git -C store mv from.age moved.age
commit
insert moved < <(printf 'after-the-move')
age -r "$(age-keygen -y other)" -o store/closed.age < <(printf 'not mine')
cd ..

code=0
"$etui" import .passage/store >said 2>&1 || code=$?
[ "$code" = 2 ] && grep -q "'age' cannot decrypt 'closed'" said || { cat said; exit 1; }
"$etui" import .passage/store --skip-refused >said 2>&1
[ "$("$etui" get web/login --field password)" = new-pw ]
[ "$("$etui" get web/login::login)" = alice ]
[ "$("$etui" get web/login~1 --field password)" = old-pw ]
[ "$("$etui" get moved~1)" = before-the-move ]
[ "$("$etui" get moved)" = after-the-move ]
"$etui" get binary | cmp - binary
"$etui" list | grep -q 'web/WeiXin-konto'
"$etui" import .passage/store --skip-refused >again 2>&1
grep -q "nothing changed" again || { cat again; exit 1; }
# Identities of another name, and through a pipe
"$etui" import .passage/store --skip-refused --other-key-file <(cat .passage/other) --prefix other >said 2>&1
[ "$("$etui" get other/closed)" = 'not mine' ]
! grep -rqa -e 'new-pw' -e 'AGE-SECRET-KEY' r s c d 2>/dev/null || { echo "plaintext is left on the disk"; exit 1; }
echo "$check: ok"
