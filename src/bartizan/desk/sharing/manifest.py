"""The manifest of a package: every file with its hash, the root over all of them, who made it for whom, signed.

The manifest is one text for one meaning (`bartizan.desk.evidence.canonical`): what is written otherwise is altered.
The signature is Ed25519 over its bytes. Source: RFC 8032 (2017); the root is that of RFC 6962's tree whose leaves are
the entries of the files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bartizan.desk.event import instant
from bartizan.desk.evidence import Tree, canonical
from bartizan.desk.evidence.heads import fingerprint
from bartizan.desk.sharing.errors import SharingError
from bartizan.desk.sharing.strict_json import read_json
from bartizan.desk.sharing.tlp import Tlp, level

SCHEMA = 1
KIND = "bartizan-handover"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
LARGEST_MANIFEST = 4 * 1024 * 1024  # bytes
MOST_FILES = 10_000
LARGEST_PACKAGE = 4 * 1024**3 - 2**26  # bytes: what the plain zip form can count, less room for its own lists
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TYPE = re.compile(r"[a-z]{1,20}/[A-Za-z0-9.+-]{1,80}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9._-]{1,100}", re.ASCII)
_LONGEST = 500  # characters of names and titles
# on some systems these names are devices, whatever stands behind the dot
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


class Signer(Protocol):
    """Who signs: the public key (32 bytes), and the signature (64 bytes) over a text."""

    @property
    def public(self) -> bytes:
        """The public key."""

    def sign(self, content: bytes) -> bytes:
        """The signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One file of the package: its path within it, type, size in bytes, SHA-256 in hex."""

    path: str
    media_type: str
    size: int
    sha256: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in the manifest."""
        return {"path": self.path, "media_type": self.media_type, "size": self.size, "sha256": self.sha256}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the sender signs. `key` is the sender's public key in hex; `withheld` the kinds of fields taken out."""

    package: str
    made_at: datetime
    bartizan: str
    sender: str
    key: str
    recipient: str
    recipient_name: str
    limit: Tlp
    level: Tlp
    exercise: bool
    incident: int
    title: str
    files: tuple[FileEntry, ...]
    withheld: tuple[tuple[str, int], ...] = ()
    earlier: str | None = None

    @property
    def root(self) -> str:
        """The root over the files, in hex."""
        return Tree(canonical(one.to_json()) for one in self.files).root().hex()

    def content(self) -> bytes:
        """The one text of the manifest."""
        return canonical(
            {
                "schema": SCHEMA,
                "kind": KIND,
                "package": self.package,
                "made_at": instant(self.made_at),
                "bartizan": self.bartizan,
                "from": {"name": self.sender, "key": self.key},
                "to": {"id": self.recipient, "name": self.recipient_name, "limit": self.limit},
                "tlp": self.level,
                "exercise": self.exercise,
                "incident": self.incident,
                "title": self.title,
                "files": [one.to_json() for one in self.files],
                "root": self.root,
                "withheld": [[name, count] for name, count in self.withheld],
                "earlier": self.earlier,
            }
        )


def signature_of(content: bytes, signer: Signer) -> bytes:
    """The file `manifest.sig`: the public key and the signature over the manifest's bytes, in hex, two lines."""
    return f"{signer.public.hex()}\n{signer.sign(content).hex()}\n".encode("ascii")


def check_signature(content: bytes, signed: bytes) -> tuple[str | None, str | None]:
    """The public key in hex that signed these bytes, or None with what is wrong, in words."""
    found = re.fullmatch(rb"([0-9a-f]{64})\n([0-9a-f]{128})\n", signed)
    if found is None:
        return None, f"{SIGNATURE} is not a key and a signature"
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(found[1].decode())).verify(
            bytes.fromhex(found[2].decode()), content
        )
    except (InvalidSignature, ValueError):
        return None, f"the signature does not fit {MANIFEST}: one of them was altered"
    return found[1].decode(), None


def read_manifest(content: bytes) -> Manifest:
    """The manifest that these bytes hold.

    Errors: SharingError saying what of it is not as it must be: among it paths that lead out of the package, come
    twice, or are the names of devices, and files that are more or larger than the bounds here.
    """
    try:
        body = read_json(content, largest=LARGEST_MANIFEST, deepest=6)
        manifest = _manifest(body)
    except (ValueError, TypeError, KeyError, SharingError) as fault:
        raise SharingError(f"{MANIFEST} cannot be read: {_words(fault)}") from fault
    if manifest.content() != content:
        raise SharingError(f"{MANIFEST} is not written as it must be, or holds what it must not, or its root is wrong")
    return manifest


def _words(fault: Exception) -> str:
    return f"{fault.args[0]!r:.60} is missing" if isinstance(fault, KeyError) else str(fault)


