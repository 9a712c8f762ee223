"""Kept pictures taken into evidence: those of an alarm or incident are found, and one is taken in one act.

The album keeps a picture for as long as the rule's purpose lasts and no longer; what a case needs is taken over, as it
lies there, and is evidence from then on. Clips are not kept by any part of Bartizan, so there are none to take.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bartizan.app.handover.evidence import Evidence
from bartizan.app.handover.filling import items_of
from bartizan.app.incidents.incidents import Incidents
from bartizan.app.replay import PastPicture, PastPictures
from bartizan.desk.alarms import Alarm
from bartizan.desk.errors import CommandRefusedError, ExerciseMixError
from bartizan.desk.event import instant
from bartizan.desk.evidence.item import Item
from bartizan.desk.incidents.state import Incident

BESIDE = timedelta(minutes=1)  # a camera's clock and the desk's may differ by so much
MOST = 50_000  # pictures of an album
_EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
LOOKED_AT = 2_000  # pictures of the time of a thing among which its own are looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A kept picture of an alarm or incident; `item` is the evidence that it was taken into, None where it was not."""

    picture: PastPicture
    item: str | None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return self.picture.to_json() | {"item": self.item}


class Pictures:
    """The kept pictures of one desk, as evidence to be. Every method may be called from any thread."""

    def __init__(self, album: PastPictures, evidence: Evidence, incidents: Incidents) -> None:
        self._album = album
        self._evidence = evidence
        self._incidents = incidents

    def of(self, thing: Alarm | Incident, now: datetime) -> tuple[Offered, ...]:
        """The pictures that were kept at the signals of an alarm, or of the alarms of an incident, oldest first.

        `now` in UTC. What an exercise raised has none: nothing of it is kept. Of more than LOOKED_AT pictures of its
        time the latest are looked at.
        """
        alarms = self._incidents.alarms(thing) if isinstance(thing, Incident) else (thing,)
        if thing.exercise or not alarms:
            return ()
        begin = min(min(one.raised_at, one.known_at) for one in alarms) - BESIDE
        end = max(one.closed_at or now for one in alarms) + BESIDE
        signals = {source.signal for one in alarms for source in (one.source, *one.earlier)}
        taken = {item.note: item.id for item in self._items(thing)}
        return tuple(
            Offered(picture=one, item=taken.get(note_of(one)))
            for one in self._album.between(begin, end, LOOKED_AT)
            if one.signal in signals
        )

    def take(self, picture: PastPicture, thing: Alarm | Incident, by: str) -> tuple[Item, bool]:
        """Take a kept picture into evidence about a thing, as it lies in the album; durable when it returns.

        Returns the item, and whether it is new: the same picture a second time is the item that there is. Errors:
        ExerciseMixError, for a kept picture is real; CommandRefusedError where its time was over meanwhile; StoreError.
        """
        if thing.exercise:
            raise ExerciseMixError(
                f"a kept picture is real and {_kind(thing)} {thing.number} is an exercise: nothing of one goes to the "
                "other"
            )
        content = self._album.image(picture)
        if content is None:
            raise CommandRefusedError("the picture is not kept any more: its time was over. Read the list again")
        digest = hashlib.sha256(content).hexdigest()
        note = note_of(picture)
        item = next((one for one in self._items(thing) if (one.note, one.sha256) == (note, digest)), None)
        new = item is None
        if item is None:
            item = self._evidence.put(content, "image/jpeg", f"{_kind(thing)}/{thing.id}", by, note=note)
        if isinstance(thing, Incident):
            self._incidents.add_media(thing.id, item.id, by)
        return item, new

    def forget(self, item: Item) -> bool:
        """Delete the album's own copy of what was taken from it and is erased; whether there was one.

        What is erased for a reason must not live on in a copy of ours. Errors: StoreError where the disk refuses.
        """
        kept = self._album.between(*_EVER, MOST)
        found = next((one for one in kept if note_of(one) == item.note), None)
        if found is not None:
            self._album.delete(found)
        return found is not None

    def _items(self, thing: Alarm | Incident) -> Iterable[Item]:
        """The evidence that is about the thing, or about the incident that an alarm belongs to; nothing erased."""
        incident = thing if isinstance(thing, Incident) else self._incidents.of_alarm(thing.id)
        if incident is not None:
            return items_of(incident, self._evidence)
        return [one for one in self._evidence.items(f"alarm/{thing.id}") if one.erased_at is None]


def note_of(picture: PastPicture) -> str:
    """The note that goes with a picture into evidence: where it came from, the same words for the same picture."""
    return (
        f"kept picture {picture.id}: camera {picture.camera}, taken {instant(picture.taken)}, at signal "
        f"{picture.signal} of rule {picture.rule}"
    )


def _kind(thing: Alarm | Incident) -> str:
    return "incident" if isinstance(thing, Incident) else "alarm"
