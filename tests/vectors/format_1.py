"""Format 1 of etui's keys, seals and MACs, written a second time, without a line of the first.

Prints tests/vectors/format_1.txt. It needs Python's `cryptography` and exists so that the frozen bytes
are not merely what the Rust code happened to produce.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def hkdf(salt, input_key, info):
    return mac(mac(salt or bytes(32), input_key), info + b"\x01")


def aes(key, block):
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)


def seal(key, nonce, plain, associated):
    """XAES-256-GCM as in C2SP: AES-CMAC as a key derivation, then AES-256-GCM."""
    doubled = int.from_bytes(aes(key, bytes(16)), "big") << 1
    subkey = doubled ^ 0x87 ^ (1 << 128) if doubled >> 128 else doubled
    derived = b""
    for counter in (1, 2):
        block = int.from_bytes(bytes([0, counter]) + b"X\0" + nonce[:12], "big")
        derived += aes(key, (block ^ subkey).to_bytes(16, "big"))
    return nonce + AESGCM(derived).encrypt(nonce[12:], plain, associated)


def fields(*parts):
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def padded(plain, length):
    return (len(plain).to_bytes(4, "big") + plain).ljust(length, b"\0")


def integer(number):
    return number.to_bytes(8, "big", signed=True)


NONCE = b"ABCDEFGHIJKLMNOPQRSTUVWX"
VAULT_ID = b"0123456789abcdef"
FORMAT = (1).to_bytes(4, "big")
ROW = b"\xa5" * 16


def root(key_file):
    kdf = Argon2id(salt=bytes(range(16)), length=32, iterations=2, lanes=2, memory_cost=64, secret=key_file)
    return kdf.derive("p\u00e4ssword".encode())


def vectors():
    with_file = root(bytes(range(32)))
    yield "commitment", hkdf(None, root(None), b"etui/v1/commit")
    yield "commitment_with_key_file", hkdf(None, with_file, b"etui/v1/commit")
    vault_key = bytes(range(100, 132))
    yield "wrapped_key", seal(hkdf(None, with_file, b"etui/v1/wrap"), NONCE, vault_key, b"the header")

    names = (b"seal", b"index", b"equal", b"ledger", b"place")
    key = {name: hkdf(VAULT_ID, vault_key, b"etui/v1/" + name) for name in names}
    associated = fields(FORMAT, VAULT_ID, b"version", b"value", integer(77), ROW)
    yield "value", seal(key[b"seal"], NONCE, padded(b"hunter2", 128), associated)
    associated = fields(FORMAT, VAULT_ID, b"secret", b"record", ROW)
    yield "record", seal(key[b"seal"], NONCE, padded(b"a record", 256), associated)
    associated = fields(FORMAT, VAULT_ID, b"state", b"place")
    yield "place", seal(key[b"place"], NONCE, padded(b"db/url", 256), associated)

    name_tag = mac(key[b"index"], b"secret" + "db/\u00fcrl".encode())
    yield "name_tag", name_tag
    yield "id_tag", mac(key[b"index"], b"version" + ROW + b"v7")
    yield "equal_tag", mac(key[b"equal"], b"\x02" + b"hunter2")
    versions = integer(5) + b"\x02" * 16 + integer(9) + b"\x01" * 16
    yield "versions_mac", mac(key[b"ledger"], b"versions" + ROW + (2).to_bytes(8, "big") + versions)
    yield "bucket_entry", mac(key[b"ledger"], b"bucket" + name_tag + ROW + b"\x03" * 16)


for name, value in vectors():
    print(name, value.hex())
