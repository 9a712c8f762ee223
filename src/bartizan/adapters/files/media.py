"""Contents as files: each encrypted under a key of its own, named by the hash of what is written.

AES-256 in Galois/counter mode, with the item's name bound to it; a file is 12 bytes of nonce, then the content with
its tag. Source: NIST SP 800-38D (2007). Written whole or not at all: a passing file, flushed to the disk, renamed, and
the folder flushed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bartizan.adapters.files.keys import KeyFolder, private_folder, sync_folder
from bartizan.adapters.files.whole import write_whole
from bartizan.app.handover.ports import LostError, Sealed
from bartizan.errors import InputError, StoreError

_NONCE = 12  # bytes, as the source recommends


class MediaFolder:
    """The contents of a desk in `folder`, their keys in `keys`, which should be elsewhere. One desk at a time."""

    def __init__(self, folder: Path, keys: KeyFolder) -> None:
        self.folder = private_folder(folder)
        self._keys = keys

    def put(self, name: str, content: bytes) -> Sealed:
        """Keep a content; it and its key are durable when this returns. Errors: StoreError."""
        key, salt, nonce = (secrets.token_bytes(length) for length in (32, 32, _NONCE))
        kept = nonce + AESGCM(key).encrypt(nonce, content, name.encode())
        sealed = Sealed(
            address=hashlib.sha256(kept).hexdigest(),
            seal=hashlib.sha256(salt + content).hexdigest(),
            salt=salt.hex(),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        path = self._path(sealed.address)
        fields = {part: str(getattr(sealed, part)) for part in ("address", "seal", "salt", "sha256")}
        try:
            # the key first: what a crash leaves can then be found by it, and destroyed
            self._keys.put(name, {"key": key.hex(), **fields})
            if not path.parent.exists():
                path.parent.mkdir(mode=0o700)
                sync_folder(self.folder)
            write_whole(path, kept, mode=0o600)
        except (OSError, InputError) as fault:
            path.unlink(missing_ok=True)
            with suppress(OSError):
                self._keys.destroy(name)
            words = fault.strerror if isinstance(fault, OSError) else str(fault)
            raise StoreError(
                f"{self.folder}: {len(content):,} bytes of evidence cannot be kept: {words}. Make room on the disk"
            ) from fault
        return sealed

    def open(self, name: str, address: str) -> bytes:
        """The content, proved to be what was put. Errors: LostError."""
        fields = self._keys.get(name)
        if fields is None:
            raise LostError(f"the key of item {name} is not there: it was erased, or its folder was lost")
        path = self._path(address)
        try:
            kept = path.read_bytes()
        except OSError as fault:
            raise LostError(
                f"{path}: the content of item {name} cannot be read: {fault.strerror}. Restore it from a backup"
            ) from fault
        try:
            if hashlib.sha256(kept).hexdigest() != address or fields["address"] != address:
                raise InvalidTag
            content = AESGCM(bytes.fromhex(fields["key"])).decrypt(kept[:_NONCE], kept[_NONCE:], name.encode())
        except (InvalidTag, ValueError) as fault:
            raise LostError(
                f"{path}: the content of item {name} was altered: it is not what was kept. Restore it from a backup"
            ) from fault
        return content

    def sealed(self, name: str, address: str) -> Sealed | None:
        """What is known of a content without reading it; None where its key is destroyed."""
        fields = self._keys.get(name)
        if fields is None or fields["address"] != address:
            return None
        return Sealed(address=address, seal=fields["seal"], salt=fields["salt"], sha256=fields["sha256"])

    def destroy(self, name: str, address: str) -> None:
        """Destroy the key, then the content."""
        if not address:
            fields = self._keys.get(name)
            address = "" if fields is None else fields["address"]
        self._keys.destroy(name)
        if address:
            path = self._path(address)
            path.unlink(missing_ok=True)
            if path.parent.exists():
                sync_folder(path.parent)

    def names(self) -> Iterable[str]:
        """The names of every content whose key is there."""
        return tuple(self._keys.names())

    def _path(self, address: str) -> Path:
        if len(address) != 64 or not address.isalnum() or not address.isascii():
            raise StoreError(f"{address!r:.70} is no address of a content")
        return self.folder / address[:2] / address
