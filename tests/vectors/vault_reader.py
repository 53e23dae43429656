"""A reader of vaults of formats 1 and 2, written from docs/vault-format.md, without a line of the Rust code.

    vault_reader.py VAULT PASSWORD > what_it_holds.json

It checks everything that the document promises and prints all secrets with their values, and the history. It needs
Python's `cryptography`. It exits with 5 for a wrong password, and with 6 where the vault is not as it should be.
"""

import hashlib
import hmac
import json
import sqlite3
import struct
import sys
import unicodedata
from pathlib import Path
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

OPERATIONS = [
    "", "init", "create", "put", "stage", "rollback", "update", "note", "rename", "delete", "force delete", "restore",
    "purge", "undo", "redo", "import", "password", "rekey", "merge", "effect", "upgrade",
]
NOTHING = (0, bytes(16))


class Damaged(Exception):
    """The vault is not what the document says."""


def need(holds, what):
    if not holds:
        raise Damaged(what)


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def hkdf(salt, input_key, info):
    return mac(mac(salt or bytes(32), input_key), info + b"\x01")


def aes(key, block):
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)


def unseal(key, sealed, associated):
    """XAES-256-GCM as in C2SP: AES-CMAC as a key derivation, then AES-256-GCM."""
    need(len(sealed) >= 40, "a seal is too short")
    nonce = sealed[:24]
    doubled = int.from_bytes(aes(key, bytes(16)), "big") << 1
    subkey = doubled ^ 0x87 ^ (1 << 128) if doubled >> 128 else doubled
    derived = b""
    for counter in (1, 2):
        block = int.from_bytes(bytes([0, counter]) + b"X\0" + nonce[:12], "big")
        derived += aes(key, (block ^ subkey).to_bytes(16, "big"))
    return AESGCM(derived).decrypt(nonce[12:], sealed[24:], associated)


def fields(*parts):
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def u64(number):
    return struct.pack(">Q", number)


def i64(number):
    return struct.pack(">q", number)


def padme(length):
    exponent = length.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-length // step) * step


