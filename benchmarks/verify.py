"""How fast a hand-over package is checked, beside reading and hashing the same bytes, in one run.

Run: ``python -m benchmarks.verify``; TMPDIR says on which disk. The package holds four media of 64 MiB; it is written
once and then read from the system's cache, so what is measured is the work of checking and not the disk. The other
figure is what SHA-256 alone takes over the same bytes.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bartizan.adapters.files.package import verify_package
from bartizan.app.handover.making import Order, made_of
from bartizan.desk.sharing.case import Case, CaseMedium, Place
from bartizan.desk.sharing.package import pack
from bartizan.desk.sharing.release import release
from benchmarks.table import Row, main

MEDIA = 4
SIZE = 64 * 1024 * 1024  # bytes of each
TURNS = 5
AT = datetime(2026, 11, 23, tzinfo=UTC)


class _Signer:
    """A key made for this run."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, content: bytes) -> bytes:
        return self._key.sign(content)


def package(path: Path) -> None:
    """Write a package whose media are drawn by chance."""
    draw = np.random.default_rng(1)
    contents = {f"m-{number}": draw.bytes(SIZE) for number in range(MEDIA)}
    media = tuple(
        CaseMedium(
            id=name,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            media_type="video/mp4",
            received_at=AT,
            about="incident/i",
            seal="0" * 64,
            salt="0" * 64,
        )
        for name, content in contents.items()
    )
    case = Case(
        id="i",
        number=1,
        title="a case",
        kind=None,
        exercise=True,
        state="closed",
        opened_at=AT,
        place=Place(name="x"),
        media=media,
    )
    order = Order(package="p", sender="x", recipient="y", recipient_name="y", made_at=AT, version="0")
    made = made_of(release(case, "red"), order, _Signer(), contents.__getitem__)
    path.write_bytes(pack(made.content, made.signature, made.parts))


def fastest(work: Callable[[], object], size: int) -> float:
    """The most megabytes a second [10^6 bytes] of a few turns: other work on the machine only makes it slower."""
    best = 0.0
    for _ in range(TURNS):
        begun = time.perf_counter()
        work()
        best = max(best, size / 1e6 / (time.perf_counter() - begun))
    return best


def figures(_: Path) -> Iterator[Row]:
    """Megabytes a second of checking, and of SHA-256 alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.zip"
        package(path)
        assert verify_package(path).intact
        size = path.stat().st_size
        checked = fastest(partial(verify_package, path), size)
        hashed = fastest(lambda: hashlib.sha256(path.read_bytes()).digest(), size)
    yield Row("verify", "package checked", f"{checked:,.0f} MB/s")
    yield Row("verify", "read and SHA-256 alone", f"{hashed:,.0f} MB/s")


if __name__ == "__main__":
    main(__doc__, figures)
