#!/usr/bin/env python3
"""Checks a receipt offline: signature, path, place; with the ticket also that it stands for that record.
离线核验回执:签名、路径、位置;给出工单时还核验记录内容。

    check_receipt.py VERIFIER_KEY ANSWER [TICKET]

VERIFIER_KEY: the text that the gateway's operator gave you (yht ledger checkpoint), name+hash+key.
ANSWER: a file with what POST /v1/records or GET /v1/receipts/{seq} answered. TICKET: what GET /v1/tickets/{ticket_no}
answered. The formats: gateway/ledger/format/README.md. Exit code: 0 right, 1 wrong. Needs: Python 3.9, cryptography.
"""
import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Wrong(Exception):
    pass


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def require(holds, what):
    if not holds:
        raise Wrong(what)


def open_checkpoint(note, verifier_key):
    """C2SP signed note: the tree's size and root, once the signature has been checked."""
    name, key_id, key = verifier_key.split("+", 2)
    public_key = base64.b64decode(key)[1:]
    body, _, lines = note.partition("\n\n")
    body += "\n"
    for line in lines.splitlines():
        dash, signer, text = line.split(" ")
        signature = base64.b64decode(text)
        if dash == "\u2014" and signer == name and signature[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature[4:], body.encode())
            _origin, size, root = body.splitlines()[:3]
            return int(size), base64.b64decode(root)
    raise Wrong("no signature under that key")


def root_of(leaf_hash, index, size, path):
    """RFC 9162 section 2.1.3.2."""
    require(index < size, "the sequence number lies outside the tree")
    fn, sn, node = index, size - 1, leaf_hash
    for step in path:
        require(sn != 0, "the path is too long")
        if fn & 1 or fn == sn:
            node = sha256(b"\x01", step, node)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = sha256(b"\x01", node, step)
        fn, sn = fn >> 1, sn >> 1
    require(sn == 0, "the path is too short")
    return node


def canonical(value):
    """RFC 8785 of a record as the gateway shows it: all scalars are text."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def check(verifier_key, receipt, ticket):
    require(receipt["format"] == "yht-receipt-1", "unknown format")
    leaf, salt, seq = base64.b64decode(receipt["leaf"]), base64.b64decode(receipt["salt"]), int(receipt["seq"])
    require(int.from_bytes(leaf[5:13], "big") == seq, "the leaf has another sequence number")
    size, root = open_checkpoint(receipt["checkpoint"], verifier_key)
    path = [base64.b64decode(step) for step in receipt["path"]]
    require(root_of(sha256(b"\x00", leaf), seq - 1, size, path) == root, "the path leads to another root")
    if ticket is None:
        return
    shown = [each["record"] for each in ticket["records"] if each["seq"] == receipt["seq"]]
    require(shown, "the ticket does not hold that record")
    require(sha256(salt, canonical(shown[0]).encode()) == leaf[-32:], "the receipt stands for another content")


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 64
    with open(sys.argv[2], encoding="utf-8") as file:
        answer = json.load(file)
    ticket = None
    if len(sys.argv) > 3:
        with open(sys.argv[3], encoding="utf-8") as file:
            ticket = json.load(file)
    receipt = answer.get("receipt", answer)
    try:
        check(sys.argv[1], receipt, ticket)
    except InvalidSignature:
        print("wrong 有误: the checkpoint's signature does not verify")
        return 1
    except (Wrong, KeyError, ValueError) as error:
        print(f"wrong 有误: {error}")
        return 1
    print(f"right 无误: seq {receipt['seq']}, ticket {receipt['ticket_no'] or '–'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
