"""A made-up case that holds something of every kind, and the package that is made of it: for tests of sharing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bartizan.app.handover.making import Order, made_of
from bartizan.desk.evidence import Tree, canonical
from bartizan.desk.evidence.heads import leaf, salt_of, sign_head
from bartizan.desk.sharing.case import (
    Case,
    CaseAlarm,
    CaseCustody,
    CaseEntry,
    CaseLink,
    CaseMedium,
    CaseRecord,
    Place,
)
from bartizan.desk.sharing.package import pack
from bartizan.desk.sharing.release import release
from bartizan.desk.sharing.tlp import Tlp

BEGAN = datetime(2026, 3, 2, 14, 5, 6, 789000, tzinfo=UTC)
PICTURE = b"\xff\xd8 a picture, as received \x00\xff" * 40
COPY = b"the same with a face blurred"
SECRET = bytes(range(32))


@dataclass(frozen=True, slots=True)
class Signer:
    """A key made of one byte, so that tests are the same each time."""

    key: Ed25519PrivateKey

    @classmethod
    def of(cls, seed: int = 1) -> Signer:
        return cls(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def sign(self, content: bytes) -> bytes:
        return self.key.sign(content)


def medium(
    name: str, content: bytes, *, parent: str | None = None, tlp: Tlp = "amber", by: str = "Imogen"
) -> CaseMedium:
    salt = hashlib.sha256(name.encode()).digest()
    return CaseMedium(
        id=name,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        media_type="image/jpeg",
        received_at=BEGAN + timedelta(seconds=9),
        about="incident/inc-7",
        seal=hashlib.sha256(salt + content).hexdigest(),
        salt=salt.hex(),
        received_by=by,
        parent=parent,
        tlp=tlp,
    )


def records(count: int = 5) -> tuple[tuple[CaseRecord, ...], dict[str, object]]:
    texts = [canonical({"seq": seq, "by": f"person {seq}", "kind": "noted"}) for seq in range(1, count + 1)]
    tree = Tree(leaf(salt_of(SECRET, seq), text) for seq, text in enumerate(texts, 1))
    signer = Signer.of()
    head = sign_head(count, tree.root(), BEGAN, signer.public, signer.sign)
    kept = tuple(
        CaseRecord(
            seq=seq,
            text=texts[seq - 1].decode(),
            salt=salt_of(SECRET, seq).hex(),
            proof=tuple(step.hex() for step in tree.inclusion(seq - 1)),
        )
        for seq in (1, 3, 5)
    )
    return kept, head.to_json()


def a_case(*, exercise: bool = False, tlp: Tlp = "green") -> Case:
    kept, head = records()
    return Case(
        id="inc-7",
        number=7,
        title="A man walks around the chancery & tries <doors>",
        kind="wandering",
        exercise=exercise,
        state="in-progress",
        opened_at=BEGAN,
        place=Place(name="Example chancery", latitude=48.2, longitude=16.37, precision=50.0),
        tlp=tlp,
        determination="confirmed",
        summary="The third time within a fortnight.",
        opened_by="Imogen Guard",
        lead="Osric Lead",
        stages=(("raised", BEGAN), ("acknowledged", BEGAN + timedelta(seconds=4))),
        alarms=(
            CaseAlarm(
                id="al-1",
                number=31,
                kind="wandering",
                priority="high",
                raised_at=BEGAN,
                cleared_at=BEGAN + timedelta(minutes=3),
                zone="pavement",
                element="pedestrian-gate",
                cameras=("north",),
                disposition="real",
                note="turned back twice",
                acknowledged_by="Imogen Guard",
                because=(("stops", "3"),),
            ),
        ),
        entries=(
            CaseEntry(at=BEGAN + timedelta(seconds=5), what="note", text="=he carries a bag", by="Imogen Guard"),
            CaseEntry(at=BEGAN + timedelta(seconds=8), what="plan", text="two men behind the gate", tlp="red"),
        ),
        links=(CaseLink(kind="repeat-of", incident="inc-3", number=3, title="The first walk", opened_at=BEGAN),),
        media=(medium("med-1", PICTURE, tlp="amber+strict"), medium("med-2", COPY, parent="med-1")),
        custody=(
            CaseCustody(item="med-1", at=BEGAN, what="received", by="Imogen Guard"),
            CaseCustody(item="med-2", at=BEGAN, what="looked", by="Osric Lead", why="to compare"),
        ),
        records=kept,
        head=head,
    )


CONTENTS: Mapping[str, bytes] = {"med-1": PICTURE, "med-2": COPY}


def a_package(
    path: Path, limit: Tlp = "amber+strict", *, case: Case | None = None, signer: Signer | None = None
) -> Path:
    """The package of the case for a recipient of that level, written at `path`."""
    signer = signer or Signer.of()
    order = Order(
        package="pkg-1",
        sender="Example chancery",
        recipient="city-police",
        recipient_name="City police",
        made_at=BEGAN + timedelta(hours=1),
        version="0.5",
    )
    made = made_of(release(case or a_case(), limit), order, signer, CONTENTS.__getitem__)
    path.write_bytes(pack(made.content, made.signature, made.parts))
    return path
