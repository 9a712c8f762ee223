"""What the papers of a package must say beside their hashes: that they can be read, and that they agree.

A package can be signed and still be wrong or hostile; here its STIX, CAP, custody record and proofs are read with the
readers for strangers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.desk.evidence import canonical
from bartizan.desk.evidence.heads import Head, head_of, record_holds
from bartizan.desk.sharing.cap import Alert
from bartizan.desk.sharing.cap_read import read_cap
from bartizan.desk.sharing.errors import SharingError
from bartizan.desk.sharing.manifest import Manifest
from bartizan.desk.sharing.papers import sums
from bartizan.desk.sharing.stix_read import Bundle, read_bundle
from bartizan.desk.sharing.strict_json import read_json
from bartizan.errors import InputError

STIX, CAP, TIMELINE, CUSTODY, PROOFS = "stix.json", "cap.xml", "timeline.csv", "custody.json", "proofs.json"
SUMS, README = "SHA256SUMS", "README.txt"
PAPERS = (STIX, CAP, TIMELINE, CUSTODY, PROOFS, SUMS, README)
MEDIA = "media/"
LARGEST_PAPER = 16 * 1024 * 1024  # bytes


@dataclass(slots=True)
class Papers:
    """What was read of a package's papers; None where it could not be."""

    bundle: Bundle | None = None
    alert: Alert | None = None
    head: Head | None = None
    proved: int = 0


def check_papers(manifest: Manifest, papers: Mapping[str, bytes]) -> tuple[Papers, list[str]]:
    """What the papers hold, and every fault of them in words. `papers` are the files that are not media, by path."""
    found = Papers()
    faults = [f"{name} is missing" for name in PAPERS if name not in papers]
    faults += [f"{path} is no paper of a package" for path in papers if path not in PAPERS]
    for name, check in _CHECKS.items():
        if name in papers:
            faults += [f"{name}: {words}" for words in check(found, manifest, papers[name])]
    return found, faults


def _stix(found: Papers, manifest: Manifest, content: bytes) -> Iterator[str]:
    try:
        found.bundle = read_bundle(content)
    except SharingError as fault:
        yield str(fault)
        return
    here = {one.sha256 for one in manifest.files}
    for one in found.bundle.of("file"):
        told = (one.get("hashes") or {}).get("SHA-256")
        if str(told).lower() not in here:
            yield f"it names a file that the package does not hold ({told!r:.80})"


def _cap(found: Papers, manifest: Manifest, content: bytes) -> Iterator[str]:
    try:
        found.alert = read_cap(content)
    except SharingError as fault:
        yield str(fault)
        return
    if found.alert.identifier != manifest.package:
        yield f"it is of the package {found.alert.identifier!r:.60}, not of this one"
    if found.alert.exercise != manifest.exercise:
        yield "it and the manifest do not agree on whether this is an exercise"


def _sums(_: Papers, manifest: Manifest, content: bytes) -> Iterator[str]:
    if content != sums((one.path, one.sha256) for one in manifest.files if one.path != SUMS):
        yield "it does not say what the manifest says"


def _custody(_: Papers, manifest: Manifest, content: bytes) -> Iterator[str]:
    body = _object(content)
    media = body.get("media") if body is not None else None
    if body is None or not isinstance(media, list) or not all(_is_medium(one) for one in media):
        yield "it cannot be read"
        return
    listed = {one.path: one for one in manifest.files if one.path.startswith(MEDIA)}
    for one in media:
        entry = listed.pop(one["path"], None)
        if entry is None or (entry.sha256, entry.size) != (one["sha256"], one["size"]):
            yield f"it tells of {one['path']!r:.80}, which is not in the package as it says"
    for path in listed:
        yield f"it does not tell of {path}"


def _is_medium(one: Any) -> bool:
    if not isinstance(one, dict) or not isinstance(one.get("history"), list) or type(one.get("size")) is not int:
        return False
    if not all(isinstance(one.get(key), str) for key in ("id", "path", "sha256", "seal", "salt", "media_type")):
        return False
    return all(isinstance(step, dict) and isinstance(step.get("what"), str) for step in one["history"])


def _proofs(found: Papers, manifest: Manifest, content: bytes) -> Iterator[str]:
    body = _object(content)
    if body is None or not isinstance(body.get("records"), list):
        yield "it cannot be read"
        return
    if body.get("head") is None:
        if body["records"]:
            yield "it has records and no head to prove them against"
        return
    try:
        found.head = head_of(body["head"])
    except InputError as fault:
        yield str(fault)
        return
    if found.head.key.hex() != manifest.key:
        yield "the head of the journal is signed by another key than the package"
    for one in body["records"]:
        if not _record(found.head, one):
            yield f"record {one.get('seq') if isinstance(one, dict) else one!r:.20} is not proved"
        else:
            found.proved += 1


def _record(head: Head, one: Any) -> bool:
    try:
        proof = [bytes.fromhex(step) for step in one["proof"]]
        text, salt = one["text"].encode("utf-8"), bytes.fromhex(one["salt"])
        whole = type(one["seq"]) is int and len(salt) == 32 and all(len(step) == 32 for step in proof)
        return whole and record_holds(head, one["seq"], salt, text, proof)
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def _object(content: bytes) -> Mapping[str, Any] | None:
    """The object that a paper of ours holds; None where it is not in the one form that stands for it."""
    try:
        body = read_json(content, largest=LARGEST_PAPER, deepest=12)
        return body if isinstance(body, dict) and canonical(body) == content else None
    except (ValueError, InputError):
        return None


_CHECKS = {STIX: _stix, CAP: _cap, SUMS: _sums, CUSTODY: _custody, PROOFS: _proofs}
