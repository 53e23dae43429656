"""Prints a table of leaves: where each leaf of a source is now. Fails if one is nowhere.

usage: leaves.py LEAVES.json VAULT.json REPORT

LEAVES.json is a list of objects. `leaf` says what it is and `value` is its text. `named` is the text by which
the report may name it where it is not in the vault; `says` is why it says nothing of its own.
"""

import base64
import json
import sys


def texts(node):
    """Every text of an export: names, values, their fields, times, labels, tags, descriptions."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "SecretData" and node.get("SecretDataType") == "binary":
                yield base64.b64decode(value).decode("latin-1")
            else:
                yield from texts(value)
            if isinstance(value, str) and value.startswith("{"):
                try:
                    yield from (text for pair in json.loads(value).items() for text in pair)
                except ValueError:
                    pass
    elif isinstance(node, list):
        for entry in node:
            yield from texts(entry)
    elif isinstance(node, str):
        yield node


def main():
    leaves = json.load(open(sys.argv[1]))
    vault = set(texts(json.load(open(sys.argv[2]))))
    report = open(sys.argv[3]).read()
    # A name has its folder before it.
    ends = {part for text in vault for part in (text.rsplit("/", 1)[-1], text.split("/", 1)[-1])}
    folders = {part for text in vault for part in text.split("/")}
    count = {"vault": 0, "report": 0, "says nothing": 0}
    lost = []
    for leaf in leaves:
        value = leaf["value"]
        if value in vault or value in ends or value in folders:
            count["vault"] += 1
        elif leaf.get("named") and leaf["named"] in report:
            count["report"] += 1
            print(f"  {leaf['leaf']}: named: {leaf['named']}")
        elif leaf.get("says"):
            count["says nothing"] += 1
        else:
            lost.append(leaf["leaf"])
    print(f"{len(leaves)} leaves:", ", ".join(f"{number} {where}" for where, number in count.items()))
    for leaf in lost:
        print(f"  {leaf}: nowhere")
    sys.exit(1 if lost or not leaves else 0)


main()
