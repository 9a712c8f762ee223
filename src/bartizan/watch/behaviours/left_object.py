"""Left object: a thing lies at one place in a zone, and whoever was with it when it appeared has gone.

A thing is a track of label "object". It lies where it keeps within 0.9 m, or two sigma of its place. Whoever was
nearest to it, within `owner` metres, when it first appeared is taken to have left it; where nobody was, whoever was
there last in the minute before. It is reported when it has lain for `after` seconds, and that person has been further
off than `owner` metres, or out of everybody's sight, for `grace` seconds. A thing near which nobody had been seen is
reported too, in other words. Over when it is moved or no longer seen. Source: the project's own definition, in the
manner of the rule in space and time of PETS 2006. What it does not mean stands in its page of the reference.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bartizan.errors import MissingPartError
from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours.event import Behaviour, BehaviourEvent, Condition, Phase, Progress
from bartizan.watch.behaviours.parts.followed import AGAIN, TICK, Beside
from bartizan.watch.behaviours.parts.polygon import Ground
from bartizan.watch.behaviours.parts.trails import ABOUT, Trails
from bartizan.watch.point import Link

KIND = "left-object"
THING, PERSON = "object", "person"
# a thing that is seen within so much of its place [m] has not moved
STILL = 0.9
# things remembered at once
MOST = 1024

Place = tuple[float, float]


def behaviour(rule: Rule, site: Site) -> Behaviour:
    """Things left in the zone of a rule."""
    if rule.zone is None:
        raise MissingPartError(f"rule '{rule.id}' (left-object) names no zone. Add zone = \"...\" to it")
    polygon = site.zone(rule.zone).polygon
    owner = rule.number("owner")
    beside = Beside(np.array(polygon.exterior.coords), owner + STILL)
    return LeftObject(Ground(polygon), beside, after=rule.number("after"), owner=owner, grace=rule.number("grace"))


@dataclass(slots=True)
class _Thing:
    """A thing: since when it lies where, who was with it and when that person was last near it, what is reported."""

    about: str
    track: str
    since: float
    place: Place
    noise: float
    seen: float
    inside: bool = False
    owner: str | None = None
    beside: bool = False
    off: float = 0.0
    near: float = -math.inf
    looked: bool = False
    open: bool = False
    told: float = -math.inf
    raised_since: float = 0.0
    cameras: frozenset[str] = frozenset()

    @property
    def lain(self) -> float:
        """How long it has been seen to lie there [s]."""
        return self.seen - self.since


class LeftObject:
    """One rule of left objects: the things that lie about, and where people were over the last minute."""

    kind = KIND

    def __init__(self, ground: Ground, beside: Beside, *, after: float, owner: float, grace: float) -> None:
        self._ground = ground
        self._beside = beside
        self._after = after
        self._owner = owner
        self._grace = grace
        self._people = Trails()
        self._things: dict[str, _Thing] = {}
        self._shed = 0

    @property
    def dropped(self) -> int:
        """Points of people and of things that found no room."""
        return self._people.dropped + self._shed

    def step(self, batch: Batch, links: Iterable[Link] = ()) -> tuple[BehaviourEvent, ...]:
        """Take the points of one moment; return what they give."""
        for link in links:
            self._join(link)
        if not len(batch):
            return ()
        count = len(batch)
        things = np.fromiter([label == THING for label in batch.labels], np.bool_, count)
        people = np.fromiter([label == PERSON for label in batch.labels], np.bool_, count)
        if people.any():
            seen = batch.where(people)
            self._people.step(seen, self._beside.holds(seen.places))
        events: list[BehaviourEvent] = []
        if things.any():
            lying = batch.where(things & batch.observed)
            inside = self._ground.holds(lying.places)
            for n, track in enumerate(lying.tracks):
                x, y = lying.places[n].tolist()
                noise = 2.0 * float(lying.sigmas()[n])
                found = self._found(track, float(lying.times[n]), (x, y), noise)
                events += self._seen(found, float(lying.times[n]), (x, y), noise, batch.t)
                if found is not None:
                    found.inside = bool(inside[n])
                    found.cameras = found.cameras.union(lying.cameras[n])
        for thing in self._things.values():
            events += self._report(thing, batch.t)
        return tuple(events)

    def pass_time(self, t: float) -> tuple[BehaviourEvent, ...]:
        """Let time pass to `t` [s]: a person out of sight for long enough has gone too."""
        self._people.forget(t)
        return tuple([event for thing in self._things.values() for event in self._report(thing, t)])

    def end(self, tracks: Iterable[str], t: float) -> tuple[BehaviourEvent, ...]:
        """These tracks are over: a thing that is no longer seen was taken away, or nobody can say."""
        over = [thing for track in tracks if (thing := self._things.pop(track, None)) is not None and thing.open]
        return tuple([self._event("ended", thing, t) for thing in over])

    def finish(self, t: float) -> tuple[BehaviourEvent, ...]:
        """The stream is over: what is open ends, and all is forgotten."""
        events = self.end(tuple(self._things), t)
        self._people.forget(math.inf)
        return events

    def progress(self, track: str) -> Progress | None:
        """How far this thing is; None of people, and of what is not known."""
        thing = self._things.get(track)
        if thing is None:
            return None
        alone = thing.seen - thing.near if thing.owner is not None else thing.lain
        return Progress(
            track=track,
            conditions=(
                Condition("in the zone", float(thing.inside), 1.0, "", thing.inside),
                Condition("lain", round(thing.lain, 3), self._after, "s", thing.lain >= self._after - TICK),
                Condition("left alone", round(alone, 3), self._grace, "s", self._is_alone(thing, thing.seen)),
            ),
        )

    def _found(self, track: str, t: float, place: Place, noise: float) -> _Thing | None:
        """What is known of a thing; one that is new is remembered where there is room."""
        known = self._things.get(track)
        if known is None and len(self._things) >= MOST:
            self._shed += 1
            return None
        if known is None:
            known = self._things[track] = _Thing(about=track, track=track, since=t, place=place, noise=noise, seen=t)
        return known

    def _seen(self, thing: _Thing | None, t: float, place: Place, noise: float, now: float) -> list[BehaviourEvent]:
        """A sighting of a thing: it lies where it did, or was moved, and then what was reported is over."""
        if thing is None or t < thing.seen:
            return []
        thing.seen = t
        if math.dist(thing.place, place) <= max(STILL, math.hypot(noise, thing.noise)):
            return []
        events = [self._event("ended", thing, now)] if thing.open else []
        thing.since, thing.place, thing.noise, thing.open = t, place, noise, False
        # who carried it there is asked anew
        thing.looked, thing.owner, thing.near, thing.beside = False, None, -math.inf, False
        return events

    def _look_for_owner(self, thing: _Thing) -> None:
        """Who was there when the thing appeared; people seen a little later are waited for."""
        thing.looked = True
        found = self._people.nearest(thing.since, thing.place, self._owner, but=(thing.track,))
        if found is not None:
            thing.owner, thing.near, thing.off = found
            thing.beside = thing.near >= thing.since - ABOUT

    def _follow_owner(self, thing: _Thing) -> None:
        """Note whether the owner is near still, as far as the error of the place lets it be said."""
        last = self._people.last(thing.owner) if thing.owner is not None else None
        if last is not None:
            t, place, noise = last
            if t > thing.near and math.dist(place, thing.place) <= self._owner + noise:
                thing.near = t

    def _is_alone(self, thing: _Thing, t: float) -> bool:
        return thing.owner is None or t - thing.near >= self._grace - TICK

    def _report(self, thing: _Thing, t: float) -> list[BehaviourEvent]:
        if not thing.looked:
            if t < thing.since + ABOUT:
                return []
            self._look_for_owner(thing)
        self._follow_owner(thing)
        if thing.open:
            if t - thing.told < AGAIN - TICK:
                return []
            thing.told = t
            return [self._event("updated", thing, t)]
        if not thing.inside or thing.lain < self._after - TICK or not self._is_alone(thing, t):
            return []
        thing.open, thing.told, thing.raised_since = True, t, thing.since
        return [self._event("raised", thing, t)]

    def _join(self, link: Link) -> None:
        """A later track may be of the same owner, or of the same thing."""
        if link.rivals or link.earlier == link.later:
            return
        for thing in self._things.values():
            if thing.owner == link.earlier:
                thing.owner = link.later
        same = self._things.pop(link.earlier, None)
        if same is not None:
            same.track = link.later
            self._things[link.later] = same

    def _event(self, phase: Phase, thing: _Thing, t: float) -> BehaviourEvent:
        known = thing.owner is not None
        alone = max(t - thing.near, 0.0) if known else None
        figures = {
            "lain": round(thing.lain, 3),
            "owner": thing.owner,
            "owner_when_it_appeared": round(thing.off, 2) if known else None,
            "owner_seen_beside_it": thing.beside,
            "alone": None if alone is None else round(alone, 3),
        }
        return BehaviourEvent(
            phase=phase,
            about=thing.about,
            tracks=(thing.track, thing.owner) if thing.owner is not None else (thing.track,),
            t=t,
            since=thing.raised_since,
            at=thing.place,
            text=self._words(thing, alone),
            cameras=tuple(sorted(thing.cameras)),
            figures=figures,
        )

    def _words(self, thing: _Thing, alone: float | None) -> str:
        lain = f"has lain at one place for {thing.lain:.0f} s"
        if alone is None:
            return f"{lain}; nobody was seen within {self._owner:g} m of it before it was noticed"
        who = "whoever was nearest when it appeared" if thing.beside else "whoever was there last before it was noticed"
        if alone < self._grace:
            return f"{lain}; {who} ({thing.off:.1f} m) is back within {self._owner:g} m"
        return f"{lain}; {who} ({thing.off:.1f} m) has not been within {self._owner:g} m for {alone:.0f} s"
