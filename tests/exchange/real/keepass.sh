#!/usr/bin/env bash
# Databases of pykeepass and keepassxc-cli in, and databases of etui out: opened by both, every leaf where it was.
#
# usage: tests/exchange/real/keepass.sh ETUI
. "$(dirname "$(realpath "$0")")/home.bash"
need keepassxc-cli python3
need_python pykeepass
make_vault
export QT_QPA_PLATFORM=offscreen
echo 'master word' >word
chmod 600 word

venv/bin/python - <<'PYTHON'
import datetime
from pykeepass import create_database

def at(year):
    return datetime.datetime(year, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc)

kp = create_database("safe.kdbx", password="master word")
work = kp.add_group(kp.root_group, "Work")
deep = kp.add_group(work, "Bücher und 工作")
mail = kp.add_entry(work, "mail", "bob", "pw-1", url="https://mail.example", notes="first\nsecond", tags=["red", "env=prod"])
mail.ctime = mail.mtime = at(2020)
for year, password in ((2021, "pw-2"), (2022, 'pw, "3" & <more> ü')):
    mail.save_history()
    mail.password = password
    mail.mtime = at(year)
mail.set_custom_property("PIN", "1234", protect=True)
mail.otp = "otpauth://totp/A:me?secret=JBSWY3DPEHPK3PXP&issuer=A"
mail.add_attachment(kp.add_binary(bytes(range(256))), "cert.der")
other = kp.add_entry(deep, "Ünïcode: 微信 & co", "", "single value")
other.ctime = other.mtime = at(2022)
other.expires, other.expiry_time = True, at(2022) + datetime.timedelta(days=90)
kp.save()
PYTHON
# KeePassXC changes it: an entry gets a version, and there is a new one.
keepassxc() { # WHAT IT ASKS FOR, LINE BY LINE, then its arguments
    printf '%s\n' "$1" | keepassxc-cli "$2" -q "${@:3}"
}
keepassxc $'master word\npw-4' edit -p safe.kdbx Work/mail >/dev/null
keepassxc $'master word\npw-x' add -u carol -p safe.kdbx 'Work/of KeePassXC' >/dev/null

"$etui" import safe.kdbx --other-password-file word 2>said
[ "$("$etui" get Work/mail --field password)" = pw-4 ]
[ "$("$etui" log Work/mail --all | wc -l)" = 4 ]
"$etui" import safe.kdbx --other-password-file word >again 2>&1
grep -q "nothing changed" again || { cat again; exit 1; }
code=0
"$etui" import safe.kdbx --other-password-file /dev/null 2>said || code=$?
[ "$code" = 5 ] && grep -q 'is wrong' said || { cat said; exit 1; }

# Every kind of key file, without a password
venv/bin/python - <<'PYTHON'
import hashlib
from pykeepass import create_database
key = bytes(range(32))
files = {
    "raw": key, "hex": key.hex().encode(), "any": b"any file is a key",
    "xml1": b"<?xml version='1.0'?><KeyFile><Meta><Version>1.00</Version></Meta><Key><Data>"
        b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=</Data></Key></KeyFile>",
    "xml2": ("<?xml version='1.0'?><KeyFile><Meta><Version>2.0</Version></Meta><Key><Data Hash='%s'>%s</Data></Key></KeyFile>"
        % (hashlib.sha256(key).hexdigest()[:8].upper(), key.hex().upper())).encode(),
}
for name, content in files.items():
    open(name + ".key", "wb").write(content)
    kp = create_database(name + ".kdbx", keyfile=name + ".key")
    kp.add_entry(kp.root_group, name + " alone", "", "by " + name)
    kp.save()
PYTHON
for kind in raw hex any xml1 xml2; do
    "$etui" import "$kind.kdbx" --other-key-file "$kind.key" --no-other-password --prefix keys >said 2>&1 || { cat said; exit 1; }
    [ "$("$etui" get "keys/$kind-alone")" = "by $kind" ]
done

"$etui" export kdbx --new-password-file word --out back.kdbx 2>lost
! grep -qE 'loses|left out' lost || { cat lost; exit 1; }
keepassxc 'master word' show -s -a password back.kdbx Work/mail | grep -qx pw-4
keepassxc 'master word' ls -R back.kdbx | grep -q 'of KeePassXC'

venv/bin/python - <<'PYTHON'
from pykeepass import PyKeePass

def leaves(path):
    found = set()
    def entry(kind, name, entry):
        for key in ("username", "password", "url", "notes", "otp"):
            if getattr(entry, key):
                found.add((kind, name, key, getattr(entry, key)))
        for key, value in entry.custom_properties.items():
            if not key.startswith("etui "):
                found.add((kind, name, "field " + key, value))
        found.add((kind, name, "changed", str(entry.mtime)))
        for attachment in entry.attachments:
            found.add((kind, name, "attachment " + attachment.filename, attachment.binary))
    for it in PyKeePass(path, password="master word").entries:
        name = "/".join(it.path)
        entry("entry", name, it)
        found.add(("entry", name, "created", str(it.ctime)))
        found.add(("entry", name, "id", str(it.uuid)))
        if it.expires:
            found.add(("entry", name, "expiry", str(it.expiry_time)))
        found.update(("entry", name, "tag", tag) for tag in it.tags or [])
        for older in it.history:
            entry("history", name, older)
    return found

before, after = leaves("safe.kdbx"), leaves("back.kdbx")
print(f"{len(before)} leaves, {len(before & after)} equal")
for leaf in sorted(before - after, key=str):
    print("  nowhere:", leaf)
assert len(before) > 30 and before <= after, "leaves are lost"
PYTHON
