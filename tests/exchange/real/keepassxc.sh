#!/usr/bin/env bash
# The CSV file of KeePassXC, written by keepassxc-cli, then the database itself and its XML.
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

# The database and its XML hold the same, and the old password too.
echo "$master" >word && chmod 600 word
"$etui" import safe.kdbx --prefix db --other-password-file word >/dev/null 2>&1
[ "$("$etui" get db/plain~ --field password)" = pw-plain ]
"$etui" import safe.xml --prefix db >said 2>&1
grep -q "nothing changed" said || { cat said; exit 1; }