def _manifest(body: Any) -> Manifest:
    if not isinstance(body, dict) or body.get("kind") != KIND:
        raise ValueError(f"it is no {KIND}")
    if body.get("schema") != SCHEMA:
        raise ValueError(f"it has schema {body.get('schema')!r:.20}; this version reads {SCHEMA}. Use a newer Bartizan")
    sender, recipient = body["from"], body["to"]
    files = tuple(_entry(one) for one in _list(body["files"]))
    _together(files)
    earlier = body["earlier"]
    return Manifest(
        package=_fits(_ID, body["package"], "package"),
        made_at=_moment(body["made_at"]),
        bartizan=_text(body["bartizan"], "bartizan"),
        sender=_text(sender["name"], "from.name"),
        key=_fits(_HEX, sender["key"], "from.key"),
        recipient=_text(recipient["id"], "to.id"),
        recipient_name=_text(recipient["name"], "to.name"),
        limit=level(recipient["limit"]),
        level=level(body["tlp"]),
        exercise=_flag(body["exercise"]),
        incident=_whole(body["incident"], "incident"),
        title=_text(body["title"], "title"),
        files=files,
        withheld=tuple(_counted(one) for one in _list(body["withheld"])),
        earlier=None if earlier is None else _fits(_ID, earlier, "earlier"),
    )


def _entry(one: Any) -> FileEntry:
    if not isinstance(one, dict):
        raise TypeError(f"a file is {one!r:.40}, not an object")
    path = _fits(_PATH, one["path"], "the path of a file")
    if any(_DEVICES.fullmatch(step) or step.endswith(".") for step in path.split("/")):
        raise ValueError(f"the path {path!r} is no name for a file everywhere")
    size = _whole(one["size"], f"the size of {path}")
    return FileEntry(
        path=path,
        media_type=_fits(_TYPE, one["media_type"], f"the type of {path}"),
        size=size,
        sha256=_fits(_HEX, one["sha256"], f"the hash of {path}"),
    )


def _together(files: Sequence[FileEntry]) -> None:
    if not 0 < len(files) <= MOST_FILES:
        raise ValueError(f"it lists {len(files):,} files, not 1 to {MOST_FILES:,}")
    paths = [one.path for one in files]
    if paths != sorted(paths):
        raise ValueError("its files are not in the order of their paths")
    # where small and large letters are one, so are these
    if len({path.lower() for path in (*paths, MANIFEST, SIGNATURE)}) != len(paths) + 2:
        raise ValueError("a path stands twice in it")
    folders = {path.rpartition("/")[0].lower() for path in paths if "/" in path}
    if not folders.isdisjoint(path.lower() for path in paths):
        raise ValueError("a path in it is both a file and a folder")
    if sum(one.size for one in files) > LARGEST_PACKAGE:
        raise ValueError(f"its files are larger than {LARGEST_PACKAGE:,} bytes together")


def _counted(one: Any) -> tuple[str, int]:
    if not isinstance(one, list) or len(one) != 2:
        raise ValueError("withheld is no list of names and numbers")
    return _text(one[0], "withheld"), _whole(one[1], "withheld")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r:.40} is no list")
    return value


def _fits(form: re.Pattern[str], value: Any, what: str) -> str:
    if not isinstance(value, str) or form.fullmatch(value) is None:
        raise ValueError(f"{what} is {value!r:.80}, which is not of its form")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or not value.isprintable():
        raise ValueError(f"{what} is {value!r:.60}, not one line of 1 to {_LONGEST} characters")
    return value


def _whole(value: Any, what: str) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_PACKAGE:
        raise ValueError(f"{what} is {value!r:.40}, not a number of this size")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r:.40} is not true or false")
    return value


def _moment(value: Any) -> datetime:
    found = datetime.fromisoformat(_text(value, "made_at"))
    if found.tzinfo is not UTC:
        raise ValueError(f"made_at is {value!r:.40}, not an instant in UTC")
    return found


def entry_of(path: str, media_type: str, size: int, sha256: str) -> FileEntry:
    """An entry, checked as one that is read. Errors: SharingError."""
    try:
        return _entry({"path": path, "media_type": media_type, "size": size, "sha256": sha256})
    except (ValueError, TypeError) as fault:
        raise SharingError(f"this cannot go into a package: {fault}") from fault


def told(manifest: Manifest) -> Mapping[str, Any]:
    """What a page or a script shows of a manifest, as plain JSON values."""
    return {
        "package": manifest.package,
        "made_at": instant(manifest.made_at),
        "from": manifest.sender,
        "fingerprint": fingerprint(bytes.fromhex(manifest.key)),
        "to": manifest.recipient_name,
        "limit": manifest.limit,
        "tlp": manifest.level,
        "exercise": manifest.exercise,
        "incident": manifest.incident,
        "title": manifest.title,
        "files": [one.to_json() for one in manifest.files],
        "withheld": [[name, count] for name, count in manifest.withheld],
        "earlier": manifest.earlier,
    }
