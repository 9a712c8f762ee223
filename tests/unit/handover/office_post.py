"""A desk with an incident and evidence, and partners: what tests of hand-over stand on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from bartizan.app.handover.office import Safe
from bartizan.app.handover.ports import MemoryVault
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room
from bartizan.app.room.room import open_room
from bartizan.desk.incidents.state import Incident
from bartizan.signal import Signal
from bartizan.site import build
from bartizan.site.site import Site
from shared_case import Signer

BEGAN = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
PICTURE = b"\xff\xd8 the man at the gate" * 30


class Keys:
    """The keys of a desk, the same in every test."""

    def __init__(self, seed: int = 1) -> None:
        self._signer = Signer.of(seed)
        self.secret = bytes([seed]) * 32

    @property
    def public(self) -> bytes:
        return self._signer.public

    def sign(self, content: bytes) -> bytes:
        return self._signer.sign(content)


class Clock:
    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


def a_site(partner_key: bytes | None = None, **more: object) -> Site:
    police: dict[str, object] = {"id": "police", "name": "City police", "level": "amber"}
    if partner_key is not None:
        police["key"] = partner_key.hex()
    return build(
        {
            "schema": 1,
            "site": {"name": "Example chancery"},
            "area": [{"id": "street", "outside": True}, {"id": "yard"}],
            "element": [
                {
                    "id": "gate",
                    "kind": "gate",
                    "between": ["street", "yard"],
                    "way": [{"id": "force", "delay": {"mean": 60, "sd": 18}}],
                }
            ],
            "camera": [{"id": "north"}],
            "partner": [
                police,
                {"id": "ministry", "name": "Ministry", "level": "red"},
                {"id": "stand-in", "level": "red", "exercise": True},
            ],
            **more,
        }
    )


class Post:
    """One desk. `journal` and `vault` may be those of an earlier one."""

    def __init__(
        self,
        site: Site | None = None,
        *,
        seed: int = 1,
        journal: MemoryJournal | None = None,
        vault: MemoryVault | None = None,
    ) -> None:
        self.site = site or a_site()
        self.clock = Clock()
        self.journal = journal or MemoryJournal()
        self.vault = vault or MemoryVault()
        self.keys = Keys(seed)
        self._ids = count(1)
        self.room: Room = open_room(
            self.site,
            self.journal,
            self.clock,
            safe=Safe(vault=self.vault, keys=self.keys, every=None),
            new_id=lambda: f"id-{seed}-{len(list(self.journal.read()))}-{next(self._ids)}",
            minds=False,
        )

    def raise_alarm(self, name: str = "s1", *, exercise: bool = False, kind: str = "wandering") -> str:
        alarm = self.room.desk.take(
            Signal(
                id=name,
                t=1.0,
                utc="2026-03-02T13:59:58Z",
                kind=kind,
                state="raised",
                element="gate",
                area="street",
                cameras=("north",),
                severity="high",
                exercise=exercise,
                because={"stops": 3},
            ),
            "run",
        )
        assert alarm is not None
        return alarm.id

    def incident(self, *, exercise: bool = False) -> Incident:
        return self.incident_of("s1", exercise=exercise)

    def incident_of(self, name: str, *, exercise: bool = False) -> Incident:
        alarm = self.raise_alarm(name, exercise=exercise)
        self.room.desk.acknowledge(alarm, "Imogen")
        self.clock.passes(seconds=4)
        return self.room.incidents.open([alarm], "Imogen")
