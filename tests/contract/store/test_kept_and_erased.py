"""Evidence on a disk from the day it comes to the day it is erased: by time, by order, or not while it is held.

A year of one desk, closed and opened again between all steps, its journal and folders those that a guard room has.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bartizan.adapters.store import open_journal
from bartizan.app.handover.ports import LostError
from bartizan.app.room import Room, open_room
from bartizan.cli.main import main
from bartizan.cli.wiring_handover import desk_safe
from bartizan.desk.errors import TransitionError
from bartizan.desk.evidence.item import Item
from bartizan.signal import Signal
from bartizan.site import build

BEGAN = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
SITE = build(
    {
        "schema": 1,
        "site": {"name": "Example chancery"},
        "area": [{"id": "street", "outside": True}],
        "partner": [{"id": "police", "level": "amber"}],
        "evidence": {"alarm_days": 30, "case_days": 100},
    }
)


class Desk:
    """A data folder, and the time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = BEGAN

    @contextmanager
    def open(self, **passes: float) -> Iterator[Room]:
        """The room at its folder, `passes` later; one second of its work is done."""
        self.now += timedelta(**passes)
        with open_journal(self.folder / "journal.sqlite") as journal:
            room = open_room(SITE, journal, lambda: self.now, safe=desk_safe(self.folder), minds=False)
            room.pass_time()
            yield room
            room.office.heads.wait()
            assert self.proved(room) == room.ledger.seq

    @staticmethod
    def proved(room: Room) -> int:
        """The last record that the chain proves."""
        last = 0
        while (after := room.ledger.prove(last)) != last:
            last = after
        return last

    def kept(self) -> set[str]:
        """The items whose key lies in the folder."""
        return {path.stem for path in (self.folder / "keys" / "items").glob("*.key")}

    def contents(self) -> int:
        """How many contents lie in the folder."""
        return sum(path.is_file() for path in (self.folder / "media").rglob("*"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "chancery.bartizan-data")


def alarm(room: Room, name: str) -> str:
    return room.desk.submit(Signal(id=name, t=0.0, kind="wandering", state="raised", severity="high")).id


def put(room: Room, about: str, words: str) -> Item:
    return room.evidence.put(words.encode(), "image/jpeg", about, "Imogen")


def test_a_year_of_evidence(desk: Desk, tmp_path: Path) -> None:
    with desk.open() as room:
        first, second = alarm(room, "a"), alarm(room, "b")
        passing = put(room, f"alarm/{first}", "a passer-by")
        held = put(room, f"alarm/{first}", "the man, for the court")
        asked = put(room, f"alarm/{first}", "a neighbour, who asks")
        case = room.incidents.open([second], "Imogen", title="At the gate")
        ours = put(room, f"alarm/{second}", "the man at the gate")
        room.evidence.hold(held.id, "Osric", "case 12/26")
    everything = {one.id for one in (passing, held, asked, ours)}
    assert desk.kept() == everything

    # a person's order erases at once, and takes the copies that were to be fetched along
    with desk.open(days=3) as room:
        room.incidents.join(case.id, first, "Imogen")
        seen = room.office.handover.preview(case.id, "police")
        package = room.office.handover.hand_over(case.id, "police", "Osric", "they take over", seen.digest)
        with pytest.raises(TransitionError, match="legal hold"):
            room.evidence.erase(held.id, "Osric", "asked for")
        room.evidence.erase(asked.id, "Osric", "asked for by the person shown")
        assert room.office.handover.package(package.id).gone_why == f"item {asked.id} in it was erased"
        room.incidents.part(case.id, first, "Imogen", "another man")
    assert desk.kept() == everything - {asked.id}
    assert desk.contents() == 3

    # what is about an alarm goes when its time is over; what is held, and what a case needs, stays
    with desk.open(days=28) as room:
        assert room.evidence.item(passing.id).erased_why == "its time was over"
        (due,) = room.evidence.due(desk.now)
        assert (due.item.id, due.kept_by) == (held.id, "a legal hold of Osric: case 12/26")
    assert desk.kept() == {held.id, ours.id}

    with desk.open(days=200) as room:
        assert {one.id for one in room.evidence.items() if one.erased_at is None} == {held.id, ours.id}
        # the whole case still goes, less what is erased, and proves itself
        seen = room.office.handover.preview(case.id, "police")
        made = room.office.handover.hand_over(case.id, "police", "Osric", "they asked again", seen.digest)
        file = tmp_path / "case.zip"
        file.write_bytes(room.office.handover.fetch(made.id, "Osric"))
        assert made.items == (ours.id,)
        room.desk.acknowledge(second, "Imogen")
        room.desk.assess(second, "Imogen", "real")
        room.incidents.resolve(case.id, "held and handed over", "Imogen")
        room.incidents.close(case.id, "Osric")
        room.evidence.lift(held.id, 2, "Osric", "the court is done")
    assert CliRunner().invoke(main, ["verify", str(file)]).exit_code == 0

    # without its hold the time that was over long ago erases it; the case's own days run from its closing
    with desk.open(minutes=2) as room:
        assert room.evidence.item(held.id).erased_why == "its time was over"
    assert desk.kept() == {ours.id, made.id}
    with desk.open(days=99):
        assert ours.id in desk.kept()
    with desk.open(days=1, minutes=1) as room:
        assert room.evidence.item(ours.id).erased_why == "its time was over"
        # nothing of it is left but its record: who had it, who saw it, who got it, and why it went
        for one in (passing, held, asked, ours):
            custody = [event.kind for event in room.evidence.custody(one.id)]
            assert (custody[0], custody[-1]) == ("received", "erased")
            with pytest.raises(TransitionError, match="was erased"):
                room.evidence.open(one.id, "Iago", "to see it all the same")
            with pytest.raises(LostError):
                room.evidence.content(one.id)
            with pytest.raises(TransitionError, match="was erased"):
                room.evidence.hold(one.id, "Osric", "too late")
    assert desk.kept() == set()
    assert desk.contents() == 0
