#!/usr/bin/env bash
# The CSV file of KeePassXC, written by keepassxc-cli. The database itself and its XML are not read: that they are
# recognised and that the way is named.
#
# usage: tests/exchange/real/keepassxc.sh ETUI
. "$(dirname "$(realpath "$0")")/home.bash"
need keepassxc-cli python3
make_vault
export QT_QPA_PLATFORM=offscreen

keepassxc() { # WHAT IT ASKS FOR, LINE BY LINE, then its arguments
    printf '%s\n' "$1" | keepassxc-cli "$2" -q "${@:3}" >/dev/null
}
master='master word'
keepassxc "$master"$'\n'"$master" db-create -p safe.kdbx
for group in Work Work/Deep 'Bücher und 工作'; do
    keepassxc "$master" mkdir safe.kdbx "$group"
done
add() { # ENTRY USERNAME PASSWORD URL NOTES
    keepassxc "$master"$'\n'"$3" add -u "$2" --url "$4" --notes "$5" -p safe.kdbx "$1"
}
add 'plain' 'alice' 'pw-plain' 'https://plain.example/login' ''
add 'Work/mail' 'bob@example.org' 'pw, "quoted" and; more' 'https://mail.example' 'first line\nsecond, "line"'
add 'Work/Deep/same' 'carol' 'pw-carol' 'https://same.example' 'the first of two'
add 'Work/same' 'dave' 'pw-dave' '' ''
add 'Bücher und 工作/Ünïcode: 微信 & co' 'eve' 'pä$$w€rd' 'https://wx.example/?a=1&b=2' ''
add 'only a user' 'frank' '' '' ''
keepassxc "$master"$'\n'pw-plain-new edit -p safe.kdbx plain
echo "$master" | keepassxc-cli export -q --format csv safe.kdbx >safe.csv
echo "$master" | keepassxc-cli export -q --format xml safe.kdbx >safe.xml

python3 - <<'PYTHON'
import csv, json
leaves = []
for at, row in enumerate(csv.DictReader(open("safe.csv", newline=""))):
    for column, cell in row.items():
        if cell == "":
            continue
        leaf = {"leaf": f"row {at + 1}, {column}", "value": cell}
        if column == "Group":
            for part in cell.split("/"):
                says = "every entry is in the root group" if part in ("Root", "Passwords") else None
                leaves.append({"leaf": f"row {at + 1}, group {part}", "value": part, "says": says})
            continue
        if column == "Icon":
            leaf["says"] = "the usual icon" if cell == "0" else None
            leaf["named"] = f"{row['Title']}' loses its icon"
        leaves.append(leaf)
assert len(leaves) > 30, len(leaves)
json.dump(leaves, open("leaves.json", "w"))
PYTHON
check_leaves keepassxc safe.csv
[ "$("$etui" get plain --field password)" = pw-plain-new ]
[ "$("$etui" get Work/mail --field password)" = 'pw, "quoted" and; more' ]

for file in safe.kdbx safe.xml; do
    code=0
    "$etui" import "$file" >/dev/null 2>said || code=$?
    [ "$code" = 2 ] || { echo "$file: exit $code"; exit 1; }
    grep -q KeePass said && grep -qi csv said || { cat said; exit 1; }
done
