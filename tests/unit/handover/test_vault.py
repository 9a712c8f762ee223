"""Contents and keys as files: encrypted, apart, altered ones found, crashes and full disks survived."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bartizan.adapters.files import media
from bartizan.adapters.files.keys import FileKeys, KeyFolder
from bartizan.adapters.files.media import MediaFolder
from bartizan.app.handover.ports import LostError
from bartizan.errors import StoreError

CONTENT = b"a picture of the gate " * 50


@pytest.fixture
def vault(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "media", KeyFolder(tmp_path / "keys"))


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_it_is_kept_encrypted_under_its_own_address(vault: MediaFolder, tmp_path: Path) -> None:
    sealed = vault.put("i-1", CONTENT)
    (kept,) = files(tmp_path / "media")
    assert kept.name == sealed.address
    assert b"gate" not in kept.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert vault.open("i-1", sealed.address) == CONTENT
    assert vault.sealed("i-1", sealed.address) == sealed
    assert list(vault.names()) == ["i-1"]


def test_two_items_of_one_content_have_nothing_in_common(vault: MediaFolder) -> None:
    one, other = vault.put("i-1", CONTENT), vault.put("i-2", CONTENT)
    assert one.sha256 == other.sha256
    assert {one.address, one.seal, one.salt}.isdisjoint({other.address, other.seal, other.salt})


def test_a_content_put_in_the_place_of_another_is_found(vault: MediaFolder, tmp_path: Path) -> None:
    one, other = vault.put("i-1", CONTENT), vault.put("i-2", b"something else")
    with pytest.raises(LostError, match="was altered"):
        vault.open("i-1", other.address)
    (tmp_path / "keys/i-2.key").write_bytes((tmp_path / "keys/i-1.key").read_bytes())
    # the name is bound to the content: the key of one item does not open the other under its name
    with pytest.raises(LostError, match="was altered"):
        vault.open("i-2", one.address)


def test_any_flipped_bit_is_found(vault: MediaFolder, tmp_path: Path) -> None:
    sealed = vault.put("i-1", b"short")
    (kept,) = files(tmp_path / "media")
    whole_ = kept.read_bytes()
    for place in range(len(whole_) * 8):
        changed = bytearray(whole_)
        changed[place // 8] ^= 1 << place % 8
        kept.write_bytes(changed)
        with pytest.raises(LostError, match="was altered"):
            vault.open("i-1", sealed.address)


def test_destroying_leaves_nothing_and_may_be_repeated(vault: MediaFolder, tmp_path: Path) -> None:
    sealed = vault.put("i-1", CONTENT)
    vault.destroy("i-1", sealed.address)
    vault.destroy("i-1", sealed.address)
    assert files(tmp_path) == []
    assert vault.sealed("i-1", sealed.address) is None
    with pytest.raises(LostError, match="the key of item i-1 is not there"):
        vault.open("i-1", sealed.address)


def test_the_key_goes_first(vault: MediaFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = vault.put("i-1", CONTENT)

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(media, "sync_folder", dies)
    with pytest.raises(KeyboardInterrupt):
        vault.destroy("i-1", sealed.address)
    assert files(tmp_path / "keys") == []


def test_a_full_disk_leaves_nothing_behind(vault: MediaFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.put("i-1", CONTENT)
    before = files(tmp_path)
    synced = os.fsync
    left = [0]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(28, "No space left on device")
        synced(handle)

    monkeypatch.setattr(os, "fsync", full)
    for failing in (1, 2, 3, 4):
        left[0] = failing
        with pytest.raises(StoreError, match="No space left on device"):
            vault.put("i-2", CONTENT)
        assert files(tmp_path) == before


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a" * 101])
def test_names_that_lead_elsewhere_are_refused(name: str, vault: MediaFolder, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no name of an item"):
        vault.put(name, CONTENT)
    assert files(tmp_path) == []
    with pytest.raises(StoreError, match="no address"):
        vault.open(vault_name(vault), "../../etc/passwd")


def vault_name(vault: MediaFolder) -> str:
    vault.put("i-9", b"x")
    return "i-9"


def test_a_key_file_that_is_none_is_said_to_be_none(vault: MediaFolder, tmp_path: Path) -> None:
    sealed = vault.put("i-1", CONTENT)
    (tmp_path / "keys/i-1.key").write_text("{}")
    with pytest.raises(StoreError, match="no key of an item"):
        vault.open("i-1", sealed.address)


def test_the_keys_of_a_desk_are_made_once(tmp_path: Path) -> None:
    first, again = FileKeys(tmp_path / "keys"), FileKeys(tmp_path / "keys")
    assert (first.public, first.secret) == (again.public, again.secret)
    assert first.sign(b"x") == again.sign(b"x")
    assert FileKeys(tmp_path / "others").public != first.public
    (tmp_path / "keys/signing-key").write_text("short")
    with pytest.raises(StoreError, match="no key of a desk"):
        FileKeys(tmp_path / "keys")


def test_keys_that_others_can_read_are_refused(tmp_path: Path) -> None:
    FileKeys(tmp_path)
    (tmp_path / "signing-key").chmod(0o644)
    with pytest.raises(StoreError, match="others can read it"):
        FileKeys(tmp_path)
