"""Which upgrades bear on what: on the figures of an element, an area, the target or the response, or on whether a
path exists at all. Read from the changes alone, and in doubt they bear: what does not bear changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bartizan.assess.harden.excerpt import Question
from bartizan.site.model import Change

TARGET = ("target", "")
RESPONSE = ("response", "")
EVERYTHING = ("site", "")
Place = tuple[str, str]  # kind and id, or one of the three above

_OF_A_WAY = frozenset({"name", "p_detection", "detect_at", "delay"})
# crossings by pair part an area into as many moments as elements lead out of it
_OF_AN_AREA = frozenset({"name", "crossing"})

_ON_THE_PLAN = frozenset({"polygon", "line", "at", "feature"})


class Bearing:
    """Per place the mask of the upgrades that bear on its figures, and of those that bear on the paths there."""

    def __init__(self, document: Mapping[str, Any], question: Question, changes: Sequence[Sequence[Change]]) -> None:
        self._question = question
        self._covers = _covers(document, [change for listed in changes for change in listed])
        self._figures: dict[Place, int] = {}
        self._paths: dict[Place, int] = {}
        for number, listed in enumerate(changes):
            for change in listed:
                self._note(change, 1 << number)

    def figures(self, place: Place) -> int:
        """The upgrades that bear on the figures of a place."""
        return self._figures.get(place, 0) | self._figures.get(EVERYTHING, 0)

    def paths(self, places: Iterable[Place]) -> int:
        """The upgrades that bear on whether a path through these places exists."""
        mask = self._paths.get(EVERYTHING, 0)
        for place in places:
            mask |= self._paths.get(place, 0)
        return mask

    @property
    def anywhere(self) -> int:
        """The upgrades that bear on whether any path exists, or on everything."""
        mask = self._figures.get(EVERYTHING, 0)
        for of_paths in self._paths.values():
            mask |= of_paths
        return mask

    def places(self, mask: int) -> list[Place]:
        """The places on whose figures some upgrade of a set bears."""
        return [place for place, bears in self._figures.items() if bears & mask and place != EVERYTHING]

    def _note(self, change: Change, bit: int) -> None:
        for place, of_paths in self._places(change):
            self._figures[place] = self._figures.get(place, 0) | bit
            if of_paths:
                self._paths[place] = self._paths.get(place, 0) | bit

    def _places(self, change: Change) -> Iterable[tuple[Place, bool]]:
        """Where a change bears, and whether on the paths as well as on the figures."""
        steps = (change.at or "").split("/")
        kind, name = steps[0], steps[1] if len(steps) > 1 else ""
        if change.add and change.at is None:
            kind, thing = next(iter(change.add.items()))
            name = str(thing.get("id", ""))
        if kind in ("target", "threat", "response") and name != getattr(self._question, kind):
            return ()
        if kind == "sensor":
            return [(place, False) for place in self._covers.get(name, ())]
        if kind == "target" and not _moves(change, steps):
            return [(TARGET, not _of_figures(change, steps)), (RESPONSE, False)]
        if kind in ("response", "engagement"):
            return [(RESPONSE, False)]
        if kind in ("element", "area") and not _moves(change, steps):
            return [((kind, name), not _of_figures(change, steps))]
        return [(EVERYTHING, True)] if kind in ("site", "plan", "threat", "element", "area", "target") else ()


def _moves(change: Change, steps: Sequence[str]) -> bool:
    """Whether a change moves a thing on the plan, which changes how far all is from it."""
    return bool(_ON_THE_PLAN & {*change.set, steps[-1]})


def _of_figures(change: Change, steps: Sequence[str]) -> bool:
    """Whether a change of an element, an area or a target leaves its ways and its place among the others alone."""
    if change.add:
        return False
    known = _OF_AN_AREA if steps[0] == "area" else _OF_A_WAY
    depth = 2 if steps[0] == "area" else 4
    if change.remove:
        return len(steps) == depth + 1 and steps[-1] in known
    return len(steps) == depth and change.set.keys() <= known


def _covers(document: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, set[Place]]:
    """Per sensor every element and area that it covers, now or after any change."""
    covers: dict[str, set[Place]] = {}

    def note(name: str, places: Any) -> None:
        for place in places:
            first = str(place).partition("/")[0]
            covers.setdefault(name, set()).update({("element", first), ("area", first)})

    for sensor in document.get("sensor", []):
        note(sensor["id"], sensor["covers"])
    for change in changes:
        if "sensor" in change.add:
            note(change.add["sensor"]["id"], change.add["sensor"]["covers"])
        if (change.at or "").startswith("sensor/"):
            note((change.at or "").split("/")[1], change.set.get("covers", ()))
    return covers
