"""Kept pictures as evidence: those of an alarm's own signals, each taken once, nothing of an exercise."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from office_post import BEGAN, PICTURE, Post

from bartizan.app.handover.pictures import BESIDE, Pictures
from bartizan.app.replay import PastPicture
from bartizan.desk.errors import CommandRefusedError, ExerciseMixError


class Album:
    """Pictures in memory."""

    def __init__(self, *pictures: PastPicture) -> None:
        self.pictures = {one.id: one for one in pictures}

    def between(self, begin: datetime, end: datetime, most: int) -> tuple[PastPicture, ...]:
        found = sorted((one for one in self.pictures.values() if begin <= one.taken <= end), key=lambda one: one.taken)
        return tuple(found[-most:])

    def find(self, picture_id: str) -> PastPicture | None:
        return self.pictures.get(picture_id)

    def image(self, picture: PastPicture) -> bytes | None:
        return PICTURE + picture.id.encode() if picture.id in self.pictures else None

    def delete(self, picture: PastPicture) -> None:
        del self.pictures[picture.id]


def picture(name: str, signal: str = "s1", after: float = 0.0) -> PastPicture:
    return PastPicture(id=name, camera="north", taken=BEGAN + timedelta(seconds=after), signal=signal, rule="wandering")


def pictures_of(post: Post, *kept: PastPicture) -> Pictures:
    return Pictures(Album(*kept), post.room.evidence, post.room.incidents)


def test_a_picture_of_an_alarm_is_taken_as_it_lies_there() -> None:
    post = Post()
    alarm = post.room.desk.alarm(post.raise_alarm())
    kept = picture("p-1")
    item, new = pictures_of(post, kept).take(kept, alarm, "Imogen")
    assert (new, item.about, item.media_type, item.received_by) == (True, f"alarm/{alarm.id}", "image/jpeg", "Imogen")
    assert item.sha256 == hashlib.sha256(PICTURE + b"p-1").hexdigest()
    # where it came from is part of the custody
    assert item.note == (
        "kept picture p-1: camera north, taken 2026-03-02T14:00:00.000000Z, at signal s1 of rule wandering"
    )
    assert [event.kind for event in post.room.evidence.custody(item.id)] == ["received"]
    assert post.room.evidence.open(item.id, "Osric", "to compare") == PICTURE + b"p-1"


def test_an_alarm_has_the_pictures_of_its_own_signal_and_of_its_time() -> None:
    post = Post()
    alarm = post.room.desk.alarm(post.raise_alarm())
    edge = BESIDE.total_seconds()
    kept = pictures_of(
        post,
        picture("later", after=30.0),
        picture("own"),
        picture("before", after=-edge - 5.0),
        picture("beside", after=-edge + 5.0),
        picture("other", signal="s2"),
    )
    post.clock.passes(minutes=5)
    assert [one.picture.id for one in kept.of(alarm, post.clock())] == ["beside", "own", "later"]
    # while it is open it goes on; once it is closed, what the same words meant later is something else
    assert [one.picture.id for one in kept.of(alarm, BEGAN - timedelta(seconds=45))] == ["beside", "own"]


def test_what_an_incident_took_is_its_own_and_is_offered_as_taken() -> None:
    post = Post()
    incident = post.incident()
    alarm = post.room.desk.alarm(incident.alarms[0])
    kept = pictures_of(post, picture("p-1"), picture("p-2", after=1.0))
    now = post.clock()
    assert [one.item for one in kept.of(incident, now)] == [None, None]
    item, new = kept.take(picture("p-1"), incident, "Imogen")
    assert new
    assert item.about == f"incident/{incident.id}"
    assert post.room.incidents.incident(incident.id).media == (item.id,)
    assert [one.item for one in kept.of(incident, now)] == [item.id, None]
    # its alarm has it too, and gives it no second time
    assert [one.item for one in kept.of(alarm, now)] == [item.id, None]
    again, new = kept.take(picture("p-1"), incident, "Osric")
    assert (again.id, new) == (item.id, False)
    same, new = kept.take(picture("p-1"), alarm, "Osric")
    assert (same.id, new) == (item.id, False)
    assert len(post.room.evidence.items()) == 1
    assert kept.of(incident, now)[1].to_json() == picture("p-2", after=1.0).to_json() | {"item": None}


def test_what_is_erased_does_not_live_on_in_the_album() -> None:
    post = Post()
    alarm = post.room.desk.alarm(post.raise_alarm())
    kept = pictures_of(post, picture("p-1"), picture("p-2", after=1.0))
    item, _ = kept.take(picture("p-1"), alarm, "Imogen")
    mine = post.room.evidence.put(PICTURE, "image/jpeg", f"alarm/{alarm.id}", "Imogen")
    assert not kept.forget(post.room.evidence.erase(mine.id, "Osric", "asked for"))
    assert [one.item for one in kept.of(alarm, post.clock())] == [item.id, None]
    assert kept.forget(post.room.evidence.erase(item.id, "Osric", "asked for"))
    assert [one.picture.id for one in kept.of(alarm, post.clock())] == ["p-2"]
    assert not kept.forget(post.room.evidence.item(item.id))


def test_what_was_over_its_time_as_evidence_is_offered_while_the_album_has_it() -> None:
    post = Post()
    alarm = post.room.desk.alarm(post.raise_alarm())
    kept = pictures_of(post, picture("p-1"))
    item, _ = kept.take(picture("p-1"), alarm, "Imogen")
    post.clock.passes(days=31)
    assert [one.id for one in post.room.evidence.pass_time()] == [item.id]
    assert [one.item for one in kept.of(alarm, post.clock())] == [None]
    again, new = kept.take(picture("p-1"), alarm, "Imogen")
    assert new
    assert again.id != item.id


def test_a_note_in_the_same_words_hides_no_picture() -> None:
    post = Post()
    alarm = post.room.desk.alarm(post.raise_alarm())
    kept = pictures_of(post, picture("p-1"))
    note = "kept picture p-1: camera north, taken 2026-03-02T14:00:00.000000Z, at signal s1 of rule wandering"
    post.room.evidence.put(b"something else", "image/jpeg", f"alarm/{alarm.id}", "Iago", note=note)
    item, new = kept.take(picture("p-1"), alarm, "Imogen")
    assert new
    assert item.sha256 == hashlib.sha256(PICTURE + b"p-1").hexdigest()


def test_nothing_of_the_album_goes_into_an_exercise() -> None:
    post = Post()
    incident = post.incident(exercise=True)
    alarm = post.room.desk.alarm(incident.alarms[0])
    kept = pictures_of(post, picture("p-1"))
    for thing in (incident, alarm):
        assert kept.of(thing, datetime.now(UTC)) == ()
        with pytest.raises(ExerciseMixError, match="a kept picture is real and"):
            kept.take(picture("p-1"), thing, "Imogen")
    assert post.room.evidence.items() == ()


def test_a_picture_whose_time_was_over_meanwhile_leaves_nothing() -> None:
    post = Post()
    incident = post.incident()
    with pytest.raises(CommandRefusedError, match="its time was over"):
        pictures_of(post).take(picture("p-1"), incident, "Imogen")
    assert post.room.evidence.items() == ()
    assert post.room.incidents.incident(incident.id).media == ()
