"""Has this been seen before, here? Earlier incidents and alarms that are alike, with the reasons in words.

What is offered is a question to a person, who links it, or says that it does not belong. An exercise is compared with
exercises alone. What turned out to be false, a test, a duplicate or a nuisance is not offered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nlargest
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from bartizan.app.desk.desk import Desk
from bartizan.app.incidents.incidents import Incidents
from bartizan.desk.alarms import Alarm
from bartizan.desk.event import instant
from bartizan.desk.incidents import Incident, Relation
from bartizan.desk.incidents.similar import OFFERED, Reason, Sieve, Trace, joined, likeness, minute_of
from bartizan.errors import StoreError
from bartizan.geometry import shapes
from bartizan.site.model import Shape
from bartizan.site.site import Site

MOST = 10  # offers shown
FIRST_LOOK = 0.1  # seconds: where few alarms sleep the first answer is whole
NEAR_WITHIN = 15.0  # metres between two places at which they are near no more
ADJOINS = 0.6  # an element and an area that it opens into, where nothing is drawn
_NOT_OFFERED = frozenset({"false", "test", "duplicate", "nuisance", "exercise"})

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "same-place": "the same place: {names}",
        "near-place": "{other} is next to {one}",
        "time": "about the same time of day: {one}, then {other}",
        "weekday": "the same day of the week: {days}",
        "behaviour": "the same behaviour: {kinds}",
        "scouted": "somebody looked the place over before: {kinds}",
        "manner": "the same manner: {kinds}",
        "days": "seen on {count} days: {days}",
    }
)
_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something earlier that is alike: an incident to link, or an alarm of none to join.

    `suggests` is how an incident would be linked, and `reverse` whether the link is the earlier one's (it led to this
    one). `score` is 0 to 1; `reasons` are words, the weightiest first.
    """

    what: Literal["incident", "alarm"]
    id: str
    number: int
    title: str
    at: datetime
    score: float
    reasons: tuple[str, ...]
    suggests: Relation
    reverse: bool

    @property
    def name(self) -> str:
        """As it is declined: "incident/ID" or "alarm/ID"."""
        return f"{self.what}/{self.id}"

    def to_json(self) -> dict[str, Any]:
        """The offer as plain JSON values."""
        return {
            "what": self.what,
            "id": self.id,
            "number": self.number,
            "title": self.title,
            "at": instant(self.at),
            "score": round(self.score, 3),
            "reasons": list(self.reasons),
            "suggests": self.suggests,
            "reverse": self.reverse,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What is offered, the most alike first, and how many `more` are alike beyond those.

    `whole`: whether the whole past was compared. Of a long journal it is not while the alarms that sleep are read.
    """

    best: tuple[Offer, ...]
    more: int = 0
    whole: bool = True


Shown = Callable[[Incident | Alarm], bool]
"""Whether who asks may know of something: what they may not is neither offered nor counted."""


def _everything(_: Incident | Alarm) -> bool:
    return True


class SeenBefore:
    """Compares the incidents and alarms of one desk, at the `site` that it goes by.

    Of a long journal the alarms that are over sleep; they are read beside the first questions, and compared then.
    """

    def __init__(self, site: Callable[[], Site], desk: Desk, incidents: Incidents) -> None:
        self._desk, self._incidents, self._site = desk, incidents, site
        self._woken: threading.Thread | None = None
        self._read(site())

    def _read(self, site: Site) -> None:
        """What is compared of the site: where its places lie, what they are called, what its clocks show."""
        self._ground = site
        self._zone = UTC if site.time_zone is None else ZoneInfo(site.time_zone)
        self._near = _Near(site)
        self._names = {
            one.id: one.name or one.id for things in (site.areas, site.elements, site.zones) for one in things
        }
        self._traces: dict[str, tuple[Trace, float, int]] = {}

    def _follow(self) -> None:
        site = self._site()
        if site is not self._ground:
            self._read(site)

    def offers(self, incident_id: str, shown: Shown = _everything) -> Offers:
        """What is alike to an incident and came before it, of what may be `shown`; at most ten.

        Errors: UnknownThingError.
        """
        self._follow()
        incident = self._incidents.incident(incident_id)
        alarms = self._incidents.alarms(incident)
        new = self._of_incident(incident)
        newest = max((one.known_at for one in alarms), default=incident.opened_at)
        linked = {one.incident for one in incident.links}
        linked |= {other.id for other, _ in self._incidents.linked_by(incident_id)}
        found: list[Offer | None] = [
            self._offer_incident(new, other)
            for other in self._incidents.all()
            if other.exercise == incident.exercise
            and other.id != incident.id
            and other.id not in linked
            and other.timers.raised <= newest
            and f"incident/{other.id}" not in incident.declined
            and shown(other)
        ]
        taken = self._incidents.taken() | {one.removeprefix("alarm/") for one in incident.declined}
        sieve, scored = Sieve(new, self._near), []
        self._wake()
        whole = self.whole  # asked before: what is read while we compare may have been missed
        for alarm in self._desk.awake():
            if alarm.exercise != incident.exercise or alarm.known_at > newest:
                continue
            if alarm.disposition in _NOT_OFFERED or alarm.id in taken:
                continue
            score = sieve.score(*self._compared(alarm))
            if score >= OFFERED and shown(alarm):
                scored.append((score, alarm.known_at.timestamp(), alarm))
        best = nlargest(MOST, scored, key=lambda one: one[:2])
        found += [self._offer_alarm(new, alarm) for _, _, alarm in best]
        return _best(found, beyond=len(scored) - len(best), whole=whole)

    def offers_for_alarm(self, alarm_id: str, shown: Shown = _everything) -> Offers:
        """The incidents that an alarm of none may belong to or repeat, of what may be `shown`; at most ten.

        Errors: UnknownAlarmError.
        """
        self._follow()
        alarm = self._desk.alarm(alarm_id)
        new = self._trace(alarm)
        found = [
            self._offer_incident(new, other)
            for other in self._incidents.all()
            if other.exercise == alarm.exercise and other.timers.raised <= alarm.known_at and shown(other)
        ]
        return _best(found)

    @property
    def whole(self) -> bool:
        """Whether every earlier alarm is compared: those of a long journal are read in the first minutes of use."""
        return self._woken is not None and not self._woken.is_alive()

    def _wake(self) -> None:
        """Once, and without keeping anybody waiting for a long journal: read the alarms that sleep."""
        if self._woken is None:
            self._woken = threading.Thread(target=self._read_all, name="seen-before", daemon=True)
            self._woken.start()
            self._woken.join(FIRST_LOOK)

    def _read_all(self) -> None:
        # a desk that closes meanwhile, or a journal that is not whole: the desk says so wherever it matters
        with suppress(StoreError):
            self._desk.alarms()

    def _offer_incident(self, new: Trace, other: Incident) -> Offer | None:
        old = self._of_incident(other)
        found = likeness(new, old, self._near)
        if found.score < OFFERED:
            return None
        led = old.scouts and not new.scouts
        return Offer(
            what="incident",
            id=other.id,
            number=other.number,
            title=other.title,
            at=other.timers.raised,
            score=found.score,
            reasons=tuple(self._words(one) for one in found.reasons),
            suggests="led-to" if led else "repeat-of" if new.kinds & old.kinds else "related-to",
            reverse=led,
        )

    def _offer_alarm(self, new: Trace, alarm: Alarm) -> Offer:
        found = likeness(new, self._trace(alarm), self._near)
        return Offer(
            what="alarm",
            id=alarm.id,
            number=alarm.number,
            title=alarm.source.kind,
            at=alarm.known_at,
            score=found.score,
            reasons=tuple(self._words(one) for one in found.reasons),
            suggests="repeat-of",
            reverse=False,
        )

    def _of_incident(self, incident: Incident) -> Trace:
        traces = [self._trace(alarm) for alarm in self._incidents.alarms(incident)]
        own = Trace(
            places=frozenset(),
            moments=() if traces else (incident.opened_at.astimezone(self._zone),),
            kinds=frozenset(),
            manner=frozenset(incident.manner),
        )
        return joined([own, *traces])

    def _trace(self, alarm: Alarm) -> Trace:
        return self._compared(alarm)[0]

    def _compared(self, alarm: Alarm) -> tuple[Trace, float, int]:
        """What is compared of an alarm; worked out once, since its place and its kind never change."""
        known = self._traces.get(alarm.id)
        if known is None:
            signal = alarm.signal
            places = [signal.get(key) for key in ("zone", "element")]
            if not any(isinstance(one, str) for one in places):
                places = [signal.get("area")]
            moment = alarm.known_at.astimezone(self._zone)
            trace = Trace(
                places=frozenset(one for one in places if isinstance(one, str)),
                moments=(moment,),
                kinds=frozenset({alarm.source.kind}),
            )
            known = self._traces[alarm.id] = (trace, minute_of(moment), moment.weekday())
        return known

    def _words(self, reason: Reason) -> str:
        about = reason.about
        names = [self._names.get(one, one) for one in about]
        told: dict[str, object] = {"names": ", ".join(names), "kinds": ", ".join(about), "count": len(about)}
        if reason.kind in ("near-place", "time"):
            told |= {"one": names[0], "other": names[1]}
        if reason.kind == "weekday":
            told["days"] = ", ".join(_WEEK[int(day)] for day in about)
        if reason.kind == "days":
            told["days"] = ", ".join(about)
        return WORDS[reason.kind].format(**told)


def _best(found: Iterable[Offer | None], *, beyond: int = 0, whole: bool = True) -> Offers:
    """The most alike of what was found; `beyond` were left out before."""
    alike = sorted((one for one in found if one is not None), key=lambda o: (-o.score, -o.at.timestamp(), o.name))
    return Offers(best=tuple(alike[:MOST]), more=len(alike[MOST:]) + beyond, whole=whole)


class _Near:
    """How near two places of the site are: by their shapes on the plan, else by what opens into what."""

    def __init__(self, site: Site) -> None:
        self._shapes: dict[str, Shape] = {}
        for things in (site.areas, site.elements):
            self._shapes |= {one.id: one.shape for one in things if one.shape is not None}
        self._shapes |= {zone.id: zone.polygon for zone in site.zones}
        self._opens = {element.id: set(element.between) for element in site.elements}
        self._areas = {zone.id: {zone.area} for zone in site.zones if zone.area is not None}
        self._known: dict[tuple[str, str], float] = {}

    def __call__(self, one: str, other: str) -> float:
        """0 (far, or nobody knows) to 1 (the same place)."""
        pair = (one, other) if one <= other else (other, one)
        if pair not in self._known:
            self._known[pair] = self._reckoned(*pair)
        return self._known[pair]

    def _reckoned(self, one: str, other: str) -> float:
        if one == other:
            return 1.0
        here, there = self._shapes.get(one), self._shapes.get(other)
        if here is not None and there is not None:
            return max(0.0, 1.0 - shapes.distance(here, there) / NEAR_WITHIN)
        around = [self._opens.get(place, set()) | self._areas.get(place, set()) | {place} for place in (one, other)]
        return ADJOINS if around[0] & around[1] else 0.0
