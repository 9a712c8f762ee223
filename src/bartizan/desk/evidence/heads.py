"""Heads of the journal's tree: so many records, this root, at this time, signed. And proofs of records against one.

A leaf of the tree is the record's own salt (32 bytes) and its text: who sees the proof of one record sees hashes of
its neighbours, and must not be able to guess from them what was not shared. A record's salt is the HMAC-SHA-256 of its
number under a secret of the desk, so that a million salts need no room.

Source: RFC 6962 (2013), section 3.5, for the idea of a signed head; the salted leaves are this project's own.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bartizan.desk.event import instant
from bartizan.desk.evidence.chain import canonical
from bartizan.desk.evidence.merkle import inclusion_holds, leaf_hash
from bartizan.errors import InputError

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SIGNED = re.compile(r"[0-9a-f]{128}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The tree of a journal's first `size` records had this `root` (32 bytes) at `at` (UTC); `key` signed it so."""

    size: int
    root: bytes
    at: datetime
    key: bytes
    signature: bytes

    def to_json(self) -> dict[str, Any]:
        """The head as plain JSON values; hashes, key and signature in hex."""
        return {
            "size": self.size,
            "root": self.root.hex(),
            "at": instant(self.at),
            "key": self.key.hex(),
            "signature": self.signature.hex(),
        }


def sign_head(size: int, root: bytes, at: datetime, key: bytes, sign: Callable[[bytes], bytes]) -> Head:
    """The head of a tree, signed by `sign`, whose public key is `key`."""
    return Head(size=size, root=root, at=at, key=key, signature=sign(_text(size, root, at)))


def head_of(body: Any) -> Head:
    """The head that a JSON object holds, its signature checked.

    Errors: InputError where it is no head, and where the signature does not fit.
    """
    try:
        if not isinstance(body, Mapping) or body.keys() != {"size", "root", "at", "key", "signature"}:
            raise ValueError("it has not the keys of one")
        for name, form in (("root", _HASH), ("key", _HASH), ("signature", _SIGNED)):
            if not isinstance(body[name], str) or form.fullmatch(body[name]) is None:
                raise ValueError(f"its {name} is not hexadecimal of the right length")
        at = datetime.fromisoformat(body["at"])
        if type(body["size"]) is not int or body["size"] < 0 or at.tzinfo is not UTC or instant(at) != body["at"]:
            raise ValueError("its size or its time is none")
    except (TypeError, ValueError) as fault:
        raise InputError(f"this is no head of a journal: {fault}. Ask for the whole head") from fault
    head = Head(
        size=body["size"],
        root=bytes.fromhex(body["root"]),
        at=at,
        key=bytes.fromhex(body["key"]),
        signature=bytes.fromhex(body["signature"]),
    )
    try:
        Ed25519PublicKey.from_public_bytes(head.key).verify(head.signature, _text(head.size, head.root, head.at))
    except (InvalidSignature, ValueError) as fault:
        raise InputError(
            "the signature of the journal's head does not fit it. It was altered, or is another's"
        ) from fault
    return head


def salt_of(secret: bytes, seq: int) -> bytes:
    """The salt of record `seq` under the desk's secret."""
    return hmac.new(secret, seq.to_bytes(8, "big"), hashlib.sha256).digest()


def leaf(salt: bytes, text: bytes) -> bytes:
    """What the tree holds of a record: its salt and its text."""
    return salt + text


def record_holds(head: Head, seq: int, salt: bytes, text: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that record `seq` (from 1) of the journal under this head has this text."""
    return inclusion_holds(leaf_hash(leaf(salt, text)), seq - 1, head.size, proof, head.root)


def fingerprint(key: bytes) -> str:
    """What people compare of a public key: the SHA-256 of its 32 bytes, in hex."""
    return hashlib.sha256(key).hexdigest()


def _text(size: int, root: bytes, at: datetime) -> bytes:
    return canonical({"kind": "bartizan-head", "schema": 1, "size": size, "root": root.hex(), "at": instant(at)})
