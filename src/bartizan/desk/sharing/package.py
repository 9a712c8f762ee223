"""A package as bytes: made in its one form, and checked with nothing but itself.

Checking reads the bytes once, unpacks nothing, and holds no more than the papers in memory: what a stranger sends is
hostile until it is proved.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from bartizan.desk.evidence.heads import fingerprint
from bartizan.desk.sharing.check import LARGEST_PAPER, MEDIA, Papers, check_papers
from bartizan.desk.sharing.errors import PackageError, SharingError
from bartizan.desk.sharing.manifest import (
    LARGEST_MANIFEST,
    LARGEST_PACKAGE,
    MANIFEST,
    SIGNATURE,
    FileEntry,
    Manifest,
    check_signature,
    read_manifest,
)
from bartizan.desk.sharing.zip_form import Member, header_length, local_header, size_in, tail

CHUNK = 1 << 20  # bytes read at a time
_STRANGE = 4  # bytes of the first header that may differ before this is no package at all
_NO_PACKAGE = "this is no hand-over package of Bartizan. Give the file that the sender handed over"

Part = tuple[FileEntry, Callable[[], bytes]]
"""A file for a package: its entry, and what gives its content when it is its turn."""


@dataclass(slots=True)
class Verdict:
    """What was found of a package: its manifest where it can be read, whose key, and every fault in words."""

    manifest: Manifest | None = None
    key: str | None = None
    faults: list[str] = field(default_factory=list)
    size: int = 0
    papers: Papers = field(default_factory=Papers)

    @property
    def intact(self) -> bool:
        """Whether it is exactly what the owner of `key` signed, and all of it can be read."""
        return not self.faults and self.manifest is not None and self.key is not None

    @property
    def fingerprint(self) -> str | None:
        """What people compare of the key."""
        return None if self.key is None else fingerprint(bytes.fromhex(self.key))


# ---- making


def pack(manifest: bytes, signature: bytes, parts: Iterable[Part]) -> bytes:
    """A package as bytes.

    The content of each part is asked for when it is its turn, and checked against its entry. Errors: SharingError
    where a part is not what the manifest says.
    """
    stream = io.BytesIO()
    members: list[Member] = []
    for name, content in _contents(manifest, signature, parts):
        crc = zlib.crc32(content)
        members.append(Member(name, len(content), crc, stream.tell()))
        stream.write(local_header(name, len(content), crc))
        stream.write(content)
    stream.write(tail(members))
    return stream.getvalue()


def _contents(manifest: bytes, signature: bytes, parts: Iterable[Part]) -> Iterator[tuple[str, bytes]]:
    yield MANIFEST, manifest
    yield SIGNATURE, signature
    for entry, content_of in parts:
        content = content_of()
        if len(content) != entry.size or hashlib.sha256(content).hexdigest() != entry.sha256:
            raise SharingError(f"{entry.path} is not what it was when the package was begun. Hand over again")
        yield entry.path, content


# ---- checking


def verify_stream(stream: BinaryIO, size: int, each: Callable[[FileEntry, bytes], None] | None = None) -> Verdict:
    """Check a package of `size` bytes with the package alone: its form, signature, every file, what its papers say.

    Every bit of it is looked at. `each` is given every file as it is read whole, before the verdict: what it makes of
    them is worth nothing unless the verdict is `intact`. Returns the verdict, with every fault that was found; nothing
    is unpacked. Errors: PackageError where it is no package at all.
    """
    return _Check(stream, size, each).run()


def verify_bytes(content: bytes, each: Callable[[FileEntry, bytes], None] | None = None) -> Verdict:
    """The same of bytes. Errors: PackageError."""
    return verify_stream(io.BytesIO(content), len(content), each)


class _Check:
    """One look at one file, from its first byte to its last."""

    def __init__(self, stream: BinaryIO, size: int, each: Callable[[FileEntry, bytes], None] | None) -> None:
        self.stream = stream
        self.each = each
        self.verdict = Verdict(size=size)
        self.members: list[Member] = []
        self.offset = 0

    def run(self) -> Verdict:
        manifest = self._small(MANIFEST, LARGEST_MANIFEST, first=True)
        signature = None if manifest is None else self._small(SIGNATURE, 1024)
        if manifest is None or signature is None:
            return self.verdict
        self.verdict.key, fault = check_signature(manifest, signature)
        if fault is not None:
            self._fault(fault)
        try:
            self.verdict.manifest = read_manifest(manifest)
        except SharingError as wrong:
            self._fault(str(wrong))
            return self.verdict
        if self.verdict.key is not None and self.verdict.manifest.key != self.verdict.key:
            self._fault(f"{MANIFEST} names another key than the one that signed it")
        papers = self._files(self.verdict.manifest)
        if papers is not None:
            self._end()
            self.verdict.papers, faults = check_papers(self.verdict.manifest, papers)
            self.verdict.faults += faults
        return self.verdict

    def _fault(self, words: str) -> None:
        self.verdict.faults.append(words)

    def _small(self, name: str, most: int, *, first: bool = False) -> bytes | None:
        """One of the two files whose size no manifest says."""
        length = header_length(name)
        header = self.stream.read(length)
        if first:
            _require_package(header)
        size = size_in(header) if len(header) == length else most + 1
        if size > most:
            self._fault(f"{name} is cut off, or too large, or its header was altered")
            return None
        content = self.stream.read(size)
        self._member(name, size, header, zlib.crc32(content), len(content))
        return content

    def _files(self, manifest: Manifest) -> dict[str, bytes] | None:
        """Read every file that the manifest lists; the papers among them, or None where the file is too short."""
        needed = sum(one.size + 2 * header_length(one.path) for one in manifest.files)
        if self.verdict.size > LARGEST_PACKAGE or self.verdict.size < self.offset + needed:
            self._fault("the file is shorter or larger than its manifest says: it was cut off, or altered")
            return None
        papers: dict[str, bytes] = {}
        for entry in manifest.files:
            paper = not entry.path.startswith(MEDIA)
            if paper and entry.size > LARGEST_PAPER:
                self._fault(f"{entry.path} has {entry.size:,} bytes, more than {LARGEST_PAPER:,}")
                return None
            kept = self._file(entry, keep=paper or self.each is not None)
            if paper:
                papers[entry.path] = kept
            if self.each is not None:
                self.each(entry, kept)
        return papers

    def _file(self, entry: FileEntry, *, keep: bool) -> bytes:
        header = self.stream.read(header_length(entry.path))
        digest, crc, left = hashlib.sha256(), 0, entry.size
        kept = []
        while left:
            piece = self.stream.read(min(CHUNK, left))
            if not piece:
                break
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
            left -= len(piece)
            if keep:
                kept.append(piece)
        self._member(entry.path, entry.size, header, crc, entry.size - left)
        if digest.hexdigest() != entry.sha256:
            self._fault(f"{entry.path} was altered: it is not what the sender signed")
        return b"".join(kept)

    def _member(self, name: str, size: int, header: bytes, crc: int, found: int) -> None:
        if found != size or header != local_header(name, size, crc):
            self._fault(f"{name}: what stands around it in the file was altered, or it is cut off")
        self.members.append(Member(name, size, crc, self.offset))
        self.offset += header_length(name) + size

    def _end(self) -> None:
        """The list at the end must be as it follows from what was read, and nothing may come after it."""
        expected = tail(self.members)
        if self.stream.read(len(expected) + 1) != expected:
            self._fault("the list at the end of the file was altered, or something was added")


def _require_package(header: bytes) -> None:
    """Errors: PackageError where these cannot be the first bytes of a package, altered or not."""
    expected = local_header(MANIFEST, 0, 0)
    # where check sum and sizes stand anything may stand
    fixed = [place for place in range(len(expected)) if not 14 <= place < 26]
    strange = sum(place >= len(header) or header[place] != expected[place] for place in fixed)
    if strange > _STRANGE:
        raise PackageError(_NO_PACKAGE)
