"""Excerpts of a site: what of an upgrade is left in a state, and the small site in which one path stands alone.

The small site holds the elements of the path with all their ways, the areas beside them, the sensors that cover
them, the target, and all threats, responses and engagements. Every path of it is a path of the whole site with the
very same figures; so the least P_I in it is never below that of the whole site, whatever upgrades both have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bartizan.assess.result import Path
from bartizan.assess.task import Communication, Leg, StepKind
from bartizan.site.changes import contradiction
from bartizan.site.model import Change

Document = dict[str, Any]
_KEPT = frozenset({"site", "plan", "threat", "response", "engagement"})  # whole, for they are few


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that an intruder does: a way through an element, or a way at the target."""

    leg: Leg
    kind: StepKind
    id: str
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One case: who, helped by which insider, after what, in which state, answered by whom, and how it is told."""

    threat: str | None
    target: str
    state: tuple[str, ...]
    response: str
    insider: str | None = None
    communication: Communication = "once"


def moves_of(path: Path) -> tuple[Move, ...]:
    """What an intruder does on a path; the crossings follow from it."""
    return tuple(Move(step.leg, step.kind, step.id, step.way) for step in path.steps if step.way is not None)


def elements_of(moves: Iterable[Move]) -> frozenset[str]:
    """The elements that are passed."""
    return frozenset(move.id for move in moves if move.kind == "element")


def in_state(changes: Sequence[Change], state: Sequence[Change]) -> tuple[Change, ...] | str:
    """What changes come to where a state holds as well; or, in words, why both cannot be.

    What one of the two takes away is away, and what the other would change of it falls out. Where both give a key a
    value nobody says which of them holds.
    """
    gone = [_steps(change) for change in state if change.remove]
    left = tuple(kept for change in changes if (kept := _without(change, gone)) is not None)
    removed = [_steps(change) for change in left if change.remove]
    others = [change for change in state if not any(_within(_steps(change), place) for place in removed)]
    return contradiction(others, left) or left


def beside_insider(changes: Sequence[Change], insider: Sequence[Change]) -> tuple[Change, ...]:
    """What changes come to once an insider has done his: what he set or took away stays as he left it."""
    gone = [place for change in insider for place in _touched(change)]
    return tuple(kept for change in changes if (kept := _without(change, gone)) is not None)


def _touched(change: Change) -> list[tuple[str, ...]]:
    steps = _steps(change)
    return [steps] if change.remove else [(*steps, key) for key in change.set]


def _steps(change: Change) -> tuple[str, ...]:
    return tuple((change.at or "").split("/"))


def _within(place: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    return place[: len(outer)] == outer


def _without(change: Change, gone: Sequence[tuple[str, ...]]) -> Change | None:
    """A change as far as it speaks of nothing that is gone."""
    steps = _steps(change)
    if change.at is not None and any(_within(steps, place) for place in gone):
        return None
    if change.set:
        rest = {key: value for key, value in change.set.items() if (*steps, key) not in gone}
        if steps[0] == "sensor" and "covers" in rest:
            rest["covers"] = _not_gone(rest["covers"], gone)
        return replace(change, set=rest) if rest and rest.get("covers") != [] else None
    if "sensor" in change.add:
        covers = _not_gone(change.add["sensor"].get("covers", []), gone)
        return replace(change, add={"sensor": {**change.add["sensor"], "covers": covers}}) if covers else None
    if "element" in change.add:
        beside = change.add["element"].get("between", [])
        return None if any(("area", area) in gone for area in beside) else change
    return change


def _not_gone(covers: Iterable[str], gone: Sequence[tuple[str, ...]]) -> list[str]:
    def is_gone(place: str) -> bool:
        element, _, way = place.partition("/")
        whole = {("element", element), ("area", element), ("element", element, "way", way)}
        return any(removed in whole for removed in gone)

    return [place for place in covers if not is_gone(place)]


@dataclass(frozen=True, slots=True)
class Novelties:
    """What upgrades may bring or move: entries of new elements and areas, areas that something is moved to beside
    an element or a target, and sensors that are turned to cover something else."""

    elements: tuple[Document, ...]
    areas: tuple[Document, ...]
    beside: frozenset[str]
    turned: frozenset[str]

    @classmethod
    def of(cls, changes: Iterable[Change]) -> Novelties:
        """What these changes may bring or move."""
        new: dict[str, list[Document]] = {"element": [], "area": []}
        beside: set[str] = set()
        turned: set[str] = set()
        for change in changes:
            for kind, thing in change.add.items():
                new.get(kind, []).append(thing)
            beside |= {*change.set.get("between", ()), *([change.set["area"]] if "area" in change.set else ())}
            if "covers" in change.set:
                turned.add(_steps(change)[1])
        return cls(tuple(new["element"]), tuple(new["area"]), frozenset(beside), frozenset(turned))


class Excerpt:
    """The small site of some elements: its document, and what of any change concerns it."""

    def __init__(
        self, document: Mapping[str, Any], question: Question, elements: Collection[str], novelties: Novelties
    ) -> None:
        self._target = question.target
        here = [one for one in [*document.get("element", []), *novelties.elements] if one["id"] in elements]
        areas = {area for one in here for area in one["between"]} | novelties.beside
        areas |= {one["area"] for one in document["target"] if one["id"] == question.target}
        self._held: dict[str, Collection[str]] = {
            "element": elements,
            "area": areas,
            "target": {question.target},
        }
        self._held["sensor"] = {
            one["id"]
            for one in document.get("sensor", [])
            if one["id"] in novelties.turned or any(self._covered(place) for place in one["covers"])
        }
        taken = {area["id"] for area in [*document["area"], *novelties.areas]}
        # a sensor that covers nothing of the path must cover something
        self._nowhere = next(name for name in (f"nowhere-{n}" for n in range(len(taken) + 1)) if name not in taken)
        self.document = self._trimmed(document)

    def _trimmed(self, document: Mapping[str, Any]) -> Document:
        kept: Document = {key: document[key] for key in ("schema", "site", "plan") if key in document}
        for kind in (*self._held, "threat", "response", "engagement"):
            kept[kind] = [self._entry(kind, one) for one in document.get(kind, []) if self._holds(kind, one["id"])]
        kept["area"].append({"id": self._nowhere})
        return kept

    def _holds(self, kind: str, name: str) -> bool:
        return kind in _KEPT or name in self._held.get(kind, ())

    def _entry(self, kind: str, entry: Mapping[str, Any]) -> Document:
        """An entry, or the keys that a change sets, without what lies outside the excerpt."""
        kept = dict(entry)
        if kind == "sensor" and isinstance(kept.get("covers"), list):
            kept["covers"] = [place for place in kept["covers"] if self._covered(place)] or [self._nowhere]
        if kind == "area" and isinstance(kept.get("crossing_between"), list):
            ends = {*self._held["element"], self._target}
            pairs = kept["crossing_between"]
            kept["crossing_between"] = [one for one in pairs if {one.get("from"), one.get("to")} <= ends]
        if kind == "response" and isinstance(kept.get("deployment_to"), list):
            kept["deployment_to"] = [
                one
                for one in kept["deployment_to"]
                if self._holds("area", one.get("area")) or self._holds("element", one.get("element"))
            ]
        return kept

    def _covered(self, place: str) -> bool:
        return self._holds("element", place.partition("/")[0]) or self._holds("area", place)

    def fitting(self, changes: Iterable[Change]) -> list[Change]:
        """What of these changes concerns the excerpt."""
        return [kept for change in changes if (kept := self._fitting(change)) is not None]

    def _fitting(self, change: Change) -> Change | None:
        kind, _, rest = (change.at or "").partition("/")
        if change.add:
            new, thing = next(iter(change.add.items()))
            if new == "way":
                return change if self._holds(kind, rest) else None
            if new not in ("plan", "sensor") and not self._holds(new, thing["id"]):
                return None
            if new == "sensor" and not any(self._covered(place) for place in thing["covers"]):
                return None
            return replace(change, add={new: self._entry(new, thing)})
        if not self._holds(kind, rest.partition("/")[0]):
            return None
        return replace(change, set=self._entry(kind, change.set)) if change.set else change
