"""Make a package of what was released of a case: its papers, its media, its manifest, signed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from bartizan.desk.evidence.heads import fingerprint
from bartizan.desk.sharing import check, papers
from bartizan.desk.sharing.cap_write import write_cap
from bartizan.desk.sharing.case import CaseMedium
from bartizan.desk.sharing.manifest import FileEntry, Manifest, Signer, entry_of, signature_of
from bartizan.desk.sharing.release import Release
from bartizan.desk.sharing.stix_write import Sender, write_stix

_PAPER_TYPES = {
    check.STIX: "application/stix+json",
    check.CAP: "application/cap+xml",
    check.TIMELINE: "text/csv",
    check.CUSTODY: "application/json",
    check.PROOFS: "application/json",
    check.README: "text/plain",
    check.SUMS: "text/plain",
}
# what a recipient's computer calls files of these types; of others it is not told what to do with them
_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "video/mp4": ".mp4",
    "video/x-matroska": ".mkv",
    "audio/wav": ".wav",
    "text/plain": ".txt",
    "application/pdf": ".pdf",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who hands over to whom, when (UTC), under which id; `earlier` is the package that this brings up to date."""

    package: str
    sender: str
    recipient: str
    recipient_name: str
    made_at: datetime
    version: str
    earlier: tuple[str, datetime] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A package ready to be written: the manifest, its one text, the signature, and what gives each file."""

    manifest: Manifest
    content: bytes
    signature: bytes
    parts: tuple[tuple[FileEntry, Callable[[], bytes]], ...] = field(repr=False)


def made_of(release: Release, order: Order, signer: Signer, content_of: Callable[[str], bytes]) -> Made:
    """The package of a release.

    `content_of` gives the content of a medium by its id, and is asked only when the package is written. Errors:
    SharingError where something in the case cannot go into a package.
    """
    case = release.case
    paths = {one.id: path_of(one) for one in case.media}
    key = fingerprint(signer.public)
    # a recipient tells senders apart by their keys, and CAP wants no spaces
    told = papers.alert(
        release,
        package=order.package,
        sender=f"bartizan-{key}",
        sender_name=order.sender,
        recipient=order.recipient,
        made_at=order.made_at,
        earlier=order.earlier,
    )
    written = {
        check.STIX: write_stix(release, Sender(name=order.sender, id=key), order.made_at, paths),
        check.CAP: write_cap(told),
        check.TIMELINE: papers.timeline(case),
        check.CUSTODY: papers.custody(case, paths),
        check.PROOFS: papers.proofs(case),
        check.README: papers.read_me(release, key),
    }
    parts = [_paper(name, content) for name, content in written.items()]
    parts += [
        (entry_of(paths[one.id], one.media_type, one.size, one.sha256), partial(content_of, one.id))
        for one in case.media
    ]
    parts.sort(key=lambda part: part[0].path)
    parts.append(_paper(check.SUMS, papers.sums((entry.path, entry.sha256) for entry, _ in parts)))
    parts.sort(key=lambda part: part[0].path)
    manifest = Manifest(
        package=order.package,
        made_at=order.made_at,
        bartizan=order.version,
        sender=order.sender,
        key=signer.public.hex(),
        recipient=order.recipient,
        recipient_name=order.recipient_name,
        limit=release.limit,
        level=release.level,
        exercise=case.exercise,
        incident=case.number,
        title=case.title,
        files=tuple(entry for entry, _ in parts),
        withheld=release.withheld,
        earlier=None if order.earlier is None else order.earlier[0],
    )
    content = manifest.content()
    return Made(manifest=manifest, content=content, signature=signature_of(content, signer), parts=tuple(parts))


def path_of(medium: CaseMedium) -> str:
    """Where a medium lies in a package: under its id, which is ours, never under a name that came from outside."""
    return f"{check.MEDIA}{medium.id}{_ENDINGS.get(medium.media_type, '.bin')}"


def _paper(name: str, content: bytes) -> tuple[FileEntry, Callable[[], bytes]]:
    entry = entry_of(name, _PAPER_TYPES[name], len(content), hashlib.sha256(content).hexdigest())
    return entry, lambda: content