def next_64(length):
    return -(-length // 64) * 64


PADDED = {
    "value": lambda length: max(128, padme(length)),
    "record": lambda length: max(256, next_64(length)),
    "short record": lambda length: max(128, next_64(length)),
}


def unpad(content, kind):
    need(len(content) >= 4, "a content is too short")
    end = 4 + int.from_bytes(content[:4], "big")
    need(end <= len(content), "a length is too long")
    need(len(content) == PADDED[kind](end), "a padded length that no etui writes")
    need(not any(content[end:]), "padding that is not zero")
    return content[4:end]


class Record:
    """Takes fields off the front of a record."""

    def __init__(self, content):
        self.content = content

    def take(self, length):
        need(length <= len(self.content), "a record is too short")
        taken, self.content = self.content[:length], self.content[length:]
        return taken

    def number(self, layout):
        return struct.unpack(layout, self.take(struct.calcsize(layout)))[0]

    def u8(self):
        return self.number(">B")

    def u16(self):
        return self.number(">H")

    def u32(self):
        return self.number(">I")

    def u64(self):
        return self.number(">Q")

    def i64(self):
        return self.number(">q")

    def text(self):
        return self.take(self.u32()).decode("utf-8", "strict")

    def option(self, read):
        there = self.u8()
        need(there in (0, 1), "an option that is neither there nor not")
        return read() if there else None

    def list(self, read):
        return [read() for _ in range(self.u32())]

    def two(self, read):
        return [read(), read()]

    def link(self):
        return (self.u64(), self.take(16))

    def reference(self):
        return (self.i64(), self.text())

    def label(self):
        return (self.text(), self.reference())

    def note(self):
        return (self.reference(), self.two(lambda: self.option(self.text)))

    def end(self):
        need(not self.content, "a record goes on behind its last field")


class Vault:
    def __init__(self, connection, password):
        self.connection = connection
        self.format = self.number("user_version")
        need(self.format in (1, 2), "an unknown format")
        need(self.number("application_id") == 1702131049, "the application id")
        self.check_schema()
        rows = self.all("SELECT header, header_hash, wrapped_key, head FROM vault")
        need(len(rows) == 1, "one vault row")
        header, digest, wrapped, head = rows[0]
        need(hashlib.sha256(header).digest() == digest, "the header's hash")
        vault_key = self.unlock(Record(header), header, wrapped, password)
        names = ("seal", "index", "equal", "ledger")
        self.keys = {name: hkdf(self.vault_id, vault_key, b"etui/v1/" + name.encode()) for name in names}
        self.read_head(Record(self.open(head, "record", "vault", "head", header, wrapped)))

    def all(self, sql, *bound):
        return self.connection.execute(sql, bound).fetchall()

    def number(self, pragma):
        return self.all(f"PRAGMA {pragma}")[0][0]

    def check_schema(self):
        text = (Path(__file__).parents[2] / f"src/store/schema/000{self.format}.sql").read_text()
        expected = sorted(line.rstrip(";") for line in text.splitlines())
        found = self.all("SELECT name, sql FROM sqlite_schema")
        need(sorted(sql for _, sql in found if sql) == expected, "the tables")
        indexes = {1: {"sqlite_autoindex_secret_2"}, 2: set()}[self.format] | {"sqlite_autoindex_version_1"}
        need({name for name, sql in found if not sql} == indexes, "the indexes")

    def unlock(self, record, header, wrapped, password):
        need(record.take(8) == b"etui-vlt", "the magic")
        need(record.u32() == self.format, "the header's format")
        self.vault_id, _key_id = record.take(16), record.take(16)
        need(record.text() == "argon2id", "the KDF")
        memory, passes, lanes = record.u32(), record.u32(), record.u32()
        need(memory <= 2 << 20 and passes <= 32 and lanes <= 16 and memory * passes <= 8 << 20, "the KDF's limits")
        salt, key_file, commitment = record.take(16), record.u8(), record.take(32)
        record.end()
        need(key_file == 0, "a vault without a key file")
        kdf = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory)
        root = kdf.derive(unicodedata.normalize("NFC", password).encode())
        if not hmac.compare_digest(hkdf(None, root, b"etui/v1/commit"), commitment):
            sys.exit(5)
        return unseal(hkdf(None, root, b"etui/v1/wrap"), wrapped, header)

    def open(self, sealed, kind, table, column, *more):
        sealing = (1).to_bytes(4, "big")
        associated = fields(sealing, self.vault_id, table.encode(), column.encode(), *more)
        return unpad(unseal(self.keys["seal"], sealed, associated), kind)

    def read_head(self, record):
        need(record.u32() == self.format, "the head's format")
        self.newest = record.link()
        self.newest_stamp = record.u64() if self.format == 2 else None
        self.count = record.u64()
        self.sums = [record.take(32) for _ in range(64)]
        record.end()

    def events(self):
        events, self.last_of, self.random = [], {}, []
        before, stamp = bytes(16), 0
        rows = self.all("SELECT number, record FROM event ORDER BY number")
        need([number for number, _ in rows] == list(range(1, self.newest[0] + 1)), "the numbers of the events")
        opened = [
            (number, sealed, self.event(Record(self.open(sealed, "record", "event", "record", u64(number)))))
            for number, sealed in rows
        ]
        kept = {}
        for _, _, event in opened:
            kept.update({bytes.fromhex(gone): bytes.fromhex(row) for row, gone in event.get("united secrets", [])})
        for number, sealed, event in opened:
            need(event.pop("before") == before, f"the chain at event {number}")
            before = sealed[-16:]
            link, secret = event.pop("link"), event.get("secret")
            rows_of = [secret[0]] if secret else []
            while rows_of and rows_of[-1] in kept:
                rows_of.append(kept[rows_of[-1]])
            links = [self.last_of.get(row, NOTHING) for row in rows_of] or [NOTHING]
            need(link in links, f"the link of event {number}")
            for row in rows_of:
                self.last_of[row] = (number, before)
            if secret:
                event["secret"] = secret[1]
            own = event.get("stamp")
            if own is None:
                own = max(1000 * event["time"], stamp + 1)
            need(event.get("brought") or own > stamp, f"the stamp of event {number}")
            stamp = max(stamp, own)
            events.append({"number": number, **event})
        self.was_merged = any(event["operation"] == "merge" for event in events)
        need((len(rows), before) == self.newest, "the newest event")
        need(self.format == 1 or stamp == self.newest_stamp, "the stamp of the newest event")
        return events

    def event(self, record):
        version = record.u8()
        need(version in (1, 2)[: self.format], "an event's record version")
        event = {"time": record.i64()}
        if version == 2:
            event.update(stamp=record.u64(), brought=record.u8(), copy=record.text())
        operation = record.u8()
        need(1 <= operation <= (17, 20)[version - 1], "an operation")
        event["operation"] = OPERATIONS[operation]
        event["origin"] = record.u8()
        need(1 <= event["origin"] <= 4, "an origin")
        if event["origin"] == 4:
            event["access key"] = record.text()
        event["secret"] = record.option(lambda: (record.take(16), record.text()))
        event["reverses"], event["batch"] = record.option(record.u64), record.option(record.u64)
        event["link"], _random, event["before"] = record.link(), record.take(16), record.take(16)
        event["existence"] = ("stays", "appears", "disappears")[record.u8()]
        changed = {
            "name": record.text,
            "labels": lambda: record.list(record.label),
            "description": record.text,
            "tags": lambda: record.list(lambda: record.two(record.text)),
            "retention": lambda: record.option(record.u64),
            "rotation": lambda: record.option(record.u16),
            "deletion": lambda: record.option(record.i64),
        }
        for what, read in changed.items():
            event[what] = record.option(lambda read=read: record.two(read))
        event["notes"] = record.list(record.note) if version == 2 else record.option(lambda: [record.note()])
        event["added"] = record.list(record.reference)
        event["destroyed"] = record.list(record.reference)
        if event["operation"] == "merge":
            event["heads"] = record.two(lambda: record.take(16).hex())
            event["united secrets"] = record.list(lambda: record.two(lambda: record.take(16).hex()))
            event["united versions"] = record.list(lambda: record.two(record.i64))
        record.end()
        return {key: value for key, value in event.items() if value not in (None, [])}

    def secrets(self):
        sums, found = [0] * 64, []
        rows = self.all("SELECT name_tag, id, record FROM secret")
        for tag, row, record in rows:
            need(len(tag) == {1: 32, 2: 16}[self.format], "the length of a name tag")
            entry = mac(self.keys["ledger"], b"bucket" + tag + row + record[-16:])
            sums[tag[0] >> 2] = (sums[tag[0] >> 2] + int.from_bytes(entry, "big")) % (1 << 256)
        need([number.to_bytes(32, "big") for number in sums] == self.sums, "the sums of the secrets")
        need(len(rows) == self.count, "the count of the secrets")
        for tag, row, record in rows:
            found.append(self.secret(tag, row, Record(self.open(record, "record", "secret", "record", tag, row))))
        total = sum(len(secret["versions"]) for secret in found)
        need(self.all("SELECT count(*) FROM version")[0][0] == total, "versions of no secret")
        return sorted(found, key=lambda secret: secret["name"])

    def secret(self, tag, row, record):
        need(record.u8() == self.format, "the record version of a secret")
        secret = {"name": record.text()}
        if self.format == 2:
            secret["given name"] = record.option(record.text)
        secret["description"] = record.text()
        secret["created"], secret["updated"] = record.i64(), record.i64()
        secret["deletion"] = record.option(record.i64)
        secret["retention"], secret["rotation"] = record.option(record.u16), record.option(record.u16)
        current = {"id": record.text(), "created": record.i64(), "type": record.u8(), "size": record.u64()}
        labels = record.list(record.label)
        secret["tags"] = record.list(lambda: record.two(record.text))
        succession = record.u64() if self.format == 1 else record.i64()
        last, versions_mac = record.link(), record.take(32)
        record.end()
        name_tag = mac(self.keys["index"], b"secret" + secret["name"].encode())
        need(name_tag[: len(tag)] == tag, "a name tag")
        need(self.last_of.get(row) == last, "the last event of a secret")

        versions = self.versions(row, versions_mac)
        ids = {version["key"]: version["id"] for version in versions}
        need(len(set(ids.values())) == len(ids), "the ids of the versions")
        need(all(ids.get(key) == id for _, (key, id) in labels), "a label of no version")
        targets = {label: key for label, (key, _) in labels}
        need(len(targets) == len(labels) and "ACSCurrent" in targets, "the labels")
        need(targets["ACSCurrent"] != targets.get("ACSPrevious"), "one version is current and previous")
        shown = next(version for version in versions if version["key"] == targets["ACSCurrent"])
        need(all(shown[what] == told for what, told in current.items()), "what is repeated of the current version")
        if self.format == 1:
            need(all(version["place"] < succession for version in versions), "the creation order")
        else:
            need(versions[-1]["key"] == succession, "the newest version")
            stamps = {version["place"] for version in versions}
            need(self.was_merged or len(stamps) == len(versions), "the stamps of the versions")
        secret["labels"] = {label: id for label, (_, id) in labels}
        for version in versions:
            del version["key"]
            if self.format == 1:
                del version["place"]
            else:
                version["stamp"] = version.pop("place")
        secret["versions"] = versions
        return {key: value for key, value in secret.items() if value is not None}

    def versions(self, row, versions_mac):
        column = {1: "NULL", 2: "tag"}[self.format]
        sql = f"SELECT key, id_tag, {column}, record, value FROM version WHERE secret_id = ? ORDER BY key"
        rows = self.all(sql, row)
        covered = b"versions" if self.format == 1 else b"versions2"
        covered += row + u64(len(rows))
        for key, id_tag, tag, record, _ in rows:
            need(key > 0, "a key that is not positive")
            need(tag in (None, record[-16:]), "the tag of a record")
            covered += i64(key) + (id_tag if self.format == 2 else b"") + record[-16:]
        need(mac(self.keys["ledger"], covered) == versions_mac, "the MAC of the versions")
        versions = [self.version(row, *cells) for cells in rows]
        by_id = self.format == 1
        return sorted(versions, key=lambda it: (it["place"], it["id"] if by_id else it["key"]))

    def version(self, row, key, id_tag, _tag, record, sealed_value):
        place = (i64(key), row, id_tag)
        kind = {1: "record", 2: "short record"}[self.format]
        opened = Record(self.open(record, kind, "version", "record", *place))
        need(opened.u8() == self.format, "the record version of a version")
        version = {"key": key, "id": opened.text()}
        if self.format == 1:
            version["place"], version["created"] = opened.u64(), opened.i64()
        else:
            version["given id"], version["place"] = opened.option(opened.text), opened.u64()
            version["created"] = version["place"] // 1000
        version["type"], version["size"] = opened.u8(), opened.u64()
        version["note"] = opened.option(opened.text)
        value_tag, equal = opened.take(16), opened.take(32)
        opened.end()
        need(mac(self.keys["index"], b"version" + row + version["id"].encode()) == id_tag, "an id tag")
        need(sealed_value[-16:] == value_tag, "the tag of a value")
        value = self.open(sealed_value, "value", "version", "value", *place)
        need(len(value) == version["size"], "the size of a value")
        need(mac(self.keys["equal"], bytes([version["type"]]) + value) == equal, "the MAC of a value")
        need(version["type"] in (1, 2), "the type of a value")
        version["value"] = value.decode("utf-8", "strict") if version["type"] == 1 else value.hex()
        return {key: value for key, value in version.items() if value is not None}


def read(path, password):
    name = "file:" + quote(str(Path(path).resolve())) + "?mode=ro&immutable=1"
    vault = Vault(sqlite3.connect(name, uri=True), password)
    history = vault.events()
    return {"format": vault.format, "secrets": vault.secrets(), "history": history}


if __name__ == "__main__":
    try:
        held = read(*sys.argv[1:3])
    except (Damaged, InvalidTag, sqlite3.Error, UnicodeDecodeError) as error:
        print(f"damaged: {error!r}", file=sys.stderr)
        sys.exit(6)
    json.dump(held, sys.stdout, ensure_ascii=False, indent=1)
    print()
