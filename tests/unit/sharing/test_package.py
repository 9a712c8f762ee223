"""Packages: what is made is intact, and what was changed, added or sent with ill intent is found and said."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bartizan.adapters.files.package import verify_package
from bartizan.desk.evidence import canonical
from bartizan.desk.evidence.heads import fingerprint
from bartizan.desk.sharing.errors import PackageError, SharingError
from bartizan.desk.sharing.manifest import FileEntry, Manifest, read_manifest, signature_of
from bartizan.desk.sharing.package import pack
from bartizan.desk.sharing.tlp import LEVELS, Tlp
from bartizan.desk.sharing.zip_form import Member, local_header, tail
from shared_case import COPY, PICTURE, Signer, a_case, a_package


@pytest.mark.parametrize("limit", LEVELS[1:])
def test_a_package_is_intact_and_any_unzip_reads_it(limit: Tlp, tmp_path: Path) -> None:
    path = a_package(tmp_path / "p.zip", limit)
    verdict = verify_package(path)
    assert verdict.faults == []
    assert verdict.intact
    assert verdict.fingerprint == fingerprint(Signer.of().public)
    assert verdict.papers.bundle is not None
    assert verdict.papers.alert is not None
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        listed = {one.path: one.sha256 for one in read_manifest(archive.read("manifest.json")).files}
        for name, digest in listed.items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        assert set(archive.namelist()) == {*listed, "manifest.json", "manifest.sig"}
        lines = [line.split("  ") for line in archive.read("SHA256SUMS").decode().splitlines()]
        sums = {name: digest for digest, name in lines}
        assert sums == {name: digest for name, digest in listed.items() if name != "SHA256SUMS"}


def test_media_go_as_received(tmp_path: Path) -> None:
    with zipfile.ZipFile(a_package(tmp_path / "p.zip")) as archive:
        assert archive.read("media/med-1.jpg") == PICTURE
        assert archive.read("media/med-2.jpg") == COPY


def test_records_are_proved_where_the_recipient_may_see_them(tmp_path: Path) -> None:
    assert verify_package(a_package(tmp_path / "a.zip", "amber+strict")).papers.proved == 3
    below = verify_package(a_package(tmp_path / "b.zip", "amber"))
    assert below.papers.proved == 0
    assert below.papers.head is not None


def test_each_file_is_given_as_it_is_read(tmp_path: Path) -> None:
    seen: dict[str, bytes] = {}
    verify_package(a_package(tmp_path / "p.zip"), lambda entry, content: seen.update({entry.path: content}))
    assert seen["media/med-1.jpg"] == PICTURE
    assert "stix.json" in seen


def test_a_random_bit_anywhere_is_found(tmp_path: Path) -> None:
    path = a_package(tmp_path / "p.zip", "amber")
    whole = path.read_bytes()
    drawn = random.Random(12)  # noqa: S311 - no secret
    # the soak turns every bit of a package, one by one; here a bit of every part, and many more
    places = [*range(0, 60 * 8, 7), *(drawn.randrange(len(whole) * 8) for _ in range(250))]
    places += range((len(whole) - 30) * 8, len(whole) * 8, 5)
    for place in places:
        changed = bytearray(whole)
        changed[place // 8] ^= 1 << place % 8
        path.write_bytes(changed)
        assert not verify_package(path).intact, f"bit {place} of {len(whole) * 8}"


@pytest.mark.parametrize("cut", [1, 22, 500, 5_000])
def test_what_is_cut_off_or_added_is_found(cut: int, tmp_path: Path) -> None:
    path = a_package(tmp_path / "p.zip")
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert not verify_package(path).intact
    path.write_bytes(whole + b"\0" * cut)
    assert not verify_package(path).intact


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello", b"\0" * 5_000])
def test_what_is_no_package_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(content)
    with pytest.raises(PackageError, match="no hand-over package of Bartizan"):
        verify_package(path)


def test_a_foreign_zip_is_none(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(PackageError, match="no hand-over package"):
        verify_package(path)


# ---- packages that somebody signed and that are wrong or hostile all the same


def raw_zip(files: list[tuple[str, bytes]]) -> bytes:
    """Files in the form of a package, whatever they are."""
    members, content = [], b""
    for name, data in files:
        members.append(Member(name, len(data), zlib.crc32(data), len(content)))
        content += local_header(name, len(data), zlib.crc32(data)) + data
    return content + tail(members)


def contents(tmp_path: Path, limit: Tlp = "amber") -> dict[str, bytes]:
    with zipfile.ZipFile(a_package(tmp_path / "base.zip", limit)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def signed_anew(files: dict[str, bytes], change: Callable[[dict[str, Any]], object] = lambda _: None) -> bytes:
    """A package of these files with a fitting manifest and signature; `change` may still change the manifest."""
    papers = {name: content for name, content in files.items() if not name.startswith("manifest.")}
    body = json.loads(files["manifest.json"])
    types = {one["path"]: one["media_type"] for one in body["files"]}
    entries = [
        FileEntry(
            path=name,
            media_type=types.get(name, "text/plain"),
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        for name, content in papers.items()
        if name != "SHA256SUMS"
    ]
    entries.sort(key=lambda one: one.path)
    listed = "".join(f"{one.sha256}  {one.path}\n" for one in entries).encode()
    papers["SHA256SUMS"] = listed
    entries.append(
        FileEntry(
            path="SHA256SUMS", media_type="text/plain", size=len(listed), sha256=hashlib.sha256(listed).hexdigest()
        )
    )
    entries.sort(key=lambda one: one.path)
    body["files"] = [one.to_json() for one in entries]
    body["root"] = dataclasses.replace(read_manifest(files["manifest.json"]), files=tuple(entries)).root
    change(body)
    manifest = canonical(body)
    signature = signature_of(manifest, Signer.of())
    ordered = [(one["path"], papers.get(one["path"], b"")) for one in body["files"]]
    return raw_zip([("manifest.json", manifest), ("manifest.sig", signature), *ordered])


def verdict_of(content: bytes, tmp_path: Path) -> list[str]:
    path = tmp_path / "hostile.zip"
    path.write_bytes(content)
    verdict = verify_package(path)
    assert not verdict.intact
    return verdict.faults


def test_content_changed_together_with_its_check_sums_is_found(tmp_path: Path) -> None:
    files = contents(tmp_path)
    for name in files:
        if name.startswith("manifest."):
            continue
        changed = {**files, name: files[name][:-1] + bytes([files[name][-1] ^ 1])}
        listed = [one["path"] for one in json.loads(files["manifest.json"])["files"]]
        ordered = [(path, changed[path]) for path in ("manifest.json", "manifest.sig", *listed)]
        assert any(words.startswith(f"{name} was altered") for words in verdict_of(raw_zip(ordered), tmp_path)), name


def test_signing_anew_is_no_fault_but_shows_another_key(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(signed_anew(contents(tmp_path)))
    assert verify_package(path).faults == []
    other = a_package(tmp_path / "q.zip", signer=Signer.of(2))
    assert verify_package(other).fingerprint != verify_package(path).fingerprint


CHANGED_MANIFESTS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "escape": (lambda body: body["files"][-1].update(path="../../etc/passwd"), "not of its form"),
    "absolute": (lambda body: body["files"][-1].update(path="/etc/passwd"), "not of its form"),
    "backslash": (lambda body: body["files"][-1].update(path="..\\boot.ini"), "not of its form"),
    "drive": (lambda body: body["files"][-1].update(path="C:/x"), "not of its form"),
    "dots inside": (lambda body: body["files"][-1].update(path="media/../x"), "not of its form"),
    "newline": (lambda body: body["files"][-1].update(path="media/x\n"), "not of its form"),
    "device": (lambda body: body["files"][-1].update(path="media/NUL.txt"), "no name for a file everywhere"),
    "itself": (lambda body: body["files"][-1].update(path="z/manifest.json/"), "not of its form"),
    "twice": (lambda body: body["files"].insert(0, body["files"][0]), "stands twice"),
    "by case": (
        lambda body: (
            body["files"].insert(0, {**body["files"][0], "path": "Readme.TXT"}),
            body["files"].sort(key=lambda one: one["path"]),
        ),
        "stands twice",
    ),
    "order": (lambda body: body["files"].reverse(), "not in the order"),
    "huge": (lambda body: body["files"][-1].update(size=2**40), "not a number of this size"),
    "huge together": (lambda body: [one.update(size=2**31) for one in body["files"]], "larger than"),
    "negative": (lambda body: body["files"][-1].update(size=-1), "not a number of this size"),
    "no files": (lambda body: body["files"].clear(), "lists 0 files"),
    "unknown key": (lambda body: body.update(more=1), "holds what it must not"),
    "missing key": (lambda body: body.pop("title"), "'title' is missing"),
    "root": (lambda body: body.update(root="00" * 32), "its root is wrong"),
    "schema": (lambda body: body.update(schema=2), "schema 2"),
    "kind": (lambda body: body.update(kind="letter"), "no bartizan-handover"),
    "level": (lambda body: body.update(tlp="pink"), "no sharing level"),
    "another key": (lambda body: body["from"].update(key="00" * 32), "names another key"),
    "control": (lambda body: body.update(title="a\x1b[2Jb"), "not one line"),
    "hash in capitals": (lambda body: body["files"][0].update(sha256="A" * 64), "not of its form"),
    "time": (lambda body: body.update(made_at="soon"), "cannot be read"),
}


@pytest.mark.parametrize("name", CHANGED_MANIFESTS)
def test_a_signed_and_hostile_manifest(name: str, tmp_path: Path) -> None:
    change, words = CHANGED_MANIFESTS[name]
    assert words in "\n".join(verdict_of(signed_anew(contents(tmp_path), change), tmp_path))


WRONG_PAPERS: dict[str, tuple[dict[str, bytes | None], str]] = {
    "hostile STIX": ({"stix.json": b'{"type": "bundle"}'}, "stix.json: this is no valid STIX 2.1 bundle"),
    "hostile CAP": ({"cap.xml": b"<!DOCTYPE a><a/>"}, "cap.xml: this is no valid CAP alert"),
    "no STIX": ({"stix.json": None}, "stix.json is missing"),
    "another paper": ({"run-me.exe": b"MZ"}, "run-me.exe is no paper of a package"),
    "proofs": ({"proofs.json": b"{}"}, "proofs.json: it cannot be read"),
    "custody": ({"custody.json": b'{"media":[],"schema":1}'}, "custody.json: it does not tell of media/med-2.jpg"),
    "no custody": ({"custody.json": b"[]"}, "custody.json: it cannot be read"),
    "smuggled": ({"media/med-9.jpg": b"x"}, "custody.json: it does not tell of media/med-9.jpg"),
}


@pytest.mark.parametrize("name", WRONG_PAPERS)
def test_signed_papers_that_are_wrong(name: str, tmp_path: Path) -> None:
    changes, words = WRONG_PAPERS[name]
    files: dict[str, bytes | None] = {**contents(tmp_path), **changes}
    kept = {path: content for path, content in files.items() if content is not None}
    assert words in "\n".join(verdict_of(signed_anew(kept), tmp_path))


def test_a_proof_of_a_changed_record_is_found(tmp_path: Path) -> None:
    files = contents(tmp_path, "amber+strict")
    body = json.loads(files["proofs.json"])
    body["records"][1]["text"] = body["records"][1]["text"].replace("person 3", "person 4")
    told = verdict_of(signed_anew({**files, "proofs.json": canonical(body)}), tmp_path)
    assert told == ["proofs.json: record 3 is not proved"]


def test_a_head_of_another_key_is_found(tmp_path: Path) -> None:
    files = contents(tmp_path)
    other = Signer.of(2)
    body = json.loads(files["proofs.json"])
    with zipfile.ZipFile(a_package(tmp_path / "other.zip", "amber", signer=other)) as archive:
        own = json.loads(archive.read("proofs.json"))
    assert own["head"] == body["head"]
    # the case's head is signed by key 1; a package of key 2 that carries it is told of
    assert any("another key than the package" in words for words in verify_package(tmp_path / "other.zip").faults)


def test_hostile_forms_of_zip(tmp_path: Path) -> None:
    files = contents(tmp_path)
    path = tmp_path / "hostile.zip"

    def packed(method: int, **kinds: int) -> list[str]:
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, content in files.items():
                info = zipfile.ZipInfo(name)
                info.compress_type = method
                info.external_attr = kinds.get(name.partition(".")[0], stat.S_IFREG | 0o644) << 16
                archive.writestr(info, content)
        try:
            verdict = verify_package(path)
        except PackageError:
            return ["no package"]
        assert not verdict.intact
        return verdict.faults

    assert packed(zipfile.ZIP_DEFLATED)  # what is packed could unpack to anything
    assert "the list at the end" in packed(zipfile.ZIP_STORED, README=stat.S_IFLNK | 0o777)[0]


def test_a_bomb_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * 50_000_000)
    try:
        assert not verify_package(path).intact
    except PackageError as refused:
        assert "no hand-over package" in str(refused)  # noqa: PT017 - either answer will do


def test_a_manifest_that_claims_to_be_endless(tmp_path: Path) -> None:
    whole = bytearray(a_package(tmp_path / "p.zip").read_bytes())
    struct.pack_into("<I", whole, 18, 0xFFFFFFFF)
    assert "cut off, or too large" in verdict_of(bytes(whole), tmp_path)[0]


def test_nothing_is_packed_where_a_medium_changed_meanwhile() -> None:
    entry = FileEntry(path="media/x.bin", media_type="a/b", size=1, sha256="00" * 32)
    with pytest.raises(SharingError, match="is not what it was when the package was begun"):
        pack(b"{}", b"", [(entry, lambda: b"y")])


def test_an_exercise_says_so_everywhere(tmp_path: Path) -> None:
    path = a_package(tmp_path / "p.zip", case=a_case(exercise=True))
    verdict = verify_package(path)
    assert verdict.manifest is not None
    assert verdict.manifest.exercise
    assert verdict.papers.alert is not None
    assert verdict.papers.alert.exercise
    with zipfile.ZipFile(path) as archive:
        assert archive.read("README.txt").startswith(b"EXERCISE")


def test_a_real_alert_in_an_exercise_is_found(tmp_path: Path) -> None:
    files = contents(tmp_path)
    told = verdict_of(signed_anew(files, lambda body: body.update(exercise=True)), tmp_path)
    assert "do not agree on whether this is an exercise" in told[0]


def test_checking_needs_neither_the_desk_nor_the_web() -> None:
    program = (
        "import sys; import bartizan.adapters.files.package; "
        "print([name for name in sys.modules if name.partition('.')[0] in ('fastapi', 'sqlalchemy', 'numba', 'cv2')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_a_manifest_reads_back_as_it_was_written(tmp_path: Path) -> None:
    with zipfile.ZipFile(a_package(tmp_path / "p.zip")) as archive:
        content = archive.read("manifest.json")
    manifest = read_manifest(content)
    assert isinstance(manifest, Manifest)
    assert manifest.content() == content
