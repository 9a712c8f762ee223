"""The keys of a desk, apart from what they open: one small file for each item, and those of the desk itself.

Nobody but the desk's own user may read them. A key is destroyed by overwriting and removing its file; on a disk that
keeps old blocks (most solid-state ones, and file systems that copy on write) remains of it may stay until they are
reused, and so may copies in backups: the folder belongs on an encrypted disk, and out of long backups.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bartizan.adapters.files.whole import write_whole
from bartizan.errors import StoreError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FIELDS = ("key", "salt", "sha256", "address", "seal")
_ENDING = ".key"


class KeyFolder:
    """The keys of items: a folder with one file for each."""

    def __init__(self, folder: Path) -> None:
        self.folder = private_folder(folder)

    def put(self, name: str, fields: dict[str, str]) -> None:
        """Keep the key of an item, durable when it returns."""
        write_whole(self._path(name), json.dumps(fields, sort_keys=True), mode=0o600)

    def get(self, name: str) -> dict[str, str] | None:
        """The key of an item and what goes with it; None where there is none. Errors: StoreError."""
        path = self._path(name)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            fields = json.loads(content)
            if set(fields) != set(_FIELDS) or not all(_HEX.fullmatch(fields[name]) for name in _FIELDS):
                raise ValueError("it has other fields")
        except (ValueError, TypeError) as fault:
            raise StoreError(f"{path}: this is no key of an item ({fault}). Restore it from a backup") from fault
        return dict(fields)

    def destroy(self, name: str) -> None:
        """Overwrite and remove the key of an item; none there is no fault."""
        path = self._path(name)
        if path.exists():
            overwrite_and_remove(path)

    def names(self) -> Iterator[str]:
        """The items that have a key."""
        for path in sorted(self.folder.glob(f"*{_ENDING}")):
            yield path.name.removesuffix(_ENDING)

    def _path(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            raise StoreError(f"{name!r:.60} is no name of an item")
        return self.folder / f"{name}{_ENDING}"


class FileKeys:
    """The keys of the desk itself: made once, kept in `folder`, and the same ever after."""

    def __init__(self, folder: Path) -> None:
        private_folder(folder)
        self._key = Ed25519PrivateKey.from_private_bytes(_made_once(folder / "signing-key"))
        self.secret = _made_once(folder / "journal-secret")

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, content: bytes) -> bytes:
        """The signature over a text, 64 bytes."""
        return self._key.sign(content)


def overwrite_and_remove(path: Path) -> None:
    """Overwrite a small file and remove it, both on the disk when this returns. Errors: OSError."""
    try:
        with path.open("r+b") as stream:
            length = os.fstat(stream.fileno()).st_size
            stream.write(b"\0" * length)
            stream.flush()
            os.fsync(stream.fileno())
    finally:
        # removed in any case: a disk that cannot be flushed must not keep a key alive
        path.unlink(missing_ok=True)
        sync_folder(path.parent)


def private_folder(folder: Path) -> Path:
    """A folder that its owner alone can read, made where it is not there. Errors: StoreError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name != "nt" and stat.S_IMODE(folder.stat().st_mode) & 0o077:
            folder.chmod(0o700)
    except OSError as fault:
        raise StoreError(f"{folder}: the folder cannot be made: {fault.strerror}. Name another one") from fault
    return folder


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _made_once(path: Path) -> bytes:
    """The 32 bytes of a file in hex, made by chance where it is not there. Errors: StoreError."""
    if not path.exists():
        write_whole(path, secrets.token_bytes(32).hex() + "\n", mode=0o600)
    content = path.read_bytes()
    if re.fullmatch(rb"[0-9a-f]{64}\n", content) is None:
        raise StoreError(f"{path}: this is no key of a desk. Restore it from a backup; what it signed needs this one")
    if os.name != "nt" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise StoreError(f"{path}: others can read it. Take their rights away: chmod 600 {path.name}")
    return bytes.fromhex(content.strip().decode("ascii"))
