"""The past: what was open in a stretch of time, with all that happened to it, and the pictures that were kept of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.adapters.files.album import AlbumFolder
from bartizan.adapters.files.album_reader import AlbumReader
from bartizan.adapters.files.site import load_site
from bartizan.app.album import KeptPicture
from bartizan.app.desk import Desk
from bartizan.app.ledger import MemoryJournal
from bartizan.app.replay import past
from bartizan.app.room import open_room
from bartizan.errors import InputError
from bartizan.signal import Signal

START = datetime(2031, 3, 3, 13, 0, tzinfo=UTC)


class Hand:
    """The hand of a clock that the test moves."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def told(chancery: Path) -> tuple[Desk, Hand]:
    now = Hand()
    return open_room(load_site(chancery), MemoryJournal(), now, minds=False).desk, now


def signal(name: str, **more: Any) -> Signal:
    given: dict[str, Any] = {"t": 0.0, "kind": "intrusion", "state": "raised", "zone": "pavement"}
    return Signal(id=name, **(given | more))


def everybody(_: object) -> bool:
    return True


def test_an_alarm_is_told_with_its_events_and_places(told: tuple[Desk, Hand]) -> None:
    desk, now = told
    alarm = desk.submit(signal("s-1", at=(12.0, 8.0)))
    now.at += timedelta(seconds=20)
    desk.submit(signal("s-1", state="updated", t=20.0, at=(14.0, 9.0)))
    now.at += timedelta(seconds=20)
    desk.acknowledge(alarm.id, "Ada")
    (shown,) = past(desk, START - timedelta(minutes=1), now.at, everybody).alarms
    assert shown["id"] == alarm.id
    assert [(one["kind"], one["by"]) for one in shown["events"]] == [
        ("raised", "desk"), ("updated", "desk"), ("acknowledged", "Ada"),
    ]  # fmt: skip
    assert [one["place"] for one in shown["places"]] == [[12.0, 8.0], [14.0, 9.0]]


def test_only_what_was_open_in_the_stretch_and_may_be_seen(told: tuple[Desk, Hand]) -> None:
    desk, now = told
    first = desk.submit(signal("s-1"))
    desk.dispose(first.id, "Ada", "nuisance")
    desk.submit(signal("s-1", state="ended", t=5.0))
    assert not desk.alarm(first.id).is_open
    now.at += timedelta(hours=1)
    second = desk.submit(signal("s-2"))
    now.at += timedelta(hours=1)

    def shown(begin: timedelta, end: timedelta, sees: Callable[[Any], bool] = everybody) -> list[str]:
        return [one["id"] for one in past(desk, START + begin, START + end, sees).alarms]

    hour = timedelta(hours=1)
    assert shown(-hour, hour / 2) == [first.id]
    assert shown(hour / 2, 3 * hour) == [second.id]
    assert shown(1.5 * hour, 3 * hour) == [second.id], "it had begun before, and was open still"
    assert shown(-hour, 3 * hour) == [first.id, second.id]
    assert shown(-hour, 3 * hour, lambda alarm: alarm.id == first.id) == [first.id]
    assert shown(-hour, -hour / 2) == []


def test_a_stretch_that_is_none_is_refused(told: tuple[Desk, Hand]) -> None:
    desk, _ = told
    with pytest.raises(InputError, match="ends before it begins"):
        past(desk, START, START, everybody)
    with pytest.raises(InputError, match="longer than 7 days"):
        past(desk, START, START + timedelta(days=8), everybody)


def test_kept_pictures_are_found_by_when_they_were_taken(tmp_path: Path) -> None:
    album, reader = AlbumFolder(tmp_path / "pictures"), AlbumReader(tmp_path / "pictures")
    image = np.full((48, 64, 3), 90, dtype=np.uint8)
    for minute in (3, 1, 2):
        taken = START + timedelta(minutes=minute)
        about = KeptPicture(
            signal="s-1", rule="r-1", camera="north", taken=taken, until=taken + timedelta(days=9 - minute), purpose="p"
        )
        album.keep(about, image)
    found = reader.between(START, START + timedelta(minutes=2), 10)
    assert [one.taken.minute for one in found] == [1, 2], "by when they were taken, not by when they must go"
    assert [one.taken.minute for one in reader.between(START, START + timedelta(hours=1), 2)] == [2, 3]
    picture = found[0]
    shown = reader.image(picture)
    assert shown is not None
    assert shown[:2] == b"\xff\xd8"
    assert reader.find("../../etc/passwd") is None
    for file in (tmp_path / "pictures").glob(f"{picture.id}*"):
        file.unlink()
    assert reader.find(picture.id) is None
    assert reader.image(picture) is None


def test_what_cannot_be_read_is_left_out_and_no_folder_is_no_album(tmp_path: Path) -> None:
    assert AlbumReader(tmp_path / "none").between(START, START + timedelta(days=1), 10) == ()
    (tmp_path / "a.jpg").write_bytes(b"")
    (tmp_path / "b.jpg").write_bytes(b"")
    (tmp_path / "b.json").write_text('{"signal": 1}')
    reader = AlbumReader(tmp_path)
    assert reader.between(START, START + timedelta(days=1), 10) == ()
    assert reader.find("b") is None
