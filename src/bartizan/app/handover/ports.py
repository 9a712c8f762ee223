"""Where content lies, encrypted, and who signs: the ports of what is kept and handed over."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bartizan.errors import StoreError


class LostError(StoreError):
    """A content that should be there cannot be read: its key or its bytes are gone, or they were altered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """How a content is kept: the SHA-256 of what lies in the store, and what only who has the key knows of it.

    `seal` is the SHA-256 of `salt` (32 bytes) and the content; `sha256` that of the content alone. All in hex.
    """

    address: str
    seal: str
    salt: str
    sha256: str


class Vault(Protocol):
    """Keeps contents, each encrypted under a key of its own."""

    def put(self, name: str, content: bytes) -> Sealed:
        """Keep a content under a name of ours; it and its key are durable when this returns. Errors: StoreError."""
        ...

    def open(self, name: str, address: str) -> bytes:
        """The content, proved to be what was put. Errors: LostError."""
        ...

    def sealed(self, name: str, address: str) -> Sealed | None:
        """What is known of a content without reading it; None where its key is destroyed."""
        ...

    def destroy(self, name: str, address: str) -> None:
        """Destroy the key, then the content; what is gone already is no fault."""
        ...

    def names(self) -> Iterable[str]:
        """The names of every content whose key is there."""
        ...


class DeskKeys(Protocol):
    """What proves that it was this desk: its signing key, and the secret of the salts of its journal."""

    @property
    def public(self) -> bytes:
        """The public key (Ed25519), 32 bytes."""
        ...

    @property
    def secret(self) -> bytes:
        """The secret that salts are made of, 32 bytes."""
        ...

    def sign(self, content: bytes) -> bytes:
        """The signature over a text, 64 bytes."""
        ...


class MemoryVault:
    """Contents that are gone when the process ends: for exercises, `--headless` runs and tests."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Sealed, bytes]] = {}

    def put(self, name: str, content: bytes) -> Sealed:
        """Keep a content."""
        salt = secrets.token_bytes(32)
        sealed = Sealed(
            address=hashlib.sha256(b"kept" + salt + content).hexdigest(),
            seal=hashlib.sha256(salt + content).hexdigest(),
            salt=salt.hex(),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        self._kept[name] = (sealed, content)
        return sealed

    def open(self, name: str, address: str) -> bytes:
        """The content."""
        if name not in self._kept or self._kept[name][0].address != address:
            raise LostError(f"the content of {name} is not there: this desk forgets when it ends")
        return self._kept[name][1]

    def sealed(self, name: str, address: str) -> Sealed | None:
        """What is known of a content."""
        found = self._kept.get(name)
        return None if found is None or found[0].address != address else found[0]

    def destroy(self, name: str, address: str) -> None:
        """Forget a content."""
        del address
        self._kept.pop(name, None)

    def names(self) -> Iterable[str]:
        """Every name."""
        return tuple(self._kept)


class PassingKeys:
    """Keys that are gone when the process ends: for exercises, `--headless` runs and tests."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.secret = secrets.token_bytes(32)

    @property
    def public(self) -> bytes:
        """The public key."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, content: bytes) -> bytes:
        """The signature over a text."""
        return self._key.sign(content)
