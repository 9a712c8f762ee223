"""Every single bit of a package, and ten thousand of larger ones and of what lies in the vault: each flip is found.

Run: ``pytest --soak tests/soak/test_every_bit.py``. R12 of the goals: 10,000 random flips, all found.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bartizan.adapters.files.keys import KeyFolder
from bartizan.adapters.files.media import MediaFolder
from bartizan.app.handover.ports import LostError
from bartizan.desk.sharing.package import verify_bytes
from shared_case import a_package

pytestmark = pytest.mark.soak

FLIPS = 10_000


def flipped(whole: bytes, place: int) -> bytes:
    changed = bytearray(whole)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def test_every_bit_of_a_package(tmp_path: Path) -> None:
    whole = a_package(tmp_path / "p.zip", "green").read_bytes()
    missed = [place for place in range(len(whole) * 8) if verify_bytes(flipped(whole, place)).intact]
    assert missed == []


def test_ten_thousand_bits_of_a_larger_one(tmp_path: Path) -> None:
    whole = a_package(tmp_path / "p.zip", "red").read_bytes()
    drawn = random.Random(7)  # noqa: S311 - no secret
    places = [drawn.randrange(len(whole) * 8) for _ in range(FLIPS)]
    assert [place for place in places if verify_bytes(flipped(whole, place)).intact] == []


def test_ten_thousand_bits_of_what_lies_in_the_vault(tmp_path: Path) -> None:
    vault = MediaFolder(tmp_path / "media", KeyFolder(tmp_path / "keys"))
    sealed = vault.put("i-1", bytes(range(256)) * 64)
    kept = tmp_path / "media" / sealed.address[:2] / sealed.address
    whole = kept.read_bytes()
    drawn = random.Random(8)  # noqa: S311 - no secret
    for _ in range(FLIPS):
        kept.write_bytes(flipped(whole, drawn.randrange(len(whole) * 8)))
        with pytest.raises(LostError):
            vault.open("i-1", sealed.address)
